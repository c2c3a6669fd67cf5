// Units of a batch through the kinetics, and the findings in print.
#include "compounding/exposure.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "compounding/bench.h"
#include "compounding/print.h"

namespace vesper::compounding {
namespace {

using testing::knowledge;

const std::string ldn =
    testing::replaced(testing::replaced(testing::capsules, "drug: naltrexone\nas: base\n",
                                        "product: ldn-capsule-1.5mg\n"),
                      "strength: 1.5 mg\n", "");

Assayed of(double content) {
  Assayed all;
  all.contents.assign(30, content);
  all.verdict = judge(all.contents, knowledge().test);
  return all;
}

Result<Exposure> taken(double content) {
  const Recipe read = testing::recipe(ldn).value();
  const Worksheet made = work_out(read, knowledge()).value();
  const Uniformity found = simulate_batches(variation(read, made), knowledge().test, 100, 1);
  simulate::Options options;
  options.engine = simulate::Engine::reference;
  return exposure(read, found, of(content), options, testing::search());
}

// Units of the label's content change nothing; of twice as much, plasma kinetics being linear,
// the area and the peak double, and the hours of the receptor do not.
TEST(Exposure, OfTheLabelAndOfTwiceAsMuch) {
  const auto same = taken(100), twice = taken(200);
  ASSERT_TRUE(same) << same.error().text();
  ASSERT_TRUE(twice) << twice.error().text();
  ASSERT_EQ(same->rows.size(), 6u);  // three hypotheses, the label and the batch
  EXPECT_TRUE(twice->failing);
  EXPECT_FALSE(same->failing);
  for (std::size_t i = 0; i < same->rows.size(); i += 2) {
    const auto& label = same->rows[i];
    const auto& batch = same->rows[i + 1];
    ASSERT_EQ(label.batch, 0u);
    ASSERT_EQ(batch.batch, 1u);
    EXPECT_GT(label.area.mean, 0);
    EXPECT_NEAR(batch.area.mean / label.area.mean, 1, 1e-3);
    EXPECT_NEAR(batch.peak.mean / label.peak.mean, 1, 1e-3);
    EXPECT_NEAR(batch.hours.mean, label.hours.mean, 0.1);
    EXPECT_NEAR(twice->rows[i + 1].area.high / label.area.mean, 2, 0.02);
    EXPECT_GE(twice->rows[i + 1].hours.mean, label.hours.mean);
  }
}

TEST(Exposure, NeedsAProduct) {
  const Recipe read = testing::recipe(testing::capsules).value();
  const Worksheet made = work_out(read, knowledge()).value();
  const Uniformity found = simulate_batches(variation(read, made), knowledge().test, 100, 1);
  const auto none = exposure(read, found, std::nullopt, {}, testing::search());
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::bad_recipe);
}

TEST(Print, TextAndJsonAgreeAndSayWhatTheyAre) {
  Findings all;
  all.recipe = testing::recipe(testing::capsules).value();
  all.sheet = work_out(all.recipe, knowledge()).value();
  all.uniformity = simulate_batches(variation(all.recipe, all.sheet), knowledge().test, 500, 1);
  all.assayed = of(80);
  const std::string text = text_of(all, knowledge());
  EXPECT_NE(text.find("not medical advice"), std::string::npos);
  EXPECT_NE(text.find("pharmacist must check"), std::string::npos);
  EXPECT_NE(text.find("salt factor         1.1068"), std::string::npos);
  const auto json = nlohmann::json::parse(json_of(all, knowledge()));
  EXPECT_NEAR(json.at("worksheet").at("powder_mg").get<double>(), 34.2227, 1e-4);
  EXPECT_EQ(json.at("caution").get<std::string>(), std::string(caution));
  EXPECT_EQ(json.at("beyond_use").at("date").get<std::string>(), "2027-05-30");
  // 80 % in every unit: no spread, but 18.5 from M.
  EXPECT_NEAR(json.at("assays").at("second_stage").at("acceptance_value").get<double>(), 18.5,
              1e-9);
}

}  // namespace
}  // namespace vesper::compounding
