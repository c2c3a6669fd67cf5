// What is refused, where, and how it is mended.
#include "compounding/recipe.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "compounding/bench.h"
#include "compounding/uniformity.h"

namespace vesper::compounding {
namespace {

using testing::capsules;
using testing::liquid;
using testing::replaced;

void expect_refused(const std::string& text, Code code, int line, const std::string& says) {
  const auto read = testing::sheet(text);
  ASSERT_FALSE(read) << text;
  EXPECT_EQ(read.error().code, code) << read.error().text();
  EXPECT_EQ(read.error().place.line, line) << read.error().text();
  EXPECT_NE(read.error().text().find(says), std::string::npos) << read.error().text();
}

TEST(Recipe, TheExamplesOfTheTestsAreFine) {
  EXPECT_TRUE(testing::sheet(capsules)) << testing::sheet(capsules).error().text();
  EXPECT_TRUE(testing::sheet(liquid)) << testing::sheet(liquid).error().text();
}

TEST(Recipe, AllExamplesCanBeMade) {
  int n = 0;
  const auto folder = std::filesystem::path(VESPER_SOURCE_DIR) / "examples/recipes";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") continue;
    const auto source = files::read(entry.path());
    ASSERT_TRUE(source);
    const auto read = read_recipe(*source, testing::knowledge(), testing::search(),
                                  *files::parse_date("2026-12-01"));
    ASSERT_TRUE(read) << read.error().text();
    const auto made = work_out(*read, testing::knowledge());
    EXPECT_TRUE(made) << made.error().text();
    ++n;
  }
  EXPECT_GE(n, 6);
}

const std::string microspheres = R"(title: monthly injection
product: naltrexone-injection-380mg
form: microspheres
quantity: 1
)";

TEST(Recipe, TheInjectionCannotBeMade) {
  expect_refused(microspheres, Code::cannot_compound, 2, "cannot be compounded");
  expect_refused(microspheres, Code::cannot_compound, 2, "source: Vivitrol");
  const std::string unnamed = replaced(capsules, "form: capsule", "form: microspheres");
  expect_refused(unnamed, Code::cannot_compound, 4, "approved product only");
  expect_refused(replaced(capsules, "form: capsule", "form: implant"), Code::cannot_compound, 4,
                 "sterile");
  expect_refused(replaced(capsules, "form: capsule", "form: slow-release-capsule"),
                 Code::cannot_compound, 4, "released at once");
}

TEST(Recipe, ImplantProductsCannotBeMade) {
  expect_refused(replaced(microspheres, "naltrexone-injection-380mg", "naltrexone-implant-3.4g"),
                 Code::cannot_compound, 2, "source: ");
}

TEST(Recipe, ExcipientsThatAreNotUsed) {
  const auto with = [](const std::string& filler) {
    return replaced(capsules, "microcrystalline-cellulose", filler);
  };
  expect_refused(with("calcium-carbonate"), Code::excipient_refused, 8, "less is absorbed");
  expect_refused(with("hypromellose-slow"), Code::excipient_refused, 8, "releases slowly");
  EXPECT_TRUE(testing::sheet(with("lactose")));
  expect_refused(with("lactose") + "avoid: [lactose]\n", Code::excipient_refused, 8,
                 "microcrystalline-cellulose");
  expect_refused(with("water"), Code::bad_recipe, 8, "is no filler");
  expect_refused(with("microcristalline-cellulose"), Code::unknown_choice, 8,
                 "did you mean 'microcrystalline-cellulose'?");
}

TEST(Recipe, TabletsWithLactoseAreNotOpenedForThoseWhoAvoidIt) {
  const std::string tablets = replaced(
      capsules, "powder: {form: hydrochloride, assay: 99 %, water: 2 %, density: 0.6 g/mL}",
      "tablets: {product: naltrexone-tablet-50mg, mass: 205 mg}");
  EXPECT_TRUE(testing::sheet(tablets));
  expect_refused(tablets + "avoid: lactose\n", Code::excipient_refused, 7, "begin with powder");
  expect_refused(replaced(tablets, "naltrexone-tablet-50mg", "naltrexone-bupropion-er-8mg"),
                 Code::cannot_compound, 7, "only plain tablets");
  expect_refused(replaced(tablets, "205 mg", "40 mg"), Code::bad_recipe, 7, "weigh ten tablets");
}

