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
  event.persistent = described.persistent;
  event.initial_value = described.initial_value;
  event.uses_trigger_values = described.uses_trigger_values;
  VESPER_TRY(event.trigger, lowering_.lower(*described.trigger));
  VESPER_CHECK(watch_trigger(described, event));
  if (described.delay) {
    VESPER_TRY(event.delay, lowering_.lower(*described.delay));
  }
  if (described.priority) {
    VESPER_TRY(event.priority, lowering_.lower(*described.priority));
  }
  for (const language::EventAssignment& assignment : described.assignments) {
    VESPER_TRY(const Event::Assignment made, event_assignment(assignment));
    event.assignments.push_back(made);
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
  for (const NodeId id : parts(*graph_, std::span(&event.trigger, 1))) {
    const Node node = (*graph_)[id];
    const bool equality = node.op == Op::equal || node.op == Op::not_equal;
    if (!equality || std::max(changes_.of(node.a), changes_.of(node.b)) != Change::smoothly) {
      continue;
    }
    const NodeId difference = graph_->binary(Op::subtract, node.a, node.b);
    if (!linear_in_time(difference)) {
      return refuse(fmt::format("the trigger of '{}' waits for two changing quantities to be "
                                "exactly equal",
                                described.id),
                    "write >= or <= in place of ==");
    }
    event.roots.push_back(difference);
  }
  return {};
}

// A clock, whose zero is hit exactly.
bool Assembly::linear_in_time(NodeId node) {
  for (const NodeId id : parts(*graph_, std::span(&node, 1))) {
    if ((*graph_)[id].op == Op::state) return false;
  }
  return changes_.of(Differentiator(*graph_).derivative_by_time(node)) == Change::never;
}

// A species' name means a concentration where it lies in a compartment: its amount becomes the
// concentration times the size that the compartment has at the execution, before it is set itself
// (as in the SBML test suite's case 01506).
Result<Event::Assignment> Assembly::event_assignment(const language::EventAssignment& described) {
  using Target = Event::Assignment::Target;
  const NamedSymbol& named = names_[*names_.symbol(described.target)];
  VESPER_TRY(const NodeId value, lowering_.lower(*described.formula));
  const bool to_parameter = named.role == Role::parameter;
  Event::Assignment made{to_parameter ? Target::parameter : Target::state, named.index, value, {}};
  if (!to_parameter && named.compartment) made.size = lowering_.meaning(*named.compartment);
  return made;
}

}  // namespace vesper::equations
