// What one core can do at most; see peak.cpp.
#pragma once

#include "baseline/baseline.h"

namespace vesper::bench {

Peak measure_peak();

}  // namespace vesper::bench
