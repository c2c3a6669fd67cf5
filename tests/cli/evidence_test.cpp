// The commands of the evidence, on the evidence and the models that are shipped.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/program.h"
#include "temporary_folder.h"

namespace vesper {
namespace {

using testing::TemporaryFolder;

testing::Said in_source(const std::vector<std::string>& arguments) {
  return testing::vesper(arguments, VESPER_SOURCE_DIR);
}

TEST(ShippedEvidence, EveryNumberOfEveryModelHasUnitSourceAndGrade) {
  const testing::Said said = in_source({"model", "check", "models/"});
  EXPECT_EQ(said.exit_code, 0) << said.err;
  EXPECT_NE(said.out.find("every number has a source and a grade"), std::string::npos);
}

TEST(ShippedEvidence, AnswersEveryClaim) {
  const testing::Said said = in_source({"evidence", "coverage", "--json"});
  EXPECT_EQ(said.exit_code, 0) << said.err;
  const auto json = nlohmann::json::parse(said.out);
  EXPECT_EQ(json["claims"], 59);
  EXPECT_EQ(json["answered"], 59);
  EXPECT_EQ(json["offences"], 0);
}

TEST(ShippedEvidence, IsSearchedAndShown) {
  EXPECT_NE(in_source({"evidence", "TLR4"}).out.find("T0-03"), std::string::npos);
  EXPECT_NE(in_source({"evidence"}).out.find("59 claims"), std::string::npos);
  EXPECT_NE(in_source({"evidence", "show", "T0-03"}).out.find("wang-2016"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(in_source({"evidence", "show", "lee-1988", "--json"}).out)["id"],
            "lee-1988");
  const testing::Said missing = in_source({"evidence", "show", "T0-99"});
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_NE(missing.err.find("[V0817;"), std::string::npos) << missing.err;
}

const nlohmann::json& target(const nlohmann::json& all, const std::string& id) {
  for (const auto& one : all["targets"]) {
    if (one["id"] == id) return one;
  }
  throw std::runtime_error("no target " + id);
}

nlohmann::json mechanisms(const std::vector<std::string>& regimen) {
  std::vector<std::string> arguments = {"mechanisms", "--json"};
  arguments.insert(arguments.end(), regimen.begin(), regimen.end());
  const testing::Said said = in_source(arguments);
  EXPECT_EQ(said.exit_code, 0) << said.err;
  return nlohmann::json::parse(said.out);
}

// As published: 4.5 mg peaks near 3 nM unbound in plasma and fills about 45 % of mu under a fast
// decay; direct TLR4 block is some 1e4 to 1e5 away.
TEST(ShippedEvidence, MechanismsOfFourAndAHalfMilligramsAgreeWithTheFigures) {
  const auto all =
      mechanisms({"--product", "ldn-capsule-4.5mg", "--every", "24 h", "--at", "22:00"});
  for (const auto& one : all["exposure"]) {
    if (one["at"] != "plasma") continue;
    EXPECT_NEAR(one["highest_nM"].get<double>(), 2.8, 0.4);
  }
  const auto& mor = target(all, "MOR");
  ASSERT_EQ(mor["by_hypothesis"].size(), 3u);
  EXPECT_NEAR(mor["by_hypothesis"][2]["highest_occupancy"][1].get<double>(), 0.45, 0.08);
  EXPECT_NEAR(mor["by_hypothesis"][0]["hours_a_day_above_50_percent"][0].get<double>(), 24, 0.01);
  EXPECT_NE(mor["verdict"].get<std::string>().find("for how long is open"), std::string::npos);
  const auto& tlr4 = target(all, "TLR4");
  for (const auto& one : tlr4["by_hypothesis"]) {
    const double margin = one["margin"][1].get<double>();
    EXPECT_GT(margin, 1e-6);
    EXPECT_LT(margin, 1e-4);
  }
  EXPECT_NE(tlr4["verdict"].get<std::string>().find("times too low for direct TLR4 block"),
            std::string::npos);
}

TEST(ShippedEvidence, MechanismsOfFullDosesBlockAllDay) {
  const auto tablets =
      mechanisms({"--product", "naltrexone-tablet-50mg", "--every", "24 h", "--at", "08:00"});
  EXPECT_GT(target(tablets, "MOR")["by_hypothesis"][0]["highest_occupancy"][0].get<double>(), 0.9);
  const auto injection =
      mechanisms({"--product", "naltrexone-injection-380mg", "--every", "28 days"});
  for (const auto& one : target(injection, "MOR")["by_hypothesis"]) {
    EXPECT_NEAR(one["hours_a_day_above_50_percent"][0].get<double>(), 24, 0.01);
  }
}

TEST(ShippedEvidence, MechanismsWriteAPageThatLoadsNothing) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "m.html";
  const testing::Said said = in_source(
      {"mechanisms", "--product", "ldn-capsule-4.5mg", "--every", "24 h", "--html", file.string()});
  EXPECT_EQ(said.exit_code, 0) << said.err;
  EXPECT_NE(said.out.find("not medical advice"), std::string::npos);
  const std::string page = testing::contents(file);
  for (const char* words : {"<svg", "not medical advice", "Lee MC", "id=\"TLR4\"", "Rules"}) {
    EXPECT_NE(page.find(words), std::string::npos) << words;
  }
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("src="), std::string::npos);
}

TEST(ShippedEvidence, ValidateWritesAPageThatLoadsNothing) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "v.html";
  const testing::Said said = in_source({"validate", "receptors", "--html", file.string()});
  EXPECT_EQ(said.exit_code, 0) << said.err;
  const std::string page = testing::contents(file);
  for (const char* words : {"id=\"fitted\"", "id=\"judged\"", "<svg", "weerts-mor"}) {
    EXPECT_NE(page.find(words), std::string::npos) << words;
  }
  EXPECT_EQ(page.find("<script"), std::string::npos);
}

TEST(ModelCheck, ListsEveryOffenceWithItsLine) {
  const TemporaryFolder folder;
  folder.write("evidence/sources.yaml", "- {id: book, citation: A book}\n");
  folder.write("models/units.ant", "unit per_h = 1 / (3600 second);\n");
  folder.write("models/inner.ant",
               "import \"units.ant\"\nmodel inner\n  k = 1 per_h;\n"
               "  k description \"bok\"; k notes \"sure; yes\";\n  x = 2 * k; x has per_h;\nend\n");
  folder.write("models/outer.ant",
               "import \"inner.ant\"\nmodel outer\n  a: inner();\n  b: inner();\nend\n");
  const testing::Said said = testing::vesper({"model", "check", "models"}, folder.path());
  EXPECT_EQ(said.exit_code, 2);
  EXPECT_EQ(said.out, "");
  // Twice: the source and the grade of the one `k`, however often it is imported.
  EXPECT_NE(said.err.find("2 offences in 2 models"), std::string::npos) << said.err;
  EXPECT_NE(said.err.find("inner.ant:3:"), std::string::npos) << said.err;
  EXPECT_NE(said.err.find("did you mean 'book'?"), std::string::npos) << said.err;
  folder.write("models/broken.ant", "model broken\n  k = \nend\n");
  const testing::Said broken = testing::vesper({"model", "check", "models"}, folder.path());
  EXPECT_EQ(broken.exit_code, 2);
  EXPECT_NE(broken.err.find("broken.ant:2:"), std::string::npos) << broken.err;
  const testing::Said none = testing::vesper({"model", "check", "evidence"}, folder.path());
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_NE(none.err.find("holds no model"), std::string::npos) << none.err;
}

}  // namespace
}  // namespace vesper
