// A model file as it stands: modules and their statements, nothing looked up yet.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "language/model.h"

namespace vesper::language {

struct Word {
  std::string text;  // "CL", "pk.CL"
  Span span;
};

// `const species $S in C`
struct Declaration {
  std::optional<SymbolKind> kind;
  bool reaction = false;         // `reaction J0`
  std::optional<bool> constant;  // `const`, `var`
  bool substance_only = false;
  bool boundary = false;  // `$`
  Word name;
  std::optional<Word> compartment;
};

// `x = formula`, `x := formula`, `x' = formula`; without a formula what was said before is cleared.
struct Assignment {
  enum class Kind { initial, rule, rate };
  Kind kind = Kind::initial;
  Word target;
  ExpressionPtr formula;
  Span span;
};

struct HasUnit {  // `x has unit`
  Word target;
  ExpressionPtr unit;
};

struct DisplayName {  // `x is "name"`
  Word target;
  std::string text;
};

struct Synchronisation {  // `x is y`
  Word left, right;
};

struct Participant {
  Word species;
  double stoichiometry = 1;
  std::optional<Word> symbol;  // whose value is the stoichiometry instead
  bool boundary = false;
};

struct ReactionStatement {
  std::optional<Word> label;
  std::vector<Participant> reactants, products;
  bool reversible = true;
  ExpressionPtr rate;  // null when it is given elsewhere
  Span span;
};

struct EventStatement {
  std::optional<Word> label;
  ExpressionPtr trigger;
  ExpressionPtr delay, priority;  // null: none
  bool persistent = true, initial_value = true, uses_trigger_values = true;
  std::vector<std::pair<Word, ExpressionPtr>> assignments;
  Span span;
};

// `pk: kinetics(dose, 3);`
struct Submodel {
  struct Argument {
    std::optional<Word> name;
    ExpressionPtr number;
  };
  std::optional<Word> label;
  Word module;
  std::vector<Argument> arguments;
  Span span;
};

struct Deletion {  // `delete pk.elimination`
  Word target;
};

// `CL description "..."`; without a target the model is meant.
struct AnnotationStatement {
  std::optional<Word> target;
  Annotation annotation;
};

struct Interval {  // `CL.confidenceInterval = {94, 210}`
  Word target;
  ExpressionPtr low, high;
  Span span;
};

struct UnitStatement {  // `unit L_per_h = litre / (3600 second)`
  Word name;
  ExpressionPtr definition;
};

struct DoseDirective {
  std::string route, drug;
  Word target;
  Span span;
};

struct HypothesisDirective {
  std::string id, label;
  std::vector<std::pair<Word, ExpressionPtr>> settings;
  Span span;
};

struct AlgebraicDirective {  // `//@ algebraic 0 = formula`
  ExpressionPtr formula;
  Span span;
};

struct ConversionDirective {  // `//@ conversion of SPECIES by FACTOR`
  Word species, factor;
  Span span;
};

struct UncheckedUnits {
  Span span;
};

using Statement =
    std::variant<Declaration, Assignment, HasUnit, DisplayName, Synchronisation, ReactionStatement,
                 EventStatement, Submodel, Deletion, AnnotationStatement, Interval, UnitStatement,
                 DoseDirective, HypothesisDirective, AlgebraicDirective, ConversionDirective,
                 UncheckedUnits>;

struct Module {
  Word name;
  std::string display_name;     // `name is "..."` behind the model
  bool marked_main = false;     // `model *name`
  std::vector<Word> interface;  // `model name(x, y)`
  std::vector<Statement> statements;
};

struct Import {
  std::string file;
  Span span;
};

// What a file holds, in its order.
using Item = std::variant<Import, Module, Function, Statement>;

}  // namespace vesper::language
