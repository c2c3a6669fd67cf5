// The unit of work: one patient (or the typical one, or one draw of uncertain parameters) through
// all arms and hypotheses.  A pure function of the study and its numbers, so the results are the
// same on any thread, in any order, alone or among others.
//
// Units are solved some at a time, so that the lanes of the fast engine stay full.
#pragma once

#include <atomic>
#include <functional>
#include <span>
#include <vector>

#include "simulate/exposure.h"
#include "simulate/run.h"

namespace vesper::simulate {

struct Shape {
  std::size_t arms = 0, hypotheses = 0, outputs = 0, times = 0, kinds = 0;
  std::size_t runs() const { return arms * hypotheses; }
};
Shape shape_of(const Study& study, const std::vector<MetricKind>& kinds);

struct UnitResult {
  PatientNumber patient = 0;
  unsigned draw = 0;
  bool finished = false;           // false: cancelled on the way, nothing of it counts
  std::vector<double> curves;      // [arm][hypothesis][output][time]; NaN throughout a failed run
  std::vector<double> metrics;     // [arm][hypothesis][kind]; likewise
  std::vector<double> covariates;  // of a patient of a population
  std::vector<double> parameters;  // [hypothesis][varied parameter]; NaN where they failed
  std::vector<PatientFailure> failures;
  solve::Statistics statistics;
  std::uint64_t solved = 0;
};

struct UnitKey {
  PatientNumber patient = 0;
  unsigned draw = 0;
};

// How many units to solve together: enough runs for the engine's lanes, but not so many that `all`
// of them leave one of the threads without work, nor that their curves take much memory.
std::size_t units_together(const Study& study, const Shape& shape, std::uint64_t all,
                           std::size_t threads);

// In the order of the keys.  `done` is called after each run, from whatever thread this runs on.
std::vector<UnitResult> solve_units(const Study& study, const std::vector<MetricKind>& kinds,
                                    std::span<const UnitKey> keys, const std::atomic<bool>* cancel,
                                    const std::function<void()>& done);

}  // namespace vesper::simulate
