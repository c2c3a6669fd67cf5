// Effects of covariates on parameters, and the check that none can turn a parameter negative.
#include <fmt/format.h>

#include <cmath>

#include "population/read.h"

namespace vesper::population {

namespace {

using files::Yaml;

Result<std::vector<double>> read_factors(const Yaml& factors, const Covariate& covariate) {
  if (covariate.choices.empty()) {
    return fail(Code::bad_effect,
                fmt::format("'factors' need a covariate with choices, and '{}' is a number",
                            covariate.name),
                factors.place(), "give power, linear or exponential");
  }
  VESPER_CHECK(factors.keys(covariate.choices));
  std::vector<double> values;
  for (const std::string& choice : covariate.choices) {
    const Yaml* value = factors.find(choice);
    if (value == nullptr) {
      return fail(Code::bad_effect, fmt::format("the factor for '{}' is missing", choice),
                  factors.place(), fmt::format("add `{}: 1`", choice));
    }
    VESPER_TRY(const double factor, value->in(units::Unit()));
    if (!(factor >= 0)) {
      return fail(Code::out_of_range, fmt::format("factor '{}' cannot be negative", value->raw()),
                  value->place());
    }
    values.push_back(factor);
  }
  return values;
}

Result<void> check_range(const Effect& effect, const Covariate& covariate, const Margin& margin,
                         const Yaml& written) {
  const auto [low, high] = margin.support();
  const auto refuse = [&](const std::string& what, const char* bound) {
    return fail(Code::effect_out_of_range, what, written.place(),
                fmt::format("give the covariate '{}' a bound with `{}:`", covariate.name, bound));
  };
  if (effect.kind == Effect::Kind::power) {
    const bool never_zero = margin.kind == Margin::Kind::log_normal || low > 0;
    if (never_zero) return {};
    return refuse(fmt::format("'{}' is not always above 0, so it has no power", covariate.name),
                  "from");
  }
  if (effect.kind != Effect::Kind::linear || effect.coefficient == 0) return {};
  for (const double end : {low, high}) {
    const double factor = effect.factor(end);
    if (factor >= 0) continue;
    return refuse(std::isinf(end) ? fmt::format("the linear factor falls below 0 for {} '{}'",
                                                end < 0 ? "small" : "large", covariate.name)
                                  : fmt::format("the linear factor is {:.3g} where '{}' is {:g} {}",
                                                factor, covariate.name, end, covariate.unit),
                  end == low ? "from" : "to");
  }
  return {};
}

Result<Effect> read_number_effect(const Yaml& written, std::size_t index,
                                  const Contents& contents) {
  const Covariate& covariate = contents.covariates[index];
  const units::Unit& unit = contents.units[index];
  Effect effect;
  effect.covariate = index;
  const char* kind = written.has("power")    ? "power"
                     : written.has("linear") ? "linear"
                                             : "exponential";
  const Yaml& coefficient = *written.find(kind);
  if (!covariate.choices.empty()) {
    return fail(Code::bad_effect,
                fmt::format("'{}' needs a covariate that is a number, and '{}' has choices", kind,
                            covariate.name),
                coefficient.place(), "give `factors`, one for each choice");
  }
  if (!written.has("reference")) {
    return fail(Code::bad_effect, fmt::format("'{}' needs a 'reference'", kind), written.place(),
                fmt::format("add `reference: ... {}`, the '{}' at which the factor is 1",
                            covariate.unit == "1" ? "" : covariate.unit, covariate.name));
  }
  const Yaml& reference = *written.find("reference");
  VESPER_TRY(effect.reference, reference.in(unit));
  if (written.has("exponential")) {
    effect.kind = Effect::Kind::exponential;
    VESPER_TRY(effect.coefficient, coefficient.in(units::Unit() / unit));
    return effect;
  }
  effect.kind = written.has("power") ? Effect::Kind::power : Effect::Kind::linear;
  VESPER_TRY(effect.coefficient, coefficient.in(units::Unit()));
  if (!(effect.reference > 0)) {
    return fail(Code::out_of_range, fmt::format("reference '{}' must be above 0", reference.raw()),
                reference.place());
  }
  VESPER_CHECK(check_range(effect, covariate, contents.margins[index], coefficient));
  return effect;
}

Result<Effect> read_effect(const Yaml& written, const Contents& contents) {
  VESPER_CHECK(
      written.keys({"covariate", "power", "linear", "exponential", "factors", "reference"}));
  VESPER_TRY(const Yaml name, written.at("covariate"));
  VESPER_TRY(const std::string covariate, name.text());
  const auto index = contents.find_covariate(covariate);
  if (!index) {
    return fail(Code::unknown_covariate, fmt::format("unknown covariate '{}'", covariate),
                name.place(), suggest(covariate, contents.covariate_names()));
  }
  int kinds = 0;
  for (const char* kind : {"power", "linear", "exponential", "factors"}) {
    kinds += written.has(kind) ? 1 : 0;
  }
  if (kinds != 1) {
    return fail(Code::bad_effect,
                fmt::format("the effect of '{}' has {}", covariate,
                            kinds == 0 ? "no form" : "more than one form"),
                written.place(), "give one of power, linear, exponential, factors");
  }
  const Yaml* factors = written.find("factors");
  if (factors == nullptr) return read_number_effect(written, *index, contents);
  if (const Yaml* reference = written.find("reference")) {
    return fail(Code::bad_effect, "'factors' have no 'reference'", reference->place(),
                "the choice with factor 1 is the reference");
  }
  Effect effect;
  effect.kind = Effect::Kind::factors;
  effect.covariate = *index;
  VESPER_TRY(effect.factors, read_factors(*factors, contents.covariates[*index]));
  return effect;
}

}  // namespace

Result<std::vector<Effect>> read_effects(const Yaml& list, const Contents& contents) {
  if (!list.is_list()) {
    return fail(Code::wrong_type, "'effects' is a list", list.place(), "begin each with `- `");
  }
  std::vector<Effect> effects;
  for (const Yaml& written : list.items()) {
    VESPER_TRY(Effect effect, read_effect(written, contents));
    for (const Effect& other : effects) {
      if (other.covariate == effect.covariate && other.kind == effect.kind) {
        return fail(Code::bad_effect,
                    fmt::format("the effect of '{}' is given twice",
                                contents.covariates[effect.covariate].name),
                    written.place(), "keep one of them");
      }
    }
    effects.push_back(std::move(effect));
  }
  return effects;
}

}  // namespace vesper::population
