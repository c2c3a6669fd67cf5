#include "report/evidence_pages.h"

#include <gtest/gtest.h>

#include <cmath>

#include "report/evidence_document.h"

namespace vesper::report {
namespace {

using evidence::Band;
using evidence::Mechanisms;
using evidence::Reach;
using evidence::Use;

const char* const evil = "<img src=x onerror=alert(1)>";

bool holds(const std::string& page, const std::string& text) {
  return page.find(text) != std::string::npos;
}

std::vector<evidence::SourceEntry> sources(const std::string& citation,
                                           const std::string& locator) {
  evidence::SourceEntry one;
  one.id = "book";
  one.citation = citation;
  one.locator = locator;
  return {one};
}

Mechanisms example() {
  Mechanisms all;
  all.title = std::string("capsule ") + evil;
  all.product = evil;
  all.when = "one day";
  all.model = "m.ant";
  all.hypotheses = {{"H1", "slow", {}, {}}, {"H2", evil, {}, {}}};
  all.concentrations = {{"brain", evil, "C", "", {}, {}, {}}};
  all.exposure = {{{1, 2}, {0.5, 1}}};
  evidence::Mechanism row;
  row.target.id = "TLR4";
  row.target.name = evil;
  row.target.claim = evil;
  row.target.grade = "contradicted";
  row.target.why = evil;
  row.target.sources = {"book", "unknown"};
  evidence::Potency potency;
  potency.at = "brain";
  potency.measure = "IC50";
  potency.low = potency.high = 1e5;
  potency.source = "book";
  row.target.potencies = {potency};
  Reach reach;
  reach.highest_concentration = 2;
  reach.mean_concentration = 1;
  reach.potency = {1e5, 1e5};
  reach.margin = {2e-5, 2e-5};
  reach.highest = reach.mean = {2e-5, 2e-5};
  reach.hours_50 = reach.hours_90 = {0, 0};
  row.reach = {reach, reach};
  row.verdict = "exposure 50,000 times too low";
  all.rows = {row};
  return all;
}

TEST(MechanismsPage, isSelfContainedAndKeepsNamesFromBecomingMarkup) {
  const std::string page = mechanisms_page(example(), sources(evil, "doi:10.1/x"));
  EXPECT_FALSE(holds(page, "<img"));
  EXPECT_FALSE(holds(page, "<script"));
  EXPECT_TRUE(holds(page, "default-src 'none'"));
  EXPECT_TRUE(holds(page, "&lt;img"));
  EXPECT_TRUE(holds(page, "https://doi.org/10.1/x"));
  EXPECT_TRUE(holds(page, "exposure 50,000 times too low"));
  EXPECT_TRUE(holds(page, "not medical advice"));
  EXPECT_TRUE(holds(page, ">1/50,000</text>"));  // the gap in the figure
  EXPECT_FALSE(holds(page, "nan"));
}

evidence::Observation observation(const std::string& id, double value, Use use) {
  evidence::Observation one;
  one.id = id;
  one.says = evil;
  one.source = "book";
  one.module = "kinetics";
  one.value = value;
  one.unit = "nM";
  one.use = use;
  return one;
}

TEST(ValidationPage, keepsTheUsesApart) {
  evidence::Validation validation;
  validation.observations = {
      observation("fit", 10, Use::fitted), observation("judge", 10, Use::judged),
      observation("zero", 0, Use::judged), observation("again", 10, Use::reproduced)};
  auto& seen = validation.observations;
  seen[2].accept_within = 1;
  validation.comparisons = {compare(seen[0], "H1", 11),  compare(seen[0], "H2", 30),
                            compare(seen[1], "H1", 12),  compare(seen[1], "H2", 12),
                            compare(seen[2], "H1", 0.5), compare(seen[2], "H2", 0.5),
                            compare(seen[3], "H1", 10),  compare(seen[3], "H2", NAN)};
  validation.comparisons[2].links_off = 5;
  validation.comparisons[3].links_off = 5;
  validation.comparisons[7].failure = evil;
  validation.means = means(validation.comparisons);
  const std::string page = validation_page(validation, sources("A book", ""));
  EXPECT_FALSE(holds(page, "<img"));
  EXPECT_FALSE(holds(page, "nan"));
  const std::size_t fitted = page.find("<section id=\"fitted\""),
                    judged = page.find("<section id=\"judged\""),
                    reproduced = page.find("<section id=\"reproduced\"");
  ASSERT_NE(reproduced, std::string::npos);
  EXPECT_LT(fitted, page.find("id=\"fit\""));
  EXPECT_LT(page.find("id=\"fit\""), judged);
  EXPECT_LT(page.find("id=\"zero\""), reproduced);
  EXPECT_GT(page.find("id=\"again\""), reproduced);
  EXPECT_TRUE(holds(page, "links off 5"));
  EXPECT_TRUE(holds(page, "1 of 1 (100 %)"));
  EXPECT_TRUE(holds(page, "failed: &lt;img"));
}

TEST(LogAxis, holdsItsValues) {
  const LogAxis axis = LogAxis::around({0.03, 500, -1, NAN, 0}, 100, 600);
  EXPECT_DOUBLE_EQ(axis.low, 0.01);
  EXPECT_DOUBLE_EQ(axis.high, 1000);
  EXPECT_DOUBLE_EQ(axis.at(0.01), 100);
  EXPECT_NEAR(axis.at(1), 300, 1e-9);
  EXPECT_DOUBLE_EQ(axis.at(1e9), 600);
  EXPECT_EQ(axis.decades().size(), 6u);
  EXPECT_EQ(LogAxis::around({}, 0, 1).decades().size(), 2u);
  EXPECT_EQ(decade_of_nanomolar(0.01), "10 pM");
  EXPECT_EQ(decade_of_nanomolar(1000), "1 µM");
  EXPECT_EQ(decade(100000), "1e5");
}

}  // namespace
}  // namespace vesper::report
