// Means of the distributions in distribution.h: Forbes, Evans, Hastings and Peacock, Statistical
// Distributions, 4th edition (2011).
#include "language/distribution.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vesper::language {

const DistributionShape* find_distribution(std::string_view name) {
  using enum ArgumentUnit;
  static const std::vector<DistributionShape> shapes = {
      {"normal", {of_value, of_value}, true},   {"lognormal", {of_value, of_value}, true},
      {"uniform", {of_value, of_value}, false}, {"gamma", {none, of_value}, false},
      {"exponential", {per_value}, false},
  };
  const auto found = std::find_if(shapes.begin(), shapes.end(),
                                  [&](const DistributionShape& one) { return one.name == name; });
  return found == shapes.end() ? nullptr : &*found;
}

ArgumentUnit argument_unit(const DistributionShape& shape, std::size_t index) {
  return index < shape.arguments.size() ? shape.arguments[index] : ArgumentUnit::of_value;
}

Result<double> typical_value(const DistributionShape& shape, const std::vector<double>& a,
                             const Place& place) {
  const std::size_t wanted = shape.arguments.size();
  if (a.size() != wanted && !(shape.bounds && a.size() == wanted + 2)) {
    return fail(Code::call_arguments,
                fmt::format("`{}` takes {}{} numbers, not {}", shape.name, wanted,
                            shape.bounds ? fmt::format(" or {}", wanted + 2) : "", a.size()),
                place);
  }
  const auto refuse = [&](std::string_view why) {
    return fail(Code::model_distribution, fmt::format("`{}`: {}", shape.name, why), place);
  };
  if (!std::all_of(a.begin(), a.end(), [](double x) { return std::isfinite(x); })) {
    return refuse("its arguments must be finite numbers");
  }
  double mean = 0;
  if (shape.name == "normal" || shape.name == "lognormal") {
    if (a[1] <= 0) return refuse("the standard deviation must be above 0");
    if (shape.name == "lognormal" && a[0] <= 0) return refuse("the mean must be above 0");
    mean = a[0];
  } else if (shape.name == "uniform") {
    if (a[0] >= a[1]) return refuse("the first number must be below the second");
    mean = 0.5 * (a[0] + a[1]);
  } else if (shape.name == "gamma") {
    if (a[0] <= 0 || a[1] <= 0) return refuse("shape and scale must be above 0");
    mean = a[0] * a[1];
  } else {
    if (a[0] <= 0) return refuse("the rate must be above 0");
    mean = 1 / a[0];
  }
  if (a.size() == wanted) return mean;
  if (a[wanted] >= a[wanted + 1]) return refuse("the lower bound must be below the upper one");
  return std::clamp(mean, a[wanted], a[wanted + 1]);
}

}  // namespace vesper::language
