// What an element of SBML becomes:
//
//   compartment, species, parameter      a symbol of the same name
//   kineticLaw's own parameter k of J    the symbol J.k
//   speciesReference with an id          a parameter of that name, which is the stoichiometry
//   stoichiometryMath                    a parameter with an assignment rule
//   initialAssignment                    the symbol's initial formula
//   missing mathematics (L3V2)           as if the element were not there
//   species with initialConcentration    initial formula; with hasOnlySubstanceUnits, times the
//                                        size of its compartment
#include "sbml/reader.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "language/unit_table.h"
#include "language/words.h"
#include "sbml/annotations.h"
#include "sbml/formula.h"
#include "sbml/units.h"

namespace vesper::sbml {
namespace {

using language::ExpressionPtr;
using language::Span;
using language::Symbol;
using language::SymbolKind;

class Reader {
 public:
  Reader(const SBMLDocument& document, const files::Source& source, bool flattened)
      : sbml_(*document.getModel()),
        source_(source),
        flattened_(flattened),
        level_(document.getLevel()),
        vocabulary_(sbml_) {
    const std::string_view text = source.text();
    line_starts_.push_back(0);
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') line_starts_.push_back(i + 1);
    }
  }

  Result<language::Model> read() {
    model_.id =
        sbml_.isSetId() ? sbml_.getId() : std::filesystem::path(source_.name()).stem().string();
    if (sbml_.getName() != sbml_.getId()) model_.display_name = sbml_.getName();
    model_.sources = {source_};
    model_.check_units = false;
    read_units();
    list_targets();
    VESPER_CHECK(read_functions());
    VESPER_CHECK(read_compartments());
    VESPER_CHECK(read_species());
    VESPER_CHECK(read_parameters());
    VESPER_CHECK(read_rules());
    VESPER_CHECK(read_reactions());
    VESPER_CHECK(read_events());
    for (const auto& [name, function] : vocabulary_.wrapped()) {
      model_.functions.push_back({function, {}, language::make_name(name), {}});
    }
    model_.annotations = annotations_of(sbml_);
    VESPER_CHECK(read_extras(sbml_, model_, place(sbml_)));
    return std::move(model_);
  }

 private:
  Place place(const SBase& element) const { return model_.place(span(element)); }

  Span span(const SBase& element) const {
    const std::size_t line = element.getLine();
    if (flattened_ || line == 0 || line > line_starts_.size()) return {0, 0, 1};
    const std::size_t start = line_starts_[line - 1];
    const std::string_view text = source_.text();
    const std::size_t first = text.find_first_not_of(" \t", start);
    if (first == std::string_view::npos) return {0, static_cast<std::uint32_t>(start), 1};
    std::size_t end = first + 1;
    while (end < text.size() &&
           std::string_view(" \t\r\n/>").find(text[end]) == std::string_view::npos) {
      ++end;
    }
    return {0, static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(end - first)};
  }

  template <class... T>
  tl::unexpected<Diagnostic> refuse(const SBase& element, fmt::format_string<T...> format,
                                    T&&... arguments) const {
    return fail(Code::unsupported_sbml, fmt::format(format, std::forward<T>(arguments)...),
                place(element));
  }

  using Renamed = std::map<std::string, std::string>;
  Result<ExpressionPtr> formula(const ASTNode& math, const SBase& element,
                                const Renamed* renamed = nullptr) {
    return read_formula(math, vocabulary_, {span(element), place(element), renamed, false});
  }

  ExpressionPtr number(double value, const SBase& element) {
    const Span at = span(element);
    if (std::isnan(value)) return vocabulary_.constant("nan", at);
    if (std::isinf(value)) {
      const ExpressionPtr infinity = vocabulary_.constant("inf", at);
      return value > 0 ? infinity
                       : language::make(language::Expression::Kind::negate, {infinity}, at);
    }
    return language::make_number(value, nullptr, at);
  }

  // Units -----------------------------------------------------------------------------------------

  // A name that is free for a unit in Antimony.
  static std::string unit_name(const std::string& id) {
    return language::is_reserved(id) || language::is_model_unit(id) ? id + "_unit" : id;
  }

