#include "simulate/unit.h"

#include <algorithm>
#include <limits>

namespace vesper::simulate {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

void keep_curves(const solve::Solution& solution, const Shape& shape, std::size_t run,
                 std::vector<double>& curves) {
  for (std::size_t time = 0; time < shape.times; ++time) {
    for (std::size_t output = 0; output < shape.outputs; ++output) {
      curves[(run * shape.outputs + output) * shape.times + time] =
          solution.values[time * shape.outputs + output];
    }
  }
}

void keep_parameters(const Study& study, UnitResult& unit) {
  const auto& varied = study.varied();
  for (std::size_t hypothesis = 0; hypothesis < study.hypotheses().size(); ++hypothesis) {
    const auto values = study.parameters(unit.patient, hypothesis, unit.draw);
    for (const std::uint32_t index : varied) {
      unit.parameters.push_back(values ? (*values)[index] : missing);
    }
  }
}

}  // namespace

Shape shape_of(const Study& study, const std::vector<MetricKind>& kinds) {
  return {study.protocol().arms.size(), study.hypotheses().size(), study.watched().size(),
          study.grid().size(), kinds.size()};
}

UnitResult solve_unit(const Study& study, const std::vector<MetricKind>& kinds,
                      PatientNumber patient, unsigned draw, const std::atomic<bool>* cancel,
                      const std::function<void()>& done) {
  const Shape shape = shape_of(study, kinds);
  UnitResult unit;
  unit.patient = patient;
  unit.draw = draw;
  unit.curves.assign(shape.runs() * shape.outputs * shape.times, missing);
  unit.metrics.assign(shape.runs() * shape.kinds, missing);
  if (patient > 0) unit.covariates = study.patient(patient).covariates;
  keep_parameters(study, unit);
  for (std::size_t run = 0; run < shape.runs(); ++run) {
    if (cancel != nullptr && cancel->load(std::memory_order_relaxed)) return unit;
    const std::size_t arm = run / shape.hypotheses, hypothesis = run % shape.hypotheses;
    solve::Solution solution = study.solve(patient, arm, hypothesis, draw);
    unit.statistics += solution.statistics;
    if (solution.failure) {
      unit.failures.push_back({patient, arm, hypothesis, draw, std::move(*solution.failure)});
    } else {
      ++unit.solved;
      keep_curves(solution, shape, run, unit.curves);
      const std::vector<double> metrics = evaluate(kinds, solution, study);
      std::copy(metrics.begin(), metrics.end(),
                unit.metrics.begin() + static_cast<std::ptrdiff_t>(run * shape.kinds));
    }
    done();
  }
  unit.finished = true;
  return unit;
}

}  // namespace vesper::simulate
