// Rates and released fractions of one unit given at time 0:
//
//   zero-order    r = 1/d                                        R = t/d            0 <= t <= d
//   first-order   r = k exp(-k t)                                R = 1 - exp(-k t)
//   gamma         r = x^(a-1) exp(-x) / (s Gamma(a)), x = t/s    R = P(a, x)
//
// d duration [time], k rate [1/time], a shape [-], s scale [time], P the regularised lower
// incomplete gamma function.  A gamma release with a < 1 is refused: its rate is infinite at the
// onset, where the integrator has to start.

#include "solve/forcing.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cassert>
#include <cmath>
#include <limits>

#include "solve/times.h"

namespace vesper::solve {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double exhausted = 1e-16;  // fraction left that no longer shows in a double

// The fraction that is still to come at t.
double remaining(const Input& input, double t) {
  const double age = t - input.time;
  if (age <= 0) return input.kind == Input::Shape::bolus && age == 0 ? 0 : 1;
  switch (input.kind) {
    case Input::Shape::bolus:
      return 0;
    case Input::Shape::zero_order:
      return age >= input.duration ? 0 : 1 - age / input.duration;
    case Input::Shape::first_order:
      return std::exp(-input.rate * age);
    case Input::Shape::gamma:
      return boost::math::gamma_q(input.shape, age / input.scale);
  }
  assert(false);
  return 0;
}

// All of it released within what counts as one moment: to the integrator a bolus.
bool immediate(const Input& input) {
  switch (input.kind) {
    case Input::Shape::bolus:
      return true;
    case Input::Shape::zero_order:
      return coincide(input.time, input.time + input.duration);
    case Input::Shape::first_order:
      return coincide(input.time, input.time + 37 / input.rate);
    case Input::Shape::gamma: {
      const double width = input.scale * (input.shape + 10 * std::sqrt(input.shape) + 37);
      return coincide(input.time, input.time + width);
    }
  }
  assert(false);
  return true;
}

bool positive(double value) {
  return value > 0 && std::isfinite(value);
}

}  // namespace

double input_released(const Input& input, double t) {
  const double left = remaining(input, t);
  if (left > 0.5 && input.kind == Input::Shape::first_order)  // exact where little is released
    return t <= input.time ? 0 : -input.amount * std::expm1(-input.rate * (t - input.time));
  if (left > 0.5 && input.kind == Input::Shape::gamma)
    return t <= input.time
               ? 0
               : input.amount * boost::math::gamma_p(input.shape, (t - input.time) / input.scale);
  return input.amount * (1 - left);
}

double input_rate(const Input& input, double t) {
  if (input.kind == Input::Shape::bolus || t < input.time) return 0;
  const Forcing::Release release = Forcing::prepare(input);
  return t < release.end ? Forcing::rate(release, t) : 0;
}

std::optional<std::string> refusal(const Input& input, double start, std::size_t states) {
  if (input.state >= states) return "goes into a state that the model does not have";
  if (!std::isfinite(input.time)) return "has no finite time";
  if (input.time < start && !coincide(input.time, start))
    return fmt::format("is at {}, before the start at {}", input.time, start);
  if (!(input.amount >= 0) || !std::isfinite(input.amount))
    return fmt::format("has the amount {}, which is not a number of 0 or more", input.amount);
  switch (input.kind) {
    case Input::Shape::bolus:
      break;
    case Input::Shape::zero_order:
      if (!positive(input.duration))
        return fmt::format("has the duration {}, which is not above 0", input.duration);
      break;
    case Input::Shape::first_order:
      if (!positive(input.rate))
        return fmt::format("has the release rate {}, which is not above 0", input.rate);
      break;
    case Input::Shape::gamma:
      if (!(input.shape >= 1) || !std::isfinite(input.shape))
        return fmt::format(
            "has a gamma release of shape {}; below 1 its rate is infinite at the onset",
            input.shape);
      if (!positive(input.scale))
        return fmt::format("has a gamma release of scale {}, which is not above 0", input.scale);
      break;
  }
  return std::nullopt;
}

Forcing::Forcing(std::span<const Input> inputs, double start) {
  const auto over = [start](const Input& input) {
    const bool past = input.time < start && !coincide(input.time, start);
    return past && (immediate(input) || remaining(input, start) < exhausted);
  };
  for (const Input& input : inputs)
    if (input.amount > 0 && !over(input)) pending_.push_back(input);
  std::ranges::stable_sort(pending_, {}, &Input::time);
  active_.reserve(pending_.size());
}

double Forcing::next_stop() const {
  double next = next_ < pending_.size() ? pending_[next_].time : infinity;
  for (const Release& release : active_) next = std::min(next, release.end);
  return next;
}

void Forcing::arrive(double t, std::span<double> y) {
  std::erase_if(active_, [t](const Release& release) {
    return release.end <= t || coincide(release.end, t) || remaining(release.input, t) < exhausted;
  });
  for (; next_ < pending_.size(); ++next_) {
    const Input& input = pending_[next_];
    if (input.time > t && !coincide(input.time, t)) break;
    if (immediate(input))
      y[input.state] += input.amount;
    else
      active_.push_back(prepare(input));
  }
}

void Forcing::add_rates(double t, std::span<double> dydt) const {
  for (const Release& release : active_) dydt[release.input.state] += rate(release, t);
}

double Forcing::longest_step(double t) const {
  double longest = infinity;
  for (const Release& release : active_)
    if (t < release.over) longest = std::min(longest, release.spread);
  return longest;
}

Forcing::Release Forcing::prepare(const Input& input) {
  Release release;
  release.input = input;
  release.end = infinity;
  if (input.kind == Input::Shape::zero_order) release.end = input.time + input.duration;
  if (input.kind == Input::Shape::gamma) {
    release.log_factor = std::log(input.amount / input.scale) - boost::math::lgamma(input.shape);
    release.spread = input.scale * std::sqrt(input.shape);
    release.over = input.time + input.scale * (input.shape + 6 * std::sqrt(input.shape));
  }
  return release;
}

// Within its stretch of time, which the caller keeps: the edges belong to the stops.
double Forcing::rate(const Release& release, double t) {
  const Input& input = release.input;
  const double age = std::max(t - input.time, 0.0);
  switch (input.kind) {
    case Input::Shape::bolus:
      return 0;
    case Input::Shape::zero_order:
      return input.amount / input.duration;
    case Input::Shape::first_order:
      return input.amount * input.rate * std::exp(-input.rate * age);
    case Input::Shape::gamma: {
      const double x = age / input.scale;
      if (input.shape == 1) return std::exp(release.log_factor - x);
      if (x == 0) return 0;
      return std::exp(release.log_factor + (input.shape - 1) * std::log(x) - x);
    }
  }
  assert(false);
  return 0;
}

}  // namespace vesper::solve
