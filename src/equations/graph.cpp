#include "equations/graph.h"

#include <bit>
#include <cassert>
#include <cmath>

namespace vesper::equations {
namespace {

std::size_t mix(std::size_t seed, std::size_t value) {
  return seed ^ (value + 0x9e3779b97f4a7c15ULL + (seed << 6) + (seed >> 2));
}

bool commutes(Op op) {
  return op == Op::add || op == Op::multiply || op == Op::equal || op == Op::not_equal ||
         op == Op::logical_and || op == Op::logical_or || op == Op::logical_xor;
}

// The same hash for both orders of operands that commute.
std::size_t hash(const Node& node) {
  std::size_t seed = mix(static_cast<std::size_t>(node.op), node.index);
  seed =
      commutes(node.op) ? mix(seed, std::size_t{node.a} + node.b) : mix(mix(seed, node.a), node.b);
  return mix(mix(seed, node.c), std::bit_cast<std::uint64_t>(node.value));
}

bool equal(const Node& x, const Node& y) {
  if (x.op != y.op || x.index != y.index || x.c != y.c ||
      std::bit_cast<std::uint64_t>(x.value) != std::bit_cast<std::uint64_t>(y.value)) {
    return false;
  }
  return (x.a == y.a && x.b == y.b) || (commutes(x.op) && x.a == y.b && x.b == y.a);
}

// Operations whose value is finite for finite operands.  Sums and products are not among them:
// they may overflow.
bool keeps_finite(Op op) {
  switch (op) {
    case Op::negate:
    case Op::abs:
    case Op::floor:
    case Op::ceil:
    case Op::sin:
    case Op::cos:
    case Op::atan:
    case Op::tanh:
    case Op::asinh:
    case Op::min:
    case Op::max:
    case Op::select:
      return true;
    default:
      return is_boolean(op);
  }
}

}  // namespace

NodeId Graph::intern(const Node& node) {
  const std::size_t key = hash(node);
  const auto [first, last] = index_.equal_range(key);
  for (auto it = first; it != last; ++it) {
    if (equal(nodes_[it->second], node)) return it->second;
  }
  const int operands = operand_count(node.op);
  bool finite = operands == 0 ? std::isfinite(node.value) : keeps_finite(node.op);
  if (operands > 0) finite = finite && finite_[node.a];
  if (operands > 1) finite = finite && finite_[node.b];
  if (operands > 2) finite = finite && finite_[node.c];
  const auto id = static_cast<NodeId>(nodes_.size());
  nodes_.push_back(node);
  // The value of a comparison is finite whatever it compares.
  finite_.push_back(finite || is_boolean(node.op));
  index_.emplace(key, id);
  return id;
}

bool Graph::is_constant(NodeId id, double value) const {
  return nodes_[id].op == Op::constant && nodes_[id].value == value;
}

NodeId Graph::constant(double value) {
  Node node;
  node.value = value == 0 ? 0.0 : value;  // one zero
  return intern(node);
}

NodeId Graph::parameter(std::uint32_t index) {
  Node node;
  node.op = Op::parameter;
  node.index = index;
  return intern(node);
}

NodeId Graph::state(std::uint32_t index) {
  Node node;
  node.op = Op::state;
  node.index = index;
  return intern(node);
}

NodeId Graph::time() {
  Node node;
  node.op = Op::time;
  return intern(node);
}

NodeId Graph::unary(Op op, NodeId a) {
  assert(operand_count(op) == 1 && a < nodes_.size());
  const Node operand = nodes_[a];
  if (operand.op == Op::constant) return constant(apply(op, operand.value));
  if (op == Op::negate && operand.op == Op::negate) return operand.a;
  if (op == Op::negate && operand.op == Op::subtract) return subtract(operand.b, operand.a);
  Node node;
  node.op = op;
  node.a = a;
  return intern(node);
}

NodeId Graph::binary(Op op, NodeId a, NodeId b) {
  assert(operand_count(op) == 2 && a < nodes_.size() && b < nodes_.size());
  if (is_constant(a) && is_constant(b)) {
    return constant(apply(op, nodes_[a].value, nodes_[b].value));
  }
  switch (op) {
    case Op::add:
      return add(a, b);
    case Op::subtract:
      return subtract(a, b);
    case Op::multiply:
      return multiply(a, b);
    case Op::divide:
      return divide(a, b);
    case Op::power:
      return power(a, b);
    case Op::logical_and:
    case Op::logical_or:
    case Op::logical_xor:
      return logic(op, a, b);
    case Op::min:
    case Op::max:
      if (a == b) return a;
      break;
    default:
      break;
  }
  Node node;
  node.op = op;
  node.a = a;
  node.b = b;
  return intern(node);
}

NodeId Graph::add(NodeId a, NodeId b) {
  if (is_constant(a, 0)) return b;
  if (is_constant(b, 0)) return a;
  if (nodes_[b].op == Op::negate) return subtract(a, nodes_[b].a);
  if (nodes_[a].op == Op::negate) return subtract(b, nodes_[a].a);
  Node node;
  node.op = Op::add;
  node.a = a;
  node.b = b;
  return intern(node);
}

NodeId Graph::subtract(NodeId a, NodeId b) {
  if (is_constant(a) && is_constant(b)) return constant(nodes_[a].value - nodes_[b].value);
  if (is_constant(b, 0)) return a;
  if (is_constant(a, 0)) return unary(Op::negate, b);
  if (a == b && finite_[a]) return constant(0);
  if (nodes_[b].op == Op::negate) return add(a, nodes_[b].a);
  Node node;
  node.op = Op::subtract;
  node.a = a;
  node.b = b;
  return intern(node);
}

NodeId Graph::multiply(NodeId a, NodeId b) {
  if (is_constant(a, 1)) return b;
  if (is_constant(b, 1)) return a;
  if (is_constant(a, -1)) return unary(Op::negate, b);
  if (is_constant(b, -1)) return unary(Op::negate, a);
  if ((is_constant(a, 0) && finite_[b]) || (is_constant(b, 0) && finite_[a])) return constant(0);
  if (nodes_[a].op == Op::negate) return unary(Op::negate, multiply(nodes_[a].a, b));
  if (nodes_[b].op == Op::negate) return unary(Op::negate, multiply(a, nodes_[b].a));
  Node node;
  node.op = Op::multiply;
  node.a = a;
  node.b = b;
  return intern(node);
}

NodeId Graph::divide(NodeId a, NodeId b) {
  if (is_constant(b, 1)) return a;
  if (is_constant(b, -1)) return unary(Op::negate, a);
  if (nodes_[a].op == Op::negate) return unary(Op::negate, divide(nodes_[a].a, b));
  if (nodes_[b].op == Op::negate) return unary(Op::negate, divide(a, nodes_[b].a));
  Node node;
  node.op = Op::divide;
  node.a = a;
  node.b = b;
  return intern(node);
}

// pow(x, 0) is 1 for every x, a NaN included, and so is pow(1, x).
NodeId Graph::power(NodeId a, NodeId b) {
  if (is_constant(b, 1)) return a;
  if (is_constant(b, 0) || is_constant(a, 1)) return constant(1);
  Node node;
  node.op = Op::power;
  node.a = a;
  node.b = b;
  return intern(node);
}

NodeId Graph::truth(NodeId a) {
  return is_boolean(nodes_[a].op) ? a : binary(Op::not_equal, a, constant(0));
}

NodeId Graph::logic(Op op, NodeId a, NodeId b) {
  if (is_constant(a)) std::swap(a, b);
  if (is_constant(b)) {
    const bool known = nodes_[b].value != 0;
    if (op == Op::logical_and) return known ? truth(a) : constant(0);
    if (op == Op::logical_or) return known ? constant(1) : truth(a);
    return known ? unary(Op::logical_not, a) : truth(a);
  }
  if (a == b) return op == Op::logical_xor ? constant(0) : truth(a);
  Node node;
  node.op = op;
  node.a = a;
  node.b = b;
  return intern(node);
}

NodeId Graph::select(NodeId condition, NodeId if_true, NodeId if_false) {
  if (is_constant(condition)) return nodes_[condition].value != 0 ? if_true : if_false;
  if (if_true == if_false) return if_true;
  Node node;
  node.op = Op::select;
  node.a = condition;
  node.b = if_true;
  node.c = if_false;
  return intern(node);
}

NodeId Graph::make(Op op, NodeId a, NodeId b, NodeId c) {
  switch (operand_count(op)) {
    case 1:
      return unary(op, a);
    case 2:
      return binary(op, a, b);
    default:
      assert(op == Op::select);
      return select(a, b, c);
  }
}

void visit_operands_first(const Graph& graph, NodeId root, const std::function<bool(NodeId)>& done,
                          const std::function<void(NodeId)>& visit) {
  std::vector<NodeId> stack{root};
  while (!stack.empty()) {
    const NodeId id = stack.back();
    if (done(id)) {
      stack.pop_back();
      continue;
    }
    const Node node = graph[id];
    const NodeId operands[] = {node.a, node.b, node.c};
    const std::size_t waiting = stack.size();
    for (int k = operand_count(node.op) - 1; k >= 0; --k) {
      if (!done(operands[k])) stack.push_back(operands[k]);
    }
    if (stack.size() > waiting) continue;
    visit(id);
    stack.pop_back();
  }
}

}  // namespace vesper::equations
