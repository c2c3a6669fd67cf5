// Values of nodes, straight from the meaning of each operation.
#pragma once

#include <vector>

#include "equations/graph.h"

namespace vesper::equations::testing {

struct Point {
  double t = 0;
  std::vector<double> y, p;
};

inline double evaluate(const Graph& graph, NodeId wanted, const Point& point) {
  std::vector<double> value(wanted + 1);
  for (NodeId id = 0; id <= wanted; ++id) {
    const Node& node = graph[id];
    switch (node.op) {
      case Op::constant:
        value[id] = node.value;
        break;
      case Op::parameter:
        value[id] = node.index < point.p.size() ? point.p[node.index] : 0;
        break;
      case Op::state:
        value[id] = node.index < point.y.size() ? point.y[node.index] : 0;
        break;
      case Op::time:
        value[id] = point.t;
        break;
      default:
        value[id] = apply(node.op, value[node.a], value[node.b], value[node.c]);
    }
  }
  return value[wanted];
}

}  // namespace vesper::equations::testing
