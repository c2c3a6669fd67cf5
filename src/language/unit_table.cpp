#include "language/unit_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

namespace vesper::language {

using Kind = Expression::Kind;

bool is_model_unit(std::string_view name) {
  return name == "time_unit" || name == "substance" || name == "volume" || name == "area" ||
         name == "length" || name == "extent";
}

void UnitTable::define(const UnitStatement& statement) {
  if (!seen_.insert(statement.definition.get()).second) return;
  statements_[statement.name.text].push_back(&statement);
}

Result<void> UnitTable::finish() {
  for (const auto& [name, list] : statements_) {
    VESPER_TRY(const units::Unit first, named(name, list.front()->name.span));
    for (const UnitStatement* other : list) {
      VESPER_TRY(const units::Unit again, evaluate(*other->definition));
      if (first.same(again)) continue;
      const Place where = program_.place(list.front()->name.span);
      return fail(Code::unit_clash,
                  is_model_unit(name)
                      ? fmt::format("'{}' is {} here, but {} elsewhere in the model", name,
                                    again.text(), first.text())
                      : fmt::format("unit '{}' is defined twice with different meanings", name),
                  program_.place(other->name.span),
                  is_model_unit(name) ? "write all models that work together in the same units"
                                      : "give one of them another name",
                  {fmt::format("first in {}:{}: {}", where.file, where.line,
                               text(*list.front()->definition))});
    }
  }
  return {};
}

Result<units::Unit> UnitTable::named(const std::string& name, const Span& at) {
  if (const auto known = defined_.find(name); known != defined_.end()) return known->second;
  if (statements_.count(name) != 0) return define_now(name);
  return foreign(name, at);
}

Result<units::Unit> UnitTable::define_now(const std::string& name) {
  const UnitStatement& statement = *statements_.at(name).front();
  const bool circular = std::find(open_.begin(), open_.end(), name) != open_.end();
  constexpr std::size_t deepest = 100;
  if (circular || open_.size() >= deepest) {
    std::string chain;
    for (const std::string& one : open_) chain += one + " -> ";
    return fail(circular ? Code::circular_model : Code::too_deep,
                circular ? fmt::format("unit '{}' is defined by itself: {}{}", name, chain, name)
                         : fmt::format("more than {} units define each other", deepest),
                program_.place(statement.name.span));
  }
  open_.push_back(name);
  auto meaning = evaluate(*statement.definition);
  open_.pop_back();
  if (!meaning) return meaning;
  // The model's own units keep their wording: "3600 second" says more than "time_unit".
  const units::Unit unit = is_model_unit(name) ? *meaning : meaning->named(name);
  defined_.emplace(name, unit);
  return unit;
}

Result<units::Unit> UnitTable::foreign(const std::string& name, const Span& at) {
  if (const auto known = foreign_.find(name); known != foreign_.end()) return known->second;
  // Digits would be exponents to UDUNITS: `h2` is no unit of ours.
  const bool plain = std::all_of(name.begin(), name.end(),
                                 [](unsigned char c) { return std::isalpha(c) != 0 || c == '_'; });
  auto unit = name == "avogadro"
                  ? Result<units::Unit>(units::Unit().scaled(6.02214076e23).named(name))
              : plain ? units::Unit::parse(name, program_.place(at))
                      : fail(Code::unknown_unit, "");
  if (!unit && plain && name.size() > 2 && name.back() == 's') {
    if (auto one = units::Unit::parse(name.substr(0, name.size() - 1))) unit = one->named(name);
  }
  if (!unit) {
    std::vector<std::string> names;
    for (const auto& [defined, list] : statements_) names.push_back(defined);
    for (const char* one : {"second", "hour", "minute", "day",  "h",
                            "min",    "mole", "nmol",   "umol", "gram",
                            "mg",     "ug",   "ng",     "kg",   "litre",
                            "L",      "mL",   "metre",  "nM",   "dimensionless",
                            "item"}) {
      names.emplace_back(one);
    }
    const std::string near = nearest(name, names);
    const bool offset = unit.error().message.find("origin") != std::string::npos;
    return fail(Code::unknown_unit,
                offset ? unit.error().message : fmt::format("unknown unit '{}'", name),
                program_.place(at),
                offset ? unit.error().mend
                : near.empty()
                    ? fmt::format("define it: `unit {} = ...`", name)
                    : fmt::format("did you mean '{}'? or define it: `unit {} = ...`", near, name));
  }
  foreign_.emplace(name, *unit);
  return unit;
}

bool UnitTable::is_unit(const std::string& name) {
  return statements_.count(name) != 0 || foreign(name, {}).has_value();
}

// A plain number in a formula of units: 3600, 1e-9, 10^-3, 60*60.
Result<double> UnitTable::number(const Expression& formula) const {
  if (formula.kind == Kind::number && formula.name.empty()) return formula.value;
  return fail(Code::model_syntax, fmt::format("a plain number is wanted, not `{}`", text(formula)),
              program_.place(formula.span));
}

Result<units::Unit> UnitTable::evaluate(const Expression& formula) {
  switch (formula.kind) {
    case Kind::number: {
      if (!(formula.value > 0) || !std::isfinite(formula.value)) {
        return fail(Code::out_of_range, "a unit cannot be zero or negative",
                    program_.place(formula.span));
      }
      units::Unit unit;
      if (!formula.name.empty()) {
        VESPER_TRY(unit, named(formula.name, formula.span));
      }
      return formula.value == 1 ? unit : unit.scaled(formula.value);
    }
    case Kind::name:
      return named(formula.name, formula.span);
    case Kind::multiply:
    case Kind::divide: {
      VESPER_TRY(const units::Unit left, evaluate(*formula.arguments[0]));
      VESPER_TRY(const units::Unit right, evaluate(*formula.arguments[1]));
      return formula.kind == Kind::multiply ? left * right : left / right;
    }
    case Kind::power: {
      const Expression& base = *formula.arguments[0];
      if (base.kind == Kind::number && !base.name.empty() && base.value != 1) {
        return fail(Code::ambiguous_formula,
                    fmt::format("`{}` may mean ({})^... or {} * {}^...", text(formula), text(base),
                                base.value, base.name),
                    program_.place(formula.span),
                    fmt::format("write `{} * {}^...`", base.value, base.name));
      }
      VESPER_TRY(const units::Unit unit, evaluate(base));
      VESPER_TRY(const double exponent, number(*formula.arguments[1]));
      const auto raised = unit.power(exponent);
      if (!raised) {
        return fail(Code::out_of_range, fmt::format("`{}` is no unit", text(formula)),
                    program_.place(formula.span));
      }
      return *raised;
    }
    default:
      return fail(
          Code::model_syntax,
          fmt::format("a unit is made of names and numbers with * / ^, not `{}`", text(formula)),
          program_.place(formula.span));
  }
}

std::map<std::string, std::string> UnitTable::texts() const {
  std::map<std::string, std::string> texts;
  for (const auto& [name, list] : statements_) texts[name] = text(*list.front()->definition);
  return texts;
}

}  // namespace vesper::language
