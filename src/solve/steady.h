// Periodic steady state: the state from which one period of dosing leads back to itself.
//
// With Phi(y) the state one period after y, it is the fixed point y = Phi(y).  Repetition comes to
// it as slowly as the slowest process dies away; Newton's method solves for it,
//
//   (I - M) d = Phi(y) - y,   y <- y + d,   M = dPhi/dy
//
// M by differences, all columns side by side in the lanes.  Its eigenvalues (Floquet multipliers)
// tell what repetition would have taken, and whether there is a steady state to find: one of 1 is
// an amount that is kept (and stays what it was) or that grows (and there is none); one above 1
// means that doses do not lead there.
//
// A state that no other depends on (an amount excreted in all) may grow for ever: it begins at its
// initial value.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "solve/solve.h"

namespace vesper::solve {

struct PeriodicProblem {
  std::vector<double> parameters;
  std::vector<Input> inputs;  // of one period, at times in [start, start + period)
  double start = 0;           // [time] when a period begins, before its doses
  double period = 0;          // [time]
  Tolerances tolerances;      // of the integration; made tighter where the iteration needs it
  double accuracy = 1e-6;     // of each state, relative to its largest value in a period
};

struct PeriodicState {
  std::vector<double> states;  // at the start of a period, before its doses
  std::vector<Input> earlier;  // from before the start, still releasing after it: for a Problem
                               // that is `continued` from `states`
  double error = 0;            // estimate, as `accuracy` counts
  std::size_t periods = 0;     // integrated, those side by side counted one by one
  unsigned iterations = 0;     // of Newton's method; 0: repetition was enough
  // Periods that repetition would take to the same accuracy, by the largest multiplier below 1.
  double by_repetition = 0;
  double saved() const { return by_repetition - static_cast<double>(periods); }
};

// Why there is none, in words with the state that is to blame ("'eliminated' grows by 9.3 each
// period"), or the failure of an integration.
struct NoPeriodicState {
  std::string state;
  std::string reason;
};

tl::expected<PeriodicState, NoPeriodicState> periodic_state(const Compiled& compiled,
                                                            const PeriodicProblem& problem);

}  // namespace vesper::solve
