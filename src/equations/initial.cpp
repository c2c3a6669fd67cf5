// Values at the start of a run.  A formula may name parameters, and also states, assignment rules
// and reactions, which then mean their values at the start: these are put in, so that what remains
// is made of parameters alone and can be computed before the states are.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "equations/analysis.h"
#include "equations/assembly.h"
#include "equations/fold.h"
#include "equations/order.h"

namespace vesper::equations {
namespace {

// The parameters and states (as symbols) that a node is made of, at the start.
std::vector<std::size_t> symbols_in(const Graph& graph, NodeId wanted,
                                    const std::vector<std::size_t>& parameter_symbols,
                                    const std::vector<std::size_t>& state_symbols,
                                    const std::vector<Delay>& delays) {
  std::vector<std::size_t> symbols;
  for (const NodeId id : parts(graph, std::span(&wanted, 1))) {
    const Node& node = graph[id];
    if (node.op == Op::parameter) symbols.push_back(parameter_symbols[node.index]);
    if (node.op != Op::state) continue;
    if (node.index < state_symbols.size()) {
      symbols.push_back(state_symbols[node.index]);
      continue;
    }
    const Delay& delay = delays[node.index - state_symbols.size()];
    for (const NodeId part : {delay.value, delay.lag}) {
      const auto more = symbols_in(graph, part, parameter_symbols, state_symbols, delays);
      symbols.insert(symbols.end(), more.begin(), more.end());
    }
  }
  return symbols;
}

// In the formula itself, or in a function that only gives a name to a constant: that is how SBML is
// read where a symbol has the name of the constant.
bool says_infinite(const Names& names, const language::Expression& formula) {
  bool found = false;
  for_each(formula, [&](const language::Expression& e) {
    const bool number = e.kind == language::Expression::Kind::number && !std::isfinite(e.value);
    const bool name = e.kind == language::Expression::Kind::name && e.name.size() == 3 &&
                      (e.name == "inf" || e.name == "nan");
    const bool call = e.kind == language::Expression::Kind::call && e.arguments.empty();
    const language::Function* function = call ? names.function(e.name) : nullptr;
    found =
        found || number || name || (function != nullptr && says_infinite(names, *function->body));
  });
  return found;
}

bool uses_time(const Graph& graph, NodeId node) {
  const std::vector<NodeId> all = parts(graph, std::span(&node, 1));
  return std::ranges::any_of(all, [&](NodeId id) { return graph[id].op == Op::time; });
}

}  // namespace

// The initial formula of a symbol, for its parameter or state: a concentration becomes an amount.
Result<NodeId> Assembly::initial_node(std::size_t symbol) {
  const NamedSymbol& named = names_[symbol];
  VESPER_TRY(const NodeId value, lowering_.lower(*named.symbol->initial));
  // A parameter may be `inf` or `nan`, where the model says so in these words.
  const bool said = named.role == Role::parameter && says_infinite(names_, *named.symbol->initial);
  if (!said && graph_->is_constant(value) && !std::isfinite((*graph_)[value].value)) {
    return fail(Code::not_finite,
                fmt::format("the value of '{}' is not a finite number", named.symbol->id),
                names_.place(named.symbol->initial->span));
  }
  const bool concentration =
      named.role == Role::state && named.compartment && !named.symbol->initial_is_amount;
  if (!concentration) return value;
  return graph_->binary(Op::multiply, value, lowering_.meaning(*named.compartment));
}

Result<void> Assembly::give_initial_values() {
  std::vector<std::size_t> symbols;  // with an initial value, in order of appearance
  std::vector<NodeId> nodes;
  for (std::size_t i = 0; i < names_.symbols().size(); ++i) {
    if (names_[i].role == Role::assigned) continue;
    VESPER_TRY(const NodeId node, initial_node(i));
    symbols.push_back(i);
    nodes.push_back(node);
  }
  return order_initial_values(symbols, nodes);
}

Result<void> Assembly::order_initial_values(const std::vector<std::size_t>& symbols,
                                            std::vector<NodeId>& nodes) {
  std::unordered_map<std::size_t, std::size_t> item_of;
  for (std::size_t i = 0; i < symbols.size(); ++i) item_of.emplace(symbols[i], i);
  std::vector<std::vector<std::size_t>> uses(symbols.size());
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    for (const std::size_t used :
         symbols_in(*graph_, nodes[i], parameter_symbols_, state_symbols_, lowering_.delays())) {
      uses[i].push_back(item_of.at(used));
    }
  }
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    for (const std::size_t item : uses[i]) {
      if (!names_[symbols[item]].implicit()) continue;
      const language::Symbol& symbol = *names_[symbols[i]].symbol;
      return fail(Code::unsolvable_rule,
                  fmt::format("the initial value of '{}' depends on '{}', which an algebraic rule "
                              "determines and only the solver finds",
                              symbol.id, names_[symbols[item]].symbol->id),
                  names_.place(symbol.initial->span), "give it a value without it");
    }
  }
  const Ordering ordering = topological_order(uses);
  if (!ordering.cycle.empty()) {
    std::string circle;
    std::vector<std::string> notes;
    for (const std::size_t item : ordering.cycle) {
      const language::Symbol& symbol = *names_[symbols[item]].symbol;
      const Place at = names_.place(symbol.initial->span);
      circle += symbol.id + " -> ";
      notes.push_back(fmt::format("{} gets its initial value at {}:{}:{}", symbol.id, at.file,
                                  at.line, at.column));
    }
    const language::Symbol& first = *names_[symbols[ordering.cycle.front()]].symbol;
    return fail(
        Code::initial_cycle,
        fmt::format("initial values depend on one another in a circle: {}{}", circle, first.id),
        names_.place(first.initial->span), "give one of them a plain number", std::move(notes));
  }
  Substitution at_start(*graph_), now(*graph_);
  at_start.replace(graph_->time(), graph_->constant(0));
  now.replace(graph_->time(), graph_->constant(0));
  const std::function<NodeId(NodeId)> started = [&](NodeId node) {
    for (const NodeId id : delayed_in(node)) {
      const Delay& delay = delay_of(id);
      at_start.replace(id, graph_->is_constant(delay.lag, 0)
                               ? started(delay.value)
                               : now(delayed_before_the_start(delay)));
    }
    return at_start(node);
  };
  for (const std::size_t item : ordering.order) {
    const NodeId node = started(nodes[item]);
    keep_initial(symbols[item], node);
    const NamedSymbol& named = names_[symbols[item]];
    const NodeId before = before_the_start(nodes[item]);
    if (named.role == Role::state) {
      at_start.replace(graph_->state(named.index), node);
      early_.replace(graph_->state(named.index), before);
    } else if (uses_time(*graph_, before)) {
      early_.replace(graph_->parameter(named.index), before);
    }
  }
  return {};
}

