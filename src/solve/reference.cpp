#include <cmath>
#include <utility>

#include "solve/engine.h"
#include "solve/run.h"
#include "solve/solve.h"

namespace vesper::solve {

namespace {

class Reference final : public Compiled {
 public:
  Reference(std::shared_ptr<const equations::System> system, std::vector<std::uint32_t> outputs)
      : engine_(std::move(system), std::move(outputs)) {}

  const equations::System& system() const override { return *engine_.system; }
  std::span<const std::uint32_t> outputs() const override { return engine_.outputs; }
  Solution solve(const Problem& problem) const override { return Run(engine_, problem).solve(); }

 private:
  Engine engine_;
};

}  // namespace

std::unique_ptr<Compiled> compile_reference(std::shared_ptr<const equations::System> system,
                                            std::vector<std::uint32_t> outputs) {
  return std::make_unique<Reference>(std::move(system), std::move(outputs));
}

void Compiled::solve_all(std::span<const Problem> problems,
                         const std::function<void(std::size_t, Solution)>& done) const {
  for (std::size_t i = 0; i < problems.size(); ++i) done(i, solve(problems[i]));
}

Statistics& Statistics::operator+=(const Statistics& other) {
  steps += other.steps;
  evaluations += other.evaluations;
  jacobians += other.jacobians;
  newton_iterations += other.newton_iterations;
  error_test_failures += other.error_test_failures;
  restarts += other.restarts;
  events += other.events;
  return *this;
}

tl::expected<std::vector<double>, Failure> initial_parameters(
    const equations::System& system, std::span<const std::pair<std::uint32_t, double>> overrides) {
  std::vector<double> values;
  std::vector<bool> given(system.parameters.size(), false);
  for (const equations::Parameter& parameter : system.parameters) values.push_back(parameter.value);
  for (const auto& [index, value] : overrides) {
    values.at(index) = value;
    given[index] = true;
  }
  for (std::uint32_t index : system.initial_order) {
    if (given[index]) continue;
    const equations::NodeId formula[] = {*system.parameters[index].initial};
    const reference::Program program(*system.graph, formula);
    std::vector<double> scratch(program.scratch_size());
    program.evaluate(0, {}, values, scratch, {&values[index], 1});
  }
  for (std::size_t k = 0; k < values.size(); ++k)
    if (!std::isfinite(values[k]))
      return tl::unexpected(
          Failure{0, system.parameters[k].label(), "the parameter is not finite"});
  return values;
}

}  // namespace vesper::solve
