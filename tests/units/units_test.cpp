#include "units/units.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace vesper::units {
namespace {

Unit unit(const std::string& text) {
  return Unit::parse(text).value();
}

TEST(Units, KnowsThePharmacologistsUnits) {
  struct Case {
    const char* from;
    const char* to;
    double factor;
  };
  for (const auto& [from, to, factor] :
       std::initializer_list<Case>{{"mg", "g", 1e-3},
                                   {"ng/mL", "mg/L", 1e-3},
                                   {"L/h", "mL/min", 1000.0 / 60},
                                   {"/h", "1/day", 24},
                                   {"nM", "nmol/L", 1},
                                   {"nmol.L-1", "nM", 1},
                                   {"weeks", "h", 168},
                                   {"%", "1", 0.01},
                                   {"litre", "L", 1},
                                   {"mole", "nmol", 1e9},
                                   {"µg", "ng", 1e3},
                                   {"years", "days", 365.242198781},
                                   {"m^2", "cm^2", 1e4},
                                   {"IU", "1", 1}}) {
    ASSERT_TRUE(unit(from).same_dimension(unit(to))) << from << " " << to;
    EXPECT_NEAR(unit(from).factor_to(unit(to)) / factor, 1, 1e-9) << from << " " << to;
  }
}

TEST(Units, RefusesWhatIsNoUnit) {
  for (const char* text : {"mgg", "4 mg", "", "x10 h", "dB", "3600 second", "hh", "mh", "ng/hh",
                           "kday", "mg@", "()", "/"}) {
    EXPECT_FALSE(Unit::parse(text).has_value()) << text;
  }
}

TEST(Units, RefusesUnitsWithAnOrigin) {
  for (const char* text : {"degC", "days since 2000-01-01", "lg(re 1 mW)"}) {
    const auto parsed = Unit::parse(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_NE(parsed.error().message.find("origin"), std::string::npos);
  }
}

TEST(Units, TellsDimensionFromScaleAndFromReciprocal) {
  EXPECT_FALSE(unit("s").same_dimension(unit("Hz")));
  EXPECT_FALSE(unit("mg").same_dimension(unit("mol")));
  EXPECT_TRUE(unit("mL").same_dimension(unit("L")));
  EXPECT_FALSE(unit("mL").same(unit("L")));
  EXPECT_TRUE(unit("%").dimensionless());
  EXPECT_FALSE(unit("%").same(Unit()));
}

TEST(Units, AlgebraKeepsTheNamesItWasWrittenWith) {
  EXPECT_EQ((unit("L/h") * unit("nmol/L")).text(), "nmol/h");
  EXPECT_EQ((unit("nmol") / unit("L")).text(), "nmol/L");
  EXPECT_EQ((unit("nmol") / unit("nmol")).text(), "1");
  EXPECT_EQ(unit("h").power(-1)->text(), "1/h");
  EXPECT_EQ(unit("L/h/kg").text(), "L/(h*kg)");
  EXPECT_EQ(unit("L/h").named("L_per_h").text(), "L_per_h");
}

TEST(Units, PowersOnlyWhereTheResultIsAUnit) {
  EXPECT_TRUE(unit("m").power(2)->same(unit("m^2")));
  EXPECT_TRUE(unit("m^2").power(0.5)->same(unit("m")));
  EXPECT_FALSE(unit("m").power(0.3).has_value());
  EXPECT_TRUE(Unit().power(0.75)->same(Unit()));
}

TEST(Quantities, ReadNumberAndUnit) {
  EXPECT_DOUBLE_EQ(parse_in("4.5 mg", unit("ug")).value(), 4500);
  EXPECT_DOUBLE_EQ(parse_in("30 %", Unit()).value(), 0.3);
  EXPECT_DOUBLE_EQ(parse_in("0.5 /h", unit("1/day")).value(), 12);
  EXPECT_DOUBLE_EQ(parse_in("-3 h", unit("h")).value(), -3);
}

TEST(Quantities, SayWhatIsWrong) {
  struct Case {
    const char* text;
    Code code;
    const char* message;
  };
  for (const auto& [text, code, message] : std::initializer_list<Case>{
           {"24", Code::missing_unit, "'24' needs a unit"},
           {"4.5 mgg", Code::unknown_unit, "'4.5 mgg' has an unknown unit 'mgg'"},
           {"4.5 mg", Code::wrong_dimension, "'4.5 mg' is in mg, but h is wanted here"},
           {"nan", Code::bad_quantity, "'nan' is not a quantity"},
           {"inf h", Code::bad_quantity, "'inf h' is not a quantity"},
           {"1e999 h", Code::bad_number, "'1e999 h' is too large or too small a number"},
           {"", Code::bad_quantity, "'' is not a quantity"},
           {"h", Code::bad_quantity, "'h' is not a quantity"}}) {
    const auto parsed = parse_in(text, unit("h"));
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, code) << text;
    EXPECT_EQ(parsed.error().message, message);
  }
}

RC_GTEST_PROP(Quantities, ConvertThereAndBack, (double value)) {
  RC_PRE(std::isfinite(value) && std::abs(value) < 1e100);
  const auto pairs = {std::pair{"mg", "kg"}, {"h", "weeks"}, {"ng/mL", "g/L"}, {"L/h", "mL/min"}};
  for (const auto& [a, b] : pairs) {
    const double there = value * unit(a).factor_to(unit(b));
    const double back = there * unit(b).factor_to(unit(a));
    RC_ASSERT(std::abs(back - value) <= 1e-12 * std::abs(value));
  }
}

RC_GTEST_PROP(Units, NeverCrashOnAnyText, (const std::string& text)) {
  const auto parsed = Unit::parse(text);
  if (parsed) RC_ASSERT(parsed->same(*parsed));
}

}  // namespace
}  // namespace vesper::units
