#include "kernels/plan.h"

#include <cmath>
#include <limits>

namespace vesper::kernels {
namespace {

using equations::Graph;
using equations::Node;
using equations::NodeId;
using equations::Op;

constexpr double largest_power = 8;  // three products in a row: at most 3.5 ULP
constexpr double least_power = -3;   // the product of rounded reciprocals: at most 2.5 ULP

// Which nodes of a growing graph are made of parameters and literals, with one parameter or more.
class Dependence {
 public:
  explicit Dependence(const Graph& graph) : graph_(graph) {}
  bool on_parameters_alone(NodeId id) {
    grow();
    return kind_[id] == parameters;
  }

 private:
  enum Kind : std::uint8_t { literals, parameters, patient };

  void grow() {
    for (auto id = static_cast<NodeId>(kind_.size()); id < graph_.size(); ++id) {
      const Node& node = graph_[id];
      Kind kind = literals;
      const int operands = operand_count(node.op);
      if (node.op == Op::parameter) kind = parameters;
      if (node.op == Op::state || node.op == Op::time) kind = patient;
      if (operands > 0) kind = std::max(kind, kind_[node.a]);
      if (operands > 1) kind = std::max(kind, kind_[node.b]);
      if (operands > 2) kind = std::max(kind, kind_[node.c]);
      kind_.push_back(kind);
    }
  }

  const Graph& graph_;
  std::vector<Kind> kind_;
};

// The formulas of one function, rewritten into the same graph.
class Rewriting {
 public:
  Rewriting(Graph& graph, Dependence& dependence) : graph_(graph), dependence_(dependence) {}

  void look_at(NodeId root) {
    const auto seen = [&](NodeId id) { return looked_.contains(id); };
    equations::visit_operands_first(graph_, root, seen, [&](NodeId id) {
      looked_.emplace(id, true);
      const Node& node = graph_[id];
      if (node.op == Op::divide && !dependence_.on_parameters_alone(id)) ++quotients_by_[node.b];
    });
  }

  NodeId operator()(NodeId root) {
    const auto known = [&](NodeId id) { return result_.contains(id); };
    equations::visit_operands_first(graph_, root, known,
                                    [&](NodeId id) { result_.emplace(id, rewrite(id)); });
    return result_.at(root);
  }

 private:
  NodeId rewrite(NodeId id) {
    const Node node = graph_[id];
    const int operands = operand_count(node.op);
    if (operands == 0) return id;
    const NodeId a = result_.at(node.a);
    const NodeId b = operands > 1 ? result_.at(node.b) : NodeId{0};
    const NodeId c = operands > 2 ? result_.at(node.c) : NodeId{0};
    if (node.op == Op::power && graph_.is_constant(b)) return power(a, graph_[b].value);
    if (node.op == Op::divide && !dependence_.on_parameters_alone(id)) {
      return quotient(a, b, quotients_by_[node.b]);
    }
    return graph_.make(node.op, a, b, c);
  }

  NodeId quotient(NodeId a, NodeId b, std::size_t quotients) {
    const bool shared = quotients > 1 || dependence_.on_parameters_alone(b);
    if (graph_.is_constant(b)) {
      int exponent = 0;
      const double inverse = 1 / graph_[b].value;
      const bool power_of_two = std::abs(std::frexp(graph_[b].value, &exponent)) == 0.5;
      if (!power_of_two || !std::isnormal(inverse)) return graph_.binary(Op::divide, a, b);
      return graph_.binary(Op::multiply, a, graph_.constant(inverse));
    }
    if (!shared) return graph_.binary(Op::divide, a, b);
    return graph_.binary(Op::multiply, a, graph_.binary(Op::divide, graph_.constant(1), b));
  }

  NodeId power(NodeId base, double exponent) {
    if (exponent == 0.5) {
      const double infinity = std::numeric_limits<double>::infinity();
      return graph_.select(graph_.binary(Op::equal, base, graph_.constant(-infinity)),
                           graph_.constant(infinity), graph_.unary(Op::sqrt, base));
    }
    const bool whole = exponent == std::trunc(exponent);
    if (!whole || exponent < least_power || exponent > largest_power) {
      return graph_.binary(Op::power, base, graph_.constant(exponent));
    }
    if (exponent > 0) return whole_power(base, static_cast<int>(exponent));
    const NodeId inverse = graph_.binary(Op::divide, graph_.constant(1), base);
    return whole_power(inverse, static_cast<int>(-exponent));
  }

