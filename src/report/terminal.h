// The table that `vesper run` prints when it is done.
#pragma once

#include <string>

#include "report/story.h"

namespace vesper::report {

// For each arm with doses: hypotheses as columns; highest occupancy, hours a day above each
// threshold, Cmax with its unit; then the sentence on where the hypotheses disagree.  At most
// `width` columns wide where that can be done: names of hypotheses are folded first, then
// hypotheses go below each other.  Ends with a newline.
//
//   last week, LDN                        H1 retained      H2 deep pool
//   MOR occupancy, highest                84.0 % [71-92]   79.0 % [66-88]
//     hours a day above 50 %              24.0 [22.1-24.0] 17.0 [8.20-24.0]
//   plasma naltrexone, Cmax               1.10 ng/mL [0.500-2.30]  ...
//   (median [5-95 % of patients])
std::string key_table(const simulate::Study& study, const simulate::Summary& summary, int width);
std::string key_table(const Story& story, int width);

// The rows of that table, for every door: the label, and a cell for each hypothesis.
struct KeyRow {
  std::string label;
  bool under = false;  // belongs to the row before it
  std::vector<std::string> cells;
};
// Levels that nobody in any of `arms` reaches are left out, so that tables of these arms have the
// same rows.
std::vector<KeyRow> key_rows(const Story& story, std::size_t arm,
                             const std::vector<std::size_t>& arms, std::string_view dash);
// What the figures of the rows are: "median [5-95 % of patients]", "typical patient".
std::string key_note(const Story& story, std::string_view dash);

}  // namespace vesper::report
