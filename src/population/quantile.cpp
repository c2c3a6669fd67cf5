// The truncated normal by the inverse of its distribution function F.  With p = F(z), q = F(-z) the
// value x in [a, b] solves both
//   F(x)  = q F(a)  + p F(b)       (the lower tail)
//   F(-x) = q F(-a) + p F(-b)      (the upper tail)
// and the smaller of the two right-hand sides keeps its digits.
// Devroye (1986), Non-Uniform Random Variate Generation, section II.2 (inversion, truncation).
#include "population/quantile.h"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>

namespace vesper::population {

namespace {

// Plain double throughout, so that the digits do not depend on whether long double is wider; no
// exceptions on numbers.
using Policy = boost::math::policies::policy<
    boost::math::policies::promote_double<false>,
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>>;

}  // namespace

double normal_cdf(double z) {
  return std::erfc(-z / std::numbers::sqrt2) / 2;
}

double normal_quantile(double p) {
  if (p <= 0) return -std::numeric_limits<double>::infinity();
  if (p >= 1) return std::numeric_limits<double>::infinity();
  return -std::numbers::sqrt2 * boost::math::erfc_inv(2 * p, Policy());
}

double normal_mass(double a, double b) {
  return a > 0 ? normal_cdf(-a) - normal_cdf(-b) : normal_cdf(b) - normal_cdf(a);
}

double truncate_normal(double z, double a, double b) {
  if (std::isinf(a) && std::isinf(b)) return z;
  assert(normal_mass(a, b) >= least_mass);
  const double p = normal_cdf(z), q = normal_cdf(-z);
  const double lower = q * normal_cdf(a) + p * normal_cdf(b);
  const double upper = q * normal_cdf(-a) + p * normal_cdf(-b);
  const double x = lower < upper ? normal_quantile(lower) : -normal_quantile(upper);
  return std::clamp(x, a, b);
}

}  // namespace vesper::population
