// dy/dt of every state, from rules and reactions:
//
//   species of reactions          dn/dt = factor * sum over reactions of stoichiometry * rate
//   rate rule on a symbol         dx/dt = f
//   rate rule on a concentration  c = n/V:  dn/dt = f V + c dV/dt
//   rateOf a concentration        dc/dt = (dn/dt - c dV/dt)/V
//   algebraic rule that determines x    0 = f
//
// with the conversion factor of the species, 1 where it has none, and dV/dt = 0 for a compartment
// of fixed size, its own rate rule, or, where an assignment rule V(t, y) determines it, the total
// derivative dV/dt = partial V/partial t + sum_j dV/dy_j dy_j/dt.
#include "equations/assembly.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "equations/algebra.h"
#include "equations/analysis.h"
#include "equations/order.h"

namespace vesper::equations {

Assembly::Assembly(const Names& names)
    : names_(names),
      graph_(std::make_shared<Graph>()),
      changes_(*graph_),
      lowering_(names, *graph_),
      early_(*graph_) {
  for (std::size_t i = 0; i < names.symbols().size(); ++i) {
    if (names[i].role == Role::parameter) parameter_symbols_.push_back(i);
    if (names[i].role == Role::state) state_symbols_.push_back(i);
  }
  system_.id = names.model().id;
  if (const auto& time = names.model().time_unit) system_.time_unit = readable(*time);
  system_.sources = names.model().sources;
  system_.parameters.resize(parameter_symbols_.size());
  system_.states.resize(state_symbols_.size());
}

Result<void> Assembly::lower_formulas() {
  VESPER_TRY(const std::vector<Formula> formulas, order_formulas(names_));
  for (const Formula& formula : formulas) {
    switch (formula.kind) {
      case Formula::Kind::assignment: {
        VESPER_TRY(const NodeId value, lowering_.lower(*names_[formula.index].rule->formula));
        lowering_.set_assigned(formula.index, value);
        break;
      }
      case Formula::Kind::reaction: {
        const language::Reaction& reaction = names_.model().reactions[formula.index];
        VESPER_TRY(const NodeId rate, lowering_.lower(*reaction.rate));
        lowering_.set_reaction(formula.index, rate);
        break;
      }
      case Formula::Kind::rate: {
        VESPER_TRY(const NodeId rate, rate_of_change(formula.index));
        lowering_.set_rate(formula.index, rate);
        break;
      }
    }
  }
  return {};
}

// d(meaning of the symbol)/dt, as rateOf sees it; where the symbol is an amount, that is dy/dt.
Result<NodeId> Assembly::rate_of_change(std::size_t symbol) {
  const NamedSymbol& named = names_[symbol];
  State& state = system_.states[named.index];
  if (named.rule != nullptr) {
    VESPER_TRY(const NodeId rate, lowering_.lower(*named.rule->formula));
    state.implicit = named.implicit();
    state.derivative =
        !named.compartment || state.implicit
            ? rate
            : graph_->binary(Op::multiply, rate, lowering_.meaning(*named.compartment));
    return rate;
  }
  state.derivative = change_by_reactions(named);
  if (!named.compartment) return state.derivative;
  const NamedSymbol& compartment = names_[*named.compartment];
  NodeId change = state.derivative;
  if (compartment.role == Role::state) {
    const NodeId growth = graph_->binary(Op::multiply, lowering_.meaning(symbol),
                                         *lowering_.rate(*named.compartment));
    change = graph_->binary(Op::subtract, change, growth);
  }
  return graph_->binary(Op::divide, change, lowering_.meaning(*named.compartment));
}

NodeId Assembly::change_by_reactions(const NamedSymbol& named) {
  NodeId sum = graph_->constant(0);
  const auto add = [&](double sign, NodeId stoichiometry, NodeId rate) {
    const NodeId part = graph_->binary(Op::multiply, stoichiometry, rate);
    sum = graph_->binary(sign > 0 ? Op::add : Op::subtract, sum, part);
  };
  for (const Flux& flux : named.fluxes) {
    const NodeId rate = lowering_.reaction(flux.reaction);
    if (flux.stoichiometry != 0) {
      add(flux.stoichiometry, graph_->constant(std::abs(flux.stoichiometry)), rate);
    }
    for (const Flux::Term& term : flux.terms) add(term.sign, lowering_.meaning(term.symbol), rate);
  }
  if (!named.conversion_factor) return sum;
  return graph_->binary(Op::multiply, lowering_.meaning(*named.conversion_factor), sum);
}

// Rate rules on concentrations in compartments whose size changes still lack c dV/dt; dV/dt may
// itself need states whose rates are finished.
Result<void> Assembly::derive_states() {
  std::vector<bool> done(system_.states.size(), true);
  std::vector<std::size_t> waiting;
  for (const std::size_t symbol : state_symbols_) {
    const NamedSymbol& named = names_[symbol];
    const bool varies = named.compartment && !names_.fixed_size(*named.compartment);
    if (named.rule == nullptr || named.implicit() || !varies) continue;
    waiting.push_back(symbol);
    done[named.index] = false;
  }
  while (!waiting.empty()) {
    const std::size_t before = waiting.size();
    std::erase_if(waiting, [&](std::size_t symbol) {
      const auto rate = volume_rate(*names_[symbol].compartment, done);
      if (!rate) return false;
      State& state = system_.states[names_[symbol].index];
      state.derivative =
          graph_->binary(Op::add, state.derivative,
                         graph_->binary(Op::multiply, lowering_.meaning(symbol), *rate));
      done[names_[symbol].index] = true;
      return true;
    });
    if (waiting.size() < before) continue;
    const NamedSymbol& named = names_[waiting.front()];
    return fail(Code::rule_cycle,
                fmt::format("the rate of '{}' depends on that of its compartment '{}', which "
                            "depends on '{}'",
                            named.symbol->id, named.symbol->compartment, named.symbol->id),
                names_.place(named.rule->span),
                "declare the species `substanceOnly` and write its rule for the amount");
  }
  return {};
}

std::optional<NodeId> Assembly::volume_rate(std::size_t compartment,
                                            const std::vector<bool>& done) {
  const NamedSymbol& named = names_[compartment];
  if (named.role == Role::parameter) return graph_->constant(0);
  if (named.role == Role::state) return system_.states[named.index].derivative;
  const NodeId volume = lowering_.meaning(compartment);
  Differentiator differentiator(*graph_);
  NodeId rate = differentiator.derivative_by_time(volume);
  for (const NodeId id : parts(*graph_, std::span(&volume, 1))) {
    const Node node = (*graph_)[id];
    if (node.op != Op::state) continue;
    if (node.index >= done.size() || !done[node.index]) return std::nullopt;
    const NodeId slope = differentiator.derivative(volume, node.index);
    rate = graph_->binary(
        Op::add, rate, graph_->binary(Op::multiply, slope, system_.states[node.index].derivative));
  }
  return rate;
}

Result<void> Assembly::add_doses() {
  std::vector<std::string> targets;
  for (const std::size_t symbol : state_symbols_) targets.push_back(names_[symbol].symbol->id);
  for (const language::DoseTarget& described : names_.model().dose_targets) {
    const Place place = names_.place(described.span);
    const auto symbol = names_.symbol(described.target);
    if (!symbol) {
      return fail(Code::bad_dose_target,
                  fmt::format("{} doses enter '{}', which the model does not have", described.route,
                              described.target),
                  place, suggest(described.target, targets));
    }
    if (names_[*symbol].role != Role::state) {
      return fail(
          Code::bad_dose_target,
          fmt::format("{} doses cannot enter '{}', which is {}", described.route, described.target,
                      names_[*symbol].role == Role::parameter ? "a parameter"
                                                              : "determined by an assignment rule"),
          place, targets.empty() ? "" : "name a species or a symbol with a rate rule");
    }
    if (names_[*symbol].implicit()) {
      return fail(Code::bad_dose_target,
                  fmt::format("{} doses cannot enter '{}', which an algebraic rule determines",
                              described.route, described.target),
                  place, "name what the rule makes it from");
    }
    for (const DoseTarget& other : system_.dose_targets) {
      if (other.route == described.route && other.drug == described.drug) {
        return fail(
            Code::bad_dose_target,
            fmt::format("where {} doses{} enter is said twice", described.route,
                        described.drug.empty() ? "" : " of " + described.drug),
            place, "keep one of the lines",
            {fmt::format("the first one stands at {}:{}", other.place.file, other.place.line)});
      }
    }
    system_.dose_targets.push_back({described.route, described.drug, names_[*symbol].index, place});
  }
  return {};
}

Result<void> Assembly::add_hypotheses() {
  std::vector<std::string> parameters;
  for (const std::size_t symbol : parameter_symbols_) {
    parameters.push_back(names_[symbol].symbol->id);
  }
  for (const language::Hypothesis& described : names_.model().hypotheses) {
    Hypothesis hypothesis{described.id, described.label, {}, names_.place(described.span)};
    for (const Hypothesis& other : system_.hypotheses) {
      if (other.id == described.id) {
        return fail(Code::bad_hypothesis, fmt::format("hypothesis '{}' stands twice", other.id),
                    hypothesis.place, "give one of them another id");
      }
    }
    for (const auto& setting : described.settings) {
      const Place place = names_.place(setting.span);
      const auto symbol = names_.symbol(setting.target);
      if (!symbol || names_[*symbol].role != Role::parameter) {
        return fail(Code::bad_hypothesis,
                    fmt::format("hypothesis '{}' sets '{}', which is no parameter of the model",
                                described.id, setting.target),
                    place, suggest(setting.target, parameters));
      }
      if (!std::isfinite(setting.value)) {
        return fail(Code::bad_hypothesis,
                    fmt::format("hypothesis '{}' sets '{}' to a value that is not finite",
                                described.id, setting.target),
                    place);
      }
      const std::uint32_t index = names_[*symbol].index;
      for (const auto& [other, value] : hypothesis.settings) {
        if (other != index) continue;
        return fail(Code::bad_hypothesis,
                    fmt::format("hypothesis '{}' sets '{}' twice", described.id, setting.target),
                    place, "keep one of them");
      }
      hypothesis.settings.emplace_back(index, setting.value);
    }
    system_.hypotheses.push_back(std::move(hypothesis));
  }
  return {};
}

Result<void> Assembly::check_units() {
  VESPER_TRY(dimensions_, Dimensions::derive(names_));
  return dimensions_->check();
}

void Assembly::identify(Identity& identity, std::size_t symbol) const {
  const language::Symbol& described = *names_[symbol].symbol;
  identity.id = described.id;
  identity.display_name = described.display_name;
  identity.place = names_.place(described.span);
  identity.unit = dimensions_->of_symbol(symbol);
  for (const language::Annotation& annotation : described.annotations) {
    std::string* text = annotation.keyword == "description" ? &identity.description
                        : annotation.keyword == "notes"     ? &identity.notes
                                                            : nullptr;
    if (text != nullptr) *text += (text->empty() ? "" : "; ") + annotation.text;
  }
}

void Assembly::name_everything() {
  for (const std::size_t symbol : parameter_symbols_) {
    const NamedSymbol& named = names_[symbol];
    Parameter& parameter = system_.parameters[named.index];
    identify(parameter, symbol);
    if (named.compartment && named.symbol->initial_is_amount) {
      parameter.unit = dimensions_->amount(symbol);
    }
    parameter.changed_by_events = named.set_by_events;
    parameter.uncertainty = named.symbol->uncertainty;
    parameter.distribution = named.symbol->distribution;
  }
  for (const std::size_t symbol : state_symbols_) {
    State& state = system_.states[names_[symbol].index];
    identify(state, symbol);
    if (names_[symbol].compartment) state.unit = dimensions_->amount(symbol);
  }
}

void Assembly::list_outputs() {
  const auto list = [&](std::size_t symbol) {
    Output output;
    identify(output, symbol);
    output.value = lowering_.meaning(symbol);
    system_.outputs.push_back(std::move(output));
  };
  for (const std::size_t symbol : state_symbols_) list(symbol);
  for (std::size_t i = 0; i < names_.symbols().size(); ++i) {
    if (names_[i].role == Role::assigned) list(i);
  }
  for (std::size_t i = 0; i < names_.model().reactions.size(); ++i) {
    const language::Reaction& reaction = names_.model().reactions[i];
    Output output;
    output.id = reaction.id;
    output.display_name = reaction.display_name;
    output.place = names_.place(reaction.span);
    output.unit = dimensions_->of_reaction(i);
    output.value = lowering_.reaction(i);
    system_.outputs.push_back(std::move(output));
  }
  for (const std::size_t symbol : parameter_symbols_) {
    if (names_[symbol].set_by_events) list(symbol);
  }
}

System Assembly::finish() {
  name_everything();
  list_outputs();
  system_.jacobian = jacobian(*graph_, system_.states);
  std::vector<NodeId> derivatives;
  for (const State& state : system_.states) derivatives.push_back(state.derivative);
  system_.time_roots = switching_roots(*graph_, changes_, derivatives);
  system_.delays = lowering_.delays();
  for (Delay& delay : system_.delays) {
    delay.before = delay.rate_of ? delayed_before_the_start(delay) : before_the_start(delay.value);
  }
  system_.graph = graph_;
  return std::move(system_);
}

namespace {

Result<System> assemble(const language::Model& model) {
  VESPER_TRY(const Names names, Names::resolve(model));
  Assembly assembly(names);
  VESPER_CHECK(assembly.lower_formulas());
  VESPER_CHECK(assembly.derive_states());
  VESPER_CHECK(assembly.give_initial_values());
  VESPER_CHECK(assembly.add_events());
  VESPER_CHECK(assembly.add_doses());
  VESPER_CHECK(assembly.add_hypotheses());
  VESPER_CHECK(assembly.check_units());
  return assembly.finish();
}

}  // namespace

Result<System> build(const language::Model& model) {
  if (!has_algebraic_rules(model)) return assemble(model);
  VESPER_TRY(const language::Model solved, solve_algebraic_rules(model));
  return assemble(solved);
}

}  // namespace vesper::equations
