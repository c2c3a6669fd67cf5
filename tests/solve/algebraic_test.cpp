// Algebraic rules that are not linear in what they determine, on every engine.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "solve/text_model.h"

namespace vesper::test {
namespace {

class AlgebraicRules : public OnEveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, AlgebraicRules, testing::ValuesIn(every_engine()), engine_name);

// Tight binding (Morrison 1969): C of ligand L bound to receptor R, (L - C)(R - C) = Kd C.
double bound(double ligand, double receptor, double kd) {
  const double b = ligand + receptor + kd;
  return 2 * ligand * receptor / (b + std::sqrt(b * b - 4 * ligand * receptor));
}

TEST_P(AlgebraicRules, TightBindingFollowsTheDrug) {
  Course c = run_text(R"(
    species L = 8; J: L -> ; 0.3 * L;
    R = 5; Kd = 0.2; var C = 0;
    //@ algebraic 0 = (L - C) * (R - C) - Kd * C
    free := L - C;
    dose: at time > 6: L = L + 20, Kd = 2;)",
                      {0, 1, 3, 5, 9});
  ASSERT_FALSE(c.solution.failure);
  double left = 8;
  const std::vector<double> times = {0, 1, 3, 5, 9};
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (times[i] < 9) left = 8 * std::exp(-0.3 * times[i]);
    if (times[i] == 9) left = (8 * std::exp(-1.8) + 20) * std::exp(-0.9);
    const double kd = times[i] > 6 ? 2 : 0.2;
    EXPECT_NEAR(c.of["C"][i], bound(left, 5, kd), 1e-7) << times[i];
    EXPECT_NEAR(c.of["free"][i], left - bound(left, 5, kd), 1e-7) << times[i];
  }
}

// Two rules that only together determine two symbols, and a state that follows them:
// x^3 + y = 2 + time, x y = 1 are fulfilled by (1, 1) at the start.
TEST_P(AlgebraicRules, TwoTogether) {
  Course c = run_text(R"(
    var x = 1, y = 0.9; z = 0; z' = x;
    //@ algebraic 0 = x^3 + y - 2 - time
    //@ algebraic 0 = x * y - 1)",
                      {0, 2, 5});
  ASSERT_FALSE(c.solution.failure);
  for (std::size_t i = 0; i < 3; ++i) {
    const double t = i == 0 ? 0 : i == 1 ? 2 : 5, x = c.of["x"][i];
    EXPECT_NEAR(x * x * x + 1 / x, 2 + t, 1e-7);
    EXPECT_NEAR(c.of["y"][i], 1 / x, 1e-7);
    EXPECT_GE(x, 1 - 1e-7);  // the branch that it began on
  }
  // dt = (3 x^2 - 1/x^2) dx, so z = 3 (x^4 - 1)/4 - log(x).
  const double x = c.of["x"][2];
  EXPECT_NEAR(c.of["z"][2], 0.75 * (std::pow(x, 4) - 1) - std::log(x), 1e-6);
}

TEST_P(AlgebraicRules, ADifferentStartMeansAnotherSolution) {
  for (const double start : {0.5, -0.5}) {
    Course c = run_text(
        fmt::format("x = 1; x' = 1; var r = {};\n//@ algebraic 0 = r^2 - x\n", start), {0, 3});
    ASSERT_FALSE(c.solution.failure);
    EXPECT_NEAR(c.of["r"][0], std::copysign(1, start), 1e-9);
    EXPECT_NEAR(c.of["r"][1], std::copysign(2, start), 1e-7);
  }
}

TEST_P(AlgebraicRules, AnEventSeesWhatTheRuleDetermines) {
  Course c = run_text(R"(
    x = 1; x' = 1; var r = 1; hits = 0; seen = 0;
    //@ algebraic 0 = r^2 - x
    E: at r > 1.5: hits = hits + 1, x = 4, seen = r;)",
                      {1, 2});
  ASSERT_FALSE(c.solution.failure);
  EXPECT_NEAR(c.of["seen"][1], 1.5, 1e-6);
  EXPECT_NEAR(c.of["r"][1], std::sqrt(4.75), 1e-6);  // from 4 at 1.25
  EXPECT_EQ(c.of["hits"][1], 1);
}

TEST_P(AlgebraicRules, WhereThereIsNoSolutionTheRunFailsAndSaysSo) {
  Course at_start = run_text("x = 1; x' = 1; var r = 1;\n//@ algebraic 0 = r^2 + x\n", {1});
  ASSERT_TRUE(at_start.solution.failure);
  EXPECT_EQ(at_start.solution.failure->state, "r");
  EXPECT_NE(at_start.solution.failure->reason.find("algebraic rule"), std::string::npos);
  Course later = run_text("x = 1; x' = -1; var r = 1;\n//@ algebraic 0 = r^2 - x\n", {2});
  ASSERT_TRUE(later.solution.failure);
  EXPECT_NEAR(later.solution.failure->time, 1, 1e-3);
}

}  // namespace
}  // namespace vesper::test
