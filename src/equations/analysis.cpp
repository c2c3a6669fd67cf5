#include "equations/analysis.h"

#include <algorithm>
#include <numbers>
#include <unordered_set>

namespace vesper::equations {
namespace {

// Roots in order of discovery; a - b and b - a change sign together and are kept once.
class RootList {
 public:
  explicit RootList(Graph& graph) : graph_(graph) {}

  void difference(NodeId a, NodeId b) {
    const NodeId root = graph_.binary(Op::subtract, a, b);
    const NodeId opposite = graph_.binary(Op::subtract, b, a);
    if (!has(opposite)) add(root);
  }

  void whole_numbers_of(NodeId x) {
    const NodeId angle = graph_.binary(Op::multiply, graph_.constant(std::numbers::pi), x);
    add(graph_.unary(Op::sin, angle));
  }

  std::vector<NodeId> take() { return std::move(roots_); }

 private:
  bool has(NodeId root) const { return known_.contains(root); }
  void add(NodeId root) {
    if (!graph_.is_constant(root) && known_.insert(root).second) roots_.push_back(root);
  }

  Graph& graph_;
  std::vector<NodeId> roots_;
  std::unordered_set<NodeId> known_;
};

// The states that each wanted node depends on, ascending.
class Support {
 public:
  explicit Support(const Graph& graph) : graph_(graph) {}

  const std::vector<std::uint32_t>& of(NodeId wanted) {
    visit_operands_first(
        graph_, wanted, [&](NodeId id) { return known_.contains(id); },
        [&](NodeId id) { known_.emplace(id, collect(graph_[id])); });
    return known_.at(wanted);
  }

 private:
  std::vector<std::uint32_t> collect(const Node& node) const {
    if (node.op == Op::state) return {node.index};
    std::vector<std::uint32_t> states;
    const NodeId operands[] = {node.a, node.b, node.c};
    for (int k = 0; k < operand_count(node.op); ++k) {
      const std::vector<std::uint32_t>& below = known_.at(operands[k]);
      std::vector<std::uint32_t> merged;
      std::set_union(states.begin(), states.end(), below.begin(), below.end(),
                     std::back_inserter(merged));
      states = std::move(merged);
    }
    return states;
  }

  const Graph& graph_;
  std::unordered_map<NodeId, std::vector<std::uint32_t>> known_;
};

}  // namespace

std::vector<NodeId> parts(const Graph& graph, std::span<const NodeId> wanted) {
  std::unordered_set<NodeId> seen;
  for (const NodeId id : wanted) {
    visit_operands_first(
        graph, id, [&](NodeId part) { return seen.contains(part); },
        [&](NodeId part) { seen.insert(part); });
  }
  std::vector<NodeId> ids(seen.begin(), seen.end());
  std::sort(ids.begin(), ids.end());
  return ids;
}

Change Changes::of(NodeId node) {
  while (known_.size() <= node) known_.push_back(look(static_cast<NodeId>(known_.size())));
  return known_[node];
}

// Operands have smaller ids, so they are known.
Change Changes::look(NodeId id) const {
  const Node& node = graph_[id];
  if (node.op == Op::state || node.op == Op::time) return Change::smoothly;
  const NodeId operands[] = {node.a, node.b, node.c};
  Change most = Change::never;
  for (int k = 0; k < operand_count(node.op); ++k) {
    const bool condition = node.op == Op::select && k == 0;
    const Change change = known_[operands[k]];
    most = std::max(most, condition ? std::min(change, Change::by_steps) : change);
  }
  const bool steps =
      is_boolean(node.op) || node.op == Op::floor || node.op == Op::ceil || node.op == Op::quotient;
  return steps ? std::min(most, Change::by_steps) : most;
}

std::vector<NodeId> switching_roots(Graph& graph, Changes& changes,
                                    std::span<const NodeId> wanted) {
  RootList roots(graph);
  for (const NodeId id : parts(graph, wanted)) {
    const Node node = graph[id];
    const int operands = operand_count(node.op);
    const bool smooth = (operands > 0 && changes.of(node.a) == Change::smoothly) ||
                        (operands > 1 && changes.of(node.b) == Change::smoothly);
    if (!smooth) continue;
    switch (node.op) {
      case Op::greater:
      case Op::greater_equal:
        roots.difference(node.a, node.b);
        break;
      case Op::less:
      case Op::less_equal:
        roots.difference(node.b, node.a);
        break;
      case Op::floor:
      case Op::ceil:
        roots.whole_numbers_of(node.a);
        break;
      case Op::remainder:
      case Op::quotient:
        roots.whole_numbers_of(graph.binary(Op::divide, node.a, node.b));
        break;
      default:
        break;
    }
  }
  return roots.take();
}

NodeId Substitution::operator()(NodeId wanted) {
  visit_operands_first(
      graph_, wanted, [&](NodeId id) { return known_.contains(id); },
      [&](NodeId id) {
        const Node node = graph_[id];
        const int operands = operand_count(node.op);
        const NodeId made = operands == 0
                                ? id
                                : graph_.make(node.op, known_.at(node.a),
                                              operands > 1 ? known_.at(node.b) : NodeId{0},
                                              operands > 2 ? known_.at(node.c) : NodeId{0});
        known_.emplace(id, made);
      });
  return known_.at(wanted);
}

Jacobian jacobian(Graph& graph, const std::vector<State>& states) {
  std::vector<std::vector<std::uint32_t>> rows(states.size());  // by column
  Support support(graph);
  for (std::uint32_t i = 0; i < states.size(); ++i) {
    for (const std::uint32_t j : support.of(states[i].derivative))
      if (j < states.size()) rows[j].push_back(i);  // not what comes from the past
  }
  Jacobian result;
  Differentiator differentiator(graph);
  result.column_start.push_back(0);
  for (std::uint32_t j = 0; j < states.size(); ++j) {
    for (const std::uint32_t i : rows[j]) {
      const NodeId entry = differentiator.derivative(states[i].derivative, j);
      if (graph.is_constant(entry, 0)) continue;
      result.row.push_back(i);
      result.value.push_back(entry);
    }
    result.column_start.push_back(static_cast<std::uint32_t>(result.row.size()));
  }
  return result;
}

}  // namespace vesper::equations
