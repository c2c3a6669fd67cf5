#include "solve/engine.h"

#include <algorithm>
#include <cassert>

namespace vesper::solve {

using equations::Event;
using equations::Graph;
using equations::Jacobian;
using equations::NodeId;
using equations::Op;
using equations::System;
using reference::Program;

namespace {

template <class Items, class Member>
std::vector<NodeId> nodes(const Items& items, Member member) {
  std::vector<NodeId> result;
  for (const auto& item : items) result.push_back(item.*member);
  return result;
}

// Jumps of f that depend on a state, or on time in a way that cannot be solved for beforehand.
std::vector<NodeId> switches(const System& system) {
  std::vector<NodeId> result;
  for (NodeId root : system.time_roots)
    if (!TimeStops::foreseen(*system.graph, root)) result.push_back(root);
  return result;
}

// Roots of triggers of several conditions: `3 < x && x < 4` may be true for less than a step, but
// not without a change of sign.
std::vector<NodeId> window_roots(const System& system) {
  std::vector<NodeId> result;
  for (const Event& event : system.events) {
    if (event.roots.size() < 2) continue;
    for (NodeId root : event.roots)
      if (!TimeStops::foreseen(*system.graph, root)) result.push_back(root);
  }
  return result;
}

std::vector<EventFormulas> event_formulas(const System& system) {
  std::vector<EventFormulas> result;
  const auto given = [](std::optional<NodeId> node) {
    return node ? std::vector<NodeId>{*node} : std::vector<NodeId>();
  };
  for (const Event& event : system.events) {
    std::vector<NodeId> sizes;
    for (const Event::Assignment& assignment : event.assignments)
      if (assignment.size) sizes.push_back(*assignment.size);
    const Graph& graph = *system.graph;
    result.push_back({Program(graph, nodes(event.assignments, &Event::Assignment::value)),
                      Program(graph, sizes), Program(graph, given(event.delay)),
                      Program(graph, given(event.priority))});
  }
  return result;
}

std::vector<DelayFormulas> delay_formulas(const System& system) {
  std::vector<DelayFormulas> result;
  const auto program = [&](NodeId node) { return Program(*system.graph, std::span(&node, 1)); };
  for (const equations::Delay& delay : system.delays)
    result.push_back({program(delay.value), program(delay.lag), program(delay.before)});
  return result;
}

std::vector<NodeId> all_roots(const System& system) {
  std::vector<NodeId> result = system.time_roots;
  for (const Event& event : system.events)
    result.insert(result.end(), event.roots.begin(), event.roots.end());
  return result;
}

// Can this trigger turn between two stops?  Not when all it looks at are clocks that the stops
// know.  A trigger without roots says nothing about itself, so it is watched.
bool turns_between_stops(const System& system, const Event& event) {
  return event.roots.empty() || !std::ranges::all_of(event.roots, [&](NodeId root) {
           return TimeStops::foreseen(*system.graph, root);
         });
}

reference::SparsePattern with_diagonal(const Jacobian& jacobian, std::uint32_t states,
                                       std::vector<std::uint32_t>& position) {
  reference::SparsePattern pattern;
  pattern.column_start.push_back(0);
  position.assign(jacobian.row.size(), 0);
  for (std::uint32_t column = 0; column < std::max(states, 1u); ++column) {
    bool diagonal_done = false;
    const auto add_diagonal = [&] {
      if (!diagonal_done) pattern.row.push_back(column);
      diagonal_done = true;
    };
    for (std::uint32_t k = states > 0 ? jacobian.column_start[column] : 0;
         states > 0 && k < jacobian.column_start[column + 1]; ++k) {
      if (jacobian.row[k] > column) add_diagonal();
      position[k] = static_cast<std::uint32_t>(pattern.row.size());
      pattern.row.push_back(jacobian.row[k]);
      diagonal_done = diagonal_done || jacobian.row[k] == column;
    }
    add_diagonal();
    pattern.column_start.push_back(static_cast<std::uint32_t>(pattern.row.size()));
  }
  return pattern;
}

}  // namespace

std::vector<NodeId> output_nodes(const System& system, const std::vector<std::uint32_t>& outputs) {
  std::vector<NodeId> result;
  for (std::uint32_t output : outputs) {
    assert(output < system.outputs.size());
    result.push_back(system.outputs[output].value);
  }
  return result;
}

std::vector<NodeId> condition_nodes(const System& system) {
  std::vector<NodeId> result = nodes(system.events, &Event::trigger);
  for (NodeId root : switches(system)) result.push_back(root);
  for (NodeId root : window_roots(system)) result.push_back(root);
  return result;
}

Engine::Engine(std::shared_ptr<const System> given, std::vector<std::uint32_t> wanted)
    : system(std::move(given)),
      outputs(std::move(wanted)),
      initial_states(*system->graph, nodes(system->states, &equations::State::initial)),
      derivatives(*system->graph, nodes(system->states, &equations::State::derivative)),
      jacobian(*system->graph, system->jacobian.value),
      output_values(*system->graph, output_nodes(*system, outputs)),
      conditions(*system->graph, condition_nodes(*system)),
      events(event_formulas(*system)),
      past(delay_formulas(*system)),
      time_stops(*system->graph, all_roots(*system)) {
  assert(system->states.empty() ||
         system->jacobian.column_start.size() == system->states.size() + 1);
  for (std::uint32_t k = 0; k < system->states.size(); ++k)
    if (system->states[k].implicit) implicit.push_back(k);
  pattern =
      with_diagonal(system->jacobian, static_cast<std::uint32_t>(system->states.size()), position);
  switches_end = system->events.size() + switches(*system).size();
  watches =
      !switches(*system).empty() || std::ranges::any_of(system->events, [&](const Event& event) {
        return turns_between_stops(*system, event);
      });
  for (const Program* program :
       {&initial_states, &derivatives, &jacobian, &output_values, &conditions})
    scratch = std::max(scratch, program->scratch_size());
  for (const EventFormulas& event : events)
    for (const Program* program : {&event.values, &event.sizes, &event.delay, &event.priority})
      scratch = std::max(scratch, program->scratch_size());
  for (const DelayFormulas& delay : past)
    for (const Program* program : {&delay.value, &delay.lag, &delay.before})
      scratch = std::max(scratch, program->scratch_size());
}

}  // namespace vesper::solve
