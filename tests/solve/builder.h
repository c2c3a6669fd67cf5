// Systems built by hand, without a model text: formulas as C++ expressions over one graph.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "equations/graph.h"
#include "equations/system.h"
#include "kernels/kernels.h"
#include "solve/solve.h"

namespace vesper::test {

struct Formula {
  equations::Graph* graph = nullptr;
  equations::NodeId id = 0;
};

inline Formula binary(equations::Op op, Formula a, Formula b) {
  return {a.graph, a.graph->binary(op, a.id, b.id)};
}
inline Formula number(equations::Graph* graph, double value) {
  return {graph, graph->constant(value)};
}
inline Formula operator+(Formula a, Formula b) {
  return binary(equations::Op::add, a, b);
}
inline Formula operator-(Formula a, Formula b) {
  return binary(equations::Op::subtract, a, b);
}
inline Formula operator*(Formula a, Formula b) {
  return binary(equations::Op::multiply, a, b);
}
inline Formula operator/(Formula a, Formula b) {
  return binary(equations::Op::divide, a, b);
}
inline Formula operator-(Formula a) {
  return {a.graph, a.graph->unary(equations::Op::negate, a.id)};
}
inline Formula operator+(Formula a, double b) {
  return a + number(a.graph, b);
}
inline Formula operator+(double a, Formula b) {
  return number(b.graph, a) + b;
}
inline Formula operator-(Formula a, double b) {
  return a - number(a.graph, b);
}
inline Formula operator*(double a, Formula b) {
  return number(b.graph, a) * b;
}
inline Formula operator-(double a, Formula b) {
  return number(b.graph, a) - b;
}
inline Formula above(Formula a, Formula b) {
  return binary(equations::Op::greater, a, b);
}
inline Formula below(Formula a, Formula b) {
  return binary(equations::Op::less, a, b);
}
inline Formula at_least(Formula a, Formula b) {
  return binary(equations::Op::greater_equal, a, b);
}
inline Formula both(Formula a, Formula b) {
  return binary(equations::Op::logical_and, a, b);
}
inline Formula apply(equations::Op op, Formula a) {
  return {a.graph, a.graph->unary(op, a.id)};
}
inline Formula choose(Formula condition, Formula yes, Formula no) {
  return {yes.graph, yes.graph->select(condition.id, yes.id, no.id)};
}

class Builder {
 public:
  Formula number(double value) { return test::number(graph_.get(), value); }
  Formula time() { return {graph_.get(), graph_->time()}; }

  Formula parameter(std::string id, double value) {
    equations::Parameter parameter;
    parameter.id = std::move(id);
    parameter.value = value;
    system_.parameters.push_back(parameter);
    return {graph_.get(),
            graph_->parameter(static_cast<std::uint32_t>(system_.parameters.size() - 1))};
  }
  Formula state(std::string id, double initial = 0) {
    return state(std::move(id), number(initial));
  }
  Formula state(std::string id, Formula initial) {
    equations::State state;
    state.id = id;
    state.initial = initial.id;
    state.derivative = graph_->constant(0);
    system_.states.push_back(state);
    const Formula symbol{graph_.get(),
                         graph_->state(static_cast<std::uint32_t>(system_.states.size() - 1))};
    output(std::move(id), symbol);
    return symbol;
  }
  void rate(Formula state, Formula derivative) {
    system_.states[(*graph_)[state.id].index].derivative = derivative.id;
  }
  void output(std::string id, Formula value) {
    equations::Output output;
    output.id = std::move(id);
    output.value = value.id;
    system_.outputs.push_back(output);
  }
  void jump_of_rates(Formula root) { system_.time_roots.push_back(root.id); }

  // Event: trigger, where its roots lie, and targets (states or parameters) with their values.
  void event(std::string id, Formula trigger, std::vector<Formula> roots,
             std::vector<std::pair<Formula, Formula>> assignments) {
    equations::Event event;
    event.id = std::move(id);
    event.trigger = trigger.id;
    for (Formula root : roots) event.roots.push_back(root.id);
    for (auto [target, value] : assignments) {
      const equations::Node& node = (*graph_)[target.id];
      using Target = equations::Event::Assignment::Target;
      event.assignments.push_back(
          {node.op == equations::Op::state ? Target::state : Target::parameter, node.index,
           value.id});
    }
    system_.events.push_back(event);
  }

