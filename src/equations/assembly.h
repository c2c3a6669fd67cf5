// The steps from a resolved model to a System; build() says them in order.
#pragma once

#include <memory>

#include "equations/analysis.h"
#include "equations/dimensions.h"
#include "equations/graph.h"
#include "equations/lowering.h"
#include "equations/names.h"
#include "equations/system.h"

namespace vesper::equations {

class Assembly {
 public:
  explicit Assembly(const Names& names);

  Result<void> lower_formulas();       // assignment rules, reaction rates, rates of change
  Result<void> derive_states();        // dy/dt
  Result<void> give_initial_values();  // p and y at the start
  Result<void> add_events();
  Result<void> add_doses();
  Result<void> add_hypotheses();
  Result<void> check_units();
  System finish();  // identities, outputs, Jacobian, roots

 private:
  Result<NodeId> rate_of_change(std::size_t symbol);
  NodeId change_by_reactions(const NamedSymbol& named);  // d(amount)/dt
  Result<NodeId> initial_node(std::size_t symbol);
  Result<void> order_initial_values(const std::vector<std::size_t>& symbols,
                                    std::vector<NodeId>& nodes);
  void keep_initial(std::size_t symbol, NodeId node);
  const Delay& delay_of(NodeId id) const;  // of a node that comes from the past
  std::vector<NodeId> delayed_in(NodeId node) const;
  NodeId before_the_start(NodeId node);  // over time and parameters
  NodeId delayed_before_the_start(const Delay& delay);
  Result<Event> event(const language::Event& described);
  Result<void> watch_trigger(const language::Event& described, Event& event);
  bool linear_in_time(NodeId node);
  Result<Event::Assignment> event_assignment(const language::EventAssignment& described);
  std::optional<NodeId> volume_rate(std::size_t compartment, const std::vector<bool>& done);
  void identify(Identity& identity, std::size_t symbol) const;
  void name_everything();
  void list_outputs();

  const Names& names_;
  std::shared_ptr<Graph> graph_;
  Changes changes_;
  Lowering lowering_;
  Substitution early_;  // of states, and of parameters that begin by the clock
  std::optional<Dimensions> dimensions_;
  std::vector<std::size_t> parameter_symbols_, state_symbols_;  // by index
  System system_;
};

}  // namespace vesper::equations
