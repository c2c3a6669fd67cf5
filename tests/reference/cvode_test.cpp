// The integrator by itself, on equations written in C++.

#include "reference/cvode.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

namespace vesper::test {
namespace {

using reference::Cvode;
using reference::SparsePattern;

// Dense problems from functions; the Jacobian by hand, column by column.
struct Written final : reference::Equations {
  using Function = std::function<void(double, std::span<const double>, std::span<double>)>;
  Written(std::size_t n, Function rates, Function slopes)
      : size_(n), rates_(std::move(rates)), slopes_(std::move(slopes)) {
    pattern_.column_start.push_back(0);
    for (std::uint32_t column = 0; column < n; ++column) {
      for (std::uint32_t row = 0; row < n; ++row) pattern_.row.push_back(row);
      pattern_.column_start.push_back(static_cast<std::uint32_t>(pattern_.row.size()));
    }
  }
  std::size_t size() const override { return size_; }
  const SparsePattern& pattern() const override { return pattern_; }
  void derivatives(double t, std::span<const double> y, std::span<double> out) override {
    rates_(t, y, out);
  }
  void jacobian(double t, std::span<const double> y, std::span<double> out) override {
    slopes_(t, y, out);
  }
  std::size_t size_;
  Function rates_, slopes_;
  SparsePattern pattern_;
};

// y1' = -1000 y1 + 999 y2, y2' = -y2: stiff; y2 = exp(-t), y1 = exp(-t) + c exp(-1000 t).
Written stiff() {
  return {2,
          [](double, auto y, auto out) {
            out[0] = -1000 * y[0] + 999 * y[1];
            out[1] = -y[1];
          },
          [](double, auto, auto out) {
            out[0] = -1000;
            out[1] = 0;
            out[2] = 999;
            out[3] = -1;
          }};
}

const std::vector<double> tight{1e-13, 1e-13};

TEST(Cvode, SolvesAStiffProblemAndStopsExactly) {
  Written ode = stiff();
  Cvode cvode(ode, {1e-10, tight});
  cvode.restart(0, std::vector<double>{2, 1});
  double before = 0;
  std::vector<double> between(2);
  while (cvode.time() < 3) {
    before = cvode.time();
    const auto reached = cvode.step(3);
    ASSERT_TRUE(reached);
    ASSERT_GT(*reached, before);
    const double t = before + 0.4 * (*reached - before);
    cvode.interpolate(t, between);
    EXPECT_NEAR(between[0], std::exp(-t) + std::exp(-1000 * t), 1e-7);
    EXPECT_NEAR(between[1], std::exp(-t), 1e-8);
  }
  EXPECT_EQ(cvode.time(), 3);
  EXPECT_NEAR(cvode.state()[0], std::exp(-3), 1e-9);
  const auto s = cvode.statistics();
  EXPECT_LT(s.steps, 1000u);  // an explicit method would need 1500 for stability alone
  EXPECT_GE(s.evaluations, s.steps);
  EXPECT_GE(s.newton_iterations, s.steps);
  EXPECT_LT(s.jacobians, s.steps / 4);
}

TEST(Cvode, StartsAfreshAfterAJumpAndCountsOn) {
  Written ode = stiff();
  Cvode cvode(ode, {1e-10, tight});
  cvode.restart(0, std::vector<double>{1, 1});
  while (cvode.time() < 1) ASSERT_TRUE(cvode.step(1));
  const auto first = cvode.statistics();
  cvode.restart(1, std::vector<double>{5, 5});
  EXPECT_EQ(cvode.statistics().steps, first.steps);
  while (cvode.time() < 2) ASSERT_TRUE(cvode.step(2));
  EXPECT_NEAR(cvode.state()[1], 5 * std::exp(-1), 1e-8);
  EXPECT_GT(cvode.statistics().steps, first.steps);
}

TEST(Cvode, KeepsToTheLongestStep) {
  Written ode(
      1, [](double, auto, auto out) { out[0] = 0; }, [](double, auto, auto out) { out[0] = 0; });
  Cvode cvode(ode, {1e-6, std::vector<double>{1e-9}});
  cvode.limit_step(0.25);
  cvode.restart(0, std::vector<double>{1});
  double longest = 0;
  while (cvode.time() < 10) {
    const double before = cvode.time();
    ASSERT_TRUE(cvode.step(10));
    longest = std::max(longest, cvode.time() - before);
  }
  EXPECT_LE(longest, 0.25 * (1 + 1e-12));
  EXPECT_GT(longest, 0.2);
}

TEST(Cvode, NamesTheRateThatIsNotFinite) {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    Written ode = stiff();
    ode.rates_ = [bad](double t, auto y, auto out) {
      out[0] = -y[0];
      out[1] = t > 0.5 ? bad : -y[1];
    };
    Cvode cvode(ode, {1e-6, tight});
    cvode.restart(0, std::vector<double>{1, 1});
    testing::internal::CaptureStderr();
    tl::expected<double, reference::IntegratorFailure> reached = 0.0;
    for (int k = 0; k < 100'000 && reached && cvode.time() < 1; ++k) reached = cvode.step(1);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    if (!reached) {
      EXPECT_EQ(reached.error().state, 1u);
      EXPECT_NEAR(reached.error().time, 0.5, 1e-3);
    } else {  // it may creep up to the place without end: the caller's guard ends that
      EXPECT_NEAR(cvode.time(), 0.5, 1e-6);
      EXPECT_EQ(cvode.blame(), 1u);
    }
  }
}

TEST(Cvode, FailsQuietlyAtTheStart) {
  Written ode = stiff();
  ode.rates_ = [](double, auto, auto out) {
    out[0] = 0;
    out[1] = std::numeric_limits<double>::quiet_NaN();
  };
  Cvode cvode(ode, {1e-6, tight});
  cvode.restart(2, std::vector<double>{1, 1});
  testing::internal::CaptureStderr();
  const auto reached = cvode.step(3);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  ASSERT_FALSE(reached);
  EXPECT_EQ(reached.error().time, 2);
  EXPECT_EQ(reached.error().state, 1u);
  EXPECT_EQ(reached.error().reason, "its rate of change became not a number");
}

// y' = sqrt(y): the slope at 0 is infinite, the rate is not.
TEST(Cvode, SurvivesAnInfiniteSlope) {
  Written ode(
      1, [](double, auto y, auto out) { out[0] = 1 - std::sqrt(std::max(y[0], 0.0)); },
      [](double, auto y, auto out) { out[0] = -0.5 / std::sqrt(std::max(y[0], 0.0)); });
  Cvode cvode(ode, {1e-8, std::vector<double>{1e-10}});
  cvode.restart(0, std::vector<double>{0});
  while (cvode.time() < 50) ASSERT_TRUE(cvode.step(50));
  EXPECT_NEAR(cvode.state()[0], 1, 1e-6);
}

TEST(Cvode, RefusesGrowthThatItCannotFollow) {
  Written ode(
      1, [](double, auto y, auto out) { out[0] = 1e-12 + 1e200 * y[0]; },
      [](double, auto, auto out) { out[0] = 1e200; });
  Cvode cvode(ode, {1e-6, std::vector<double>{1e-9}});
  cvode.restart(0, std::vector<double>{0});
  tl::expected<double, reference::IntegratorFailure> reached = 0.0;
  for (int k = 0; k < 10'000 && reached && cvode.time() < 1; ++k) reached = cvode.step(1);
  ASSERT_FALSE(reached);
  EXPECT_EQ(reached.error().state, 0u);
}

}  // namespace
}  // namespace vesper::test
