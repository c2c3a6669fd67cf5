#include "equations/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace vesper::equations {
namespace {

using language::SymbolKind;

constexpr std::array<std::string_view, 8> built_in_names = {
    "time", "pi", "avogadro", "exponentiale", "true", "false", "inf", "nan"};

std::string_view kind_text(SymbolKind kind) {
  switch (kind) {
    case SymbolKind::parameter:
      return "parameter";
    case SymbolKind::compartment:
      return "compartment";
    case SymbolKind::species:
      return "species";
  }
  return "";
}

// "also set at kinetics.ant:12"
std::string first_place_note(const Place& place) {
  return fmt::format("the first one stands at {}:{}:{}", place.file, place.line, place.column);
}

}  // namespace

bool is_built_in_name(std::string_view name) {
  return std::find(built_in_names.begin(), built_in_names.end(), name) != built_in_names.end();
}

Result<Names> Names::resolve(const language::Model& model) {
  Names names(model);
  VESPER_CHECK(names.collect());
  VESPER_CHECK(names.apply_rules());
  VESPER_CHECK(names.apply_reactions());
  VESPER_CHECK(names.apply_events());
  VESPER_CHECK(names.apply_doses());
  VESPER_CHECK(names.give_roles());
  VESPER_CHECK(names.check_values());
  return names;
}

