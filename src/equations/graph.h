// The expression graph: every formula of a model as nodes of one directed acyclic graph.
//
// Nodes are hash-consed (equal nodes are one node, so common subexpressions are found as they are
// made) and folded when their operands are constants.  Operands always have smaller ids than the
// node that uses them: walking ids upwards is a topological order.
#pragma once

#include <cstddef>
#include <cstdint>
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
  negate, exp, ln, log10, sqrt, abs, floor, ceil, factorial,
  sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh,
  logical_not,
  // two operands
  add, subtract, multiply, divide, power, min, max, remainder, quotient,
  less, less_equal, greater, greater_equal, equal, not_equal,   // 1 or 0
  logical_and, logical_or, logical_xor,                         // 1 or 0; operands: 0 is false
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

class Graph {
 public:
  NodeId constant(double value);
  NodeId parameter(std::uint32_t index);
  NodeId state(std::uint32_t index);
  NodeId time();
  NodeId unary(Op op, NodeId a);
  NodeId binary(Op op, NodeId a, NodeId b);
  NodeId select(NodeId condition, NodeId if_true, NodeId if_false);

  const Node& operator[](NodeId id) const { return nodes_[id]; }
  std::size_t size() const { return nodes_.size(); }
  bool is_constant(NodeId id, double value) const;

 private:
  NodeId intern(const Node& node);
  std::vector<Node> nodes_;
  std::unordered_multimap<std::size_t, NodeId> index_;
};

// One operation on numbers, the meaning that every engine must agree with: x/0 and ln(-1) follow
// IEEE; comparisons give 1 or 0; remainder has the sign of the dividend, quotient truncates.
double apply(Op op, double a, double b = 0, double c = 0);

// d(node)/d(state j), by the chain rule, hash-consed into the same graph.  Derivatives of floor,
// ceil, comparisons and logic are 0; of abs, min and max the one-sided ones.
class Differentiator {
 public:
  explicit Differentiator(Graph& graph) : graph_(graph) {}
  NodeId derivative(NodeId node, std::uint32_t state);

 private:
  Graph& graph_;
  std::unordered_map<std::uint64_t, NodeId> known_;
};

}  // namespace vesper::equations
