// MathML, as libSBML's tree, to ours.
//
//   <apply><lt/> a b c </apply>              a < b && b < c
//   <apply><plus/></apply>                   0         (times: 1, and: true, or, xor: false)
//   <cn type="e-notation"> 2 <sep/> -5</cn>  2e-05
//   <cn type="rational"> 1 <sep/> 3 </cn>    1/3, as one number
//   <apply><log/> x </apply>                 log10(x)
#pragma once

#include <sbml/SBMLTypes.h>

#include <map>
#include <set>
#include <string>

#include "language/model.h"

namespace vesper::sbml {

// What the names in a model's formulas stand for.
//
// A symbol may be called `time` or `pi` in SBML, where formulas tell it from the constant by the
// kind of element.  Our formulas look symbols up first; so where a model takes such a name, its
// constants are written as functions without arguments, in which symbols do not hold.
class Vocabulary {
 public:
  explicit Vocabulary(const ::Model& model);

  // Ours for a function definition's: functions of the language keep their names to themselves.
  const std::string& function(const std::string& id) const;
  bool has_function(const std::string& id) const { return functions_.count(id) != 0; }
  bool has_symbol(const std::string& id) const { return taken_.count(id) != 0; }
  language::ExpressionPtr constant(const std::string& name, const language::Span& span);
  // A name that the model does not have, beginning with `wish`.
  std::string fresh(std::string wish);
  // The functions that `constant` used.
  const std::map<std::string, std::string>& wrapped() const { return wrapped_; }

 private:
  std::set<std::string> taken_;
  std::map<std::string, std::string> functions_;  // SBML id to ours
  std::map<std::string, std::string> wrapped_;    // "time" to "the_time"
};

// The place of a formula, and what its names are called where that differs: a reaction's own
// parameters, a function's arguments.
struct Context {
  language::Span span;
  Place place;
  const std::map<std::string, std::string>* renamed = nullptr;
  bool in_function = false;
};

Result<language::ExpressionPtr> read_formula(const ASTNode& math, Vocabulary& vocabulary,
                                             const Context& context);

}  // namespace vesper::sbml
