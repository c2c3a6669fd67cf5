#include <cmath>

#include "dosing/folder.h"

namespace vesper::dosing {
namespace {

RegimenItem item(const std::string& text) {
  const Folder folder;
  Regimen regimen = expect_value(folder.regimen("- " + text + "\n"));
  return regimen.items.empty() ? RegimenItem{} : regimen.items[0];
}

files::Yaml value_of(const std::string& text) {
  const auto source = files::check("t.yaml", "v: " + text);
  return *files::parse_yaml(*source)->find("v");
}

TEST(Regimen, isReadWhole) {
  const RegimenItem read = item(
      "{product: capsule, count: 2, every: 24 h, at: \"22:00\", from: day 15, until: day 28, "
      "adherence: 85 %, with-food: yes}");
  EXPECT_EQ(read.product.id, "capsule");
  EXPECT_EQ(read.count, 2);
  EXPECT_DOUBLE_EQ(read.first, 14 * 24 + 22);
  EXPECT_DOUBLE_EQ(read.every, 24);
  EXPECT_DOUBLE_EQ(read.until, 28 * 24);
  EXPECT_DOUBLE_EQ(read.adherence, 0.85);
  EXPECT_TRUE(read.with_food);
  EXPECT_EQ(read.place.line, 1);
}

TEST(Regimen, defaults) {
  const RegimenItem read = item("{product: tablet}");
  EXPECT_EQ(read.count, 1);
  EXPECT_EQ(read.first, 0);
  EXPECT_EQ(read.every, 0);
  EXPECT_TRUE(std::isinf(read.until));
  EXPECT_EQ(read.adherence, 1);
  EXPECT_FALSE(read.with_food);
}

TEST(Regimen, mayBeEmpty) {
  const Folder folder;
  EXPECT_TRUE(expect_value(folder.regimen("[]")).items.empty());
}

TEST(Regimen, dosesBecomeUnits) {
  EXPECT_EQ(item("{product: capsule, dose: 4.5 mg}").count, 3);
  EXPECT_EQ(item("{product: capsule, dose: 4500 ug hydrochloride}").count, 3);
  // 1.36 mg of base is 1.505 mg of hydrochloride, one capsule to the digits of a label.
  EXPECT_EQ(item("{product: capsule, dose: 1.36 mg base}").count, 1);
  EXPECT_DOUBLE_EQ(item("{product: solution, dose: 2.25 mg}").count, 2.25);
  EXPECT_DOUBLE_EQ(item("{product: solution, dose: 4.5 mg hydrochloride}").count,
                   4.5 * 341.41 / 377.86);
  EXPECT_DOUBLE_EQ(item("{product: solution, dose: 4.5 mg hydrochloride dihydrate}").count,
                   4.5 * 341.41 / 413.89);
  EXPECT_DOUBLE_EQ(item("{product: solution, dose: 10 umol}").count, 3.4141);
  EXPECT_EQ(item("{product: tablet, dose: 0 mg}").count, 0);
  EXPECT_EQ(item("{product: tablet, count: 0}").count, 0);
}

TEST(Regimen, saltAndBaseAreNeverConfused) {
  const Folder folder;
  const auto refused = folder.regimen("- {product: capsule, dose: 4.5 mg base}");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::not_whole_units);
  EXPECT_EQ(refused.error().mend, "nearest: 4.5 mg (count: 3) or 6 mg (count: 4)");
}

TEST(Regimen, clockTimes) {
  EXPECT_DOUBLE_EQ(item("{product: tablet, at: \"22:00\"}").first, 22);
  EXPECT_DOUBLE_EQ(item("{product: tablet, at: 22:00}").first, 22);  // no sexagesimal number
  EXPECT_DOUBLE_EQ(item("{product: tablet, at: 7:30}").first, 7.5);
  EXPECT_DOUBLE_EQ(item("{product: tablet, at: \"00:00\"}").first, 0);
  EXPECT_DOUBLE_EQ(item("{product: tablet, at: \"08:00\", from: 36 h}").first, 56);
  EXPECT_DOUBLE_EQ(item("{product: tablet, at: \"22:00\", from: 36 h}").first, 46);
  EXPECT_DOUBLE_EQ(item("{product: tablet, at: \"12:00\", from: 36 h}").first, 36);
  EXPECT_DOUBLE_EQ(item("{product: tablet, from: week 2}").first, 168);
}

TEST(Regimen, daysAndWeeks) {
  EXPECT_DOUBLE_EQ(*read_time_point(value_of("day 1")), 0);
  EXPECT_DOUBLE_EQ(*read_time_point(value_of("Day 15")), 336);
  EXPECT_DOUBLE_EQ(*read_time_point(value_of("week 3")), 336);
  EXPECT_DOUBLE_EQ(*read_time_point(value_of("36 h")), 36);
  EXPECT_DOUBLE_EQ(*read_time_point(value_of("2 weeks")), 336);
  EXPECT_DOUBLE_EQ(*read_duration(value_of("12 weeks")), 2016);
  EXPECT_DOUBLE_EQ(*read_duration(value_of("90 min")), 1.5);
  EXPECT_FALSE(read_duration(value_of("0 h")));
  EXPECT_FALSE(read_duration(value_of("1e7 h")));
  // `until` runs to the end of what it names.
  EXPECT_DOUBLE_EQ(item("{product: tablet, every: 24 h, until: week 2}").until, 336);
  EXPECT_DOUBLE_EQ(item("{product: tablet, every: 24 h, until: day 14}").until, 336);
  EXPECT_DOUBLE_EQ(item("{product: tablet, every: 24 h, until: 14 days}").until, 336);
}

TEST(Overlap, twoStrengthsTogetherAreAllowed) {
  const Folder folder;
  EXPECT_TRUE(
      folder.regimen("- {product: capsule, every: 24 h}\n- {product: tablet, every: 24 h}"));
  EXPECT_TRUE(
      folder.regimen("- {product: capsule, every: 24 h, until: day 9}\n"
                     "- {product: tablet, every: 24 h, from: day 5}"));
  // Morning and evening of one product.
  EXPECT_TRUE(
      folder.regimen("- {product: tablet, every: 24 h, at: 08:00}\n"
                     "- {product: tablet, every: 24 h, at: 20:00}"));
  EXPECT_TRUE(
      folder.regimen("- {product: capsule, every: 24 h, until: day 14}\n"
                     "- {product: capsule, count: 2, every: 24 h, from: day 15}"));
}

TEST(Overlap, stepsThatMeetAreRefused) {
  const Folder folder;
  const char* lines[] = {
      "- {product: capsule, every: 24 h, at: 22:00, until: day 14}\n"
      "- {product: tablet, every: 24 h, at: 22:00, from: day 14}",
      "- {product: tablet, every: 24 h, at: 22:00, from: day 14, until: day 20}\n"
      "- {product: capsule, every: 24 h, at: 22:00, until: day 14}",
      "- {product: tablet, every: 8 h, at: 06:00, until: day 14}\n"
      "- {product: tablet, every: 24 h, at: 22:00, from: day 14}"};
  for (const char* text : lines) {
    const auto regimen = folder.regimen(text);
    ASSERT_FALSE(regimen) << text;
    EXPECT_EQ(regimen.error().code, Code::dose_given_twice);
    EXPECT_NE(regimen.error().message.find("day 14 22:00"), std::string::npos)
        << regimen.error().message;
  }
}

}  // namespace
}  // namespace vesper::dosing
