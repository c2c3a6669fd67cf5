// The whole measurement of one workload: accuracy, time, memory, work against precision.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "accuracy.h"
#include "engine.h"
#include "measure.h"

namespace vesper::bench {

struct Extent {
  unsigned repetitions = 5;
  std::size_t patients = 200;           // of the fast engine and of those it is compared with
  std::size_t reference_engine = 4;     // patients of Vesper's reference engine, which is slow
  std::size_t reference_patients = 40;  // whose errors are measured every 360 h
  std::size_t hourly_patients = 8;      // whose errors are measured every hour
  unsigned decades_apart = 1;           // of the work-precision table; 0: without it
  bool every_hour_counts = true;        // in the choice of the fast engine's tolerance
};

// One engine at one tolerance.
struct Row {
  std::string workload;
  EngineKind engine = EngineKind::fast;
  Tolerance tolerance;
  bool headline = true;      // else a row of the work-precision table
  std::size_t patients = 0;  // timed
  Timing timing;
  Errors errors;
  std::size_t error_patients = 0;
  double memory_mb = 0, compile_seconds = 0;
  bool as_accurate_as_cvode = true;             // of the fast engine
  std::vector<double> over_cvode, over_dopri5;  // their time over this one's, by repetition
};

struct Report {
  std::vector<Row> rows;
  std::vector<std::string> missing;  // engines that could not be measured, and why
};

// `engines`: those to be measured.  The fast engine's tolerance is the loosest of a ladder whose
// errors are both no larger than CVODE's at 1e-6 and 1e-9 (or the first, if not every hour counts).
Expected<Report> study(const Workload& workload, const Baseline& baseline,
                       std::span<const EngineKind> engines, const solve::FastOptions& options,
                       const Extent& extent);

}  // namespace vesper::bench
