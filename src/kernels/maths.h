// Elementary functions over vectors: SLEEF's, in the variants whose results do not depend on the
// other lanes nor on the machine.
//
// For each function its largest error, in units in the last place (ULP) of the exact result, over
// the range given; outside of it, and for NaN, infinities and zeros, the value is that of
// equations::apply.  Exponentials and powers above 1.797693134862e308 may be infinite.
// tests/kernels/maths_test.cpp measures the errors on every width.
//
// Bounds: 1.0 ULP is that of SLEEF's u10 functions (Shibata & Petrogalli 2020, IEEE Transactions on
// Parallel and Distributed Systems 31:1316).  sinh and cosh beyond 709, where SLEEF's overflow, are
// exp(|x| - 1) e/2: 1.0 + 0.5 + 0.5; asinh and acosh beyond 1e150 are ln|x| + ln 2: 1.0 + 0.5.
#pragma once

#include <span>
#include <string_view>

#include "equations/graph.h"

namespace vesper::kernels {

struct MathsFunction {
  equations::Op op;
  std::string_view name;
  double largest_error;    // ULP
  double lowest, highest;  // of the argument (of power: of the base)
};

std::span<const MathsFunction> maths_functions();
bool is_maths(equations::Op op);

// The machine code of one function over `lanes` doubles, from register to register by the
// platform's calling convention; null where this kind of machine has no such width.
void* maths_address(equations::Op op, unsigned lanes);

}  // namespace vesper::kernels
