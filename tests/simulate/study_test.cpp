// A protocol on its model: units, precedence of values, doses, variation, uncertainty.
#include "simulate/study.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "simulate/bench.h"
#include "simulate/resolve.h"

namespace vesper::simulate {
namespace {

const std::string tight = "tolerances: {relative: 1e-9, absolute: 1e-12}\n";

std::string one_dose(const std::string& product, const std::string& model = "one") {
  return "model: " + model + "\nduration: 24 h\narms: {drug: [{product: " + product +
         "}]}\noutput: [{every: 1 h}]\nwatch: [plasma drug]\n" + tight;
}

double parameter(const Study& study, const std::string& name, PatientNumber patient = 0,
                 std::size_t hypothesis = 0, unsigned draw = 0) {
  const auto values = study.parameters(patient, hypothesis, draw);
  EXPECT_TRUE(values);
  return (*values)[*study.system().parameter(name)];
}

// Largest error relative to the peak.
double worst(const Study& study, const std::function<double(double)>& exact) {
  const solve::Solution solution = study.solve(0, 0, 0);
  EXPECT_FALSE(solution.failure) << solution.failure->reason;
  EXPECT_EQ(solution.values.size(), study.grid().size());
  double peak = 0, error = 0;
  for (std::size_t i = 0; i < solution.values.size(); ++i) {
    const double truth = exact(study.grid()[i]);
    peak = std::max(peak, std::abs(truth));
    error = std::max(error, std::abs(solution.values[i] - truth));
  }
  return error / peak;
}

TEST(Study, oral_dose_to_closed_form) {
  const Bench bench;
  const auto study = bench.study(one_dose("tablet"));
  ASSERT_TRUE(study) << study.error().text();
  EXPECT_EQ(study->watched()[0].unit, "nM");
  EXPECT_EQ(study->grid().size(), 25u);
  EXPECT_LT(worst(*study, [](double t) { return oral(t); }), 1e-6);
}

TEST(Study, model_in_minutes_and_milligrams) {
  const Bench bench;
  const auto study = bench.study(one_dose("tablet", "minutes"));
  ASSERT_TRUE(study) << study.error().text();
  EXPECT_EQ(study->watched()[0].unit, "mg/L");
  // 1 mg of base; the curve in hours.
  EXPECT_LT(worst(*study, [](double t) { return oral(t, 1); }), 1e-6);
  const solve::Solution solution = study->solve(0, 0, 0);
  EXPECT_DOUBLE_EQ(solution.trace.times.back(), 24);
}

TEST(Study, a_salt_is_counted_as_its_base) {
  const Bench bench;
  const auto amount = bench.study(one_dose("salt"));
  ASSERT_TRUE(amount) << amount.error().text();
  EXPECT_LT(worst(*amount, [](double t) { return oral(t); }), 1e-6);
  const auto mass = bench.study(one_dose("salt", "minutes"));
  ASSERT_TRUE(mass) << mass.error().text();
  EXPECT_LT(worst(*mass, [](double t) { return oral(t, 1); }), 1e-6);
}

// Every kind of release, whose parameters are times and rates, in a model that counts minutes.
TEST(Study, steady_state_of_earlier_doses_to_closed_form) {
  const Bench bench;
  const auto study = bench.study(
      "model: one\nduration: 24 h\narms: {drug: [{product: bolus, every: 12 h, at: \"03:00\", "
      "steady-state: true}]}\noutput: [{every: 1 h}]\nwatch: [plasma drug]\n" +
      tight);
  ASSERT_TRUE(study) << study.error().text();
  EXPECT_LT(worst(*study,
                  [](double t) {
                    const double since = std::fmod(t + 9, 12);
                    return dose_nmol / 50 * std::exp(-0.2 * since) / (1 - std::exp(-2.4));
                  }),
            1e-6);
  EXPECT_GT(study->solve(0, 0, 0).statistics.steady_periods, 0u);
}

// The first day at steady state is the last of many: releases that outlast the interval, a lag over
// its end, two products with different intervals.
TEST(Study, steady_state_is_where_many_doses_lead) {
  const Bench bench;
  bench.write("products/slow.yaml",
              "name: slow\ncontent: {drug: testine, amount: 1 mg, as: base}\nroute: oral\n"
              "lag: 3 h\nrelease: [{fraction: 1, gamma: {shape: 2, scale: 9 h}}]\n"
              "compoundable: yes\nsources: [textbook]\n");
  const auto first_line = [](const std::string& more) {
    return "{product: slow, every: 24 h, at: \"22:00\"" + more + "}, {product: tablet, every: 8 h" +
           more + "}";
  };
  const std::string rest = "watch: [plasma drug]\n" + tight;
  const auto steady =
      bench.study("model: one\nduration: 24 h\narms: {drug: [" +
                  first_line(", steady-state: true") + "]}\noutput: [{every: 1 h}]\n" + rest);
  const auto long_run = bench.study("model: one\nduration: 31 d\narms: {drug: [" + first_line("") +
                                    "]}\noutput: [{from: day 31, every: 1 h}]\n" + rest);
  ASSERT_TRUE(steady) << steady.error().text();
  ASSERT_TRUE(long_run) << long_run.error().text();
  const solve::Solution a = steady->solve(0, 0, 0), b = long_run->solve(0, 0, 0);
  ASSERT_FALSE(a.failure) << a.failure->reason;
  ASSERT_EQ(a.values.size(), 25u);
  ASSERT_GE(b.values.size(), 25u);
  for (std::size_t i = 0; i < 25; ++i)
    EXPECT_NEAR(a.values[i], b.values[b.values.size() - 25 + i], 1e-5 * a.values[0]) << i;
}

TEST(Study, releases_in_another_time_unit) {
  const Bench bench;
  const auto infusion = [](double t) {
    const double ke = 0.2, rate = 0.5;  // mg/h for 2 h into 50 L
    const double on = rate / (ke * 50) * (1 - std::exp(-ke * std::min(t, 2.0)));
    return on * std::exp(-ke * std::max(0.0, t - 2));
  };
  const auto zero_order = bench.study(one_dose("infusion", "minutes"));
  ASSERT_TRUE(zero_order) << zero_order.error().text();
  EXPECT_LT(worst(*zero_order, infusion), 1e-6);
  // A gamma of shape 1 is first order at 1/scale.
  const auto mixed = [](double t) { return oral(t, 0.4, 0.5) + oral(t, 0.6, 1.0 / 3); };
  const auto gamma = bench.study(one_dose("gamma", "minutes"));
  ASSERT_TRUE(gamma) << gamma.error().text();
  EXPECT_LT(worst(*gamma, mixed), 1e-6);
}

TEST(Study, shown_units) {
  const Bench bench;
  const auto study = bench.study(
      "model: one\nduration: 24 h\narms: {drug: [{product: tablet}]}\noutput: [{every: 1 h}]\n"
      "watch: [plasma drug in pmol/L, target occupancy in %]\n" +
      tight);
  ASSERT_TRUE(study) << study.error().text();
  EXPECT_EQ(study->watched()[0].unit, "pmol/L");
  EXPECT_EQ(study->watched()[0].variable, "plasma_drug");
  EXPECT_TRUE(study->watched()[0].thresholds.empty());
  ASSERT_EQ(study->watched()[1].thresholds.size(), 2u);
  EXPECT_DOUBLE_EQ(study->watched()[1].thresholds[0], 50);
  const solve::Solution solution = study->solve(0, 0, 0);
  const double c = oral(3);
  EXPECT_NEAR(solution.values[3 * 2] / (1000 * c), 1, 1e-6);
  EXPECT_NEAR(solution.values[3 * 2 + 1] / (100 * c / (20 + c)), 1, 1e-6);
}

TEST(Study, watch_left_out_is_all_with_a_display_name) {
  const Bench bench;
  const auto study = bench.study("model: one\nduration: 1 h\narms: {a: []}\n");
  ASSERT_TRUE(study) << study.error().text();
  ASSERT_EQ(study->watched().size(), 2u);
  EXPECT_EQ(study->watched()[0].label, "plasma drug");
  EXPECT_EQ(study->watched()[1].label, "target occupancy");
  EXPECT_EQ(study->watched()[1].unit, "");
}

TEST(Study, precedence_of_values) {
  const Bench bench;
  const std::string text = "model: one\nduration: 1 h\narms: {a: []}\n";
  const auto at = [&](const std::string& more, Options options) {
    const auto study = bench.study(text + more, options);
    EXPECT_TRUE(study) << study.error().text();
    return parameter(*study, "CL", 0, study->hypotheses().size() - 1);
  };
  Options set = testing::options_in_force();
  set.settings = {*parse_setting("CL=50")};
  EXPECT_EQ(at("", {}), 10);
  EXPECT_EQ(at("hypotheses: all\n", {}), 20);
  EXPECT_EQ(at("hypotheses: all\nset: {CL: 30 L/h}\n", {}), 30);
  EXPECT_EQ(at("hypotheses: all\nset: {CL: 30 L/h}\n", set), 50);
  set.settings = {*parse_setting("CL=500 mL/min")};
  EXPECT_DOUBLE_EQ(at("", set), 30);
}

TEST(Study, hypotheses_chosen) {
  const Bench bench;
  const std::string text = "model: one\nduration: 1 h\narms: {a: []}\n";
  EXPECT_EQ(bench.study(text)->hypotheses()[0].id, "");
  Options options = testing::options_in_force();
  options.hypotheses = {{"fast"}};
  const auto one = bench.study(text + "hypotheses: all\n", options);
  ASSERT_EQ(one->hypotheses().size(), 1u);
  EXPECT_EQ(one->hypotheses()[0].id, "fast");
  options.hypotheses = {{"all"}};
  EXPECT_EQ(bench.study(text, options)->hypotheses().size(), 2u);
  options.hypotheses = {{"fasst"}};
  const auto wrong = bench.study(text, options);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Code::unknown_hypothesis);
  EXPECT_EQ(wrong.error().mend, "did you mean 'fast'?");
}

TEST(Study, options_are_checked) {
  const Bench bench;
  const std::string text = "model: one\nduration: 1 h\narms: {a: []}\npopulation: adults\n";
  const auto code = [&](const std::function<void(Options&)>& change) {
    Options options = testing::options_in_force();
    change(options);
    const auto study = bench.study(text, options);
    EXPECT_FALSE(study);
    return study ? Code::yaml_syntax : study.error().code;
  };
  EXPECT_EQ(code([](Options& o) { o.patients = 0; }), Code::too_many_patients);
  EXPECT_EQ(code([](Options& o) { o.patients = 10'000'001; }), Code::too_many_patients);
  EXPECT_EQ(code([](Options& o) { o.only_patient = 0; }), Code::bad_patient);
  EXPECT_EQ(code([](Options& o) { o.relative_tolerance = 0; }), Code::out_of_range);
  EXPECT_EQ(code([](Options& o) { o.absolute_tolerance = -1; }), Code::out_of_range);
  EXPECT_EQ(code([](Options& o) { o.settings = {{"CLL", 1, {}, {}}}; }), Code::unknown_parameter);
  EXPECT_EQ(code([](Options& o) {
              o.settings = {{"CL", std::nan(""), {}, {}}};
            }),
            Code::bad_setting);
}

// An arm's own values come last, and patients vary around them as around any.
TEST(Study, arms_have_settings_of_their_own) {
  const Bench bench;
  const std::string text =
      "model: one\nduration: 1 h\narms:\n  a: {regimen: [], set: {CL: 20 L/h}}\n  b: []\n"
      "population: adults\npatients: 5\n";
  Options options = testing::options_in_force();
  options.settings = {{"CL", 5, {}, {}}};
  const auto study = bench.study(text, options);
  ASSERT_TRUE(study) << study.error().text();
  const auto index = study->system().parameter("CL").value();
  const auto of = [&](PatientNumber patient, std::size_t arm) {
    const Subject subject = study->subject(patient);
    return subject.parameters.at(study->case_number(arm, 0)).value().at(index);
  };
  EXPECT_EQ(of(0, 0), 20);
  EXPECT_EQ(of(0, 1), 5);
  EXPECT_NE(of(3, 1), 5);
  EXPECT_NEAR(of(3, 0), 4 * of(3, 1), 1e-12);
  EXPECT_EQ(study->parameters(3, 0).value().at(index), of(3, 1));
}

TEST(Study, arms_settings_are_checked) {
  const Bench bench;
  const auto refused = [&](const std::string& arm) {
    const auto study = bench.study("model: one\nduration: 1 h\narms: {a: " + arm + "}\n");
    return study ? Code::yaml_syntax : study.error().code;
  };
  EXPECT_EQ(refused("{regimen: [], set: {CLL: 2}}"), Code::unknown_parameter);
  EXPECT_EQ(refused("{regimen: [], set: {CL: 2 kg}}"), Code::setting_unit);
  EXPECT_EQ(refused("{regimen: [], sets: {CL: 2}}"), Code::unknown_key);
  EXPECT_EQ(refused("{set: {CL: 2}}"), Code::missing_key);
}

TEST(Study, population_varies_around_the_value_in_force) {
  const Bench bench;
  const std::string text =
      "model: one\nduration: 1 h\narms: {a: []}\npopulation: adults\npatients: 5\n";
  const auto plain = bench.study(text);
  ASSERT_TRUE(plain) << plain.error().text();
  Options options = testing::options_in_force();
  options.settings = {*parse_setting("CL=40")};
  const auto set = bench.study(text, options);
  EXPECT_EQ(plain->varied().size(), 2u);
  EXPECT_EQ(parameter(*plain, "CL", 0), 10);
  for (PatientNumber number = 1; number <= 5; ++number) {
    const double cl = parameter(*plain, "CL", number);
    EXPECT_NE(cl, 10);
    EXPECT_NEAR(parameter(*set, "CL", number) / cl, 4, 1e-12);
    EXPECT_DOUBLE_EQ(cl, plain->patient(number).parameters[0]);
    EXPECT_EQ(parameter(*plain, "ka", number), 1);
  }
  EXPECT_NE(parameter(*plain, "CL", 1), parameter(*plain, "CL", 2));
  options.settings.clear();
  options.seed = 2;
  EXPECT_NE(parameter(*bench.study(text, options), "CL", 1), parameter(*plain, "CL", 1));
  options.typical = true;
  EXPECT_EQ(bench.study(text, options)->patients(), 0u);
}

TEST(Study, distributions_of_the_model) {
  const Bench bench;
  bench.write("models/spread.ant",
              "unit time_unit = 3600 second;\nmodel spread\n  CL = lognormal(140, 42);\n"
              "  W = uniform(60, 80);\n  half = CL / 2;\n  x = 1;  x' = -CL * x / 1000;\n"
              "  //@ units unchecked\nend\n");
  const std::string text = "model: spread\nduration: 1 h\narms: {a: []}\npatients: 4000\n";
  const auto study = bench.study(text);
  ASSERT_TRUE(study) << study.error().text();
  EXPECT_EQ(study->watched()[0].label, "x");  // no display names: the states
  EXPECT_EQ(parameter(*study, "CL"), 140);
  double sum = 0, squares = 0, low = 100, high = 0;
  for (PatientNumber number = 1; number <= 4000; ++number) {
    const double cl = parameter(*study, "CL", number), w = parameter(*study, "W", number);
    EXPECT_DOUBLE_EQ(parameter(*study, "half", number), cl / 2);
    sum += cl;
    squares += cl * cl;
    low = std::min(low, w);
    high = std::max(high, w);
  }
  const double mean = sum / 4000;
  EXPECT_NEAR(mean, 140, 3);  // 4.5 standard errors
  EXPECT_NEAR(std::sqrt(squares / 4000 - mean * mean), 42, 3);
  EXPECT_GT(low, 60);
  EXPECT_LT(low, 60.1);
  EXPECT_LT(high, 80);
  EXPECT_GT(high, 79.9);
  // Around a set value the same relative spread.
  Options options = testing::options_in_force();
  options.settings = {*parse_setting("CL=280")};
  EXPECT_NEAR(parameter(*bench.study(text, options), "CL", 9) / parameter(*study, "CL", 9), 2,
              1e-12);
}

TEST(Study, computed_and_varied_is_refused) {
  const Bench bench;
  bench.write("models/chain.ant",
              "unit time_unit = 3600 second;\nmodel chain\n  CL = 2;\n  V = 3 * CL;\n"
              "  x = 1;  x' = -CL * x / V;\n  //@ units unchecked\nend\n");
  bench.write("populations/chain.yaml",
              "title: Chain\nnoun: people\nparameters:\n"
              "  CL: {between-patient: {log-normal: {cv: 30 %}}}\n"
              "  V: {between-patient: {log-normal: {cv: 30 %}}}\n");
  const auto study =
      bench.study("model: chain\nduration: 1 h\narms: {a: []}\npopulation: chain\npatients: 2\n");
  ASSERT_FALSE(study);
  EXPECT_EQ(study.error().code, Code::computed_and_varied) << study.error().text();
}

TEST(Study, uncertainty_draws) {
  const Bench bench;
  const std::string text = "model: one\nduration: 1 h\narms: {a: []}\nuncertainty-draws: 500\n";
  const auto study = bench.study(text);
  ASSERT_TRUE(study) << study.error().text();
  EXPECT_EQ(study->uncertain(0).size(), 1u);
  double logs = 0, squares = 0;
  for (unsigned draw = 1; draw <= 500; ++draw) {
    const double log = std::log(parameter(*study, "CL", 0, 0, draw) / 10);
    logs += log;
    squares += log * log;
    EXPECT_EQ(parameter(*study, "ka", 0, 0, draw), 1);
  }
  const double omega = std::sqrt(std::log(1 + 0.09));  // median 10, CV 30 %
  EXPECT_NEAR(logs / 500, 0, 4 * omega / std::sqrt(500.0));
  EXPECT_NEAR(std::sqrt(squares / 500), omega, 0.04);
  // What was set is taken as known.
  const auto set = bench.study(text + "set: {CL: 30}\n");
  EXPECT_TRUE(set->uncertain(0).empty());
  EXPECT_EQ(parameter(*set, "CL", 0, 0, 3), 30);
}

TEST(Study, nothing_uncertain_and_wrong_intervals_are_refused) {
  const Bench bench;
  const std::string tail = "model: m\nduration: 1 h\narms: {a: []}\n";
  const auto code = [&](const std::string& model, const std::string& more) {
    bench.write("models/m.ant", "unit time_unit = 3600 second;\nmodel m\n" + model +
                                    "  x = 1;  x' = -k * x;\n  //@ units unchecked\nend\n");
    const auto study = bench.study(tail + more);
    EXPECT_FALSE(study);
    return study ? Code::yaml_syntax : study.error().code;
  };
  EXPECT_EQ(code("  k = 2;\n", "uncertainty-draws: 3\n"), Code::nothing_uncertain);
  EXPECT_EQ(code("  k = 2;\n  k.confidenceInterval = {3, 4};\n", ""), Code::bad_uncertainty);
}

TEST(Study, values_that_cannot_be_computed_are_refused) {
  const Bench bench;
  bench.write("models/zero.ant",
              "unit time_unit = 3600 second;\nmodel zero\n  CL = 1;  V = 0;  k = CL / V;\n"
              "  x = 1;  x' = -k * x;\n  //@ units unchecked\nend\n");
  const auto study = bench.study("model: zero\nduration: 1 h\narms: {a: []}\n");
  ASSERT_FALSE(study);
  EXPECT_EQ(study.error().code, Code::values_not_finite) << study.error().text();
}

TEST(Study, doses_that_cannot_enter_are_refused) {
  const Bench bench;
  const auto route = bench.study(one_dose("patch"));
  ASSERT_FALSE(route);
  EXPECT_EQ(route.error().code, Code::unknown_route) << route.error().text();
  EXPECT_GT(route.error().place.line, 0);

  bench.write("models/bare.ant",
              "unit time_unit = 3600 second;\nmodel bare\n  A = 0;  A' = -A;\n"
              "  //@ dose oral into A\n  //@ units unchecked\nend\n");
  const auto unit =
      bench.study("model: bare\nduration: 1 h\narms: {a: [{product: tablet}]}\nwatch: [A]\n");
  ASSERT_FALSE(unit);
  EXPECT_EQ(unit.error().code, Code::dose_unit) << unit.error().text();
}

TEST(Study, a_model_without_time_unit_is_refused) {
  const Bench bench;
  bench.write("models/timeless.ant",
              "model timeless\n  x = 1;  x' = -x;\n  //@ units unchecked\nend\n");
  const auto study = bench.study("model: timeless\nduration: 1 h\narms: {a: []}\n");
  ASSERT_FALSE(study);
  EXPECT_EQ(study.error().code, Code::no_time_unit) << study.error().text();
}

TEST(Study, adherence_belongs_to_the_patient) {
  const Bench bench;
  const auto study = bench.study(
      "model: one\nduration: 10 days\npatients: 3\nwatch: [Gut]\noutput: [{every: 24 h}]\n"
      "arms:\n  a: [{product: tablet, every: 24 h, adherence: 50 %}]\n"
      "  b: [{product: tablet, every: 24 h, adherence: 50 %}]\n");
  ASSERT_TRUE(study) << study.error().text();
  EXPECT_EQ(study->solve(1, 0, 0).values, study->solve(1, 1, 0).values);
  EXPECT_NE(study->solve(1, 0, 0).values, study->solve(2, 0, 0).values);
  // The typical patient takes every dose: 4000 nmol just after each.
  const auto typical = study->solve(0, 0, 0).values;
  for (std::size_t day = 0; day < 10; ++day) EXPECT_NEAR(typical[day], 4000, 1e-3);
}

TEST(Study, absurd_values_end) {
  const Bench bench;
  for (const char* setting : {"CL=0", "CL=1e9", "CL=-5", "V=0", "V=-1", "ka=1e12", "ka=0"}) {
    Options options = testing::options_in_force();
    options.settings = {*parse_setting(setting)};
    const auto study = bench.study(one_dose("tablet"), options);
    ASSERT_TRUE(study) << study.error().text();
    const solve::Solution solution = study->solve(0, 0, 0);
    if (solution.failure) {
      EXPECT_FALSE(solution.failure->reason.empty()) << setting;
    } else {
      for (const double value : solution.values) EXPECT_TRUE(std::isfinite(value)) << setting;
    }
  }
}

TEST(Resolve, names_for_headers) {
  EXPECT_EQ(identifier("plasma 6-beta-naltrexol"), "plasma_6_beta_naltrexol");
  EXPECT_EQ(identifier("pk.CL"), "pk_CL");
  EXPECT_EQ(identifier("5-HT"), "x5_HT");
  EXPECT_EQ(identifier("\xC2\xB5"), "x");
  EXPECT_EQ(unit_suffix("ng/mL"), "ng_per_mL");
  EXPECT_EQ(unit_suffix("%"), "percent");
  EXPECT_EQ(unit_suffix("1/h"), "per_h");
  EXPECT_EQ(unit_suffix("h*ng/mL"), "h_ng_per_mL");
  EXPECT_EQ(unit_suffix(""), "");
  EXPECT_EQ(unit_suffix("1"), "");
  const auto named = units::Unit::parse("ng/mL")->named("ng_per_mL");
  EXPECT_EQ(shown_unit(named), "ng/mL");
  EXPECT_EQ(shown_unit(units::Unit::parse("1/h")->named("per_h")), "1/h");
  EXPECT_EQ(shown_unit(units::Unit::parse("kg")->named("g_per_mL")), "g_per_mL");
  EXPECT_EQ(shown_unit(units::Unit().named("dimensionless")), "");
  EXPECT_EQ(shown_unit(std::nullopt), "");
}

TEST(Resolve, output_times) {
  EXPECT_EQ(output_times({{0, 2, 1}}), (std::vector<double>{0, 1, 2}));
  EXPECT_EQ(output_times({{0, 2.5, 1}}), (std::vector<double>{0, 1, 2, 2.5}));
  EXPECT_EQ(output_times({{0, 4, 2}, {1, 2, 0.5}}), (std::vector<double>{0, 1, 1.5, 2, 4}));
  const auto tenths = output_times({{0, 24, 0.1}, {0, 24, 1}});
  EXPECT_EQ(tenths.size(), 241u);  // 3.0000000000000004 is 3
  EXPECT_EQ(tenths.back(), 24);
}

TEST(Resolve, absolute_tolerance_follows_the_unit) {
  const Bench bench;
  bench.write("models/moles.ant",
              "unit substance = mole;\nunit time_unit = 3600 second;\nmodel moles\n"
              "  species A;  A = 1;\n  k = 1;\n  //@ units unchecked\n  J: A -> ; k * A;\nend\n");
  const auto study = bench.study("model: moles\nduration: 1 h\narms: {a: []}\n");
  ASSERT_TRUE(study) << study.error().text();
  const auto tolerances = absolute_tolerances(study->system(), 1e-9);
  ASSERT_EQ(tolerances.size(), 1u);
  EXPECT_NEAR(tolerances[0] / 1e-18, 1, 1e-9);  // 1e-9 nmol
}

}  // namespace
}  // namespace vesper::simulate
