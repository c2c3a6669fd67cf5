// dy/dt = f(t, y, p) + sum_j r_j(t) e_{s_j} between stops, jumps at them; see solve.h.  CVODE
// integrates it, IDA where the system has implicit states.
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

#include "reference/cvode.h"
#include "reference/ida.h"
#include "solve/times.h"
#include "solve/trace.h"

namespace vesper::solve {

namespace {

// Places in a step where conditions are looked at.
constexpr int probes = 4;
// A stretch of the trace is halved until a straight line misses its middle by less than this,
// relative to the value there or, for values near 0, to the largest value so far.  The middle is
// kept, so that what is left is a quarter of it.
constexpr unsigned deepest_halving = 7;
// Without states the integrator has nothing to resolve, and formulas of time alone set no step.
constexpr int steps_without_states = 256;

}  // namespace

Run::Run(const Engine& engine, const Problem& problem)
    : engine_(engine),
      problem_(problem),
      states_(engine.system->states.size()),
      course_(engine, problem),
      solution_(course_.solution),
      t_(problem.start),
      y_(std::max<std::size_t>(states_, 1), 0.0),
      jacobian_values_(engine.jacobian.result_count()),
      y_between_(y_.size()),
      trace_rows_(engine.outputs.size() * (deepest_halving + 4)),
      largest_(engine.outputs.size(), 0.0) {}

Solution Run::solve() {
  begin();
  // On entry of each turn y_ is the state at t_ before anything happens there; grid points before
  // t_ are recorded and the trace ends with the values at t_ before its jump.  On exit either t_ is
  // the end, everything at the end has happened and the grid is complete; or the run has failed,
  // and what is recorded lies before the failure.
  while (!failed()) {
    happen();
    if (failed() || t_ >= problem_.end) break;
    travel(course_.next_stop(t_));
  }
  finish();
  return std::move(solution_);
}

void Run::begin() {
  course_.begin(std::span(y_).first(states_));
  if (failed()) return;
  std::vector<double> absolute = problem_.tolerances.absolute_by_state;
  absolute.resize(y_.size(), problem_.tolerances.absolute);
  const Tolerances& tolerances = problem_.tolerances;
  const reference::IntegratorTolerances local{tolerances.relative, absolute, tolerances.of_largest};
  reference::Equations& equations = *this;
  if (engine_.implicit.empty())
    integrator_ = std::make_unique<reference::Cvode>(equations, local);
  else
    integrator_ = std::make_unique<reference::Ida>(equations, local);
  if (problem_.trace && problem_.trace_from <= t_) {
    evaluate_outputs(t_, y_, trace_row(0));
    add_trace_point(t_, trace_row(0));
  }
}

void Run::happen() {
  course_.happen(t_, std::span(y_).first(states_));
  if (!failed()) record_now();
}

// One smooth stretch, to the stop or to the first change of a condition on the way.
void Run::travel(double stop) {
  first_ = just_after(t_);
  last_ = just_before(stop);
  if (!(first_ < last_)) {
    t_ = stop;
    return;
  }
  course_.past().set_out(t_, y_, course_.parameters());
  integrator_->restart(t_, y_);
  ++solution_.statistics.restarts;
  const double without_states = (problem_.end - problem_.start) / steps_without_states;
  while (t_ < stop) {
    if (!course_.gets_on(t_, steps_ + solution_.statistics.restarts, [this] { return blamed(); }))
      return;
    integrator_->limit_step(
        std::min(states_ > 0 ? course_.forcing().longest_step(t_) : without_states,
                 course_.past().longest_step(inside(t_), y_, course_.parameters())));
    const auto reached = integrator_->step(stop);
    ++steps_;
    if (!reached) {
      const reference::IntegratorFailure& failure = reached.error();
      return course_.fail(failure.time, failure.state ? course_.state_label(*failure.state) : "",
                          failure.reason);
    }
    const auto change = engine_.watches ? first_change(t_, *reached) : std::nullopt;
    const double to = change.value_or(*reached);
    if (change)
      integrator_->interpolate(to, y_);
    else
      std::ranges::copy(integrator_->state(), y_.begin());
    remember(t_, to);
    record(t_, to, change || to == stop);
    t_ = to;
    if (failed()) return;
    if (change) return;
  }
}

// Keeps the step for values from the past.
void Run::remember(double from, double to) {
  Past& past = course_.past();
  if (past.none()) return;
  past.add(from, to, [&](double t, std::span<double> y) {
    integrator_->interpolate(t, y_between_);
    std::copy_n(y_between_.begin(), y.size(), y.begin());
  });
  if (const auto lag = past.impossible(inside(to), y_, course_.parameters()))
    course_.fail(to, "", fmt::format("a delay is {}; it must be 0 or more", *lag));
}

void Run::finish() {
  if (integrator_) {
    const reference::IntegratorStatistics counted = integrator_->statistics();
    solution_.statistics.steps = counted.steps;
    solution_.statistics.evaluations = counted.evaluations;
    solution_.statistics.jacobians = counted.jacobians;
    solution_.statistics.newton_iterations = counted.newton_iterations;
    solution_.statistics.error_test_failures = counted.error_test_failures;
  }
  y_.resize(states_);
  solution_.final_states = std::move(y_);
  solution_.final_parameters.assign(course_.parameters().begin(), course_.parameters().end());
  assert(failed() || next_grid_ == problem_.grid.size());
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
  if (!problem_.trace || t_ < problem_.trace_from) return;
  const std::span<double> after = trace_row(0);
  evaluate_outputs(just_after(t_), y_, after);
  if (solution_.trace.times.empty()) return add_trace_point(t_, after);
  const std::span<const double> before = std::span(solution_.trace.values).last(width);
  const bool jumped = !std::ranges::equal(before, after, [](double a, double b) {
    return a == b || std::fabs(a - b) <= 1e-12 * std::fabs(a);
  });
  if (jumped) add_trace_point(t_, after);
}

// The first time in the step (from, to] at which a trigger has turned true or a switch has turned.
std::optional<double> Run::first_change(double from, double to) {
  double before = from;
  for (int k = 1; k <= probes; ++k) {
    const double probe = k == probes ? to : from + (to - from) * k / probes;
    integrator_->interpolate(probe, y_between_);
    course_.look(inside(probe), y_between_);
    if (course_.changed()) return locate_change(before, probe);
    course_.keep_looking();
    before = probe;
  }
  return std::nullopt;
}

// Bisects to the resolution of time: not changed at `from`, changed at `to`.
double Run::locate_change(double from, double to) {
  while (to - from > 4 * rounding * std::max(std::fabs(from), std::fabs(to))) {
    const double middle = from + (to - from) / 2;
    if (middle <= from || middle >= to) break;
    integrator_->interpolate(middle, y_between_);
    course_.look(inside(middle), y_between_);
    (course_.changed() ? to : from) = middle;
  }
  return to;
}

// Grid points in (from, to] and the trace; points where something happens wait for it.
void Run::record(double from, double to, bool something_happens) {
  const std::size_t width = engine_.outputs.size();
  for (; next_grid_ < problem_.grid.size() && problem_.grid[next_grid_] <= to; ++next_grid_) {
    const double t = problem_.grid[next_grid_];
    if (something_happens && coincide(t, to)) break;
    integrator_->interpolate(t, y_between_);
    const std::size_t end = solution_.values.size();
    solution_.values.resize(end + width);
    evaluate_outputs(t, y_between_, std::span(solution_.values).subspan(end));
  }
  if (!problem_.trace || to < problem_.trace_from) return;
  if (solution_.trace.times.empty()) {
    if (to <= problem_.trace_from) return;  // what happens at `to` comes first
    from = std::max(from, problem_.trace_from);
    integrator_->interpolate(from, y_between_);
    evaluate_outputs(inside(from), y_between_, trace_row(0));
    add_trace_point(from, trace_row(0));
  } else {
    std::ranges::copy(std::span(solution_.trace.values).last(width), trace_row(0).begin());
  }
  evaluate_outputs(inside(to), y_, trace_row(1));
  trace_between(from, trace_row(0), to, trace_row(1), 0, std::numeric_limits<double>::infinity());
  add_trace_point(to, trace_row(1));
}

// Points strictly between two, so many that what is read between them does.
void Run::trace_between(double from, std::span<const double> at_from, double to,
                        std::span<const double> at_to, unsigned depth, double last_excess) {
  const double middle = from + (to - from) / 2;
  if (middle <= from || middle >= to) return;
  const std::span<double> row = trace_row(2 + depth);
  integrator_->interpolate(middle, y_between_);
  evaluate_outputs(middle, y_between_, row);
  // A bend and its counter-bend can meet what is read in the middle: a whole step must be closer.
  const double share = depth > 0 ? 1 : 1.0 / 8;
  double excess = 0;  // the worst miss, over what is allowed
  for (std::size_t k = 0; k < row.size(); ++k) {
    const double miss = std::fabs(row[k] - half_way(at_from[k], at_to[k]));
    if (std::isfinite(row[k])) largest_[k] = std::max(largest_[k], std::fabs(row[k]));
    const double accepted = share * allowed_miss(row[k], at_to[k], largest_[k]);
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

void Run::evaluate_outputs(double t, std::span<const double> y, std::span<double> row) {
  course_.outputs(t, y, row);
}

void Run::add_trace_point(double t, std::span<const double> row) {
  solution_.trace.times.push_back(t);
  solution_.trace.values.insert(solution_.trace.values.end(), row.begin(), row.end());
}

bool Run::algebraic(std::size_t state) const {
  return std::ranges::binary_search(engine_.implicit, state);
}

void Run::derivatives(double t, std::span<const double> y, std::span<double> dydt) {
  if (states_ == 0) {
    dydt[0] = 0;
    return;
  }
  course_.rates(inside(t), y, dydt);
}

void Run::jacobian(double t, std::span<const double> y, std::span<double> entries) {
  std::ranges::fill(entries, 0.0);
  engine_.jacobian.evaluate(inside(t), course_.whole(inside(t), y), course_.parameters(),
                            course_.scratch(), jacobian_values_);
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

std::string Run::blamed() const {
  const auto state = integrator_->blame();
  return state ? course_.state_label(*state) : "";
}

}  // namespace vesper::solve
