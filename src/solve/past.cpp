#include "solve/past.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "solve/times.h"

namespace vesper::solve {

namespace {

// A jump of y is one of y'' after two returns; after so many an integrator does not feel it.
constexpr int most_returns = 4;
// Delays that shrink to nothing must not stop the run.
constexpr double shortest_step = 1e-5;  // of the whole

}  // namespace

Past::Past(const Engine& engine, const Problem& problem)
    : engine_(engine),
      problem_(problem),
      states_(engine.system->states.size()),
      history_(states_),
      scratch_(engine.scratch) {}

std::span<const double> Past::with(double t, std::span<const double> y, std::span<const double> p) {
  if (none()) return y;
  whole_.assign(y.begin(), y.begin() + static_cast<std::ptrdiff_t>(states_));
  fill(t, p, engine_.past.size(), whole_);
  return whole_;
}

void Past::fill(double t, std::span<const double> p, std::size_t count,
                std::vector<double>& whole) {
  whole.reserve(states_ + count);
  for (std::size_t k = 0; k < count; ++k) {
    const double delayed = value(k, t, p, whole);
    whole.push_back(delayed);
  }
}

// `whole` holds the states and the delayed values before the k-th at t.
double Past::value(std::size_t k, double t, std::span<const double> p,
                   std::span<const double> whole) {
  const DelayFormulas& formulas = engine_.past[k];
  const double tau = lag(k, t, p, whole);
  if (!(tau >= 0)) return std::numeric_limits<double>::quiet_NaN();
  if (tau == 0) return evaluate(formulas.value, t, whole, p);
  const double then = t - tau;
  const bool before = then < problem_.start && !coincide(then, problem_.start);
  if (before && problem_.initial_states.empty())
    return evaluate(formulas.before, then, whole, problem_.parameters);

  std::vector<double> y(states_);
  History::Parameters parameters;
  if (before)
    std::ranges::copy(problem_.initial_states, y.begin());
  else if (history_.empty())
    std::ranges::copy(whole.first(states_), y.begin());
  else
    parameters = history_.at(then, t, whole.first(states_), y);
  const std::span<const double> p_then = parameters ? std::span<const double>(*parameters)
                                         : before   ? std::span(problem_.parameters)
                                                    : p;
  fill(then, p_then, k, y);
  return evaluate(formulas.value, then, y, p_then);
}

double Past::lag(std::size_t k, double t, std::span<const double> p,
                 std::span<const double> whole) {
  return evaluate(engine_.past[k].lag, t, whole, p);
}

double Past::evaluate(const reference::Program& program, double t, std::span<const double> y,
                      std::span<const double> p) {
  double result = 0;
  program.evaluate(t, y, p, scratch_, {&result, 1});
  return result;
}

void Past::set_out(double t, std::span<const double> y, std::span<const double> p) {
  if (none()) return;
  history_.begin(t, y, p);
  // A stop is a jump, unless it is itself a return.
  int order = 0;
  for (const Return& one : returns_)
    if (coincide(one.time, t)) order = std::max(order, one.order);
  std::erase_if(returns_,
                [&](const Return& one) { return one.time <= t || coincide(one.time, t); });
  if (order >= most_returns) return;
  const std::span<const double> whole = with(t, y, p);
  for (std::size_t k = 0; k < engine_.past.size(); ++k) {
    const double tau = lag(k, t, p, whole);
    if (!(tau > 0) || t + tau > problem_.end) continue;
    const auto same = std::ranges::find_if(
        returns_, [&](const Return& one) { return coincide(one.time, t + tau); });
    if (same == returns_.end())
      returns_.push_back({t + tau, order + 1});
    else
      same->order = std::min(same->order, order + 1);
  }
}

double Past::next_return(double t) const {
  double next = std::numeric_limits<double>::infinity();
  for (const Return& one : returns_)
    if (one.time > t && !coincide(one.time, t)) next = std::min(next, one.time);
  return next;
}

double Past::longest_step(double t, std::span<const double> y, std::span<const double> p) {
  double longest = std::numeric_limits<double>::infinity();
  if (none()) return longest;
  const std::span<const double> whole = with(t, y, p);
  for (std::size_t k = 0; k < engine_.past.size(); ++k) {
    const double tau = lag(k, t, p, whole);
    if (tau > 0) longest = std::min(longest, tau);
  }
  return std::max(longest, shortest_step * (problem_.end - problem_.start));
}

std::optional<double> Past::impossible(double t, std::span<const double> y,
                                       std::span<const double> p) {
  if (none()) return std::nullopt;
  const std::span<const double> whole = with(t, y, p);
  for (std::size_t k = 0; k < engine_.past.size(); ++k)
    if (const double tau = lag(k, t, p, whole); !(tau >= 0)) return tau;
  return std::nullopt;
}

}  // namespace vesper::solve
