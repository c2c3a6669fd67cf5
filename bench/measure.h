// Time per patient, engines in turn within each repetition: what disturbs the machine then disturbs
// all of them, and ratios are formed within a repetition.
#pragma once

#include <span>
#include <vector>

#include "engine.h"

namespace vesper::bench {

struct Contender {
  Engine* engine = nullptr;
  const Task* task = nullptr;
};

struct Timing {
  std::vector<double> ms_per_patient;  // by repetition
  double steps_per_patient = 0;
};

// One run of each to warm up (code that is improved while it runs, caches), then the repetitions.
Expected<std::vector<Timing>> measure(std::span<const Contender> contenders, unsigned repetitions);

double median(std::vector<double> values);  // of one or more
// Of numerator/denominator, repetition by repetition.
std::vector<double> ratios(const Timing& numerator, const Timing& denominator);

}  // namespace vesper::bench
