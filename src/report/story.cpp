#include "report/story.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace vesper::report {

namespace {

constexpr std::string_view hours_prefix = "hours a day above ";

double threshold_of(const simulate::Metric& metric) {
  return std::strtod(metric.name.c_str() + hours_prefix.size(), nullptr);
}

}  // namespace

std::string HypothesisStory::name() const {
  if (id.empty()) return label.empty() ? "model as it stands" : label;
  return label.empty() ? id : id + " " + label;
}

std::string_view grade_name(Grade grade) {
  static constexpr std::array<std::string_view, 8> names = {
      "established", "supported", "hypothesis", "contradicted",
      "assumed",     "fitted",    "derived",    "ungraded"};
  return names[static_cast<std::size_t>(grade)];
}

Grade parse_grade(const std::string& notes, std::string* rest) {
  const std::size_t end = std::min(notes.find_first_of(";,. \n"), notes.size());
  const std::string word = notes.substr(0, end);
  Grade found = Grade::ungraded;
  for (int i = 0; i < static_cast<int>(Grade::derived); ++i) {
    if (grade_name(static_cast<Grade>(i)) == word) found = static_cast<Grade>(i);
  }
  if (rest != nullptr) {
    const std::size_t after = found == Grade::ungraded ? 0 : notes.find_first_not_of(";,. \n", end);
    *rest = after < notes.size() ? notes.substr(after) : "";
  }
  return found;
}

std::optional<Readout> readout_of(const simulate::Metric& metric) {
  if (metric.name == "Cmax" || metric.name == "highest") return Readout::maximum;
  if (metric.name == "Tmax") return Readout::time_of_maximum;
  if (metric.name == "AUC") return Readout::area;
  if (metric.name == "half-life") return Readout::half_life;
  if (metric.name.starts_with(hours_prefix)) return Readout::hours_above;
  return std::nullopt;
}

const simulate::Metric* find_metric(const Story& story, Readout readout, std::size_t arm,
                                    std::size_t hypothesis, std::size_t output, double threshold) {
  for (const simulate::Metric& metric : story.summary.metrics) {
    if (metric.arm != arm || metric.hypothesis != hypothesis || metric.watched != output ||
        readout_of(metric) != readout) {
      continue;
    }
    const bool other = readout == Readout::hours_above &&
                       std::abs(threshold_of(metric) - threshold) > 1e-6 * std::abs(threshold);
    if (!other) return &metric;
  }
  return nullptr;
}

const simulate::Series* find_series(const Story& story, std::size_t arm, std::size_t hypothesis,
                                    std::size_t output) {
  for (const simulate::Series& series : story.summary.series) {
    if (series.arm == arm && series.hypothesis == hypothesis && series.watched == output) {
      return &series;
    }
  }
  return nullptr;
}

double middle(const simulate::Metric& metric) {
  return metric.patients.n > 0 ? metric.patients.q50 : metric.typical;
}

}  // namespace vesper::report
