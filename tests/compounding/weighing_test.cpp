// Least weighable quantities, aliquots, geometric dilution.
#include "compounding/weighing.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace vesper::compounding {
namespace {

TEST(Weighing, LeastOfAClassABalance) {
  EXPECT_DOUBLE_EQ(minimum_weighable(6, 5), 120);
  EXPECT_DOUBLE_EQ(minimum_weighable(6, 1), 600);
}

TEST(Weighing, NoAliquotWhereItCanBeWeighed) {
  EXPECT_TRUE(dilutions(120, 120).empty());
  EXPECT_EQ(dilutions(119.9, 120).size(), 1u);
}

// 30 mg on a balance that weighs 120 mg: four times as much, and a quarter of the dilution.
TEST(Weighing, AliquotByHand) {
  const auto steps = dilutions(30, 120);
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_DOUBLE_EQ(steps[0].drug, 120);
  EXPECT_EQ(steps[0].factor, 4);
  EXPECT_DOUBLE_EQ(steps[0].aliquot, 120);
  EXPECT_DOUBLE_EQ(steps[0].total, 480);
  EXPECT_DOUBLE_EQ(steps[0].diluent, 360);
}

// The textbook's: 120 mg of drug and aliquots of 125 mg that hold 2 mg each, 7500 mg in all.
TEST(Weighing, AliquotOfTheTextbook) {
  const auto steps = dilutions(2, 120, 125);
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_DOUBLE_EQ(steps[0].drug, 120);
  EXPECT_DOUBLE_EQ(steps[0].diluent, 7380);
  EXPECT_DOUBLE_EQ(steps[0].total, 7500);
  EXPECT_DOUBLE_EQ(steps[0].aliquot, 125);
}

TEST(Weighing, GeometricDilution) {
  EXPECT_EQ(geometric_steps(4.5, 225), 6);  // 4.5, 9, 18, 36, 72, 144, 225
  EXPECT_EQ(geometric_steps(100, 100), 0);
  EXPECT_EQ(geometric_steps(100, 200), 1);
  EXPECT_EQ(geometric_steps(100, 200.1), 2);
}

RC_GTEST_PROP(Weighing, AliquotsHoldWhatIsWantedAndCanBeWeighed, ()) {
  const double least = *rc::gen::inRange(1, 1000);
  const double wanted = least * *rc::gen::inRange(1, 1'000'000) / 1e6;
  const bool chosen = *rc::gen::arbitrary<bool>();
  const std::optional<double> part =
      chosen ? std::optional(least * *rc::gen::inRange(10, 50) / 10.0) : std::nullopt;
  double held = 0;
  for (const Dilution& one : dilutions(wanted, least, part)) {
    RC_ASSERT(one.drug >= least * (1 - 1e-9));
    RC_ASSERT(one.diluent >= least * (1 - 1e-9));
    RC_ASSERT(one.aliquot >= least * (1 - 1e-9));
    RC_ASSERT(std::abs(one.drug + one.diluent - one.total) <= 1e-9 * one.total);
    RC_ASSERT(one.factor <= most_factor);
    held = (held == 0 ? one.drug : held) * one.aliquot / one.total;
  }
  RC_ASSERT(std::abs(held / wanted - 1) < 1e-9);
}

}  // namespace
}  // namespace vesper::compounding
