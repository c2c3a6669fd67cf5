// What the figures of a story say: grades, disagreement, and the table of the terminal.
#include "report/story.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "report/format.h"
#include "report/sample.h"
#include "report/terminal.h"

namespace vesper::report {
namespace {

TEST(Grades, StandAtTheStartOfNotes) {
  std::string rest;
  EXPECT_EQ(parse_grade("established; 94-210 in other sources", &rest), Grade::established);
  EXPECT_EQ(rest, "94-210 in other sources");
  EXPECT_EQ(parse_grade("fitted", &rest), Grade::fitted);
  EXPECT_EQ(rest, "");
  EXPECT_EQ(parse_grade("see the paper", &rest), Grade::ungraded);
  EXPECT_EQ(rest, "see the paper");
  EXPECT_EQ(parse_grade("ungraded; x"), Grade::ungraded);
  EXPECT_EQ(parse_grade("establishedly"), Grade::ungraded);
}

TEST(Metrics, AreFoundByWhatTheyMean) {
  const Story story = sample::story();
  const auto* above80 = find_metric(story, Readout::hours_above, 0, 0, 1, 80);
  ASSERT_NE(above80, nullptr);
  EXPECT_EQ(above80->name, "hours a day above 80 %");
  EXPECT_EQ(find_metric(story, Readout::hours_above, 0, 0, 1, 70), nullptr);
  EXPECT_EQ(find_metric(story, Readout::maximum, 0, 1, 1)->name, "highest");
  EXPECT_EQ(find_metric(story, Readout::maximum, 0, 1, 0)->name, "Cmax");
  EXPECT_EQ(find_metric(story, Readout::half_life, 0, 1, 0), nullptr);
}

TEST(Disagreement, LeadsWithTheLargest) {
  const Story story = sample::story();
  const auto all = contrasts(story);
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all.front().readout, Readout::hours_above);
  EXPECT_EQ(all.front().threshold, 50);
  EXPECT_DOUBLE_EQ(all.front().low, 3.1);
  EXPECT_EQ(all.front().lowest, 2u);
  EXPECT_EQ(all.front().highest, 0u);
  EXPECT_NEAR(all.front().size, 20.9 / 24, 1e-12);
  EXPECT_EQ(disagreement(story),
            "The three hypotheses disagree about hours a day above 50 % MOR occupancy: 3.1 "
            "(H3 fast) to 24.0 h (H1 retained) in LDN. They agree within 5 % on plasma "
            "naltrexone.");
}

TEST(Disagreement, NamesAnotherOutput) {
  Story story = sample::story();
  for (simulate::Metric& metric : story.summary.metrics) {
    if (metric.name == "Cmax" && metric.hypothesis == 1) metric.patients.q50 = 0.55;
  }
  EXPECT_NE(disagreement(story).find("They also differ in plasma naltrexone Cmax: 0.55 (H2 deep "
                                     "pool) to 1.1 ng/mL"),
            std::string::npos)
      << disagreement(story);
}

TEST(Disagreement, PutsOccupancyBeforeConcentrations) {
  Story story = sample::story();
  for (simulate::Metric& metric : story.summary.metrics) {
    if (metric.name == "Cmax" && metric.hypothesis == 1) metric.patients.q50 = 0.001;
  }
  EXPECT_EQ(contrasts(story).front().output, 0u);
  const std::string text = disagreement(story);
  EXPECT_LT(text.find("MOR occupancy"), text.find("plasma naltrexone Cmax")) << text;
  EXPECT_NE(text.find("plasma naltrexone Cmax"), std::string::npos);
}

TEST(Disagreement, IsNotMadeUp) {
  Story same = sample::story();
  for (simulate::Metric& metric : same.summary.metrics) metric.patients.q50 = 10;
  EXPECT_EQ(disagreement(same),
            "The three hypotheses agree within 5 % on every figure compared here.");

  Story alone = sample::story();
  alone.hypotheses.resize(1);
  EXPECT_EQ(disagreement(alone), "");

  // A hypothesis without a figure is compared with none.
  Story failed = sample::story();
  for (simulate::Metric& metric : failed.summary.metrics) {
    if (metric.hypothesis == 2) metric.patients.q50 = std::nan("");
  }
  EXPECT_EQ(disagreement(failed), "");
}

constexpr const char* golden =
    R"(  last week, LDN            H1 retained           H2 deep pool          H3 fast
  MOR occupancy, highest    84 % [75-94]          79 % [71-88]          61 % [54-68]
    hours a day above 50 %  24.0 [18.5-24.0]      17.4 [13.4-22.6]      3.1 [2.4-4.0]
    hours a day above 80 %  11.0 [8.5-14.3]       2.0 [1.5-2.6]         0.0 [0.0-0.0]
  plasma naltrexone, Cmax   1.1 ng/mL [0.55-2.2]  1.1 ng/mL [0.55-2.2]  1.1 ng/mL [0.55-2.2]
  (median [5-95 % of patients])

