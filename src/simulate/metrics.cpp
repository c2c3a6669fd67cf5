// Exposure metrics.
//
//   area, rising or touching 0:  (t2 - t1) (c1 + c2) / 2
//   area, falling:               (t2 - t1) (c1 - c2) / ln(c1 / c2)
//     where c2 is near c1, with x = (c1 - c2)/(c1 + c2): ln(c1 / c2) = 2 (x + x^3/3 + x^5/5 + ...)
//   time above c, falling:       (t2 - t1) ln(c1 / c) / ln(c1 / c2)
//   half-life:                   ln 2 / lambda, -lambda the slope of ln c by weighted least squares
//   adjusted R2:                 1 - (1 - R2) (n - 1) / (n - 2)
//
// Gabrielsson & Weiner, Pharmacokinetic and Pharmacodynamic Data Analysis, 5th ed., chapter 2.8.
#include "simulate/metrics.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <vector>

namespace vesper::simulate {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// Peaks that differ by less than this part of their height are as high: from one dosing interval to
// the next, what differs is the integrator's error.
constexpr double as_high = 1e-3;

// Values below this part of the highest one are the integrator's error, no terminal phase.
constexpr double noise_floor = 1e-6;

struct Point {
  double time = 0, value = 0;
};

Point point(const Curve& curve, std::size_t i) {
  return {curve.times[i], curve.values[i]};
}

// Times come from unit conversions: the ends of a stretch are allowed to miss the curve by
// rounding.
double slack(const Curve& curve) {
  return 1e-9 * std::max(1.0, std::abs(curve.times.back()));
}

bool falls_exponentially(const Point& a, const Point& b) {
  return a.value > b.value && b.value > 0;
}

double between(const Point& a, const Point& b, double time) {
  if (b.time == a.time) return b.value;
  const double part = (time - a.time) / (b.time - a.time);
  if (falls_exponentially(a, b)) {
    return a.value * std::exp(part * std::log(b.value / a.value));
  }
  return a.value + part * (b.value - a.value);
}

// Whether [from, to] lies within the curve.
bool covers(const Curve& curve, double from, double to) {
  assert(curve.times.size() == curve.values.size());
  if (curve.times.empty() || !(from <= to)) return false;
  const double room = slack(curve);
  return from >= curve.times.front() - room && to <= curve.times.back() + room;
}

// A part of a curve with its ends interpolated; empty where it lies outside the curve.
struct Stretch {
  std::vector<double> times, values;
  Curve curve() const { return {times, values}; }
};

Stretch stretch(const Curve& curve, double from, double to) {
  Stretch part;
  if (!covers(curve, from, to)) return part;
  from = std::clamp(from, curve.times.front(), curve.times.back());
  to = std::clamp(to, curve.times.front(), curve.times.back());

  // A jump at `from` happens before the stretch, one at `to` within it.
  const auto begin = curve.times.begin();
  const auto first = std::upper_bound(begin, curve.times.end(), from) - begin;
  const auto last = std::upper_bound(begin, curve.times.end(), to) - begin;
  const auto size = static_cast<std::ptrdiff_t>(curve.times.size());
  const auto value_at = [&](std::ptrdiff_t next, double time) {
    const Point before = point(curve, static_cast<std::size_t>(next - 1));
    return next < size && before.time < time
               ? between(before, point(curve, static_cast<std::size_t>(next)), time)
               : before.value;
  };
  part.times.push_back(from);
  part.values.push_back(value_at(first, from));
  part.times.insert(part.times.end(), begin + first, begin + last);
  part.values.insert(part.values.end(), curve.values.begin() + first, curve.values.begin() + last);
  if (part.times.back() < to) {
    part.times.push_back(to);
    part.values.push_back(value_at(last, to));
  }
  return part;
}

bool has_nan(const Curve& curve) {
  return std::any_of(curve.values.begin(), curve.values.end(),
                     [](double value) { return std::isnan(value); });
}

// Second divided difference around point i; none at an end or beside a jump.
std::optional<double> curvature(const Curve& curve, std::size_t i) {
  if (i == 0 || i + 1 >= curve.times.size()) return std::nullopt;
  const Point a = point(curve, i - 1), b = point(curve, i), c = point(curve, i + 1);
  if (a.time == b.time || b.time == c.time) return std::nullopt;
  const double left = (b.value - a.value) / (b.time - a.time);
  const double right = (c.value - b.value) / (c.time - b.time);
  return (right - left) / (c.time - a.time);
}

// The vertex of the parabola through point i and its neighbours, where the curve is smooth there:
// at a kink the curvature stands out from that on either side, and the parabola would overshoot.
Peak refined(const Curve& curve, std::size_t i) {
  const Peak plain{curve.times[i], curve.values[i]};
  const auto here = curvature(curve, i);
  const auto before = i > 0 ? curvature(curve, i - 1) : std::nullopt;
  const auto after = curvature(curve, i + 1);
  if (!here || !before || !after || *here == 0) return plain;
  if (std::abs(*here) > 4 * std::min(std::abs(*before), std::abs(*after))) return plain;
  const Point a = point(curve, i - 1), b = point(curve, i), c = point(curve, i + 1);
  const double left = (b.value - a.value) / (b.time - a.time);
  // Newton form: p(t) = a + left (t - ta) + here (t - ta)(t - tb); p' = 0 at the vertex.
  const double time = 0.5 * (a.time + b.time) - left / (2 * *here);
  if (!(time > a.time && time < c.time)) return plain;
  return {time, a.value + left * (time - a.time) + *here * (time - a.time) * (time - b.time)};
}

constexpr Peak no_peak{not_a_number, not_a_number};

// The highest (lowest) value, at point `best`, and the time of the first hump that comes as high
// but for rounding: a hump ends where the curve has fallen by more than that from its top.
template <class Better>
Peak first_extreme(const Curve& curve, std::size_t best, Better better) {
  const Peak whole = refined(curve, best);
  const double room = as_high * std::abs(curve.values[best]);
  const auto comes_near = [&](double value, double top) {
    return !better(top, value) || std::abs(top - value) <= room;
  };
  std::size_t top = 0;
  while (!comes_near(curve.values[top], curve.values[best])) ++top;
  for (std::size_t i = top; i <= best && comes_near(curve.values[i], curve.values[top]); ++i) {
    if (better(curve.values[i], curve.values[top])) top = i;
  }
  return {top == best ? whole.time : refined(curve, top).time, whole.value};
}

template <class Better>
Peak extreme(const Curve& curve, double from, double to, Better better) {
  const Stretch part = stretch(curve, from, to);
  if (part.values.empty() || has_nan(part.curve())) return no_peak;
  std::size_t best = 0;
  for (std::size_t i = 1; i < part.values.size(); ++i) {
    if (better(part.values[i], part.values[best])) best = i;
  }
  return first_extreme(part.curve(), best, better);
}

// (a - b) / ln(a / b) for a > b > 0: from the series where a and b are so near that it is exact to
// rounding, which is also where the logarithm would lose digits.
double logarithmic_mean(double a, double b) {
  const double x = (a - b) / (a + b);
  if (x > 0.1) return (a - b) / std::log(a / b);
  const double y = x * x;
  const double sum =
      1 + y * (1.0 / 3 +
               y * (1.0 / 5 + y * (1.0 / 7 + y * (1.0 / 9 + y * (1.0 / 11 + y * (1.0 / 13))))));
  return 0.5 * (a + b) / sum;
}

// Area under the segment a-b within [from, to].  Its rule is that of the whole segment, so that
// areas of adjoining stretches add up.
double segment_area(const Point& a, const Point& b, double from, double to) {
  const double start = std::max(a.time, from), end = std::min(b.time, to);
  if (!(start < end)) return 0;
  const double first = start == a.time ? a.value : between(a, b, start);
  const double last = end == b.time ? b.value : between(a, b, end);
  if (falls_exponentially(a, b)) return (end - start) * logarithmic_mean(first, last);
  return 0.5 * (end - start) * (first + last);
}

// Weighted sums of (t, ln c), taken from the end of the curve backwards, so that the fit over the
// last k points costs no more than one.  Times count from the last point.
class LogFit {
 public:
  void add(double time, double log_value, double weight) {
    ++count_;
    w_ += weight;
    wt_ += weight * time;
    wy_ += weight * log_value;
    wtt_ += weight * time * time;
    wty_ += weight * time * log_value;
    wyy_ += weight * log_value * log_value;
  }
  double slope() const {
    const double spread = w_ * wtt_ - wt_ * wt_;
    return spread > 0 ? (w_ * wty_ - wt_ * wy_) / spread : not_a_number;
  }
  double adjusted_r2() const {
    const double t = w_ * wtt_ - wt_ * wt_, y = w_ * wyy_ - wy_ * wy_, ty = w_ * wty_ - wt_ * wy_;
    if (count_ < 3 || !(t > 0) || !(y > 0)) return not_a_number;
    const double n = static_cast<double>(count_);
    return 1 - (1 - ty * ty / (t * y)) * (n - 1) / (n - 2);
  }

