// Are the hand-written models the ones that Vesper reads?
#pragma once

#include "baseline/baseline.h"
#include "workload.h"

namespace vesper::bench {

// Rates and Jacobian at random states of random patients and the initial state, against Vesper's
// reference evaluation: within 1e-12 of the largest magnitude that enters a row.
Expected<void> check_equations(const Workload& workload, const Baseline& baseline);

}  // namespace vesper::bench
