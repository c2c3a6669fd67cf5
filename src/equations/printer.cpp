#include "equations/printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "equations/analysis.h"

namespace vesper::equations {
namespace {

constexpr int deepest = 40;      // operators one inside another that a reader is asked to follow
constexpr int worth_naming = 3;  // operations that a shared part must have

// A species whose name means a concentration: its output is not its state.
bool means_concentration(const System& system, std::uint32_t state) {
  return state < system.outputs.size() && system.outputs[state].id == system.states[state].id &&
         (*system.graph)[system.outputs[state].value].op != Op::state;
}

}  // namespace

std::string in_parentheses_below(const Piece& piece, Rank least, std::string_view open,
                                 std::string_view close) {
  return piece.rank >= least ? piece.text : fmt::format("{}{}{}", open, piece.text, close);
}

Printer::Printer(const System& system, const Notation& notation)
    : system_(system), notation_(notation) {
  const Graph& graph = *system.graph;
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph[id];
    if (node.op == Op::constant) {
      const bool negative = std::signbit(node.value);
      written_[id] = {notation.number(node.value), negative ? Rank::prefix : Rank::atom};
    } else if (node.op == Op::parameter) {
      written_[id] = {notation.name(system.parameters[node.index].id)};
    } else if (node.op == Op::state) {
      written_[id] = {node.index < system.states.size()
                          ? state_name(node.index)
                          : past_name(system.delays[node.index - system.states.size()])};
    } else if (node.op == Op::time) {
      written_[id] = {notation.name("time")};
    }
  }
  for (const Output& output : system.outputs) {
    if (operand_count(graph[output.value].op) == 0) continue;
    if (owner_.emplace(output.value, output.id).second) {
      written_[output.value] = {notation.name(output.id)};
    }
  }
}

// The parts of a delay may stand behind it in the graph, so it is shown by its number.
std::string Printer::past_name(const Delay& delay) const {
  return fmt::format("{}[{}]", notation_.name("past"), &delay - system_.delays.data() + 1);
}

std::string Printer::state_name(std::uint32_t state) const {
  const std::string& id = system_.states[state].id;
  return means_concentration(system_, state) ? notation_.amount(id) : notation_.name(id);
}

std::string Printer::fresh_name() {
  const auto taken = [&](const std::string& name) {
    const auto has = [&](const auto& list) {
      return std::any_of(list.begin(), list.end(), [&](const auto& x) { return x.id == name; });
    };
    return has(system_.parameters) || has(system_.outputs);
  };
  std::string name;
  do {
    name = fmt::format("s{}", next_name_++);
  } while (taken(name));
  return name;
}

void Printer::share(std::span<const NodeId> formulas) {
  const Graph& graph = *system_.graph;
  // What stands under a formula, named parts looked through once.
  const std::vector<NodeId> needed = parts(graph, formulas);
  std::vector<int> uses(graph.size(), 0), depth(graph.size(), 0), size(graph.size(), 0);
  for (const NodeId id : needed) {
    const Node& node = graph[id];
    const NodeId operands[] = {node.a, node.b, node.c};
    for (int k = 0; k < operand_count(node.op); ++k) ++uses[operands[k]];
  }
  for (const NodeId id : formulas) ++uses[id];
  for (const NodeId id : needed) {
    const Node& node = graph[id];
    if (operand_count(node.op) == 0) continue;
    const NodeId operands[] = {node.a, node.b, node.c};
    size[id] = 1;
    for (int k = 0; k < operand_count(node.op); ++k) {
      depth[id] = std::max(depth[id], depth[operands[k]] + 1);
      size[id] = std::min(worth_naming, size[id] + size[operands[k]]);
    }
    const bool often = uses[id] > 1 && size[id] >= worth_naming;
    if (!written_.contains(id) && (often || depth[id] >= deepest)) {
      const std::string name = fresh_name();
      shared_.push_back({notation_.name(name), id});
      written_[id] = {notation_.name(name)};
    }
    if (written_.contains(id)) depth[id] = size[id] = 0;
  }
}

Piece Printer::piece(NodeId node) {
  if (const auto known = written_.find(node); known != written_.end()) return known->second;
  return operation(node);
}

// The depth of the recursion is bounded: share() names what is deeper.
Piece Printer::operation(NodeId id) {
  const Node& node = (*system_.graph)[id];
  const int count = operand_count(node.op);
  if (count == 0) return written_.at(id);
  std::vector<Piece> operands;
  const NodeId ids[] = {node.a, node.b, node.c};
  for (int k = 0; k < count; ++k) operands.push_back(piece(ids[k]));
  return notation_.operation(node.op, operands);
}

std::string Printer::definition(NodeId node) {
  return operation(node).text;
}

std::string Printer::definition(const Output& output) {
  const auto owner = owner_.find(output.value);
  if (owner != owner_.end() && owner->second != output.id) return notation_.name(owner->second);
  return definition(output.value);
}

}  // namespace vesper::equations