 private:
  std::size_t count_ = 0;
  double w_ = 0, wt_ = 0, wy_ = 0, wtt_ = 0, wty_ = 0, wyy_ = 0;
};

// Half the time to each neighbour in [first, last].
double weight(std::span<const double> times, std::size_t i, std::size_t first, std::size_t last) {
  double around = 0;
  if (i > first) around += times[i] - times[i - 1];
  if (i < last) around += times[i + 1] - times[i];
  return 0.5 * around;
}

std::optional<double> half_life_of_slope(double slope) {
  if (!(slope < 0)) return std::nullopt;
  return std::numbers::ln2 / -slope;
}

// Of a whole curve without a NaN.
std::optional<double> terminal_half_life(const Curve& curve, double highest) {
  const auto& [times, values] = curve;
  const double floor = noise_floor * highest;
  std::size_t last = values.size() - 1;
  while (last > 0 && !(values[last] > floor)) --last;
  std::size_t first = last;  // the last fall is points first..last
  while (first > 0 && values[first - 1] >= values[first]) --first;
  if (!(values[last] > 0) || values[first] < 3 * values[last]) return std::nullopt;

  LogFit fit;
  std::optional<double> slope;
  double best = -std::numeric_limits<double>::infinity();
  for (std::size_t i = last + 1; i-- > first;) {
    fit.add(times[i] - times[last], std::log(values[i]), weight(times, i, first, last));
    if (values[i] < 3 * values[last]) continue;
    const double r2 = fit.adjusted_r2();
    // A longer stretch must fit better by more than rounding: the end of the fall is what counts.
    if (!slope || r2 > best + 1e-9) {
      slope = fit.slope();
      if (!std::isnan(r2)) best = r2;
    }
  }
  return slope ? half_life_of_slope(*slope) : std::nullopt;
}

// How long the segment a-b is above the threshold within [from, to]; its rule is that of the whole
// segment.
double segment_above(const Point& a, const Point& b, double threshold, double from, double to) {
  if (std::max(a.value, b.value) <= threshold) return 0;
  double start = a.time, end = b.time;
  if (std::min(a.value, b.value) < threshold) {
    const double part = falls_exponentially(a, b)
                            ? std::log(a.value / threshold) / std::log(a.value / b.value)
                            : (a.value - threshold) / (a.value - b.value);
    (a.value > b.value ? end : start) = a.time + part * (b.time - a.time);
  }
  return std::max(std::min(end, to) - std::max(start, from), 0.0);
}

double time_above(const Curve& curve, double threshold, double from, double to) {
  double hours = 0;
  for (std::size_t i = 1; i < curve.times.size(); ++i) {
    hours += segment_above(point(curve, i - 1), point(curve, i), threshold, from, to);
  }
  return hours;
}

}  // namespace

