// The constant half of the reference engine: a system's formulas as programs, shared by all runs.
#pragma once

#include <memory>
#include <vector>

#include "equations/system.h"
#include "reference/cvode.h"
#include "reference/program.h"
#include "solve/time_stops.h"

namespace vesper::solve {

// What an event computes.
struct EventFormulas {
  reference::Program values;    // one per assignment
  reference::Program sizes;     // one per assignment that has a size, in their order
  reference::Program delay;     // one, or none
  reference::Program priority;  // one, or none
};

// One value from the past; see past.h.
struct DelayFormulas {
  reference::Program value, lag, before;  // one each
};

struct Engine {
  Engine(std::shared_ptr<const equations::System> system, std::vector<std::uint32_t> outputs);

  std::shared_ptr<const equations::System> system;
  std::vector<std::uint32_t> outputs;  // indices into system->outputs

  reference::Program initial_states;  // one per state
  reference::Program derivatives;     // one per state
  reference::Program jacobian;        // entries of system->jacobian
  reference::Program output_values;   // one per outputs
  // One per event (its trigger); then one per switch, a node whose sign change is a jump of f that
  // the clock does not foretell; then the roots of triggers that may be true for less than a step.
  reference::Program conditions;
  std::size_t switches_end = 0;  // of the conditions
  std::vector<EventFormulas> events;
  std::vector<DelayFormulas> past;  // one per delay

  std::vector<std::uint32_t> implicit;  // states that an algebraic rule determines, ascending

  // df/dy with the whole diagonal; a system without states gets one that rests, since CVODE wants
  // at least one.
  reference::SparsePattern pattern;
  std::vector<std::uint32_t> position;  // of each entry of system->jacobian in the pattern

  TimeStops time_stops;
  bool watches = false;     // can a condition change between stops?
  std::size_t scratch = 0;  // elements that the largest program needs
};

bool infinite_by_the_model(const equations::System& system, std::size_t parameter);

// The formulas of the outputs, and those that Engine::conditions looks at.
std::vector<equations::NodeId> output_nodes(const equations::System& system,
                                            const std::vector<std::uint32_t>& outputs);
std::vector<equations::NodeId> condition_nodes(const equations::System& system);

}  // namespace vesper::solve
