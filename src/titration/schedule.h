// From a plan and what is at hand to a schedule: whole units that make each dose, day by day.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dosing/dosing.h"
#include "files/dates.h"
#include "titration/plans.h"

namespace vesper::titration {

// A strength at hand.
struct Strength {
  double mg = 0;             // one unit [mg of the product's form]
  dosing::Product product;   // of the house, or a capsule with this strength in its place
  bool of_the_house = true;  // a file of products/ has it
  std::string noun() const;  // "capsule", "tablet", "mL", "unit"
  std::string text() const;  // "1.5 mg capsule", "1 mg/mL"
  // What is counted: 1, or a tenth of a unit for what is measured out (mL).
  double part() const;
};

struct Step {
  double mg = 0;              // a dose, as it is made of units
  double wanted = 0;          // of the plan; differs only when the nearest was asked for
  int first = 1;              // day, from 1
  std::optional<int> days;    // none: kept
  std::vector<double> units;  // of each strength, a dose
};

struct Schedule {
  Plan plan;
  double target = 0;  // [mg]
  std::vector<Strength> strengths;
  files::Date start;
  std::string at;  // "22:00"
  std::vector<Step> steps;
  int course = 0;              // [d] for which units are counted
  std::vector<double> totals;  // of each strength, over the course
  std::optional<double> pack;  // units (mL of a liquid) in the packs that are sold
  std::vector<std::string> remarks;

  files::Date first_of(const Step& step) const { return start + std::chrono::days(step.first - 1); }
  int days_of(const Step& step) const;                // within the course
  bool takes(std::size_t strength) const;             // whether any step does
  double reached() const { return steps.back().mg; }  // [mg] the target, or the nearest to it
};

// Whole packs of a strength over the course, and what is left of them at its end.
struct Packs {
  int count = 0;
  double left = 0;
};
std::optional<Packs> packs_of(const Schedule& schedule, std::size_t strength);

struct ScheduleRequest {
  Plan plan;
  std::optional<double> target;  // [mg]; else the plan's own, else `usual`
  double usual = 0;              // [mg]
  std::vector<Strength> strengths;
  files::Date start;
  std::string at;              // "22:00"
  int course = 0;              // [d]
  std::optional<double> pack;  // units in a pack
  // A dose that cannot be made is made as nearly as it can, never above the plan's next dose.
  bool nearest = false;
};

// [h] since midnight: "22:00", "9:30".  V0901 for what is no clock time.
Result<double> clock_hours(const std::string& at);

// Errors: those of the clock time; V1301 for a target that the plan does not reach, V1302 without
// strengths, V1303 for a dose that no whole units make (and its neighbours that some do).
Result<Schedule> make_schedule(const ScheduleRequest& request);

// Products of products/, or strengths such as "0.5mg", for which a capsule of that strength is
// taken.  V1302.
Result<std::vector<Strength>> read_strengths(const std::vector<std::string>& names,
                                             const Knowledge& knowledge,
                                             const files::SearchPath& search);

// "1 capsule of 1.5 mg and 1 of 3 mg"
std::string units_text(const Schedule& schedule, const Step& step);
// "70 × 3 mg capsule (3 packs of 30, 20 left over), 14 × 1.5 mg capsule": over the course
std::string totals_text(const Schedule& schedule);
// "From Tue 1 Dec 2026: 1 capsule of 1.5 mg each evening at 22:00, for 14 days."
std::vector<std::string> label_lines(const Schedule& schedule);

}  // namespace vesper::titration
