// How closely a trace follows its curve.  Between two points the curve is read as an exponential
// where it falls to a positive value and as a straight line elsewhere, as areas are (linear-up
// log-down); what is read so misses the curve by less than `close_enough` of the value there or, on
// the way up, of the value that it rises to; or, for values near 0, by less than `near_zero` of the
// largest so far.
#pragma once

#include <algorithm>
#include <cmath>

namespace vesper::solve {

inline constexpr double close_enough = 5e-4;
inline constexpr double near_zero = 1e-7;

// What is read half-way between two values.
inline double half_way(double from, double to) {
  return from > to && to > 0 ? std::sqrt(from) * std::sqrt(to) : 0.5 * (from + to);
}

// How far what is read may miss a value on the way to another.
inline double allowed_miss(double value, double to, double largest) {
  return close_enough * std::max(std::fabs(value), std::fabs(to)) + near_zero * largest;
}

}  // namespace vesper::solve