  std::optional<units::Unit> unit(const std::string& id) const {
    auto unit = unit_of(sbml_, id);
    if (unit && sbml_.getUnitDefinition(id) != nullptr) unit = unit->named(unit_name(id));
    return unit;
  }

  void read_units() {
    for (unsigned i = 0; i < sbml_.getNumUnitDefinitions(); ++i) {
      const UnitDefinition& definition = *sbml_.getUnitDefinition(i);
      const auto known = unit(definition.getId());
      if (!known) continue;
      model_.units.emplace(unit_name(definition.getId()), *known);
      model_.unit_definitions.emplace(unit_name(definition.getId()), unit_text(definition));
    }
    const bool third = level_ >= 3;
    const auto own = [&](const std::string& id, const char* name,
                         std::optional<units::Unit>& target) {
      target = unit(id);
      if (!target) return;
      const UnitDefinition* definition = sbml_.getUnitDefinition(id);
      model_.unit_definitions.emplace(name, definition != nullptr ? unit_name(id) : target->text());
    };
    own(third ? sbml_.getTimeUnits() : "time", "time_unit", model_.time_unit);
    own(third ? sbml_.getSubstanceUnits() : "substance", "substance", model_.substance_unit);
    own(third ? sbml_.getVolumeUnits() : "volume", "volume", model_.volume_unit);
    own(third ? sbml_.getAreaUnits() : "area", "area", model_.area_unit);
    own(third ? sbml_.getLengthUnits() : "length", "length", model_.length_unit);
    own(third ? sbml_.getExtentUnits() : "substance", "extent", model_.extent_unit);
  }

  static std::string unit_text(const UnitDefinition& definition) {
    std::string text;
    for (unsigned i = 0; i < definition.getNumUnits(); ++i) {
      const ::Unit& part = *definition.getUnit(i);
      const double factor = part.getMultiplier() * std::pow(10.0, part.getScale());
      const std::string kind = UnitKind_toString(part.getKind());
      const std::string whole = factor == 1 ? kind : fmt::format("({} * {})", factor, kind);
      const double exponent = part.getExponentAsDouble();
      text += (text.empty() ? "" : " * ") +
              (exponent == 1 ? whole : fmt::format("{}^{}", whole, exponent));
    }
    return text.empty() ? "dimensionless" : text;
  }

  // What determines symbols besides their own values ----------------------------------------------

  void list_targets() {
    for (unsigned i = 0; i < sbml_.getNumInitialAssignments(); ++i) {
      const InitialAssignment& one = *sbml_.getInitialAssignment(i);
      if (one.isSetMath()) initial_.emplace(one.getSymbol(), &one);
    }
    for (unsigned i = 0; i < sbml_.getNumRules(); ++i) {
      const ::Rule& rule = *sbml_.getRule(i);
      if (!rule.isSetMath() || rule.isAlgebraic()) continue;
      changed_.insert(rule.getVariable());
      if (rule.isAssignment()) assigned_.insert(rule.getVariable());
    }
  }

  Symbol symbol(const SBase& element, const std::string& id, SymbolKind kind, bool constant) const {
    Symbol made;
    made.id = id;
    if (element.getName() != id) made.display_name = element.getName();
    made.kind = kind;
    // Level 1 has no such word: there a rule says it.
    made.constant = constant && changed_.count(id) == 0;
    made.annotations = annotations_of(element);
    made.span = span(element);
    return made;
  }

  // The initial assignment of a symbol, else its own value.
  Result<void> give_initial(Symbol& made, ExpressionPtr own) {
    if (assigned_.count(made.id) != 0) return {};
    const auto assignment = initial_.find(made.id);
    if (assignment == initial_.end()) {
      made.initial = std::move(own);
      return {};
    }
    VESPER_TRY(made.initial, formula(*assignment->second->getMath(), *assignment->second));
    made.initial_is_amount = false;
    return {};
  }

  // Symbols ---------------------------------------------------------------------------------------

