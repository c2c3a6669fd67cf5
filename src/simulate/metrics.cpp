// Exposure metrics.
//
//   area, rising or touching 0:  (t2 - t1) (c1 + c2) / 2
//   area, falling:               (t2 - t1) (c1 - c2) / ln(c1 / c2)
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

// Values below this part of the highest one are the integrator's error, no terminal phase.
constexpr double noise_floor = 1e-6;

struct Point {
  double time = 0, value = 0;
};

// Times come from unit conversions: the ends of a stretch are allowed to miss the curve by
// rounding.
double slack(const Curve& curve) {
  return 1e-9 * std::max(1.0, std::abs(curve.times.back()));
}

bool falls_exponentially(const Point& a, const Point& b) {
  return a.value > b.value && b.value > 0;
}

double between(const Point& a, const Point& b, double time, bool exponential) {
  if (b.time == a.time) return b.value;
  const double part = (time - a.time) / (b.time - a.time);
  if (exponential && falls_exponentially(a, b)) {
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

// The points of the curve in [from, to] with its ends interpolated; empty where the stretch lies
// outside the curve.
std::vector<Point> stretch(const Curve& curve, double from, double to, bool exponential) {
  std::vector<Point> points;
  if (!covers(curve, from, to)) return points;
  from = std::clamp(from, curve.times.front(), curve.times.back());
  to = std::clamp(to, curve.times.front(), curve.times.back());

  // A jump at `from` happens before the stretch, one at `to` within it.
  const auto begin = curve.times.begin();
  const auto first = std::upper_bound(begin, curve.times.end(), from) - begin;
  const auto last = std::upper_bound(begin, curve.times.end(), to) - begin;
  const auto point = [&](std::ptrdiff_t i) {
    const auto k = static_cast<std::size_t>(i);
    return Point{curve.times[k], curve.values[k]};
  };
  const auto size = static_cast<std::ptrdiff_t>(curve.times.size());
  points.reserve(static_cast<std::size_t>(last - first) + 2);
  const auto value_at = [&](std::ptrdiff_t next, double time) {
    const Point before = point(next - 1);
    return next < size && before.time < time ? between(before, point(next), time, exponential)
                                             : before.value;
  };
  points.push_back({from, value_at(first, from)});
  for (std::ptrdiff_t i = first; i < last; ++i) points.push_back(point(i));
  if (points.back().time < to) points.push_back({to, value_at(last, to)});
  return points;
}

bool has_nan(const std::vector<Point>& points) {
  return std::any_of(points.begin(), points.end(),
                     [](const Point& point) { return std::isnan(point.value); });
}

// Second divided difference around points[i]; none at an end or beside a jump.
std::optional<double> curvature(const std::vector<Point>& points, std::size_t i) {
  if (i == 0 || i + 1 >= points.size()) return std::nullopt;
  const Point &a = points[i - 1], &b = points[i], &c = points[i + 1];
  if (a.time == b.time || b.time == c.time) return std::nullopt;
  const double left = (b.value - a.value) / (b.time - a.time);
  const double right = (c.value - b.value) / (c.time - b.time);
  return (right - left) / (c.time - a.time);
}

// The vertex of the parabola through points[i] and its neighbours, where the curve is smooth there:
// at a kink the curvature stands out from its neighbours' and the parabola would overshoot.
Peak refined(const std::vector<Point>& points, std::size_t i) {
  const Peak plain{points[i].time, points[i].value};
  const auto here = curvature(points, i);
  const auto before = i > 0 ? curvature(points, i - 1) : std::nullopt;
  const auto after = curvature(points, i + 1);
  if (!here || !before || !after || *here == 0) return plain;
  if (std::abs(*here) > 4 * std::max(std::abs(*before), std::abs(*after))) return plain;
  const Point &a = points[i - 1], &b = points[i], &c = points[i + 1];
  const double left = (b.value - a.value) / (b.time - a.time);
  // Newton form: p(t) = a + left (t - ta) + here (t - ta)(t - tb); p' = 0 at the vertex.
  const double time = 0.5 * (a.time + b.time) - left / (2 * *here);
  if (!(time > a.time && time < c.time)) return plain;
  return {time, a.value + left * (time - a.time) + *here * (time - a.time) * (time - b.time)};
}

Peak extreme(const Curve& curve, double from, double to,
             const std::function<bool(double, double)>& better) {
  const auto points = stretch(curve, from, to, false);
  if (points.empty() || has_nan(points)) return {not_a_number, not_a_number};
  std::size_t best = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (better(points[i].value, points[best].value)) best = i;
  }
  return refined(points, best);
}

// Area under the segment a-b within [from, to].  Its rule is that of the whole segment, so that
// areas of adjoining stretches add up.
double segment_area(const Point& a, const Point& b, double from, double to) {
  const double start = std::max(a.time, from), end = std::min(b.time, to);
  if (!(start < end)) return 0;
  const double first = between(a, b, start, true), last = between(a, b, end, true);
  // Below a millionth's fall the logarithm's rounding costs more than the straight line's error.
  if (falls_exponentially(a, b) && first - last > 1e-6 * first) {
    return (end - start) * (first - last) / std::log(first / last);
  }
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
double weight(const std::vector<Point>& points, std::size_t i, std::size_t first,
              std::size_t last) {
  double around = 0;
  if (i > first) around += points[i].time - points[i - 1].time;
  if (i < last) around += points[i + 1].time - points[i].time;
  return 0.5 * around;
}

std::optional<double> half_life_of_slope(double slope) {
  if (!(slope < 0)) return std::nullopt;
  return std::numbers::ln2 / -slope;
}

}  // namespace

Peak maximum(const Curve& curve, double from, double to) {
  return extreme(curve, from, to, std::greater<>{});
}

Peak minimum(const Curve& curve, double from, double to) {
  return extreme(curve, from, to, std::less<>{});
}

double at(const Curve& curve, double time) {
  const auto points = stretch(curve, time, time, false);
  return points.empty() ? not_a_number : points.front().value;
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
  const auto points = stretch(curve, from, to, false);
  if (points.empty() || has_nan(points)) return not_a_number;
  double hours = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const Point &a = points[i - 1], &b = points[i];
    const double low = std::min(a.value, b.value), high = std::max(a.value, b.value);
    if (high <= threshold) continue;
    hours += (b.time - a.time) * (low >= threshold ? 1 : (high - threshold) / (high - low));
  }
  return hours;
}

