// dy/dt = f(t, y, p) + sum_j r_j(t) e_{s_j} between stops, jumps at them; see solve.h.
//
// A stop is a time that is known beforehand at which something changes at once: a bolus, a release
// that begins or ends, a switch by the clock, the end.  The integrator starts afresh at each.
// Triggers and switches that depend on states are watched on the way, by the interpolating
// polynomial of each accepted step, and found by bisection.  (CVODE's own root finder sees sign
// changes of real functions.  A trigger is a truth value: it may turn right after a dose, or leave
// a root function that is exactly 0 there, which that finder reports as an error or switches off.)

#include "solve/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "solve/times.h"

namespace vesper::solve {

using equations::Event;

namespace {

// Events at one time that set each other off: more is a model that never comes to rest.
constexpr int longest_chain = 1000;
// Places in a step where conditions are looked at.
constexpr int probes = 4;
// In so many steps time must advance by this part of the whole, or the run is stuck.
constexpr std::uint64_t patience = 10'000;
constexpr double least_advance = 1e-9;
// A stretch of the trace is halved until a straight line misses its middle by less than this,
// relative to the value there or, for values near 0, to the largest value so far.  The middle is
// kept, so that what is left is a quarter of it.
constexpr double straight_enough = 2e-4;
constexpr double near_zero = 1e-8;
constexpr unsigned deepest_halving = 7;
// Without states the integrator has nothing to resolve, and formulas of time alone set no step.
constexpr int steps_without_states = 256;

}  // namespace

Run::Run(const Engine& engine, const Problem& problem)
    : engine_(engine),
      problem_(problem),
      states_(engine.system->states.size()),
      forcing_({}),
      t_(problem.start),
      y_(std::max<std::size_t>(states_, 1), 0.0),
      p_(problem.parameters),
      held_(engine.conditions.result_count(), 0),
      now_(held_.size(), 0),
      mark_time_(problem.start),
      scratch_(engine.scratch),
      jacobian_values_(engine.jacobian.result_count()),
      condition_values_(held_.size()),
      y_between_(y_.size()),
      trace_rows_(engine.outputs.size() * (deepest_halving + 4)),
      largest_(engine.outputs.size(), 0.0) {
  assert(p_.size() == engine.system->parameters.size());
  assert(std::ranges::is_sorted(problem.grid));
  assert(problem.grid.empty() ||
         (problem.grid.front() >= problem.start &&
          (problem.grid.back() <= problem.end || coincide(problem.grid.back(), problem.end))));
}

Solution Run::solve() {
  begin();
  // On entry of each turn y_ is the state at t_ before anything happens there; grid points before
  // t_ are recorded and the trace ends with the values at t_ before its jump.  On exit either t_ is
  // the end, everything at the end has happened and the grid is complete; or the run has failed,
  // and what is recorded lies before the failure.
  while (!failed()) {
    happen();
    if (failed() || t_ >= problem_.end) break;
    travel(next_stop());
  }
  finish();
  return std::move(solution_);
}

void Run::begin() {
  const equations::System& system = *engine_.system;
  const Tolerances& tolerances = problem_.tolerances;
  const auto refuse = [&](std::string reason) { fail(problem_.start, "", std::move(reason)); };

  if (!std::isfinite(problem_.start) || !std::isfinite(problem_.end) ||
      problem_.end < problem_.start)
    return refuse(fmt::format("the time runs from {} to {}", problem_.start, problem_.end));
  if (!(tolerances.relative > 0) || !(tolerances.relative < 1))
    return refuse(fmt::format("the relative tolerance is {}; it must lie between 0 and 1",
                              tolerances.relative));
  std::vector<double> absolute = tolerances.absolute_by_state;
  assert(absolute.empty() || absolute.size() == states_);
  absolute.resize(y_.size(), tolerances.absolute);
  for (double a : absolute)
    if (!(a > 0) || !std::isfinite(a))
      return refuse(fmt::format("an absolute tolerance is {}; it must be above 0", a));
  for (std::size_t k = 0; k < problem_.inputs.size(); ++k)
    if (auto why = refusal(problem_.inputs[k], problem_.start, states_))
      return refuse(fmt::format("input {} {}", k + 1, *why));
  for (std::size_t k = 0; k < p_.size(); ++k)
    if (!std::isfinite(p_[k]))
      return fail(problem_.start, system.parameters[k].label(), "the parameter is not finite");

  engine_.initial_states.evaluate(t_, {}, p_, scratch_, y_);
  for (std::size_t k = 0; k < states_; ++k)
    if (!std::isfinite(y_[k]))
      return fail(problem_.start, state_label(k), "its initial value is not finite");

  forcing_ = Forcing(problem_.inputs);
  cvode_ = std::make_unique<reference::Cvode>(static_cast<reference::Ode&>(*this),
                                              tolerances.relative, absolute);
  solution_.values.reserve(problem_.grid.size() * engine_.outputs.size());
  std::size_t most_assignments = 0;
  for (const Event& event : system.events) most_assignments += event.assignments.size();
  assigned_.resize(most_assignments);
  fired_.reserve(system.events.size());

  // A trigger that is true from the start has not turned true.
  evaluate_conditions(t_, y_);
  held_ = now_;
  if (problem_.trace) {
    evaluate_outputs(t_, y_, trace_row(0));
    add_trace_point(t_, trace_row(0));
  }
}

// Doses first, then the events that they or the clock set off, with the values after the doses.
void Run::happen() {
  forcing_.arrive(t_, std::span(y_).first(states_));
  fire_events();
  if (failed()) return;
  for (std::size_t k = 0; k < states_; ++k)
    if (!std::isfinite(y_[k])) return fail(t_, state_label(k), "it became infinite by a dose");
  record_now();
}

double Run::next_stop() const {
  return std::min({forcing_.next_stop(), engine_.time_stops.next(t_, p_), problem_.end});
}

// One smooth stretch, to the stop or to the first change of a condition on the way.
void Run::travel(double stop) {
  first_ = just_after(t_);
  last_ = just_before(stop);
  if (!(first_ < last_)) {
    t_ = stop;
    return;
  }
  cvode_->restart(t_, y_);
  ++solution_.statistics.restarts;
  const double without_states = (problem_.end - problem_.start) / steps_without_states;
  while (t_ < stop) {
    if (!gets_on()) return;
    cvode_->limit_step(states_ > 0 ? forcing_.longest_step(t_) : without_states);
    const auto reached = cvode_->step(stop);
    ++steps_;
    if (!reached) {
      const reference::CvodeFailure& failure = reached.error();
      return fail(failure.time, failure.state ? state_label(*failure.state) : "", failure.reason);
    }
    const auto change = engine_.watches ? first_change(t_, *reached) : std::nullopt;
    const double to = change.value_or(*reached);
    if (change)
      cvode_->interpolate(to, y_);
    else
      std::ranges::copy(cvode_->state(), y_.begin());
    record(t_, to, change || to == stop);
    t_ = to;
    if (change) return;
  }
}

void Run::finish() {
  if (cvode_) {
    const reference::CvodeStatistics counted = cvode_->statistics();
    solution_.statistics.steps = counted.steps;
    solution_.statistics.evaluations = counted.evaluations;
    solution_.statistics.jacobians = counted.jacobians;
    solution_.statistics.newton_iterations = counted.newton_iterations;
    solution_.statistics.error_test_failures = counted.error_test_failures;
  }
  y_.resize(states_);
  solution_.final_states = std::move(y_);
  solution_.final_parameters = std::move(p_);
  assert(failed() || next_grid_ == problem_.grid.size());
}

// Events fire when their trigger turns from false to true.  Those that turn together take their
// values from before any of them, and are applied in the model's order; then all triggers are
// looked at again.
void Run::fire_events() {
  const std::size_t events = engine_.system->events.size();
  for (int round = 0;; ++round) {
    evaluate_conditions(just_after(t_), y_);
    fired_.clear();
    for (std::size_t k = 0; k < events; ++k)
      if (now_[k] && !held_[k]) fired_.push_back(k);
    held_ = now_;
    if (fired_.empty()) return;
    if (round == longest_chain)
      return fail(t_, "",
                  fmt::format("events set each other off without end; the latest is '{}'",
                              engine_.system->events[fired_.front()].id));
    apply_fired();
    if (failed()) return;
  }
}

void Run::apply_fired() {
  std::span<double> values = assigned_;
  for (std::size_t k : fired_) {
    const reference::Program& program = engine_.assignments[k];
    program.evaluate(t_, y_, p_, scratch_, values);
    values = values.subspan(program.result_count());
  }
  auto value = assigned_.begin();
  for (std::size_t k : fired_) {
    const Event& event = engine_.system->events[k];
    for (const Event::Assignment& assignment : event.assignments) {
      const bool to_state = assignment.target == Event::Assignment::Target::state;
      (to_state ? y_ : p_)[assignment.index] = *value;
      if (!std::isfinite(*value++)) {
        const std::string& label = to_state ? state_label(assignment.index)
                                            : engine_.system->parameters[assignment.index].label();
        return fail(t_, label, fmt::format("event '{}' gave it no finite value", event.id));
      }
    }
    ++solution_.statistics.events;
  }
}

// Grid points at t_, and the second point of the trace where something jumped.
void Run::record_now() {
  const std::size_t width = engine_.outputs.size();
  for (; next_grid_ < problem_.grid.size(); ++next_grid_) {
    const double t = problem_.grid[next_grid_];
    if (t > t_ && !coincide(t, t_)) break;
    const std::size_t end = solution_.values.size();
    solution_.values.resize(end + width);
    evaluate_outputs(t, y_, std::span(solution_.values).subspan(end));
  }
  if (!problem_.trace) return;
  const std::span<double> after = trace_row(0);
  evaluate_outputs(just_after(t_), y_, after);
  const std::span<const double> before = std::span(solution_.trace.values).last(width);
  const bool jumped = !std::ranges::equal(before, after, [](double a, double b) {
    return a == b || std::fabs(a - b) <= 1e-12 * std::fabs(a);
  });
  if (jumped) add_trace_point(t_, after);
}

// False, with a failure, when the run has used up its steps or time stands still.
bool Run::gets_on() {
  const std::uint64_t tries = steps_ + solution_.statistics.restarts;
  if (tries > problem_.most_steps) {
    fail(t_, blamed(), fmt::format("more than {} steps", problem_.most_steps));
    return false;
  }
  if (tries < mark_tries_ + patience) return true;
  if (t_ - mark_time_ < least_advance * (problem_.end - problem_.start)) {
    fail(t_, blamed(), "the step size fell to zero: time stands still");
    return false;
  }
  mark_tries_ = tries;
  mark_time_ = t_;
  return true;
}

// The first time in the step (from, to] at which a trigger has turned true or a switch has turned.
std::optional<double> Run::first_change(double from, double to) {
  double before = from;
  for (int k = 1; k <= probes; ++k) {
    const double probe = k == probes ? to : from + (to - from) * k / probes;
    cvode_->interpolate(probe, y_between_);
    evaluate_conditions(inside(probe), y_between_);
    if (conditions_changed()) return locate_change(before, probe);
    held_ = now_;
    before = probe;
  }
  return std::nullopt;
}

// Bisects to the resolution of time: not changed at `from`, changed at `to`.
double Run::locate_change(double from, double to) {
  while (to - from > 4 * rounding * std::max(std::fabs(from), std::fabs(to))) {
    const double middle = from + (to - from) / 2;
    if (middle <= from || middle >= to) break;
    cvode_->interpolate(middle, y_between_);
    evaluate_conditions(inside(middle), y_between_);
    (conditions_changed() ? to : from) = middle;
  }
  return to;
}

// Grid points in (from, to] and the trace; points where something happens wait for it.
void Run::record(double from, double to, bool something_happens) {
  const std::size_t width = engine_.outputs.size();
  for (; next_grid_ < problem_.grid.size() && problem_.grid[next_grid_] <= to; ++next_grid_) {
    const double t = problem_.grid[next_grid_];
    if (something_happens && coincide(t, to)) break;
    cvode_->interpolate(t, y_between_);
    const std::size_t end = solution_.values.size();
    solution_.values.resize(end + width);
    evaluate_outputs(t, y_between_, std::span(solution_.values).subspan(end));
  }
  if (!problem_.trace) return;
  std::ranges::copy(std::span(solution_.trace.values).last(width), trace_row(0).begin());
  evaluate_outputs(inside(to), y_, trace_row(1));
  trace_between(from, trace_row(0), to, trace_row(1), 0, std::numeric_limits<double>::infinity());
  add_trace_point(to, trace_row(1));
}

// Points strictly between two, so many that straight lines do.
void Run::trace_between(double from, std::span<const double> at_from, double to,
                        std::span<const double> at_to, unsigned depth, double last_excess) {
  const double middle = from + (to - from) / 2;
  if (middle <= from || middle >= to) return;
  const std::span<double> row = trace_row(2 + depth);
  cvode_->interpolate(middle, y_between_);
  evaluate_outputs(middle, y_between_, row);
  // A bend and its counter-bend can meet the line in the middle: a whole step must be straighter.
  const double allowed = depth > 0 ? straight_enough : straight_enough / 8;
  double excess = 0;  // the worst miss, over what is allowed
  for (std::size_t k = 0; k < row.size(); ++k) {
    const double miss = std::fabs(row[k] - (at_from[k] + at_to[k]) / 2);
    if (std::isfinite(row[k])) largest_[k] = std::max(largest_[k], std::fabs(row[k]));
    const double accepted = allowed * std::fabs(row[k]) + near_zero * largest_[k];
    if (miss > accepted) excess = std::max(excess, miss / accepted);
  }
  // Halving brings a smooth curve four times closer to its chord; what does not come closer is
  // rounding noise, of a sum that cancels, and no number of points will straighten it.
  const bool noise = depth > 1 && excess > last_excess / 2;
  const bool halve = excess > 1 && !noise && depth < deepest_halving;
  if (halve) trace_between(from, at_from, middle, row, depth + 1, excess);
  add_trace_point(middle, row);
  if (halve) trace_between(middle, row, to, at_to, depth + 1, excess);
}

void Run::evaluate_conditions(double t, std::span<const double> y) {
  if (now_.empty()) return;
  engine_.conditions.evaluate(t, y, p_, scratch_, condition_values_);
  const std::size_t events = engine_.system->events.size();
  for (std::size_t k = 0; k < now_.size(); ++k)
    now_[k] = k < events ? condition_values_[k] != 0 : condition_values_[k] > 0;
}

// Since the latest probe: has a trigger turned true, or a switch turned either way?
bool Run::conditions_changed() const {
  const std::size_t events = engine_.system->events.size();
  for (std::size_t k = 0; k < now_.size(); ++k)
    if (k < events ? now_[k] && !held_[k] : now_[k] != held_[k]) return true;
  return false;
}

void Run::evaluate_outputs(double t, std::span<const double> y, std::span<double> row) {
  engine_.output_values.evaluate(t, y, p_, scratch_, row);
}

void Run::add_trace_point(double t, std::span<const double> row) {
  solution_.trace.times.push_back(t);
  solution_.trace.values.insert(solution_.trace.values.end(), row.begin(), row.end());
}

void Run::derivatives(double t, std::span<const double> y, std::span<double> dydt) {
  if (states_ == 0) {
    dydt[0] = 0;
    return;
  }
  engine_.derivatives.evaluate(inside(t), y, p_, scratch_, dydt);
  forcing_.add_rates(inside(t), dydt);
}

void Run::jacobian(double t, std::span<const double> y, std::span<double> entries) {
  std::ranges::fill(entries, 0.0);
  engine_.jacobian.evaluate(inside(t), y, p_, scratch_, jacobian_values_);
  for (std::size_t k = 0; k < jacobian_values_.size(); ++k)
    entries[engine_.position[k]] = jacobian_values_[k];
}

// Formulas are evaluated strictly between two stops, so that `time < 24` never shows its far side
// to a step that ends at 24.
double Run::inside(double t) const {
  return std::clamp(t, first_, last_);
}

std::span<double> Run::trace_row(unsigned k) {
  const std::size_t width = engine_.outputs.size();
  return std::span(trace_rows_).subspan(k * width, width);
}

void Run::fail(double time, std::string state, std::string reason) {
  solution_.failure = Failure{time, std::move(state), std::move(reason)};
}

std::string Run::blamed() const {
  const auto state = cvode_->blame();
  return state ? state_label(*state) : "";
}

const std::string& Run::state_label(std::size_t state) const {
  static const std::string none;
  return state < states_ ? engine_.system->states[state].label() : none;
}

}  // namespace vesper::solve
