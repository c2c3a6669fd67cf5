// From a protocol to the report: the real readers, the real engine.
#include <gtest/gtest.h>

#include <algorithm>

#include "report/figures.h"
#include "report/page.h"
#include "report/report.h"
#include "report/story.h"
#include "report/terminal.h"
#include "simulate/bench.h"

namespace vesper::report {
namespace {

using simulate::Bench;

const std::string model = R"(
unit substance = 1e-9 mole;
unit extent = 1e-9 mole;
unit volume = litre;
unit time_unit = 3600 second;
unit nM = 1e-9 mole / litre;
unit L = litre;
unit L_per_h = litre / (3600 second);
unit per_hour = 1 / (3600 second);

model two_ways
  species Gut, Central;
  Gut = 0; Central = 0;
  //@ dose oral into Gut
  ka = 1 per_hour;
  CL = 10 L_per_h;  CL description "Textbook2001";  CL notes "established; 8-12 in other sources"
  CL.coefficientOfVariation = 0.3;
  V = 50 L;  V description "doi:10.1000/v";  V notes "assumed"
  ke = CL / V;  ke has per_hour;
  slow = 0 dimensionless;  slow notes "hypothesis; a washout study would settle it"
  EC50 = 20 nM;
  absorption:  Gut -> Central; ka * Gut;
  elimination: Central -> ;    CL * (1 - slow) * C;
  C := Central / V;            C has nM;  C is "plasma drug";
  occ := C / (EC50 + C);       occ has dimensionless;  occ is "target occupancy";
  //@ hypothesis H1 "fast" slow = 0
  //@ hypothesis H2 "slow" slow = 0.9
end
)";

const std::string protocol = R"(title: A trial of <two> ways
model: two-ways
population: adults
patients: 4
seed: 7
duration: 4 days
arms:
  drug: [{product: salt, every: 24 h, at: "08:00", until: day 3, adherence: 80 %}]
  placebo: []
hypotheses: all
watch: [plasma drug, target occupancy]
output: [{every: 2 h}]
window: last day
thresholds: [50 %]
uncertainty-draws: 3
set: {V: 40 L}
)";

const std::vector<evidence::SourceEntry> known = {{"Textbook2001", "A textbook", "page 12"},
                                                  {"textbook", "The other textbook", "pmid:1"}};

class Whole : public ::testing::Test {
 protected:
  void SetUp() override {
    bench.write("models/two-ways.ant", model);
    auto prepared = bench.study(protocol);
    ASSERT_TRUE(prepared) << prepared.error().text();
    study = std::make_unique<simulate::Study>(std::move(*prepared));
    auto ran = simulate::run(*study, {}, bench.out(), {});
    ASSERT_TRUE(ran) << ran.error().text();
    summary = std::move(*ran);
  }

  Bench bench;
  std::unique_ptr<simulate::Study> study;
  simulate::Summary summary;
};

TEST_F(Whole, BecomesAStory) {
  const Story story = tell(*study, summary, known);
  EXPECT_EQ(story.title, "A trial of <two> ways");
  EXPECT_EQ(story.model, "two-ways.ant");
  EXPECT_EQ(story.model_id, "two_ways");
  EXPECT_EQ(story.patients, 4u);
  EXPECT_EQ(story.noun, "adults");
  EXPECT_EQ(story.covariates, (std::vector<std::string>{"weight", "sex"}));
  EXPECT_EQ(story.seed, 7u);
  ASSERT_EQ(story.hypotheses.size(), 2u);
  EXPECT_EQ(story.hypotheses[1].name(), "H2 slow");
  ASSERT_EQ(story.hypotheses[1].settings.size(), 1u);
  EXPECT_EQ(story.hypotheses[1].settings[0].value, 0.9);
  EXPECT_EQ(story.settled_by, std::vector<std::string>{"a washout study would settle it"});
  ASSERT_EQ(story.outputs.size(), 2u);
  EXPECT_FALSE(story.outputs[0].occupancy());
  EXPECT_TRUE(story.outputs[1].occupancy());
}

