// In which order formulas can be computed, and which of them go round in a circle.
#pragma once

#include <cstddef>
#include <vector>

#include "equations/names.h"

namespace vesper::equations {

struct Ordering {
  std::vector<std::size_t> order;  // every item, those that it uses first
  std::vector<std::size_t>
      cycle;  // one circle, each using the next and the last the first; or none
};

// uses[i]: the items that item i needs first.
Ordering topological_order(const std::vector<std::vector<std::size_t>>& uses);

// What is computed at every moment: assignment rules, reaction rates, and the rates of change that
// rateOf may ask for.
struct Formula {
  enum class Kind { assignment, reaction, rate } kind;
  std::size_t index;  // of the symbol or reaction
};

// Every formula of the model, those that it uses first; a circle is an error that shows it.
Result<std::vector<Formula>> order_formulas(const Names& names);

}  // namespace vesper::equations
