// Random formulas over all operations, for properties.
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <vector>

#include "kernels/lanes.h"

namespace vesper::kernels::testing {

// Any of [0, n), however small RapidCheck means the case to be.
inline int pick(int n) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, n));
}

inline double number(double low, double high) {
  return low + (high - low) * pick(1 << 20) / (1 << 20);
}

constexpr Op first_unary = Op::negate, last_unary = Op::logical_not;
constexpr Op first_binary = Op::add, last_binary = Op::logical_xor;

inline Op any(Op first, Op last) {
  return static_cast<Op>(static_cast<int>(first) +
                         pick(static_cast<int>(last) - static_cast<int>(first) + 1));
}

// A formula over `states` states, `parameters` parameters and time: depth 0 is a leaf.
inline NodeId formula(Graph& graph, std::uint32_t states, std::uint32_t parameters, int depth) {
  const int kind = depth == 0 ? pick(5) : pick(13);
  if (kind == 0) return graph.constant(*rc::gen::element(0.0, 1.0, -1.0, 2.0, 0.5, -3.0, 10.0));
  if (kind <= 2) return graph.state(static_cast<std::uint32_t>(pick(static_cast<int>(states))));
  if (kind == 3) {
    return graph.parameter(static_cast<std::uint32_t>(pick(static_cast<int>(parameters))));
  }
  if (kind == 4) return graph.time();
  const auto part = [&] { return formula(graph, states, parameters, depth - 1); };
  if (kind == 5) return graph.unary(any(first_unary, last_unary), part());
  if (kind == 6) {
    const NodeId condition = part(), if_true = part(), if_false = part();
    return graph.select(condition, if_true, if_false);
  }
  if (kind == 7) {
    const NodeId base = part();
    return graph.binary(Op::power, base, graph.constant(*rc::gen::element(2.0, 3.0, -1.0, 0.5)));
  }
  const NodeId left = part(), right = part();
  const Op op = kind < 10 ? any(Op::add, Op::divide) : any(first_binary, last_binary);
  return graph.binary(op, left, right);
}

inline equations::testing::Point point(std::size_t states, std::size_t parameters) {
  equations::testing::Point point;
  point.t = number(-4, 4);
  for (std::size_t i = 0; i < states; ++i) point.y.push_back(number(-4, 4));
  for (std::size_t i = 0; i < parameters; ++i) point.p.push_back(number(-4, 4));
  return point;
}

// A value with how far rounding may have moved it: the running error analysis of Higham 2002,
// Accuracy and Stability of Numerical Algorithms, section 3.3, to first order.  Where an operation
// jumps, or is steep beyond measure, within that distance, nothing is known.
struct Known {
  double value = 0, error = 0;  // error: infinite where nothing is known
};

inline Known evaluate_known(const Graph& graph, NodeId root, const equations::testing::Point& at) {
  constexpr double unit = 1e-15;  // a few roundings of each operation
  std::vector<Known> known(root + 1);
  for (NodeId id = 0; id <= root; ++id) {
    const equations::Node& node = graph[id];
    Known& k = known[id];
    const int operands = equations::operand_count(node.op);
    if (operands == 0) {
      k.value = equations::testing::evaluate(graph, id, at);
      continue;
    }
    const Known x[] = {known[node.a], operands > 1 ? known[node.b] : Known{},
                       operands > 2 ? known[node.c] : Known{}};
    k.value = equations::apply(node.op, x[0].value, x[1].value, x[2].value);
    const bool exact = x[0].error == 0 && x[1].error == 0 && x[2].error == 0;
    const bool steps = equations::is_boolean(node.op) || node.op == Op::floor ||
                       node.op == Op::ceil || node.op == Op::factorial || node.op == Op::quotient ||
                       node.op == Op::remainder;
    if (node.op == Op::select) {
      const Known& taken = x[0].value != 0 ? x[1] : x[2];
      k.error = x[0].error > 0 ? INFINITY : taken.error;
    } else if (exact) {
      k.error = steps ? 0 : std::abs(k.value) * unit + 1e-300;
    } else {
      // The largest change over the corners of the operands' errors, doubled for what lies between.
      double change = 0;
      for (int corner = 0; corner < 4; ++corner) {
        const double a = x[0].value + (corner % 2 == 0 ? 2 : -2) * x[0].error;
        const double b = x[1].value + (corner / 2 == 0 ? 2 : -2) * x[1].error;
        change = std::max(change, std::abs(equations::apply(node.op, a, b) - k.value));
        if (!same(k.value, k.value) || std::isnan(equations::apply(node.op, a, b)))
          change = INFINITY;
      }
      k.error = change + (steps ? 0 : std::abs(k.value) * unit + 1e-300);
      if (steps && change > 0) k.error = INFINITY;
      if (std::isinf(k.value) || std::isnan(k.error)) k.error = INFINITY;
    }
  }
  return known[root];
}

}  // namespace vesper::kernels::testing
