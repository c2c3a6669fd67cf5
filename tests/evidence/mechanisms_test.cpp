// From a regimen to verdicts, on a model with closed forms.
//
//   dA/dt = -k A, a bolus D every T: in the steady state C = D/V exp(-k t) / (1 - exp(-k T))
//   H1: k = 0.1 /h, H2: k = 0.2 /h;  D = 1000 nmol, V = 10 L, T = 24 h
#include "evidence/mechanisms.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "evidence/folder.h"

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
    "  fu = 0.5; fu has dimensionless;\n"
    "  K = 25; K has nM;\n"
    "  link_drug_pain = 0; link_drug_pain has dimensionless;\n"
    "  elimination: A -> ; k * A;\n"
    "  C := A / V; C has nM; C is \"plasma drug\";\n"
    "  E := C / (C + K); E has dimensionless; E is \"occupancy\";\n"
    "  P := 1 - 0.5 * link_drug_pain * E; P has dimensionless; P is \"pain\";\n"
    "end\n";

const char* const targets =
    "model: bolus\n"
    "concentrations:\n"
    "  plasma: {output: plasma drug, says: in plasma}\n"
    "  unbound: {output: plasma drug, fraction: fu, says: unbound in plasma}\n"
    "targets:\n"
    "- id: bound\n"
    "  name: a receptor\n"
    "  claim: it is blocked\n"
    "  action: block\n"
    "  grade: established\n"
    "  why: scans\n"
    "  claims: [T0-01]\n"
    "  sources: [book]\n"
    "  occupancy: occupancy\n"
    "  potency: [{at: plasma, measure: Kd, parameter: K, source: book}]\n"
    "- id: near\n"
    "  name: another\n"
    "  claim: it is blocked\n"
    "  action: block\n"
    "  grade: supported\n"
    "  why: cells\n"
    "  potency:\n"
    "    - {at: unbound, measure: Ki, range: [5 nmol/L, 0.05 umol/L], source: book}\n"
    "- id: two\n"
    "  name: two ligands\n"
    "  claim: they compete\n"
    "  action: block\n"
    "  grade: supported\n"
    "  why: cells\n"
    "  potency:\n"
    "    - {at: plasma, measure: Ki, value: 100 nmol/L, source: book}\n"
    "    - {at: unbound, measure: Ki, value: 50 nmol/L, source: book}\n"
    "- id: far\n"
    "  name: far away\n"
    "  claim: it is calmed\n"
    "  action: direct far block\n"
    "  grade: contradicted\n"
    "  why: cells\n"
    "  potency: [{at: unbound, measure: IC50, value: 105 umol/L, source: book, recalled: yes}]\n"
    "- id: nothing\n"
    "  name: nothing seen\n"
    "  claim: it is calmed\n"
    "  action: block\n"
    "  grade: contradicted\n"
    "  why: cells\n"
    "  potency: [{at: unbound, measure: none up to, value: 200 umol/L, source: book}]\n"
    "- id: pain\n"
    "  name: pain\n"
    "  claim: less pain\n"
    "  action: less pain\n"
    "  grade: hypothesis\n"
    "  why: trials conflict\n"
    "  effect: {output: pain, link: link_drug_pain}\n"
    "- id: open\n"
    "  name: open\n"
    "  claim: something\n"
    "  action: something\n"
    "  grade: hypothesis\n"
    "  why: nobody knows\n"
    "  not-modelled: no figure was found\n";

void fill(const Folder& folder, const std::string& text = targets) {
  folder.write("models/bolus.ant", model);
  folder.write("products/drugs.yaml", "drug: {molar-mass: {base: 1000 g/mol}, source: book}\n");
  folder.write("products/vial.yaml",
               "name: A vial\ncontent: {drug: drug, amount: 1 mg, as: base}\n"
               "route: intravenous\nsources: [book]\ndivisible: yes\n");
  folder.write("evidence/sources.yaml", "- {id: book, citation: A book}\n");
  folder.write("evidence/targets.yaml", text);
}

Regimen daily() {
  Regimen regimen;
  regimen.product = "vial";
  regimen.every = "24 h";
  return regimen;
}

const Mechanism& row(const Mechanisms& all, const std::string& id) {
  for (const Mechanism& one : all.rows) {
    if (one.target.id == id) return one;
  }
  throw std::runtime_error("no row " + id);
}

double peak(double k) {
  return 100 / (1 - std::exp(-24 * k));
}

