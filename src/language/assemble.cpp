// Variables to the symbols of the Model: what each one is, its value, its unit.
#include <fmt/format.h>

#include <algorithm>

#include "language/flatten.h"
#include "language/words.h"

namespace vesper::language {

using Kind = Expression::Kind;

namespace {

int depth(const std::optional<Given>& given) {
  return given ? given->scope->depth : -1;
}

}  // namespace

Result<void> Flattener::assemble(Model& model) {
  VESPER_CHECK(units_.finish());
  VESPER_CHECK(mark_changes());
  for (std::size_t i = 0; i < variables_.size(); ++i) {
    if (root(static_cast<int>(i)) != static_cast<int>(i)) continue;
    Variable& variable = variables_[i];
    if (variable.role == Variable::Role::reaction && labels_.count(static_cast<int>(i)) == 0) {
      return fail(
          Code::name_without_value,
          fmt::format("'{}' is declared as a reaction that is nowhere written", variable.local),
          place(variable.first));
    }
    if (variable.role != Variable::Role::symbol) continue;
    VESPER_TRY(Symbol one, symbol(variable));
    symbol_index_.emplace(one.id, model.symbols.size());
    model.symbols.push_back(std::move(one));
    for (const auto kind : {Rule::Kind::assignment, Rule::Kind::rate}) {
      const auto& given = kind == Rule::Kind::assignment ? variable.rule : variable.rate;
      if (!given) continue;
      VESPER_TRY(ExpressionPtr formula, renamed(given->tree, given->scope));
      model.rules.push_back({kind, variable.path, std::move(formula), given->span});
    }
  }
  return {};
}

// What the reactions and events that are left change.
Result<void> Flattener::mark_changes() {
  for (const PlacedReaction& placed : reactions_) {
    if (at(placed.variable).deleted) continue;
    for (const auto* side : {&placed.statement->reactants, &placed.statement->products}) {
      for (const Participant& one : *side) {
        VESPER_TRY(const int species, find(one.species, *placed.scope, false));
        at(species).changed_by_reaction = one.species.span;
      }
    }
  }
  for (const PlacedEvent& placed : events_) {
    if (at(placed.variable).deleted) continue;
    for (const auto& [target, formula] : placed.statement->assignments) {
      VESPER_TRY(const int changed, find(target, *placed.scope, false));
      at(changed).changed_by_event = target.span;
    }
  }
  return {};
}

// Which of value, rule and rate hold: what an outer model gives replaces what an inner one gives,
// and what is handed in replaces what a model gives its own argument.
Result<void> Flattener::settle_values(Variable& variable) const {
  for (auto slot : {&Variable::initial, &Variable::rule, &Variable::rate}) {
    if (variable.*slot && (variable.*slot)->dispute) {
      return tl::unexpected<Diagnostic>(*(variable.*slot)->dispute);
    }
    if (variable.*slot && !(variable.*slot)->tree) (variable.*slot).reset();
  }
  for (auto other : {&Variable::initial, &Variable::rate}) {
    if (!variable.rule || !(variable.*other)) continue;
    const int rule = variable.rule->rank();
    const int against = (variable.*other)->rank();
    if (rule == against) {
      const Place first = place((variable.*other)->span);
      return fail(Code::contradiction,
                  fmt::format("'{}' has an assignment rule and {}", variable.local,
                              other == &Variable::initial ? "a value" : "a rate"),
                  place(variable.rule->span), "keep one of them",
                  {fmt::format("the other in {}:{}", first.file, first.line)});
    }
    variable.overridden = true;
    if (rule < against) {
      (variable.*other).reset();
    } else {
      variable.rule.reset();
    }
  }
  return {};
}

Result<SymbolKind> Flattener::kind_of(const Variable& variable) const {
  const auto clash = [&](std::string_view used_as) {
    return fail(Code::wrong_kind,
                fmt::format("'{}' is used as a {}, but is something else", variable.local, used_as),
                place(variable.stated.value_or(variable.first)));
  };
  if (variable.is_compartment) {
    const bool other = variable.kind && *variable.kind != SymbolKind::compartment;
    if (other || variable.reacts) return clash("compartment");
    return SymbolKind::compartment;
  }
  if (variable.reacts) {
    if (variable.kind && *variable.kind != SymbolKind::species) return clash("species");
    return SymbolKind::species;
  }
  if (variable.kind) return *variable.kind;
  return variable.compartment ? SymbolKind::species : SymbolKind::parameter;
}

Result<void> Flattener::check_changes(const Variable& variable, SymbolKind kind) const {
  const bool fixed = variable.constant && variable.constant->first;
  const std::optional<Given>& rule = variable.rule ? variable.rule : variable.rate;
  const bool free_species = kind == SymbolKind::species && !variable.boundary && !fixed;
  if (free_species && variable.changed_by_reaction && rule) {
    return fail(
        Code::contradiction,
        fmt::format("species '{}' is changed by a reaction and has a rule", variable.local),
        place(rule->span),
        fmt::format("write `${}` in the reaction if it is not to change it", variable.local));
  }
  if (kind != SymbolKind::species && fixed && rule) {
    return fail(Code::contradiction, fmt::format("'{}' is `const` and has a rule", variable.local),
                place(rule->span));
  }
  if (kind != SymbolKind::species && fixed && variable.changed_by_event) {
    return fail(Code::contradiction,
                fmt::format("'{}' is `const` and is changed by an event", variable.local),
                place(*variable.changed_by_event));
  }
  if (variable.rule && variable.changed_by_event) {
    return fail(Code::contradiction,
                fmt::format("'{}' follows an assignment rule and cannot be changed by an event",
                            variable.local),
                place(*variable.changed_by_event));
  }
  return {};
}

std::vector<std::string> Flattener::names_with_value(const Instance& scope) const {
  std::vector<std::string> names;
  for (const auto& [local, id] : scope.names) {
    const Variable& variable = variables_[static_cast<std::size_t>(root(id))];
    const bool valued = variable.initial || variable.rule || variable.rate || variable.reacts ||
                        variable.role != Variable::Role::symbol;
    if (valued) names.push_back(local);
  }
  std::sort(names.begin(), names.end());
  names.insert(names.end(), {"time", "pi", "avogadro", "exponentiale"});
  return names;
}

Result<void> Flattener::check_value(const Variable& variable, SymbolKind kind) {
  if (kind == SymbolKind::species) return {};
  // What an algebraic rule determines needs no value.
  const bool free = variable.in_algebraic_rule && variable.constant && !variable.constant->first;
  if (free && !variable.rate) return {};
  if (!variable.initial && !variable.rule && !variable.rate) {
    const auto& arguments = variable.home->module->interface;
    const auto argument = std::find_if(arguments.begin(), arguments.end(), [&](const Word& word) {
      return word.text == variable.local;
    });
    if (argument != arguments.end()) {
      return fail(Code::name_without_value,
                  fmt::format("argument '{}' of model '{}' has no value", variable.local,
                              variable.home->module->name.text),
                  place(argument->span),
                  variable.home->outer == nullptr
                      ? "run a model that uses this one, or give it a value here"
                      : fmt::format("hand it to '{}', or give it a value in the model",
                                    variable.home->path));
    }
    const std::string near = nearest(variable.local, names_with_value(*variable.home));
    std::string mend = near.empty() ? fmt::format("give it one: `{} = ...`", variable.local)
                                    : fmt::format("did you mean '{}'?", near);
    if (near.empty() && variable.used && units_.is_unit(variable.local)) {
      mend = fmt::format("a unit of several parts is defined first: `unit x = .../{}`",
                         variable.local);
    }
    return fail(
        Code::name_without_value,
        fmt::format("{} '{}' has no value",
                    kind == SymbolKind::compartment ? "compartment" : "name", variable.local),
        place(variable.used.value_or(variable.stated.value_or(variable.first))), std::move(mend));
  }
  if (variable.rate && !variable.initial) {
    return fail(Code::name_without_value,
                fmt::format("'{}' has a rate but no value to start from", variable.local),
                place(variable.rate->span), fmt::format("add `{} = ...`", variable.local));
  }
  return {};
}

Result<Symbol> Flattener::symbol(Variable& variable) {
  VESPER_CHECK(settle_values(variable));
  VESPER_TRY(const SymbolKind kind, kind_of(variable));
  VESPER_CHECK(check_changes(variable, kind));
  VESPER_CHECK(check_value(variable, kind));
  const bool fixed = variable.constant && variable.constant->first;
  const bool changed = variable.rule || variable.rate || variable.changed_by_event;

  Symbol symbol;
  symbol.id = variable.path;
  symbol.kind = kind;
  symbol.span = variable.stated.value_or(variable.first);
  const bool handed_in = variable.overridden && variable.display_name &&
                         variable.display_name->second >= Instance::own_argument;
  if (variable.display_name && !handed_in) {
    symbol.display_name = display_name(variable.display_name->first, *variable.display_scope);
  }
  if (kind == SymbolKind::species) {
    symbol.boundary = variable.boundary || fixed;
    symbol.constant = symbol.boundary && !changed;
    symbol.substance_only = variable.substance_only;
    if (variable.compartment) symbol.compartment = at(variable.compartment->first).path;
    if (variable.conversion_factor) {
      symbol.conversion_factor = at(variable.conversion_factor->first).path;
    }
  } else {
    symbol.constant = !changed && (!variable.constant || fixed);
    if (variable.conversion_factor) {
      return fail(Code::wrong_kind,
                  fmt::format("'{}' has a conversion factor, but is no species", variable.local),
                  place(variable.stated.value_or(variable.first)));
    }
  }
  VESPER_TRY(symbol.unit, unit_of(variable, kind));
  if (variable.initial) {
    const ExpressionPtr& tree = variable.initial->tree;
    if (tree->kind == Kind::call && is_distribution(tree->name) &&
        program_.find_function(tree->name) == nullptr) {
      VESPER_CHECK(set_distribution(symbol, *variable.initial));
    } else {
      VESPER_TRY(symbol.initial, renamed(tree, variable.initial->scope));
    }
  }
  VESPER_CHECK(set_doubts(symbol, variable));
  set_annotations(symbol.annotations, variable);
  return symbol;
}

// `has` before the unit of a number; all that is said must agree.
Result<std::optional<units::Unit>> Flattener::unit_of(const Variable& variable, SymbolKind kind) {
  std::optional<units::Unit> unit;
  int unit_depth = 0;
  for (const Given& given : variable.declared_units) {
    VESPER_TRY(const units::Unit one, units_.evaluate(*given.tree));
    if (unit && !unit->same(one)) {
      return fail(Code::unit_clash,
                  fmt::format("'{}' is said to be in {} and in {}", variable.local, one.text(),
                              unit->text()),
                  place(given.span), "nothing is converted in silence: write both in one unit");
    }
    if (!unit || given.scope->depth < unit_depth) {
      unit = one;
      unit_depth = given.scope->depth;
    }
  }
  // The value of a species in a compartment is a concentration, its unit an amount.
  if (kind == SymbolKind::species && variable.compartment && !variable.substance_only) return unit;
  for (const Given& given : variable.value_units) {
    VESPER_TRY(const units::Unit one, units_.named(given.tree->name, given.tree->span));
    if (!unit) unit = one;
    if (unit->same(one)) continue;
    std::string mend = "nothing is converted in silence: write both in one unit";
    if (unit->same_dimension(one)) {
      mend =
          fmt::format("write `{:.12g} {}`", given.tree->value * one.factor_to(*unit), unit->text());
    }
    return fail(Code::unit_clash,
                fmt::format("'{}' is in {}, but this value is in {}", variable.local, unit->text(),
                            one.text()),
                place(given.tree->span), std::move(mend));
  }
  return unit;
}

// Sources and remarks belong to a value: those of a value that gave way to an outer one go with it.
void Flattener::set_annotations(std::vector<Annotation>& list, const Variable& variable) const {
  const int value = std::max({depth(variable.initial), depth(variable.rule), 0});
  std::map<std::string, int> outermost;
  for (const auto& [annotation, at] : variable.annotations) {
    const auto [entry, fresh] = outermost.emplace(annotation.keyword, at);
    if (!fresh) entry->second = std::min(entry->second, at);
  }
  for (const auto& [annotation, at] : variable.annotations) {
    const bool of_value = annotation.keyword == "description" || annotation.keyword == "notes";
    const bool stale = variable.overridden && at > value;
    if (of_value && (stale || at > outermost[annotation.keyword])) continue;
    list.push_back(annotation);
  }
}

}  // namespace vesper::language
