// Naltrexone beside the others, for a patient and without one.
#include "safety/comparators.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "safety/knowledge.h"

namespace vesper {
namespace {

using namespace safety;
using testing::day;
using testing::knowledge;
using testing::patient;
using testing::project;

Comparison compared(const std::string& use, const std::optional<Patient>& who = {}) {
  const auto all = read_comparators(project(), knowledge().vocabulary, use);
  if (!all) throw std::runtime_error(all.error().text());
  return compare(use, *all, who, knowledge(), day("2026-12-01"));
}

const Compared& row(const Comparison& all, const std::string& name) {
  const auto found =
      std::ranges::find(all.rows, name, [](const Compared& one) { return one.what.name; });
  if (found == all.rows.end()) throw std::runtime_error("no row of " + name);
  return *found;
}

std::string stands(const Comparison& all, const std::string& name) {
  return standing(row(all, name), all.for_patient);
}

TEST(Comparators, WithoutAPatientAreGeneralWordsWithoutHoles) {
  for (const char* use : {"alcohol", "opioid"}) {
    const Comparison all = compared(use);
    EXPECT_GE(all.rows.size(), 4u);
    for (const Compared& one : all.rows) {
      EXPECT_EQ(standing(one, false), "");
      EXPECT_TRUE(one.against.empty());
      EXPECT_FALSE(one.what.effects.empty()) << one.what.name;
      for (const std::string& text : one.always)
        EXPECT_EQ(text.find('{'), std::string::npos) << text;
    }
  }
  const Comparison alcohol = compared("alcohol");
  const auto& always = row(alcohol, "Acamprosate").always;
  EXPECT_EQ(always.front(), "creatinine clearance, 30 mL/min or less");
}

TEST(Comparators, AreDecidedForThePatient) {
  const Comparison kidney =
      compared("alcohol", patient("age: 80 years\nsex: female\nweight: 50 kg\nheight: 160 cm\n"
                                  "tests: [{name: creatinine, value: 2.0 mg/dL, on: 2026-11-20}]"));
  // (140 - 80) 50 / (72 2.0) 0.85 = 17.7 mL/min
  EXPECT_EQ(stands(kidney, "Acamprosate"), "contraindicated");
  EXPECT_NE(row(kidney, "Acamprosate").against.front().text.find("17.71 mL/min"),
            std::string::npos);
  const Comparison heart = compared("alcohol", patient("conditions: [heart failure]"));
  EXPECT_EQ(stands(heart, "Disulfiram"), "contraindicated");
  EXPECT_EQ(row(heart, "Disulfiram").against.front().text,
            "heart failure: a reaction with alcohol can kill");
  // Nothing is known of the kidneys: undecided, and said.
  EXPECT_NE(row(heart, "Acamprosate").not_known.size() + row(heart, "Acamprosate").against.size(),
            0u);
}

// The rules of `vesper check` decide on naltrexone, with their ids.
TEST(Comparators, RunTheRulesOnNaltrexone) {
  const Comparison all = compared(
      "opioid",
      patient("conditions: [opioid dependence]\nmedicines: [{name: methadone, dose: 60 mg, every: "
              "24 h, last: 2026-11-28}]"));
  for (const char* name : {"Naltrexone injection", "Naltrexone tablets"}) {
    EXPECT_EQ(stands(all, name), "contraindicated");
    EXPECT_TRUE(std::ranges::any_of(row(all, name).against, [](const Against& one) {
      return one.rule == "opioid-free-interval";
    }));
  }
  const auto blocked = compared("opioid", patient("medicines: [naltrexone]"));
  EXPECT_EQ(stands(blocked, "Methadone"), "contraindicated");
}

TEST(Comparators, SayWhatWasNotChecked) {
  const Comparison all = compared("alcohol", patient("medicines: [unheardof]"));
  ASSERT_EQ(all.not_checked.size(), 1u);
  EXPECT_EQ(all.not_checked[0].what, "unheardof");
  const std::string text = comparison_text(all, knowledge().sources, false);
  EXPECT_NE(text.find("unheardof"), std::string::npos);
  EXPECT_NE(text.find(disclaimer), std::string::npos);
  const auto json = nlohmann::json::parse(comparison_json(all, knowledge().sources));
  EXPECT_EQ(json["not_checked"][0]["what"], "unheardof");
  EXPECT_EQ(json["medicines"].size(), all.rows.size());
}

TEST(Comparators, EffectsReadAsTheirMeasureDoes) {
  EXPECT_EQ(effect_text({"any drinking", "risk ratio", "0.81 to 0.91", "placebo", "", 0.86, 6172}),
            "any drinking: risk ratio 0.86 (0.81 to 0.91) against placebo, n 6172");
  EXPECT_EQ(effect_text({"to keep one", "patients treated", "", "placebo", "", 12, {}}),
            "to keep one: 12 patients treated against placebo");
}

TEST(Comparators, AreRefusedWithPlaceAndMend) {
  const std::string good =
      "name: A\n    drug: acamprosate\n    mechanism: m\n    dose: d\n    grade: established\n"
      "    kinetics: {half-life: 20 h, onset: days}\n    sources: [label]\n";
  const auto read = [&](const std::string& more, const std::string& what = "alcohol") {
    return parse_comparators(testing::yaml("alcohol:\n  - " + good + more), what,
                             knowledge().vocabulary, project(), {"label"});
  };
  ASSERT_TRUE(read("").has_value());
  const auto error = [&](const std::string& more, const std::string& what = "alcohol") {
    const auto result = read(more, what);
    return result ? std::string("accepted") : result.error().text();
  };
  EXPECT_NE(error("    contraindications: [{says: \"{value} low\"}]").find("V1110"),
            std::string::npos);
  EXPECT_NE(error("    contraindications: [{says: \"{valu} low\"}]").find("V1104"),
            std::string::npos);
  EXPECT_NE(error("    contraindications: [{says: low, severity: serious, when: [{condition: {is: "
                  "cirrhosiss}}], source: label}]")
                .find("did you mean 'cirrhosis'"),
            std::string::npos);
  EXPECT_NE(error("    evidence: [{measure: m, value: 1, against: placebo, source: lable}]")
                .find("label"),
            std::string::npos);
  EXPECT_NE(error("", "opioid").find("V1110"), std::string::npos);
}

}  // namespace
}  // namespace vesper
