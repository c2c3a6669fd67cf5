// IDA by itself, beside CVODE on the same chemistry written without the algebraic equation.

#include "reference/ida.h"

#include <gtest/gtest.h>

#include <cmath>

#include "reference/cvode.h"

namespace vesper::test {
namespace {

using reference::Ida;
using reference::SparsePattern;

// Robertson's reactions (1966): y1 -> y2 slowly, 2 y2 -> y2 + y3 fast, y2 + y3 -> y1 + y3.  The
// third equation is the conservation law or the rate of y3.
struct Robertson final : reference::Equations {
  explicit Robertson(bool conserved) : conserved(conserved) {}
  std::size_t size() const override { return 3; }
  const SparsePattern& pattern() const override { return full; }
  bool algebraic(std::size_t state) const override { return conserved && state == 2; }
  void derivatives(double t, std::span<const double> y, std::span<double> f) override {
    f[0] = -0.04 * y[0] + 1e4 * y[1] * y[2];
    f[1] = 0.04 * y[0] - 1e4 * y[1] * y[2] - 3e7 * y[1] * y[1];
    f[2] = conserved ? y[0] + y[1] + y[2] - 1 : 3e7 * y[1] * y[1];
    if (broken_after && t > *broken_after) f[1] = std::nan("");
  }
  void jacobian(double, std::span<const double> y, std::span<double> out) override {
    const double one = conserved ? 1 : 0;
    out[0] = -0.04, out[1] = 0.04, out[2] = one;
    out[3] = 1e4 * y[2], out[4] = -1e4 * y[2] - 6e7 * y[1];
    out[5] = conserved ? 1 : 6e7 * y[1];
    out[6] = 1e4 * y[1], out[7] = -1e4 * y[1], out[8] = one;
  }
  bool conserved;
  std::optional<double> broken_after;
  SparsePattern full{{0, 3, 6, 9}, {0, 1, 2, 0, 1, 2, 0, 1, 2}};
};

const std::vector<double> absolute{1e-11, 1e-14, 1e-11};

TEST(Ida, FollowsTheSameCourseAsTheOrdinaryEquations) {
  Robertson with_law(true), without(false);
  Ida ida(with_law, {1e-9, absolute});
  reference::Cvode cvode(without, {1e-9, absolute});
  ida.restart(0, std::vector<double>{1, 0, 0});
  cvode.restart(0, std::vector<double>{1, 0, 0});
  std::vector<double> between(3);
  while (ida.time() < 40) {
    const double before = ida.time();
    ASSERT_TRUE(ida.step(40));
    const double middle = (before + ida.time()) / 2;
    ida.interpolate(middle, between);
    EXPECT_NEAR(between[0] + between[1] + between[2], 1, 1e-8);
  }
  while (cvode.time() < 40) ASSERT_TRUE(cvode.step(40));
  EXPECT_EQ(ida.time(), 40);
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(ida.state()[k] / cvode.state()[k], 1, 1e-6) << k;
  EXPECT_NEAR(ida.state()[0] + ida.state()[1] + ida.state()[2], 1, 1e-12);
  const auto counted = ida.statistics();
  EXPECT_GT(counted.steps, 50u);
  EXPECT_GE(counted.evaluations, counted.steps);
}

TEST(Ida, StartsAfreshAfterAJumpAndCountsOn) {
  Robertson equations(true);
  Ida ida(equations, {1e-8, absolute});
  ida.restart(0, std::vector<double>{1, 0, 0});
  while (ida.time() < 1) ASSERT_TRUE(ida.step(1));
  const auto first = ida.statistics();
  ida.restart(1, std::vector<double>{0.5, 0, 0.5});
  EXPECT_EQ(ida.statistics().steps, first.steps);
  ida.limit_step(0.01);
  while (ida.time() < 2) {
    const double before = ida.time();
    ASSERT_TRUE(ida.step(2));
    EXPECT_LE(ida.time() - before, 0.01 * (1 + 1e-12));
  }
  EXPECT_GE(ida.statistics().steps, first.steps + 100);
}

TEST(Ida, NamesTheRateThatIsNotFinite) {
  Robertson equations(true);
  equations.broken_after = 0.5;
  Ida ida(equations, {1e-6, absolute});
  ida.restart(0, std::vector<double>{1, 0, 0});
  tl::expected<double, reference::IntegratorFailure> reached = 0.0;
  while (reached && ida.time() < 40) reached = ida.step(40);
  ASSERT_FALSE(reached);
  EXPECT_EQ(reached.error().state, 1u);
  EXPECT_EQ(reached.error().reason, "its rate of change became not a number");
  EXPECT_NEAR(reached.error().time, 0.5, 0.01);
}

}  // namespace
}  // namespace vesper::test
