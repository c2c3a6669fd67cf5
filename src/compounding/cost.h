// What a dose and a course cost.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compounding/recipe.h"

namespace vesper::compounding {

struct Cost {
  std::string currency;
  std::optional<double> batch, made_dose;  // materials and work; over the doses ordered
  struct Offer {
    double doses = 0;     // in one pack
    double packs = 0;     // bought
    double off = 0;       // fraction that the number of packs takes off
    double price = 0;     // of all packs
    double per_dose = 0;  // over the doses that are taken of them
    double left = 0;      // doses that are not taken
  };
  std::optional<double> course;     // doses
  std::vector<Offer> offers;        // with a course: one a pack; else one a pack and discount
  std::optional<std::size_t> best;  // of the offers: the least for the course
};

std::optional<Cost> cost_of(const Recipe& recipe);

}  // namespace vesper::compounding
