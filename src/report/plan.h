// What a figure of curves shows, decided before anything is drawn.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/story.h"

namespace vesper::report {

enum class Shown { patients, parameters };

// How one arm's curves are drawn.
struct Pace {
  double every = 0;  // [h] only values this far apart; 0: all
  double cycle =
      0;  // [h] between doses, where single ones are too close to be told apart: then lows
  double phase = 0;  // and highs from dose to dose are drawn, counted from this time on [h]
};

struct Plan {
  std::size_t output = 0;
  Shown shown = Shown::patients;
  double from = 0, to = 0;  // [h]
  bool clock = false;       // x in hours of the clock; else days or weeks
  std::vector<std::size_t> arms = {};
  std::vector<Pace> paces = {};  // of each arm
  // Hypotheses that share a panel, since they agree.
  std::vector<std::vector<std::size_t>> columns = {};
  double low = 0, high = 0, lowest_positive = 0;  // of everything drawn

  const Pace& pace(std::size_t arm) const;
};

// Fills in the rest; none where nothing is to be drawn.  `paced` looks for coarse and crowded
// stretches, as a figure of the whole run has them.
std::optional<Plan> make_plan(const Story& story, Plan plan, bool paced);

// Indices of the grid times within the plan that are drawn.
std::vector<std::size_t> drawn_times(const Story& story, const Plan& plan, const Pace& pace);
// The longest time between drawn values [h].
double coarsest_step(const Story& story, const Plan& plan);

// One series from the start of the grid to the end of the plan; empty where there is none, NaN
// where nobody has a value.
struct Columns {
  std::vector<double> low, q25, median, q75, high, typical;
};

Columns columns_of(const Story& story, const Plan& plan, const simulate::Series& series);

bool has_bands(const Story& story, Shown shown);

// The unit of the horizontal axis.
struct TimeAxis {
  double unit = 1;  // [h]
  std::string title;
};

TimeAxis time_axis(const Plan& plan);

}  // namespace vesper::report
