// The engine that a run of the tests is to use: $VESPER_TEST_ENGINE is `reference`, or the number
// of lanes of the fast engine.  ctest runs the tests of what stands on an engine once more for
// each.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "simulate/study.h"

namespace vesper::testing {

inline std::string engine_in_force() {
  const char* name = std::getenv("VESPER_TEST_ENGINE");
  return name == nullptr ? "" : name;
}

inline simulate::Options options_in_force() {
  simulate::Options options;
  const std::string name = engine_in_force();
  if (name == "reference") {
    options.engine = simulate::Engine::reference;
  } else if (!name.empty()) {
    options.lanes = static_cast<unsigned>(std::stoul(name));
  }
  return options;
}

}  // namespace vesper::testing
