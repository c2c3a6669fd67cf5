// The expression graph: every formula of a model as nodes of one directed acyclic graph.
//
// Nodes are hash-consed (equal nodes are one node, so common subexpressions are found as they are
// made) and folded when their operands are constants.  Operands always have smaller ids than the
// node that uses them: walking ids upwards is a topological order.
//
// Simplified as they are made, never changing a value (only the sign of a zero may differ):
//   x+0, x-0, x*1, x/1, x^1 -> x      0-x, x*(-1), x/(-1) -> -x      x^0 -> 1      -(-x) -> x
//   x+(-y) -> x-y      (-x)*y, x*(-y) -> -(x*y), likewise for /      -(x-y) -> y-x
//   x*0 -> 0, x-x -> 0 only where x is finite for every finite y, p and t: an x such as 1/y or
//   exp(y) may be infinite, and infinity times 0 is no number
//   min(x,x) -> x      select(known, x, y), select(c, x, x) -> x      logic with a known operand
// Sums and products are never reordered or regrouped: that would change the rounding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

namespace vesper::equations {

using NodeId = std::uint32_t;

enum class Op : std::uint8_t {
  constant,   // value
  parameter,  // index into the parameter vector p
  state,      // index into the state vector y
  time,
  // one operand
  negate,
  exp,
  ln,
  log10,
  sqrt,
  abs,
  floor,
  ceil,
  factorial,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  logical_not,
  // two operands
  add,
  subtract,
  multiply,
  divide,
  power,
  min,
  max,
  remainder,
  quotient,
  less,
  less_equal,
  greater,
  greater_equal,
  equal,
  not_equal,  // 1 or 0
  logical_and,
  logical_or,
  logical_xor,  // 1 or 0; operands: 0 is false
  // three operands: condition, value if true, value if false
  select,
};

struct Node {
  Op op = Op::constant;
  std::uint32_t index = 0;     // parameter or state
  NodeId a = 0, b = 0, c = 0;  // operands; 0 when absent
  double value = 0;            // of a constant
};

int operand_count(Op op);
bool is_comparison(Op op);  // less ... not_equal
bool is_boolean(Op op);     // comparisons and logic: the value is 1 or 0

class Graph {
 public:
  NodeId constant(double value);
  NodeId parameter(std::uint32_t index);
  NodeId state(std::uint32_t index);
  NodeId time();
  NodeId unary(Op op, NodeId a);
  NodeId binary(Op op, NodeId a, NodeId b);
  NodeId select(NodeId condition, NodeId if_true, NodeId if_false);
  // Any operation on already made operands; leaves are not made this way.
  NodeId make(Op op, NodeId a, NodeId b, NodeId c);

  const Node& operator[](NodeId id) const { return nodes_[id]; }
  std::size_t size() const { return nodes_.size(); }
  bool is_constant(NodeId id) const { return nodes_[id].op == Op::constant; }
  bool is_constant(NodeId id, double value) const;

 private:
  NodeId intern(const Node& node);
  NodeId add(NodeId a, NodeId b);
  NodeId subtract(NodeId a, NodeId b);
  NodeId multiply(NodeId a, NodeId b);
  NodeId divide(NodeId a, NodeId b);
  NodeId power(NodeId a, NodeId b);
  NodeId logic(Op op, NodeId a, NodeId b);
  NodeId truth(NodeId a);  // a as 1 or 0

  std::vector<Node> nodes_;
  std::vector<bool> finite_;  // by node: finite for every finite y, p and t
  std::unordered_multimap<std::size_t, NodeId> index_;
};

// One operation on numbers, the meaning that every engine must agree with: x/0 and ln(-1) follow
// IEEE; comparisons give 1 or 0; min and max of a NaN are NaN; remainder has the sign of the
// dividend, quotient truncates; the factorial of anything but a whole number >= 0 is NaN.
double apply(Op op, double a, double b = 0, double c = 0);

// Calls visit(id) for `root` and what it is made of, operands first, leaving out every node for
// which done(id) is true already.  `visit` may make new nodes, and must make done(id) true.
void visit_operands_first(const Graph& graph, NodeId root, const std::function<bool(NodeId)>& done,
                          const std::function<void(NodeId)>& visit);

// d(node)/d(state j), by the chain rule, hash-consed into the same graph.  Derivatives of floor,
// ceil, factorial, comparisons and logic are 0; of abs, min and max the one-sided ones.  What does
// not depend on the state has the derivative constant(0).
class Differentiator {
 public:
  explicit Differentiator(Graph& graph) : graph_(graph) {}
  NodeId derivative(NodeId node, std::uint32_t state);
  NodeId derivative_by_parameter(NodeId node, std::uint32_t parameter);
  NodeId derivative_by_time(NodeId node);  // partial: states are held

 private:
  NodeId derivative_by_leaf(NodeId node, NodeId leaf);
  NodeId chain_rule(NodeId node, NodeId leaf);
  NodeId product(NodeId a, NodeId b);  // 0 where a factor is the constant 0; a/V for a*(1/V)
  NodeId unary_rule(NodeId node, NodeId slope);
  NodeId binary_rule(NodeId node, NodeId slope_a, NodeId slope_b);
  NodeId power_rule(NodeId node, NodeId slope_a, NodeId slope_b);

  Graph& graph_;
  std::unordered_map<std::uint64_t, NodeId> known_;  // by node and leaf
};

}  // namespace vesper::equations