TEST_F(Whole, TellsTheDosesAsTheyArePlanned) {
  const Story story = tell(*study, summary, known);
  ASSERT_EQ(story.arms.size(), 2u);
  EXPECT_EQ(story.arms[0].dose_times, (std::vector<double>{8, 32, 56}));
  ASSERT_EQ(story.arms[0].doses.size(), 1u);
  const DoseLine& line = story.arms[0].doses[0];
  // 1.2 mg of a salt of 300 g/mol.
  EXPECT_EQ(line.amount, "1.2 mg testine hydrochloride, 4.00 µmol");
  EXPECT_EQ(line.schedule, "every 24 h, from day 1, 08:00 to day 3");
  EXPECT_EQ(line.remarks, "each dose taken with probability 0.8");
  EXPECT_EQ(line.step, "1.2 mg");
  ASSERT_EQ(story.cited.size(), 1u);
  EXPECT_EQ(story.cited[0].locator, "pmid:1");
  EXPECT_TRUE(story.arms[1].doses.empty());
}

TEST_F(Whole, TracesEveryParameter) {
  const Story story = tell(*study, summary, known);
  const auto find = [&](const std::string& id) {
    return *std::find_if(story.parameters.begin(), story.parameters.end(),
                         [&](const ParameterStory& parameter) { return parameter.id == id; });
  };
  EXPECT_EQ(story.parameters.size(), study->system().parameters.size());
  const ParameterStory clearance = find("CL");
  EXPECT_EQ(clearance.grade, Grade::established);
  EXPECT_EQ(clearance.remarks, "8-12 in other sources");
  EXPECT_EQ(clearance.citation, "A textbook");
  EXPECT_EQ(clearance.locator, "page 12");
  EXPECT_EQ(clearance.uncertainty, "CV 30 %");
  EXPECT_TRUE(clearance.varies);
  EXPECT_FALSE(clearance.set);
  const ParameterStory volume = find("V");
  EXPECT_EQ(volume.values, (std::vector<double>{40, 40}));
  EXPECT_TRUE(volume.set);
  EXPECT_EQ(volume.grade, Grade::assumed);
  EXPECT_EQ(volume.source, "doi:10.1000/v");
  EXPECT_EQ(find("slow").values, (std::vector<double>{0, 0.9}));
  const ParameterStory rate = find("ke");
  EXPECT_EQ(rate.grade, Grade::derived);
  EXPECT_NE(rate.formula.find("CL"), std::string::npos) << rate.formula;
  EXPECT_DOUBLE_EQ(rate.values[0], 10.0 / 40);
  EXPECT_EQ(clearance.unit, "L/h");
  EXPECT_EQ(find("EC50").grade, Grade::ungraded);
}

TEST_F(Whole, SaysHowToRunItAgain) {
  const Story story = tell(*study, summary, known);
  EXPECT_NE(story.command.find("protocols/p.yaml --patients 4 --seed 7 --hypothesis H1,H2"),
            std::string::npos)
      << story.command;
  ASSERT_FALSE(story.inputs.empty());
  for (const simulate::InputFile& input : story.inputs) {
    EXPECT_EQ(input.sha256.size(), 64u);
    EXPECT_FALSE(std::filesystem::path(input.path).is_absolute()) << input.path;
  }
}

TEST_F(Whole, MatchesTheMetricsOfTheRun) {
  const Story story = tell(*study, summary, known);
  for (std::size_t h = 0; h < 2; ++h) {
    EXPECT_NE(find_metric(story, Readout::maximum, 0, h, 0), nullptr);
    EXPECT_NE(find_metric(story, Readout::maximum, 0, h, 1), nullptr);
    EXPECT_NE(find_metric(story, Readout::hours_above, 0, h, 1, story.outputs[1].thresholds[0]),
              nullptr);
    EXPECT_NE(find_metric(story, Readout::half_life, 0, h, 0), nullptr);
  }
  const std::string table = key_table(*study, summary, 120);
  EXPECT_NE(table.find("last day, drug"), std::string::npos) << table;
  EXPECT_EQ(table.find("–"), std::string::npos) << table;
  EXPECT_EQ(table.find("placebo"), std::string::npos) << table;
  EXPECT_NE(table.find("A washout study would settle it."), std::string::npos) << table;
}

TEST_F(Whole, BecomesAPage) {
  const std::string text = page(tell(*study, summary, known), {"1", "2", "3", "4"});
  EXPECT_NE(text.find("A trial of &lt;two&gt; ways"), std::string::npos);
  EXPECT_EQ(text.find("<two>"), std::string::npos);
  for (const char* figure :
       {"whole-0", "whole-1", "detail-1", "parameters-0", "hours", "uncertainty"}) {
    EXPECT_NE(text.find(std::string("<figure id=\"") + figure + "\""), std::string::npos) << figure;
  }
  EXPECT_EQ(text.find(bench.path().string()), std::string::npos) << "a path of this machine";
}

}  // namespace
}  // namespace vesper::report
