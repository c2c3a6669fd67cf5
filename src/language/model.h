// A model as its text describes it, flattened: submodels are expanded, their symbols are named
// "submodel.symbol", and everything that was synchronised has one name (the outermost).
// This is what `equations` reads, whether the text was Antimony or SBML.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "files/source.h"
#include "language/expression.h"
#include "units/units.h"

namespace vesper::language {

enum class SymbolKind { parameter, compartment, species };

// Free text that travels with a symbol: `CL description "doi:..."`, `CL notes "established; ..."`.
// keyword is one of: description (the source), notes (grade and remarks), identity, isVersionOf,
// ... as written.
struct Annotation {
  std::string keyword;
  std::string text;
  Span span;
};

// How sure anyone is of a value, from `CL.stdev = 40`, `CL.confidenceInterval = {94, 210}`,
// `CL.coefficientOfVariation = 0.3`, `CL.distribution = lognormal(...)`: uncertainty of the
// parameter, the same for every patient.  Numbers in the symbol's own unit.
struct Uncertainty {
  std::optional<double> standard_deviation;
  std::optional<double> coefficient_of_variation;
  std::optional<std::pair<double, double>> confidence_interval;  // 95 %
  ExpressionPtr distribution;                                    // a call: normal(m, sd), ...
  Span span;
};

struct Symbol {
  std::string id;            // "CL", or "pk.CL" from submodel pk
  std::string display_name;  // `Cp is "plasma naltrexone"`; may be empty
  SymbolKind kind = SymbolKind::parameter;
  bool constant = true;   // parameters and compartments that no rule or event changes; `const`
  bool boundary = false;  // `$S`: reactions do not change it
  bool substance_only = false;    // species whose symbol means amount, never concentration
  std::string compartment;        // of a species; empty: none declared, the symbol means amount
  std::string conversion_factor;  // of a species: the parameter that turns extent of reactions into
                                  // its amount; empty: 1
  ExpressionPtr initial;          // value or initial assignment; null when none was given
  bool initial_is_amount =
      false;                   // species in a compartment: SBML initialAmount (unused by Antimony)
  ExpressionPtr distribution;  // `CL = lognormal(140, 40)`: varies between patients; initial is
                               // then its typical value
  std::optional<units::Unit> unit;  // `has`; of the symbol itself (for a species: of its amount)
  std::optional<Uncertainty> uncertainty;
  std::vector<Annotation> annotations;
  Span span;  // where it is declared or first set
};

struct Rule {
  enum class Kind { assignment, rate, algebraic };  // algebraic: 0 = formula, without a target
  Kind kind = Kind::assignment;
  std::string target;
  ExpressionPtr formula;
  Span span;
};

struct SpeciesReference {
  std::string species;
  double stoichiometry = 1;
  std::string symbol;  // of a parameter whose value is the stoichiometry instead; may be empty
  Span span;
};

struct Reaction {
  std::string id;
  std::string display_name;
  std::vector<SpeciesReference> reactants, products;
  bool reversible = true;  // `->` is reversible, `=>` is not; says nothing about the rate
  ExpressionPtr rate;      // amount per time
  std::vector<Annotation> annotations;
  Span span;
};

struct EventAssignment {
  std::string target;
  ExpressionPtr formula;
  Span span;
};

// `at trigger: target = formula, ...`: when the trigger turns from false to true.  Meaning as in
// SBML Level 3 Version 2 Core, section 4.11.
struct Event {
  std::string id;
  ExpressionPtr trigger;
  ExpressionPtr delay;     // [time] from the trigger to the assignments; null: none
  ExpressionPtr priority;  // of events at one time the greatest first; null: none given
  bool persistent = true;  // false: a trigger that turns false before the delay is over cancels it
  bool initial_value = true;  // of the trigger before the start; false: true at the start fires
  bool uses_trigger_values = true;  // formulas with the values at the trigger, not after the delay
  std::vector<EventAssignment> assignments;
  std::vector<Annotation> annotations;
  Span span;
};

struct Function {
  std::string id;
  std::vector<std::string> parameters;
  ExpressionPtr body;
  Span span;
};

// `//@ dose oral naltrexone into Gut`: where a dose of this drug by this route enters.
struct DoseTarget {
  std::string route;   // "oral", "intravenous", "intramuscular", ...
  std::string drug;    // "naltrexone"; empty: any drug
  std::string target;  // a species (amount) or a rate-rule symbol
  Span span;
};

// `//@ hypothesis H1 "retained binding" retention = 1, deep = 0`: a named set of values.
struct Hypothesis {
  struct Setting {
    std::string target;
    double value;
    Span span;
  };
  std::string id;     // "H1"
  std::string label;  // "retained binding"
  std::vector<Setting> settings;
  Span span;
};

struct Model {
  std::string id;
  std::string display_name;
  std::vector<files::Source> sources;  // [0] is the file that was asked for
  std::vector<Symbol> symbols;         // in order of appearance
  std::vector<Rule> rules;
  std::vector<Reaction> reactions;
  std::vector<Event> events;
  std::vector<Function> functions;
  std::vector<Annotation> annotations;       // of the model itself: `model notes "..."`
  std::map<std::string, units::Unit> units;  // by name, as defined in the text
  std::map<std::string, std::string>
      unit_definitions;  // the same, as text: "litre / (3600 second)"
  std::optional<units::Unit> time_unit, substance_unit, volume_unit, area_unit, length_unit,
      extent_unit;          // `unit time_unit = 3600 second` and its like
  bool check_units = true;  // `//@ units unchecked` turns it off
  std::vector<DoseTarget> dose_targets;
  std::vector<Hypothesis> hypotheses;

  const Symbol* find(std::string_view id) const;
  Place place(const Span& span) const;
};

}  // namespace vesper::language
