// The patient in a lane: what is looked at once a dose, an event or a row of output, and not in the
// arithmetic of every step.
#pragma once

#include <vector>

#include "solve/lanes.h"

namespace vesper::solve {

struct Lanes::Patient {
  Patient(const Engine& engine, const Problem& problem, std::size_t place)
      : course(engine, problem), index(place) {}

  Course course;
  std::size_t index;            // of the problem
  std::vector<double> largest;  // of each output so far, for the trace
  // A good first step after a restart, from the latest one; 0 before there was one.  Doses come
  // every night, and the first step after each is much like that after the one before.
  double restart_step = 0;

  // The choice of method; see choose_method.
  double mark_time = 0, mark_accepted = 0;  // at the latest look back
  double since_switch = 0;                  // accepted steps
  double pause = 1000;                      // accepted steps before the next trial
  bool on_trial = false;
  double worth_before = 0;                           // of the method that is not on trial
  double explicit_attempts = 0, explicit_since = 0;  // steps tried; attempts at the switch to it
};

inline constexpr std::size_t rows_together = 4;  // of a lane, before they go to its solution

// Calls f(lane) for each lane of the set, in order.
template <class F>
void for_each_lane(LaneSet lanes, F f) {
  for (; lanes != 0; lanes &= lanes - 1) f(static_cast<std::size_t>(__builtin_ctz(lanes)));
}
inline LaneSet one(std::size_t lane) {
  return LaneSet{1} << lane;
}

}  // namespace vesper::solve
