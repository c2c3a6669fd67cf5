// The meaning of each operation on numbers.
#include <cassert>
#include <cmath>
#include <limits>

#include "equations/graph.h"

namespace vesper::equations {
namespace {

double truth(bool value) {
  return value ? 1.0 : 0.0;
}

double factorial(double n) {
  if (!(n >= 0) || n != std::floor(n)) return std::numeric_limits<double>::quiet_NaN();
  double product = 1;
  for (double k = 2; k <= n && std::isfinite(product); ++k) product *= k;
  return product;
}

double apply_unary(Op op, double a) {
  switch (op) {
    case Op::negate:
      return -a;
    case Op::exp:
      return std::exp(a);
    case Op::ln:
      return std::log(a);
    case Op::log10:
      return std::log10(a);
    case Op::sqrt:
      return std::sqrt(a);
    case Op::abs:
      return std::abs(a);
    case Op::floor:
      return std::floor(a);
    case Op::ceil:
      return std::ceil(a);
    case Op::factorial:
      return factorial(a);
    case Op::sin:
      return std::sin(a);
    case Op::cos:
      return std::cos(a);
    case Op::tan:
      return std::tan(a);
    case Op::asin:
      return std::asin(a);
    case Op::acos:
      return std::acos(a);
    case Op::atan:
      return std::atan(a);
    case Op::sinh:
      return std::sinh(a);
    case Op::cosh:
      return std::cosh(a);
    case Op::tanh:
      return std::tanh(a);
    case Op::asinh:
      return std::asinh(a);
    case Op::acosh:
      return std::acosh(a);
    case Op::atanh:
      return std::atanh(a);
    case Op::logical_not:
      return truth(a == 0);
    default:
      assert(false && "not an operation of one operand");
      return std::numeric_limits<double>::quiet_NaN();
  }
}

double apply_binary(Op op, double a, double b) {
  switch (op) {
    case Op::add:
      return a + b;
    case Op::subtract:
      return a - b;
    case Op::multiply:
      return a * b;
    case Op::divide:
      return a / b;
    case Op::power:
      return std::pow(a, b);
    case Op::min:
      return a < b || std::isnan(a) ? a : b;
    case Op::max:
      return a > b || std::isnan(a) ? a : b;
    case Op::remainder:
      return std::fmod(a, b);
    case Op::quotient:
      return std::trunc(a / b);
    case Op::less:
      return truth(a < b);
    case Op::less_equal:
      return truth(a <= b);
    case Op::greater:
      return truth(a > b);
    case Op::greater_equal:
      return truth(a >= b);
    case Op::equal:
      return truth(a == b);
    case Op::not_equal:
      return truth(a != b);
    case Op::logical_and:
      return truth(a != 0 && b != 0);
    case Op::logical_or:
      return truth(a != 0 || b != 0);
    case Op::logical_xor:
      return truth((a != 0) != (b != 0));
    default:
      assert(false && "not an operation of two operands");
      return std::numeric_limits<double>::quiet_NaN();
  }
}

}  // namespace

int operand_count(Op op) {
  if (op <= Op::time) return 0;
  if (op <= Op::logical_not) return 1;
  return op == Op::select ? 3 : 2;
}

bool is_comparison(Op op) {
  return op >= Op::less && op <= Op::not_equal;
}

bool is_boolean(Op op) {
  return op == Op::logical_not || (op >= Op::less && op <= Op::logical_xor);
}

double apply(Op op, double a, double b, double c) {
  switch (operand_count(op)) {
    case 1:
      return apply_unary(op, a);
    case 2:
      return apply_binary(op, a, b);
    case 3:
      return a != 0 ? b : c;
    default:
      assert(false && "a leaf has no operation");
      return std::numeric_limits<double>::quiet_NaN();
  }
}

}  // namespace vesper::equations
