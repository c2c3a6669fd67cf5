// mean = sum x / n,  sd = sqrt(sum (x - mean)^2 / (n - 1)), in the order of patients; quantile p of
// ascending x_0 .. x_(n-1): with h = (n - 1) p, x_floor(h) + (h - floor(h)) (x_(floor(h)+1) -
// x_floor(h)).
#include "simulate/band.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace vesper::simulate {

double quantile(std::span<const double> ascending, double p) {
  if (ascending.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double position = static_cast<double>(ascending.size() - 1) * p;
  const auto below = static_cast<std::size_t>(position);
  const auto above = std::min(below + 1, ascending.size() - 1);
  const double part = position - static_cast<double>(below);
  // Equal neighbours give their value and no rounding, infinite ones no NaN.
  if (part == 0 || ascending[below] == ascending[above]) return ascending[below];
  return ascending[below] + part * (ascending[above] - ascending[below]);
}

Band band(std::span<const double> values) {
  std::vector<double> known;
  known.reserve(values.size());
  for (const double value : values) {
    if (!std::isnan(value)) known.push_back(value);
  }
  Band result;
  result.n = known.size();
  const auto n = static_cast<double>(known.size());
  double sum = 0, squares = 0;
  for (const double value : known) sum += value;
  result.mean = known.empty() ? std::numeric_limits<double>::quiet_NaN() : sum / n;
  for (const double value : known) squares += (value - result.mean) * (value - result.mean);
  result.sd =
      known.size() < 2 ? std::numeric_limits<double>::quiet_NaN() : std::sqrt(squares / (n - 1));
  std::sort(known.begin(), known.end());
  result.q05 = quantile(known, 0.05);
  result.q25 = quantile(known, 0.25);
  result.q50 = quantile(known, 0.50);
  result.q75 = quantile(known, 0.75);
  result.q95 = quantile(known, 0.95);
  return result;
}

}  // namespace vesper::simulate
