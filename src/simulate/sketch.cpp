// gamma_0 = (1 + a_0)/(1 - a_0),  gamma_k = gamma_0^(2^k) after k collapses;
// bin i holds gamma_k^(i-1) < |x| <= gamma_k^i, that is i = ceil(ln|x| / ln gamma_k);
// a collapse puts bin i into bin ceil(i/2); 0, and each infinity, are counted apart.
//
// The estimate 2 gamma^i / (gamma + 1) misses no value of its bin by more than
// a_k = (gamma_k - 1)/(gamma_k + 1) of it, and is held within the least and greatest value.
//
// Bins go from the lowest to the highest that is not empty.  k is the least number of collapses
// that brings them to the most allowed; since they only spread as values come, k and the counts
// are the same in any order.
#include "simulate/sketch.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>

namespace vesper::simulate {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// ceil(i / 2^k), for negative i too.
std::int32_t joined(std::int32_t bin, int collapses) {
  return -((-bin) >> collapses);
}

}  // namespace

QuantileSketch::QuantileSketch(double error, std::size_t most_bins)
    : per_log_(1 / (std::log1p(error) - std::log1p(-error))),
      most_bins_(most_bins),
      least_(infinity),
      greatest_(-infinity) {
  assert(error >= 1e-6 && error < 1 && most_bins >= 16);
}

double QuantileSketch::error() const {
  return std::tanh(std::ldexp(1 / per_log_, collapses_) / 2);  // (g - 1)/(g + 1) = tanh(ln g / 2)
}

std::int32_t QuantileSketch::bin_of(double magnitude) const {
  const double place = std::log(magnitude) * per_log_;
  const auto towards_zero = static_cast<std::int32_t>(place);
  return joined(towards_zero + (place > towards_zero ? 1 : 0), collapses_);  // the next whole one
}

std::size_t QuantileSketch::Bins::width_with(std::int32_t bin) const {
  if (counts.empty()) return 1;
  const std::int32_t last = first + static_cast<std::int32_t>(counts.size()) - 1;
  return static_cast<std::size_t>(std::max(last, bin) - std::min(first, bin)) + 1;
}

void QuantileSketch::Bins::add(std::int32_t bin, std::uint32_t n) {
  if (counts.empty()) first = bin;
  if (const std::size_t width = width_with(bin); width > counts.capacity()) {
    counts.reserve(width + width / 8 + 8);  // doubling would waste memory that others could use
  }
  if (bin < first) {
    counts.insert(counts.begin(), static_cast<std::size_t>(first - bin), 0);
    first = bin;
  }
  const auto at = static_cast<std::size_t>(bin - first);
  if (at >= counts.size()) counts.resize(at + 1);
  counts[at] += n;
}

void QuantileSketch::Bins::join_pairs() {
  if (counts.empty()) return;
  const std::int32_t before = first;
  first = joined(before, 1);
  std::size_t width = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto to =
        static_cast<std::size_t>(joined(before + static_cast<std::int32_t>(i), 1) - first);
    const std::uint32_t n = counts[i];
    if (to == width) counts[width++] = 0;  // to <= i: bin i has been read
    counts[to] += n;
  }
  counts.resize(width);
  counts.shrink_to_fit();
}

void QuantileSketch::collapse() {
  positive_.join_pairs();
  negative_.join_pairs();
  ++collapses_;
}

void QuantileSketch::add(Bins& bins, std::int32_t bin, std::uint32_t n) {
  const Bins& other = &bins == &positive_ ? negative_ : positive_;
  while (bins.width_with(bin) + other.counts.size() > most_bins_) {
    collapse();
    bin = joined(bin, 1);
  }
  bins.add(bin, n);
}

void QuantileSketch::add(double value) {
  if (std::isnan(value)) return;
  ++count_;
  if (std::isinf(value)) {
    ++(value > 0 ? high_infinities_ : low_infinities_);
    return;
  }
  least_ = std::min(least_, value);
  greatest_ = std::max(greatest_, value);
  if (value == 0) {
    ++zeros_;
    return;
  }
  Bins& bins = value > 0 ? positive_ : negative_;
  const std::int32_t bin = bin_of(std::fabs(value));
  const auto at = static_cast<std::size_t>(static_cast<std::int64_t>(bin) - bins.first);
  if (at < bins.counts.size()) {  // nearly always
    ++bins.counts[at];
  } else {
    add(bins, bin, 1);
  }
}