  std::shared_ptr<const equations::System> build() {
    equations::Differentiator differentiator(*graph_);
    equations::Jacobian& jacobian = system_.jacobian;
    jacobian.column_start.push_back(0);
    const auto states = static_cast<std::uint32_t>(system_.states.size());
    for (std::uint32_t column = 0; column < states; ++column) {
      for (std::uint32_t row = 0; row < states; ++row) {
        const auto entry = differentiator.derivative(system_.states[row].derivative, column);
        if (graph_->is_constant(entry, 0)) continue;
        jacobian.row.push_back(row);
        jacobian.value.push_back(entry);
      }
      jacobian.column_start.push_back(static_cast<std::uint32_t>(jacobian.row.size()));
    }
    system_.graph = graph_;
    return std::make_shared<equations::System>(system_);
  }

 private:
  std::shared_ptr<equations::Graph> graph_ = std::make_shared<equations::Graph>();
  equations::System system_;
};

// Which engine a test is run on: the reference, or the fast one with so many lanes and a method.
struct Engine {
  unsigned lanes = 0;  // 0: the reference engine
  solve::Method method = solve::Method::automatic;
  std::string name() const {
    if (lanes == 0) return "reference";
    const char* methods[] = {"automatic", "rosenbrock", "explicit"};
    return methods[static_cast<int>(method)] + std::string("_in_") + std::to_string(lanes) +
           "_lanes";
  }
};

inline std::vector<Engine> every_engine() {
  std::vector<Engine> engines{{}};
  for (unsigned lanes : kernels::widths()) {
    engines.push_back({lanes, solve::Method::automatic});
    engines.push_back({lanes, solve::Method::rosenbrock});
  }
  return engines;
}

inline std::vector<Engine> fast_engines() {
  std::vector<Engine> engines = every_engine();
  std::erase_if(engines, [](const Engine& engine) { return engine.lanes == 0; });
  return engines;
}

// The engine that compile() uses; set by OnEveryEngine.
inline Engine& current_engine() {
  static Engine engine;
  return engine;
}

// The body of a test of this suite is run on every engine that this machine has.
class OnEveryEngine : public testing::TestWithParam<Engine> {
 protected:
  void SetUp() override { current_engine() = GetParam(); }
  void TearDown() override { current_engine() = {}; }
};

inline std::string engine_name(const testing::TestParamInfo<Engine>& info) {
  return info.param.name();
}

inline std::unique_ptr<solve::Compiled> compile(Builder& builder) {
  auto system = builder.build();
  std::vector<std::uint32_t> outputs(system->outputs.size());
  for (std::uint32_t k = 0; k < outputs.size(); ++k) outputs[k] = k;
  const Engine& engine = current_engine();
  if (engine.lanes == 0) return solve::compile_reference(system, outputs);
  return solve::compile_fast(system, outputs, {engine.lanes, engine.method, {}}).value();
}

inline std::vector<double> evenly(double from, double to, int intervals) {
  std::vector<double> grid;
  for (int k = 0; k <= intervals; ++k) grid.push_back(from + (to - from) * k / intervals);
  return grid;
}

// Typical values, a grid of 200 intervals, tolerances of an oracle.
inline solve::Problem exact_problem(const solve::Compiled& compiled, double end) {
  solve::Problem problem;
  problem.parameters = solve::initial_parameters(compiled.system(), {}).value();
  problem.end = end;
  problem.grid = evenly(0, end, 200);
  problem.tolerances.relative = 1e-11;
  problem.tolerances.absolute = 1e-13;
  return problem;
}

inline double value(const solve::Solution& solution, const solve::Compiled& compiled,
                    std::size_t point, std::size_t output) {
  return solution.values.at(point * compiled.outputs().size() + output);
}

inline solve::Input bolus(std::uint32_t state, double time, double amount) {
  solve::Input input;
  input.kind = solve::Input::Shape::bolus;
  input.state = state;
  input.time = time;
  input.amount = amount;
  return input;
}
inline solve::Input zero_order(std::uint32_t state, double time, double amount, double duration) {
  solve::Input input = bolus(state, time, amount);
  input.kind = solve::Input::Shape::zero_order;
  input.duration = duration;
  return input;
}
inline solve::Input first_order(std::uint32_t state, double time, double amount, double rate) {
  solve::Input input = bolus(state, time, amount);
  input.kind = solve::Input::Shape::first_order;
  input.rate = rate;
  return input;
}
inline solve::Input gamma(std::uint32_t state, double time, double amount, double shape,
                          double scale) {
  solve::Input input = bolus(state, time, amount);
  input.kind = solve::Input::Shape::gamma;
  input.shape = shape;
  input.scale = scale;
  return input;
}

}  // namespace vesper::test
