// Expands the submodels of a program's main model into one flat list of variables.
//
// Before:  model kinetics  CL = 140;  elimination: Central -> ; CL * C ...  end
//          model main  pk: kinetics();  pk.CL = 120;  end
// After:   variables pk.CL (value 120 from depth 0, overriding 140 from depth 1), pk.Central, ...
//
// Every statement knows how deep it stands (0: the main model).  Where two say different things of
// one variable the outer one holds; two of the same depth that disagree are refused.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "language/program.h"
#include "language/unit_table.h"

namespace vesper::language {

// One use of a module.
struct Instance {
  const Module* module = nullptr;
  std::string path;  // "pk", "a.b"; "" for the main model
  int depth = 0;
  const Instance* outer = nullptr;
  std::unordered_map<std::string, int> names;  // local name to variable
  std::map<std::string, Instance*> submodels;
  int unnamed_reactions = 0, unnamed_events = 0, unnamed_submodels = 0;

  std::string path_of(const std::string& name) const {
    return path.empty() ? name : path + "." + name;
  }

  bool is_argument(const std::string& name) const {
    const auto& arguments = module->interface;
    return std::any_of(arguments.begin(), arguments.end(),
                       [&](const Word& argument) { return argument.text == name; });
  }
  // How much what is said of a name here counts, the least most: the outer model before the inner
  // one; and last what a model says of its own argument, which is meant for when it runs alone.
  static constexpr int own_argument = 1'000'000;
  int rank(const std::string& name) const { return depth + (is_argument(name) ? own_argument : 0); }
};

// A formula with the place where its names are looked up.
struct Given {
  ExpressionPtr tree;  // null: cleared (`x = ;`)
  Instance* scope = nullptr;
  Span span;
  bool resting = false;  // what a model gives its own argument
  // Two submodels that disagree, unless an outer statement settles it.
  std::shared_ptr<const Diagnostic> dispute = nullptr;

  // The lower one holds.
  int rank() const { return scope->depth + (resting ? Instance::own_argument : 0); }
};

struct Variable {
  enum class Role { symbol, reaction, event };

  std::string path, local;
  Instance* home = nullptr;
  Span first;                  // where it is first mentioned
  std::optional<Span> stated;  // where it is declared or first set
  std::optional<Span> used;    // where a formula first uses it
  Role role = Role::symbol;

  std::optional<SymbolKind> kind;                // as declared
  std::optional<std::pair<bool, int>> constant;  // `const` or `var`, and how deep
  bool boundary = false, substance_only = false;
  std::optional<std::pair<int, int>> compartment;        // variable and depth
  std::optional<std::pair<int, int>> conversion_factor;  // variable and depth
  bool is_compartment = false, reacts = false, deleted = false;
  bool in_algebraic_rule = false;
  std::optional<Span> changed_by_reaction, changed_by_event;

  std::optional<Given> initial, rule, rate;
  bool overridden = false;            // an inner value gave way to an outer one
  std::vector<Given> declared_units;  // `has`
  std::vector<Given> value_units;     // numbers with a unit that it was given
  std::optional<std::pair<std::string, int>> display_name;  // and how deep it stands
  const Instance* display_scope = nullptr;
  std::vector<std::pair<Annotation, int>> annotations;
  struct Doubt {  // `x.standardDeviation = ...`
    std::string keyword;
    ExpressionPtr low, high;  // high: of an interval
    Instance* scope;
    Span span;
  };
  std::vector<Doubt> doubts;

  int depth() const { return home->depth; }
};

class Flattener {
 public:
  explicit Flattener(const Program& program) : program_(program), units_(program) {}

  Result<Model> run();

 private:
  template <class Directive>
  struct Placed {
    const Directive* directive;
    Instance* scope;
  };
  struct PlacedReaction {
    const ReactionStatement* statement;
    Instance* scope;
    int variable;
  };
  struct PlacedEvent {
    const EventStatement* statement;
    Instance* scope;
    int variable;
  };

