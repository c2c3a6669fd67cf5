// Times that are meant to be one although rounding has parted them: 0.1 h added 240 times and the
// dose at 24 h.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

namespace vesper::solve {

inline constexpr double rounding = std::numeric_limits<double>::epsilon();

inline bool coincide(double a, double b) {
  // Strictly below: infinity coincides with itself alone.
  return a == b || std::fabs(a - b) < 64 * rounding * std::max(std::fabs(a), std::fabs(b));
}

// A time just after (before) t, by a quarter of what still counts as the same time.
inline double just_after(double t) {
  return t + std::max(16 * rounding * std::fabs(t), 1e-300);
}
inline double just_before(double t) {
  return t - std::max(16 * rounding * std::fabs(t), 1e-300);
}

}  // namespace vesper::solve
