#include "report/format.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

#include "report/thin.h"

namespace vesper::report {
namespace {

TEST(Numbers, KeepThreeSignificantDigits) {
  EXPECT_EQ(number(1.1), "1.10");
  EXPECT_EQ(number(0.00451), "0.00451");
  EXPECT_EQ(number(84.04), "84.0");
  EXPECT_EQ(number(12345), "12,345");
  EXPECT_EQ(number(1234), "1234");
  EXPECT_EQ(number(-3.14159), "-3.14");
  EXPECT_EQ(number(2.1e-5), "2.10e-05");
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(std::nan("")), "–");
  EXPECT_EQ(number(std::numeric_limits<double>::infinity()), "∞");
}

TEST(Numbers, DoNotGrowADigitWhenTheyRoundUp) {
  EXPECT_EQ(number(99.96), "100");
  EXPECT_EQ(number(9.996), "10.0");
  EXPECT_EQ(rough(9.96), "10");
  EXPECT_EQ(rough(0.0996), "0.10");
}

RC_GTEST_PROP(Numbers, AreCloseToTheirText, ()) {
  const double value = *rc::gen::inRange(-999'999, 999'999) / 1000.0;
  RC_PRE(std::abs(value) >= 1e-3);
  std::string text = number(value);
  text.erase(std::remove(text.begin(), text.end(), ','), text.end());
  RC_ASSERT(std::abs(std::stod(text) - value) <= 0.005001 * std::abs(value));
}

TEST(Numbers, RangesWithASignUseAWord) {
  EXPECT_EQ(range("0.5", "2.3", "-"), "0.5-2.3");
  EXPECT_EQ(range("-3", "5"), "-3 to 5");
}

TEST(Times, AreDaysAndClock) {
  EXPECT_EQ(clock_time(0), "day 1, 00:00");
  EXPECT_EQ(clock_time(14 * 24 + 22), "day 15, 22:00");
  EXPECT_EQ(clock_time(23.9999), "day 2, 00:00");
  EXPECT_EQ(stretch(7 * 24, 14 * 24), "day 8 to day 14");
  EXPECT_EQ(stretch(0, 24), "day 1");
  EXPECT_EQ(stretch(6, 30), "day 1, 06:00 to day 2, 06:00");
  EXPECT_EQ(duration(12 * 168), "12 weeks");
  EXPECT_EQ(duration(72), "3 days");
  EXPECT_EQ(duration(36), "36 h");
  EXPECT_EQ(duration(0.5), "30.0 min");
  EXPECT_EQ(duration(1.5), "1.50 h");
}

TEST(Escapes, LeaveNoMarkup) {
  EXPECT_EQ(html("<b a=\"1\" c='2'>&"), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;");
  EXPECT_EQ(program_in_script("x = '</script>' + \"<!-- \""), "x = '<\\/script>' + \"<\\!-- \"");
}

RC_GTEST_PROP(Escapes, JsonInAScriptMeansTheSameAndCannotEndIt, (const std::string& text)) {
  // Any bytes: what is not UTF-8 is replaced, so that only valid text must come back unchanged.
  const nlohmann::json value = {{"a", text + "</script><!--"}, {"<k>", 1}};
  const std::string out = json_in_script(value);
  RC_ASSERT(out.find('<') == std::string::npos);
  const auto back = nlohmann::json::parse(out);
  RC_ASSERT(back["<k>"] == 1);
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
  if (ascii) {
    RC_ASSERT(back == value);
  }
}

TEST(Columns, CountCharactersAndNotBytes) {
  EXPECT_EQ(columns("µmol – 5"), 8u);
  EXPECT_EQ(padded("µ", 3), "µ  ");
}

TEST(Thinning, KeepsEveryExtreme) {
  std::vector<double> curve(5000), other(5000);
  for (std::size_t i = 0; i < curve.size(); ++i) {
    curve[i] = std::sin(0.01 * static_cast<double>(i));
    other[i] = std::cos(0.013 * static_cast<double>(i));
  }
  curve[3333] = 7;
  other[1234] = -9;
  const std::vector<std::vector<double>> curves = {curve, other};
  const auto kept = thin(curves, 0, curve.size(), 400);
  EXPECT_LE(kept.size(), 400u);
  EXPECT_TRUE(std::is_sorted(kept.begin(), kept.end()));
  EXPECT_EQ(kept.front(), 0u);
  EXPECT_EQ(kept.back(), 4999u);
  EXPECT_TRUE(std::binary_search(kept.begin(), kept.end(), 3333u));
  EXPECT_TRUE(std::binary_search(kept.begin(), kept.end(), 1234u));
}

TEST(Thinning, KeepsShortCurvesWhole) {
  const std::vector<std::vector<double>> curves = {{1, 2, 3, 4}};
  EXPECT_EQ(thin(curves, 1, 4, 400), (std::vector<std::size_t>{1, 2, 3}));
}

TEST(Thinning, PassesOverMissingValues) {
  std::vector<double> curve(1000, std::nan(""));
  curve[500] = 1;
  curve[501] = 2;
  const std::vector<std::vector<double>> curves = {curve};
  const auto kept = thin(curves, 0, curve.size(), 50);
  EXPECT_TRUE(std::binary_search(kept.begin(), kept.end(), 500u));
  EXPECT_TRUE(std::binary_search(kept.begin(), kept.end(), 501u));
}

}  // namespace
}  // namespace vesper::report
