// Units, distributions, uncertainty and directives in models.
#include <cmath>

#include "language/parse.h"

namespace vesper::language {
namespace {

units::Unit unit(const std::string& text) {
  return *units::Unit::parse(text);
}

TEST(ModelUnits, DefinitionsInAnyOrder) {
  const Model model = parse(
      "CL = 140 L_per_h\nunit L_per_h = litre / hour; unit hour = 3600 second; unit nM = 1e-9 "
      "mole/litre\n"
      "V = 2000 mL; Q has mole^2 * metre^-1; Q = 1; t = 90 minutes");
  EXPECT_EQ(symbol(model, "CL").unit->text(), "L_per_h");
  EXPECT_TRUE(symbol(model, "CL").unit->same(unit("L/h")));
  EXPECT_NEAR(symbol(model, "CL").unit->factor_to(unit("m3/s")), 1e-3 / 3600, 1e-18);
  EXPECT_TRUE(symbol(model, "V").unit->same(unit("mL")));
  EXPECT_TRUE(symbol(model, "Q").unit->same(unit("mol2/m")));
  EXPECT_TRUE(symbol(model, "t").unit->same(unit("min")));
  EXPECT_EQ(model.units.size(), 3u);
  EXPECT_EQ(model.unit_definitions.at("L_per_h"), "litre / hour");
}

TEST(ModelUnits, BaseKindsOfSbmlAreKnown) {
  for (const char* kind :
       {"ampere",  "avogadro", "becquerel", "candela", "coulomb", "dimensionless", "farad",
        "gram",    "gray",     "henry",     "hertz",   "item",    "joule",         "katal",
        "kelvin",  "kilogram", "liter",     "litre",   "lumen",   "lux",           "meter",
        "metre",   "mole",     "newton",    "ohm",     "pascal",  "radian",        "second",
        "siemens", "sievert",  "steradian", "tesla",   "volt",    "watt",          "weber"}) {
    EXPECT_TRUE(try_parse(std::string("unit u = 2 ") + kind + "; x = 1 u")) << kind;
  }
  const Model model = parse("unit u = avogadro * item; x = 1 u");
  EXPECT_NEAR(symbol(model, "x").unit->factor_to(units::Unit()), 6.02214076e23, 1e12);
}

TEST(ModelUnits, TheModelsOwnUnits) {
  const Model model = parse(
      "unit time_unit = 3600 second; unit substance = 1e-9 mole; unit volume = litre\n"
      "unit extent = substance; unit length = metre; unit area = metre^2; x = 1");
  EXPECT_TRUE(model.time_unit->same(unit("h")));
  EXPECT_EQ(model.time_unit->text(), "3600 second");
  EXPECT_TRUE(model.substance_unit->same(unit("nmol")));
  EXPECT_TRUE(model.volume_unit->same(unit("L")));
  EXPECT_TRUE(model.extent_unit->same(unit("nmol")));
  EXPECT_TRUE(model.length_unit->same(unit("m")));
  EXPECT_TRUE(model.area_unit->same(unit("m2")));
  EXPECT_TRUE(model.units.empty());
  EXPECT_FALSE(parse("x = 1").time_unit);
}

TEST(ModelUnits, AConcentrationIsNotTheUnitOfTheAmount) {
  const Model model = parse(
      "unit nM = 1e-9 mole/litre; compartment c = 1 L; species S in c = 5 nM; species A = 3 nmol");
  EXPECT_FALSE(symbol(model, "S").unit);
  EXPECT_TRUE(symbol(model, "S").initial->unit);
  EXPECT_TRUE(symbol(model, "A").unit->same(unit("nmol")));
}

TEST(Distributions, TheTypicalValueIsTheMean) {
  const std::pair<const char*, double> cases[] = {
      {"normal(140, 42)", 140},           {"lognormal(140, 42)", 140},
      {"uniform(94, 210)", 152},          {"gamma(2.5, 4)", 10},
      {"exponential(0.25)", 4},           {"normal(140, 42, 150, 200)", 150},
      {"lognormal(140, 42, 0, 300)", 140}};
  for (const auto& [text_of_call, mean] : cases) {
    const Model model = parse(std::string("CL = ") + text_of_call);
    EXPECT_EQ(symbol(model, "CL").initial->value, mean) << text_of_call;
    ASSERT_TRUE(symbol(model, "CL").distribution);
    EXPECT_EQ(text(*symbol(model, "CL").distribution), text_of_call);
  }
}

TEST(Distributions, NumbersAreInTheSymbolsUnit) {
  const Model model = parse(
      "unit L_per_h = litre / (3600 second); unit mL_per_min = 1e-3 litre / (60 second)\n"
      "CL = lognormal(100 mL_per_min, 20 mL_per_min); CL has L_per_h\n"
      "V = normal(3 L, 500 mL); k = exponential(2)");
  EXPECT_NEAR(symbol(model, "CL").initial->value, 6, 1e-12);
  EXPECT_NEAR(symbol(model, "CL").distribution->arguments[1]->value, 1.2, 1e-12);
  EXPECT_FALSE(symbol(model, "CL").distribution->arguments[0]->unit);
  EXPECT_TRUE(symbol(model, "V").unit->same(unit("L")));
  EXPECT_NEAR(symbol(model, "V").distribution->arguments[1]->value, 0.5, 1e-12);
}

TEST(Uncertainty, AttributesOfASymbol) {
  const Model model = parse(
      "unit L_per_h = litre / (3600 second); CL = 140 L_per_h; CL.stdev = 40\n"
      "CL.coefficientOfVariation = 30 percent; CL.confidenceInterval = {94, 210000 mL_per_h}\n"
      "unit mL_per_h = 1e-3 L_per_h; CL.distribution = uniform(94, 210); k = 2; k.variance = 0.25");
  const auto& CL = symbol(model, "CL").uncertainty;
  ASSERT_TRUE(CL);
  EXPECT_EQ(*CL->standard_deviation, 40);
  EXPECT_NEAR(*CL->coefficient_of_variation, 0.3, 1e-15);
  EXPECT_EQ(CL->confidence_interval->first, 94);
  EXPECT_NEAR(CL->confidence_interval->second, 210, 1e-9);
  EXPECT_EQ(text(*CL->distribution), "uniform(94, 210)");
  EXPECT_EQ(initial(model, "CL"), "140 L_per_h");
  EXPECT_FALSE(symbol(model, "CL").distribution);
  EXPECT_EQ(*symbol(model, "k").uncertainty->standard_deviation, 0.5);
}

TEST(Directives, DosesHypothesesAndUnits) {
  const Model model = parse(
      "//@ units unchecked\nmodel m\n  unit hour = 3600 second\n  species Gut; A = 0; A' = -k; k = "
      "1; kd = 60 minute\n"
      "  //@ dose oral naltrexone into Gut\n  //@ dose extended-release 6-beta-naltrexol into A\n"
      "  //@ dose oral into A\n"
      "  //@ hypothesis H1 \"slow and deep\" k = 0.5, kd = 2 hour\n  //@ hypothesis H2 k = "
      "-1\nend");
  EXPECT_FALSE(model.check_units);
  ASSERT_EQ(model.dose_targets.size(), 3u);
  EXPECT_EQ(model.dose_targets[0].route, "oral");
  EXPECT_EQ(model.dose_targets[0].drug, "naltrexone");
  EXPECT_EQ(model.dose_targets[0].target, "Gut");
  EXPECT_EQ(model.dose_targets[1].route, "extended-release");
  EXPECT_EQ(model.dose_targets[1].drug, "6-beta-naltrexol");
  EXPECT_EQ(model.dose_targets[2].drug, "");
  ASSERT_EQ(model.hypotheses.size(), 2u);
  EXPECT_EQ(model.hypotheses[0].label, "slow and deep");
  ASSERT_EQ(model.hypotheses[0].settings.size(), 2u);
  EXPECT_EQ(model.hypotheses[0].settings[1].target, "kd");
  EXPECT_NEAR(model.hypotheses[0].settings[1].value, 120, 1e-9);
  EXPECT_EQ(model.hypotheses[1].settings[0].value, -1);
  EXPECT_TRUE(parse("x = 1").check_units);
}

}  // namespace
}  // namespace vesper::language
