// How far an engine's rows are from the truth.
//
//   error = max over patients, times, variables of |y - y_true| / scale,
//   scale = largest |y_true| of that variable for that patient
//
// measured twice: against the reference values of the benchmarks folder (40 patients, every 360 h),
// and against a tight run of the baseline's CVODE at every hour (a few patients), since an error of
// the dense output hides between the times of the first.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "engine.h"
#include "workload.h"

namespace vesper::bench {

inline const Tolerance tight{1e-10, 1e-13};

struct Errors {
  double at_reference_times = 0, hourly = 0;
  double steps = 0;  // a patient, of the run that was judged
};

class Truth {
 public:
  // The first `reference` patients of the reference values; of them the first `hourly` at all
  // hours.
  static Expected<Truth> make(const Workload& workload, const Baseline& baseline,
                              std::size_t reference, std::size_t hourly);

  std::vector<std::size_t> patients() const;
  // Of each state, the scale of the first patient; 1 where that is 0.
  std::vector<double> typical_scale() const;
  // Larger errors of this patient's rows are put into `errors`.
  void judge(std::size_t patient, std::span<const double> rows, Errors& errors) const;

 private:
  static std::vector<double> scales(const ReferenceValues& values, std::size_t states);
  struct Known {
    ReferenceValues values;
    std::vector<double> scale;  // by state
  };
  double error(const Known& known, std::span<const double> rows) const;

  std::size_t states_ = 0;
  std::map<std::size_t, Known> reference_, hourly_;  // by patient
};

}  // namespace vesper::bench
