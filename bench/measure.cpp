#include "measure.h"

#include <algorithm>

#include "machine.h"

namespace vesper::bench {

Expected<std::vector<Timing>> measure(std::span<const Contender> contenders, unsigned repetitions) {
  std::vector<Timing> timings(contenders.size());
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    const auto [engine, task] = contenders[i];
    Task one = *task;
    // A few patients warm it up as well as all of them.
    one.patients.resize(std::min<std::size_t>(one.patients.size(), 8));
    one.problems.resize(std::min<std::size_t>(one.problems.size(), 8));
    if (const auto run = engine->run(one, ignore); !run) return tl::unexpected(run.error());
  }
  for (unsigned repetition = 0; repetition < repetitions; ++repetition) {
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      const auto [engine, task] = contenders[i];
      const auto patients = static_cast<double>(task->patients.size());
      const double start = cpu_seconds();
      const auto steps = engine->run(*task, ignore);
      const double seconds = cpu_seconds() - start;
      if (!steps) return tl::unexpected(steps.error());
      timings[i].ms_per_patient.push_back(1e3 * seconds / patients);
      timings[i].steps_per_patient = static_cast<double>(*steps) / patients;
    }
  }
  return timings;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::vector<double> ratios(const Timing& numerator, const Timing& denominator) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < numerator.ms_per_patient.size(); ++i)
    ratios.push_back(numerator.ms_per_patient[i] / denominator.ms_per_patient[i]);
  return ratios;
}

}  // namespace vesper::bench
