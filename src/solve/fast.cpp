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

bool uses_time(const System& system) {
  const Graph& graph = *system.graph;
  std::vector<bool> timed(graph.size(), false);
  for (NodeId id = 0; id < graph.size(); ++id) {
    const equations::Node& node = graph[id];
    const int operands = equations::operand_count(node.op);
    timed[id] = node.op == Op::time || (operands > 0 && timed[node.a]) ||
                (operands > 1 && timed[node.b]) || (operands > 2 && timed[node.c]);
  }
  for (const equations::State& state : system.states)
    if (timed[state.derivative]) return true;
  return false;
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
  FastEngine engine{Engine(system, std::move(outputs)), nullptr, nullptr, options.method, false, 1};
  kernels::Request request;
  request.system = system;
  request.outputs = output_nodes(*system, engine.formulas.outputs);
  request.conditions = condition_nodes(*system);
  auto code = kernels::compile(request, {options.lanes, options.cache});
  if (!code) return tl::unexpected(code.error());
  engine.code = std::move(*code);
  engine.ops = lane_ops(engine.code->lanes());
  assert(engine.ops != nullptr && "the code and the operations agree on what the machine can do");
  engine.rates_use_time = uses_time(*system);
  const auto states = static_cast<double>(system->states.size());
  const kernels::Counts& counts = engine.code->counts();
  engine.rosenbrock_cost =
      rosenbrock_operations(counts, states) / std::max(explicit_operations(counts, states), 1.0);
  return std::make_unique<Fast>(std::move(engine));
}

}  // namespace vesper::solve