TEST(Mechanisms, are_read_in_the_steady_state) {
  Folder folder;
  fill(folder);
  const auto found = mechanisms(daily(), {}, folder.search());
  ASSERT_TRUE(found) << found.error().text();
  ASSERT_EQ(found->hypotheses.size(), 2u);
  EXPECT_EQ(found->product, "A vial");
  EXPECT_EQ(found->when, "one day of the steady state");
  for (std::size_t h = 0; h < 2; ++h) {
    const double k = h == 0 ? 0.1 : 0.2, c = peak(k);
    const Reach& bound = row(*found, "bound").reach[h];
    EXPECT_EQ(bound.hypothesis, h == 0 ? "H1" : "H2");
    EXPECT_NEAR(bound.highest_concentration, c, 1e-3 * c);
    EXPECT_NEAR(bound.mean_concentration, 100 / (24 * k), 2e-3 * c);  // D / (V k T)
    EXPECT_NEAR(bound.potency.low, 25, 1e-9);
    EXPECT_NEAR(bound.margin.high, c / 25, 1e-3 * c / 25);
    EXPECT_NEAR(bound.highest.low, c / (c + 25), 1e-3);
    EXPECT_NEAR(bound.hours_50.low, std::log(c / 25) / k, 0.02);
    EXPECT_NEAR(bound.hours_90.low, 0, 1e-9);  // 90 % needs 225 nM
    // Half of it is unbound; the weakest and the strongest potency.
    const Reach& near = row(*found, "near").reach[h];
    EXPECT_NEAR(near.highest_concentration, c / 2, 1e-3 * c);
    EXPECT_NEAR(near.margin.low, c / 2 / 50, 1e-3);
    EXPECT_NEAR(near.margin.high, c / 2 / 5, 1e-2);
    EXPECT_NEAR(near.highest.low, (c / 100) / (1 + c / 100), 1e-3);
    EXPECT_NEAR(near.hours_50.low, std::max(0.0, std::log(c / 100) / k), 0.03);
    EXPECT_NEAR(near.hours_50.high, std::min(24.0, std::log(c / 10) / k), 0.03);
    EXPECT_NEAR(near.hours_90.high, std::log(c / 90) / k, 0.03);  // nine times 5 nM
    // Two ligands that compete: x = C/100 + C/2/50.
    const Reach& two = row(*found, "two").reach[h];
    EXPECT_NEAR(two.highest.high, (c / 50) / (1 + c / 50), 1e-3);
    EXPECT_NEAR(two.hours_50.high, std::log(c / 50) / k, 0.03);
    // With the link switched on pain falls by half of the highest occupancy.
    const Reach& pain = row(*found, "pain").reach[h];
    EXPECT_NEAR(pain.effect, 1, 1e-12);
    EXPECT_NEAR(pain.link, 0, 0);
    EXPECT_NEAR(pain.effect_linked, 1 - 0.5 * c / (c + 25), 1e-3);
    EXPECT_TRUE(std::isnan(row(*found, "open").reach[h].highest.low));
  }
  EXPECT_EQ(row(*found, "far").verdict,
            "exposure 1,900 times too low for direct far block; contradicted where it was tested");
  EXPECT_EQ(row(*found, "nothing").verdict,
            "nothing was seen at 3,600 times this exposure; contradicted where it was tested");
  EXPECT_EQ(row(*found, "open").verdict, "exposure cannot judge it: no figure was found");
  EXPECT_EQ(row(*found, "pain").verdict,
            "less pain is off in the model; switched on: at most -41 %");
  EXPECT_NEAR(found->exposure[1][0].high, peak(0.1) / 2, 0.1);
}

TEST(Mechanisms, after_days_since_the_first_dose) {
  Folder folder;
  fill(folder);
  Regimen first = daily();
  first.days = 1;
  first.dose = "2 mg";
  const auto found = mechanisms(first, {}, folder.search());
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_NEAR(row(*found, "bound").reach[0].highest_concentration, 200, 1e-2);
  EXPECT_EQ(found->when, "from the first dose on, one day");
  first.days = 3;
  const auto third = mechanisms(first, {}, folder.search());
  ASSERT_TRUE(third) << third.error().text();
  const double q = std::exp(-2.4);
  EXPECT_NEAR(row(*third, "bound").reach[0].highest_concentration, 200 * (1 + q + q * q), 0.05);
}

TEST(Mechanisms, of_no_dose_say_so) {
  Folder folder;
  fill(folder);
  Regimen none = daily();
  none.dose = "0 mg";
  none.days = 2;
  const auto found = mechanisms(none, {}, folder.search());
  ASSERT_TRUE(found) << found.error().text();
  for (const char* id : {"bound", "near", "far", "nothing"}) {
    EXPECT_EQ(row(*found, id).verdict.substr(0, 11), "no exposure") << row(*found, id).verdict;
  }
  EXPECT_NE(mechanisms_table(*found).find("no exposure"), std::string::npos);
}

