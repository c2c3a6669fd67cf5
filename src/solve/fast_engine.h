// The constant half of the fast engine: compiled code and what the lanes look up, shared by all.
#pragma once

#include <memory>
#include <vector>

#include "kernels/kernels.h"
#include "solve/engine.h"
#include "solve/lane_ops.h"
#include "solve/solve.h"

namespace vesper::solve {

struct FastEngine {
  FastEngine(std::shared_ptr<const equations::System> system, std::vector<std::uint32_t> outputs)
      : formulas(std::move(system), std::move(outputs)) {}

  Engine formulas;  // for what happens once a patient or once an event, in plain arithmetic
  std::shared_ptr<const kernels::Code> code;
  const LaneOps* ops = nullptr;
  Method method = Method::automatic;

  bool rates_use_time = false;               // does f depend on time itself?
  bool outputs_use_time = false;             // do outputs or conditions?
  std::vector<std::uint32_t> output_states;  // states that outputs need
  std::vector<std::uint32_t> all_states;
  // Vector operations of one Rosenbrock step over those of one explicit step.
  double rosenbrock_cost = 1;

  std::size_t states() const { return formulas.system->states.size(); }
  std::size_t lanes() const { return ops->lanes; }
};

}  // namespace vesper::solve
