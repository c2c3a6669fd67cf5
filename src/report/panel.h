// One panel of a figure of curves: bands, lines, doses, thresholds, and what the pointer reads out.
#pragma once

#include <string>
#include <vector>

#include "report/spec.h"

namespace vesper::report {

enum class Shown { patients, parameters };

struct Plan {
  std::size_t output = 0;
  Shown shown = Shown::patients;
  double from = 0, to = 0;  // [h]
  double every = 0;         // [h] only values this far apart are drawn; 0: all
  double cycle = 0;         // [h] between doses, where single ones are too close to be told apart:
  double phase = 0;         // then lows and highs between doses are drawn, from this time on [h]
  bool clock = false;       // x in hours of the clock; else days or weeks
  std::vector<std::size_t> arms = {};
  std::vector<std::vector<std::size_t>> columns =
      {};                                         // hypotheses that share a panel, since they agree
  double low = 0, high = 0, lowest_positive = 0;  // of everything drawn
};

// The unit of the horizontal axis.
struct TimeAxis {
  double unit = 1;  // [h]
  std::string title;
};

TimeAxis time_axis(const Plan& plan);

const std::vector<simulate::Band>& bands(const simulate::Series& series, Shown shown);
bool has_bands(const Story& story, Shown shown);

struct Panel {
  const Story& story;
  const Plan& plan;
  const std::vector<std::size_t>& group;  // hypotheses
  std::vector<std::size_t> arms;          // one, or all as colours
  double width = 300, height = 150;
  bool first_column = true, first_row = true, last_row = true;
  std::string name;  // unique in the figure
};

// A layered unit specification over the dataset "curves", whose rows are
// {k: arm * hypotheses + hypothesis, x, and what there is of lo, q1, md, q3, hi, ty}; of a plan
// with a cycle {k, x, lo, ml, mh, hi, tl, th}: lowest of the 5 % line, of the median, highest of
// the median, of the 95 % line, lowest and highest of the typical patient.
spec::Json panel_spec(const Panel& panel);

}  // namespace vesper::report
