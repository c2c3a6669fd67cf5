// Every term is offset + slope * time.  A root lies at -offset/slope: exact for `time - 24`, where
// the offset is -24 and the slope 1.  Roots of a sine lie at (k pi - offset)/slope.

#include "solve/time_stops.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <set>

#include "solve/times.h"

namespace vesper::solve {

using equations::Graph;
using equations::Node;
using equations::NodeId;
using equations::Op;

namespace {

enum class Kind { free, linear, other };  // of time; `other` covers states too

// The nodes below a root, itself included, in topological order.
std::set<NodeId> below(const Graph& graph, NodeId root) {
  std::set<NodeId> found;
  std::vector<NodeId> open{root};
  while (!open.empty()) {
    const NodeId id = open.back();
    open.pop_back();
    if (!found.insert(id).second) continue;
    const Node& node = graph[id];
    const int operands = equations::operand_count(node.op);
    if (operands > 0) open.push_back(node.a);
    if (operands > 1) open.push_back(node.b);
    if (operands > 2) open.push_back(node.c);
  }
  return found;
}

Kind classify(const Graph& graph, NodeId root) {
  std::map<NodeId, Kind> kind;
  for (NodeId id : below(graph, root)) {
    const Node& node = graph[id];
    const int operands = equations::operand_count(node.op);
    const Kind a = operands > 0 ? kind[node.a] : Kind::free;
    const Kind b = operands > 1 ? kind[node.b] : Kind::free;
    const Kind c = operands > 2 ? kind[node.c] : Kind::free;
    Kind& own = kind[id];
    if (node.op == Op::time)
      own = Kind::linear;
    else if (node.op == Op::state)
      own = Kind::other;
    else if (a == Kind::free && b == Kind::free && c == Kind::free)
      own = Kind::free;
    else if (a == Kind::other || b == Kind::other || c == Kind::other)
      own = Kind::other;
    else if (node.op == Op::negate || node.op == Op::add || node.op == Op::subtract)
      own = Kind::linear;
    else if (node.op == Op::multiply && (a == Kind::free || b == Kind::free))
      own = Kind::linear;
    else if (node.op == Op::divide && b == Kind::free)
      own = Kind::linear;
    else
      own = Kind::other;
  }
  return kind[root];
}

// What a sine is taken of; any other node itself.
NodeId argument(const Graph& graph, NodeId root) {
  return graph[root].op == Op::sin ? graph[root].a : root;
}

struct Linear {
  double offset = 0, slope = 0;
};

}  // namespace

bool TimeStops::foreseen(const Graph& graph, NodeId root) {
  return classify(graph, argument(graph, root)) != Kind::other;
}

TimeStops::TimeStops(const Graph& graph, std::span<const NodeId> roots) {
  std::set<NodeId> needed;
  std::vector<NodeId> kept;
  for (NodeId root : roots) {
    if (classify(graph, argument(graph, root)) != Kind::linear) continue;
    kept.push_back(root);
    needed.merge(below(graph, argument(graph, root)));
  }
  std::map<NodeId, std::uint32_t> position;
  for (NodeId id : needed) {
    const Node& node = graph[id];
    const int operands = equations::operand_count(node.op);
    Term term{node.op, node.index, 0, 0, node.value};
    if (operands > 0) term.a = position[node.a];
    if (operands > 1) term.b = position[node.b];
    if (operands > 2) term.c = position[node.c];
    position[id] = static_cast<std::uint32_t>(terms_.size());
    terms_.push_back(term);
  }
  for (NodeId root : kept)
    roots_.push_back({position[argument(graph, root)], graph[root].op == Op::sin});
}

double TimeStops::next(double t, std::span<const double> parameters) const {
  double first = std::numeric_limits<double>::infinity();
  if (roots_.empty()) return first;
  std::vector<Linear> value(terms_.size());
  for (std::size_t k = 0; k < terms_.size(); ++k) {
    const Term& term = terms_[k];
    const Linear a = value[term.op == Op::parameter ? 0 : term.a];
    const Linear b = value[term.b], c = value[term.c];
    switch (term.op) {
      case Op::constant:
        value[k] = {term.value, 0};
        break;
      case Op::parameter:
        value[k] = {parameters[term.a], 0};
        break;
      case Op::time:
        value[k] = {0, 1};
        break;
      case Op::negate:
        value[k] = {-a.offset, -a.slope};
        break;
      case Op::add:
        value[k] = {a.offset + b.offset, a.slope + b.slope};
        break;
      case Op::subtract:
        value[k] = {a.offset - b.offset, a.slope - b.slope};
        break;
      case Op::multiply:  // one of the slopes is 0
        value[k] = {a.offset * b.offset, a.slope * b.offset + b.slope * a.offset};
        break;
      case Op::divide:
        value[k] = {a.offset / b.offset, a.slope / b.offset};
        break;
      default:
        value[k] = {equations::apply(term.op, a.offset, b.offset, c.offset), 0};
        break;
    }
  }
  for (const Root& root : roots_) {
    const auto [offset, slope] = value[root.term];
    if (!root.sine) {
      const double at = -offset / slope;
      if (at > t && !coincide(at, t)) first = std::min(first, at);
      continue;
    }
    constexpr double pi = std::numbers::pi;
    const double turn = std::floor((offset + slope * t) / pi);
    for (int ahead = -2; ahead <= 2; ++ahead) {  // slope may have either sign, floor may round
      const double at = ((turn + ahead) * pi - offset) / slope;
      if (at > t && !coincide(at, t)) first = std::min(first, at);
    }
  }
  return first;
}

}  // namespace vesper::solve
