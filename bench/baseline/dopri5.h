// Boost.odeint's explicit Runge-Kutta method; see dopri5.cpp.
#pragma once

#include <memory>

#include "baseline/baseline.h"

namespace vesper::bench {

std::unique_ptr<Peer> make_dopri5(double relative, double absolute);

}  // namespace vesper::bench
