// How often an unwanted effect was seen, against placebo.  Data: evidence/side-effects.yaml.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "safety/regimen.h"

namespace vesper::safety {

struct SideEffect {
  std::string effect;
  std::vector<std::string> products, routes;  // of any product by these routes, where none is named
  std::string drug;                           // "naltrexone" when left out
  std::string dose, onset, population, grade, notes;
  std::optional<double> incidence,
      placebo;  // [%]; no placebo: there was none, or its share is not known
  struct Week {
    double week = 0;
    double incidence = 0;           // [%]
    std::optional<double> placebo;  // [%]
  };
  std::vector<Week> by_week;
  std::optional<double> weeks;  // how long they were watched
  std::optional<long> n;        // people
  std::string source;
};

// "alcohol dependence, n 570, 50 mg/day, 12 weeks; week 1: 20 % (placebo 4 %)"
std::string of_whom(const SideEffect& one);

// Empty where the file is not there.
Result<std::vector<SideEffect>> read_side_effects(const files::SearchPath& search);

// Those of the regimen's products; where a product has none of its own, those of its drug and
// route.  The order of the file.
std::vector<SideEffect> expected(const std::vector<SideEffect>& all, const Regimen& regimen);

}  // namespace vesper::safety
