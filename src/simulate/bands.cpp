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
    streams_.assign(series, Stream{0, 0, 0, {first_error, bins_of(series, limits)}});
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
  const auto add_to = [&](Stream& stream, double value) {
    if (std::isnan(value)) return;
    ++stream.n;
    const double off = value - stream.mean;
    stream.mean += off / static_cast<double>(stream.n);
    stream.squares += off * (value - stream.mean);
  };
  const auto add_range = [&](const tbb::blocked_range<std::size_t>& range) {
    std::vector<double> column(units.size());
    for (std::size_t i = range.begin(); i < range.end(); ++i) {
      for (std::size_t unit = 0; unit < units.size(); ++unit) column[unit] = (*units[unit])[i];
      for (const double value : column) add_to(streams_[i], value);
      streams_[i].sketch.add(column);
    }
  };
  // Each series belongs to one task, which takes its units in order.  Isolated, since a thread that
  // waits here must not begin to solve patients.
  tbb::this_task_arena::isolate([&] {
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, series_, series_in_task), add_range);
  });
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
  const Stream& stream = streams_[series];
  const auto n = static_cast<double>(stream.n);
  const auto quantile = [&](double p) { return stream.sketch.quantile(p); };
  return {stream.n,
          stream.n == 0 ? missing : stream.mean,
          stream.n < 2 ? missing : std::sqrt(stream.squares / (n - 1)),
          quantile(0.05),
          quantile(0.25),
          quantile(0.50),
          quantile(0.75),
          quantile(0.95),
          stream.sketch.error()};
}

}  // namespace vesper::simulate
