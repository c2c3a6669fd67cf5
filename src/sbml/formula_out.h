// Our formulas to MathML.
#pragma once

#include <sbml/SBMLTypes.h>

#include <functional>
#include <memory>
#include <string>

#include "language/model.h"
#include "sbml/formula_units.h"

namespace vesper::sbml {

// What a formula's names and units are called in the document.
struct Naming {
  std::function<std::string(const std::string&)> id;    // of a symbol, reaction or function
  std::function<std::string(const units::Unit&)> unit;  // "" where it cannot be said
  std::function<bool(const std::string&)> is_symbol;    // or reaction
  std::function<const language::Function*(const std::string&)> function;
  UnitOfName unit_of;  // of what a symbol or a constant means
  // Numbers in formulas have no unit, as a model with checked units has it; 0 is in the unit of
  // what it stands beside.
  bool plain_numbers = false;
};

// In a function's body, `inside` is that function.
Result<std::unique_ptr<ASTNode>> write_formula(const language::Expression& formula,
                                               const Naming& naming, const Place& place,
                                               const language::Function* inside = nullptr);

// A function without arguments whose body is a constant: SBML needs none of these.
bool wraps_constant(const language::Function& function);

}  // namespace vesper::sbml
