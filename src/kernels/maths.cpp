#include "kernels/maths.h"

#include <algorithm>
#include <iterator>

// Declared here without their types, which a compiler only knows when it is told to compile for a
// machine that has such registers: the addresses are all that is used.
#define VESPER_EVERY_FUNCTION(DO) \
  DO(exp, exp)                    \
  DO(ln, log)                     \
  DO(log10, log10)                \
  DO(power, pow)                  \
  DO(sin, sin)                    \
  DO(cos, cos)                    \
  DO(tan, tan)                    \
  DO(asin, asin)                  \
  DO(acos, acos)                  \
  DO(atan, atan)                  \
  DO(sinh, sinh)                  \
  DO(cosh, cosh)                  \
  DO(tanh, tanh)                  \
  DO(asinh, asinh)                \
  DO(acosh, acosh)                \
  DO(atanh, atanh)

extern "C" {
#if defined(__x86_64__)
#define VESPER_DECLARE(op, f)           \
  void Sleef_finz_##f##d8_u10avx512f(); \
  void Sleef_finz_##f##d4_u10avx2();    \
  void Sleef_cinz_##f##d2_u10sse2();
#elif defined(__aarch64__)
#define VESPER_DECLARE(op, f) void Sleef_finz_##f##d2_u10advsimd();
#endif
VESPER_EVERY_FUNCTION(VESPER_DECLARE)
}

namespace vesper::kernels {

using equations::Op;

namespace {

constexpr double everything = 1.7976931348623157e308;

constexpr MathsFunction functions[] = {
    {Op::exp, "exp", 1.0, -everything, everything},
    {Op::ln, "ln", 1.0, 0, everything},
    {Op::log10, "log10", 1.0, 0, everything},
    {Op::power, "power", 1.0, -everything, everything},
    {Op::sin, "sin", 1.0, -everything, everything},
    {Op::cos, "cos", 1.0, -everything, everything},
    {Op::tan, "tan", 1.0, -everything, everything},
    {Op::asin, "asin", 1.0, -1, 1},
    {Op::acos, "acos", 1.0, -1, 1},
    {Op::atan, "atan", 1.0, -everything, everything},
    {Op::sinh, "sinh", 2.0, -everything, everything},
    {Op::cosh, "cosh", 2.0, -everything, everything},
    {Op::tanh, "tanh", 1.0, -everything, everything},
    {Op::asinh, "asinh", 1.5, -everything, everything},
    {Op::acosh, "acosh", 1.5, 1, everything},
    {Op::atanh, "atanh", 1.0, -1, 1},
};

template <class Function>
void* address(Function* function) {
  return reinterpret_cast<void*>(function);
}

}  // namespace

std::span<const MathsFunction> maths_functions() {
  return functions;
}

bool is_maths(Op op) {
  return std::any_of(std::begin(functions), std::end(functions),
                     [op](const MathsFunction& function) { return function.op == op; });
}

void* maths_address(Op op, unsigned lanes) {
  switch (op) {
#if defined(__x86_64__)
#define VESPER_ADDRESS(op, f)                                      \
  case Op::op:                                                     \
    if (lanes == 8) return address(Sleef_finz_##f##d8_u10avx512f); \
    if (lanes == 4) return address(Sleef_finz_##f##d4_u10avx2);    \
    return lanes == 2 ? address(Sleef_cinz_##f##d2_u10sse2) : nullptr;
#elif defined(__aarch64__)
#define VESPER_ADDRESS(op, f) \
  case Op::op:                \
    return lanes == 2 ? address(Sleef_finz_##f##d2_u10advsimd) : nullptr;
#endif
    VESPER_EVERY_FUNCTION(VESPER_ADDRESS)
    default:
      return nullptr;
  }
}

}  // namespace vesper::kernels