// Twice a day is read over a whole day, every three days over all three.
TEST(Mechanisms, are_read_over_whole_intervals_of_at_least_a_day) {
  Folder folder;
  fill(folder);
  Regimen often = daily();
  often.every = "12 h";
  const auto twice = mechanisms(often, {}, folder.search());
  ASSERT_TRUE(twice) << twice.error().text();
  EXPECT_NEAR(row(*twice, "bound").reach[0].mean_concentration, 100 / 1.2, 0.2);
  const double c = 100 / (1 - std::exp(-1.2));
  EXPECT_NEAR(row(*twice, "bound").reach[0].hours_50.low, 24, 1e-6);
  EXPECT_NEAR(row(*twice, "bound").reach[0].highest_concentration, c, 1e-3 * c);
  often.every = "3 days";
  const auto seldom = mechanisms(often, {}, folder.search());
  ASSERT_TRUE(seldom) << seldom.error().text();
  EXPECT_EQ(seldom->when, "3 days of the steady state");
  EXPECT_NEAR(row(*seldom, "bound").reach[0].hours_50.low, std::log(100.0 / 25) / 0.1 / 3, 0.02);
}

TEST(Mechanisms, refuse_a_bad_regimen) {
  Folder folder;
  fill(folder);
  const auto refused = [&](const Regimen& regimen) {
    const auto found = mechanisms(regimen, {}, folder.search());
    EXPECT_FALSE(found);
    return found ? std::string() : found.error().text();
  };
  Regimen bad = daily();
  bad.product = "vail";
  EXPECT_NE(refused(bad).find("'vial'"), std::string::npos);
  bad = daily();
  bad.dose = "2 mgg";
  EXPECT_NE(refused(bad).find("did you mean 'mg'"), std::string::npos);
  bad = daily();
  bad.every = "-3 h";
  EXPECT_NE(refused(bad).find("no length of time"), std::string::npos);
  bad.every = "3 mg";
  EXPECT_NE(refused(bad), "");
  bad = daily();
  bad.at = "25:00";
  EXPECT_NE(refused(bad), "");
  // A name cannot become another line of the protocol.
  bad = daily();
  bad.product = "vial\", dose: \"9 mg";
  EXPECT_NE(refused(bad), "");
}

TEST(Mechanisms, refuse_names_that_the_model_does_not_have) {
  const std::vector<std::tuple<const char*, const char*, Code, const char*>> table = {
      {"occupancy: occupancy", "occupancy: occupency", Code::unknown_output, "occupancy"},
      {"occupancy: occupancy", "occupancy: plasma drug", Code::bad_target, "plain number"},
      {"parameter: K", "parameter: KK", Code::unknown_parameter, "'KK'"},
      {"parameter: K", "parameter: V", Code::bad_target, "not in nM"},
      {"fraction: fu", "fraction: V", Code::bad_target, "plain number"},
      {"{output: plasma drug, says", "{output: occupancy, says", Code::bad_target, "no amount"},
      {"link: link_drug_pain", "link: link_drug_gain", Code::unknown_parameter, "link_drug_pain"},
      {"model: bolus", "model: bolos", Code::file_not_found, "bolus"},
  };
  for (const auto& [from, to, code, words] : table) {
    Folder folder;
    fill(folder, replaced(targets, from, to));
    const auto found = mechanisms(daily(), {}, folder.search());
    ASSERT_FALSE(found) << to;
    EXPECT_EQ(info(found.error().code).number, info(code).number) << found.error().text();
    EXPECT_NE(found.error().text().find(words), std::string::npos) << found.error().text();
    EXPECT_EQ(found.error().exit_code(), 2);
  }
}

TEST(Targets, that_are_wrong_are_refused) {
  const std::vector<std::tuple<const char*, const char*, Code, const char*>> table = {
      {"grade: established", "grade: certain", Code::unknown_choice, "established"},
      {"  action: block\n", "", Code::missing_key, "'action'"},
      {"measure: Kd", "measure: KD", Code::unknown_choice, "Kd"},
      {"at: plasma, measure: Kd", "at: plasm, measure: Kd", Code::unknown_choice, "plasma"},
      {"parameter: K, source: book", "parameter: K, source: bok", Code::unknown_source, "book"},
      {"[5 nmol/L, 0.05 umol/L]", "[50 nmol/L, 5 nmol/L]", Code::out_of_range, "lower end"},
      {"[5 nmol/L, 0.05 umol/L]", "[5 nmol/L]", Code::wrong_type, "two values"},
      {"[5 nmol/L, 0.05 umol/L]", "[5 mg, 9 mg]", Code::wrong_dimension, ""},
      {"value: 105 umol/L", "value: 105", Code::missing_unit, ""},
      {"value: 105 umol/L", "value: 0 umol/L", Code::out_of_range, "above 0"},
      {"value: 105 umol/L, ", "", Code::bad_target, "one of a value"},
      {"value: 105 umol/L", "value: 1 nmol/L, parameter: K", Code::bad_target, "one of a value"},
      {"  not-modelled: no figure was found\n", "", Code::bad_target, "nothing to be judged by"},
      {"  occupancy: occupancy\n", "  occupancy: occupancy\n  not-modelled: x\n", Code::bad_target,
       "said not to be"},
      {"  effect: {output", "  occupancy: occupancy\n  effect: {output", Code::bad_target,
       "two ways"},
      {"- id: near", "- id: bound", Code::duplicate_id, "twice"},
      {"claims: [T0-01]", "claim-ids: [T0-01]", Code::unknown_key, "claims"},
      {"  unbound: {output", "  unbound: {outptu", Code::unknown_key, "output"},
  };
  for (const auto& [from, to, code, words] : table) {
    Folder folder;
    fill(folder, replaced(targets, from, to));
    const auto found = read_targets(folder.search());
    ASSERT_FALSE(found) << to;
    EXPECT_EQ(info(found.error().code).number, info(code).number) << found.error().text();
    EXPECT_NE(found.error().text().find(words), std::string::npos) << found.error().text();
    EXPECT_GT(found.error().place.line, 0);
  }
}

