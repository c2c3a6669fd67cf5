#include "report/thin.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace vesper::report {

std::vector<std::size_t> thin(std::span<const std::vector<double>> curves, std::size_t from,
                              std::size_t to, std::size_t most) {
  assert(!curves.empty() && from <= to);
  const std::size_t n = to - from;
  std::vector<std::size_t> kept;
  if (n <= most) {
    kept.resize(n);
    std::iota(kept.begin(), kept.end(), from);
    return kept;
  }
  const std::size_t of_each = 1 + 2 * curves.size();
  const std::size_t stretches = std::max<std::size_t>(1, (most - 1) / of_each);
  for (std::size_t s = 0; s < stretches; ++s) {
    const std::size_t begin = from + n * s / stretches, end = from + n * (s + 1) / stretches;
    if (begin == end) continue;
    kept.push_back(begin);
    for (const std::vector<double>& curve : curves) {
      std::size_t lowest = begin, highest = begin;
      for (std::size_t i = begin; i < end; ++i) {
        if (std::isnan(curve[i])) continue;
        if (std::isnan(curve[lowest]) || curve[i] < curve[lowest]) lowest = i;
        if (std::isnan(curve[highest]) || curve[i] > curve[highest]) highest = i;
      }
      kept.push_back(lowest);
      kept.push_back(highest);
    }
  }
  kept.push_back(to - 1);
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  return kept;
}

}  // namespace vesper::report
