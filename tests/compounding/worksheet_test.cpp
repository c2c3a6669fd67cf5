// Worksheets by hand, and what holds of every one.
#include "compounding/worksheet.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "compounding/bench.h"

namespace vesper::compounding {
namespace {

using testing::capsules;
using testing::liquid;
using testing::replaced;
using testing::sheet;

// 377.86 / 341.41 = 1.10676; 30 mg of base = 33.2029 mg of hydrochloride; of a powder with
// 99 % * 98 % = 97.02 % of it 34.2227 mg.
TEST(Worksheet, SaltAssayAndWaterByHand) {
  const auto made = sheet(capsules);
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_NEAR(made->salt_factor, 1.1068, 0.00005);
  EXPECT_NEAR(made->content, 0.9702, 1e-12);
  EXPECT_NEAR(made->powder, 34.2227, 5e-5);
  EXPECT_DOUBLE_EQ(made->least, 120);
}

TEST(Worksheet, AnAssayAsItIsCountsItsWaterAlready) {
  const auto made = sheet(replaced(capsules, "water: 2 %", "water: 2 %, assay-of: as-is"));
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_NEAR(made->content, 0.99, 1e-12);
}

// 1.711137 mg of powder at 0.6 g/mL is 2.8519 uL of the 300 uL of size 3; 297.1481 uL of filler at
// 0.5 g/mL weigh 148.5741 mg.
TEST(Worksheet, CapsuleByHand) {
  const auto made = sheet(capsules);
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_EQ(made->size, "3");
  EXPECT_NEAR(made->powder_per_unit, 1.711137, 1e-6);
  EXPECT_NEAR(made->filler_per_unit, 148.57405, 1e-4);
  EXPECT_NEAR(made->total(), 20 * (148.57405 + 1.711137), 1e-2);
  ASSERT_EQ(made->dilutions.size(), 1u);
  EXPECT_EQ(made->dilutions[0].factor, 4);  // 120 / 34.2 = 3.5
}

// 100 capsules of 4.5 mg are 9 tablets of 50 mg: all of them are used, and nothing is weighed.
TEST(Worksheet, WholeTabletsAreNotWeighed) {
  const std::string text = replaced(
      replaced(replaced(replaced(capsules, "as: base", "as: hydrochloride"), "1.5 mg", "4.5 mg"),
               "quantity: 20", "quantity: 100"),
      "powder: {form: hydrochloride, assay: 99 %, water: 2 %, density: 0.6 g/mL}",
      "tablets: {product: naltrexone-tablet-50mg, mass: 205 mg}");
  const auto made = sheet(text);
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_EQ(made->tablets, 9);
  EXPECT_TRUE(made->whole_tablets);
  EXPECT_NEAR(made->powder, 1845, 1e-9);
  const auto odd = sheet(replaced(text, "quantity: 100", "quantity: 60"));  // 5.4 tablets
  ASSERT_TRUE(odd) << odd.error().text();
  EXPECT_EQ(odd->tablets, 6);
  EXPECT_FALSE(odd->whole_tablets);
  EXPECT_NEAR(odd->powder, 5.4 * 205, 1e-9);
}

// The smallest size that holds 200 mg at 0.6 g/mL, 0.33 mL, after 3 with 0.30 mL: 2.
TEST(Worksheet, ALargerSizeIsTakenUnlessOneIsNamed) {
  const std::string strong = replaced(capsules, "1.5 mg", "175 mg");
  const auto made = sheet(strong);
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_EQ(made->size, "2");
  const auto named = sheet(strong + "capsule-size: \"3\"\n");
  ASSERT_FALSE(named);
  EXPECT_EQ(named.error().code, Code::does_not_fit);
  EXPECT_EQ(named.error().mend, "use size 2");
  const auto none = sheet(replaced(capsules, "1.5 mg", "1500 mg"));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::does_not_fit);
}

// 100 mg of powder where 120 mg can be weighed: 200 mg in 20 mL, of which 10 mL.
TEST(Worksheet, StockSolutionByHand) {
  const auto made =
      sheet(replaced(liquid, "balance: {sensitivity: 1 mg, error: 5 %}", "balance: class-a"));
  ASSERT_TRUE(made) << made.error().text();
  ASSERT_TRUE(made->stock);
  EXPECT_DOUBLE_EQ(made->stock->drug, 200);
  EXPECT_DOUBLE_EQ(made->stock->volume, 20);
  EXPECT_DOUBLE_EQ(made->stock->take, 10);
  EXPECT_DOUBLE_EQ(made->parts.back().amount, 90);
}

TEST(Worksheet, WhatDoesNotDissolveIsRefused) {
  const auto made = sheet(replaced(liquid, "1 mg/mL", "101 mg/mL"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::does_not_fit);
  EXPECT_TRUE(sheet(replaced(liquid, "1 mg/mL", "99 mg/mL")));
}

TEST(Worksheet, SmallIngredientsAreNamed) {
  const auto made = sheet(replaced(liquid, "0.1 g}", "0.01 g}"));  // 10 mg; 20 can be weighed
  ASSERT_TRUE(made) << made.error().text();
  ASSERT_EQ(made->warnings.size(), 1u);
  EXPECT_NE(made->warnings[0].find("sodium benzoate, 10 mg, is less"), std::string::npos);
}

// --- what holds of every worksheet ---------------------------------------------------------------

std::string any_recipe(const std::string& form) {
  const double tenths = *rc::gen::inRange(2, 200);
  const int quantity = *rc::gen::oneOf(rc::gen::inRange(10, 60), rc::gen::inRange(10, 2000));
  const double overage = *rc::gen::inRange(0, 30);
  const double assay = *rc::gen::inRange(900, 1020) / 10.0;
  const double water = *rc::gen::inRange(0, 90) / 10.0;
  const std::string as = *rc::gen::element<std::string>("base", "hydrochloride");
  const std::string powder =
      *rc::gen::element<std::string>("base", "hydrochloride", "hydrochloride-dihydrate");
  const double sensitivity = *rc::gen::element(0.1, 1.0, 6.0);  // aliquots are often needed
  std::string text = fmt::format(
      "title: any\ndrug: naltrexone\nas: {}\nform: {}\noverage: {} %\n"
      "powder: {{form: {}, assay: {} %, water: {} %}}\nbalance: {{sensitivity: {} mg, error: 5 "
      "%}}\n",
      as, form, overage, powder, assay, water, sensitivity);
  if (form == "capsule") {
    text += fmt::format("strength: {} mg\nquantity: {}\nfiller: microcrystalline-cellulose\n",
                        tenths / 10, quantity);
  } else if (form == "troche") {
    text += fmt::format(
        "strength: {} mg\nquantity: {}\nbase: macrogol-base\nmould: 1 g\n"
        "displacement: {}\n",
        tenths / 10, quantity, *rc::gen::inRange(8, 16) / 10.0);
  } else {
    text += fmt::format(
        "strength: {} mg/g\nquantity: {} g\nbase: oil-in-water-cream\n"
        "ingredients: [{{excipient: glycerol, per-100: 5 g}}]\n",
        tenths / 10, quantity);
  }
  return text;
}

// Drug that reaches the batch, through all dilutions [mg, as the strength means it].
double drug_in(const Worksheet& made) {
  double powder = made.dilutions.empty() ? made.parts.front().amount : made.dilutions.front().drug;
  for (const Dilution& one : made.dilutions) powder *= one.aliquot / one.total;
  return powder * made.content / made.salt_factor;
}

void expect_balanced(const std::string& form) {
  const auto read = testing::recipe(any_recipe(form));
  RC_ASSERT(read.has_value());
  const auto made = work_out(*read, testing::knowledge());
  if (!made) {
    RC_ASSERT(made.error().code == Code::does_not_fit);
    RC_DISCARD("too little of it for this balance");
  }
  // Drug in = drug in what was ordered + overage.
  RC_ASSERT(std::abs(drug_in(*made) / made->drug - 1) < 1e-9);
  RC_ASSERT(std::abs(made->drug - read->strength * made->units) < 1e-9 * made->drug);
  RC_ASSERT(std::abs(made->ordered - read->strength * read->quantity) < 1e-9 * made->ordered);
  RC_ASSERT(made->units >= read->quantity * (1 + read->overage) * (1 - 1e-9));
  RC_ASSERT(!read->counted() || made->units < read->quantity * (1 + read->overage) + 1);
  // What is brought together is what the units hold.
  const double held = read->counted() ? made->fill * made->units : made->units * 1000;
  RC_ASSERT(std::abs(made->total() / held - 1) < 1e-9);
  for (const Part& one : made->parts) RC_ASSERT(one.amount >= -1e-9);
}

RC_GTEST_PROP(MassBalance, Capsules, ()) {
  expect_balanced("capsule");
}
RC_GTEST_PROP(MassBalance, Troches, ()) {
  expect_balanced("troche");
}
RC_GTEST_PROP(MassBalance, Creams, ()) {
  expect_balanced("cream");
}

// --- until when ----------------------------------------------------------------------------------

std::string date(const std::string& text) {
  const auto made = sheet(text);
  return made ? files::date_text(made->beyond_use.date) : made.error().text();
}

TEST(BeyondUse, TheEarliestDecides) {
  EXPECT_EQ(date(capsules), "2027-05-30");  // the table's 180 days, not the study's 360
  EXPECT_EQ(date(replaced(capsules, "density: 0.6 g/mL}", "expires: 2027-03-01}")), "2027-03-01");
  EXPECT_EQ(
      date(replaced(capsules, "density: 0.5 g/mL}", "density: 0.5 g/mL, expires: 2027-02-01}")),
      "2027-02-01");
}

TEST(BeyondUse, OfLiquids) {
  // Preserved: 35 days, but the study at room temperature ends after 30.
  EXPECT_EQ(date(liquid), "2026-12-31");
  EXPECT_EQ(date(liquid + "storage: refrigerator\n"), "2027-01-05");
  // Unpreserved: 14 days in the refrigerator, and nowhere else.
  const std::string plain =
      replaced(liquid, "ingredients: [{excipient: sodium-benzoate, per-100: 0.1 g}]\n", "");
  EXPECT_EQ(date(plain + "storage: refrigerator\n"), "2026-12-15");
  const auto warm = sheet(plain);
  ASSERT_FALSE(warm);
  EXPECT_EQ(warm.error().code, Code::bad_recipe);
  EXPECT_NE(warm.error().mend.find("storage: refrigerator"), std::string::npos);
  // Without water: 90 days.
  EXPECT_EQ(date(replaced(plain, "base: water", "base: medium-chain-triglycerides")), "2027-03-01");
}

}  // namespace
}  // namespace vesper::compounding
