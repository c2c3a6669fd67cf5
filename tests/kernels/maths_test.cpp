// The error of each elementary function on every width, in units in the last place, against long
// double (64 bits of mantissa or more: the oracle is 2,000 times finer than what it measures),
// which is itself held against 40 decimal digits.
#include "kernels/maths.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <limits>
#include <random>

#include "kernels/lanes.h"

namespace vesper::kernels {
namespace {

using testing::Bench;
using testing::Draft;
using testing::Op;
using testing::same;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double tiniest = std::numeric_limits<double>::denorm_min();
constexpr double smallest = std::numeric_limits<double>::min();
constexpr double largest = std::numeric_limits<double>::max();

template <class Real>
Real exact(Op op, Real a, Real b) {
  switch (op) {
    case Op::exp:
      return exp(a);
    case Op::ln:
      return log(a);
    case Op::log10:
      return log10(a);
    case Op::power:
      return pow(a, b);
    case Op::sin:
      return sin(a);
    case Op::cos:
      return cos(a);
    case Op::tan:
      return tan(a);
    case Op::asin:
      return asin(a);
    case Op::acos:
      return acos(a);
    case Op::atan:
      return atan(a);
    case Op::sinh:
      return sinh(a);
    case Op::cosh:
      return cosh(a);
    case Op::tanh:
      return tanh(a);
    case Op::asinh:
      return asinh(a);
    case Op::acosh:
      return acosh(a);
    default:
      EXPECT_EQ(op, Op::atanh);
      return atanh(a);
  }
}

// Of a number of that size; numbers below the normal ones are evenly spaced.
long double unit_in_the_last_place(long double size) {
  int exponent = 0;
  std::frexp(std::max(std::abs(size), static_cast<long double>(smallest)), &exponent);
  return std::ldexp(1.0L, exponent - 53);
}

double error_in_ulp(double value, long double truth) {
  // Exponentials so near to the largest number may be infinite.
  if (std::abs(truth) > 1.797693134862e308L && std::isinf(value)) return 0;
  if (same(value, static_cast<double>(truth))) return 0;
  if (!std::isfinite(value) || !std::isfinite(static_cast<double>(truth))) return infinity;
  return static_cast<double>(std::abs(value - truth) / unit_in_the_last_place(truth));
}

// Ordinary, huge, tiny and negative arguments, those around which functions turn, and bases with
// exponents for powers.
std::vector<std::pair<double, double>> arguments() {
  std::mt19937_64 random(20190425);
  const auto between = [&](double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random);
  };
  std::vector<std::pair<double, double>> list;
  for (int i = 0; i < 4000; ++i) {
    const double sign = i % 2 == 0 ? 1 : -1;
    list.emplace_back(sign * std::pow(10.0, between(-307.6, 308.2)), between(-2, 2));
    list.emplace_back(sign * std::pow(10.0, between(-3, 3)), between(-100, 100));
    list.emplace_back(sign * between(0, 1), between(-5, 5));
    list.emplace_back(sign * between(0, 20), std::round(between(-20, 20)));
    list.emplace_back(sign * between(0, 745), between(0, 1));
    list.emplace_back(1 + sign * std::pow(10.0, between(-15, -1)), between(-1e6, 1e6));
    list.emplace_back(sign * smallest * between(0, 1), between(-1, 1));
    list.emplace_back(i * 1.5707963267948966, between(-3, 3));
    list.emplace_back(sign * between(700, 715), between(90, 110));
  }
  return list;
}

std::vector<std::pair<double, double>> special_arguments() {
  const double values[] = {0.0,       -0.0,      1.0,      -1.0,    0.5,      -0.5,
                           2.0,       -2.0,      3.0,      -3.0,    1e308,    -1e308,
                           infinity,  -infinity, nan,      tiniest, -tiniest, smallest,
                           -smallest, largest,   -largest, 710.0,   -746.0,   1e22};
  std::vector<std::pair<double, double>> list;
  for (const double a : values) {
    for (const double b : values) list.emplace_back(a, b);
  }
  return list;
}

Request every_function() {
  Draft draft;
  const auto a = draft.graph.state(0), b = draft.graph.state(1);
  draft.rates = {b, a};
  for (const MathsFunction& function : maths_functions()) {
    draft.outputs.push_back(function.op == Op::power ? draft.graph.binary(Op::power, a, b)
                                                     : draft.graph.unary(function.op, a));
  }
  return draft.request();
}

// visit(index of the function, a, b, value) for all arguments.
template <class Visit>
void each_value(unsigned lanes, const std::vector<std::pair<double, double>>& list, Visit visit) {
  Bench bench(every_function(), lanes);
  for (std::size_t first = 0; first < list.size(); first += lanes) {
    for (unsigned lane = 0; lane < lanes; ++lane) {
      const auto [a, b] = list[std::min(first + lane, list.size() - 1)];
      bench.set(lane, {0, {a, b}, {}});
    }
    bench.code->call().outputs(bench.t.data(), bench.y.data(), bench.c.data(),
                               bench.outputs.data());
    for (unsigned lane = 0; lane < lanes && first + lane < list.size(); ++lane) {
      for (std::size_t f = 0; f < maths_functions().size(); ++f) {
        visit(f, list[first + lane].first, list[first + lane].second, bench.outputs(f, lane));
      }
    }
  }
}

TEST(Maths, EveryFunctionKeepsItsBoundOnEveryWidth) {
  const auto list = arguments();
  for (const unsigned lanes : widths()) {
    std::vector<double> worst(maths_functions().size());
    std::vector<double> where(worst.size()), where_b(worst.size());
    each_value(lanes, list, [&](std::size_t f, double a, double b, double value) {
      const MathsFunction& function = maths_functions()[f];
      if (a < function.lowest || a > function.highest) return;
      const double error = error_in_ulp(value, exact<long double>(function.op, a, b));
      if (error <= worst[f]) return;
      worst[f] = error;
      where[f] = a;
      where_b[f] = b;
    });
    for (std::size_t f = 0; f < worst.size(); ++f) {
      const MathsFunction& function = maths_functions()[f];
      std::printf("[  ERROR   ] %u lanes, %-6s %.3f ULP\n", lanes,
                  std::string(function.name).c_str(), worst[f]);
      EXPECT_LE(worst[f], function.largest_error)
          << function.name << " of " << where[f] << ", " << where_b[f] << " on " << lanes;
    }
  }
}

TEST(Maths, SpecialValuesAreThoseOfTheReference) {
  for (const unsigned lanes : widths()) {
    each_value(lanes, special_arguments(), [&](std::size_t f, double a, double b, double value) {
      const MathsFunction& function = maths_functions()[f];
      const double expected = equations::apply(function.op, a, b);
      if (std::isnan(expected) || std::isinf(expected) || expected == 0) {
        EXPECT_TRUE((value == expected && std::signbit(value) == std::signbit(expected)) ||
                    (std::isnan(value) && std::isnan(expected)))
            << function.name << " of " << a << ", " << b << " is " << value << ", not " << expected
            << " on " << lanes;
      } else {
        EXPECT_LE(error_in_ulp(value, exact<long double>(function.op, a, b)),
                  function.largest_error)
            << function.name << " of " << a << ", " << b << " is " << value << ", not " << expected
            << " on " << lanes;
      }
    });
  }
}

TEST(Maths, TheOracleAgreesWithFortyDigits) {
  using Real = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<40>>;
  const double values[] = {0.75, 0.001, 0.9999, 1e-9};
  for (const MathsFunction& function : maths_functions()) {
    for (double a : values) {
      if (function.op == Op::acosh) a += 1;
      const auto fine = exact<Real>(function.op, Real(a), Real(1.75)).convert_to<long double>();
      const auto coarse = exact<long double>(function.op, a, 1.75L);
      EXPECT_LE(std::abs(fine - coarse) / unit_in_the_last_place(fine), 0.01) << function.name << a;
    }
  }
}

}  // namespace
}  // namespace vesper::kernels
