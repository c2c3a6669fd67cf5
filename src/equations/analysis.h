// Questions about nodes of a graph: what they are made of, how they change, where they jump.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "equations/graph.h"
#include "equations/system.h"

namespace vesper::equations {

// Everything that the wanted nodes are made of, themselves included, by ascending id.
std::vector<NodeId> parts(const Graph& graph, std::span<const NodeId> wanted);

// How a node changes between events.  Ordered: the more the later.
enum class Change : std::uint8_t {
  never,     // parameters and constants alone
  by_steps,  // constant but for jumps: comparisons, floor, ...
  smoothly,  // follows a state or time
};

// Of the nodes of a graph, looked at once each while the graph grows.
class Changes {
 public:
  explicit Changes(const Graph& graph) : graph_(graph) {}
  Change of(NodeId node);

 private:
  Change look(NodeId node) const;

  const Graph& graph_;
  std::vector<Change> known_;
};

// Real-valued nodes whose sign changes are where something in the wanted nodes can jump:
//   a > b, a >= b: a - b     a < b, a <= b: b - a     floor(x), ceil(x): sin(pi x)
//   remainder, quotient of a and b: sin(pi a/b)
// Comparisons of what never changes, or changes by steps alone, need none of their own.
std::vector<NodeId> switching_roots(Graph& graph, Changes& changes, std::span<const NodeId> wanted);

// The same formulas with states and parameters replaced and, for initial values, time as 0.
class Substitution {
 public:
  explicit Substitution(Graph& graph) : graph_(graph) {}
  void replace(NodeId leaf, NodeId by) { known_[leaf] = by; }
  // Everything below must have its replacement before the first node that uses it is asked for.
  NodeId operator()(NodeId node);

 private:
  Graph& graph_;
  std::unordered_map<NodeId, NodeId> known_;
};

// Exact pattern: an entry whose derivative is the constant 0 is left out.
Jacobian jacobian(Graph& graph, const std::vector<State>& states);

}  // namespace vesper::equations
