// Spread over patients in a few numbers.
#pragma once

#include <span>

#include "simulate/run.h"

namespace vesper::simulate {

// The quantile of ascending values by linear interpolation between order statistics: type 7 of
// Hyndman & Fan (1996), Am. Stat. 50:361, the default of R and NumPy.  NaN for no values.
double quantile(std::span<const double> ascending, double p);

// Over the values that are not NaN.  mean and quantiles are NaN without values, the sample standard
// deviation (n - 1) with fewer than two.
Band band(std::span<const double> values);

}  // namespace vesper::simulate