std::optional<std::size_t> Names::symbol(std::string_view id) const {
  const auto found = symbol_index_.find(std::string(id));
  return found == symbol_index_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::size_t> Names::reaction(std::string_view id) const {
  const auto found = reaction_index_.find(std::string(id));
  return found == reaction_index_.end() ? std::nullopt : std::optional(found->second);
}

const language::Function* Names::function(std::string_view id) const {
  const auto found = function_index_.find(std::string(id));
  return found == function_index_.end() ? nullptr : &model_->functions[found->second];
}

std::vector<std::string> Names::known() const {
  std::vector<std::string> list;
  for (const NamedSymbol& named : symbols_) list.push_back(named.symbol->id);
  for (const language::Reaction& reaction : model_->reactions) list.push_back(reaction.id);
  list.insert(list.end(), built_in_names.begin(), built_in_names.end());
  return list;
}

bool Names::fixed_size(std::size_t compartment) const {
  const NamedSymbol& named = symbols_[compartment];
  return named.rule == nullptr && !named.set_by_events;
}

Result<void> Names::collect() {
  const auto taken = [&](const std::string& id, const language::Span& span) {
    return fail(Code::name_taken, fmt::format("'{}' is declared twice", id), place(span),
                "give one of them another name");
  };
  for (const language::Symbol& symbol : model_->symbols) {
    if (!symbol_index_.emplace(symbol.id, symbols_.size()).second) {
      return taken(symbol.id, symbol.span);
    }
    NamedSymbol named;
    named.symbol = &symbol;
    symbols_.push_back(named);
  }
  for (std::size_t i = 0; i < model_->reactions.size(); ++i) {
    const language::Reaction& reaction = model_->reactions[i];
    if (symbol(reaction.id) || !reaction_index_.emplace(reaction.id, i).second) {
      return taken(reaction.id, reaction.span);
    }
  }
  for (std::size_t i = 0; i < model_->functions.size(); ++i) {
    const language::Function& function = model_->functions[i];
    if (!function_index_.emplace(function.id, i).second) return taken(function.id, function.span);
  }
  for (NamedSymbol& named : symbols_) {
    const language::Symbol& symbol = *named.symbol;
    if (symbol.kind != SymbolKind::species || symbol.compartment.empty()) continue;
    const auto compartment = this->symbol(symbol.compartment);
    if (!compartment || symbols_[*compartment].symbol->kind != SymbolKind::compartment) {
      return fail(Code::bad_compartment,
                  fmt::format("species '{}' is said to lie in '{}', which is no compartment",
                              symbol.id, symbol.compartment),
                  place(symbol.span), fmt::format("declare `compartment {}`", symbol.compartment));
    }
    if (!symbol.substance_only) named.compartment = compartment;
  }
  for (NamedSymbol& named : symbols_) {
    const language::Symbol& symbol = *named.symbol;
    if (symbol.conversion_factor.empty()) continue;
    named.conversion_factor = this->symbol(symbol.conversion_factor);
    if (!named.conversion_factor ||
        symbols_[*named.conversion_factor].symbol->kind != SymbolKind::parameter) {
      return fail(Code::unresolved_name,
                  fmt::format("the conversion factor of '{}', '{}', is no parameter", symbol.id,
                              symbol.conversion_factor),
                  place(symbol.span));
    }
  }
  return {};
}

// The symbol that a rule or an event sets.
Result<std::size_t> Names::target(const std::string& id, const language::Span& span,
                                  std::string_view setter) const {
  if (const auto found = symbol(id)) {
    const NamedSymbol& named = symbols_[*found];
    if (named.symbol->constant && named.symbol->kind != SymbolKind::species) {
      return fail(Code::constant_changed,
                  fmt::format("{} '{}' is constant, but {} changes it",
                              kind_text(named.symbol->kind), id, setter),
                  place(span), "declare it without `const`");
    }
    if (named.symbol->constant) {
      return fail(Code::constant_changed,
                  fmt::format("species '{}' is constant, but {} changes it", id, setter),
                  place(span), fmt::format("declare it `species ${}`", id));
    }
    return *found;
  }
  if (reaction(id)) {
    return fail(Code::not_assignable, fmt::format("{} sets '{}', which is a reaction", setter, id),
                place(span), "set a parameter that its rate uses");
  }
  std::vector<std::string> symbols;
  for (const NamedSymbol& named : symbols_) symbols.push_back(named.symbol->id);
  return fail(Code::unresolved_name, fmt::format("{} sets the unknown name '{}'", setter, id),
              place(span), suggest(id, symbols));
}

Result<void> Names::apply_rules() {
  for (const language::Rule& rule : model_->rules) {
    const bool assigns = rule.kind == language::Rule::Kind::assignment;
    VESPER_TRY(const std::size_t index,
               target(rule.target, rule.span, assigns ? "an assignment rule" : "a rate rule"));
    NamedSymbol& named = symbols_[index];
    if (named.rule != nullptr) {
      return fail(Code::determined_twice, fmt::format("'{}' has two rules", rule.target),
                  place(rule.span), "remove one of them",
                  {first_place_note(place(named.rule->span))});
    }
    if (assigns && named.symbol->initial != nullptr) {
      return fail(Code::determined_twice,
                  fmt::format("'{}' has a value of its own and an assignment rule", rule.target),
                  place(rule.span), "remove one of them",
                  {first_place_note(place(named.symbol->initial->span))});
    }
    named.rule = &rule;
  }
  return {};
}

Result<void> Names::apply_reactions() {
  for (std::size_t i = 0; i < model_->reactions.size(); ++i) VESPER_CHECK(apply_reaction(i));
  return {};
}

Result<void> Names::apply_reaction(std::size_t index) {
  const language::Reaction& reaction = model_->reactions[index];
  if (reaction.rate == nullptr) {
    return fail(Code::missing_rate, fmt::format("reaction '{}' has no rate", reaction.id),
                place(reaction.span), "write an amount per time after the arrow's semicolon");
  }
  for (const auto& reactant : reaction.reactants) VESPER_CHECK(add_flux(index, reactant, -1));
  for (const auto& product : reaction.products) VESPER_CHECK(add_flux(index, product, 1));
  return {};
}

Result<void> Names::add_flux(std::size_t index, const language::SpeciesReference& reference,
                             double sign) {
  const language::Reaction& reaction = model_->reactions[index];
  const auto found = symbol(reference.species);
  if (!found || symbols_[*found].symbol->kind != SymbolKind::species) {
    std::vector<std::string> species;
    for (const NamedSymbol& named : symbols_) {
      if (named.symbol->kind == SymbolKind::species) species.push_back(named.symbol->id);
    }
    return fail(Code::not_a_species,
                fmt::format("'{}' in reaction '{}' is {}", reference.species, reaction.id,
                            found ? fmt::format("a {}, not a species",
                                                kind_text(symbols_[*found].symbol->kind))
                                  : "not declared"),
                place(reference.span), suggest(reference.species, species));
  }
  if (reference.symbol.empty() && !std::isfinite(reference.stoichiometry)) {
    return fail(Code::not_a_species,
                fmt::format("the stoichiometry of '{}' in reaction '{}' is not a finite number",
                            reference.species, reaction.id),
                place(reference.span));
  }
  std::optional<std::size_t> stoichiometry;
  if (!reference.symbol.empty()) {
    stoichiometry = symbol(reference.symbol);
    if (!stoichiometry || symbols_[*stoichiometry].symbol->kind != SymbolKind::parameter) {
      return fail(Code::not_a_species,
                  fmt::format("the stoichiometry of '{}' in reaction '{}', '{}', is no parameter",
                              reference.species, reaction.id, reference.symbol),
                  place(reference.span));
    }
  }
  NamedSymbol& named = symbols_[*found];
  if (named.symbol->boundary || named.symbol->constant) return {};
  if (named.rule != nullptr) {
    return fail(Code::determined_twice,
                fmt::format("'{}' is changed by reaction '{}' and has a rule", reference.species,
                            reaction.id),
                place(reference.span),
                fmt::format("remove the rule, or write `${}` where the reaction should not "
                            "change it",
                            reference.species),
                {first_place_note(place(named.rule->span))});
  }
  if (named.fluxes.empty() || named.fluxes.back().reaction != index) {
    named.fluxes.push_back({index, 0, {}});
  }
  Flux& flux = named.fluxes.back();
  if (stoichiometry) {
    flux.terms.push_back({sign, *stoichiometry});
  } else {
    flux.stoichiometry += sign * reference.stoichiometry;
  }
  return {};
}

Result<void> Names::apply_events() {
  for (const language::Event& event : model_->events) {
    std::vector<std::size_t> set;
    for (const language::EventAssignment& assignment : event.assignments) {
      const std::string setter = fmt::format("event '{}'", event.id);
      VESPER_TRY(const std::size_t index, target(assignment.target, assignment.span, setter));
      NamedSymbol& named = symbols_[index];
      if (named.rule != nullptr && named.rule->kind == language::Rule::Kind::assignment) {
        return fail(Code::not_assignable,
                    fmt::format("{} sets '{}', which its assignment rule determines", setter,
                                assignment.target),
                    place(assignment.span), "set a parameter that the rule uses",
                    {fmt::format("the rule stands at {}:{}", place(named.rule->span).file,
                                 place(named.rule->span).line)});
      }
      if (std::find(set.begin(), set.end(), index) != set.end()) {
        return fail(Code::not_assignable,
                    fmt::format("{} sets '{}' twice", setter, assignment.target),
                    place(assignment.span), "keep one of them");
      }
      set.push_back(index);
      named.set_by_events = true;
    }
  }
  return {};
}

// Marks what doses enter; whether they can is checked when roles are known.
Result<void> Names::apply_doses() {
  for (const language::DoseTarget& dose : model_->dose_targets) {
    const auto found = symbol(dose.target);
    if (found && !symbols_[*found].symbol->constant) symbols_[*found].dosed = true;
  }
  return {};
}

Role Names::role_of(const NamedSymbol& named) const {
  if (named.rule != nullptr) {
    return named.rule->kind == language::Rule::Kind::assignment ? Role::assigned : Role::state;
  }
  if (named.symbol->kind != SymbolKind::species) return Role::parameter;
  const bool held =
      named.symbol->constant || (named.symbol->boundary && !named.set_by_events && !named.dosed);
  const bool fixed = !named.compartment || fixed_size(*named.compartment);
  return held && fixed ? Role::parameter : Role::state;
}

Result<void> Names::give_roles() {
  std::uint32_t parameters = 0, states = 0;
  for (NamedSymbol& named : symbols_) {
    named.role = role_of(named);
    if (named.role == Role::parameter) named.index = parameters++;
    if (named.role == Role::state) named.index = states++;
  }
  return {};
}

Result<void> Names::check_values() const {
  for (const NamedSymbol& named : symbols_) {
    const language::Symbol& symbol = *named.symbol;
    if (named.role != Role::assigned && symbol.initial == nullptr) {
      return fail(Code::missing_value,
                  fmt::format("{} '{}' has no {}", kind_text(symbol.kind), symbol.id,
                              named.role == Role::state ? "initial value" : "value"),
                  place(symbol.span),
                  named.role == Role::state
                      ? fmt::format("write `{} = 0` if it starts at zero", symbol.id)
                      : fmt::format("write `{} = ...`", symbol.id));
    }
    const bool varies = symbol.uncertainty.has_value() || symbol.distribution != nullptr;
    if (varies && named.role != Role::parameter) {
      return fail(
          Code::misplaced_variability,
          fmt::format("'{}' is {}, so it cannot have {}", symbol.id,
                      named.role == Role::state ? "a state" : "computed by an assignment rule",
                      symbol.uncertainty ? "an uncertainty" : "a distribution between patients"),
          place(symbol.uncertainty ? symbol.uncertainty->span : symbol.span),
          "give it to a parameter that the formula uses");
    }
  }
  return {};
}

}  // namespace vesper::equations
