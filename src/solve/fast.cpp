#include <cassert>
#include <utility>

#include "solve/fast_engine.h"
#include "solve/lanes.h"
#include "solve/rodas5p.h"
#include "solve/solve.h"
#include "solve/tsit5.h"

namespace vesper::solve {

using equations::Graph;
using equations::NodeId;
using equations::Op;
using equations::System;

namespace {

class Fast final : public Compiled {
 public:
  explicit Fast(FastEngine engine) : engine_(std::move(engine)) {}

  const System& system() const override { return *engine_.formulas.system; }
  std::span<const std::uint32_t> outputs() const override { return engine_.formulas.outputs; }
  Solution solve(const Problem& problem) const override {
    Solution result;
    solve_all({&problem, 1}, [&](std::size_t, Solution solution) {
      result = std::move(solution);
      return true;
    });
    return result;
  }
  void solve_all(std::span<const Problem> problems, const Done& done) const override {
    Lanes(engine_, problems, done).run();
  }
  unsigned lanes() const override { return engine_.code->lanes(); }
  bool from_cache() const override { return engine_.code->from_cache(); }
  double compile_seconds() const override { return engine_.code->compile_seconds(); }

 private:
  FastEngine engine_;
};

// What formulas depend on, directly or through others.
struct Dependence {
  bool time = false;
  std::vector<std::uint32_t> states;  // ascending
};

Dependence dependence(const System& system, const std::vector<NodeId>& formulas) {
  const Graph& graph = *system.graph;
  std::vector<bool> needed(graph.size(), false);
  for (NodeId id : formulas) needed[id] = true;
  std::vector<bool> state(system.states.size(), false);
  Dependence result;
  for (NodeId id = static_cast<NodeId>(graph.size()); id-- > 0;) {  // operands have smaller ids
    if (!needed[id]) continue;
    const equations::Node& node = graph[id];
    const int operands = equations::operand_count(node.op);
    if (operands > 0) needed[node.a] = true;
    if (operands > 1) needed[node.b] = true;
    if (operands > 2) needed[node.c] = true;
    if (node.op == Op::state) state[node.index] = true;
    result.time = result.time || node.op == Op::time;
  }
  for (std::uint32_t k = 0; k < state.size(); ++k)
    if (state[k]) result.states.push_back(k);
  return result;
}

std::vector<NodeId> rate_nodes(const System& system) {
  std::vector<NodeId> nodes;
  for (const equations::State& state : system.states) nodes.push_back(state.derivative);
  return nodes;
}

// Vector operations of a step: what the compiled code counts, and the sums over stages for each
// state.
double rosenbrock_operations(const kernels::Counts& counts, double states) {
  constexpr double sums_a_state = 60;
  return static_cast<double>(counts.factor_operations + rodas5p::stages * counts.stage_operations) +
         sums_a_state * states;
}
double explicit_operations(const kernels::Counts& counts, double states) {
  constexpr double sums_a_state = 45;
  return static_cast<double>((tsit5::stages - 1) * counts.rates_operations) + sums_a_state * states;
}

}  // namespace

tl::expected<std::unique_ptr<Compiled>, std::string> compile_fast(
    std::shared_ptr<const System> system, std::vector<std::uint32_t> outputs,
    const FastOptions& options) {
  if (!system->ordinary()) return compile_reference(system, std::move(outputs));
  FastEngine engine(system, std::move(outputs));
  engine.method = options.method;
  kernels::Request request;
  request.system = system;
  request.outputs = output_nodes(*system, engine.formulas.outputs);
  request.conditions = condition_nodes(*system);
  auto code = kernels::compile(request, {options.lanes, options.cache});
  if (!code) return tl::unexpected(code.error());
  engine.code = std::move(*code);
  engine.ops = lane_ops(engine.code->lanes());
  assert(engine.ops != nullptr && "the code and the operations agree on what the machine can do");
  engine.rates_use_time = dependence(*system, rate_nodes(*system)).time;
  Dependence seen = dependence(*system, request.outputs);
  engine.outputs_use_time = seen.time || dependence(*system, request.conditions).time;
  engine.output_states = std::move(seen.states);
  for (std::uint32_t k = 0; k < system->states.size(); ++k) engine.all_states.push_back(k);
  const auto states = static_cast<double>(system->states.size());
  const kernels::Counts& counts = engine.code->counts();
  engine.rosenbrock_cost =
      rosenbrock_operations(counts, states) / std::max(explicit_operations(counts, states), 1.0);
  return std::make_unique<Fast>(std::move(engine));
}

}  // namespace vesper::solve
