#include "solve/course.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "solve/times.h"

namespace vesper::solve {

using equations::Event;

namespace {

// In so many steps time must advance by this part of the whole, or the run is stuck.
constexpr std::uint64_t patience = 10'000;
constexpr double least_advance = 1e-9;

}  // namespace

Course::Course(const Engine& engine, const Problem& problem)
    : engine_(engine),
      problem_(problem),
      forcing_({}, problem.start),
      past_(engine, problem),
      p_(problem.parameters),
      held_(engine.conditions.result_count(), 0),
      now_(held_.size(), 0),
      cancels_(engine.system->events.size(), 0),
      mark_time_(problem.start),
      scratch_(engine.scratch),
      condition_values_(held_.size()) {
  assert(p_.size() == engine.system->parameters.size());
  assert(std::ranges::is_sorted(problem.grid));
  assert(problem.grid.empty() ||
         (problem.grid.front() >= problem.start &&
          (problem.grid.back() <= problem.end || coincide(problem.grid.back(), problem.end))));
}

void Course::begin(std::span<double> y) {
  const equations::System& system = *engine_.system;
  const Tolerances& tolerances = problem_.tolerances;
  const auto refuse = [&](std::string reason) { fail(problem_.start, "", std::move(reason)); };

  if (!std::isfinite(problem_.start) || !std::isfinite(problem_.end) ||
      problem_.end < problem_.start)
    return refuse(fmt::format("the time runs from {} to {}", problem_.start, problem_.end));
  if (!(tolerances.relative > 0) || !(tolerances.relative < 1))
    return refuse(fmt::format("the relative tolerance is {}; it must lie between 0 and 1",
                              tolerances.relative));
  assert(tolerances.of_largest >= 0 && tolerances.of_largest <= 1);
  assert(tolerances.absolute_by_state.empty() || tolerances.absolute_by_state.size() == y.size());
  const auto check_absolute = [&](double a) {
    if (!(a > 0) || !std::isfinite(a))
      refuse(fmt::format("an absolute tolerance is {}; it must be above 0", a));
  };
  if (tolerances.absolute_by_state.empty()) check_absolute(tolerances.absolute);
  for (double a : tolerances.absolute_by_state) check_absolute(a);
  if (problem_.continued && !past_.none())
    return refuse("the model looks at its past, which a run that goes on does not know");
  if (failed()) return;
  const double earliest =
      problem_.continued ? -std::numeric_limits<double>::infinity() : problem_.start;
  for (std::size_t k = 0; k < problem_.inputs.size(); ++k)
    if (auto why = refusal(problem_.inputs[k], earliest, y.size()))
      return refuse(fmt::format("input {} {}", k + 1, *why));
  for (std::size_t k = 0; k < p_.size(); ++k)
    if (!std::isfinite(p_[k]) && !infinite_by_the_model(system, k))
      return fail(problem_.start, system.parameters[k].label(), "the parameter is not finite");

  assert(problem_.initial_states.empty() || problem_.initial_states.size() == y.size());
  if (problem_.initial_states.empty())
    engine_.initial_states.evaluate(problem_.start, {}, p_, scratch_, y);
  else
    std::ranges::copy(problem_.initial_states, y.begin());
  for (std::size_t k = 0; k < y.size(); ++k)
    if (!std::isfinite(y[k]))
      return fail(problem_.start, state_label(k), "its initial value is not finite");
  settle(problem_.start, y);
  if (failed()) return;

  forcing_ = Forcing(problem_.inputs, problem_.start);
  solution.values.reserve(problem_.grid.size() * engine_.outputs.size());

  // A trigger counts as what it is before the doses, or as false where the model says that it was
  // false before the start.
  look(problem_.start, y);
  keep_looking();
  for (std::size_t k = 0; k < system.events.size(); ++k)
    if (!system.events[k].initial_value && !problem_.continued) held_[k] = 0;
}

void Course::happen(double t, std::span<double> y) {
  forcing_.arrive(t, y);
  settle(just_after(t), y);
  if (failed()) return;
  // At t itself, and just after: `time == 24` and `time > 24` both turn true there.
  notice(t, t, y);
  notice(t, just_after(t), y);
  execute_due(t, y);
  if (failed()) return;
  for (std::size_t k = 0; k < y.size(); ++k)
    if (!std::isfinite(y[k])) return fail(t, state_label(k), "it became infinite by a dose");
}

double Course::next_stop(double t) const {
  double next = std::min({forcing_.next_stop(), engine_.time_stops.next(t, p_), problem_.end});
  for (const Pending& pending : pending_) next = std::min(next, pending.due);
  return std::min(next, past_.next_return(t));
}

bool Course::gets_on(double t, std::uint64_t tries, const std::function<std::string()>& blamed) {
  if (tries > problem_.most_steps) {
    fail(t, blamed(), fmt::format("more than {} steps", problem_.most_steps));
    return false;
  }
  if (tries < mark_tries_ + patience) return true;
  if (t - mark_time_ < least_advance * (problem_.end - problem_.start)) {
    fail(t, blamed(), "the step size fell to zero: time stands still");
    return false;
  }
  mark_tries_ = tries;
  mark_time_ = t;
  return true;
}

void Course::look(double t, std::span<const double> y) {
  if (now_.empty()) return;
  engine_.conditions.evaluate(t, whole(t, y), p_, scratch_, condition_values_);
  look(condition_values_);
}

void Course::look(std::span<const double> values) {
  const std::size_t events = engine_.system->events.size();
  for (std::size_t k = 0; k < now_.size(); ++k)
    now_[k] = k < events ? values[k] != 0 : values[k] > 0;
}

bool Course::changed() const {
  const std::size_t events = engine_.system->events.size();
  for (std::size_t k = 0; k < now_.size(); ++k) {
    if (now_[k] == held_[k]) continue;
    if (k >= events || now_[k] || cancels_[k]) return true;
  }
  return false;
}

bool Course::switched() const {
  for (std::size_t k = engine_.system->events.size(); k < engine_.switches_end; ++k)
    if (now_[k] != held_[k]) return true;
  return false;
}

void Course::outputs(double t, std::span<const double> y, std::span<double> row) {
  engine_.output_values.evaluate(t, whole(t, y), p_, scratch_, row);
}

void Course::rates(double t, std::span<const double> y, std::span<double> dydt) {
  engine_.derivatives.evaluate(t, whole(t, y), p_, scratch_, dydt);
  forcing_.add_rates(t, dydt);
}

void Course::fail(double time, std::string state, std::string reason) {
  solution.failure = Failure{time, std::move(state), std::move(reason)};
}

const std::string& Course::state_label(std::size_t state) const {
  static const std::string none;
  return state < engine_.system->states.size() ? engine_.system->states[state].label() : none;
}

}  // namespace vesper::solve
