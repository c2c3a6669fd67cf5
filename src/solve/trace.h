// How closely a trace follows its curve: a straight line between two points misses it by less than
// `straight_enough` of the value there or, for values near 0, `near_zero` of the largest so far.
#pragma once

namespace vesper::solve {

inline constexpr double straight_enough = 2e-4;
inline constexpr double near_zero = 1e-8;

}  // namespace vesper::solve
