// Events, as SBML Level 3 Version 2 Core has them in section 4.11.
//
// An event fires when its trigger turns from false to true.  It is then pending until its delay is
// over; without a delay it is due at once.  Of those that are due at one time the one with the
// highest priority is executed first, and after each execution triggers and priorities are looked
// at again: what has fired joins the others, and what is not persistent and whose trigger has
// turned false is cancelled.  Events without a priority come last: the one that fired earlier goes
// first, and of those that fired together the one that stands earlier in the model.  Among equal
// priorities, which SBML leaves to chance, a number drawn from how many events were executed so far
// decides: no event is preferred, and every run of the same patient is the same.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "solve/course.h"
#include "solve/times.h"

namespace vesper::solve {

using equations::Event;
using Assignment = Event::Assignment;

namespace {

// Executions at one time: more is a model that never comes to rest.
constexpr int most_at_once = 10'000;
// Events that wait: more are set off faster than they are executed.
constexpr std::size_t most_pending = 1'000'000;

// The finalizer of SplitMix64 (Steele, Lea & Flood 2014).
std::uint64_t scrambled(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

}  // namespace

// Looks at the triggers at a time that counts as t.
void Course::notice(double t, double look_at, std::span<const double> y) {
  const std::size_t events = engine_.system->events.size();
  look(look_at, y);
  for (std::size_t k = 0; k < events; ++k)
    if (!now_[k] && cancels_[k]) cancel(k);
  for (std::size_t k = 0; k < events && !failed(); ++k)
    if (now_[k] && !held_[k]) fire(k, t, y);
  keep_looking();
}

void Course::fire(std::size_t index, double t, std::span<const double> y) {
  const Event& event = engine_.system->events[index];
  const EventFormulas& formulas = engine_.events[index];
  if (pending_.size() == most_pending)
    return fail(t, "", fmt::format("more than {} events are pending", most_pending));
  Pending pending{index, t, {}};
  if (event.delay) {
    double delay = 0;
    formulas.delay.evaluate(t, whole(t, y), p_, scratch_, {&delay, 1});
    if (!(delay >= 0))
      return fail(t, "", fmt::format("the delay of event '{}' is {}", event.id, delay));
    pending.due = t + delay;
  }
  if (event.uses_trigger_values) {
    pending.values.resize(event.assignments.size());
    formulas.values.evaluate(t, whole(t, y), p_, scratch_, pending.values);
  }
  if (!event.persistent) cancels_[index] = 1;
  pending_.push_back(std::move(pending));
}

void Course::cancel(std::size_t event) {
  std::erase_if(pending_, [&](const Pending& pending) { return pending.event == event; });
  cancels_[event] = 0;
}

void Course::execute_due(double t, std::span<double> y) {
  for (int executed = 0; !failed(); ++executed) {
    const auto next = first_due(t, y);
    if (!next) return;
    const Pending pending = std::move(pending_[*next]);
    pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(*next));
    if (executed == most_at_once)
      return fail(t, "",
                  fmt::format("events set each other off without end; the latest is '{}'",
                              engine_.system->events[pending.event].id));
    execute(pending, t, y);
    if (!failed()) settle(just_after(t), y);
    if (!failed()) notice(t, just_after(t), y);
  }
}

// The pending event that is to be executed next at t.
std::optional<std::size_t> Course::first_due(double t, std::span<const double> y) {
  constexpr double none = -std::numeric_limits<double>::infinity();
  std::optional<std::size_t> first;
  double highest = none;
  std::uint64_t equals = 0;
  for (std::size_t k = 0; k < pending_.size(); ++k) {
    if (pending_[k].due > t && !coincide(pending_[k].due, t)) continue;
    double priority = none;
    if (engine_.system->events[pending_[k].event].priority)
      engine_.events[pending_[k].event].priority.evaluate(t, whole(t, y), p_, scratch_,
                                                          {&priority, 1});
    if (std::isnan(priority)) priority = none;
    if (first && priority < highest) continue;
    if (!first || priority > highest) {
      first = k;
      highest = priority;
      equals = 1;
    } else if (priority > none) {
      // One of n equals: the n-th replaces the one chosen so far once in n times.
      ++equals;
      if (scrambled(solution.statistics.events * 0x9e3779b97f4a7c15ULL + k) % equals == 0)
        first = k;
    }
  }
  return first;
}

// All values are known before the first of them is set, and so are the sizes by which
// concentrations become amounts.
void Course::execute(const Pending& pending, double t, std::span<double> y) {
  const Event& event = engine_.system->events[pending.event];
  const EventFormulas& formulas = engine_.events[pending.event];
  std::vector<double> values = pending.values;
  if (!event.uses_trigger_values) {
    values.resize(event.assignments.size());
    formulas.values.evaluate(t, whole(t, y), p_, scratch_, values);
  }
  std::vector<double> sizes(formulas.sizes.result_count());
  if (!sizes.empty()) formulas.sizes.evaluate(t, whole(t, y), p_, scratch_, sizes);
  auto size = sizes.begin();
  for (std::size_t k = 0; k < values.size(); ++k) {
    const Assignment& assignment = event.assignments[k];
    assign(event, assignment, assignment.size ? values[k] * *size++ : values[k], t, y);
  }
  ++solution.statistics.events;
}

void Course::assign(const Event& event, const Assignment& assignment, double value, double t,
                    std::span<double> y) {
  const bool to_state = assignment.target == Assignment::Target::state;
  (to_state ? y[assignment.index] : p_[assignment.index]) = value;
  if (std::isfinite(value) || failed()) return;
  const std::string& label = to_state ? state_label(assignment.index)
                                      : engine_.system->parameters[assignment.index].label();
  fail(t, label, fmt::format("event '{}' gave it no finite value", event.id));
}

}  // namespace vesper::solve
