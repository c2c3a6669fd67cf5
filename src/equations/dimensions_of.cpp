// The unit of a formula from the units of its parts.
#include <fmt/format.h>

#include <cmath>

#include "equations/builtins.h"
#include "equations/dimensions.h"
#include "equations/fold.h"

namespace vesper::equations {
namespace {

using language::Expression;
using units::Unit;
using Kind = Expression::Kind;

constexpr std::size_t most_visits = 400'000;  // parts of function bodies, once for each call

Dimension known(Unit unit) {
  return {Dimension::Kind::known, std::move(unit), {}, false};
}

Dimension number(double value, bool bare) {
  const bool fits_anything = value == 0 || !std::isfinite(value);
  return {fits_anything ? Dimension::Kind::any : Dimension::Kind::known, {}, value, bare};
}

bool all_bare(std::span<const Dimension> arguments) {
  for (const Dimension& argument : arguments) {
    if (!argument.bare) return false;
  }
  return true;
}

// "multiply by 0.001", where the two differ in scale alone.
std::string factor_mend(const Unit& from, const Unit& to) {
  if (!from.same_dimension(to)) return "";
  return fmt::format("multiply by {:.6g} to turn {} into {}", from.factor_to(to), from.text(),
                     to.text());
}

// A literal that lacks its unit, as people forget it.
std::string literal_mend(const Expression& e, const Dimension& dimension, const Unit& wanted) {
  if (!dimension.number || !dimension.bare || wanted.dimensionless()) return "";
  return fmt::format("a bare number has no unit: write it with one, such as `{} {}`",
                     language::text(e), wanted.text());
}

std::string unit_text(const Unit& unit) {
  const bool plain = unit.same(Unit());
  return plain ? "a number without a unit" : unit.text();
}

// The plain number of e + f, e * f, ..., where both are plain numbers.
std::optional<double> arithmetic(Kind kind, const Dimension& a, const Dimension& b) {
  if (!a.number || !b.number) return std::nullopt;
  switch (kind) {
    case Kind::add:
      return *a.number + *b.number;
    case Kind::subtract:
      return *a.number - *b.number;
    case Kind::multiply:
      return *a.number * *b.number;
    case Kind::divide:
      return *a.number / *b.number;
    default:
      return std::nullopt;
  }
}

Dimension product(Kind kind, const Dimension& a, const Dimension& b) {
  using DimensionKind = Dimension::Kind;
  if (a.kind == DimensionKind::unknown || b.kind == DimensionKind::unknown) return {};
  if (kind == Kind::divide) {
    if (b.kind == DimensionKind::any) return {};
    return a.kind == DimensionKind::any ? a : known(a.unit / b.unit);
  }
  if (a.kind == DimensionKind::any) return a;
  return b.kind == DimensionKind::any ? b : known(a.unit * b.unit);
}

}  // namespace

Result<Dimension> Dimensions::of_in(const Expression& formula, const Scope& scope) {
  return fold<Dimension>(formula, [&](const Expression& e, Arguments arguments) {
    return combine(e, arguments, scope);
  });
}

Result<Dimension> Dimensions::combine(const Expression& e, Arguments arguments,
                                      const Scope& scope) {
  if (scope.function != nullptr && ++visited_ > most_visits) {
    return fail(Code::formula_too_large, "functions call one another too often to check the units",
                place(e), "write fewer, or add the line `//@ units unchecked`");
  }
  const bool bare = !arguments.empty() && all_bare(arguments);
  Result<Dimension> result = Dimension{};
  switch (e.kind) {
    case Kind::number:
      if (e.unit == nullptr) return number(e.value, true);
      return Dimension{Dimension::Kind::known, *e.unit, {}, false};
    case Kind::name:
      return name(e, scope);
    case Kind::call:
      result = call(e, arguments);
      break;
    case Kind::negate:
      result = arguments[0];
      if (result->number) result->number = -*result->number;
      break;
    case Kind::add:
      result = alike(e, {}, arguments, "adds {b} to {a}");
      break;
    case Kind::subtract:
      result = alike(e, {}, arguments, "subtracts {b} from {a}");
      break;
    case Kind::multiply:
    case Kind::divide: {
      Dimension so_far = arguments[0];
      for (const Dimension& next : arguments.subspan(1)) so_far = product(e.kind, so_far, next);
      result = so_far;
      break;
    }
    case Kind::power:
      result = power(e, arguments[0], arguments[1]);
      break;
    case Kind::less:
    case Kind::less_equal:
    case Kind::greater:
    case Kind::greater_equal:
    case Kind::equal:
    case Kind::not_equal: {
      VESPER_TRY([[maybe_unused]] const Dimension both,
                 alike(e, {}, arguments, "compares {a} with {b}"));
      result = known(Unit());
      break;
    }
    default:
      for (std::size_t i = 0; i < arguments.size(); ++i) {
        VESPER_CHECK(plain(*e.arguments[i], arguments[i], "a condition"));
      }
      result = known(Unit());
  }
  if (!result) return result;
  if (arguments.size() == 2 && e.kind != Kind::call) {
    result->number = arithmetic(e.kind, arguments[0], arguments[1]);
  }
  result->bare = bare;
  return result;
}

Dimension Dimensions::name(const Expression& e, const Scope& scope) const {
  const auto of_unit = [](const std::optional<Unit>& unit) {
    return unit ? known(*unit) : Dimension{};
  };
  if (scope.function != nullptr) {
    const auto& parameters = scope.function->parameters;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      if (parameters[i] == e.name) return scope.arguments[i];
    }
  } else {
    if (const auto symbol = names_->symbol(e.name)) return of_unit(symbols_[*symbol]);
    if (const auto reaction = names_->reaction(e.name)) return of_unit(reactions_[*reaction]);
  }
  if (e.name == "time") return of_unit(time_);
  if (e.name == "avogadro") return {};  // per mole to some, a mere number to SBML
  if (e.name == "inf" || e.name == "nan") return {Dimension::Kind::any, {}, {}, true};
  return {Dimension::Kind::known, {}, {}, true};
}

