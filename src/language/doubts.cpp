// Distributions between patients and uncertainty of a value: calls and numbers in a model's text
// to numbers in the symbol's own unit.
#include <fmt/format.h>

#include <cmath>

#include "language/distribution.h"
#include "language/flatten.h"
#include "language/words.h"

namespace vesper::language {

using Kind = Expression::Kind;

// The value of a number with or without a unit, in `unit`.
Result<double> Flattener::number_in(const Expression& number,
                                    const std::optional<units::Unit>& unit) const {
  if (number.kind != Kind::number) {
    return fail(Code::model_distribution, fmt::format("a number is wanted, not `{}`", text(number)),
                place(number.span));
  }
  if (!number.unit) return number.value;
  if (!unit) {
    return fail(Code::missing_unit,
                fmt::format("`{}` has a unit, but what it belongs to has none", text(number)),
                place(number.span));
  }
  if (!number.unit->same_dimension(*unit)) {
    return fail(Code::wrong_dimension,
                fmt::format("`{}` is given for something in {}", text(number), unit->text()),
                place(number.span));
  }
  return number.value * number.unit->factor_to(*unit);
}

// `lognormal(140, 42)` with its numbers in `unit` (which its arguments may decide), and its mean.
Result<ExpressionPtr> Flattener::distribution_call(const ExpressionPtr& tree, Instance* scope,
                                                   std::optional<units::Unit>& unit,
                                                   double& typical) {
  const DistributionShape* shape =
      tree->kind == Kind::call ? find_distribution(tree->name) : nullptr;
  if (shape == nullptr) {
    return fail(tree->kind == Kind::call && is_distribution(tree->name) ? Code::not_supported
                                                                        : Code::model_distribution,
                fmt::format("`{}` is no distribution that Vesper reads", text(*tree)),
                place(tree->span), "known are normal, lognormal, uniform, gamma and exponential");
  }
  VESPER_TRY(const ExpressionPtr call, renamed(tree, scope));
  for (std::size_t i = 0; i < call->arguments.size() && !unit; ++i) {
    if (call->arguments[i]->unit && argument_unit(*shape, i) == ArgumentUnit::of_value) {
      unit = *call->arguments[i]->unit;
    }
  }
  std::vector<double> values;
  std::vector<ExpressionPtr> plain;
  for (std::size_t i = 0; i < call->arguments.size(); ++i) {
    std::optional<units::Unit> wanted = unit;
    if (argument_unit(*shape, i) == ArgumentUnit::none) wanted = units::Unit();
    if (argument_unit(*shape, i) == ArgumentUnit::per_value && unit) wanted = units::Unit() / *unit;
    VESPER_TRY(const double value, number_in(*call->arguments[i], wanted));
    values.push_back(value);
    plain.push_back(make_number(value, nullptr, call->arguments[i]->span));
  }
  VESPER_TRY(typical, typical_value(*shape, values, place(tree->span)));
  return make_call(call->name, std::move(plain), call->span);
}

Result<void> Flattener::set_distribution(Symbol& symbol, const Given& given) {
  double typical = 0;
  VESPER_TRY(symbol.distribution, distribution_call(given.tree, given.scope, symbol.unit, typical));
  symbol.initial = make_number(typical, nullptr, given.tree->span);
  return {};
}

namespace {

template <class T>
bool set_once(std::optional<T>& slot, T value) {
  if (slot) return false;
  slot = value;
  return true;
}

}  // namespace

Result<void> Flattener::set_doubts(Symbol& symbol, const Variable& variable) {
  const int value = variable.initial ? variable.initial->scope->depth : 0;
  std::map<std::string, int> outermost;
  for (const Variable::Doubt& doubt : variable.doubts) {
    const auto [entry, fresh] = outermost.emplace(doubt.keyword, doubt.scope->depth);
    if (!fresh) entry->second = std::min(entry->second, doubt.scope->depth);
  }
  for (const Variable::Doubt& doubt : variable.doubts) {
    const int depth = doubt.scope->depth;
    if (depth > outermost[doubt.keyword] || (variable.overridden && depth > value)) continue;
    if (variable.rule) {
      return fail(Code::model_distribution,
                  fmt::format("'{}' is computed by a rule and has no uncertainty of its own",
                              variable.local),
                  place(doubt.span), "say it of the parameters in its rule");
    }
    if (!symbol.uncertainty) {
      symbol.uncertainty.emplace();
      symbol.uncertainty->span = doubt.span;
    }
    VESPER_TRY(const bool fresh, set_doubt(*symbol.uncertainty, symbol, doubt));
    if (!fresh) {
      return fail(Code::given_twice,
                  fmt::format("the uncertainty of '{}' is given twice", variable.local),
                  place(doubt.span), "delete one of them");
    }
  }
  return {};
}

Result<bool> Flattener::set_doubt(Uncertainty& uncertainty, Symbol& symbol,
                                  const Variable::Doubt& doubt) {
  if (doubt.keyword == "distribution") {
    double typical = 0;
    VESPER_TRY(ExpressionPtr call, distribution_call(doubt.low, doubt.scope, symbol.unit, typical));
    const bool fresh = uncertainty.distribution == nullptr;
    uncertainty.distribution = std::move(call);
    return fresh;
  }
  VESPER_TRY(const ExpressionPtr low, renamed(doubt.low, doubt.scope));
  const auto refuse = [&](std::string_view why) {
    return fail(Code::model_distribution, fmt::format("`.{}` {}", doubt.keyword, why),
                place(doubt.span));
  };
  if (doubt.keyword == "confidenceInterval") {
    VESPER_TRY(const ExpressionPtr high, renamed(doubt.high, doubt.scope));
    VESPER_TRY(const double from, number_in(*low, symbol.unit));
    VESPER_TRY(const double to, number_in(*high, symbol.unit));
    if (!(from < to) || !std::isfinite(from) || !std::isfinite(to)) {
      return refuse("goes from a lower to a higher number");
    }
    return set_once(uncertainty.confidence_interval, std::pair(from, to));
  }
  std::optional<units::Unit> unit = symbol.unit;
  if (doubt.keyword == "coefficientOfVariation") unit = units::Unit();
  if (doubt.keyword == "variance" && unit) unit = unit->power(2);
  VESPER_TRY(const double spread, number_in(*low, unit));
  if (!(spread >= 0) || !std::isfinite(spread)) return refuse("cannot be negative");
  if (doubt.keyword == "coefficientOfVariation") {
    return set_once(uncertainty.coefficient_of_variation, spread);
  }
  return set_once(uncertainty.standard_deviation,
                  doubt.keyword == "variance" ? std::sqrt(spread) : spread);
}

}  // namespace vesper::language
