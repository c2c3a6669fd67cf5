// What a report tells, as plain data: made from a study and its summary, or filled by hand.  Text
// is kept as the user's files have it; the page and the figures escape it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "equations/cost.h"
#include "evidence/evidence.h"
#include "simulate/run.h"

namespace vesper::report {

struct DoseLine {       // one line of an arm's regimen
  double first = 0;     // [h] of its first dose
  std::string step;     // "4.5 mg": what a figure says where it begins
  std::string product;  // its name
  std::string product_id;
  std::string amount;    // "4.5 mg as hydrochloride (11.9 µmol naltrexone)"
  std::string schedule;  // "every 24 h at 22:00, day 15 to the end"
  std::string remarks;   // adherence, food; may be empty
  std::vector<std::string> sources;
};

struct ArmStory {
  std::string name;
  std::vector<DoseLine> doses;        // empty: placebo or no treatment
  std::vector<double> dose_times;     // [h] planned, ascending
  std::vector<std::string> settings;  // "taking_part = 0": of this arm alone
};

struct HypothesisStory {
  std::string id, label;  // both empty: the model as it stands
  struct Setting {
    std::string parameter, unit, notes;
    double value = 0;
  };
  std::vector<Setting> settings;
  std::string name() const;  // "H1 retained"; "model as it stands"
};

enum class Grade {
  established,
  supported,
  hypothesis,
  contradicted,
  assumed,
  fitted,
  derived,
  ungraded
};
std::string_view grade_name(Grade grade);
// The grade at the start of notes (never `derived`, which is what is computed from graded values);
// `rest` gets the remarks behind it.
Grade parse_grade(const std::string& notes, std::string* rest = nullptr);

struct ParameterStory {
  std::string id, label, unit;
  std::vector<double> values;  // typical, as used under each hypothesis; NaN: could not be computed
  bool set = false;            // by the protocol or --set, in place of the model's value
  bool varies = false;         // between patients
  std::string formula;         // where it is computed from others
  std::string uncertainty;     // "CV 30 %", "95 % CI 94–210"; may be empty
  Grade grade = Grade::ungraded;
  std::string remarks;
  std::string source;             // as written: an id or a locator
  std::string citation, locator;  // of that id; empty where it is not in evidence/sources.yaml
};

struct OutputStory {
  std::string label, unit;
  std::vector<double> thresholds;  // shown unit; not empty for occupancies
  bool occupancy() const { return !thresholds.empty(); }
};

struct Story {
  std::string title, model, model_id;
  std::size_t states = 0;
  std::string population, noun;  // "Healthy adults", "adults"; empty without a population
  std::vector<std::string> covariates, varying;
  std::uint64_t patients = 0;  // 0: the typical patient alone
  std::uint64_t first_patient = 1;
  std::uint64_t seed = 0;
  double duration = 0;     // [h]
  double window_from = 0;  // [h]
  std::string window;      // "last week"
  unsigned uncertainty_draws = 0;
  std::vector<ArmStory> arms;
  std::vector<HypothesisStory> hypotheses;  // at least one
  std::vector<OutputStory> outputs;
  std::vector<double> grid;  // [h]
  simulate::Summary summary;
  std::vector<std::string> failures;  // one line each
  std::vector<ParameterStory> parameters;
  std::vector<evidence::SourceEntry> cited;  // of products and the population
  std::vector<std::string> settled_by;       // what would decide between the hypotheses
  std::vector<simulate::InputFile> inputs;
  std::vector<equations::ModuleCost> costs;
  std::string version, command, solver;
  double relative_tolerance = 0, absolute_tolerance = 0, tolerance_of_largest = 0;
};

// `summary` is moved into the story.
Story tell(const simulate::Study& study, simulate::Summary summary,
           const std::vector<evidence::SourceEntry>& sources);

// What is asked of a metric's name, whatever the output is called.
enum class Readout { maximum, time_of_maximum, area, half_life, hours_above };
std::optional<Readout> readout_of(const simulate::Metric& metric);

// The metric of one arm, hypothesis and output; null when there is none.  `threshold` is meant in
// the shown unit and only looked at for hours_above.
const simulate::Metric* find_metric(const Story& story, Readout readout, std::size_t arm,
                                    std::size_t hypothesis, std::size_t output,
                                    double threshold = 0);
const simulate::Series* find_series(const Story& story, std::size_t arm, std::size_t hypothesis,
                                    std::size_t output);

// The figure to quote: the patients' median, or the typical patient where there are no patients.
double middle(const simulate::Metric& metric);

// One thing the hypotheses disagree about, or agree on.
struct Contrast {
  std::size_t arm = 0, output = 0;
  Readout readout = Readout::maximum;
  double threshold = 0;
  std::size_t lowest = 0, highest = 0;  // hypotheses
  double low = 0, high = 0;
  double size = 0;  // 0: the same; 1: as far apart as can be
};
// Every readout of every dosed arm, the largest disagreement first.  Empty with one hypothesis.
std::vector<Contrast> contrasts(const Story& story);
// "The hypotheses disagree most about hours a day above 50 % MOR occupancy: from 3.1 (H3) to 24
// (H1) in LDN."  Empty with one hypothesis or nothing to compare.
std::string disagreement(const Story& story);

}  // namespace vesper::report