// Each rule of the verdict, from figures made for it.
TEST(Verdict, follows_the_rules) {
  Target target;
  target.action = "block of X";
  target.grade = "established";
  target.occupancy = "X";
  const auto of = [&](double highest, double other, double h50, double g50, double h90) {
    Reach one, two;
    one.highest = {highest, highest};
    two.highest = {other, other};
    one.hours_50 = {h50, h50};
    two.hours_50 = {g50, g50};
    one.hours_90 = two.hours_90 = {h90, h90};
    one.margin = two.margin = {0.001, 0.002};
    return verdict(target, {one, two});
  };
  EXPECT_EQ(of(0.002, 0.001, 0, 0, 0), "exposure 500 times too low for block of X");
  EXPECT_EQ(of(0.05, 0.02, 0, 0, 0), "block of X is hardly reached: at most 5 %");
  EXPECT_EQ(of(0.2, 0.4, 0, 0, 0), "block of X in part: 20 to 40 % at its highest, never half");
  EXPECT_EQ(of(0.99, 0.98, 24, 24, 24), "block of X all day: never below 90 %");
  EXPECT_EQ(of(0.99, 0.7, 24, 24, 3), "block of X all day: never below half");
  EXPECT_EQ(of(0.77, 0.42, 24, 0, 0),
            "within reach (42 to 77 % at its highest); for how long is open: above half for 0 to "
            "24 h a day");
  EXPECT_EQ(of(0.8, 0.7, 9, 7, 0), "block of X above half for 7 to 9 h a day");
  target.grade = "hypothesis";
  EXPECT_EQ(of(0.05, 0.02, 0, 0, 0), "block of X is hardly reached: at most 5 %");
  EXPECT_EQ(of(0.8, 0.7, 9, 7, 0),
            "block of X above half for 7 to 9 h a day; what follows from it is a hypothesis");
  target.grade = "contradicted";
  EXPECT_EQ(of(0.05, 0.02, 0, 0, 0),
            "block of X is hardly reached: at most 5 %; contradicted where it was tested");
  target.grade = "established";
  target.reference = Reference{0.949, "50 mg a day", "book"};
  EXPECT_EQ(of(0.4, 0.2, 0, 0, 0),
            "block of X in part: 20 to 40 % at its highest, never half; below the 95 % of 50 mg a "
            "day");
  EXPECT_EQ(of(0.95, 0.95, 24, 24, 24),
            "block of X all day: never below 90 %; about the 95 % of 50 mg a day");
}

TEST(MechanismsTable, fits_the_page_and_says_what_it_is) {
  Folder folder;
  fill(folder);
  const auto found = mechanisms(daily(), {}, folder.search());
  ASSERT_TRUE(found) << found.error().text();
  const std::string table = mechanisms_table(*found);
  for (const char* words :
       {"A vial (vial every 24 h)", "IC50 105 µM *", "1/1,900", "carried from memory",
        "H1 slow, H2 fast", "not medical advice", "→ exposure 1,900 times too low"}) {
    EXPECT_NE(table.find(words), std::string::npos) << words << "\n" << table;
  }
  const auto json = nlohmann::json::parse(mechanisms_json(*found));
  EXPECT_EQ(json["targets"].size(), 7u);
  EXPECT_TRUE(json["targets"][6]["by_hypothesis"][0]["highest_occupancy"][0].is_null());
  EXPECT_NEAR(json["targets"][0]["by_hypothesis"][0]["margin"][0].get<double>(), peak(0.1) / 25,
              0.01);
  EXPECT_EQ(json["targets"][3]["potencies"][0]["recalled"], true);
}

}  // namespace
}  // namespace vesper::evidence
