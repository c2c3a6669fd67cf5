// Exposure metrics of one curve: values at ascending times, a jump as two points at one time.
// Between two points the curve is an exponential where it falls to a positive value and a straight
// line elsewhere (linear-up log-down).  Times in hours, results in the curve's unit.
//
// A stretch [from, to] must overlap the curve; where it does not, every metric is NaN (or none).
// A curve with a NaN in the stretch gives NaN (or none): a failed patient has no metrics.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace vesper::simulate {

struct Curve {
  std::span<const double> times;  // [h]
  std::span<const double> values;
};

struct Peak {
  double time = 0, value = 0;
};

// The highest (lowest) value, and the time of the first peak that is as high to a thousandth. Where
// the curve is smooth around a peak, both are refined by the parabola through it and its
// neighbours; at a kink, a jump or an end of the stretch it is the point itself.
Peak maximum(const Curve& curve, double from, double to);
Peak minimum(const Curve& curve, double from, double to);

// The value at a time, after a jump.
double at(const Curve& curve, double time);

// [unit * h] (Gabrielsson & Weiner, Pharmacokinetic and Pharmacodynamic Data Analysis, 2.8.6).
double area(const Curve& curve, double from, double to);
double mean(const Curve& curve, double from, double to);  // area / (to - from)

// Hours with a value strictly above the threshold; in all, not a day.
double hours_above(const Curve& curve, double threshold, double from, double to);

// ln 2 / slope of the logarithm by least squares, each point weighted by the stretch of time around
// it (so that an integrator's crowded steps do not count more); none where the curve does not fall
// or touches zero.
std::optional<double> half_life(const Curve& curve, double from, double to);

// Terminal half-life: the last fall of the curve that is at least three-fold, by least squares over
// the end of it whose fit has the best adjusted R2 (as noncompartmental programs choose).  Values
// below a millionth of the highest in the stretch are left out: they are the solver's error.  None
// where the curve does not fall three-fold to its end.
std::optional<double> terminal_half_life(const Curve& curve, double from, double to);

// All that a run's window is asked for, over the whole of a curve and in one pass.
struct Exposure {
  Peak highest, lowest;
  double area = 0, mean = 0;
  std::optional<double> half_life;  // terminal
  std::vector<double> hours_above;  // by threshold
};
Exposure exposure(const Curve& curve, std::span<const double> thresholds);

}  // namespace vesper::simulate
