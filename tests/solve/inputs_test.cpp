// Rates of inputs against the amounts they have released.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>

#include "solve/builder.h"
#include "solve/forcing.h"

namespace vesper::test {
namespace {

using solve::Input;

double integral(const Input& input, double from, double to) {
  return boost::math::quadrature::gauss_kronrod<double, 61>::integrate(
      [&](double t) { return solve::input_rate(input, t); }, from, to, 12, 1e-13);
}

TEST(Input, ReleasedIsTheIntegralOfTheRate) {
  const Input inputs[] = {zero_order(0, 1, 50, 4),  first_order(0, 1, 50, 0.7),
                          gamma(0, 1, 50, 1, 2),    gamma(0, 1, 50, 1.5, 0.3),
                          gamma(0, 1, 50, 3.5, 22), gamma(0, 1, 50, 400, 0.1)};
  for (const Input& input : inputs) {
    double sum = 0;
    for (int k = 0; k < 40; ++k) {  // in pieces, with edges where the zero-order rate jumps
      sum += integral(input, k, k + 1);
      ASSERT_NEAR(solve::input_released(input, k + 1), sum, 1e-9 * input.amount)
          << "shape " << input.shape << " at " << k + 1;
    }
  }
}

TEST(Input, NothingBeforeAndAllAfter) {
  for (const Input& input :
       {bolus(0, 3, 7), zero_order(0, 3, 7, 2), first_order(0, 3, 7, 1), gamma(0, 3, 7, 2, 0.5)}) {
    EXPECT_EQ(solve::input_released(input, 2.999), 0);
    EXPECT_EQ(solve::input_rate(input, 2.999), 0);
    EXPECT_DOUBLE_EQ(solve::input_released(input, 1000), 7);
    EXPECT_LT(solve::input_rate(input, 1000), 1e-300);
  }
  EXPECT_EQ(solve::input_released(bolus(0, 3, 7), 3), 7);
  EXPECT_EQ(solve::input_rate(bolus(0, 3, 7), 3), 0);
}

TEST(Input, GammaOfWholeShapeIsErlang) {
  const Input input = gamma(0, 0, 1, 3, 2);
  for (double t : {0.1, 1.0, 5.0, 20.0}) {
    const double x = t / 2;
    EXPECT_NEAR(solve::input_rate(input, t), x * x * std::exp(-x) / 4, 1e-14);
    EXPECT_NEAR(solve::input_released(input, t), 1 - std::exp(-x) * (1 + x + x * x / 2), 1e-14);
  }
  EXPECT_EQ(solve::input_rate(input, 0), 0);
  EXPECT_DOUBLE_EQ(solve::input_rate(gamma(0, 0, 1, 1, 2), 0), 0.5);
}

RC_GTEST_PROP(Input, SmallReleasesKeepTheirDigits, ()) {
  const double x = std::pow(10.0, -*rc::gen::inRange(3, 12));
  const double released = solve::input_released(first_order(0, 0, 1, 1), x);
  const double series = x * (1 - x / 2 * (1 - x / 3 * (1 - x / 4 * (1 - x / 5))));
  RC_ASSERT(std::fabs(released - series) <= 1e-14 * x);
}

TEST(Forcing, LetsGoOfWhatIsExhausted) {
  std::vector<Input> inputs;
  for (int day = 0; day < 100; ++day) inputs.push_back(first_order(0, 24 * day, 1, 2.0));
  solve::Forcing forcing(inputs, 0);
  std::vector<double> y(1, 0.0);
  for (int day = 0; day < 100; ++day) forcing.arrive(24 * day, y);
  EXPECT_EQ(forcing.releasing(), 1u);
  EXPECT_EQ(y[0], 0);
}

TEST(Forcing, StopsWhereARateJumps) {
  const std::vector<Input> inputs{zero_order(0, 1, 6, 2), bolus(1, 3, 5), bolus(1, 4, 0)};
  solve::Forcing forcing(inputs, 0);
  std::vector<double> y(2, 0.0), rates(2, 0.0);
  EXPECT_EQ(forcing.next_stop(), 1);
  forcing.arrive(1, y);
  EXPECT_EQ(forcing.next_stop(), 3);
  forcing.add_rates(2, rates);
  EXPECT_EQ(rates, (std::vector<double>{3, 0}));
  forcing.arrive(3, y);
  EXPECT_EQ(y, (std::vector<double>{0, 5}));
  EXPECT_EQ(forcing.releasing(), 0u);
  EXPECT_TRUE(std::isinf(forcing.next_stop()));  // a dose of 0 is none
}

}  // namespace
}  // namespace vesper::test
