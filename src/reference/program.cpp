#include "reference/program.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace vesper::reference {

using equations::Graph;
using equations::Node;
using equations::NodeId;
using equations::Op;

namespace {

// needed[id]: is the node wanted or an operand of a needed one?  Operands have smaller ids, so one
// walk downwards finds them all.
std::vector<bool> needed_nodes(const Graph& graph, std::span<const NodeId> wanted) {
  std::vector<bool> needed(graph.size(), false);
  for (NodeId id : wanted) needed[id] = true;
  for (std::size_t k = graph.size(); k-- > 0;) {
    if (!needed[k]) continue;
    const Node& node = graph[static_cast<NodeId>(k)];
    const int operands = equations::operand_count(node.op);
    if (operands > 0) needed[node.a] = true;
    if (operands > 1) needed[node.b] = true;
    if (operands > 2) needed[node.c] = true;
  }
  return needed;
}

}  // namespace

Program::Program(const Graph& graph, std::span<const NodeId> wanted) {
  const std::vector<bool> needed = needed_nodes(graph, wanted);
  std::vector<std::uint32_t> position(graph.size(), 0);

  for (NodeId id = 0; id < graph.size(); ++id) {
    if (!needed[id] || graph[id].op != Op::constant) continue;
    position[id] = static_cast<std::uint32_t>(constants_.size());
    constants_.push_back(graph[id].value);
  }
  for (NodeId id = 0; id < graph.size(); ++id) {
    if (!needed[id] || graph[id].op == Op::constant) continue;
    const Node& node = graph[id];
    Instruction instruction{node.op, 0, 0, 0};
    const int operands = equations::operand_count(node.op);
    if (node.op == Op::parameter || node.op == Op::state) instruction.a = node.index;
    if (operands > 0) instruction.a = position[node.a];
    if (operands > 1) instruction.b = position[node.b];
    if (operands > 2) instruction.c = position[node.c];
    position[id] = static_cast<std::uint32_t>(constants_.size() + instructions_.size());
    instructions_.push_back(instruction);
  }
  for (NodeId id : wanted) results_.push_back(position[id]);
}

void Program::evaluate(double t, std::span<const double> y, std::span<const double> p,
                       std::span<double> scratch, std::span<double> results) const {
  assert(scratch.size() >= scratch_size() && results.size() >= results_.size());
  double* s = scratch.data();
  std::copy(constants_.begin(), constants_.end(), s);
  double* out = s + constants_.size();

  for (const Instruction& i : instructions_) {
    switch (i.op) {
      case Op::parameter:
        *out = p[i.a];
        break;
      case Op::state:
        *out = y[i.a];
        break;
      case Op::time:
        *out = t;
        break;
      case Op::negate:
        *out = -s[i.a];
        break;
      case Op::add:
        *out = s[i.a] + s[i.b];
        break;
      case Op::subtract:
        *out = s[i.a] - s[i.b];
        break;
      case Op::multiply:
        *out = s[i.a] * s[i.b];
        break;
      case Op::divide:
        *out = s[i.a] / s[i.b];
        break;
      case Op::select:
        *out = s[i.a] != 0 ? s[i.b] : s[i.c];
        break;
      default:
        *out = equations::apply(i.op, s[i.a], s[i.b], s[i.c]);
        break;
    }
    ++out;
  }
  for (std::size_t k = 0; k < results_.size(); ++k) results[k] = s[results_[k]];
}

}  // namespace vesper::reference