std::optional<double> half_life(const Curve& curve, double from, double to) {
  const auto points = stretch(curve, from, to, true);
  if (points.size() < 2) return std::nullopt;
  LogFit fit;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!(points[i].value > 0)) return std::nullopt;
    fit.add(points[i].time - points.back().time, std::log(points[i].value),
            weight(points, i, 0, points.size() - 1));
  }
  return half_life_of_slope(fit.slope());
}

std::optional<double> terminal_half_life(const Curve& curve, double from, double to) {
  const auto points = stretch(curve, from, to, true);
  if (points.empty() || has_nan(points)) return std::nullopt;
  double highest = 0;
  for (const Point& point : points) highest = std::max(highest, point.value);
  const double floor = noise_floor * highest;

  std::size_t last = points.size() - 1;
  while (last > 0 && !(points[last].value > floor)) --last;
  std::size_t first = last;  // the last fall is points[first..last]
  while (first > 0 && points[first - 1].value >= points[first].value) --first;
  if (!(points[last].value > 0) || points[first].value < 3 * points[last].value) {
    return std::nullopt;
  }

  LogFit fit;
  std::optional<double> slope;
  double best = -std::numeric_limits<double>::infinity();
  for (std::size_t i = last + 1; i-- > first;) {
    fit.add(points[i].time - points[last].time, std::log(points[i].value),
            weight(points, i, first, last));
    if (points[i].value < 3 * points[last].value) continue;
    const double r2 = fit.adjusted_r2();
    // A longer stretch must fit better by more than rounding: the end of the fall is what counts.
    if (!slope || r2 > best + 1e-9) {
      slope = fit.slope();
      if (!std::isnan(r2)) best = r2;
    }
  }
  return slope ? half_life_of_slope(*slope) : std::nullopt;
}

}  // namespace vesper::simulate