  Result<void> read_functions() {
    for (unsigned i = 0; i < sbml_.getNumFunctionDefinitions(); ++i) {
      const FunctionDefinition& definition = *sbml_.getFunctionDefinition(i);
      if (!definition.isSetMath() || definition.getBody() == nullptr) continue;
      language::Function made;
      made.id = vocabulary_.function(definition.getId());
      made.span = span(definition);
      Renamed renamed;
      for (unsigned j = 0; j < definition.getNumArguments(); ++j) {
        std::string name = definition.getArgument(j)->getName();
        std::string ours = name;
        while (language::is_reserved(ours)) ours += "_";
        if (!renamed.emplace(name, ours).second) {
          return fail(Code::invalid_sbml,
                      fmt::format("function '{}' has two arguments '{}'", definition.getId(), name),
                      place(definition));
        }
        made.parameters.push_back(std::move(ours));
      }
      VESPER_TRY(made.body, read_formula(*definition.getBody(), vocabulary_,
                                         {made.span, place(definition), &renamed, true}));
      model_.functions.push_back(std::move(made));
    }
    return {};
  }

  Result<void> read_compartments() {
    for (unsigned i = 0; i < sbml_.getNumCompartments(); ++i) {
      const Compartment& compartment = *sbml_.getCompartment(i);
      Symbol made = symbol(compartment, compartment.getId(), SymbolKind::compartment,
                           compartment.getConstant());
      made.unit = unit(compartment.getUnits());
      ExpressionPtr size;
      const bool has_size = compartment.isSetSize() || level_ == 1;
      if (has_size) size = number(compartment.getSize(), compartment);
      const bool flat =
          compartment.isSetSpatialDimensions() && compartment.getSpatialDimensionsAsDouble() == 0;
      const bool determined =
          has_size || initial_.count(made.id) != 0 || changed_.count(made.id) != 0;
      if (flat && !determined) {
        // Nothing but a place to be in: what lies in it has no concentration.
        points_.insert(made.id);
        continue;
      }
      VESPER_CHECK(read_doubts(compartment, made, place(compartment)));
      VESPER_CHECK(give_initial(made, std::move(size)));
      model_.symbols.push_back(std::move(made));
    }
    return {};
  }

  Result<void> read_species() {
    for (unsigned i = 0; i < sbml_.getNumSpecies(); ++i) {
      const ::Species& species = *sbml_.getSpecies(i);
      Symbol made = symbol(species, species.getId(), SymbolKind::species, species.getConstant());
      made.boundary = species.getBoundaryCondition();
      const bool in_point = points_.count(species.getCompartment()) != 0;
      if (!in_point) made.compartment = species.getCompartment();
      made.substance_only = species.getHasOnlySubstanceUnits() || in_point;
      made.unit = unit(level_ == 1 ? species.getUnits() : species.getSubstanceUnits());
      made.conversion_factor = species.isSetConversionFactor() ? species.getConversionFactor()
                                                               : sbml_.getConversionFactor();
      VESPER_CHECK(check_size_units(species));
      VESPER_CHECK(read_doubts(species, made, place(species)));
      ExpressionPtr own;
      if (species.isSetInitialAmount()) {
        own = number(species.getInitialAmount(), species);
        made.initial_is_amount = !made.substance_only;
      } else if (species.isSetInitialConcentration()) {
        own = number(species.getInitialConcentration(), species);
        if (in_point) {
          return refuse(species, "species '{}' has a concentration in a compartment without size",
                        made.id);
        }
        if (made.substance_only) {
          own = language::make(language::Expression::Kind::multiply,
                               {own, language::make_name(made.compartment, made.span)}, made.span);
        }
      }
      VESPER_CHECK(give_initial(made, std::move(own)));
      model_.symbols.push_back(std::move(made));
    }
    return {};
  }

  // Level 2 lets a species measure its concentration by another unit of size than its compartment.
  Result<void> check_size_units(const ::Species& species) const {
    if (!species.isSetSpatialSizeUnits()) return {};
    const Compartment* compartment = sbml_.getCompartment(species.getCompartment());
    const auto own = unit(species.getSpatialSizeUnits());
    const auto outer = compartment == nullptr
                           ? std::nullopt
                           : unit(compartment->isSetUnits() ? compartment->getUnits() : "volume");
    if (own && outer && own->same(*outer)) return {};
    return refuse(species, "species '{}' has spatialSizeUnits that are not its compartment's",
                  species.getId());
  }

