// Values at the start of a run.  A formula may name parameters, and also states, assignment rules
// and reactions, which then mean their values at the start: these are put in, so that what remains
// is made of parameters alone and can be computed before the states are.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "equations/analysis.h"
#include "equations/assembly.h"
#include "equations/fold.h"
#include "equations/order.h"

namespace vesper::equations {
namespace {

// The parameters and states (as symbols) that a node is made of.
std::vector<std::size_t> symbols_in(const Graph& graph, NodeId wanted,
                                    const std::vector<std::size_t>& parameter_symbols,
                                    const std::vector<std::size_t>& state_symbols) {
  std::vector<std::size_t> symbols;
  for (const NodeId id : parts(graph, std::span(&wanted, 1))) {
    const Node& node = graph[id];
    if (node.op == Op::parameter) symbols.push_back(parameter_symbols[node.index]);
    if (node.op == Op::state) symbols.push_back(state_symbols[node.index]);
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
         symbols_in(*graph_, nodes[i], parameter_symbols_, state_symbols_)) {
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
  Substitution at_start(*graph_);
  at_start.replace(graph_->time(), graph_->constant(0));
  for (const std::size_t item : ordering.order) {
    const NodeId node = at_start(nodes[item]);
    keep_initial(symbols[item], node);
    const NamedSymbol& named = names_[symbols[item]];
    if (named.role == Role::state) at_start.replace(graph_->state(named.index), node);
  }
  return {};
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