Exposure exposure(const Curve& curve, std::span<const double> thresholds) {
  const auto& [times, values] = curve;
  Exposure result{no_peak, no_peak, not_a_number, not_a_number, {}, {}};
  result.hours_above.assign(thresholds.size(), not_a_number);
  if (times.empty()) return result;
  std::size_t highest = 0, lowest = 0;
  bool known = !std::isnan(values[0]);
  double area = 0;
  for (std::size_t i = 1; i < times.size(); ++i) {
    const double a = values[i - 1], b = values[i];
    known &= !std::isnan(b);
    if (b > values[highest]) highest = i;
    if (b < values[lowest]) lowest = i;
    area += (times[i] - times[i - 1]) * (a > b && b > 0 ? logarithmic_mean(a, b) : 0.5 * (a + b));
  }
  if (!known) return result;
  result.highest = first_extreme(curve, highest, std::greater<>{});
  result.lowest = first_extreme(curve, lowest, std::less<>{});
  result.area = area;
  result.mean = times.size() > 1 ? area / (times.back() - times.front()) : values[0];
  result.half_life = terminal_half_life(curve, values[highest]);
  for (std::size_t i = 0; i < thresholds.size(); ++i) {
    result.hours_above[i] = time_above(curve, thresholds[i], times.front(), times.back());
  }
  return result;
}

