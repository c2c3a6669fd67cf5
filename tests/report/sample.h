// A story made by hand: nightly doses in two arms under three hypotheses, small enough to check.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "report/story.h"

namespace vesper::report::sample {

inline simulate::Band band(double median, double spread, std::uint64_t n = 200) {
  simulate::Band band;
  band.n = n;
  band.mean = band.q50 = median;
  band.q05 = median / (1 + spread);
  band.q25 = median / (1 + spread / 3);
  band.q75 = median * (1 + spread / 3);
  band.q95 = median * (1 + spread);
  return band;
}

// Nightly doses at 22:00; one-compartment oral, relative to the peak of one dose.
inline double exposure(double hours, double half_life) {
  double sum = 0;
  const double k = std::log(2) / half_life, ka = 2;
  for (double dose = 22; dose <= hours; dose += 24) {
    const double t = hours - dose;
    sum += std::exp(-k * t) - std::exp(-ka * t);
  }
  return sum;
}

inline void add_metric(Story& story, std::size_t hypothesis, std::size_t output, std::string name,
                       double median, double spread, std::string unit) {
  simulate::Metric metric;
  metric.name = std::move(name);
  metric.unit = std::move(unit);
  metric.arm = 0;
  metric.hypothesis = hypothesis;
  metric.watched = output;
  metric.patients = band(median, spread);
  metric.typical = median * 1.02;
  metric.uncertainty = band(median, spread * 0.7, 40);
  story.summary.metrics.push_back(std::move(metric));
}

inline void add_curves(Story& story, std::size_t arm, std::size_t hypothesis) {
  const double half_lives[] = {90, 96, 6};
  const bool dosed = arm == 0;
  for (std::size_t output = 0; output < 2; ++output) {
    simulate::Series series;
    series.arm = arm;
    series.hypothesis = hypothesis;
    series.watched = output;
    for (const double hours : story.grid) {
      const double effect = 0.45 * exposure(hours, half_lives[hypothesis]);
      const double value = output == 0 ? 1.1 * exposure(hours, 4) : 100 * effect / (1 + effect);
      simulate::Band all = band(dosed ? value : 0, output == 0 ? 0.9 : 0.25);
      if (output == 1) all.q95 = std::min(all.q95, 100.0);
      series.patients.push_back(all);
      series.typical.push_back(dosed ? value * 1.02 : 0);
      series.uncertainty.push_back(band(dosed ? value : 0, 0.2, 40));
    }
    story.summary.series.push_back(std::move(series));
  }
}

inline void add_design(Story& story) {
  story.title = "Low-dose naltrexone at bedtime";
  story.model = "naltrexone.ant";
  story.model_id = "naltrexone";
  story.states = 21;
  story.population = "Healthy adults";
  story.noun = "adults";
  story.covariates = {"sex", "age", "weight"};
  story.varying = {"CL", "F"};
  story.patients = 200;
  story.seed = 1;
  story.duration = 14 * 24;
  story.window_from = 7 * 24;
  story.window = "last week";
  story.uncertainty_draws = 40;
  story.version = "0.1.0";
  story.command = "vesper run protocols/ldn-bedtime.yaml --patients 200 --seed 1";
  story.relative_tolerance = 1e-6;
  story.absolute_tolerance = 1e-9;
  ArmStory ldn{"LDN", {}, {}, {}};
  ldn.doses.push_back({22,
                       "1.5 mg",
                       "Naltrexone 1.5 mg capsule",
                       "ldn-capsule-1.5mg",
                       "1.5 mg naltrexone hydrochloride, 3.97 µmol",
                       "every 24 h, from day 1, 22:00 to day 7",
                       "",
                       {"label-2013"}});
  ldn.doses.push_back({22 + 7 * 24,
                       "4.5 mg",
                       "Naltrexone 4.5 mg capsule",
                       "ldn-capsule-4.5mg",
                       "4.5 mg naltrexone hydrochloride, 11.9 µmol",
                       "every 24 h, from day 8, 22:00 to the end",
                       "",
                       {"label-2013"}});
  for (double t = 22; t < story.duration; t += 24) ldn.dose_times.push_back(t);
  story.arms = {ldn, {"placebo", {}, {}, {"taking_part = 0"}}};
  story.costs = {{"pk", 2, 10, 1, 4, 0.75}, {"", 1, 10, 0, 1, 0.25}};
  story.hypotheses = {{"H1", "retained", {{"deep", "", "", 0}, {"retention", "", "", 1}}},
                      {"H2", "deep pool", {{"deep", "", "", 1}, {"retention", "", "", 0}}},
                      {"H3", "fast", {{"deep", "", "", 0}, {"retention", "", "", 0}}}};
  story.outputs = {{"plasma naltrexone", "ng/mL", {}}, {"MOR occupancy", "%", {50, 80}}};
  for (double t = 0; t <= story.duration; t += 1) story.grid.push_back(t);
  story.inputs = {{"protocol", "protocols/ldn-bedtime.yaml", std::string(64, 'a')},
                  {"model", "models/naltrexone.ant", std::string(64, 'b')}};
}

inline void add_parameters(Story& story) {
  ParameterStory clearance;
  clearance.id = clearance.label = "CL";
  clearance.unit = "L/h";
  clearance.values = {140, 140, 140};
  clearance.varies = true;
  clearance.uncertainty = "CV 30 %";
  clearance.grade = Grade::established;
  clearance.remarks = "94-210 in other sources";
  clearance.source = "Dunbar2007";
  clearance.citation = "Dunbar JL et al. (2007) Clin Drug Investig";
  clearance.locator = "doi:10.1000/xyz";
  ParameterStory retention;
  retention.id = "retention";
  retention.label = "retention of MOR";
  retention.values = {1, 0, 0};
  retention.grade = Grade::hypothesis;
  story.parameters = {clearance, retention};
}

inline Story story() {
  Story story;
  add_design(story);
  add_parameters(story);
  story.settled_by = {"a scan 12 and 24 h after 4.5 mg would settle it"};
  const double hours50[] = {24, 17.4, 3.1}, hours80[] = {11, 2, 0}, highest[] = {84, 79, 61};
  for (std::size_t h = 0; h < 3; ++h) {
    for (std::size_t arm = 0; arm < 2; ++arm) add_curves(story, arm, h);
    add_metric(story, h, 0, "Cmax", 1.1, 1.0, "ng/mL");
    add_metric(story, h, 1, "highest", highest[h], 0.12, "%");
    add_metric(story, h, 1, "hours a day above 50 %", hours50[h], 0.3, "h");
    add_metric(story, h, 1, "hours a day above 80 %", hours80[h], 0.3, "h");
  }
  for (simulate::Metric& metric : story.summary.metrics) {
    if (metric.unit == "h") {
      metric.typical = std::min(metric.typical, 24.0);
      for (simulate::Band* band : {&metric.patients, &metric.uncertainty}) {
        band->q75 = std::min(band->q75, 24.0);
        band->q95 = std::min(band->q95, 24.0);
      }
    }
  }
  story.summary.solved = 1200;
  story.summary.seconds = 61;
  return story;
}

}  // namespace vesper::report::sample