// Where the value is counted, if it has a bin already.
std::uint32_t* QuantileSketch::known_bin(double value) {
  if (!std::isfinite(value) || value == 0) return nullptr;
  Bins& bins = value > 0 ? positive_ : negative_;
  const std::int64_t at = std::int64_t{bin_of(std::fabs(value))} - bins.first;
  if (at < 0 || at >= static_cast<std::int64_t>(bins.counts.size())) return nullptr;
  return &bins.counts[static_cast<std::size_t>(at)];
}

// The bins of many values lie all over memory: fetched together, they cost one wait and not many.
void QuantileSketch::add(std::span<const double> values) {
  constexpr std::size_t together = 32;
  std::array<std::uint32_t*, together> bins;
  for (; !values.empty(); values = values.subspan(std::min(together, values.size()))) {
    const std::span<const double> some = values.first(std::min(together, values.size()));
    const bool all_zero = std::ranges::all_of(some, [](double value) { return value == 0; });
    if (all_zero) {  // an arm without a drug
      least_ = std::min(least_, 0.0);
      greatest_ = std::max(greatest_, 0.0);
      zeros_ += some.size();
      count_ += some.size();
      continue;
    }
    bool all_known = true;
    for (std::size_t i = 0; i < some.size(); ++i) {
      bins[i] = known_bin(some[i]);
      all_known &= bins[i] != nullptr;
      if (bins[i] != nullptr) __builtin_prefetch(bins[i], 1);
    }
    if (!all_known) {  // bins may come to be, and move
      for (const double value : some) add(value);
      continue;
    }
    for (std::size_t i = 0; i < some.size(); ++i) {
      ++*bins[i];
      least_ = std::min(least_, some[i]);
      greatest_ = std::max(greatest_, some[i]);
    }
    count_ += some.size();
  }
}

void QuantileSketch::merge(const QuantileSketch& other) {
  assert(per_log_ == other.per_log_ && most_bins_ == other.most_bins_);
  while (collapses_ < other.collapses_) collapse();
  count_ += other.count_;
  zeros_ += other.zeros_;
  low_infinities_ += other.low_infinities_;
  high_infinities_ += other.high_infinities_;
  least_ = std::min(least_, other.least_);
  greatest_ = std::max(greatest_, other.greatest_);
  for (const bool upper : {true, false}) {
    const Bins& from = upper ? other.positive_ : other.negative_;
    for (std::size_t i = 0; i < from.counts.size(); ++i) {
      if (from.counts[i] == 0) continue;
      const std::int32_t bin = from.first + static_cast<std::int32_t>(i);
      add(upper ? positive_ : negative_, joined(bin, collapses_ - other.collapses_),
          from.counts[i]);
    }
  }
}

double QuantileSketch::middle(std::int32_t bin) const {
  const double log_gamma = std::ldexp(1 / per_log_, collapses_);
  return std::exp(log_gamma * bin) * (2 / (1 + std::exp(log_gamma)));
}

// Ranks count from 0.
double QuantileSketch::order_statistic(std::uint64_t rank) const {
  const auto known = [&](double value) { return std::clamp(value, least_, greatest_); };
  if (rank < low_infinities_) return -infinity;
  rank -= low_infinities_;
  const std::uint64_t finite = count_ - low_infinities_ - high_infinities_;
  if (rank >= finite) return infinity;
  if (rank == 0) return least_;
  if (rank == finite - 1) return greatest_;
  for (std::size_t i = negative_.counts.size(); i-- > 0;) {
    if (rank < negative_.counts[i]) {
      return known(-middle(negative_.first + static_cast<std::int32_t>(i)));
    }
    rank -= negative_.counts[i];
  }
  if (rank < zeros_) return 0;
  rank -= zeros_;
  for (std::size_t i = 0; i < positive_.counts.size(); ++i) {
    if (rank < positive_.counts[i]) {
      return known(middle(positive_.first + static_cast<std::int32_t>(i)));
    }
    rank -= positive_.counts[i];
  }
  assert(false);
  return std::numeric_limits<double>::quiet_NaN();
}

double QuantileSketch::quantile(double p) const {
  assert(p >= 0 && p <= 1);
  if (count_ == 0) return std::numeric_limits<double>::quiet_NaN();
  const double position = static_cast<double>(count_ - 1) * p;
  const auto below = static_cast<std::uint64_t>(position);
  const double part = position - static_cast<double>(below);
  const double low = order_statistic(below);
  if (part == 0) return low;
  const double high = order_statistic(std::min(below + 1, count_ - 1));
  return low == high ? low : low + part * (high - low);
}

}  // namespace vesper::simulate
