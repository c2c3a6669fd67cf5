// timecourses.nc: netCDF-4, opened by xarray, ncdf4, MATLAB and Julia without Vesper.
//
//   dimensions   arm, hypothesis, time; patient and draw as far as there are any
//   <output>             (arm, hypothesis, patient, time)   one curve a patient
//   <output>_<metric>    (arm, hypothesis, patient)
//   typical_<output>     (arm, hypothesis, time)            the typical patient
//   uncertainty_<...>    (arm, hypothesis, draw[, time])    it, over draws of uncertain parameters
//   coordinates          time [h], patient, draw, arm, hypothesis
//
// Values are 64-bit; where all of them would take more than 256 MB, 32-bit, and those of curves
// rounded to 16 bits of mantissa (within 1.6e-5).  Deflated at level 1.  Missing is NaN.  Patients are written as they finish and are not held in memory.
//
// The netCDF library is not safe for threads: one call at a time in the whole program.
#pragma once

#include <filesystem>
#include <memory>

#include "simulate/unit.h"

namespace vesper::simulate {

class Timecourses {
 public:
  enum class Ensemble { patients, draws };

  // How much is held in memory, and from when on values are stored with 32 bits.
  struct Limits {
    double largest_in_full = 256e6;       // [bytes] of all curves in 64-bit values
    std::size_t block_bytes = 32u << 20;  // of curves held before they are written
    std::size_t most_in_block = 64;       // units
  };

  // Keeps references to the study and the kinds.
  static Result<Timecourses> create(const std::filesystem::path& path, const Study& study,
                                    const std::vector<MetricKind>& kinds, const Limits& limits);
  Timecourses(Timecourses&&) noexcept;
  ~Timecourses();

  Result<void> write_typical(const UnitResult& unit);
  // Units in the order of their numbers; the last ones are written by flush().
  Result<void> append(Ensemble ensemble, UnitResult unit);
  Result<void> flush();
  Result<void> close();  // after which nothing else may be called

 private:
  struct Data;
  explicit Timecourses(std::unique_ptr<Data> data);
  std::unique_ptr<Data> data_;
};

}  // namespace vesper::simulate
