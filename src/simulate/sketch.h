// Quantiles of a stream of numbers in bounded memory, with a bound on their relative error.
//
// DDSketch: Masson, Rim & Lee (2019), DDSketch: a fast and fully-mergeable quantile sketch with
// relative-error guarantees, PVLDB 12(12):2195, doi:10.14778/3352063.3352135.  Where the bins grow
// too many, all of them are joined two by two (uniform collapse: Epicoco, Melle, Cafaro, Pulimeno &
// Morleo (2020), UDDSketch, IEEE Access 8:147604, doi:10.1109/ACCESS.2020.3015599), so the bound
// holds for every quantile.
//
// The state, and with it every answer, depends on the numbers alone, not on their order nor on how
// they were split between sketches that were merged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vesper::simulate {

class QuantileSketch {
 public:
  // The relative error to begin with, in (0, 1), and the most bins [4 bytes each], at least 16.
  QuantileSketch(double error, std::size_t most_bins);

  // Infinities count as extremes, NaN not at all.
  void add(double value);
  void add(std::span<const double> values);
  // Of a sketch made with the same error and bins.
  void merge(const QuantileSketch& other);

  std::uint64_t count() const { return count_; }
  // The bound now: each order statistic is known within this part of its value, and exactly where
  // it is the least, the greatest, 0 or infinite.
  double error() const;
  // Type 7 (see band.h) of the order statistics as they are known: within error() of the exact
  // quantile where both of its neighbours have one sign, and of the larger of them where not.
  // NaN for none.
  double quantile(double p) const;

 private:
  // Counts of the bins first .. first + counts.size() - 1, those at both ends not empty.
  struct Bins {
    std::int32_t first = 0;
    std::vector<std::uint32_t> counts;
    void add(std::int32_t bin, std::uint32_t n);
    void join_pairs();
    std::size_t width_with(std::int32_t bin) const;
  };
  std::int32_t bin_of(double magnitude) const;
  std::uint32_t* known_bin(double value);
  void add(Bins& bins, std::int32_t bin, std::uint32_t n);
  void collapse();
  double order_statistic(std::uint64_t rank) const;
  double middle(std::int32_t bin) const;

  double per_log_;  // bins for each unit of ln|x|, before any collapse
  std::size_t most_bins_;
  int collapses_ = 0;
  Bins positive_, negative_;  // of |x|
  std::uint64_t zeros_ = 0, low_infinities_ = 0, high_infinities_ = 0, count_ = 0;
  double least_, greatest_;  // finite ones
};

}  // namespace vesper::simulate
