// Covariates.  With coefficient of variation c and mean m, a log-normal has
//   sigma^2 = ln(1 + c^2),  median = m exp(-sigma^2/2)
// Johnson, Kotz & Balakrishnan (1994), Continuous Univariate Distributions, vol. 1, chapter 14.
#include <fmt/format.h>

#include <cmath>

#include "population/quantile.h"
#include "population/read.h"

namespace vesper::population {

namespace {

using files::Yaml;

struct Named {
  Covariate covariate;
  Margin margin;
  units::Unit unit;
};

Result<void> read_choice(const Yaml& choices, Named& named) {
  if (!choices.is_map() || choices.entries().empty()) {
    return fail(Code::wrong_type, "'choice' is a mapping of choices to their probabilities",
                choices.place(), "such as {female: 50 %, male: 50 %}");
  }
  named.margin.kind = Margin::Kind::choice;
  double sum = 0;
  for (const auto& [choice, probability] : choices.entries()) {
    VESPER_TRY(const double p, probability.in(units::Unit()));
    if (!(p >= 0 && p <= 1)) {
      const bool percent_forgotten =
          p > 1 && p <= 100 && probability.raw().find('%') == std::string::npos;
      return fail(
          Code::out_of_range,
          fmt::format("probability '{}' must lie between 0 and 1 (100 %)", probability.raw()),
          probability.place(),
          percent_forgotten ? fmt::format("did you mean '{} %'?", probability.raw()) : "");
    }
    sum += p;
    named.covariate.choices.push_back(choice.raw());
    named.margin.cumulative.push_back(sum);
  }
  if (std::abs(sum - 1) > 1e-6) {
    return fail(Code::probabilities,
                fmt::format("the probabilities of '{}' sum to {:.7g} %, not to 100 %",
                            named.covariate.name, 100 * sum),
                choices.place());
  }
  for (double& probability : named.margin.cumulative) probability /= sum;
  return {};
}

// A value that sets the covariate's unit.
Result<double> leading(const Yaml& value, Named& named) {
  VESPER_TRY(const units::Quantity quantity, value.quantity());
  named.unit = quantity.unit;
  // 97 % is the number 0.97: the same as without the sign.
  if (quantity.unit.dimensionless()) named.unit = units::Unit();
  named.covariate.unit = named.unit.text();
  return quantity.in(named.unit);
}

Result<void> read_uniform(const Yaml& uniform, Named& named) {
  VESPER_CHECK(uniform.keys({"from", "to"}));
  named.margin.kind = Margin::Kind::uniform;
  VESPER_TRY(const Yaml from, uniform.at("from"));
  VESPER_TRY(named.margin.low, leading(from, named));
  VESPER_TRY(named.margin.high, uniform.in("to", named.unit));
  if (!(named.margin.low < named.margin.high)) {
    return fail(
        Code::empty_bounds,
        fmt::format("from '{}' must lie below to '{}'", from.raw(), uniform.find("to")->raw()),
        from.place());
  }
  return {};
}

// One of `sd` and `cv`; a cv needs a mean to refer to.
Result<double> read_normal_spread(const Yaml& normal, double mean, const units::Unit& unit) {
  const Yaml* sd = normal.find("sd");
  const Yaml* cv = normal.find("cv");
  if ((sd == nullptr) == (cv == nullptr)) {
    return fail(Code::unknown_distribution,
                sd == nullptr ? "a normal distribution needs 'sd' or 'cv'"
                              : "'sd' and 'cv' both give the spread",
                normal.place(), "give one of them");
  }
  if (sd != nullptr) return read_spread(*sd, "sd", unit, infinity);
  VESPER_TRY(const double relative, read_spread(*cv, "cv", units::Unit(), largest_cv));
  if (!(mean > 0)) {
    return fail(Code::bad_spread, "a 'cv' needs a mean above 0", cv->place(), "give `sd` instead");
  }
  return relative * mean;
}

Result<void> read_normal(const Yaml& normal, Named& named) {
  VESPER_CHECK(normal.keys({"mean", "sd", "cv"}));
  named.margin.kind = Margin::Kind::normal;
  VESPER_TRY(const Yaml mean, normal.at("mean"));
  VESPER_TRY(named.margin.location, leading(mean, named));
  VESPER_TRY(named.margin.scale, read_normal_spread(normal, named.margin.location, named.unit));
  return {};
}

Result<void> read_log_normal(const Yaml& log_normal, Named& named) {
  VESPER_CHECK(log_normal.keys({"mean", "median", "cv"}));
  named.margin.kind = Margin::Kind::log_normal;
  const bool has_mean = log_normal.has("mean");
  if (has_mean == log_normal.has("median")) {
    return fail(Code::unknown_distribution,
                has_mean ? "'mean' and 'median' both give the centre"
                         : "a log-normal distribution needs 'mean' or 'median'",
                log_normal.place(), "give one of them");
  }
  VESPER_TRY(const Yaml centre, log_normal.at(has_mean ? "mean" : "median"));
  VESPER_TRY(const double value, leading(centre, named));
  if (!(value > 0)) {
    return fail(Code::out_of_range,
                fmt::format("'{}' must be above 0 in a log-normal distribution", centre.raw()),
                centre.place());
  }
  VESPER_TRY(const Yaml cv, log_normal.at("cv"));
  VESPER_TRY(const double relative, read_spread(cv, "cv", units::Unit(), largest_cv));
  const double variance = std::log1p(relative * relative);
  named.margin.scale = std::sqrt(variance);
  named.margin.location = std::log(value) - (has_mean ? variance / 2 : 0);
  return {};
}

Result<void> read_bounds(const Yaml& written, Named& named) {
  const Yaml* from = written.find("from");
  const Yaml* to = written.find("to");
  if (from == nullptr && to == nullptr) return {};
  Margin& margin = named.margin;
  const Yaml& first = from != nullptr ? *from : *to;
  if (margin.kind == Margin::Kind::choice || margin.kind == Margin::Kind::uniform) {
    return fail(Code::unknown_key,
                fmt::format("'from' and 'to' bound a normal or log-normal covariate, not '{}'",
                            named.covariate.name),
                first.place());
  }
  if (from != nullptr) {
    VESPER_TRY(margin.low, from->in(named.unit));
  }
  if (to != nullptr) {
    VESPER_TRY(margin.high, to->in(named.unit));
  }
  if (!(margin.low < margin.high)) {
    return fail(Code::empty_bounds,
                fmt::format("from '{}' must lie below to '{}'", from->raw(), to->raw()),
                from->place());
  }
  bool empty = false;
  if (margin.scale > 0) {
    const auto [a, b] = margin.normal_bounds();
    empty = normal_mass(a, b) < least_mass;
  } else {
    const double only =
        margin.kind == Margin::Kind::log_normal ? std::exp(margin.location) : margin.location;
    empty = only < margin.low || only > margin.high;
  }
  if (empty) {
    return fail(Code::empty_bounds,
                fmt::format("the bounds of '{}' leave less than one patient in a million",
                            named.covariate.name),
                first.place());
  }
  return {};
}

Result<Named> read_covariate(const Yaml& name, const Yaml& written) {
  VESPER_CHECK(written.keys({"choice", "uniform", "normal", "log-normal", "from", "to"}));
  Named named;
  named.covariate.name = name.raw();
  int kinds = 0;
  for (const char* kind : {"choice", "uniform", "normal", "log-normal"}) {
    kinds += written.has(kind) ? 1 : 0;
  }
  if (kinds != 1) {
    return fail(Code::unknown_distribution,
                fmt::format("covariate '{}' has {}", named.covariate.name,
                            kinds == 0 ? "no distribution" : "more than one distribution"),
                name.place(), "give one of choice, uniform, normal, log-normal");
  }
  if (const Yaml* choice = written.find("choice")) VESPER_CHECK(read_choice(*choice, named));
  if (const Yaml* uniform = written.find("uniform")) VESPER_CHECK(read_uniform(*uniform, named));
  if (const Yaml* normal = written.find("normal")) VESPER_CHECK(read_normal(*normal, named));
  if (const Yaml* log = written.find("log-normal")) VESPER_CHECK(read_log_normal(*log, named));
  VESPER_CHECK(read_bounds(written, named));
  return named;
}

}  // namespace

Result<double> read_spread(const Yaml& value, std::string_view key, const units::Unit& unit,
                           double most) {
  VESPER_TRY(const double spread, value.in(unit));
  if (!(spread >= 0)) {
    return fail(Code::bad_spread, fmt::format("{} '{}' cannot be negative", key, value.raw()),
                value.place());
  }
  if (spread > most) {
    const bool percent_forgotten =
        unit.dimensionless() && spread <= 100 * most && value.raw().find('%') == std::string::npos;
    return fail(Code::bad_spread,
                fmt::format("{} '{}' is above {:g} %", key, value.raw(), 100 * most), value.place(),
                percent_forgotten ? fmt::format("did you mean '{} %'?", value.raw()) : "");
  }
  return spread;
}

Result<void> read_covariates(const Yaml& root, Contents& contents) {
  if (const Yaml* covariates = root.find("covariates")) {
    if (!covariates->is_map()) {
      return fail(Code::wrong_type, "'covariates' is a mapping from their names",
                  covariates->place(), "such as `age: {uniform: {from: 18 years, to: 75 years}}`");
    }
    for (const auto& [name, written] : covariates->entries()) {
      VESPER_TRY(Named named, read_covariate(name, written));
      contents.covariates.push_back(std::move(named.covariate));
      contents.margins.push_back(std::move(named.margin));
      contents.units.push_back(named.unit);
    }
  }
  const std::vector<std::string> names = contents.covariate_names();
  const auto find = [&](const Yaml& name) -> Result<std::size_t> {
    VESPER_TRY(const std::string text, name.text());
    if (const auto index = contents.find_covariate(text)) return *index;
    return fail(Code::unknown_covariate, fmt::format("unknown covariate '{}'", text), name.place(),
                suggest(text, names));
  };
  VESPER_TRY(contents.covariate_factor, read_correlations(root.find("correlations"), names, find));
  return {};
}

}  // namespace vesper::population