const Delay& Assembly::delay_of(NodeId id) const {
  return lowering_.delays()[(*graph_)[id].index - state_symbols_.size()];
}

std::vector<NodeId> Assembly::delayed_in(NodeId node) const {
  std::vector<NodeId> result;
  for (const NodeId id : parts(*graph_, std::span(&node, 1))) {
    const Node& part = (*graph_)[id];
    if (part.op == Op::state && part.index >= state_symbols_.size()) result.push_back(id);
  }
  return result;
}

NodeId Assembly::before_the_start(NodeId node) {
  for (const NodeId id : delayed_in(node)) {
    early_.replace(id, delayed_before_the_start(delay_of(id)));
  }
  return early_(node);
}

NodeId Assembly::delayed_before_the_start(const Delay& delay) {
  if (delay.rate_of) {
    const NodeId state = before_the_start(graph_->state(*delay.rate_of));
    return graph_->constant(uses_time(*graph_, state) ? std::numeric_limits<double>::quiet_NaN()
                                                      : 0.0);
  }
  const NodeId lag = before_the_start(delay.lag);
  const NodeId value = before_the_start(delay.value);
  Substitution shift(*graph_);
  shift.replace(graph_->time(), graph_->binary(Op::subtract, graph_->time(), lag));
  return shift(value);
}

void Assembly::keep_initial(std::size_t symbol, NodeId node) {
  const NamedSymbol& named = names_[symbol];
  if (named.role == Role::state) {
    system_.states[named.index].initial = node;
    return;
  }
  Parameter& parameter = system_.parameters[named.index];
  if (graph_->is_constant(node)) {
    parameter.value = (*graph_)[node].value;
  } else {
    parameter.initial = node;
    system_.initial_order.push_back(named.index);
  }
}

}  // namespace vesper::equations