  NodeId whole_power(NodeId base, int exponent) {
    if (exponent == 1) return base;
    const NodeId half = whole_power(base, exponent / 2);
    const NodeId square = graph_.binary(Op::multiply, half, half);
    return exponent % 2 == 0 ? square : graph_.binary(Op::multiply, square, base);
  }

  Graph& graph_;
  Dependence& dependence_;
  std::unordered_map<NodeId, bool> looked_;
  std::unordered_map<NodeId, std::size_t> quotients_by_;  // by divisor
  std::unordered_map<NodeId, NodeId> result_;
};

class Planner {
 public:
  Planner(Plan& plan, const equations::System& system) : plan_(plan), system_(system) {}

  void rates() {
    for (const equations::State& state : system_.states) plan_.rates.push_back(state.derivative);
    rewrite_all(plan_.rates);
  }

  void factor() {
    equations::Differentiator differentiator(plan_.graph);
    std::vector<NodeId> roots;
    for (const equations::State& state : system_.states) {
      roots.push_back(differentiator.derivative_by_time(state.derivative));
    }
    const equations::Jacobian& jacobian = system_.jacobian;
    roots.insert(roots.end(), jacobian.value.begin(), jacobian.value.end());
    rewrite_all(roots);
    const auto end = roots.begin() + static_cast<std::ptrdiff_t>(system_.states.size());
    plan_.rates_by_time.assign(roots.begin(), end);
    auto value = end;
    for (std::uint32_t column = 0; column < system_.states.size(); ++column) {
      for (auto k = jacobian.column_start[column]; k < jacobian.column_start[column + 1]; ++k) {
        plan_.jacobian.push_back({jacobian.row[k], column, *value++});
      }
    }
    for (const NodeId slope : plan_.rates_by_time) {
      plan_.time_dependent |= !plan_.graph.is_constant(slope, 0);
    }
  }

  void values(const std::vector<NodeId>& wanted, std::vector<NodeId>& into) {
    into = wanted;
    rewrite_all(into);
  }

 private:
  void rewrite_all(std::vector<NodeId>& roots) {
    Rewriting rewriting(plan_.graph, dependence_);
    for (const NodeId root : roots) rewriting.look_at(root);
    for (NodeId& root : roots) root = rewriting(root);
    for (const NodeId root : roots) find_constants(root);
  }

  // What depends on parameters alone and is used by what does not.
  void find_constants(NodeId root) {
    const auto seen = [&](NodeId id) { return below_.contains(id); };
    const auto constant = [&](NodeId id) {
      below_.emplace(id, true);
      if (!dependence_.on_parameters_alone(id) || plan_.constant_place.contains(id)) return;
      plan_.constant_place.emplace(id, static_cast<std::uint32_t>(plan_.constants.size()));
      plan_.constants.push_back(id);
    };
    // A sign costs nothing where the value is used: x and -x are one constant.
    const auto unsigned_part = [&](NodeId id) {
      const Node& node = plan_.graph[id];
      return node.op == Op::negate && dependence_.on_parameters_alone(id) ? node.a : id;
    };
    std::vector<NodeId> waiting{root};
    while (!waiting.empty()) {
      const NodeId id = unsigned_part(waiting.back());
      waiting.pop_back();
      if (seen(id)) continue;
      constant(id);
      if (plan_.constant_place.contains(id)) continue;
      const Node& node = plan_.graph[id];
      const NodeId operands[] = {node.a, node.b, node.c};
      for (int k = operand_count(node.op) - 1; k >= 0; --k) waiting.push_back(operands[k]);
    }
  }

  Plan& plan_;
  const equations::System& system_;
  Dependence dependence_{plan_.graph};
  std::unordered_map<NodeId, bool> below_;
};

}  // namespace

Plan make_plan(const Request& request) {
  Plan plan;
  plan.graph = *request.system->graph;
  Planner planner(plan, *request.system);
  planner.rates();
  planner.factor();
  planner.values(request.outputs, plan.outputs);
  planner.values(request.conditions, plan.conditions);
  return plan;
}

}  // namespace vesper::kernels
