// The physics of the whole model: it rests without a dose, nothing becomes negative, more drug
// occupies more, and with the links of naltrexone off the drug changes nothing but itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "engine_in_force.h"
#include "simulate/study.h"
#include "temporary_folder.h"

namespace vesper::simulate {
namespace {

const char* const head = "model: naltrexone-neuroimmune\n";
const char* const night =
    "arms:\n  LDN: [{product: ldn-capsule-4.5mg, every: 24 h, at: \"22:00\"}]\n  none: []\n";

Study prepared(const std::string& text) {
  const testing::TemporaryFolder folder;
  files::SearchPath search;
  search.working_folder = VESPER_SOURCE_DIR;
  auto protocol = read_protocol(folder.write("protocols/p.yaml", "title: t\n" + text), search);
  EXPECT_TRUE(protocol.has_value()) << (protocol ? "" : protocol.error().text());
  auto study = Study::prepare(std::move(*protocol), testing::options_in_force(), search);
  EXPECT_TRUE(study.has_value()) << (study ? "" : study.error().text());
  return std::move(*study);
}

struct Extent {
  std::vector<double> first, last, least, most;
};

Extent extent(const Study& study, std::size_t arm, std::size_t hypothesis = 0) {
  const solve::Solution solution = study.solve(0, arm, hypothesis);
  EXPECT_FALSE(solution.failure.has_value()) << solution.failure->reason;
  const std::size_t width = study.watched().size();
  Extent found;
  found.first.assign(solution.values.begin(), solution.values.begin() + static_cast<int>(width));
  found.last.assign(solution.values.end() - static_cast<int>(width), solution.values.end());
  found.least = found.most = found.first;
  for (std::size_t i = 0; i < solution.values.size(); ++i) {
    found.least[i % width] = std::min(found.least[i % width], solution.values[i]);
    found.most[i % width] = std::max(found.most[i % width], solution.values[i]);
  }
  return found;
}

// Those with a clock swing about 1; they are read at midnight.
const char* const signals =
    "watch: [opioid tone, beta-endorphin fold, cortisol fold, mu receptors fold, central TNF fold, "
    "M1 fraction fold, CRP fold, Th17 fold, Treg fold, NMDA charge fold, proliferation fold, "
    "CDAI, pain (NRS), PHQ-9, mental component (SF-36)]\n";

TEST(WholeModel, RestsForAYear) {
  const Study study = prepared(std::string(head) + "duration: 365 days\noutput: [{every: 24 h}]\n" +
                               "tolerances: {relative: 1e-9}\narms: {none: []}\n" + signals);
  const Extent year = extent(study, 0);
  for (std::size_t k = 0; k < year.first.size(); ++k) {
    const double room = 1e-6 * std::max(1.0, std::fabs(year.first[k]));
    EXPECT_NEAR(year.least[k], year.first[k], room) << study.watched()[k].label;
    EXPECT_NEAR(year.most[k], year.first[k], room) << study.watched()[k].label;
  }
}

TEST(WholeModel, NothingBecomesNegativeUnderAnyHypothesis) {
  const Study study =
      prepared(std::string(head) + night + "duration: 12 weeks\noutput: [{every: 3 h}]\n" +
               "hypotheses: [H1, H2, H3]\nset: {taking_part: 1}\n" + signals);
  for (std::size_t hypothesis = 0; hypothesis < 3; ++hypothesis) {
    const Extent weeks = extent(study, 0, hypothesis);
    for (std::size_t k = 0; k < weeks.least.size(); ++k) {
      EXPECT_GE(weeks.least[k], -1e-9) << study.watched()[k].label;
      EXPECT_TRUE(std::isfinite(weeks.most[k])) << study.watched()[k].label;
    }
  }
}

TEST(WholeModel, MoreDrugOccupiesMore) {
  std::string arms = "arms:\n";
  for (const char* dose : {"1 mg", "2 mg", "4.5 mg", "10 mg", "25 mg", "50 mg", "100 mg"}) {
    arms += std::string("  ") + dose +
            ": [{product: naltrexone-solution-1mg-per-mL, dose: " + dose + "}]\n";
  }
  const Study study = prepared(std::string(head) + arms + "duration: 2 days\n" +
                               "output: [{every: 30 min}]\nhypotheses: [H1, H2, H3]\n" +
                               "watch: [MOR occupancy, KOR occupancy, DOR occupancy]\n");
  for (std::size_t hypothesis = 0; hypothesis < 3; ++hypothesis) {
    Extent before = extent(study, 0, hypothesis);
    for (std::size_t arm = 1; arm < study.protocol().arms.size(); ++arm) {
      const Extent now = extent(study, arm, hypothesis);
      for (std::size_t k = 0; k < 3; ++k) EXPECT_GT(now.most[k], before.most[k]) << arm << " " << k;
      before = now;
    }
  }
}

// What acts of naltrexone's in the whole model; the rest of its links are off as it stands.
// A placebo that is the drug's regimen without its links, and the drug with its links off: the
// same to the last bit, be it said for the run or for an arm.  With the links on it is another.
TEST(WholeModel, PlaceboIsTheDrugWithItsLinksOffToTheLastBit) {
  const std::string lines = "[{product: ldn-capsule-4.5mg, every: 24 h, at: \"22:00\"}]";
  const std::string off =
      "{peptides.link_tone_endorphin: 0, craving.link_naltrexone_alcohol: 0,\n"
      "  craving.link_naltrexone_opioid: 0, scales.link_naltrexone_weight: 0}";
  const Study study = prepared(
      std::string(head) + "duration: 2 weeks\noutput: [{every: 12 h}]\nset: {taking_part: 1}\n" +
      "arms:\n  drug: " + lines + "\n  placebo: {regimen: " + lines + ", set: " + off + "}\n" +
      "  drug without links: {regimen: " + lines + ", set: " + off + "}\n" + signals);
  const solve::Solution drug = study.solve(0, 0, 0), placebo = study.solve(0, 1, 0),
                        without = study.solve(0, 2, 0);
  ASSERT_FALSE(placebo.failure || without.failure || drug.failure);
  EXPECT_EQ(placebo.values, without.values);
  EXPECT_EQ(placebo.final_states, without.final_states);
  EXPECT_NE(placebo.values, drug.values);
  const Study run = prepared(std::string(head) +
                             "duration: 2 weeks\noutput: [{every: 12 h}]\nset: {taking_part: 1, " +
                             off.substr(1) + "\narms:\n  drug: " + lines + "\n" + signals);
  EXPECT_EQ(run.solve(0, 0, 0).values, placebo.values);
}

TEST(WholeModel, WithLinksOffTheDrugChangesNothingElse) {
  const Study study = prepared(
      std::string(head) + night + "duration: 4 weeks\noutput: [{every: 24 h}]\n" +
      "set: {taking_part: 1, peptides.link_tone_endorphin: 0, craving.link_naltrexone_alcohol: 0,\n"
      "  craving.link_naltrexone_opioid: 0, scales.link_naltrexone_weight: 0}\n" +
      "watch: [beta-endorphin fold, cortisol fold, mu receptors fold, central TNF fold,\n"
      "  M1 fraction fold, CRP fold, Th17 fold, Treg fold, NMDA charge fold, CDAI, pain (NRS),\n"
      "  PHQ-9, mental component (SF-36)]\n");
  const Extent drug = extent(study, 0), none = extent(study, 1);
  for (std::size_t k = 0; k < drug.last.size(); ++k) {
    // Not to the last bit: doses change the lengths of the steps.
    EXPECT_NEAR(drug.last[k], none.last[k], 1e-5 * std::max(1.0, std::fabs(none.last[k])))
        << study.watched()[k].label;
  }
}

}  // namespace
}  // namespace vesper::simulate
