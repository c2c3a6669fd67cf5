// One panel of a figure of curves: bands, lines, doses, thresholds, and what the pointer reads out.
#pragma once

#include <string>
#include <vector>

#include "report/plan.h"
#include "report/spec.h"

namespace vesper::report {

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
// {k: arm * hypotheses + hypothesis, x, and what there is of lo, q1, md, q3, hi, ty}; of an arm
// with a cycle {k, x, lo, ml, mh, hi, tl, th}: lowest of the 5 % line, of the median, highest of
// the median, of the 95 % line, lowest and highest of the typical patient.
spec::Json panel_spec(const Panel& panel);

}  // namespace vesper::report
