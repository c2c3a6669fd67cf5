// Plans of stepping up on the label.
#include "compounding/plan.h"

#include <gtest/gtest.h>

#include "compounding/bench.h"
#include "titration/schedule.h"

namespace vesper::compounding {
namespace {

const std::string steps_of_1_5 = testing::replaced(
    testing::replaced(testing::replaced(testing::capsules, "drug: naltrexone\nas: base\n",
                                        "product: ldn-capsule-1.5mg\n"),
                      "strength: 1.5 mg\n", ""),
    "quantity: 20", "quantity: 100");

Result<Worksheet> labelled(const std::string& text) {
  VESPER_TRY(const Recipe read, testing::recipe(text));
  VESPER_TRY(Worksheet made, work_out(read, testing::knowledge()));
  VESPER_CHECK(add_plan(read, testing::search(), made));
  return made;
}

// 1.5 mg for 14 days, 3 mg for 14 days, 4.5 mg on: 14 + 28 capsules in four weeks, then three a day
// for the other 56 days of the course, 168: 210.
TEST(Plan, StandsOnTheLabelInCapsules) {
  const auto made = labelled(steps_of_1_5 + "label: {directions: At bedtime., plan: clinic}\n");
  ASSERT_TRUE(made) << made.error().text();
  std::string text;
  for (const std::string& line : made->label) text += line + "\n";
  EXPECT_EQ(made->label[2], "At bedtime.");
  EXPECT_NE(made->label[3].find("1 capsule"), std::string::npos) << text;
  EXPECT_NE(text.find("2 capsules"), std::string::npos) << text;
  EXPECT_NE(text.find("3 capsules"), std::string::npos) << text;
  EXPECT_NE(text.find("Dec 2026"), std::string::npos) << text;
  EXPECT_EQ(made->warnings.back(), "The plan takes 210 capsules over 84 days; this batch has 100.");
}

TEST(Plan, BeginsOnItsOwnDay) {
  const auto made = labelled(steps_of_1_5 + "label: {plan: clinic, start: 2027-01-04}\n");
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_NE(made->label[2].find("4 Jan 2027"), std::string::npos) << made->label[2];
}

TEST(Plan, WhatCannotBeTakenIsRefusedAtItsPlace) {
  const auto halves = labelled(steps_of_1_5 + "label: {plan: slow}\n");  // 0.5 mg of 1.5 mg
  ASSERT_FALSE(halves);
  EXPECT_EQ(halves.error().place.line, 9);
  const auto unknown = labelled(steps_of_1_5 + "label: {plan: clinics}\n");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().place.line, 9);
  EXPECT_NE(unknown.error().text().find("clinic"), std::string::npos);
}

}  // namespace
}  // namespace vesper::compounding