  Result<void> read_parameters() {
    for (unsigned i = 0; i < sbml_.getNumParameters(); ++i) {
      const ::Parameter& parameter = *sbml_.getParameter(i);
      Symbol made =
          symbol(parameter, parameter.getId(), SymbolKind::parameter, parameter.getConstant());
      made.unit = unit(parameter.getUnits());
      VESPER_CHECK(read_doubts(parameter, made, place(parameter)));
      VESPER_CHECK(give_initial(
          made, parameter.isSetValue() ? number(parameter.getValue(), parameter) : nullptr));
      model_.symbols.push_back(std::move(made));
    }
    return {};
  }

  Result<void> read_rules() {
    for (unsigned i = 0; i < sbml_.getNumRules(); ++i) {
      const ::Rule& rule = *sbml_.getRule(i);
      if (!rule.isSetMath()) continue;
      language::Rule made;
      made.kind = rule.isAlgebraic()    ? language::Rule::Kind::algebraic
                  : rule.isAssignment() ? language::Rule::Kind::assignment
                                        : language::Rule::Kind::rate;
      if (!rule.isAlgebraic()) made.target = rule.getVariable();
      made.span = span(rule);
      VESPER_TRY(made.formula, formula(*rule.getMath(), rule));
      model_.rules.push_back(std::move(made));
    }
    return {};
  }

  // Reactions -------------------------------------------------------------------------------------

  Result<void> read_reactions() {
    for (unsigned i = 0; i < sbml_.getNumReactions(); ++i) {
      const ::Reaction& reaction = *sbml_.getReaction(i);
      if (reaction.isSetFast() && reaction.getFast()) {
        return refuse(reaction, "reaction '{}' is fast, which is not supported", reaction.getId());
      }
      language::Reaction made;
      made.id = reaction.getId();
      if (reaction.getName() != made.id) made.display_name = reaction.getName();
      made.reversible = reaction.getReversible();
      made.annotations = annotations_of(reaction);
      made.span = span(reaction);
      for (unsigned j = 0; j < reaction.getNumReactants(); ++j) {
        VESPER_TRY(auto reference, read_reference(reaction, *reaction.getReactant(j)));
        made.reactants.push_back(std::move(reference));
      }
      for (unsigned j = 0; j < reaction.getNumProducts(); ++j) {
        VESPER_TRY(auto reference, read_reference(reaction, *reaction.getProduct(j)));
        made.products.push_back(std::move(reference));
      }
      VESPER_TRY(made.rate, read_rate(reaction));
      model_.reactions.push_back(std::move(made));
    }
    return {};
  }

  Result<ExpressionPtr> read_rate(const ::Reaction& reaction) {
    const KineticLaw* law = reaction.getKineticLaw();
    if (law == nullptr || !law->isSetMath()) {
      return refuse(reaction, "reaction '{}' has no rate", reaction.getId());
    }
    VESPER_CHECK(check_law_unit(*law, law->getTimeUnits(), "time"));
    VESPER_CHECK(check_law_unit(*law, law->getSubstanceUnits(), "substance"));
    Renamed renamed;
    const auto add = [&](const ::Parameter& parameter) {
      Symbol made = symbol(parameter, reaction.getId() + "." + parameter.getId(),
                           SymbolKind::parameter, true);
      if (made.display_name == parameter.getId()) made.display_name.clear();
      made.unit = unit(parameter.getUnits());
      if (parameter.isSetValue()) made.initial = number(parameter.getValue(), parameter);
      renamed.emplace(parameter.getId(), made.id);
      model_.symbols.push_back(std::move(made));
    };
    if (level_ >= 3) {
      for (unsigned i = 0; i < law->getNumLocalParameters(); ++i) add(*law->getLocalParameter(i));
    } else {
      for (unsigned i = 0; i < law->getNumParameters(); ++i) add(*law->getParameter(i));
    }
    return formula(*law->getMath(), *law, &renamed);
  }

  // Levels 1 and 2 let a rate be in other units than the model's.
  Result<void> check_law_unit(const SBase& element, const std::string& id,
                              const std::string& own) const {
    if (id.empty() || id == own) return {};
    const auto a = unit(id), b = unit(own);
    if (a && b && a->same(*b)) return {};
    return refuse(element, "'{}' is measured in '{}' here, not in the model's own unit", own, id);
  }

