// What a Model becomes in SBML Level 3 Version 2 Core:
//
//   symbols "pk.CL"                    the id pk__CL, with the name "pk.CL" where it has no other
//   species in no compartment          hasOnlySubstanceUnits, in a compartment without dimensions
//   initial value that is a formula    initialAssignment
//   stoichiometry that is a parameter  speciesReference with its id, or with a rule that copies it
//   boundary by being constant         boundaryCondition too, as SBML wants it
//   log10(x), sqrt(x), avogadro        log with base 10, root of degree 2, its number
//   doses, hypotheses, distributions   an annotation; see annotations.h
#include <fmt/format.h>

#include <cctype>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <set>

#include "language/words.h"
#include "sbml/annotations.h"
#include "sbml/formula_out.h"
#include "sbml/sbml.h"
#include "sbml/units.h"

namespace vesper::sbml {
namespace {

using language::Expression;
using language::ExpressionPtr;
using language::Symbol;
using language::SymbolKind;
using Kind = Expression::Kind;

// The value of a plain number, perhaps with a sign.
std::optional<double> plain_number(const Expression& e) {
  if (e.kind == Kind::number) return e.value;
  if (e.kind == Kind::negate) {
    const auto value = plain_number(*e.arguments[0]);
    return value ? std::optional(-*value) : std::nullopt;
  }
  if (e.kind != Kind::name) return std::nullopt;
  if (e.name == "inf") return std::numeric_limits<double>::infinity();
  if (e.name == "nan") return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

void names_in(const Expression& e, std::set<std::string>& names) {
  std::vector<const Expression*> open{&e};
  while (!open.empty()) {
    const Expression& one = *open.back();
    open.pop_back();
    if (one.kind == Kind::name) names.insert(one.name);
    for (const ExpressionPtr& operand : one.arguments) open.push_back(operand.get());
  }
}

class Writer {
 public:
  explicit Writer(const language::Model& model)
      : model_(model), document_(3, 2), sbml_(*document_.createModel()), units_(sbml_) {
    naming_.id = [this](const std::string& id) { return this->id(id); };
    naming_.unit = [this](const units::Unit& unit) { return units_.id(unit); };
    naming_.is_symbol = [this](const std::string& id) { return symbols_.count(id) != 0; };
    naming_.function = [this](const std::string& id) -> const language::Function* {
      const auto found = functions_.find(id);
      return found == functions_.end() ? nullptr : found->second;
    };
    naming_.unit_of = [this](const std::string& id) { return meaning_unit(id); };
    naming_.plain_numbers = model.check_units;
    name_everything();
  }

  Result<std::string> run() {
    sbml_.setId(id_of_model());
    if (!model_.display_name.empty()) sbml_.setName(model_.display_name);
    write_model_units();
    VESPER_CHECK(write_functions());
    for (const Symbol& symbol : model_.symbols) {
      if (symbol.kind == SymbolKind::compartment) VESPER_CHECK(write_compartment(symbol));
    }
    for (const Symbol& symbol : model_.symbols) {
      if (symbol.kind == SymbolKind::species) VESPER_CHECK(write_species(symbol));
    }
    for (const Symbol& symbol : model_.symbols) {
      const bool on_reference = references_.count(symbol.id) == 1;
      if (symbol.kind == SymbolKind::parameter && !on_reference) {
        VESPER_CHECK(write_parameter(symbol));
      }
    }
    for (const language::Rule& rule : model_.rules) VESPER_CHECK(write_rule(rule));
    for (const language::Reaction& one : model_.reactions) VESPER_CHECK(write_reaction(one));
    for (const language::Event& event : model_.events) VESPER_CHECK(write_event(event));
    write_annotations(sbml_, model_.annotations, "meta_model", extras_text(model_, naming_.id));
    SBMLWriter writer;
    return writer.writeSBMLToStdString(&document_);
  }

 private:
  // Names -----------------------------------------------------------------------------------------

  void name_everything() {
    for (const Symbol& symbol : model_.symbols) symbols_.emplace(symbol.id, &symbol);
    for (const auto& reaction : model_.reactions) symbols_.emplace(reaction.id, nullptr);
    for (const auto& function : model_.functions) functions_.emplace(function.id, &function);
    // Those that stay as they are come first, so that `a__b` does not lose its name to `a.b`.
    std::vector<std::string> wanted;
    for (const Symbol& symbol : model_.symbols) wanted.push_back(symbol.id);
    for (const auto& one : model_.reactions) wanted.push_back(one.id);
    for (const auto& one : model_.functions) wanted.push_back(one.id);
    for (const auto& one : model_.events) wanted.push_back(one.id);
    for (const std::string& one : wanted) {
      if (tidy(one) == one && taken_.insert(one).second) ids_.emplace(one, one);
    }
    for (const std::string& one : wanted) {
      if (ids_.count(one) == 0) ids_.emplace(one, fresh(tidy(one)));
    }
    for (const auto& reaction : model_.reactions) {
      for (const auto* list : {&reaction.reactants, &reaction.products}) {
        for (const auto& one : *list) {
          if (!one.symbol.empty()) references_.insert(one.symbol);
        }
      }
    }
    for (const language::Rule& rule : model_.rules) changed_.insert(rule.target);
    for (const auto& event : model_.events) {
      for (const auto& one : event.assignments) changed_.insert(one.target);
    }
  }

  static std::string tidy(const std::string& id) {
    std::string out;
    for (const char c : id) {
      if (c == '.') {
        out += "__";
      } else {
        out += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
      }
    }
    if (out.empty() || std::isdigit(static_cast<unsigned char>(out[0])) != 0) out = "_" + out;
    return out;
  }

  std::string fresh(std::string wish) {
    while (!taken_.insert(wish).second) wish += "_";
    return wish;
  }

  std::string id(const std::string& ours) const {
    const auto found = ids_.find(ours);
    return found == ids_.end() ? tidy(ours) : found->second;
  }

  // Of what a name means in a formula.
  std::optional<units::Unit> meaning_unit(const std::string& name) const {
    const Symbol* symbol = model_.find(name);
    if (symbol == nullptr) {
      if (name == "time") return model_.time_unit;
      return name == "pi" || name == "exponentiale" ? std::optional(units::Unit()) : std::nullopt;
    }
    const bool concentration = symbol->kind == SymbolKind::species &&
                               !symbol->compartment.empty() && !symbol->substance_only;
    if (!concentration) return symbol->unit;
    const Symbol* compartment = model_.find(symbol->compartment);
    if (!symbol->unit || compartment == nullptr || !compartment->unit) return std::nullopt;
    return *symbol->unit / *compartment->unit;
  }

  std::string id_of_model() const { return model_.id.empty() ? "model" : tidy(model_.id); }

  // Id, name, source and notes of an element.
  void identify(SBase& element, const std::string& ours, const std::string& display_name,
                const std::vector<language::Annotation>& annotations,
                const std::string& more = {}) const {
    const std::string own = id(ours);
    element.setIdAttribute(own);
    if (!display_name.empty()) {
      element.setName(display_name);
    } else if (own != ours) {
      element.setName(ours);
    }
    write_annotations(element, annotations, "meta_" + own, more);
  }

  Place place(const language::Span& span) const { return model_.place(span); }

  template <class Element>
  Result<void> set_math(Element& element, const Expression& formula,
                        const language::Span& span) const {
    VESPER_TRY(const auto math, write_formula(formula, naming_, place(span)));
    element.setMath(math.get());
    return {};
  }

  // A plain number is in the unit of what it is given to.
  ExpressionPtr in_unit_of(const std::string& target, const ExpressionPtr& formula) const {
    const Symbol* symbol = model_.find(target);
    const bool known = symbol != nullptr && symbol->unit && symbol->kind != SymbolKind::species;
    if (formula->kind != Kind::number || formula->unit || !known) return formula;
    return language::make_number(formula->value, std::make_shared<const units::Unit>(*symbol->unit),
                                 formula->span);
  }

  Result<void> assign_initially(const std::string& target, const Expression& formula,
                                const language::Span& span) {
    InitialAssignment& assignment = *sbml_.createInitialAssignment();
    assignment.setSymbol(id(target));
    return set_math(assignment, formula, span);
  }

  // Units -----------------------------------------------------------------------------------------

  void write_model_units() {
    // Those with names of their own first, so that they keep them.
    for (const auto& [name, unit] : model_.units) {
      if (unit.text() == name) units_.id(unit);
    }
    const auto set = [&](const std::optional<units::Unit>& unit, auto setter) {
      if (!unit) return;
      if (const std::string id = units_.id(*unit); !id.empty()) (sbml_.*setter)(id);
    };
    set(model_.time_unit, &::Model::setTimeUnits);
    set(model_.substance_unit, &::Model::setSubstanceUnits);
    set(model_.volume_unit, &::Model::setVolumeUnits);
    set(model_.area_unit, &::Model::setAreaUnits);
    set(model_.length_unit, &::Model::setLengthUnits);
    set(model_.extent_unit ? model_.extent_unit : model_.substance_unit, &::Model::setExtentUnits);
  }

  std::string unit_id(const Symbol& symbol) {
    return symbol.unit ? units_.id(*symbol.unit) : std::string();
  }

  // Symbols ---------------------------------------------------------------------------------------

  Result<void> write_functions() {
    for (const language::Function& function : model_.functions) {
      if (wraps_constant(function)) continue;
      FunctionDefinition& made = *sbml_.createFunctionDefinition();
      made.setId(id(function.id));
      ASTNode lambda(AST_LAMBDA);
      for (const std::string& parameter : function.parameters) {
        auto name = std::make_unique<ASTNode>(AST_NAME);
        name->setName(parameter.c_str());
        name->setBvar();
        lambda.addChild(name.release());
      }
      VESPER_TRY(auto body,
                 write_formula(*function.body, naming_, place(function.span), &function));
      lambda.addChild(body.release());
      made.setMath(&lambda);
    }
    return {};
  }

  Result<void> write_compartment(const Symbol& symbol) {
    Compartment& made = *sbml_.createCompartment();
    identify(made, symbol.id, symbol.display_name, symbol.annotations, doubts_text(symbol));
    made.setSpatialDimensions(3u);
    made.setConstant(symbol.constant);
    if (const std::string unit = unit_id(symbol); !unit.empty()) made.setUnits(unit);
    if (!symbol.initial) return {};
    if (const auto value = plain_number(*symbol.initial)) {
      made.setSize(*value);
      return {};
    }
    return assign_initially(symbol.id, *symbol.initial, symbol.span);
  }

  // Of species that lie nowhere.
  const std::string& nowhere() {
    if (nowhere_.empty()) {
      nowhere_ = fresh("no_compartment");
      Compartment& made = *sbml_.createCompartment();
      made.setId(nowhere_);
      made.setSpatialDimensions(0u);
      made.setUnits("dimensionless");
      made.setConstant(true);
    }
    return nowhere_;
  }

  Result<void> write_species(const Symbol& symbol) {
    const std::string home = symbol.compartment.empty() ? nowhere() : id(symbol.compartment);
    ::Species& made = *sbml_.createSpecies();
    identify(made, symbol.id, symbol.display_name, symbol.annotations, doubts_text(symbol));
    made.setCompartment(home);
    const bool amount = symbol.substance_only || symbol.compartment.empty();
    made.setHasOnlySubstanceUnits(amount);
    made.setBoundaryCondition(symbol.boundary || symbol.constant);
    made.setConstant(symbol.constant);
    if (!symbol.conversion_factor.empty()) made.setConversionFactor(id(symbol.conversion_factor));
    const std::string unit = unit_id(symbol);
    if (!unit.empty()) made.setSubstanceUnits(unit);
    if (!symbol.initial) return {};
    const auto value = plain_number(*symbol.initial);
    if (value) {
      const bool is_amount = amount || symbol.initial_is_amount;
      is_amount ? made.setInitialAmount(*value) : made.setInitialConcentration(*value);
      return {};
    }
    if (amount || !symbol.initial_is_amount) {
      return assign_initially(symbol.id, *symbol.initial, symbol.span);
    }
    const ExpressionPtr concentration = language::make(
        Kind::divide, {symbol.initial, language::make_name(symbol.compartment)}, symbol.span);
    return assign_initially(symbol.id, *concentration, symbol.span);
  }

  Result<void> write_parameter(const Symbol& symbol) {
    ::Parameter& made = *sbml_.createParameter();
    identify(made, symbol.id, symbol.display_name, symbol.annotations, doubts_text(symbol));
    made.setConstant(symbol.constant && changed_.count(symbol.id) == 0);
    if (const std::string unit = unit_id(symbol); !unit.empty()) made.setUnits(unit);
    if (!symbol.initial) return {};
    if (const auto value = plain_number(*symbol.initial)) {
      made.setValue(*value);
      return {};
    }
    return assign_initially(symbol.id, *symbol.initial, symbol.span);
  }

  Result<void> write_rule(const language::Rule& rule) {
    if (rule.kind == language::Rule::Kind::algebraic) {
      return set_math(*sbml_.createAlgebraicRule(), *rule.formula, rule.span);
    }
    ::Rule& made = rule.kind == language::Rule::Kind::assignment
                       ? static_cast<::Rule&>(*sbml_.createAssignmentRule())
                       : static_cast<::Rule&>(*sbml_.createRateRule());
    made.setVariable(id(rule.target));
    const bool value = rule.kind == language::Rule::Kind::assignment;
    const ExpressionPtr formula = value ? in_unit_of(rule.target, rule.formula) : rule.formula;
    return set_math(made, *formula, rule.span);
  }

  // Reactions and events --------------------------------------------------------------------------

  Result<void> write_reaction(const language::Reaction& reaction) {
    ::Reaction& made = *sbml_.createReaction();
    identify(made, reaction.id, reaction.display_name, reaction.annotations);
    made.setReversible(reaction.reversible);
    std::set<std::string> taking_part;
    for (const auto& one : reaction.reactants) {
      taking_part.insert(one.species);
      VESPER_CHECK(write_reference(*made.createReactant(), one, reaction));
    }
    for (const auto& one : reaction.products) {
      taking_part.insert(one.species);
      VESPER_CHECK(write_reference(*made.createProduct(), one, reaction));
    }
    if (!reaction.rate) return {};
    std::set<std::string> named;
    names_in(*reaction.rate, named);
    for (const std::string& name : named) {
      const Symbol* symbol = model_.find(name);
      const bool species = symbol != nullptr && symbol->kind == SymbolKind::species;
      if (species && taking_part.count(name) == 0) made.createModifier()->setSpecies(id(name));
    }
    return set_math(*made.createKineticLaw(), *reaction.rate, reaction.span);
  }

  Result<void> write_reference(::SpeciesReference& made, const language::SpeciesReference& one,
                               const language::Reaction& reaction) {
    made.setSpecies(id(one.species));
    made.setConstant(true);
    if (one.symbol.empty()) {
      made.setStoichiometry(one.stoichiometry);
      return {};
    }
    const Symbol* symbol = model_.find(one.symbol);
    if (symbol == nullptr) {
      return fail(Code::not_in_sbml,
                  fmt::format("the stoichiometry of '{}' in reaction '{}' is '{}', which the model "
                              "lacks",
                              one.species, reaction.id, one.symbol),
                  place(one.span));
    }
    if (references_.count(one.symbol) == 1) {
      identify(made, symbol->id, symbol->display_name, symbol->annotations, doubts_text(*symbol));
      made.setConstant(symbol->constant && changed_.count(symbol->id) == 0);
      if (!symbol->initial) return {};
      if (const auto value = plain_number(*symbol->initial)) {
        made.setStoichiometry(*value);
        return {};
      }
      return assign_initially(symbol->id, *symbol->initial, symbol->span);
    }
    const std::string copy = fresh(tidy(reaction.id + "_" + one.species));
    made.setIdAttribute(copy);
    made.setConstant(false);
    ::Rule& rule = *sbml_.createAssignmentRule();
    rule.setVariable(copy);
    return set_math(rule, *language::make_name(one.symbol), one.span);
  }

  Result<void> write_event(const language::Event& event) {
    ::Event& made = *sbml_.createEvent();
    identify(made, event.id, "", event.annotations);
    made.setUseValuesFromTriggerTime(event.uses_trigger_values);
    Trigger& trigger = *made.createTrigger();
    trigger.setInitialValue(event.initial_value);
    trigger.setPersistent(event.persistent);
    VESPER_CHECK(set_math(trigger, *event.trigger, event.span));
    if (event.delay) VESPER_CHECK(set_math(*made.createDelay(), *event.delay, event.span));
    if (event.priority) VESPER_CHECK(set_math(*made.createPriority(), *event.priority, event.span));
    for (const language::EventAssignment& one : event.assignments) {
      ::EventAssignment& assignment = *made.createEventAssignment();
      assignment.setVariable(id(one.target));
      VESPER_CHECK(set_math(assignment, *in_unit_of(one.target, one.formula), one.span));
    }
    return {};
  }

  const language::Model& model_;
  SBMLDocument document_;
  ::Model& sbml_;
  UnitWriter units_;
  Naming naming_;
  std::map<std::string, const Symbol*> symbols_;  // null: a reaction
  std::map<std::string, const language::Function*> functions_;
  std::map<std::string, std::string> ids_;  // ours to SBML's
  std::set<std::string> taken_;
  std::multiset<std::string> references_;  // parameters that are stoichiometries
  std::set<std::string> changed_;          // by rules and events
  std::string nowhere_;
};

}  // namespace

Result<std::string> to_sbml(const language::Model& model) {
  return Writer(model).run();
}

}  // namespace vesper::sbml
