#include "simulate/unit.h"

#include <algorithm>
#include <limits>

namespace vesper::simulate {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t chunks_per_thread = 4;       // so that no thread waits long for the last one
constexpr std::size_t bytes_together = 32u << 20;  // of curves

// Values stand by time, curves by output.
void keep_curves(const solve::Solution& solution, const Shape& shape, double* curves) {
  for (std::size_t time = 0; time < shape.times; ++time) {
    for (std::size_t output = 0; output < shape.outputs; ++output) {
      curves[output * shape.times + time] = solution.values[time * shape.outputs + output];
    }
  }
}

UnitResult begin(const Study& study, const Shape& shape, const Subject& subject) {
  UnitResult unit;
  unit.patient = subject.number;
  unit.draw = subject.uncertainty_draw;
  unit.curves.assign(shape.runs() * shape.outputs * shape.times, missing);
  unit.metrics.assign(shape.runs() * shape.kinds, missing);
  unit.covariates = subject.covariates;
  for (const auto& values : subject.parameters) {
    for (const std::uint32_t index : study.varied()) {
      unit.parameters.push_back(values ? (*values)[index] : missing);
    }
  }
  return unit;
}

// By arm, then hypothesis: runs that take about as many steps stand together.
std::vector<Study::Run> runs_of(const Shape& shape, std::size_t units) {
  std::vector<Study::Run> runs;
  for (std::size_t arm = 0; arm < shape.arms; ++arm) {
    for (std::size_t hypothesis = 0; hypothesis < shape.hypotheses; ++hypothesis) {
      for (std::size_t unit = 0; unit < units; ++unit) runs.push_back({unit, arm, hypothesis});
    }
  }
  return runs;
}

}  // namespace

Shape shape_of(const Study& study, const std::vector<MetricKind>& kinds) {
  return {study.protocol().arms.size(), study.hypotheses().size(), study.watched().size(),
          study.grid().size(), kinds.size()};
}

std::size_t units_together(const Study& study, const Shape& shape, std::uint64_t all,
                           std::size_t threads) {
  const std::size_t full = (study.batch() + shape.runs() - 1) / shape.runs();
  const std::uint64_t fair = all / (chunks_per_thread * threads);
  const std::size_t bytes = shape.runs() * shape.outputs * shape.times * sizeof(double);
  const std::size_t small = bytes_together / std::max<std::size_t>(bytes, 1);
  return std::max<std::size_t>(1, std::min<std::uint64_t>({full, fair, small}));
}

std::vector<UnitResult> solve_units(const Study& study, const std::vector<MetricKind>& kinds,
                                    std::span<const UnitKey> keys, const std::atomic<bool>* cancel,
                                    const std::function<void()>& done) {
  const Shape shape = shape_of(study, kinds);
  std::vector<Subject> subjects;
  std::vector<UnitResult> units;
  for (const UnitKey& key : keys) {
    subjects.push_back(study.subject(key.patient, key.draw));
    units.push_back(begin(study, shape, subjects.back()));
  }
  const std::vector<Study::Run> runs = runs_of(shape, units.size());
  std::vector<std::size_t> left(units.size(), shape.runs());
  study.solve_all(subjects, runs, study.protocol().window_from, cancel,
                  [&](std::size_t i, solve::Solution solution) {
                    const auto& [subject, arm, hypothesis] = runs[i];
                    const std::size_t run = arm * shape.hypotheses + hypothesis;
                    UnitResult& unit = units[subject];
                    unit.statistics += solution.statistics;
                    if (solution.failure) {
                      unit.failures.push_back(
                          {unit.patient, arm, hypothesis, unit.draw, std::move(*solution.failure)});
                    } else {
                      ++unit.solved;
                      keep_curves(solution, shape,
                                  unit.curves.data() + run * shape.outputs * shape.times);
                      std::ranges::copy(evaluate(kinds, solution, study),
                                        unit.metrics.data() + run * shape.kinds);
                    }
                    unit.finished = --left[subject] == 0;
                    done();
                  });
  // Runs end in any order.
  for (UnitResult& unit : units) {
    std::ranges::sort(unit.failures, {}, [](const PatientFailure& failure) {
      return std::pair(failure.arm, failure.hypothesis);
    });
  }
  return units;
}

}  // namespace vesper::simulate
