// Fewer points for a chart without losing what it shows: the curve is cut into stretches of equal
// length, and of each the first point, the lowest and the highest stay (after M4: Jugel, Jerzak,
// Hackenbroich & Markl 2014, doi:10.14778/2732951.2732953).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace vesper::report {

// Indices into `curves` (all of one length, at least one curve) within [from, to), ascending; all
// of them where there are at most `most` (which leaves room for one stretch).  Extremes of every
// curve are kept; NaN is none.
std::vector<std::size_t> thin(std::span<const std::vector<double>> curves, std::size_t from,
                              std::size_t to, std::size_t most);

}  // namespace vesper::report
