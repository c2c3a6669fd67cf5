// What units that miss the label do to a patient: simulated, for the kinetics through receptors is
// not linear.
//
// The typical patient takes the label's dose once a day at bedtime for four weeks, then for four
// weeks either goes on so or takes units of a batch, one after the other.  Each day of the last
// four weeks, from dose to dose, has its area and peak of plasma drug and its hours of occupied
// receptor.
#pragma once

#include <string>
#include <vector>

#include "compounding/uniformity.h"
#include "simulate/study.h"

namespace vesper::compounding {

inline constexpr int exposure_days = 28;  // before, and with the batch
inline constexpr double bedtime = 22;     // [h]

struct Spread {
  double mean = 0, low = 0, high = 0;  // over the days
};

struct Exposure {
  std::string model, product;
  struct Batch {
    std::string says;              // "simulated batch 17: ..."
    std::vector<double> contents;  // [%] by day
  };
  std::vector<Batch> batches;
  struct Row {
    std::string hypothesis;    // "H1 ..."; empty where the model has none
    std::size_t batch = 0;     // 0: the label's dose; else batches[batch - 1]
    Spread area, peak, hours;  // [ng/mL h], [ng/mL] of plasma drug; [h] a day of MOR above 50 %
  };
  std::vector<Row> rows;
  bool failing = false;  // the batches fail the test; else they are the worst there are
};

// Assayed units where there are any, else the failing batches: that of the middle acceptance value
// and the worst; where none fails, the worst of all.  V1207 where the recipe names no product; a
// run that fails is an error of exit code 1.
Result<Exposure> exposure(const Recipe& recipe, const Uniformity& uniformity,
                          const std::optional<Assayed>& assayed, const simulate::Options& options,
                          const files::SearchPath& search);

}  // namespace vesper::compounding