  Result<language::SpeciesReference> read_reference(const ::Reaction& reaction,
                                                    const ::SpeciesReference& reference) {
    language::SpeciesReference made;
    made.species = reference.getSpecies();
    made.span = span(reference);
    const bool has_math =
        reference.isSetStoichiometryMath() && reference.getStoichiometryMath()->isSetMath();
    made.stoichiometry = reference.getStoichiometry();
    if (level_ == 1 && reference.getDenominator() != 0) {
      made.stoichiometry /= reference.getDenominator();
    }
    const std::string& id = reference.getIdAttribute();
    if (id.empty() && !has_math) {
      if (level_ >= 3 && !reference.isSetStoichiometry()) {
        return refuse(reference, "'{}' in reaction '{}' has no stoichiometry", made.species,
                      reaction.getId());
      }
      return made;
    }
    Symbol symbol = this->symbol(
        reference, id.empty() ? vocabulary_.fresh(reaction.getId() + "." + made.species) : id,
        SymbolKind::parameter, level_ < 3 || reference.getConstant());
    made.symbol = symbol.id;
    if (has_math) {
      const StoichiometryMath& math = *reference.getStoichiometryMath();
      VESPER_TRY(auto value, formula(*math.getMath(), math));
      symbol.constant = false;
      model_.rules.push_back(
          {language::Rule::Kind::assignment, symbol.id, std::move(value), span(math)});
    } else {
      const bool has_value = level_ < 3 || reference.isSetStoichiometry();
      VESPER_CHECK(
          give_initial(symbol, has_value ? number(made.stoichiometry, reference) : nullptr));
    }
    model_.symbols.push_back(std::move(symbol));
    return made;
  }

  // Events ----------------------------------------------------------------------------------------

  Result<void> read_events() {
    for (unsigned i = 0; i < sbml_.getNumEvents(); ++i) {
      const ::Event& event = *sbml_.getEvent(i);
      const Trigger* trigger = event.getTrigger();
      if (trigger == nullptr || !trigger->isSetMath()) continue;  // never fires
      VESPER_CHECK(check_law_unit(event, event.getTimeUnits(), "time"));
      language::Event made;
      made.id = event.isSetIdAttribute() ? event.getIdAttribute()
                                         : vocabulary_.fresh(fmt::format("event_{}", i + 1));
      made.span = span(event);
      made.annotations = annotations_of(event);
      VESPER_TRY(made.trigger, formula(*trigger->getMath(), *trigger));
      if (level_ >= 3) {
        made.persistent = trigger->getPersistent();
        made.initial_value = trigger->getInitialValue();
      }
      made.uses_trigger_values = event.getUseValuesFromTriggerTime();
      if (event.isSetDelay() && event.getDelay()->isSetMath()) {
        VESPER_TRY(made.delay, formula(*event.getDelay()->getMath(), *event.getDelay()));
      }
      if (event.isSetPriority() && event.getPriority()->isSetMath()) {
        VESPER_TRY(made.priority, formula(*event.getPriority()->getMath(), *event.getPriority()));
      }
      for (unsigned j = 0; j < event.getNumEventAssignments(); ++j) {
        const ::EventAssignment& assignment = *event.getEventAssignment(j);
        if (!assignment.isSetMath()) continue;
        VESPER_TRY(auto value, formula(*assignment.getMath(), assignment));
        made.assignments.push_back({assignment.getVariable(), std::move(value), span(assignment)});
      }
      model_.events.push_back(std::move(made));
    }
    return {};
  }

  const ::Model& sbml_;
  const files::Source& source_;
  bool flattened_;
  unsigned level_;
  Vocabulary vocabulary_;
  std::vector<std::size_t> line_starts_;
  std::map<std::string, const InitialAssignment*> initial_;
  std::set<std::string> changed_, assigned_;  // by rules
  std::set<std::string> points_;              // compartments without dimensions or size
  language::Model model_;
};

}  // namespace

Result<language::Model> read_document(const SBMLDocument& document, const files::Source& source,
                                      bool flattened) {
  return Reader(document, source, flattened).read();
}

}  // namespace vesper::sbml