Result<void> Dimensions::plain(const Expression& e, const Dimension& dimension,
                               const std::string& who) const {
  if (!dimension.known() || dimension.unit.same(Unit())) return {};
  std::string mend = factor_mend(dimension.unit, Unit());
  if (mend.empty()) {
    mend = fmt::format("divide by a reference value in {}, such as `1 {}`", dimension.unit.text(),
                       dimension.unit.text());
  }
  return fail(Code::unit_not_allowed,
              fmt::format("{} wants a number without a unit, not {}", who, dimension.unit.text()),
              place(e), mend);
}

// All known units among the arguments (those of `which`, or every one) must be the same.
Result<Dimension> Dimensions::alike(const Expression& e, const std::vector<std::size_t>& which,
                                    Arguments arguments, std::string_view verb) {
  std::optional<std::size_t> first;
  bool unknown = false;
  const std::size_t count = which.empty() ? arguments.size() : which.size();
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t i = which.empty() ? k : which[k];
    const Dimension& argument = arguments[i];
    unknown = unknown || argument.kind == Dimension::Kind::unknown;
    if (!argument.known()) continue;
    if (!first) {
      first = i;
      continue;
    }
    const Unit& wanted = arguments[*first].unit;
    if (argument.unit.same(wanted)) continue;
    std::string mend = factor_mend(argument.unit, wanted);
    if (mend.empty()) mend = literal_mend(*e.arguments[i], argument, wanted);
    if (mend.empty()) {
      mend = literal_mend(*e.arguments[*first], arguments[*first], argument.unit);
    }
    return fail(Code::unit_mismatch,
                fmt::format("`{}` {}", language::text(e),
                            fmt::format(fmt::runtime(verb), fmt::arg("a", unit_text(tidy(wanted))),
                                        fmt::arg("b", unit_text(tidy(argument.unit))))),
                place(e), mend);
  }
  if (unknown) return Dimension{};
  if (first) return known(arguments[*first].unit);
  return Dimension{Dimension::Kind::any, {}, {}, false};
}

Result<Dimension> Dimensions::power(const Expression& e, const Dimension& base,
                                    const Dimension& exponent) {
  VESPER_CHECK(plain(*e.arguments[1], exponent, "an exponent"));
  if (exponent.number) return raised(e, base, *exponent.number);
  if (!base.known()) return base;
  if (!base.unit.same(Unit())) {
    return fail(Code::unit_not_allowed,
                fmt::format("{} is raised to a power that is not a plain number, so that it has "
                            "no unit",
                            base.unit.text()),
                place(*e.arguments[0]),
                "divide by a reference first: (C/EC50)^gamma in place of C^gamma");
  }
  return base;
}

