// Until when a preparation may be used: the earliest of the table's ceiling, the components' dates
// and the shortest published stability that fits.
#pragma once

#include <string>
#include <vector>

#include "compounding/recipe.h"

namespace vesper::compounding {

struct BeyondUse {
  Date date;
  struct Limit {
    Date date;
    std::string says, source, grade;  // source: an id; both empty of a component
  };
  std::vector<Limit> limits;  // earliest first
  std::string storage;        // "in the refrigerator (2-8 °C)"
  bool studied = false;       // a stability study of this form and excipient decided or agreed
};

// V1207 where something that must lie in the refrigerator does not.
Result<BeyondUse> beyond_use(const Recipe& recipe, const Knowledge& knowledge);

}  // namespace vesper::compounding
