// The metrics of a run: which there are for each watched output, and their values for one solution.
#pragma once

#include <string>
#include <vector>

#include "simulate/study.h"

namespace vesper::simulate {

struct MetricKind {
  enum class Of { maximum, time_of_maximum, area, half_life, mean, minimum, hours_above };
  Of of = Of::maximum;
  std::size_t watched = 0;
  double threshold = 0;  // hours_above, in the shown unit
  std::string name;      // "Cmax"; "highest" of an occupancy
  std::string variable;  // "plasma_naltrexone_cmax", in timecourses.nc
  std::string column;    // with its unit, "plasma_naltrexone_cmax_ng_per_mL", in patients.csv
  std::string unit;      // "" for none
  std::string meaning;   // a sentence for people who find the column
};

// In the order of patients.csv: by output, then Cmax, Tmax, AUC, half-life, mean, trough, hours.
std::vector<MetricKind> metric_kinds(const Study& study);

// One value for each kind over the window, at whose start the trace of the solution must begin; NaN
// where there is none (no half-life, a failed solve).
std::vector<double> evaluate(const std::vector<MetricKind>& kinds, const solve::Solution& solution,
                             const Study& study);

}  // namespace vesper::simulate