Result<Dimension> Dimensions::raised(const Expression& e, const Dimension& base, double exponent) {
  Dimension value = base;
  value.number.reset();
  if (!base.known()) return value;
  const auto unit = base.unit.power(exponent);
  if (!unit) {
    return fail(Code::unit_not_allowed,
                fmt::format("{} to the power of {:g} is no unit", base.unit.text(), exponent),
                place(e), "divide by a reference value first");
  }
  value.unit = *unit;
  return value;
}

Result<Dimension> Dimensions::call(const Expression& e, Arguments arguments) {
  if (const language::Function* function = names_->function(e.name)) {
    return call_function(*function, e, arguments);
  }
  if (e.name == "rateOf") {
    const auto unit = arguments[0].known() ? per_time(arguments[0].unit) : std::nullopt;
    return unit ? known(*unit) : Dimension{};
  }
  if (e.name == "delay" && arguments.size() == 2) {
    if (time_) VESPER_CHECK(agrees(*e.arguments[1], arguments[1], *time_, "a delay is"));
    Dimension value = arguments[0];
    value.number.reset();
    return value;
  }
  const Builtin* builtin = find_builtin(e.name);
  if (builtin == nullptr) return Dimension{};
  switch (builtin->units) {
    case Builtin::Units::plain:
      for (std::size_t i = 0; i < arguments.size(); ++i) {
        VESPER_CHECK(plain(*e.arguments[i], arguments[i], fmt::format("'{}'", e.name)));
      }
      return known(Unit());
    case Builtin::Units::keeps: {
      Dimension value = arguments[0];
      value.number.reset();
      return value;
    }
    case Builtin::Units::alike:
      return alike(e, {}, arguments, "puts {b} beside {a}");
    case Builtin::Units::root: {
      if (arguments.size() == 1) return raised(e, arguments[0], 0.5);
      VESPER_CHECK(plain(*e.arguments[0], arguments[0], "the degree of a root"));
      if (arguments[0].number) return raised(e, arguments[1], 1 / *arguments[0].number);
      VESPER_CHECK(plain(*e.arguments[1], arguments[1], "a root of unknown degree"));
      return arguments[1].known() ? known(Unit()) : Dimension{};
    }
    case Builtin::Units::ratio:
      return product(Kind::divide, arguments[0], arguments[1]);
    case Builtin::Units::piecewise:
      return piecewise(e, arguments);
  }
  return Dimension{};
}

Result<Dimension> Dimensions::piecewise(const Expression& e, Arguments arguments) {
  std::vector<std::size_t> values;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i % 2 == 0) {
      values.push_back(i);
    } else {
      VESPER_CHECK(plain(*e.arguments[i], arguments[i], "a condition"));
    }
  }
  return alike(e, values, arguments, "gives {a} in one case and {b} in another");
}

// The body is checked with the units of this call; what does not agree there is an error here.
Result<Dimension> Dimensions::call_function(const language::Function& function, const Expression& e,
                                            Arguments arguments) {
  auto value = of_in(*function.body, Scope{&function, arguments});
  if (value) return value;
  Diagnostic error = std::move(value).error();
  const Place inside = error.place;
  error.message = fmt::format("in function '{}': {}", function.id, error.message);
  error.notes.push_back(fmt::format("the function's formula stands at {}:{}:{}", inside.file,
                                    inside.line, inside.column));
  error.place = place(e);
  return tl::unexpected(std::move(error));
}

Result<void> Dimensions::agrees(const Expression& formula, const Dimension& dimension,
                                const Unit& wanted, const std::string& what,
                                const std::string& hint) const {
  if (!dimension.known() || dimension.unit.same(wanted)) return {};
  std::string mend = hint;
  if (mend.empty()) mend = factor_mend(dimension.unit, wanted);
  if (mend.empty()) mend = literal_mend(formula, dimension, wanted);
  return fail(
      Code::unit_mismatch,
      fmt::format("{} in {}, but its formula is {}{}", what, wanted.text(),
                  dimension.unit.same(Unit()) ? "" : "in ", unit_text(tidy(dimension.unit))),
      place(formula), mend);
}

}  // namespace vesper::equations
