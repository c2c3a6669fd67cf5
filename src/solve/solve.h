// One patient through time: doses and events hit exactly, outputs on a grid and densely.
//
//   dy/dt = f(t, y, p) + sum_j r_j(t) e_{s_j},     y jumps by a_j at boluses and by events' rules
//
// (and 0 = f for implicit states, which are found anew after every jump)
//
// where r_j is the input rate of dose part j into state s_j.  Between two stops (dose, release
// corner, event, end) the right-hand side is smooth and one integrator run covers it.
//
// What happens at one time happens in this order: boluses; then events that are due, be it by their
// delay or because their trigger turns true there, by the boluses, by the clock or by the states;
// see course_events.cpp.  Delays and switches by the clock are hit exactly; switches by states are
// found in the dense output to the resolution of time, looking at four places in each step.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "equations/system.h"

namespace vesper::solve {

// What one dose puts into one state.  Amounts in the state's unit, times in the model's time unit.
// Refused, as a failure of the run: an amount below 0 or not finite, a time before the start, a
// duration, rate or scale that is not above 0, and a gamma shape below 1, whose rate is infinite at
// the onset.  An amount of 0 and a time after the end are no dose.
struct Input {
  enum class Shape {
    bolus,        // all of it at `time`
    zero_order,   // amount/duration from `time` for `duration`
    first_order,  // amount * k exp(-k (t - time))
    gamma,        // amount * gamma density of `shape` and `scale` at t - time
  };
  Shape kind = Shape::bolus;
  std::uint32_t state = 0;
  double time = 0;
  double amount = 0;
  double duration = 0;  // zero_order
  double rate = 0;      // first_order: k [1/time]
  double shape = 0;     // gamma
  double scale = 0;     // gamma [time]
};

// r(t) of an input (0 for a bolus; just after the jump where it jumps), and the amount released up
// to t, both included.
double input_rate(const Input& input, double t);
double input_released(const Input& input, double t);

// The local error of a state is held below
//   relative * max(|y|, of_largest * (largest |y| since the start)) + absolute,
// or thereabouts: a state that has passed its peak and dies away need not be followed down to
// nothing.
struct Tolerances {
  double relative = 1e-6;
  double absolute = 1e-9;                 // > 0, in each state's unit, unless listed below
  std::vector<double> absolute_by_state;  // empty, or one per state
  double of_largest = 0;                  // 0 to 1
};

struct Problem {
  std::vector<double> parameters;  // one per System::parameters; see initial_parameters()
  std::vector<Input> inputs;       // any order
  // Inputs from before the start are allowed: boluses are over, and releases go on.  A system with
  // values from the past knows none of that time: then this fails.
  bool continued = false;
  std::vector<double> initial_states;  // empty: the model's own
  double start = 0, end = 0;           // [time]
  std::vector<double> grid;            // ascending, within [start, end]; values just after a jump
  bool trace = false;                  // keep a dense trace too, from `trace_from` to the end
  double trace_from = 0;               // [time] before the start: from the start
  Tolerances tolerances;
  std::size_t most_steps = 2'000'000;  // over the whole run
};

struct Statistics {
  std::uint64_t steps = 0, evaluations = 0, jacobians = 0, newton_iterations = 0,
                error_test_failures = 0, restarts = 0, events = 0;
  // Of periodic steady states that runs began from: periods integrated to find them, and those that
  // repetition would have taken.
  std::uint64_t steady_periods = 0, steady_periods_by_repetition = 0;
  Statistics& operator+=(const Statistics& other);
};

struct Failure {
  double time = 0;     // [time] where it stopped
  std::string state;   // label of the state that is to blame, where one is
  std::string reason;  // "the step size fell to zero", "MOR became not a number", ...
};

// Output values at ascending times.  A jump is two points at the same time, before and after.
// Points lie so close that the curve may be read between two as an exponential, where it falls to a
// positive value, or a straight line: trace.h says within what.
struct Trace {
  std::vector<double> times;
  std::vector<double> values;  // times x outputs, row by row
};

struct Solution {
  std::vector<double> values;        // grid x outputs, row by row; NaN where a formula is 0/0
  Trace trace;                       // empty unless asked for; every step and points between
  std::vector<double> final_states;  // states at the end
  std::vector<double> final_parameters;
  Statistics statistics;
  std::optional<Failure> failure;  // values after failure->time are absent (grid cut short)
};

// A system made ready for an engine: constant, shared by all threads.
class Compiled {
 public:
  virtual ~Compiled() = default;
  virtual const equations::System& system() const = 0;
  // The outputs that solve() computes, as indices into system().outputs.
  virtual std::span<const std::uint32_t> outputs() const = 0;
  // Never throws on numbers; a failed patient is a Solution with a failure.
  virtual Solution solve(const Problem& problem) const = 0;
  // The same for many, where the fast engine fills its lanes: done(i, solution) is called on this
  // thread once for each, in any order, until it returns false: then the rest is left alone.  A
  // solution does not depend on the other problems, to the last bit.
  using Done = std::function<bool(std::size_t, Solution)>;
  virtual void solve_all(std::span<const Problem> problems, const Done& done) const;

  // Patients side by side, and how the code was come by; of the reference engine 1, no and 0.
  virtual unsigned lanes() const { return 1; }
  virtual bool from_cache() const { return false; }
  virtual double compile_seconds() const { return 0; }
};

// The interpreter and CVODE.
std::unique_ptr<Compiled> compile_reference(std::shared_ptr<const equations::System> system,
                                            std::vector<std::uint32_t> outputs);

// How the fast engine steps.
enum class Method {
  automatic,   // each lane by itself: explicit where the model is not stiff, else Rosenbrock
  rosenbrock,  // linearly implicit, order 5 or 4
  explicit_,   // Runge-Kutta
};

struct FastOptions {
  unsigned lanes = 0;  // 8, 4 or 2; 0: the widest that this machine has
  Method method = Method::automatic;
  std::filesystem::path cache;  // folder of compiled code; empty: none
};

// Compiled lanes, one patient in each.  The reason why not, in words.  The steppers of the lanes
// are for ordinary equations: a system with implicit states or with values from the past is solved
// by the reference engine.
tl::expected<std::unique_ptr<Compiled>, std::string> compile_fast(
    std::shared_ptr<const equations::System> system, std::vector<std::uint32_t> outputs,
    const FastOptions& options);

// The parameter vector: typical values, `overrides` (index, value) put in, then the initial
// assignments of the others in order.  The failure names a parameter that is not finite.
tl::expected<std::vector<double>, Failure> initial_parameters(
    const equations::System& system, std::span<const std::pair<std::uint32_t, double>> overrides);

}  // namespace vesper::solve
