#include "simulate/bands.h"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "simulate/band.h"

namespace vesper::simulate {
namespace {

constexpr std::size_t series_in_task = 512;

std::size_t bins_of(std::size_t series, const Bands::Limits& limits) {
  return std::clamp(
      limits.sketch_bytes / (sizeof(std::uint32_t) * std::max<std::size_t>(series, 1)),
      Bands::fewest_bins, Bands::most_bins);
}

}  // namespace

Bands::Bands(std::size_t series, std::uint64_t units, const Limits& limits)
    : series_(series),
      exact_(static_cast<double>(series) * static_cast<double>(units) * sizeof(double) <=
             static_cast<double>(limits.exact_bytes)) {
  if (exact_) {
    values_.reserve(series * units);
  } else {
    mean_.assign(series, 0);
    squares_.assign(series, 0);
    n_.assign(series, 0);
    sketches_.assign(series, {first_error, bins_of(series, limits)});
  }
}

void Bands::add(std::span<const std::vector<double>* const> units) {
  count_ += units.size();
  if (exact_) {
    for (const std::vector<double>* unit : units) {
      assert(unit->size() == series_);
      values_.insert(values_.end(), unit->begin(), unit->end());
    }
    return;
  }
  const auto add_range = [&](const tbb::blocked_range<std::size_t>& range) {
    for (const std::vector<double>* unit : units) add_moments(*unit, range.begin(), range.end());
    std::vector<double> column(units.size());
    for (std::size_t i = range.begin(); i < range.end(); ++i) {
      for (std::size_t unit = 0; unit < units.size(); ++unit) column[unit] = (*units[unit])[i];
      sketches_[i].add(column);
    }
  };
  // Each series belongs to one task, which takes its units in order.  Isolated, since a thread that
  // waits here must not begin to solve patients.
  tbb::this_task_arena::isolate([&] {
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, series_, series_in_task), add_range);
  });
}

// One unit's values of the series [begin, end), without a branch, so that it goes by vectors.
void Bands::add_moments(const std::vector<double>& unit, std::size_t begin, std::size_t end) {
  const double* values = unit.data();
  double *n = n_.data(), *mean = mean_.data(), *squares = squares_.data();
  for (std::size_t i = begin; i < end; ++i) {
    const double known = values[i] == values[i] ? 1.0 : 0.0;
    const double off = known != 0 ? values[i] - mean[i] : 0.0;
    n[i] += known;
    mean[i] += off / (n[i] > 1 ? n[i] : 1.0);
    squares[i] += off * (known != 0 ? values[i] - mean[i] : 0.0);
  }
}

Band Bands::band(std::size_t series) const {
  assert(series < series_);
  if (exact_) {
    std::vector<double> column(count_);
    for (std::size_t unit = 0; unit < count_; ++unit) {
      column[unit] = values_[unit * series_ + series];
    }
    return simulate::band(column);
  }
  constexpr double missing = std::numeric_limits<double>::quiet_NaN();
  const QuantileSketch& sketch = sketches_[series];
  const double n = n_[series];
  const auto quantile = [&](double p) { return sketch.quantile(p); };
  return {static_cast<std::uint64_t>(n),
          n == 0 ? missing : mean_[series],
          n < 2 ? missing : std::sqrt(squares_[series] / (n - 1)),
          quantile(0.05),
          quantile(0.25),
          quantile(0.50),
          quantile(0.75),
          quantile(0.95),
          sketch.error()};
}

}  // namespace vesper::simulate
