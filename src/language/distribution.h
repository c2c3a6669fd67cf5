// Distributions that a model may name, by the mean and spread of the value itself:
//
//   normal(mean, sd [, from, to])       mean
//   lognormal(mean, sd [, from, to])    mean; mean and sd of the value, not of its logarithm
//   uniform(from, to)                   (from + to) / 2
//   gamma(shape, scale)                 shape * scale
//   exponential(rate)                   1 / rate
//
// The typical value is the mean; with bounds, the mean of the whole distribution moved to the
// nearer bound where it lies outside.
#pragma once

#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"

namespace vesper::language {

// What a distribution's argument measures, for its unit.
enum class ArgumentUnit { of_value, per_value, none };

struct DistributionShape {
  std::string_view name;
  std::vector<ArgumentUnit> arguments;  // those that must be there
  bool bounds;                          // two more may follow
};

const DistributionShape* find_distribution(std::string_view name);
ArgumentUnit argument_unit(const DistributionShape& shape, std::size_t index);

// Of checked arguments; an error says what is wrong with them.
Result<double> typical_value(const DistributionShape& shape, const std::vector<double>& arguments,
                             const Place& place);

}  // namespace vesper::language
