// This build of the bench against another one, run in turn.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "workload.h"

namespace vesper::bench {

// The time of this build over the other's, pair by pair, on one workload.
struct Comparison {
  std::string workload;
  std::vector<double> ratios;
  double median = 1, low = 1, high = 1;       // low, high: quartiles
  bool slower() const { return low > 1.05; }  // by more than 5 %, beyond the spread
};

// Runs both programs with `--only fast --workload NAME --json` and `further` arguments, `pairs`
// times.
Expected<Comparison> compare_builds(const std::filesystem::path& own,
                                    const std::filesystem::path& other, const std::string& workload,
                                    unsigned pairs, const std::vector<std::string>& further);

}  // namespace vesper::bench
