#include "simulate/exposure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "simulate/metrics.h"
#include "simulate/resolve.h"

namespace vesper::simulate {
namespace {

using Of = MetricKind::Of;

std::string area_unit(const std::string& unit) {
  return unit.empty() ? "h" : "h*" + unit;
}

class Kinds {
 public:
  explicit Kinds(const Study& study) : study_(study) {}

  std::vector<MetricKind> all() {
    for (std::size_t watched = 0; watched < study_.watched().size(); ++watched) add(watched);
    return std::move(kinds_);
  }

 private:
  void add(std::size_t watched) {
    const WatchedOutput& output = study_.watched()[watched];
    const bool occupancy = !output.thresholds.empty();
    add(watched, Of::maximum, occupancy ? "highest" : "Cmax", occupancy ? "max" : "cmax",
        output.unit, "highest value");
    add(watched, Of::time_of_maximum, "Tmax", "tmax", "h",
        "time of the first peak that is as high as any, from the start of the window");
    add(watched, Of::area, "AUC", "auc", area_unit(output.unit), "area under the curve");
    add(watched, Of::half_life, "half-life", "half_life", "h",
        "terminal half-life, of the last fall that is at least three-fold");
    add(watched, Of::mean, "mean", "mean", output.unit, "mean over time");
    add(watched, Of::minimum, "trough", "trough", output.unit, "lowest value");
    for (const double threshold : output.thresholds) {
      const std::string level = output.unit.empty()
                                    ? fmt::format("{:g}", threshold)
                                    : fmt::format("{:g} {}", threshold, output.unit);
      add(watched, Of::hours_above, "hours a day above " + level,
          "hours_a_day_above_" + identifier_of_level(threshold, output.unit), "h",
          "hours a day above " + level);
      kinds_.back().threshold = threshold;
      kinds_.back().column = kinds_.back().variable;  // the name holds the unit
    }
  }

  static std::string identifier_of_level(double threshold, const std::string& unit) {
    std::string number = fmt::format("{:g}", threshold);
    for (char& c : number) c = c == '.' || c == '-' || c == '+' ? '_' : c;
    const std::string suffix = unit_suffix(unit);
    return suffix.empty() ? number : number + "_" + suffix;
  }

  void add(std::size_t watched, Of of, std::string name, const std::string& ending,
           const std::string& unit, const std::string& meaning) {
    const WatchedOutput& output = study_.watched()[watched];
    MetricKind kind;
    kind.of = of;
    kind.watched = watched;
    kind.name = std::move(name);
    kind.unit = unit;
    kind.variable = output.variable + "_" + ending;
    const std::string suffix = unit_suffix(unit);
    kind.column = suffix.empty() ? kind.variable : kind.variable + "_" + suffix;
    kind.meaning =
        fmt::format("{}: {}, window: {}", output.label, meaning, study_.protocol().window_label);
    kinds_.push_back(std::move(kind));
  }

  const Study& study_;
  std::vector<MetricKind> kinds_;
};

double value_of(const MetricKind& kind, const WatchedOutput& output, const Exposure& exposure,
                double from, double to) {
  switch (kind.of) {
    case Of::maximum:
      return exposure.highest.value;
    case Of::time_of_maximum:
      return exposure.highest.time - from;
    case Of::area:
      return exposure.area;
    case Of::half_life:
      return exposure.half_life.value_or(std::numeric_limits<double>::quiet_NaN());
    case Of::mean:
      return exposure.mean;
    case Of::minimum:
      return exposure.lowest.value;
    case Of::hours_above: {
      const auto at = std::ranges::find(output.thresholds, kind.threshold);
      const auto which = static_cast<std::size_t>(at - output.thresholds.begin());
      return exposure.hours_above[which] / ((to - from) / 24);
    }
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

std::vector<MetricKind> metric_kinds(const Study& study) {
  return Kinds(study).all();
}

std::vector<double> evaluate(const std::vector<MetricKind>& kinds, const solve::Solution& solution,
                             const Study& study) {
  std::vector<double> values(kinds.size(), std::numeric_limits<double>::quiet_NaN());
  if (solution.failure) return values;
  const std::size_t outputs = study.watched().size();
  const double from = study.protocol().window_from, to = study.protocol().duration;
  const auto& trace = solution.trace;
  assert(!trace.times.empty() && std::abs(trace.times.front() - from) <= 1e-6);
  std::vector<double> column(trace.times.size());
  std::size_t loaded = outputs;
  Exposure window;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const WatchedOutput& output = study.watched()[kinds[i].watched];
    if (kinds[i].watched != loaded) {
      loaded = kinds[i].watched;
      for (std::size_t k = 0; k < column.size(); ++k) {
        column[k] = trace.values[k * outputs + loaded];
      }
      window = exposure({trace.times, column}, output.thresholds);
    }
    values[i] = value_of(kinds[i], output, window, from, to);
  }
  return values;
}

}  // namespace vesper::simulate