  The three hypotheses disagree about hours a day above 50 % MOR occupancy: 3.1 (H3 fast) to 24.0 h
  (H1 retained) in LDN. They agree within 5 % on plasma naltrexone.
  A scan 12 and 24 h after 4.5 mg would settle it.
)";

TEST(KeyTable, IsAsShown) {
  EXPECT_EQ(key_table(sample::story(), 100), golden);
}

TEST(KeyTable, FoldsInNarrowTerminals) {
  const std::string table = key_table(sample::story(), 70);
  std::size_t at = 0;
  while (at < table.size()) {
    const std::size_t end = table.find('\n', at);
    EXPECT_LE(columns(table.substr(at, end - at)), 70u) << table.substr(at, end - at);
    at = end + 1;
  }
  EXPECT_NE(table.find("  last week, LDN            H3 fast\n"), std::string::npos) << table;
}

TEST(KeyTable, FoldsLongNamesOfHypotheses) {
  Story story = sample::story();
  story.hypotheses[0].label = "retained and rebinding at the receptor";
  const std::string table = key_table(story, 100);
  EXPECT_EQ(table.find("  last week, LDN            H1 retained and       H2 deep pool          H3 "
                       "fast\n                            rebinding at the\n"),
            0u)
      << table;
}

TEST(KeyTable, LeavesOutLevelsThatNobodyReaches) {
  Story story = sample::story();
  for (simulate::Metric& metric : story.summary.metrics) {
    if (metric.name == "hours a day above 80 %") {
      metric.patients = sample::band(0, 0);
      metric.typical = 0;
    }
  }
  EXPECT_EQ(key_table(story, 100).find("above 80 %"), std::string::npos);
  // One patient in twenty who reaches it is worth a row.
  story.summary.metrics[3].patients.q95 = 0.1;
  ASSERT_EQ(story.summary.metrics[3].name, "hours a day above 80 %");
  EXPECT_NE(key_table(story, 100).find("above 80 %"), std::string::npos);
}

TEST(Disagreement, LeadsWithWhatIsWatchedFirstWhereItIsAsLarge) {
  Story story = sample::story();
  story.outputs.push_back({"KOR occupancy", "%", {50}});
  const double hours[] = {24, 10, 0};
  for (std::size_t h = 0; h < 3; ++h) {
    sample::add_metric(story, h, 2, "highest", 50, 0.1, "%");
    sample::add_metric(story, h, 2, "hours a day above 50 %", hours[h], 0, "h");
  }
  EXPECT_EQ(contrasts(story).front().output, 2u);
  const std::string text = disagreement(story);
  EXPECT_LT(text.find("MOR occupancy"), text.find("KOR occupancy")) << text;
}

TEST(KeyTable, TellsOfTheTypicalPatientAlone) {
  Story story = sample::story();
  story.patients = 0;
  for (simulate::Metric& metric : story.summary.metrics) metric.patients = {};
  const std::string table = key_table(story, 100);
  EXPECT_NE(table.find("(typical patient)"), std::string::npos);
  EXPECT_NE(table.find("86 %"), std::string::npos) << table;  // 84 * 1.02
  EXPECT_EQ(table.find('['), std::string::npos) << table;
}

TEST(KeyTable, AlignsNamesThatAreNotAscii) {
  Story story = sample::story();
  story.outputs[0].label = "Plasmaspiegel β-Naltrexol µ";
  const std::string table = key_table(story, 120);
  std::vector<std::size_t> starts;
  for (const char* cell : {"H1 retained", "84 %", "1.1 ng/mL"}) {
    const std::size_t hit = table.find(cell), line = table.rfind('\n', hit) + 1;
    starts.push_back(columns(table.substr(line == std::string::npos ? 0 : line, hit - line)));
  }
  EXPECT_EQ(starts[0], starts[1]);
  EXPECT_EQ(starts[0], starts[2]);
}

TEST(KeyTable, SaysWhenThereIsNothing) {
  Story story = sample::story();
  story.summary.metrics.clear();
  EXPECT_NE(key_table(story, 100).find("nothing to tabulate"), std::string::npos);
}

}  // namespace
}  // namespace vesper::report
