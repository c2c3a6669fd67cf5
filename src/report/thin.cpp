#include "report/thin.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace vesper::report {

namespace {

// The first point of each stretch, every curve's lowest and highest there, and the last of all.
std::vector<std::size_t> extremes(std::span<const std::vector<double>> curves, std::size_t from,
                                  std::size_t to, std::size_t stretches) {
  const std::size_t n = to - from;
  std::vector<std::size_t> kept;
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

}  // namespace

std::vector<std::size_t> thin(std::span<const std::vector<double>> curves, std::size_t from,
                              std::size_t to, std::size_t most) {
  assert(!curves.empty() && from <= to && most >= 2 + 2 * curves.size());
  if (to - from <= most) {
    std::vector<std::size_t> all(to - from);
    std::iota(all.begin(), all.end(), from);
    return all;
  }
  // Curves that rise and fall together share their extremes, so that more stretches fit.
  std::size_t stretches = most - 1;
  std::vector<std::size_t> kept = extremes(curves, from, to, stretches);
  while (kept.size() > most) {
    stretches = std::min(stretches - 1, stretches * most / kept.size());
    kept = extremes(curves, from, to, stretches);
  }
  return kept;
}

}  // namespace vesper::report
