// The spread over patients of many series at once (a series: one output at one time of one run, or
// one metric of one run), fed while they are solved.
//
// Quantiles are exact (type 7) while all values fit the memory given; whether they will is known
// beforehand from the number of patients, so that it does not depend on threads.  Beyond it each
// series has a QuantileSketch, which begins with a relative error of 0.1 % and doubles it as often
// as its share of the memory makes it; each Band says the error in force.  Mean and standard
// deviation are exact to rounding in both:
//
//   M_n = M_(n-1) + (x_n - M_(n-1))/n,   S_n = S_(n-1) + (x_n - M_(n-1))(x_n - M_n),
//   sd = sqrt(S_n/(n - 1))
//
// Welford (1962), Technometrics 4:419, doi:10.1080/00401706.1962.10490022, in order of patients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "simulate/run.h"
#include "simulate/sketch.h"

namespace vesper::simulate {

class Bands {
 public:
  struct Limits {
    std::size_t exact_bytes = 64u << 20;   // of values held for exact quantiles
    std::size_t sketch_bytes = 96u << 20;  // of all bins of all sketches
  };
  static constexpr double first_error = 1e-3;
  static constexpr std::size_t fewest_bins = 128, most_bins = 4096;  // of one sketch

  // `units`: how many will come at most.
  Bands(std::size_t series, std::uint64_t units, const Limits& limits);

  // One value for each series from each unit, in order of their numbers.  How they are split over
  // calls makes no difference.  Uses the threads of the arena it is called in.
  void add(std::span<const std::vector<double>* const> units);

  bool exact() const { return exact_; }
  std::uint64_t count() const { return count_; }  // units
  Band band(std::size_t series) const;            // NaN values are left out

 private:
  void add_moments(const std::vector<double>& unit, std::size_t begin, std::size_t end);

  std::size_t series_;
  bool exact_;
  std::uint64_t count_ = 0;
  std::vector<double> values_;  // exact: unit by unit
  // Otherwise, by series: M_n, S_n, n (a whole number), and the quantiles.
  std::vector<double> mean_, squares_, n_;
  std::vector<QuantileSketch> sketches_;
};

}  // namespace vesper::simulate
