// Exposure metrics of one curve: values at ascending times, straight lines between them, a jump
// as two points at one time.  Times in hours, results in the curve's unit.
#pragma once

#include <optional>
#include <span>

namespace vesper::simulate {

struct Curve {
  std::span<const double> times;   // [h]
  std::span<const double> values;
};

struct Peak { double time = 0, value = 0; };

Peak maximum(const Curve& curve, double from, double to);   // the first, refined by a parabola
Peak minimum(const Curve& curve, double from, double to);
double at(const Curve& curve, double time);                  // after a jump
double area(const Curve& curve, double from, double to);     // [unit * h]; log-trapezoid on falls
double mean(const Curve& curve, double from, double to);
double hours_above(const Curve& curve, double threshold, double from, double to);  // in all, not a day
// ln 2 / slope of the logarithm by least squares; none where the curve does not fall or touches 0.
std::optional<double> half_life(const Curve& curve, double from, double to);
// Terminal half-life: the last three-fold fall of the curve, by least squares (Phoenix-like choice
// of the points with the best adjusted R2); none where there is no such fall.
std::optional<double> terminal_half_life(const Curve& curve, double from, double to);

}  // namespace vesper::simulate
