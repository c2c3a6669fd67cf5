// The arithmetic of a step over vectors of lanes, compiled once for each width of vector.
//
// Arrays are [item][lane], aligned to a whole vector, as in kernels.h; a `Vector` is one item.
// Every result of a lane depends on that lane alone.  The bodies are in lane_ops_body.h, which
// lane_ops_8.cpp, _4.cpp and _2.cpp compile for AVX-512, for AVX2 with FMA, and for the least that
// the processor family has.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vesper::solve {

inline constexpr std::size_t most_lanes = 8;

struct alignas(64) Vector {
  double at[most_lanes];
  double& operator[](std::size_t lane) { return at[lane]; }
  double operator[](std::size_t lane) const { return at[lane]; }
};

// A set of lanes: bit l is lane l.
using LaneSet = std::uint32_t;

// The clock of each lane and the step that it tries.
struct LaneClock {
  Vector t;         // [time] where the lane stands
  Vector next;      // [time] where the step that is tried ends
  Vector stop;      // [time] at which something happens; no step goes beyond
  Vector grid;      // [time] of the next row of output; infinity when none is left
  Vector h;         // [time] step length to try next
  Vector longest;   // [time] longest step allowed
  Vector step;      // [time] length of the step that is tried
  Vector inverse;   // 1 / step
  Vector diagonal;  // 1 / (step gamma), of the matrix that Rosenbrock stages are solved with
  Vector error;     // squared weighted root mean square of the error estimate; above 1 is refused
  Vector relative;  // relative tolerance
  Vector floor;     // relative tolerance times Tolerances::of_largest
  Vector first, last;  // [time] the inside of the stretch between two stops
  // Counts of steps: tried, accepted, and of those accepted ones that stability held back since the
  // latest check; and those at which to look whether the run gets on and at the method.
  Vector attempts, accepted, stiff_steps, look_at, check_at;
  Vector growth;           // at most, from a step to the next
  LaneSet shortened = 0;  // the step was cut to meet the stop
  LaneSet refused = 0;    // the step before was refused
  LaneSet slaved = 0;     // something is so fast that it only follows the rest in this step
};

struct Verdict {
  LaneSet accepted = 0;
  LaneSet reached = 0;   // accepted, and ends at the stop
  LaneSet grid_due = 0;  // accepted, with a row of output inside the step or, short of a stop, at
                         // its end
  LaneSet look = 0;      // attempts have come to look_at
  LaneSet check = 0;     // accepted steps have come to check_at
};

// Inputs that release over time, one vector of them: rate = amplitude * exp((shape - 1) ln age -
// rate age + norm), age = t - start.  Lanes without one have the amplitude 0.
struct Releases {
  Vector start, amplitude, power, rate, norm;
  bool constant = true;  // no lane has an exponential: power, rate and norm are 0 in all
};

// Some of the states: those that a formula needs.
struct Wanted {
  std::size_t states = 0;  // in all
  const std::uint32_t* index = nullptr;
  std::size_t count = 0;
};

struct LaneOps {
  std::size_t lanes;

  // step, next, inverse from t, h, longest and stop: to the stop, or half way to it, where the step
  // would end at or near it.
  void (*plan)(LaneClock& clock);
  // Accepts and refuses the steps of `lanes` by clock.error, and proposes h.  `stiffness`, of
  // explicit steps, or null.
  Verdict (*decide)(LaneClock& clock, LaneSet lanes, const Vector* stiffness);
  // Refreshes grid_due after t or grid has changed: rows at or before `next` (before the stop).
  LaneSet (*grid_due)(const LaneClock& clock, LaneSet accepted, LaneSet reached);

  // Stage i (from 0) of Rodas5P: its argument u and g = sum_j c_ij U_j / h + h gamma_i dfdt; dfdt
  // may be null for 0.  For i >= 6 u is that of the stage before plus U_{i-1}.
  void (*rosenbrock_stage)(std::size_t i, std::size_t states, const LaneClock& clock,
                           const double* y, const double* stages, const double* dfdt, double* u,
                           double* g);
  // u of stage 8 becomes y(next); clock.error from U_8, or far too large where a pivot in lu is
  // negative: there something grows by itself within less than a step, and an implicit method would
  // not follow but damp it.  `absolute` first rises to floor |y| where that is more.
  void (*rosenbrock_end)(std::size_t states, LaneClock& clock, const double* y,
                         const double* stages, double* absolute, const double* lu, double* u);
  // u <- y(t + x step) of the states in `wanted`, by the dense output of the method; in the lanes
  // of `corrected` with the correction by `defect` (see rodas5p.h).
  void (*rosenbrock_dense)(const Wanted& wanted, const double* y, const double* y_next,
                           const double* stages, const double* defect, LaneSet corrected,
                           const Vector& x, double* u);
  // What the defect is computed from: the dense output u at x* and g, its slope there, negative.
  void (*rosenbrock_defect)(std::size_t states, const LaneClock& clock, const double* y,
                            const double* y_next, const double* stages, double* u, double* g);

  // Stage i of Tsit5, i = 1..6: its argument u.
  void (*explicit_stage)(std::size_t i, std::size_t states, const LaneClock& clock, const double* y,
                         const double* stages, double* u);
  // clock.error, and `absolute` as above; stiffness: (|k_7 - k_6| / |u_7 - u_6|)^2 h^2, an estimate of |h lambda|^2.
  void (*explicit_end)(std::size_t states, LaneClock& clock, const double* y, const double* stages,
                       double* absolute, const double* y_next, const double* u6,
                       Vector& stiffness);
  void (*explicit_dense)(const Wanted& wanted, const LaneClock& clock, const double* y,
                         const double* stages, const Vector& x, double* u);

  // x <- (at - t) / step
  void (*fraction)(const LaneClock& clock, const Vector& at, Vector& x);
  // inside <- at, between first and last.
  void (*clamp)(const LaneClock& clock, const Vector& at, Vector& inside);
  // t <- next in the lanes of the set.
  void (*advance)(LaneClock& clock, LaneSet lanes);
  // to <- from in the lanes of the set, item by item.
  void (*blend)(std::size_t items, LaneSet lanes, const double* from, double* to);
  // Row of each lane of the set: rows[lane][item] <- values[item][lane].
  void (*scatter)(std::size_t items, LaneSet lanes, const double* values, double* const* rows);

  // rate (added to) and slope (its derivative by time, added to; may be null) of one vector of
  // releases at time t.
  void (*release)(const Releases& releases, const Vector& t, const Vector& step, double* rate,
                  double* slope);
};

// Null where this build or this machine has no such lanes.
const LaneOps* lane_ops(unsigned lanes);

}  // namespace vesper::solve
