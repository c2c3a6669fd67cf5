#include <cmath>
#include <unordered_map>
#include <utility>

#include "equations/analysis.h"
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

void Compiled::solve_all(std::span<const Problem> problems, const Done& done) const {
  for (std::size_t i = 0; i < problems.size(); ++i)
    if (!done(i, solve(problems[i]))) return;
}

Statistics& Statistics::operator+=(const Statistics& other) {
  steps += other.steps;
  evaluations += other.evaluations;
  jacobians += other.jacobians;
  newton_iterations += other.newton_iterations;
  error_test_failures += other.error_test_failures;
  restarts += other.restarts;
  events += other.events;
  steady_periods += other.steady_periods;
  steady_periods_by_repetition += other.steady_periods_by_repetition;
  return *this;
}

namespace {

// A formula over parameters; `known` holds what has been computed from values that are final.
double value_of(const equations::Graph& graph, equations::NodeId id,
                const std::vector<double>& parameters,
                std::unordered_map<equations::NodeId, double>& known) {
  equations::visit_operands_first(
      graph, id, [&](equations::NodeId node) { return known.contains(node); },
      [&](equations::NodeId at) {
        const equations::Node& node = graph[at];
        const int operands = equations::operand_count(node.op);
        double value = 0;
        if (node.op == equations::Op::constant)
          value = node.value;
        else if (node.op == equations::Op::parameter)
          value = parameters[node.index];
        else if (operands > 0)
          value = equations::apply(node.op, known[node.a], operands > 1 ? known[node.b] : 0,
                                   operands > 2 ? known[node.c] : 0);
        known[at] = value;
      });
  return known[id];
}

}  // namespace

// Does the model itself say `inf` or `nan`, for the parameter or for what its formula uses?
bool infinite_by_the_model(const equations::System& system, std::size_t parameter) {
  std::vector<std::size_t> waiting{parameter};
  std::vector<bool> seen(system.parameters.size(), false);
  while (!waiting.empty()) {
    const std::size_t k = waiting.back();
    waiting.pop_back();
    if (seen[k]) continue;
    seen[k] = true;
    const equations::Parameter& one = system.parameters[k];
    if (!std::isfinite(one.value)) return true;
    if (!one.initial) continue;
    for (const equations::NodeId id :
         equations::parts(*system.graph, std::span(&*one.initial, 1))) {
      const equations::Node& node = (*system.graph)[id];
      if (node.op == equations::Op::constant && !std::isfinite(node.value)) return true;
      if (node.op == equations::Op::parameter) waiting.push_back(node.index);
    }
  }
  return false;
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
  std::unordered_map<equations::NodeId, double> known;
  for (std::uint32_t index : system.initial_order) {
    if (given[index]) continue;
    values[index] = value_of(*system.graph, *system.parameters[index].initial, values, known);
  }
  for (std::size_t k = 0; k < values.size(); ++k)
    if (!std::isfinite(values[k]) && !(infinite_by_the_model(system, k) && !given[k]))
      return tl::unexpected(
          Failure{0, system.parameters[k].label(), "the parameter is not finite"});
  return values;
}

}  // namespace vesper::solve
