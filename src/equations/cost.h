// What each part of a model costs to evaluate, counted in its formulas.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "equations/system.h"

namespace vesper::equations {

struct ModuleCost {
  std::string module;  // "pk" of "pk.CL"; "" for what stands outside every submodel
  std::size_t states = 0;
  std::size_t operations = 0;  // of the rates, without functions
  std::size_t functions = 0;   // exp, ln, power and their like
  std::size_t jacobian = 0;    // structurally non-zero entries in the rows of its states
  double share = 0;            // of the work of all rates, a function as `operations_a_function`
};

// A vector function takes about so many vector instructions (SLEEF's exp and ln take some 20).
inline constexpr double operations_a_function = 20;

// By the outermost submodel, in order of appearance; one without work is left out.  What several
// need counts for the one that defines it.  Formulas of parameters alone are computed once for each
// patient and do not count.
std::vector<ModuleCost> cost_by_module(const System& system);

}  // namespace vesper::equations
