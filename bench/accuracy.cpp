#include "accuracy.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vesper::bench {

Expected<Truth> Truth::make(const Workload& workload, const Baseline& baseline,
                            std::size_t reference, std::size_t hourly) {
  Truth truth;
  truth.states_ = workload.states.size();
  std::vector<std::size_t> at_all_hours;
  for (const ReferenceValues& values : workload.reference) {
    if (truth.reference_.size() == reference) break;
    truth.reference_[values.patient] = {values, scales(values, truth.states_)};
    if (at_all_hours.size() < hourly) at_all_hours.push_back(values.patient);
  }

  const auto engine = make_engine(EngineKind::cvode, workload, baseline, {});
  if (!engine) return tl::unexpected(engine.error());
  const Task task{at_all_hours, tight, {}};
  const auto run = (*engine)->run(task, [&](std::size_t patient, std::span<const double> rows) {
    ReferenceValues values{patient, {}, {rows.begin(), rows.end()}};
    for (unsigned hour = 0; hour <= workload.schedule.hours; ++hour) values.hours.push_back(hour);
    std::vector<double> scale = scales(values, truth.states_);
    truth.hourly_[patient] = {std::move(values), std::move(scale)};
  });
  if (!run) return tl::unexpected(run.error());
  return truth;
}

std::vector<double> Truth::typical_scale() const {
  std::vector<double> scale(states_, 1.0);
  if (hourly_.empty()) return scale;
  const std::vector<double>& known = hourly_.begin()->second.scale;
  for (std::size_t k = 0; k < states_; ++k)
    if (known[k] > 0) scale[k] = known[k];
  return scale;
}

std::vector<std::size_t> Truth::patients() const {
  std::vector<std::size_t> patients;
  for (const auto& [patient, known] : reference_) patients.push_back(patient);
  return patients;
}

std::vector<double> Truth::scales(const ReferenceValues& values, std::size_t states) {
  std::vector<double> scale(states, 0.0);
  for (std::size_t k = 0; k < values.values.size(); ++k)
    scale[k % states] = std::max(scale[k % states], std::abs(values.values[k]));
  return scale;
}

double Truth::error(const Known& known, std::span<const double> rows) const {
  double largest = 0;
  for (std::size_t k = 0; k < known.values.hours.size(); ++k) {
    const std::size_t row = known.values.hours[k];
    for (std::size_t i = 0; i < states_; ++i) {
      const double difference =
          std::abs(rows[row * states_ + i] - known.values.values[k * states_ + i]);
      if (!std::isfinite(difference)) return std::numeric_limits<double>::infinity();
      if (difference > 0) largest = std::max(largest, difference / known.scale[i]);
    }
  }
  return largest;
}

void Truth::judge(std::size_t patient, std::span<const double> rows, Errors& errors) const {
  if (const auto known = reference_.find(patient); known != reference_.end())
    errors.at_reference_times = std::max(errors.at_reference_times, error(known->second, rows));
  if (const auto known = hourly_.find(patient); known != hourly_.end())
    errors.hourly = std::max(errors.hourly, error(known->second, rows));
}

}  // namespace vesper::bench
