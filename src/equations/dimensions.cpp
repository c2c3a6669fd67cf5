#include "equations/dimensions.h"

#include <fmt/format.h>

#include <array>

#include "equations/fold.h"
#include "equations/order.h"

namespace vesper::equations {
namespace {

using language::Expression;
using language::SymbolKind;
using units::Unit;

// The unit of `5 mL` or `-5 mL`.
std::optional<Unit> literal_unit(const Expression* e) {
  while (e != nullptr && e->kind == Expression::Kind::negate) e = e->arguments[0].get();
  if (e == nullptr || e->kind != Expression::Kind::number || e->unit == nullptr) {
    return std::nullopt;
  }
  return *e->unit;
}

}  // namespace

Unit readable(const Unit& unit) {
  constexpr std::array<const char*, 26> common = {
      "h",  "min", "s",  "day", "week", "ms", "nmol", "pmol", "umol", "mmol", "mol", "fmol", "L",
      "mL", "uL",  "dL", "mg",  "ug",   "ng", "pg",   "g",    "kg",   "nM",   "uM",  "mM",   "M"};
  if (unit.text().find(' ') == std::string::npos) return unit;  // no factor in its name
  for (const char* name : common) {
    const auto candidate = Unit::parse(name);
    if (candidate && candidate->same(unit)) return *candidate;
  }
  return unit;
}

Dimensions::Dimensions(const Names& names)
    : names_(&names),
      symbols_(names.symbols().size()),
      amounts_(names.symbols().size()),
      reactions_(names.model().reactions.size()) {
  const auto shown = [](const std::optional<Unit>& unit) {
    return unit ? std::optional(readable(*unit)) : std::nullopt;
  };
  time_ = shown(names.model().time_unit);
  substance_ = shown(names.model().substance_unit);
  extent_ = shown(names.model().extent_unit);
  volume_ = shown(names.model().volume_unit);
  for (const auto& [name, unit] : names.model().units) declared_.push_back(unit);
  for (const NamedSymbol& named : names.symbols()) {
    const auto& unit = named.symbol->unit;
    if (unit) declared_.push_back(*unit);
  }
}

Result<Dimensions> Dimensions::derive(const Names& names) {
  Dimensions dimensions(names);
  const std::size_t symbols = names.symbols().size();
  for (std::size_t i = 0; i < symbols; ++i) {  // compartments first: species lie in them
    if (names[i].symbol->kind != SymbolKind::species) dimensions.declare(i);
  }
  for (std::size_t i = 0; i < symbols; ++i) {
    if (names[i].symbol->kind == SymbolKind::species) dimensions.declare_species(i);
  }
  // A circle among initial values is reported where they are built; here it stays unknown.
  for (const std::size_t item : topological_order(dimensions.derivation_uses()).order) {
    const auto derived = item < symbols ? dimensions.derive_symbol(item)
                                        : dimensions.derive_reaction(item - symbols);
    if (!derived && names.model().check_units) return tl::unexpected(derived.error());
  }
  return dimensions;
}

void Dimensions::declare(std::size_t index) {
  const language::Symbol& symbol = *(*names_)[index].symbol;
  if (symbol.unit) symbols_[index] = readable(*symbol.unit);
  if (!symbols_[index] && symbol.kind == SymbolKind::compartment) {
    symbols_[index] = volume_;
  }
  if (!symbols_[index]) symbols_[index] = literal_unit(symbol.initial.get());
}

// A species' declared unit is that of its amount; its name may mean a concentration.
void Dimensions::declare_species(std::size_t index) {
  const NamedSymbol& named = (*names_)[index];
  const language::Symbol& symbol = *named.symbol;
  const bool concentration = named.compartment.has_value();
  const std::optional<Unit> volume = concentration ? symbols_[*named.compartment] : std::nullopt;
  amounts_[index] = symbol.unit ? std::optional(readable(*symbol.unit)) : substance_;
  if (!amounts_[index]) {
    const auto literal = literal_unit(symbol.initial.get());
    const bool of_amount = !concentration || symbol.initial_is_amount;
    if (literal && of_amount) amounts_[index] = literal;
    if (literal && !of_amount) {
      symbols_[index] = literal;
      if (volume) amounts_[index] = tidy(*literal * *volume);
    }
  }
  if (symbols_[index] || !amounts_[index]) return;
  if (!concentration) symbols_[index] = amounts_[index];
  if (concentration && volume) symbols_[index] = tidy(*amounts_[index] / *volume);
}

// The formula whose unit a symbol without a declared one takes over.
const Expression* Dimensions::deriving_formula(std::size_t index) const {
  const NamedSymbol& named = (*names_)[index];
  if (symbols_[index]) return nullptr;
  if (named.role == Role::assigned) return named.rule->formula.get();
  return named.symbol->kind == SymbolKind::species ? nullptr : named.symbol->initial.get();
}

std::vector<std::vector<std::size_t>> Dimensions::derivation_uses() const {
  const std::size_t symbols = symbols_.size();
  std::vector<std::vector<std::size_t>> uses(symbols + reactions_.size());
  const auto collect = [&](std::size_t item, const Expression& formula) {
    for_each(formula, [&](const Expression& e) {
      if (e.kind != Expression::Kind::name) return;
      if (const auto symbol = names_->symbol(e.name)) {
        uses[item].push_back(*symbol);
      } else if (const auto reaction = names_->reaction(e.name)) {
        uses[item].push_back(symbols + *reaction);
      }
    });
  };
  for (std::size_t i = 0; i < symbols; ++i) {
    if (const Expression* formula = deriving_formula(i)) collect(i, *formula);
  }
  for (std::size_t i = 0; i < reactions_.size(); ++i) {
    collect(symbols + i, *names_->model().reactions[i].rate);
  }
  return uses;
}

Result<void> Dimensions::derive_symbol(std::size_t index) {
  const Expression* formula = deriving_formula(index);
  if (formula == nullptr) return {};
  VESPER_TRY(const Dimension dimension, of(*formula));
  if (dimension.known() && !dimension.bare) symbols_[index] = tidy(dimension.unit);
  return {};
}

Result<void> Dimensions::derive_reaction(std::size_t index) {
  const language::Reaction& reaction = names_->model().reactions[index];
  VESPER_TRY(const Dimension dimension, of(*reaction.rate));
  std::optional<Unit> expected = per_time(extent_);
  for (const auto* side : {&reaction.reactants, &reaction.products}) {
    for (const language::SpeciesReference& reference : *side) {
      if (!expected) expected = per_time(extent_of(*names_->symbol(reference.species)));
    }
  }
  if (!dimension.known() || dimension.bare) {
    if (dimension.kind == Dimension::Kind::any) reactions_[index] = expected;
    return {};
  }
  const bool as_expected = expected && dimension.unit.same(*expected);
  reactions_[index] = as_expected ? *expected : tidy(dimension.unit);
  return {};
}

// The extent of a reaction that the species takes part in: its amount, over its conversion factor.
std::optional<Unit> Dimensions::extent_of(std::size_t species) const {
  const std::optional<Unit>& amount = amounts_[species];
  const auto& factor = (*names_)[species].conversion_factor;
  if (!factor) return amount;
  const std::optional<Unit>& unit = symbols_[*factor];
  return amount && unit ? std::optional(tidy(*amount / *unit)) : std::nullopt;
}

std::optional<Unit> Dimensions::per_time(const std::optional<Unit>& unit) const {
  return unit && time_ ? std::optional(*unit / *time_) : std::nullopt;
}

// A product of declared units that has a declared name of its own is shown by that name.
Unit Dimensions::tidy(const Unit& unit) const {
  Unit best = unit;
  for (const Unit& declared : declared_) {
    if (declared.text().size() < best.text().size() && declared.same(unit)) best = declared;
  }
  return best;
}

Result<void> Dimensions::check() {
  if (!names_->model().check_units) return {};
  for (std::size_t i = 0; i < symbols_.size(); ++i) VESPER_CHECK(check_initial(i));
  for (const language::Rule& rule : names_->model().rules) VESPER_CHECK(check_rule(rule));
  for (std::size_t i = 0; i < reactions_.size(); ++i) VESPER_CHECK(check_reaction(i));
  for (const language::Event& event : names_->model().events) VESPER_CHECK(check_event(event));
  return {};
}

Result<void> Dimensions::check_initial(std::size_t index) {
  const NamedSymbol& named = (*names_)[index];
  const language::Symbol& symbol = *named.symbol;
  if (symbol.initial == nullptr || named.role == Role::assigned) return {};
  VESPER_TRY(const Dimension dimension, of(*symbol.initial));
  const bool amount = symbol.initial_is_amount && named.compartment;
  const std::optional<Unit>& wanted = amount ? amounts_[index] : symbols_[index];
  if (!wanted || dimension.bare) return {};
  std::string hint;
  if (named.compartment && !amount && amounts_[index] && dimension.known() &&
      dimension.unit.same_dimension(*amounts_[index])) {
    hint = fmt::format("'{}' lies in '{}', so its name means a concentration, in {}", symbol.id,
                       symbol.compartment, wanted->text());
  }
  return agrees(*symbol.initial, dimension, *wanted, fmt::format("'{}' is", symbol.id), hint);
}

Result<void> Dimensions::check_rule(const language::Rule& rule) {
  VESPER_TRY(const Dimension dimension, of(*rule.formula));
  if (rule.kind == language::Rule::Kind::algebraic) return {};  // what is 0 may have any unit
  const std::size_t index = *names_->symbol(rule.target);
  if (rule.kind == language::Rule::Kind::assignment) {
    return symbols_[index] ? agrees(*rule.formula, dimension, *symbols_[index],
                                    fmt::format("'{}' is", rule.target))
                           : Result<void>();
  }
  const auto wanted = per_time(symbols_[index]);
  return wanted ? agrees(*rule.formula, dimension, *wanted,
                         fmt::format("the rate of change of '{}' is", rule.target))
                : Result<void>();
}

Result<void> Dimensions::check_reaction(std::size_t index) {
  const language::Reaction& reaction = names_->model().reactions[index];
  VESPER_TRY(const Dimension dimension, of(*reaction.rate));
  const std::string what = fmt::format("the rate of reaction '{}' is", reaction.id);
  if (const auto extent = per_time(extent_)) {
    VESPER_CHECK(agrees(*reaction.rate, dimension, *extent, what));
  }
  for (const auto* side : {&reaction.reactants, &reaction.products}) {
    for (const language::SpeciesReference& reference : *side) {
      const std::size_t species = *names_->symbol(reference.species);
      const NamedSymbol& named = (*names_)[species];
      const auto wanted = per_time(extent_of(species));
      if (named.fluxes.empty() || !wanted) continue;
      std::string hint;
      if (dimension.known() && named.compartment && symbols_[*named.compartment] &&
          (dimension.unit * *symbols_[*named.compartment]).same(*wanted)) {
        hint = fmt::format("a reaction's rate is an amount per time: multiply by '{}'",
                           named.symbol->compartment);
      }
      VESPER_CHECK(agrees(*reaction.rate, dimension, *wanted, what, hint));
    }
  }
  return {};
}

Result<void> Dimensions::check_event(const language::Event& event) {
  VESPER_TRY(const Dimension trigger, of(*event.trigger));
  VESPER_CHECK(plain(*event.trigger, trigger, "a trigger"));
  if (event.delay) {
    VESPER_TRY(const Dimension delay, of(*event.delay));
    if (time_) VESPER_CHECK(agrees(*event.delay, delay, *time_, "the delay of an event is"));
  }
  if (event.priority) {
    VESPER_TRY(const Dimension priority, of(*event.priority));
    VESPER_CHECK(plain(*event.priority, priority, "a priority"));
  }
  for (const language::EventAssignment& assignment : event.assignments) {
    const auto& wanted = symbols_[*names_->symbol(assignment.target)];
    VESPER_TRY(const Dimension dimension, of(*assignment.formula));
    if (wanted) {
      VESPER_CHECK(agrees(*assignment.formula, dimension, *wanted,
                          fmt::format("'{}' is", assignment.target)));
    }
  }
  return {};
}

}  // namespace vesper::equations
