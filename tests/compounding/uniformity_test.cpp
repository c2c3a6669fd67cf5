// Acceptance values by hand, and simulated batches beside what is known of them.
#include "compounding/uniformity.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numbers>
#include <random>

#include "compounding/bench.h"

namespace vesper::compounding {
namespace {

using testing::knowledge;

std::vector<double> alternating(double low, double high, std::size_t n) {
  std::vector<double> all;
  for (std::size_t i = 0; i < n; ++i) all.push_back(i % 2 == 0 ? low : high);
  return all;
}

// Ten units 4 % above and below: s = sqrt(160 / 9) = 4.216370.
TEST(AcceptanceValue, OfTenUnitsByHand) {
  const TestLimits& limits = knowledge().test;
  const Stage centred = first_stage(alternating(96, 104, 10), limits);
  EXPECT_DOUBLE_EQ(centred.reference, 100);
  EXPECT_NEAR(centred.acceptance, 10.119289, 1e-6);  // 2.4 s
  const Stage low = first_stage(alternating(92, 100, 10), limits);
  EXPECT_DOUBLE_EQ(low.reference, 98.5);
  EXPECT_NEAR(low.acceptance, 12.619289, 1e-6);  // 2.5 + 2.4 s
  const Stage high = first_stage(alternating(100, 108, 10), limits);
  EXPECT_DOUBLE_EQ(high.reference, 101.5);
  EXPECT_NEAR(high.acceptance, 12.619289, 1e-6);
}

// Thirty of them: s = sqrt(480 / 29) = 4.068381.
TEST(AcceptanceValue, OfThirtyUnitsByHand) {
  EXPECT_NEAR(second_stage(alternating(96, 104, 30), knowledge().test).acceptance, 8.136762, 1e-6);
}

TEST(AcceptanceValue, AtTheLimitIsInside) {
  TestLimits limits = knowledge().test;
  const std::vector<double> units = alternating(96, 104, 10);
  limits.L1 = first_stage(units, limits).acceptance;
  EXPECT_TRUE(first_stage(units, limits).passed);
  limits.L1 = std::nextafter(limits.L1, 0);
  EXPECT_FALSE(first_stage(units, limits).passed);
}

// 28 units of 100 %, one of 75 % and one of 125 %: M = 100, AV = 2 sqrt(1250 / 29) = 13.131.
TEST(AcceptanceValue, EveryUnitIsWithinAQuarterOfM) {
  std::vector<double> units(30, 100);
  units[10] = 75;
  units[20] = 125;
  const Stage at = second_stage(units, knowledge().test);
  EXPECT_NEAR(at.acceptance, 13.130643, 1e-6);
  EXPECT_TRUE(at.passed);
  units[10] = 74.9;
  units[20] = 125.1;
  const Stage beyond = second_stage(units, knowledge().test);
  EXPECT_LT(beyond.acceptance, 15);
  EXPECT_TRUE(beyond.outside);
  EXPECT_FALSE(beyond.passed);
}

TEST(Verdict, AskedForMoreUnitsThenPassedOrFailed) {
  const TestLimits& limits = knowledge().test;
  using Says = Verdict::Says;
  EXPECT_EQ(judge(alternating(96, 104, 10), limits).says, Says::passed_first);
  // s = sqrt(490 / 9) = 7.379: 17.7 with ten; thirty: s = 7.12, 14.2.
  EXPECT_EQ(judge(alternating(93, 107, 10), limits).says, Says::more_units);
  EXPECT_EQ(judge(alternating(93, 107, 30), limits).says, Says::passed_second);
  EXPECT_EQ(judge(alternating(92, 108, 30), limits).says, Says::failed);  // 16.3
}

// pi * 1.3 / (6 * 1.5) * 0.05^3 * exp(4.5 * 0.693147^2 = 2.162038) = 4.928584e-4.
TEST(Particles, VariationByHand) {
  EXPECT_NEAR(particle_cv({0.05, 2, 1.3}, 1.5), std::sqrt(4.928584e-4), 1e-7);
  // Eight times the volume of a particle, or an eighth of the drug.
  EXPECT_NEAR(particle_cv({0.1, 2, 1.3}, 1.5) / particle_cv({0.05, 2, 1.3}, 1.5), std::sqrt(8.0),
              1e-12);
  EXPECT_NEAR(particle_cv({0.05, 2, 1.3}, 1.5 / 8) / particle_cv({0.05, 2, 1.3}, 1.5),
              std::sqrt(8.0), 1e-12);
}

// The equations beside particles drawn one by one: a Poisson number of lognormal spheres.
TEST(Particles, MomentsOfDrawnParticles) {
  const Particles particles{0.2, 1.5, 1.3};  // mm by volume
  const double drug = 1, log_sd = std::log(1.5);
  const double median = particles.median * std::exp(-3 * log_sd * log_sd);  // by number
  const double sphere = std::numbers::pi / 6 * particles.density;
  const double mass = sphere * std::pow(median, 3) * std::exp(4.5 * log_sd * log_sd);
  std::mt19937_64 random(5);
  std::poisson_distribution<int> number(drug / mass);
  std::lognormal_distribution<double> diameter(std::log(median), log_sd);
  std::vector<double> units(10'000);
  double mean = 0, second = 0, third = 0;
  for (double& unit : units) {
    for (int n = number(random); n > 0; --n) unit += sphere * std::pow(diameter(random), 3);
    mean += unit / 10'000;
  }
  for (const double unit : units) {
    second += std::pow(unit - mean, 2) / 10'000;
    third += std::pow(unit - mean, 3) / 10'000;
  }
  const double cv = particle_cv(particles, drug);
  EXPECT_NEAR(mean, drug, 0.004);
  EXPECT_NEAR(std::sqrt(second) / mean / cv, 1, 0.025);
  EXPECT_NEAR(third / std::pow(second, 1.5), particle_skewness(particles, cv), 0.1);
}

TEST(Batches, UnitsHaveTheMomentsAskedFor) {
  Variation variation;
  variation.particles = 0.05;
  variation.skewness = 0.8;
  const Batches batches(variation, 7);
  std::vector<double> units(200'000);
  batches.contents(0, 0, units);
  double mean = 0, second = 0, third = 0;
  for (const double one : units) mean += one / static_cast<double>(units.size());
  for (const double one : units) {
    second += std::pow(one - mean, 2) / static_cast<double>(units.size());
    third += std::pow(one - mean, 3) / static_cast<double>(units.size());
  }
  EXPECT_NEAR(mean, 100, 0.05);  // 4.5 standard errors
  EXPECT_NEAR(std::sqrt(second), 5, 0.06);
  EXPECT_NEAR(third / std::pow(second, 1.5), 0.8, 0.06);
}

TEST(Batches, OneIsTheSameWhereverItIsBegun) {
  const Variation variation{0.02, 0.03, 0.01, 0.5, {0.05}};
  const Batches batches(variation, 3);
  std::vector<double> all(30), rest(20);
  batches.contents(17, 0, all);
  batches.contents(17, 10, rest);
  EXPECT_EQ(std::vector<double>(all.begin() + 10, all.end()), rest);
  std::vector<double> other(30);
  batches.contents(18, 0, other);
  EXPECT_NE(all, other);
}

// With normal units of mean 100 % the first stage passes about where 2.4 s <= 15, that is
// 9 s^2 / sigma^2 <= 9 (6.25 / sigma)^2 by chi-square: 0.5627 at sigma = 6.25 (9 degrees); the
// shift of the mean beyond M takes some of it.
TEST(Simulation, ChanceOfTheFirstStageIsThatOfTheChiSquare) {
  const Variation variation{1e-6, 0, 0.0625, 0.1, {}};
  const Uniformity found = simulate_batches(variation, knowledge().test, 20'000, 11);
  EXPECT_LT(found.first.value, 0.5627);
  EXPECT_GT(found.first.value, 0.45);
  EXPECT_GE(found.passed.value, found.first.value);
}

TEST(Simulation, MoreVariationPassesLess) {
  double before = 1.1;
  for (const double cv : {0.02, 0.05, 0.07, 0.1}) {
    const Variation variation{0.02, cv, 0.03, 0.5, {}};
    const double now = simulate_batches(variation, knowledge().test, 4000, 5).passed.value;
    EXPECT_LT(now, before + 1e-12);
    before = now;
  }
  EXPECT_LT(before, 0.5);
}

// Clopper and Pearson's own: 0 of 10 has the upper end 1 - 0.025^(1/10) = 0.308497.
TEST(Shares, HaveTheirExactInterval) {
  const Share none = share(0, 10);
  EXPECT_DOUBLE_EQ(none.low, 0);
  EXPECT_NEAR(none.high, 0.308497, 1e-6);
  const Share all = share(10, 10);
  EXPECT_NEAR(all.low, 1 - 0.308497, 1e-6);
  EXPECT_DOUBLE_EQ(all.high, 1);
}

// --- assays --------------------------------------------------------------------------------------

Result<Assayed> assays(const std::string& text) {
  return read_assays(*files::check("a.csv", text), 1.5, knowledge().test);
}

TEST(Assays, PercentAndMilligramsAreTheSame) {
  std::string percent = "unit,percent\n", mg = "mg\n";
  for (int i = 0; i < 10; ++i) {
    percent += std::to_string(i) + (i % 2 == 0 ? ",96\n" : ",104\n");
    mg += i % 2 == 0 ? "1.44\n" : "1.56\n";
  }
  const auto a = assays(percent), b = assays(mg);
  ASSERT_TRUE(a && b);
  EXPECT_NEAR(a->verdict.first.acceptance, 10.119289, 1e-6);
  EXPECT_NEAR(b->verdict.first.acceptance, 10.119289, 1e-6);
}

// Ten: mean 103.3, s 17.3080, 1.8 + 2.4 s; thirty: mean 101.7, s 14.9716, 0.2 + 2 s.
TEST(Assays, ABatchThatFails) {
  const auto file =
      files::read(std::filesystem::path(VESPER_SOURCE_DIR) / "tests/compounding/failing_batch.csv");
  ASSERT_TRUE(file);
  const auto read = read_assays(*file, 1.5, knowledge().test);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->verdict.says, Verdict::Says::failed);
  EXPECT_NEAR(read->verdict.first.acceptance, 43.3392, 1e-3);
  EXPECT_NEAR(read->verdict.second->acceptance, 30.1432, 1e-3);
  EXPECT_TRUE(read->verdict.second->outside);
  EXPECT_NE(verdict_text(read->verdict, knowledge().test).find("fails with 30 units"),
            std::string::npos);
}

TEST(Assays, WhatIsWrongIsPointedAt) {
  const auto few = assays("percent\n100\n99\n");
  ASSERT_FALSE(few);
  EXPECT_EQ(few.error().message, "2 results; the test takes 10 units, or 30");
  const auto text = assays("unit,percent\n1,99\n2, about 100\n");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().place.line, 3);
  EXPECT_EQ(text.error().place.column, 4);
  EXPECT_FALSE(assays("unit,content\n1,99\n"));
  EXPECT_FALSE(assays("percent,mg\n1,2\n"));
  EXPECT_FALSE(assays("unit,percent\n1\n"));
  EXPECT_FALSE(assays("percent\n-1\n"));
  EXPECT_FALSE(assays("percent\nnan\n"));
  EXPECT_FALSE(assays(""));
}

}  // namespace
}  // namespace vesper::compounding
