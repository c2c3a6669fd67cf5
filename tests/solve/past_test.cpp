// Values from the past, on every engine, against closed forms by the method of steps.

#include <gtest/gtest.h>

#include <cmath>

#include "solve/history.h"
#include "solve/text_model.h"

namespace vesper::test {
namespace {

class Past : public OnEveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, Past, testing::ValuesIn(every_engine()), engine_name);

// x' = -x(t - 1), x = 1 until 0: sum over k of (-1)^k (t - k + 1)^k / k!, as far as t - k + 1 > 0.
double delayed_decay(double t) {
  double sum = 0, factorial = 1;
  for (int k = 0; t - k + 1 > 0; ++k) {
    if (k > 0) factorial *= k;
    sum += (k % 2 == 0 ? 1 : -1) * std::pow(t - k + 1, k) / factorial;
  }
  return sum;
}

TEST_P(Past, DelayedDecay) {
  const std::vector<double> times = {0, 0.5, 1, 1.5, 2.25, 3, 4.7, 8};
  Course c = run_text("x = 1; x' = -delay(x, 1); y := delay(x, 0.25);", times);
  ASSERT_FALSE(c.solution.failure);
  for (std::size_t i = 0; i < times.size(); ++i) {
    EXPECT_NEAR(c.of["x"][i], delayed_decay(times[i]), 1e-8) << times[i];
    const double before = times[i] < 0.25 ? 1 : delayed_decay(times[i] - 0.25);
    EXPECT_NEAR(c.of["y"][i], before, 1e-8) << times[i];
  }
}

// A jump by an event is seen once the delay has passed, and the parameter that it set is too.
TEST_P(Past, JumpsComeBack) {
  Course c = run_text(R"(
    k = 0.5; A = 8; A' = -k * A; seen := delay(A, 2); rate := delay(k, 2); z = 0; z' = seen;
    dose: at time >= 1: A = A + 4, k = 1;)",
                      {0, 1, 2.5, 3, 4, 6});
  ASSERT_FALSE(c.solution.failure);
  const double before = 8 * std::exp(-0.5), after = before + 4;
  EXPECT_NEAR(c.of["seen"][0], 8, 1e-9);
  EXPECT_NEAR(c.of["seen"][2], 8 * std::exp(-0.25), 1e-8);
  EXPECT_NEAR(c.of["seen"][3], after, 1e-8);
  EXPECT_NEAR(c.of["seen"][4], after * std::exp(-1), 1e-8);
  EXPECT_EQ(c.of["rate"][2], 0.5);
  EXPECT_EQ(c.of["rate"][3], 1);
  // 8 for two hours, then the curve of two hours earlier.
  EXPECT_NEAR(c.of["z"][5], 16 + 16 * (1 - std::exp(-0.5)) + after * (1 - std::exp(-3)), 1e-7);
}

TEST_P(Past, LagsMayChange) {
  const std::vector<double> times = {0, 0.5, 2, 7};
  Course c = run_text("x = 0; x' = 1; y := delay(x^2, time / 2); z := delay(x, x);", times);
  ASSERT_FALSE(c.solution.failure);
  for (std::size_t i = 0; i < times.size(); ++i) {
    EXPECT_NEAR(c.of["y"][i], times[i] * times[i] / 4, 1e-8);
    EXPECT_NEAR(c.of["z"][i], 0, 1e-9);
  }
}

TEST_P(Past, DelaysOfDelays) {
  Course c =
      run_text("x = 0; x' = 2; y := delay(x, 1) + time; z := delay(y, 2);", {0, 2.5, 3.5, 6});
  ASSERT_FALSE(c.solution.failure);
  EXPECT_NEAR(c.of["z"][0], -2, 1e-12);  // y at -2: x at -3 is 0, and the time
  EXPECT_NEAR(c.of["z"][1], 0.5, 1e-9);
  EXPECT_NEAR(c.of["z"][2], 1 + 1.5, 1e-8);
  EXPECT_NEAR(c.of["z"][3], 6 + 4, 1e-8);
}

// Before the start an initial formula is read at the time that is asked for.
TEST_P(Past, BeforeTheStart) {
  Course c = run_text("x = cos(time); x' = 1; k = exp(time); y := delay(x, 1); r := delay(k, 2);",
                      {0, 0.5, 1, 2, 3});
  ASSERT_FALSE(c.solution.failure);
  EXPECT_NEAR(c.of["y"][0], std::cos(-1.0), 1e-12);
  EXPECT_NEAR(c.of["y"][1], std::cos(-0.5), 1e-12);
  EXPECT_NEAR(c.of["y"][2], 1, 1e-12);
  EXPECT_NEAR(c.of["y"][3], 2, 1e-8);
  EXPECT_NEAR(c.of["r"][1], std::exp(-1.5), 1e-12);
  EXPECT_NEAR(c.of["r"][4], 1, 1e-12);
}

// A trigger on what comes from the past turns although no state changes there.
TEST_P(Past, TriggersLookBack) {
  Course c = run_text("x = 0; x' = 1; n = 0; late: at delay(x, 2) > 1.5: n = time;", {3, 4, 5});
  ASSERT_FALSE(c.solution.failure);
  EXPECT_EQ(c.of["n"][0], 0);
  EXPECT_NEAR(c.of["n"][1], 3.5, 1e-8);
}

TEST_P(Past, NegativeLagsFail) {
  Course c = run_text("x = 1; x' = -x; y := delay(x, 1 - time);", {0, 0.5, 3});
  ASSERT_TRUE(c.solution.failure);
  EXPECT_NE(c.solution.failure->reason.find("it must be 0 or more"), std::string::npos)
      << c.solution.failure->reason;
}

// Polynomials of degree 5 are read back exactly; of two values at one time the later.
TEST(History, ReadsBack) {
  solve::History history(1);
  const auto curve = [](double t) { return 1 + t * (2 + t * t * (0.5 - 0.1 * t * t)); };
  const std::vector<double> p1 = {1}, p2 = {2}, start = {curve(0)}, jumped = {40};
  std::vector<double> y(1);
  history.begin(0, start, p1);
  history.add(0, 1.5, [&](double t, std::span<double> into) { into[0] = curve(t); });
  history.begin(1.5, jumped, p2);
  for (const double t : {0.0, 0.1, 0.77, 1.4999})
    EXPECT_EQ((history.at(t, 1.5, jumped, y)->front()), 1) << t;
  history.at(0.77, 1.5, jumped, y);
  EXPECT_NEAR(y[0], curve(0.77), 1e-13);
  EXPECT_EQ(history.at(1.5, 1.5, jumped, y)->front(), 2);
  EXPECT_EQ(y[0], 40);
  const std::vector<double> now = {60};
  history.at(1.75, 2.5, now, y);
  EXPECT_DOUBLE_EQ(y[0], 45);  // a straight line to where the step is now
}

}  // namespace
}  // namespace vesper::test
