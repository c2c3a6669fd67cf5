// What units of uneven content do to the patient, through the model's kinetics: the typical patient
// takes one unit a day, each with the content of another unit of the batch, beside one who takes
// what the label says.
//
// Areas are those of the trapezium rule on a grid of a tenth of an hour; a day runs from dose to
// dose, and the days read are the last ones, after Exposure::before days of the same.
#pragma once

#include <string>
#include <vector>

#include "compounding/uniformity.h"
#include "simulate/study.h"

namespace vesper::compounding {

// Over the days: the least, the median and the most; of the label every day is the same.
struct DaySpread {
  double label = 0, least = 0, median = 0, most = 0;
};

struct Exposure {
  std::vector<std::string> hypotheses, labels;
  std::string unit;  // of plasma: "ng/mL"
  struct Under {
    DaySpread peak, area;              // of plasma naltrexone
    DaySpread highest, lowest, hours;  // MOR occupancy [%], [%], hours a day above 50 %
  };
  std::vector<Under> under;  // by hypothesis
  int before = 0, days = 0;  // [d] not read, read
  std::string model, of;     // "the failing batch", "the assayed units"
};

// `percent`: contents of units, taken one a day in this order, again from the first when they are
// used up.  Errors: V1207 where the recipe names no product or none that the model takes up, those
// of the model.
Result<Exposure> exposure_of(const Recipe& recipe, const std::vector<double>& percent,
                             const std::string& of, const simulate::Options& options,
                             const files::SearchPath& search);

}  // namespace vesper::compounding
