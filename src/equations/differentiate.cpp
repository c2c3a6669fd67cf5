// Symbolic derivatives by the chain rule (for example Griewank & Walther 2008, chapter 2: forward
// mode on a directed acyclic graph).  For u' and v' the derivatives of the operands,
//
//   (u v)' = u' v + u v'      (u/v)' = (u' - (u/v) v')/v      (u^v)' = v u^(v-1) u' + u^v ln(u) v'
//
// A slope that is the constant 0 takes its product with it: what does not depend on a variable has
// the derivative exactly 0, whatever stands beside it, and so the Jacobian keeps its zeros.
#include <cassert>
#include <numbers>

#include "equations/graph.h"

namespace vesper::equations {
namespace {

std::uint64_t key_of(NodeId node, NodeId leaf) {
  return (static_cast<std::uint64_t>(leaf) << 32) | node;
}

}  // namespace

NodeId Differentiator::derivative(NodeId node, std::uint32_t state) {
  return derivative_by_leaf(node, graph_.state(state));
}

NodeId Differentiator::derivative_by_parameter(NodeId node, std::uint32_t parameter) {
  return derivative_by_leaf(node, graph_.parameter(parameter));
}

NodeId Differentiator::derivative_by_time(NodeId node) {
  return derivative_by_leaf(node, graph_.time());
}

NodeId Differentiator::derivative_by_leaf(NodeId node, NodeId leaf) {
  visit_operands_first(
      graph_, node, [&](NodeId id) { return known_.contains(key_of(id, leaf)); },
      [&](NodeId id) { known_.emplace(key_of(id, leaf), chain_rule(id, leaf)); });
  return known_.at(key_of(node, leaf));
}

// The slopes of all operands are known already.
NodeId Differentiator::chain_rule(NodeId id, NodeId leaf) {
  if (id == leaf) return graph_.constant(1);
  const Node node = graph_[id];
  const auto slope = [&](NodeId operand) { return known_.at(key_of(operand, leaf)); };
  switch (operand_count(node.op)) {
    case 0:
      return graph_.constant(0);
    case 1:
      return unary_rule(id, slope(node.a));
    case 2:
      return binary_rule(id, slope(node.a), slope(node.b));
    default:
      return graph_.select(node.a, slope(node.b), slope(node.c));
  }
}

NodeId Differentiator::product(NodeId a, NodeId b) {
  if (graph_.is_constant(a, 0) || graph_.is_constant(b, 0)) return graph_.constant(0);
  const Node x = graph_[a], y = graph_[b];
  if (x.op == Op::divide && graph_.is_constant(x.a, 1)) return graph_.binary(Op::divide, b, x.b);
  if (y.op == Op::divide && graph_.is_constant(y.a, 1)) return graph_.binary(Op::divide, a, y.b);
  return graph_.binary(Op::multiply, a, b);
}

NodeId Differentiator::unary_rule(NodeId id, NodeId slope) {
  Graph& g = graph_;
  if (g.is_constant(slope, 0)) return slope;
  const Node node = g[id];
  const NodeId a = node.a;
  const NodeId one = g.constant(1);
  const auto times = [&](NodeId factor) { return product(factor, slope); };
  const auto over = [&](NodeId divisor) { return g.binary(Op::divide, slope, divisor); };
  const auto square = [&](NodeId x) { return g.binary(Op::multiply, x, x); };
  const auto root = [&](NodeId x) { return g.unary(Op::sqrt, x); };
  const auto plus = [&](NodeId x, NodeId y) { return g.binary(Op::add, x, y); };
  const auto minus = [&](NodeId x, NodeId y) { return g.binary(Op::subtract, x, y); };
  const auto negative = [&](NodeId x) { return g.unary(Op::negate, x); };
  switch (node.op) {
    case Op::negate:
      return negative(slope);
    case Op::exp:
      return times(id);
    case Op::ln:
      return over(a);
    case Op::log10:
      return over(g.binary(Op::multiply, a, g.constant(std::numbers::ln10)));
    case Op::sqrt:
      return over(g.binary(Op::multiply, g.constant(2), id));
    case Op::abs:
      return g.select(g.binary(Op::less, a, g.constant(0)), negative(slope), slope);
    case Op::sin:
      return times(g.unary(Op::cos, a));
    case Op::cos:
      return negative(times(g.unary(Op::sin, a)));
    case Op::tan:
      return times(plus(one, square(id)));
    case Op::asin:
      return over(root(minus(one, square(a))));
    case Op::acos:
      return negative(over(root(minus(one, square(a)))));
    case Op::atan:
      return over(plus(one, square(a)));
    case Op::sinh:
      return times(g.unary(Op::cosh, a));
    case Op::cosh:
      return times(g.unary(Op::sinh, a));
    case Op::tanh:
      return times(minus(one, square(id)));
    case Op::asinh:
      return over(root(plus(square(a), one)));
    case Op::acosh:  // sqrt(a - 1) sqrt(a + 1) keeps its digits near 1
      return over(g.binary(Op::multiply, root(minus(a, one)), root(plus(a, one))));
    case Op::atanh:
      return over(minus(one, square(a)));
    default:  // floor, ceil, factorial, logical_not: steps
      assert(operand_count(node.op) == 1);
      return g.constant(0);
  }
}

NodeId Differentiator::binary_rule(NodeId id, NodeId slope_a, NodeId slope_b) {
  Graph& g = graph_;
  if (g.is_constant(slope_a, 0) && g.is_constant(slope_b, 0)) return slope_a;
  const Node node = g[id];
  switch (node.op) {
    case Op::add:
    case Op::subtract:
      return g.binary(node.op, slope_a, slope_b);
    case Op::multiply:
      return g.binary(Op::add, product(slope_a, node.b), product(node.a, slope_b));
    case Op::divide:
      return g.is_constant(slope_b, 0)
                 ? g.binary(Op::divide, slope_a, node.b)
                 : g.binary(Op::divide, g.binary(Op::subtract, slope_a, product(id, slope_b)),
                            node.b);
    case Op::power:
      return power_rule(id, slope_a, slope_b);
    case Op::min:
      return g.select(g.binary(Op::less, node.a, node.b), slope_a, slope_b);
    case Op::max:
      return g.select(g.binary(Op::greater, node.a, node.b), slope_a, slope_b);
    case Op::remainder:  // a - b trunc(a/b)
      return g.binary(Op::subtract, slope_a,
                      product(g.binary(Op::quotient, node.a, node.b), slope_b));
    default:  // quotient, comparisons, logic: steps
      assert(operand_count(node.op) == 2);
      return g.constant(0);
  }
}

NodeId Differentiator::power_rule(NodeId id, NodeId slope_a, NodeId slope_b) {
  Graph& g = graph_;
  const Node node = g[id];
  const NodeId lower = g.binary(Op::power, node.a, g.binary(Op::subtract, node.b, g.constant(1)));
  const NodeId by_base = product(product(node.b, lower), slope_a);
  if (g.is_constant(slope_b, 0)) return by_base;
  // u^v ln(u) tends to 0 with u, for v > 0.
  const NodeId by_exponent = g.select(g.binary(Op::equal, node.a, g.constant(0)), g.constant(0),
                                      product(id, g.unary(Op::ln, node.a)));
  return g.binary(Op::add, by_base, product(by_exponent, slope_b));
}

}  // namespace vesper::equations
