// One patient of a population.
//
//   n_j        independent standard normals, index j of the stream
//   z = L n    L the Cholesky factor of the correlation
//   x_i        = Q_i(F(z_i)), Q_i the quantile of margin i, F that of the standard normal
//
// A bounded margin is the truncated distribution itself, so a bound changes no other margin, and
// the dependence is the Gaussian copula with the correlation given: Nelsen (2006), An Introduction
// to Copulas, 2nd ed., section 2.9.  No value is rejected: index j serves variable j alone, and a
// variable added at the end leaves all others as they were.
//
// Between patients, with T the typical value times the effects of the patient's covariates:
//   P = T exp(omega z), T + sd z, expit(logit T + omega z)
// bounded by truncating z between the bounds as seen from T.
#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "population/data.h"
#include "population/quantile.h"

namespace vesper::population {

namespace {

std::vector<double> normals(const RandomKey& key, const Matrix& factor) {
  std::vector<double> independent(factor.size());
  for (std::size_t i = 0; i < independent.size(); ++i) independent[i] = normal(key, i);
  return correlate(factor, independent);
}

double logit(double p) {
  return std::log(p) - std::log1p(-p);
}

double expit(double x) {
  return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}

// The scale on which a parameter's eta is added, and the way back.
double to_eta_scale(ParameterModel::Form form, double value) {
  switch (form) {
    case ParameterModel::Form::log_normal:
      return value <= 0 ? -infinity : std::log(value);
    case ParameterModel::Form::logit_normal:
      return value <= 0 ? -infinity : value >= 1 ? infinity : logit(value);
    case ParameterModel::Form::normal:
    case ParameterModel::Form::fixed:
      break;
  }
  return value;
}

double from_eta_scale(ParameterModel::Form form, double typical, double eta) {
  switch (form) {
    case ParameterModel::Form::log_normal:
      return typical * std::exp(eta);
    case ParameterModel::Form::logit_normal:
      return expit(logit(typical) + eta);
    case ParameterModel::Form::normal:
    case ParameterModel::Form::fixed:
      break;
  }
  return typical + eta;
}

// Why no patient can have this typical value, or "".
std::string problem_of_typical(const ParameterModel& model, double typical) {
  if (!std::isfinite(typical)) {
    return fmt::format("'{}' is not a finite number for this patient's covariates", model.name);
  }
  if (model.form == ParameterModel::Form::log_normal && typical < 0) {
    return fmt::format("'{}' is log-normal, but its typical value is {:g}", model.name, typical);
  }
  if (model.form == ParameterModel::Form::logit_normal && !(typical >= 0 && typical <= 1)) {
    return fmt::format("'{}' is a fraction, but its typical value is {:g}", model.name, typical);
  }
  return "";
}

// A typical value that no eta moves: no spread, or the end of a scale.
bool is_still(const ParameterModel& model, double typical) {
  if (model.spread() == 0) return true;
  if (model.form == ParameterModel::Form::log_normal) return typical == 0;
  if (model.form == ParameterModel::Form::logit_normal) return typical == 0 || typical == 1;
  return false;
}

// The value, or a problem.
double individual(const ParameterModel& model, double typical, double z, std::string& problem) {
  problem = problem_of_typical(model, typical);
  if (!problem.empty()) return std::nan("");
  const double low = model.lowest(), high = model.highest();
  if (is_still(model, typical)) {
    if (typical >= low && typical <= high) return typical;
    problem = fmt::format("'{}' is {:g} for this patient, outside its bounds", model.name, typical);
    return std::nan("");
  }
  const double centre = to_eta_scale(model.form, typical);
  const double a = (to_eta_scale(model.form, low) - centre) / model.spread();
  const double b = (to_eta_scale(model.form, high) - centre) / model.spread();
  if (normal_mass(a, b) < least_mass) {
    problem = fmt::format("'{}' is typically {:g} for this patient, too far outside its bounds",
                          model.name, typical);
    return std::nan("");
  }
  const double eta = model.spread() * truncate_normal(z, a, b);
  // The way there and back may round across a bound.
  return std::clamp(from_eta_scale(model.form, typical, eta), low, high);
}

}  // namespace

std::pair<double, double> Margin::normal_bounds() const {
  const auto standard = [this](double bound) {
    if (kind == Kind::log_normal) bound = bound <= 0 ? -infinity : std::log(bound);
    return (bound - location) / scale;
  };
  return {standard(low), standard(high)};
}

std::pair<double, double> Margin::support() const {
  if (kind == Kind::log_normal) return {std::max(low, 0.0), high};
  return {low, high};
}

double Margin::value(double z) const {
  switch (kind) {
    case Kind::choice: {
      const auto chosen = std::upper_bound(cumulative.begin(), cumulative.end() - 1, normal_cdf(z));
      return static_cast<double>(chosen - cumulative.begin());
    }
    case Kind::uniform:
      return low * normal_cdf(-z) + high * normal_cdf(z);
    case Kind::normal:
    case Kind::log_normal:
      break;
  }
  double x = location;
  if (scale > 0) {
    const auto [a, b] = normal_bounds();
    x += scale * truncate_normal(z, a, b);
  }
  return std::clamp(kind == Kind::log_normal ? std::exp(x) : x, low, high);
}

double Effect::factor(double covariate) const {
  switch (kind) {
    case Kind::power:
      return std::pow(covariate / reference, coefficient);
    case Kind::linear:
      return 1 + coefficient * (covariate / reference - 1);
    case Kind::exponential:
      return std::exp(coefficient * (covariate - reference));
    case Kind::factors:
      break;
  }
  return factors[static_cast<std::size_t>(covariate)];
}

Patient Population::draw(std::uint64_t seed, std::uint32_t replicate, std::uint64_t patient,
                         const std::vector<double>& typical) const {
  assert(typical.size() == data_->parameters.size());
  Patient drawn;
  drawn.id = patient;
  const std::vector<double> underlying =
      normals({seed, replicate, patient, Stream::covariates}, data_->covariate_factor);
  for (std::size_t i = 0; i < underlying.size(); ++i) {
    drawn.covariates.push_back(data_->margins[i].value(underlying[i]));
  }
  const std::vector<double> etas =
      normals({seed, replicate, patient, Stream::parameters}, data_->parameter_factor);
  for (std::size_t i = 0; i < etas.size(); ++i) {
    const ParameterModel& model = data_->parameters[i];
    double value = typical[i];
    for (const Effect& effect : model.effects) {
      value *= effect.factor(drawn.covariates[effect.covariate]);
    }
    std::string problem;
    drawn.parameters.push_back(individual(model, value, etas[i], problem));
    if (drawn.problem.empty()) drawn.problem = problem;
  }
  return drawn;
}

}  // namespace vesper::population
