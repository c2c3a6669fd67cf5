// The simulation in sentences, the same in the terminal and on the page.
#pragma once

#include <string>
#include <vector>

#include "safety/competition.h"

namespace vesper::safety {

struct CompetitionWords {
  std::vector<std::string> went_in;
  std::string planned_title, later_title;  // empty where nothing of withdrawal was simulated
  std::string gut;                         // where only that was; else empty
  std::vector<std::string> planned;        // the rules first
  std::string later_before, later_after;   // around the table of days
  std::string block_title;                 // empty where there is no block
  std::vector<std::string> block_before, block_after;  // around its table; warnings last
  std::vector<std::string> lost;                       // empty where no tolerance was lost
};
CompetitionWords words_of(const Competition& simulated, const Check& check);

// A whole number that is not below 0.
std::string whole(double value);
// [h] "30min", "2 h", "7 d", for the heads of columns; "2 h", "7 days", "4 weeks", for sentences.
std::string short_text(double hours);
std::string long_text(double hours);

}  // namespace vesper::safety
