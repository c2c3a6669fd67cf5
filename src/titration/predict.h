// What each step does, by the model: plasma and mu receptors over its last day.
//
// The whole schedule is simulated in the typical patient and in a population, under every
// hypothesis; of each step the last dosing interval is read (of the step that is kept, the one
// after Knowledge::steady days).  Areas and times above a level are those of the trapezium rule on
// a grid of a tenth of an hour.
#pragma once

#include <string>
#include <vector>

#include "simulate/run.h"
#include "titration/schedule.h"

namespace vesper::titration {

// Typical patient; median and 5 to 95 % of the population, all of them the typical one's without.
struct Spread {
  double typical = 0, low = 0, median = 0, high = 0;
};

// Under one hypothesis.
struct Exposure {
  Spread peak, area;              // of plasma naltrexone [unit], [h unit]
  Spread highest, lowest, hours;  // MOR occupancy [%], [%]; hours a day above 50 %
};

struct Prediction {
  std::vector<std::string> hypotheses, labels;
  std::vector<int> days;                         // of each step: the day that is read
  std::vector<std::vector<Exposure>> exposures;  // by step, hypothesis
  std::uint64_t patients = 0, failed = 0;        // of the population; runs that failed
  std::uint64_t seed = 0;
  std::string model, population;
  std::string unit;  // of plasma naltrexone: "ng/mL"
};

// `patients`: 0: the typical one alone.  Errors: those of the model; V0701 where the typical
// patient's run fails.
Result<Prediction> predict(const Schedule& schedule, const Knowledge& knowledge,
                           std::uint64_t patients, const simulate::Options& options,
                           const files::SearchPath& search);

// The schedule as a protocol that `vesper run` takes.  V1302 where a strength is no product's.
Result<std::string> protocol_text(const Schedule& schedule, const Knowledge& knowledge);

// The same in a terminal, JSON and the calendar.  Without a prediction only the schedule.
std::string schedule_text(const Schedule& schedule, const Knowledge& knowledge,
                          const std::optional<Prediction>& prediction);
std::string schedule_json(const Schedule& schedule, const Knowledge& knowledge,
                          const std::optional<Prediction>& prediction);
std::string schedule_calendar(const Schedule& schedule);
// All plans and times of day, for `--list`.
std::string plans_text(const Knowledge& knowledge);
std::string plans_json(const Knowledge& knowledge);

// What must be said with every schedule.
std::vector<std::string> cautions(const Schedule& schedule, const Knowledge& knowledge);

}  // namespace vesper::titration
