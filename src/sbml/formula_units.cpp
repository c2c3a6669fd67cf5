#include "sbml/formula_units.h"

#include <algorithm>
#include <array>

namespace vesper::sbml {
namespace {

using language::Expression;
using units::Unit;
using Kind = Expression::Kind;

constexpr auto keep_unit = std::to_array<std::string_view>({"abs", "floor", "ceil", "rem"});
constexpr auto choose = std::to_array<std::string_view>({"min", "max"});
constexpr auto plain = std::to_array<std::string_view>(
    {"exp",  "ln",   "log10", "log",   "sin",   "cos",   "tan",   "sec",   "csc",      "cot",
     "asin", "acos", "atan",  "asec",  "acsc",  "acot",  "sinh",  "cosh",  "tanh",     "sech",
     "csch", "coth", "asinh", "acosh", "atanh", "asech", "acsch", "acoth", "factorial"});

template <std::size_t N>
bool among(const std::array<std::string_view, N>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The unit of a formula as far as its parts tell: x * 3 nM with x in L is in L nM.
class Units {
 public:
  explicit Units(const UnitOfName& unit_of) : unit_of_(unit_of) {}

  std::optional<Unit> of(const Expression& e, int depth = 0) const {
    constexpr int deepest = 500;  // what goes deeper stays unknown
    if (depth > deepest) return std::nullopt;
    const auto operand = [&](std::size_t i) { return of(*e.arguments[i], depth + 1); };
    switch (e.kind) {
      case Kind::number:
        if (e.unit) return *e.unit;
        return e.value == 0 ? std::nullopt : std::optional(Unit());
      case Kind::name:
        return unit_of_(e.name);
      case Kind::negate:
        return operand(0);
      case Kind::add:
      case Kind::subtract:
        return first_known(e, 1, depth);
      case Kind::multiply:
      case Kind::divide: {
        const auto a = operand(0), b = operand(1);
        if (!a || !b) return std::nullopt;
        return e.kind == Kind::multiply ? *a * *b : *a / *b;
      }
      case Kind::power: {
        const auto base = operand(0);
        if (!base || base->dimensionless()) return base;
        const Expression& exponent = *e.arguments[1];
        return exponent.kind == Kind::number ? base->power(exponent.value) : std::nullopt;
      }
      case Kind::call:
        return of_call(e, depth);
      default:
        return Unit();  // truths
    }
  }

  // Of the operands number 0, `step`, 2 `step`...
  std::optional<Unit> first_known(const Expression& e, std::size_t step, int depth) const {
    for (std::size_t i = 0; i < e.arguments.size(); i += step)
      if (auto unit = of(*e.arguments[i], depth + 1)) return unit;
    return std::nullopt;
  }

 private:
  std::optional<Unit> of_call(const Expression& e, int depth) const {
    if (e.arguments.empty()) return std::nullopt;
    if (among(plain, e.name)) return Unit();
    if (among(keep_unit, e.name)) return of(*e.arguments[0], depth + 1);
    if (among(choose, e.name)) return first_known(e, 1, depth);
    if (e.name == "piecewise") return first_known(e, 2, depth);
    if (e.name == "sqrt") {
      const auto unit = of(*e.arguments[0], depth + 1);
      return unit ? unit->power(0.5) : std::nullopt;
    }
    return std::nullopt;
  }

  const UnitOfName& unit_of_;
};

}  // namespace

std::optional<Unit> unit_of_zero(const Expression& formula, const UnitOfName& unit_of) {
  const Units units(unit_of);
  switch (formula.kind) {
    case Kind::add:
    case Kind::subtract:
    case Kind::less:
    case Kind::less_equal:
    case Kind::greater:
    case Kind::greater_equal:
    case Kind::equal:
    case Kind::not_equal:
      return units.first_known(formula, 1, 0);
    case Kind::call:
      if (among(choose, formula.name)) return units.first_known(formula, 1, 0);
      if (formula.name == "piecewise") return units.first_known(formula, 2, 0);
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace vesper::sbml
