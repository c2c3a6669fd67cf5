// From files to verdicts: a model whose every prediction has a closed form.
//
//   central amount A = D exp(-k t),  k = CL / V;  effect E = A / (A + K50)
//   H1: k = 0.1 /h, H2: k = 0.2 /h
#include <gtest/gtest.h>

#include <cmath>
#include <mutex>
#include <nlohmann/json.hpp>

#include "evidence/evidence.h"
#include "evidence/folder.h"
#include "evidence/tables.h"

namespace vesper::evidence {
namespace {

const char* const model =
    "//@ dose intravenous drug into A\n"
    "//@ hypothesis H1 \"slow\" k = 0.1\n"
    "//@ hypothesis H2 \"fast\" k = 0.2\n"
    "unit nmol = 1e-9 mole;\n"
    "unit L = litre;\n"
    "unit nM = 1e-9 mole / litre;\n"
    "unit per_h = 1 / (3600 second);\n"
    "unit time_unit = 3600 second;\n"
    "model bolus\n"
    "  species A;\n"
    "  A has nmol;\n"
    "  A = 0;\n"
    "  k = 0.1; k has per_h;\n"
    "  V = 10; V has L;\n"
    "  K50 = 50; K50 has nmol;\n"
    "  elimination: A -> ; k * A;\n"
    "  C := A / V; C has nM; C is \"plasma 6-beta-drug\";\n"
    "  E := A / (A + K50); E has dimensionless; E is \"MOR occupancy\";\n"
    "end\n";

const char* const protocol =
    "title: One dose\n"
    "model: bolus\n"
    "duration: 48 h\n"
    "arms:\n"
    "  one: [{product: vial, at: \"00:00\"}]\n"
    "  two: [{product: vial, count: 2, at: \"00:00\"}]\n"
    "watch: [MOR occupancy in %]\n";

std::string observation(const std::string& id, const std::string& value, const std::string& unit,
                        const std::string& use, const std::string& readout,
                        const std::string& rest = "") {
  return "- id: " + id + "\n  says: it\n  module: kinetics\n  observed: {value: " + value +
         ", unit: \"" + unit + "\"}\n  source: book\n  use: " + use +
         "\n  predict: {protocol: bolus, arm: one, readout: \"" + readout + "\"}\n" + rest;
}

// 1 mg of a drug of 1000 g/mol is 1000 nmol.
void fill(const Folder& folder, const std::string& observations) {
  folder.write("models/bolus.ant", model);
  folder.write("products/drugs.yaml", "drug: {molar-mass: {base: 1000 g/mol}, source: book}\n");
  folder.write("products/vial.yaml",
               "name: A vial\ncontent: {drug: drug, amount: 1 mg, as: base}\n"
               "route: intravenous\nsources: [book]\n");
  folder.write("protocols/bolus.yaml", protocol);
  folder.write("evidence/sources.yaml", "- {id: book, citation: A book}\n");
  folder.write("evidence/observations/all.yaml", observations);
}

std::string all_observations() {
  return observation("peak", "90", "nmol/L", "fitted", "max(plasma 6-beta-drug)") +
         observation("half-life", "6.9", "h", "fitted",
                     "half-life(plasma 6-beta-drug, 2 h, 20 h)") +
         observation("exposure", "1000", "nmol*h/L", "judged", "auc(C)") +
         observation("blocked-12h", "60", "%", "judged", "at(MOR occupancy, 12 h)",
                     "  accept: {within: 30}\n") +
         observation("linear", "2", "1", "judged", "max(plasma 6-beta-drug @ two) / max(C)",
                     "  accept: {fold: 1.001}\n");
}

const Comparison& of(const Validation& validation, const std::string& id,
                     const std::string& hypothesis) {
  for (const Comparison& one : validation.comparisons) {
    if (one.observation->id == id && one.hypothesis == hypothesis) return one;
  }
  throw std::runtime_error("no comparison " + id + " " + hypothesis);
}

TEST(Validate, predicts_each_figure_under_each_hypothesis) {
  Folder folder;
  fill(folder, all_observations());
  std::size_t done = 0, total = 0;
  auto found = validate({}, {}, folder.search(), [&](std::size_t now, std::size_t all) {
    EXPECT_GE(now, done);
    done = now;
    total = all;
  });
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(total, 4u);  // two arms, two hypotheses, one protocol
  EXPECT_EQ(done, total);
  ASSERT_EQ(found->comparisons.size(), 10u);
  for (const Comparison& one : found->comparisons) EXPECT_EQ(one.failure, "");
  for (const auto& [hypothesis, k] : {std::pair{"H1", 0.1}, std::pair{"H2", 0.2}}) {
    const Comparison& peak = of(*found, "peak", hypothesis);
    EXPECT_NEAR(peak.predicted, 100, 1e-4);
    EXPECT_NEAR(peak.fold_error, 100 / 90.0, 1e-5);
    EXPECT_TRUE(peak.inside);
    EXPECT_NEAR(of(*found, "half-life", hypothesis).predicted, std::log(2) / k, 1e-3);
    EXPECT_NEAR(of(*found, "exposure", hypothesis).predicted, 100 / k * (1 - std::exp(-48 * k)),
                1e-3 * 100 / k);
    const double amount = 1000 * std::exp(-12 * k);
    // Read between two points of the trace, as an exponential, which an occupancy is not quite.
    EXPECT_NEAR(of(*found, "blocked-12h", hypothesis).predicted, 100 * amount / (amount + 50),
                0.05);
    EXPECT_NEAR(of(*found, "linear", hypothesis).predicted, 2, 1e-5);
    EXPECT_TRUE(of(*found, "linear", hypothesis).inside);
  }
  EXPECT_TRUE(of(*found, "blocked-12h", "H1").inside);
  EXPECT_TRUE(of(*found, "half-life", "H1").inside);
  // Fitted: peak and half-life alone.
  const Validation::Mean& mean = found->means.front();
  EXPECT_EQ(mean.use, Use::fitted);
  EXPECT_EQ(mean.hypothesis, "H1");
  EXPECT_NEAR(mean.fold, std::sqrt(100 / 90.0 * std::log(2) / 0.1 / 6.9), 1e-3);
}

TEST(Validate, gives_the_same_bytes_for_any_number_of_threads) {
  Folder folder;
  fill(folder, all_observations());
  simulate::Options one, many;
  one.threads = 1;
  many.threads = 2;
  auto first = validate({}, one, folder.search(), nullptr);
  auto second = validate({}, many, folder.search(), nullptr);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(validation_json(*first), validation_json(*second));
  EXPECT_EQ(validation_table(*first, true), validation_table(*second, true));
}

TEST(Validate, runs_what_is_selected_alone) {
  Folder folder;
  fill(folder, all_observations());
  simulate::Options options;
  options.hypotheses = std::vector<std::string>{"H2"};
  std::size_t total = 0;
  auto found = validate({"peak"}, options, folder.search(),
                        [&](std::size_t, std::size_t all) { total = all; });
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(total, 1u);
  ASSERT_EQ(found->comparisons.size(), 1u);
  EXPECT_EQ(found->comparisons[0].hypothesis, "H2");
}

TEST(Validate, names_a_failed_run_and_finishes_the_rest) {
  Folder folder;
  fill(folder, all_observations());
  // Under H2 alone the amount runs away in finite time.
  std::string runaway = replaced(model, "k * A;", "k * A - b * A * A;");
  runaway = replaced(runaway, "  V = 10;", "  b = 0; b has per_nmol_h;\n  V = 10;");
  runaway = replaced(runaway, "unit L = litre;",
                     "unit per_nmol_h = 1 / (1e-9 mole * 3600 second);\nunit L = litre;");
  runaway = replaced(runaway, "k = 0.2\n", "b = 0.01\n");
  folder.write("models/bolus.ant", runaway);
  auto found = validate({}, {}, folder.search(), nullptr);
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(of(*found, "peak", "H1").failure, "");
  EXPECT_NEAR(of(*found, "peak", "H1").predicted, 100, 1e-4);
  const Comparison& failed = of(*found, "peak", "H2");
  EXPECT_TRUE(std::isnan(failed.predicted));
  EXPECT_FALSE(failed.inside);
  EXPECT_NE(failed.failure.find("the run of 'one' stopped at"), std::string::npos)
      << failed.failure;
  EXPECT_NE(validation_table(*found, false).find("No prediction"), std::string::npos);
  const auto list = nlohmann::json::parse(validation_json(*found));
  EXPECT_TRUE(list[1]["predicted"].is_null());
  EXPECT_EQ(list[1]["failure"], failed.failure);
}

// Each group of settings has runs of its own, and they do not leak into each other.
TEST(Validate, puts_in_the_values_that_an_observation_sets) {
  Folder folder;
  const std::string plain = observation("plain", "100", "nM", "judged", "max(C)");
  const std::string set =
      replaced(observation("set", "50", "nM", "reproduced", "max(C)", "  accept: {fold: 1.0001}\n"),
               "arm: one", "set: {V: 20000 mL}, arm: one");
  const std::string rival = replaced(observation("rival", "4", "h", "judged", "half-life(C)"),
                                     "arm: one", "set: {k: 0.3}, arm: one");
  fill(folder, set + plain + rival);
  auto found = validate({}, {}, folder.search(), nullptr);
  ASSERT_TRUE(found) << found.error().text();
  for (const char* hypothesis : {"H1", "H2"}) {
    EXPECT_NEAR(of(*found, "set", hypothesis).predicted, 50, 1e-4);
    EXPECT_TRUE(of(*found, "set", hypothesis).inside);
    EXPECT_NEAR(of(*found, "plain", hypothesis).predicted, 100, 1e-4);
    // What is set is in force under every hypothesis.
    EXPECT_NEAR(of(*found, "rival", hypothesis).predicted, std::log(2) / 0.3, 1e-3);
  }
  const auto list = nlohmann::json::parse(validation_json(*found));
  EXPECT_EQ(list[0]["use"], "reproduced");
}

// The figures of a model with links are predicted once more without them.
TEST(Validate, predicts_beside_it_the_same_with_the_links_off) {
  Folder folder;
  fill(folder, observation("x", "100", "nM", "judged", "max(C)"));
  std::string linked = replaced(model, "C := A / V;", "C := A / V * (1 + 2 * link_naltrexone_C);");
  linked = replaced(linked, "  V = 10;",
                    "  link_naltrexone_C = 1; link_naltrexone_C has dimensionless;\n  V = 10;");
  folder.write("models/bolus.ant", linked);
  auto found = validate({}, {}, folder.search(), nullptr);
  ASSERT_TRUE(found) << found.error().text();
  const Comparison& one = of(*found, "x", "H1");
  EXPECT_NEAR(one.predicted, 300, 1e-3);
  ASSERT_TRUE(one.links_off);
  EXPECT_NEAR(*one.links_off, 100, 1e-4);
  EXPECT_NEAR(nlohmann::json::parse(validation_json(*found))[0]["links_off"].get<double>(), 100,
              1e-4);
  EXPECT_EQ(found->comparisons.size(), 2u);  // not counted among the predictions
  EXPECT_TRUE(is_link("pain.link_tone_pain"));
  EXPECT_FALSE(is_link("pain.blink_rate"));
  EXPECT_TRUE(is_link("link_OGF_proliferation"));
  EXPECT_FALSE(is_link("link_naltrexone_.gain"));
  EXPECT_FALSE(is_link("body.link_appetite"));  // no effect of the drug
  folder.write("models/bolus.ant", model);
  found = validate({}, {}, folder.search(), nullptr);
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_FALSE(of(*found, "x", "H1").links_off);
}

struct Bad {
  std::string observations;
  Code code;
  const char* at;  // the text that is pointed at
  const char* message;
  const char* mend;
};

TEST(Validate, refuses_bad_input_before_it_runs) {
  const std::string good = observation("x", "1", "nM", "judged", "max(C)");
  const std::vector<Bad> table = {
      {observation("x", "1", "nM", "judged", "max(plasma 6-beta-drugs)"), Code::unknown_output,
       "plasma 6-beta-drugs", "plasma 6-beta-drugs", "plasma 6-beta-drug"},
      {observation("x", "1", "h", "judged", "max(C)"), Code::readout_units, "max",
       "but 'x' is observed in 'h'", "the same"},
      {observation("x", "1", "ng/mL", "judged", "max(C)"), Code::readout_units, "max", "ng/mL", ""},
      {observation("x", "1", "nM", "judged", "at(C, 49 h)"), Code::readout_time, "49 h",
       "49 h is outside", ""},
      {observation("x", "1", "nM", "judged", "max(C @ tow)"), Code::unknown_arm, "tow",
       "no arm 'tow'", "'two'"},
      {observation("x", "1", "h", "judged", "hours above(C, 50 %)"), Code::readout_units, "50 %",
       "level", ""},
      {replaced(good, "arm: one", "arm: onee"), Code::unknown_arm, "onee", "no arm 'onee'",
       "'one'"},
      {replaced(good, "arm: one, ", ""), Code::unknown_arm, "{protocol", "has 2 arms", "one, two"},
      {replaced(good, "arm: one", "set: {Vv: 2 L}, arm: one"), Code::unknown_parameter, "Vv",
       "'Vv'", "'V'"},
      {replaced(good, "arm: one", "set: {V: 2 h}, arm: one"), Code::setting_unit, "V: 2",
       "'V' is in", ""},
      {replaced(good, "protocol: bolus", "protocol: bolos"), Code::file_not_found, "bolos", "bolos",
       "bolus"},
  };
  for (const Bad& bad : table) {
    Folder folder;
    fill(folder, bad.observations);
    bool ran = false;
    auto found = validate({}, {}, folder.search(), [&](std::size_t, std::size_t) { ran = true; });
    ASSERT_FALSE(found) << bad.observations;
    const Diagnostic& error = found.error();
    EXPECT_EQ(info(error.code).number, info(bad.code).number) << error.text();
    EXPECT_EQ(error.place.column, 1 + static_cast<int>(error.place.line_text.find(bad.at)))
        << error.text();
    EXPECT_NE(error.message.find(bad.message), std::string::npos) << error.text();
    EXPECT_NE(error.mend.find(bad.mend), std::string::npos) << error.text();
    EXPECT_FALSE(ran);
  }
}

TEST(Validate, leaves_out_what_needs_no_saying) {
  Folder folder;
  fill(folder, replaced(observation("x", "100", "nM", "judged", "max(C)"), "arm: one, ", ""));
  folder.write("protocols/bolus.yaml",
               replaced(protocol, "  two: [{product: vial, count: 2, at: \"00:00\"}]\n", ""));
  // A model without hypotheses.
  std::string plain = replaced(model, "//@ hypothesis H1 \"slow\" k = 0.1\n", "");
  folder.write("models/bolus.ant", replaced(plain, "//@ hypothesis H2 \"fast\" k = 0.2\n", ""));
  auto found = validate({}, {}, folder.search(), nullptr);
  ASSERT_TRUE(found) << found.error().text();
  ASSERT_EQ(found->comparisons.size(), 1u);
  EXPECT_EQ(found->comparisons[0].hypothesis, "");
  EXPECT_EQ(found->comparisons[0].observation->arm, "one");
  EXPECT_NEAR(found->comparisons[0].predicted, 100, 1e-4);
  EXPECT_NE(validation_table(*found, false).find("predicted"), std::string::npos);
}

}  // namespace
}  // namespace vesper::evidence
