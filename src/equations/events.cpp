// Events: a trigger with the real-valued roots where it can turn, and what it sets.
#include <fmt/format.h>

#include <algorithm>

#include "equations/analysis.h"
#include "equations/assembly.h"

namespace vesper::equations {

Result<void> Assembly::add_events() {
  for (const language::Event& described : names_.model().events) {
    VESPER_TRY(Event made, event(described));
    system_.events.push_back(std::move(made));
  }
  return {};
}

Result<Event> Assembly::event(const language::Event& described) {
  Event event;
  event.id = described.id;
  event.place = names_.place(described.span);
  VESPER_TRY(event.trigger, lowering_.lower(*described.trigger));
  VESPER_CHECK(watch_trigger(described, event));
  std::vector<std::size_t> set;
  std::vector<NodeId> values;
  for (const language::EventAssignment& assignment : described.assignments) {
    set.push_back(*names_.symbol(assignment.target));
    VESPER_TRY(const NodeId value, lowering_.lower(*assignment.formula));
    values.push_back(value);
  }
  for (std::size_t i = 0; i < set.size(); ++i) {
    VESPER_TRY(const Event::Assignment assignment,
               event_assignment(described.assignments[i], set, values, i));
    event.assignments.push_back(assignment);
  }
  return event;
}

Result<void> Assembly::watch_trigger(const language::Event& described, Event& event) {
  event.roots = switching_roots(*graph_, changes_, std::span(&event.trigger, 1));
  const auto refuse = [&](std::string message, std::string mend) {
    return fail(Code::bad_trigger, std::move(message), names_.place(described.trigger->span),
                std::move(mend));
  };
  if (changes_.of(event.trigger) == Change::smoothly) {
    return refuse(fmt::format("the trigger of '{}' is a number, not a condition", described.id),
                  "compare it with something: `time >= 24`");
  }
  bool follows_events = false;
  for (const NodeId id : parts(*graph_, std::span(&event.trigger, 1))) {
    const Node& node = (*graph_)[id];
    if (node.op == Op::parameter) {
      follows_events = follows_events || names_[parameter_symbols_[node.index]].set_by_events;
    }
    const bool equality = node.op == Op::equal || node.op == Op::not_equal;
    if (equality && std::max(changes_.of(node.a), changes_.of(node.b)) == Change::smoothly) {
      return refuse(fmt::format("the trigger of '{}' waits for two changing quantities to be "
                                "exactly equal",
                                described.id),
                    "write >= or <= in place of ==");
    }
  }
  if (changes_.of(event.trigger) == Change::never && !follows_events) {
    return refuse(fmt::format("the trigger of '{}' never changes, so it never fires", described.id),
                  "name time, a state or something that events change");
  }
  return {};
}

// A species' name means a concentration where it lies in a compartment: its amount becomes the
// concentration times the size that the compartment has after the event.
Result<Event::Assignment> Assembly::event_assignment(const language::EventAssignment& described,
                                                     const std::vector<std::size_t>& set,
                                                     const std::vector<NodeId>& values,
                                                     std::size_t which) {
  using Target = Event::Assignment::Target;
  const NamedSymbol& named = names_[set[which]];
  if (named.role == Role::parameter) {
    return Event::Assignment{Target::parameter, named.index, values[which]};
  }
  if (!named.compartment) return Event::Assignment{Target::state, named.index, values[which]};

  Substitution after(*graph_);
  std::vector<NodeId> concentrations;
  for (std::size_t i = 0; i < set.size(); ++i) {
    const NamedSymbol& other = names_[set[i]];
    const NodeId leaf =
        other.role == Role::parameter ? graph_->parameter(other.index) : graph_->state(other.index);
    if (other.compartment) {
      concentrations.push_back(leaf);
    } else {
      after.replace(leaf, values[i]);
    }
  }
  const NodeId before = lowering_.meaning(*named.compartment);
  const std::vector<NodeId> needed = parts(*graph_, std::span(&before, 1));
  for (const NodeId leaf : concentrations) {
    if (std::binary_search(needed.begin(), needed.end(), leaf)) {
      return fail(Code::not_assignable,
                  fmt::format("'{}' cannot be set here: the size of its compartment '{}' depends "
                              "on what the same event sets",
                              described.target, named.symbol->compartment),
                  names_.place(described.span), "declare the species `substanceOnly`");
    }
  }
  const NodeId amount = graph_->binary(Op::multiply, values[which], after(before));
  return Event::Assignment{Target::state, named.index, amount};
}

}  // namespace vesper::equations
