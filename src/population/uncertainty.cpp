// Uncertain parameters by quantiles.  A beta of mean m and standard deviation s has
//   alpha = m k, beta = (1 - m) k, k = m (1 - m) / s^2 - 1
// Johnson, Kotz & Balakrishnan (1995), Continuous Univariate Distributions, vol. 2, chapter 25.
#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <cmath>
#include <optional>
#include <utility>

#include "population/population.h"
#include "population/quantile.h"

namespace vesper::population {

namespace {

using Form = UncertainParameter::Form;

// Inversion falls short of the last digits rather than failing; no exceptions on numbers.
using Policy = boost::math::policies::policy<
    boost::math::policies::promote_double<false>,
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::evaluation_error<boost::math::policies::ignore_error>>;
using Beta = boost::math::beta_distribution<double, Policy>;

// [low, high] as standard normals.
std::pair<double, double> standard_bounds(const UncertainParameter& p) {
  const auto standard = [&](double bound) {
    if (p.form == Form::normal) return (bound - p.typical) / p.spread;
    const double log = bound <= 0 ? -std::numeric_limits<double>::infinity() : std::log(bound);
    return (log - std::log(p.typical)) / p.spread;
  };
  return {standard(p.low), standard(p.high)};
}

Beta beta_of(const UncertainParameter& p) {
  const double k = p.typical * (1 - p.typical) / (p.spread * p.spread) - 1;
  return Beta(p.typical * k, (1 - p.typical) * k);
}

// F(low), F(high).
std::pair<double, double> beta_bounds(const UncertainParameter& p) {
  const Beta beta = beta_of(p);
  return {p.low <= 0   ? 0
          : p.low >= 1 ? 1
                       : cdf(beta, p.low),
          p.high >= 1   ? 1
          : p.high <= 0 ? 0
                        : cdf(beta, p.high)};
}

}  // namespace

std::string problem_of(const UncertainParameter& p) {
  if (!std::isfinite(p.typical) || !std::isfinite(p.spread)) return "it is not finite";
  if (!(p.low < p.high)) return "its lower bound does not lie below its upper one";
  if (p.form == Form::uniform) {
    return std::isfinite(p.low) && std::isfinite(p.high) ? "" : "a uniform needs both its ends";
  }
  if (p.spread < 0) return "its spread is negative";
  if (p.form == Form::log_normal && !(p.typical > 0)) {
    return "a log-normal needs a value above 0";
  }
  if (p.form == Form::beta && !(p.typical > 0 && p.typical < 1)) {
    return "a beta needs a value between 0 and 1";
  }
  if (p.spread == 0) {
    return p.typical >= p.low && p.typical <= p.high ? "" : "it lies outside its bounds";
  }
  if (p.form == Form::beta) {
    if (!(p.spread * p.spread < p.typical * (1 - p.typical))) return "it is too wide for a beta";
    const auto [low, high] = beta_bounds(p);
    return high - low < least_mass ? "its bounds leave next to nothing of it" : "";
  }
  const auto [a, b] = standard_bounds(p);
  return normal_mass(a, b) < least_mass ? "its bounds leave next to nothing of it" : "";
}

double draw_uncertain(const UncertainParameter& p, double uniform01) {
  if (!problem_of(p).empty()) return std::nan("");
  if (p.form == Form::uniform) return p.low + uniform01 * (p.high - p.low);
  if (p.spread == 0) return p.typical;
  double value = 0;
  if (p.form == Form::beta) {
    const auto [low, high] = beta_bounds(p);
    value = quantile(beta_of(p), low + uniform01 * (high - low));
  } else {
    const auto [a, b] = standard_bounds(p);
    const double eta = p.spread * truncate_normal(normal_quantile(uniform01), a, b);
    value = p.form == Form::normal ? p.typical + eta : p.typical * std::exp(eta);
  }
  return std::clamp(value, p.low, p.high);
}

}  // namespace vesper::population
