// CVODE with backward differentiation formulas, the analytic Jacobian and KLU; see cvode.cpp.
#pragma once

#include <memory>

#include "baseline/baseline.h"

namespace vesper::bench {

std::unique_ptr<Peer> make_cvode(Model model, double relative, double absolute);
const void* address_of_cvode();

}  // namespace vesper::bench