Peak maximum(const Curve& curve, double from, double to) {
  return extreme(curve, from, to, std::greater<>{});
}

Peak minimum(const Curve& curve, double from, double to) {
  return extreme(curve, from, to, std::less<>{});
}

double at(const Curve& curve, double time) {
  const Stretch part = stretch(curve, time, time);
  return part.values.empty() ? not_a_number : part.values.front();
}

double area(const Curve& curve, double from, double to) {
  if (!covers(curve, from, to)) return not_a_number;
  const auto& times = curve.times;
  const auto first = std::upper_bound(times.begin(), times.end(), from) - times.begin();
  double sum = 0;
  for (auto i = static_cast<std::size_t>(std::max<std::ptrdiff_t>(first, 1));
       i < times.size() && times[i - 1] < to; ++i) {
    sum += segment_area({times[i - 1], curve.values[i - 1]}, {times[i], curve.values[i]}, from, to);
  }
  return sum;
}

double mean(const Curve& curve, double from, double to) {
  return from < to ? area(curve, from, to) / (to - from) : at(curve, from);
}

double hours_above(const Curve& curve, double threshold, double from, double to) {
  const Stretch part = stretch(curve, from, to);
  if (part.values.empty() || has_nan(part.curve())) return not_a_number;
  return time_above(curve, threshold, part.times.front(), part.times.back());
}

std::optional<double> half_life(const Curve& curve, double from, double to) {
  const Stretch part = stretch(curve, from, to);
  const std::size_t size = part.values.size();
  if (size < 2) return std::nullopt;
  LogFit fit;
  for (std::size_t i = 0; i < size; ++i) {
    if (!(part.values[i] > 0)) return std::nullopt;
    fit.add(part.times[i] - part.times.back(), std::log(part.values[i]),
            weight(part.times, i, 0, size - 1));
  }
  return half_life_of_slope(fit.slope());
}

std::optional<double> terminal_half_life(const Curve& curve, double from, double to) {
  const Stretch part = stretch(curve, from, to);
  if (part.values.empty() || has_nan(part.curve())) return std::nullopt;
  return terminal_half_life(part.curve(), *std::ranges::max_element(part.values));
}

}  // namespace vesper::simulate
