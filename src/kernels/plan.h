// What the functions of a system compute, rewritten for speed before any code is made.
//
// Before: dA/dt = -(CL+Q)/V * A, dM/dt = Vmax*C/(Km + C), dN/dt = k/(Km + C)
// After:  dA/dt = -c0 * A,       dM/dt = Vmax*C*r, dN/dt = k*r,    r = 1/(Km + C), c0 = (CL+Q)/V
//
// Rewritten where the meaning stays the same but for rounding:
//   a/b with b of parameters alone, or with b the divisor of two quotients or more -> a * (1/b)
//   a/2^n -> a * 2^-n          x^n, n whole and -3 <= n <= 8 -> products
//   x^0.5 -> sqrt(x), with x = -infinity, where they differ, set apart
#pragma once

#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "equations/graph.h"
#include "equations/system.h"
#include "kernels/kernels.h"

namespace vesper::kernels {

struct Plan {
  struct Entry {
    std::uint32_t row, column;  // states
    equations::NodeId value;    // df_row/dy_column
  };

  equations::Graph graph;                    // the system's, with the rewritten formulas added
  std::vector<equations::NodeId> constants;  // by place in the table c; of parameters alone
  std::unordered_map<equations::NodeId, std::uint32_t> constant_place;
  std::vector<equations::NodeId> rates;          // by state
  std::vector<Entry> jacobian;                   // for factor
  std::vector<equations::NodeId> rates_by_time;  // df/dt by state, for factor
  std::vector<equations::NodeId> outputs, conditions;
  bool time_dependent = false;
};

Plan make_plan(const Request& request);

}  // namespace vesper::kernels
