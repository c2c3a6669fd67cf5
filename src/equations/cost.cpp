#include "equations/cost.h"

#include <algorithm>

#include "equations/analysis.h"

namespace vesper::equations {

namespace {

constexpr std::uint32_t nobody = static_cast<std::uint32_t>(-1);

std::string module_of(const std::string& id) {
  const auto dot = id.find('.');
  return dot == std::string::npos ? "" : id.substr(0, dot);
}

bool is_function(Op op) {
  switch (op) {
    case Op::negate:
    case Op::abs:
    case Op::floor:
    case Op::ceil:
    case Op::sqrt:
    case Op::logical_not:
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::min:
    case Op::max:
    case Op::select:
      return false;
    case Op::power:
      return true;
    default:
      return operand_count(op) == 1;
  }
}

class Counting {
 public:
  explicit Counting(const System& system)
      : system_(system), owner_(system.graph->size(), nobody), changes_(owner_.size(), false) {
    for (NodeId id = 0; id < owner_.size(); ++id) {
      const Node& node = (*system.graph)[id];
      const int operands = operand_count(node.op);
      changes_[id] = node.op == Op::state || node.op == Op::time ||
                     (operands > 0 && changes_[node.a]) || (operands > 1 && changes_[node.b]) ||
                     (operands > 2 && changes_[node.c]);
    }
  }

  std::vector<ModuleCost> count() {
    // Rules before the rates that use them, as they stand in the graph: operands come first.
    std::vector<std::pair<NodeId, std::uint32_t>> named;
    for (const Output& output : system_.outputs)
      named.emplace_back(output.value, module(module_of(output.id)));
    std::ranges::stable_sort(named, {}, &std::pair<NodeId, std::uint32_t>::first);
    for (const auto& [node, owner] : named) claim(node, owner);
    std::vector<NodeId> rates;
    for (const State& state : system_.states) {
      const std::uint32_t owner = module(module_of(state.id));
      ++costs_[owner].states;
      claim(state.derivative, owner);
      rates.push_back(state.derivative);
    }
    for (const NodeId id : parts(*system_.graph, rates)) {
      const Op op = (*system_.graph)[id].op;
      if (!changes_[id] || operand_count(op) == 0) continue;
      ++(is_function(op) ? costs_[owner_[id]].functions : costs_[owner_[id]].operations);
    }
    for (const std::uint32_t row : system_.jacobian.row)
      ++costs_[module(module_of(system_.states[row].id))].jacobian;
    return shared_out();
  }

 private:
  std::uint32_t module(const std::string& name) {
    const auto found = std::ranges::find(costs_, name, &ModuleCost::module);
    if (found != costs_.end()) return static_cast<std::uint32_t>(found - costs_.begin());
    costs_.push_back({.module = name});
    return static_cast<std::uint32_t>(costs_.size() - 1);
  }

  void claim(NodeId node, std::uint32_t owner) {
    for (const NodeId id : parts(*system_.graph, std::span(&node, 1)))
      if (owner_[id] == nobody) owner_[id] = owner;
  }

  std::vector<ModuleCost> shared_out() {
    const auto work = [](const ModuleCost& cost) {
      return static_cast<double>(cost.operations) +
             operations_a_function * static_cast<double>(cost.functions);
    };
    double all = 0;
    for (const ModuleCost& cost : costs_) all += work(cost);
    for (ModuleCost& cost : costs_) cost.share = all > 0 ? work(cost) / all : 0;
    std::erase_if(costs_,
                  [&](const ModuleCost& cost) { return cost.states == 0 && work(cost) == 0; });
    return std::move(costs_);
  }

  const System& system_;
  std::vector<std::uint32_t> owner_;  // of each node, as an index into costs_
  std::vector<bool> changes_;         // with time or a state
  std::vector<ModuleCost> costs_;
};

}  // namespace

std::vector<ModuleCost> cost_by_module(const System& system) {
  return Counting(system).count();
}

}  // namespace vesper::equations