  // expand.cpp: statements to variables.
  Result<Instance*> expand(const Module& module, std::string path, Instance* outer,
                           const Span& used_at);
  Result<void> take(const Declaration& one, Instance& scope);
  Result<void> take(const Assignment& one, Instance& scope);
  Result<void> take(const HasUnit& one, Instance& scope);
  Result<void> take(const DisplayName& one, Instance& scope);
  Result<void> take(const Synchronisation& one, Instance& scope);
  Result<void> take(const ReactionStatement& one, Instance& scope);
  Result<void> take(const EventStatement& one, Instance& scope);
  Result<void> take(const Submodel& one, Instance& scope);
  Result<void> take(const Deletion& one, Instance& scope);
  Result<void> take(const AnnotationStatement& one, Instance& scope);
  Result<void> take(const Interval& one, Instance& scope);
  Result<void> take(const UnitStatement& one, Instance& scope);
  Result<void> take(const DoseDirective& one, Instance& scope);
  Result<void> take(const HypothesisDirective& one, Instance& scope);
  Result<void> take(const AlgebraicDirective& one, Instance& scope);
  Result<void> take(const ConversionDirective& one, Instance& scope);
  Result<void> take(const UncheckedUnits& one, Instance& scope);
  Result<int> label(const std::optional<Word>& given, Variable::Role role, const Span& span,
                    Instance& scope);
  Result<void> mention(const Expression& formula, Instance& scope, bool whole_value = false);
  Result<void> check_call(const Expression& call, bool whole_value) const;
  Result<bool> take_doubt(const Assignment& one, Instance& scope);
  Result<const Module*> module_of(const Submodel& one) const;

  // names.cpp: names to variables, and variables that are one.
  Result<int> find(const Word& name, Instance& scope, bool create);
  Result<Instance*> submodel_of(const Word& name, Instance& scope, std::string& last);
  Result<void> unite(const Word& left, const Word& right, Instance& scope);
  Result<void> absorb(Variable& into, Variable& from, const Span& at);
  Result<void> give(std::optional<Given>& slot, const Given& value, Variable& variable);
  int root(int variable) const;
  Variable& at(int variable) { return variables_[static_cast<std::size_t>(root(variable))]; }
  Place place(const Span& span) const { return program_.place(span); }

  // assemble.cpp, doubts.cpp, hypotheses.cpp, antimony.cpp: variables to the Model.
  Result<void> assemble(Model& model);
  Result<void> mark_changes();
  Result<void> settle_values(Variable& variable) const;
  Result<void> check_value(const Variable& variable, SymbolKind kind);
  Result<SymbolKind> kind_of(const Variable& variable) const;
  Result<void> check_changes(const Variable& variable, SymbolKind kind) const;
  Result<Symbol> symbol(Variable& variable);
  Result<std::optional<units::Unit>> unit_of(const Variable& variable, SymbolKind kind);
  Result<ExpressionPtr> distribution_call(const ExpressionPtr& tree, Instance* scope,
                                          std::optional<units::Unit>& unit, double& typical);
  Result<void> set_distribution(Symbol& symbol, const Given& given);
  Result<bool> set_doubt(Uncertainty& uncertainty, Symbol& symbol, const Variable::Doubt& doubt);
  Result<void> set_doubts(Symbol& symbol, const Variable& variable);
  void set_annotations(std::vector<Annotation>& list, const Variable& variable) const;
  Result<void> add_reactions(Model& model);
  Result<void> add_events(Model& model);
  Result<void> add_functions(Model& model);
  Result<void> check_body(const Expression& body, const Function& function) const;
  const Symbol* symbol_of(const Model& model, const Variable& variable) const;
  Result<void> add_algebraic_rules(Model& model);
  Result<void> add_doses(Model& model);
  Result<void> add_hypotheses(Model& model);
  Result<ExpressionPtr> renamed(const ExpressionPtr& tree, Instance* scope);
  Result<double> number_in(const Expression& number, const std::optional<units::Unit>& unit) const;
  std::string display_name(const std::string& text, const Instance& scope) const;
  std::vector<std::string> names_with_value(const Instance& scope) const;

  const Program& program_;
  UnitTable units_;
  std::deque<Instance> instances_;
  std::deque<Variable> variables_;
  mutable std::vector<int> parents_;  // union-find; a root is its own parent
  std::vector<PlacedReaction> reactions_;
  std::vector<PlacedEvent> events_;
  std::vector<Placed<DoseDirective>> doses_;
  std::vector<Placed<HypothesisDirective>> hypotheses_;
  std::vector<Placed<AlgebraicDirective>> algebraic_rules_;
  std::vector<Annotation> model_annotations_;
  std::map<const Module*, int> uses_;                          // how often each module is expanded
  std::vector<const Module*> open_;                            // being expanded, outermost first
  std::unordered_map<std::string, std::size_t> symbol_index_;  // by flat id, in Model::symbols
  std::set<int> labels_;  // reactions and events with a statement
  std::size_t statement_count_ = 0;
  bool check_units_ = true;
};

}  // namespace vesper::language
