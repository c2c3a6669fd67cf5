#include "check.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "reference/program.h"

namespace vesper::bench {

namespace {

constexpr double agreement = 1e-12;
constexpr int samples = 50;

// Vesper's evaluation, with states in the workload's order.
class Oracle {
 public:
  explicit Oracle(const Workload& workload) : workload_(workload), n_(workload.states.size()) {
    const equations::System& system = *workload.system;
    std::vector<equations::NodeId> wanted;
    for (const equations::State& state : system.states) wanted.push_back(state.derivative);
    wanted.insert(wanted.end(), system.jacobian.value.begin(), system.jacobian.value.end());
    for (const equations::State& state : system.states) wanted.push_back(state.initial);
    program_.emplace(*system.graph, wanted);
    scratch_.resize(program_->scratch_size());
    results_.resize(wanted.size());
    position_.resize(n_, n_);
    for (std::size_t i = 0; i < n_; ++i)
      for (std::size_t k = 0; k < n_; ++k)
        if (workload.states[k] == system.states[i].id) position_[i] = k;
  }

  bool complete() const {
    return std::none_of(position_.begin(), position_.end(),
                        [this](std::size_t k) { return k == n_; });
  }

  void evaluate(const Patient& patient, const std::vector<double>& y) {
    std::vector<double> own(n_);
    for (std::size_t i = 0; i < n_; ++i) own[i] = y[position_[i]];
    program_->evaluate(0, own, workload_.parameters(patient), scratch_, results_);
    const equations::Jacobian& sparse = workload_.system->jacobian;
    rates.assign(n_, 0);
    start.assign(n_, 0);
    jacobian.assign(n_ * n_, 0);
    for (std::size_t i = 0; i < n_; ++i) {
      rates[position_[i]] = results_[i];
      start[position_[i]] = results_[n_ + sparse.value.size() + i];
      for (std::uint32_t e = sparse.column_start[i]; e < sparse.column_start[i + 1]; ++e)
        jacobian[position_[sparse.row[e]] * n_ + position_[i]] = results_[n_ + e];
    }
  }

  std::vector<double> rates, jacobian, start;

 private:
  const Workload& workload_;
  std::size_t n_;
  std::optional<reference::Program> program_;
  std::vector<double> scratch_, results_;
  std::vector<std::size_t> position_;  // of each of the system's states in the workload's order
};

Expected<void> compare(const Workload& w, const Oracle& oracle, const std::vector<double>& y,
                       const std::vector<double>& rates, const std::vector<double>& jacobian) {
  const std::size_t n = w.states.size();
  for (std::size_t i = 0; i < n; ++i) {
    double terms = std::abs(oracle.rates[i]), largest = 0;
    for (std::size_t j = 0; j < n; ++j) {
      terms += std::abs(oracle.jacobian[i * n + j] * y[j]);
      largest = std::max(largest, std::abs(oracle.jacobian[i * n + j]));
    }
    if (!(std::abs(rates[i] - oracle.rates[i]) <= agreement * terms))
      return tl::unexpected(
          fmt::format("the baseline's {} differs from the model: d{}/dt is {:.17g}, not {:.17g}",
                      w.name, w.states[i], rates[i], oracle.rates[i]));
    for (std::size_t j = 0; j < n; ++j)
      if (!(std::abs(jacobian[i * n + j] - oracle.jacobian[i * n + j]) <= agreement * largest))
        return tl::unexpected(fmt::format(
            "the baseline's {} differs from the model: d({}')/d{} is {:.17g}, not {:.17g}", w.name,
            w.states[i], w.states[j], jacobian[i * n + j], oracle.jacobian[i * n + j]));
  }
  return {};
}

}  // namespace

Expected<void> check_equations(const Workload& w, const Baseline& baseline) {
  const std::size_t n = w.states.size();
  Oracle oracle(w);
  if (baseline.states(w.model) != n || !oracle.complete())
    return tl::unexpected(fmt::format("the baseline's {} has other states than the model", w.name));
  std::mt19937_64 random(20260101);
  std::uniform_real_distribution<double> factor(0.5, 2), level(0, 1);
  std::vector<double> y(n), rates(n);
  for (int sample = 0; sample < samples; ++sample) {
    Patient patient = w.patients[static_cast<std::size_t>(sample) % w.patients.size()];
    for (double* value : {&patient.CL, &patient.V2, &patient.ka, &patient.koffs, &patient.kouts})
      *value *= factor(random);
    for (double& value : y) value = level(random) * (sample % 2 == 0 ? 1 : 100);
    oracle.evaluate(patient, y);
    baseline.derivatives(w.model, patient, y.data(), rates.data());
    const auto same = compare(w, oracle, y, rates, baseline.jacobian(w.model, patient, y.data()));
    if (!same) return same;
  }
  const std::vector<double> start = baseline.initial(w.model);
  if (start != oracle.start)
    return tl::unexpected(fmt::format("the baseline's {} starts from other values", w.name));
  return {};
}

}  // namespace vesper::bench