TEST(Recipe, WhatDoesNotGoTogether) {
  expect_refused(capsules + "base: water\n", Code::bad_recipe, 11, "has no 'base'");
  expect_refused(liquid + "aliquot: 200 mg\n", Code::bad_recipe, 13, "has no 'aliquot'");
  expect_refused(liquid + "drops-per-mL: 20\n", Code::bad_recipe, 13, "has no 'drops-per-mL'");
  expect_refused(capsules + "aliquot: 100 mg\n", Code::bad_recipe, 11, "less than the balance");
  expect_refused(capsules + "tablets: {product: naltrexone-tablet-50mg, mass: 205 mg}\n",
                 Code::bad_recipe, 1, "one of them");
  expect_refused(capsules + "product: ldn-capsule-4.5mg\n", Code::bad_recipe, 3, "of the base");
  expect_refused(replaced(capsules, "as: base", "as: sulfate"), Code::bad_recipe, 3,
                 "no form 'sulfate'");
  expect_refused(capsules + "label: {plan: clinic}\n", Code::unknown_key, 11, "plan");
}

TEST(Recipe, AComponentOutOfDate) {
  expect_refused(replaced(capsules, "density: 0.6 g/mL", "expires: 2026-12-01"),
                 Code::expired_component, 7, "expires on 2026-12-01");
}

TEST(Recipe, NumbersThatCannotBe) {
  expect_refused(replaced(capsules, "quantity: 20", "quantity: 0"), Code::out_of_range, 6, "1");
  expect_refused(replaced(capsules, "strength: 1.5 mg", "strength: -1 mg"), Code::out_of_range, 5,
                 "above 0");
  expect_refused(replaced(capsules, "assay: 99 %", "assay: 9.9 %"), Code::out_of_range, 7,
                 "50 to 110");
  expect_refused(replaced(capsules, "water: 2 %", "water: 40 %"), Code::out_of_range, 7,
                 "percentage");
}

TEST(Recipe, FarEndsAreRefusedOrWorkedOut) {
  const std::string coarse =
      replaced(capsules, "density: 0.6 g/mL}", "particles: {median: 0.4 mm, geometric-sd: 3}}");
  expect_refused(coarse, Code::bad_recipe, 0, "too coarse for units of 1.5 mg");
  expect_refused(replaced(capsules, "strength: 1.5 mg", "strength: 1e300 kg"), Code::out_of_range,
                 5, "0.001 to 10000");
  expect_refused(
      replaced(capsules, "balance: class-a", "balance: {sensitivity: 1 g, error: 1e-300 %}"),
      Code::out_of_range, 9, "0.1 to 10");
  // The widest particles that are let through have a skewed law, and are simulated.
  const auto widest = testing::recipe(
      replaced(capsules, "density: 0.6 g/mL}", "particles: {median: 100 um, geometric-sd: 2}}"));
  ASSERT_TRUE(widest) << widest.error().text();
  const auto made = work_out(*widest, testing::knowledge());
  ASSERT_TRUE(made) << made.error().text();
  const Variation found = variation(*widest, *made);
  EXPECT_GT(found.skewness, 4);
  EXPECT_LT(simulate_batches(found, testing::knowledge().test, 2000, 1).passed.value, 1);
}

// --- cost ----------------------------------------------------------------------------------------

const std::string prices = R"(prices:
  currency: EUR
  materials: 6
  work: 14
  course: 90
  packs:
    - {doses: 30, price: 32, discounts: [{from: 2, off: 5 %}, {from: 3, off: 10 %}]}
    - {doses: 100, price: 80}
)";

// 20 capsules for 20: 1.00 each.  Three packs of 30 for 96 less 10 %: 86.40, 0.96 a dose; one of
// 100 for 80: 0.8889 for each of the 90 that are taken.
TEST(Cost, OfADoseAndACourseByHand) {
  const auto made = testing::sheet(capsules + prices);
  ASSERT_TRUE(made) << made.error().text();
  ASSERT_TRUE(made->cost);
  EXPECT_DOUBLE_EQ(*made->cost->made_dose, 1);
  ASSERT_EQ(made->cost->offers.size(), 2u);
  EXPECT_DOUBLE_EQ(made->cost->offers[0].price, 86.4);
  EXPECT_DOUBLE_EQ(made->cost->offers[0].per_dose, 0.96);
  EXPECT_DOUBLE_EQ(made->cost->offers[1].per_dose, 80.0 / 90);
  EXPECT_DOUBLE_EQ(made->cost->offers[1].left, 10);
  EXPECT_EQ(made->cost->best, 1u);
}

TEST(Cost, WithoutACourseEachDiscountIsAnOffer) {
  const auto made = testing::sheet(capsules + replaced(prices, "  course: 90\n", ""));
  ASSERT_TRUE(made) << made.error().text();
  ASSERT_EQ(made->cost->offers.size(), 4u);  // 1, 2, 3 packs of 30; one of 100
  EXPECT_DOUBLE_EQ(made->cost->offers[1].price, 60.8);
  EXPECT_DOUBLE_EQ(made->cost->offers[2].price, 86.4);
}

TEST(Cost, OfALiquidNeedsADose) {
  expect_refused(replaced(liquid, "dose: 1.5 mg\n", "") + prices, Code::bad_recipe, 13,
                 "no `dose`");
}

}  // namespace
}  // namespace vesper::compounding
