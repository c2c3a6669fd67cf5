// The functions that formulas may call, and what they are in terms of the graph's operations.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "equations/graph.h"

namespace vesper::equations {

struct Builtin {
  // What an argument's unit must be, and the unit of the value.
  enum class Units {
    plain,      // arguments and value without units: exp, sin, ...
    keeps,      // one argument, whose unit the value has: abs, floor, ceil
    alike,      // all arguments in one unit, which the value has: min, max, rem
    root,       // sqrt, root(n, x)
    ratio,      // quotient(a, b)
    piecewise,  // values alike, conditions plain
  };
  std::string_view name;
  std::size_t fewest, most;  // arguments
  Units units;
  NodeId (*make)(Graph& graph, std::span<const NodeId> arguments);
};

const Builtin* find_builtin(std::string_view name);
std::vector<std::string> builtin_names();
// Why a function of the language cannot stand in a formula, or "" when it is none of those.
std::string_view refusal(std::string_view name);

}  // namespace vesper::equations
