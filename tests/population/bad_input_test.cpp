// What the reader of populations says to input that is wrong: code, line, column, words.
#include <gtest/gtest.h>

#include <ostream>

#include "population/population.h"
#include "temporary_folder.h"

namespace vesper::population {
namespace {

struct Case {
  const char* name;
  std::string text;
  const char* code;
  int line, column;
  const char* message;    // within the message
  const char* mend = "";  // within the mend
};

std::ostream& operator<<(std::ostream& out, const Case& it) {
  return out << it.name;
}

// Lines 1 to 7, and what follows them.
std::string with(const std::string& more) {
  return "title: t\n"
         "covariates:\n"
         "  sex: {choice: {f: 50 %, m: 50 %}}\n"
         "  age: {uniform: {from: 18 years, to: 75 years}}\n"
         "  weight: {log-normal: {mean: 80 kg, cv: 20 %}}\n"
         "  size: {normal: {mean: 10 cm, sd: 3 cm}}\n"
         "\n" +
         more;
}

std::string covariate(const std::string& line) {
  return "title: t\ncovariates:\n  x: " + line +
         "\nparameters: {P: {between-patient: {normal: {sd: 1}}}}\n";
}

std::string parameter(const std::string& line) {
  return with("parameters:\n  CL: " + line + "\n");
}

std::string effect(const std::string& line) {
  return parameter("{effects: [" + line + "]}");
}

const std::string two =
    "parameters:\n  CL: {between-patient: {log-normal: {cv: 30 %}}}\n"
    "  V: {between-patient: {log-normal: {cv: 30 %}}}\n  Q: {between-patient: {log-normal: {cv: 9 "
    "%}}}\n"
    "  k: {effects: [{covariate: weight, power: 1, reference: 70 kg}]}\n";

const std::string block =
    "parameters:\n  CL: {between-patient: log-normal}\n  F: {between-patient: logit-normal}\n";

class BadPopulation : public ::testing::TestWithParam<Case> {};

TEST_P(BadPopulation, isRefused) {
  const Case& it = GetParam();
  const auto source = files::check("p.yaml", it.text);
  ASSERT_TRUE(source);
  const auto population = Population::parse(*source);
  ASSERT_FALSE(population) << it.text;
  const Diagnostic& error = population.error();
  EXPECT_EQ(info(error.code).number, it.code) << error.text();
  EXPECT_EQ(error.place.line, it.line) << error.text();
  EXPECT_EQ(error.place.column, it.column) << error.text();
  EXPECT_NE(error.message.find(it.message), std::string::npos) << error.text();
  EXPECT_NE(error.mend.find(it.mend), std::string::npos) << error.text();
  EXPECT_EQ(error.exit_code(), 2);
}

INSTANTIATE_TEST_SUITE_P(
    File, BadPopulation,
    ::testing::Values(Case{"empty", "", "V0006", 0, 0, "empty"},
                      Case{"word", "adults\n", "V0011", 1, 1, "a mapping"},
                      Case{"no_title", "noun: adults\n", "V0009", 1, 1, "'title' is missing"},
                      Case{"unknown_key", "title: t\nparamters: {}\n", "V0008", 2, 1,
                           "unknown key 'paramters'", "did you mean 'parameters'?"},
                      Case{"no_parameters", "title: t\n", "V0513", 1, 1,
                           "says of no parameter how it varies"},
                      Case{"parameters_list", with("parameters: [CL]\n"), "V0011", 8, 13,
                           "'parameters' is a mapping"},
                      Case{"covariates_list", "title: t\ncovariates: [age]\n", "V0011", 2, 13,
                           "'covariates' is a mapping"},
                      Case{"parameter_twice", with(two + "  CL: {from: 1}\n"), "V0010", 13, 3,
                           "'CL' is given twice"},
                      Case{"covariate_twice", "title: t\ncovariates:\n  a: {}\n  a: {}\n", "V0010",
                           4, 3, "'a' is given twice"}),
    [](const auto& it) { return std::string(it.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Covariates, BadPopulation,
    ::testing::Values(
        Case{"no_distribution", covariate("{from: 3}"), "V0501", 3, 3, "'x' has no distribution",
             "give one of choice"},
        Case{"two_distributions",
             covariate("{normal: {mean: 1, sd: 1}, log-normal: {mean: 1, cv: 1}}"), "V0501", 3, 3,
             "more than one distribution"},
        Case{"unknown_distribution", covariate("{lognormal: {mean: 1, cv: 1}}"), "V0008", 3, 7,
             "unknown key 'lognormal'", "did you mean 'log-normal'?"},
        Case{"probabilities", covariate("{choice: {a: 50 %, b: 40 %}}"), "V0502", 3, 15,
             "sum to 90 %, not to 100 %"},
        Case{"probability_negative", covariate("{choice: {a: -50 %, b: 150 %}}"), "V0013", 3, 19,
             "probability '-50 %' must lie between 0 and 1"},
        Case{"probability_percent", covariate("{choice: {a: 50, b: 50}}"), "V0013", 3, 19,
             "probability '50'", "did you mean '50 %'?"},
        Case{"choice_list", covariate("{choice: [a, b]}"), "V0011", 3, 15,
             "'choice' is a mapping of choices", "{female: 50 %"},
        Case{"uniform_order", covariate("{uniform: {from: 75 years, to: 18 years}}"), "V0504", 3,
             23, "from '75 years' must lie below to '18 years'"},
        Case{"uniform_units", covariate("{uniform: {from: 18 years, to: 75 kg}}"), "V0104", 3, 37,
             "'75 kg' is in kg"},
        Case{"uniform_unit_missing", covariate("{uniform: {from: 18 years, to: 75}}"), "V0101", 3,
             37, "'75' needs a unit"},
        Case{"normal_no_mean", covariate("{normal: {sd: 1}}"), "V0009", 3, 15, "'mean' is missing"},
        Case{"normal_no_sd", covariate("{normal: {mean: 1}}"), "V0501", 3, 15,
             "needs 'sd' or 'cv'"},
        Case{"normal_sd_and_cv", covariate("{normal: {mean: 1, sd: 1, cv: 1}}"), "V0501", 3, 15,
             "both give the spread"},
        Case{"normal_negative_sd", covariate("{normal: {mean: 170 cm, sd: -9 cm}}"), "V0503", 3, 34,
             "sd '-9 cm' cannot be negative"},
        Case{"normal_sd_unit", covariate("{normal: {mean: 170 cm, sd: 9 kg}}"), "V0104", 3, 34,
             "'9 kg' is in kg, but cm is wanted"},
        Case{"normal_cv_of_zero", covariate("{normal: {mean: 0, cv: 10 %}}"), "V0503", 3, 29,
             "a 'cv' needs a mean above 0"},
        Case{"log_no_centre", covariate("{log-normal: {cv: 10 %}}"), "V0501", 3, 19,
             "needs 'mean' or 'median'"},
        Case{"log_two_centres", covariate("{log-normal: {mean: 1, median: 1, cv: 1}}"), "V0501", 3,
             19, "both give the centre"},
        Case{"log_zero", covariate("{log-normal: {mean: 0 kg, cv: 10 %}}"), "V0013", 3, 26,
             "'0 kg' must be above 0"},
        Case{"log_no_cv", covariate("{log-normal: {mean: 1 kg}}"), "V0009", 3, 19,
             "'cv' is missing"},
        Case{"cv_negative", covariate("{log-normal: {mean: 1 kg, cv: -10 %}}"), "V0503", 3, 36,
             "cv '-10 %' cannot be negative"},
        Case{"cv_percent", covariate("{log-normal: {mean: 1 kg, cv: 20}}"), "V0503", 3, 36,
             "cv '20' is above 200 %", "did you mean '20 %'?"},
        Case{"cv_300", covariate("{log-normal: {mean: 1 kg, cv: 300 %}}"), "V0503", 3, 36,
             "cv '300 %' is above 200 %"},
        Case{"cv_unit", covariate("{log-normal: {mean: 1 kg, cv: 1 kg}}"), "V0104", 3, 36,
             "'1 kg' is in kg"},
        Case{"bounds_order", covariate("{normal: {mean: 1 kg, sd: 1 kg}, from: 3 kg, to: 3 kg}"),
             "V0504", 3, 45, "from '3 kg' must lie below to '3 kg'"},
        Case{"bounds_far", covariate("{normal: {mean: 1 kg, sd: 1 kg}, from: 60 kg}"), "V0504", 3,
             45, "less than one patient in a million"},
        Case{"bounds_unit", covariate("{normal: {mean: 1 kg, sd: 1 kg}, to: 60 cm}"), "V0104", 3,
             43, "'60 cm' is in cm"},
        Case{"bounds_fixed", covariate("{normal: {mean: 1 kg, sd: 0 kg}, from: 2 kg}"), "V0504", 3,
             45, "less than one patient in a million"},
        Case{"bounds_of_choice", covariate("{choice: {a: 1}, from: 3}"), "V0008", 3, 29,
             "bound a normal or log-normal covariate, not 'x'"}),
    [](const auto& it) { return std::string(it.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Correlations, BadPopulation,
    ::testing::Values(
        Case{"unknown", with("correlations: [[age, weigth, 0.3]]\n" + two), "V0505", 8, 22,
             "unknown covariate 'weigth'", "did you mean 'weight'?"},
        Case{"short", with("correlations: [[age, weight]]\n"), "V0509", 8, 16,
             "a correlation is [name, name, number]"},
        Case{"one", with("correlations: [[age, weight, 1]]\n"), "V0509", 8, 30,
             "correlation '1' must lie between -1 and 1"},
        Case{"itself", with("correlations: [[age, age, 0.3]]\n"), "V0509", 8, 16,
             "'age' is correlated with itself"},
        Case{"twice", with("correlations:\n- [age, weight, 0.3]\n- [weight, age, 0.3]\n"), "V0509",
             10, 3, "'weight' and 'age' is given twice"},
        Case{"word", with("correlations: [[age, weight, high]]\n"), "V0102", 8, 30,
             "'high' is not a quantity"},
        Case{"map", with("correlations: {age: 1}\n"), "V0011", 8, 15,
             "a list of [name, name, number]"},
        Case{"contradiction",
             with("correlations:\n- [age, weight, 0.9]\n- [age, size, 0.9]\n- [weight, size, "
                  "-0.9]\n"),
             "V0510", 10, 3, "'age' and 'size' cannot correlate by 0.9",
             "must lie between -1 and -0.62"},
        Case{"forgotten", with("correlations:\n- [age, weight, 0.9]\n- [age, size, 0.8]\n"),
             "V0510", 9, 1, "'weight' and 'size' cannot be uncorrelated beside the other",
             "must lie between 0.459 and 0.981"},
        Case{"parameters_unknown", with(two + "parameter-correlations: [[CL, W, 0.3]]\n"), "V0508",
             13, 31, "'W' stands not under 'parameters'"},
        Case{"parameters_fixed", with(two + "parameter-correlations: [[CL, k, 0.3]]\n"), "V0508",
             13, 31, "'k' has no variability between patients"},
        Case{"parameters_contradiction",
             with(two + "parameter-correlations:\n- [CL, V, 0.9]\n- [V, Q, 0.9]\n- [CL, Q, 0.2]\n"),
             "V0510", 15, 3, "'V' and 'Q' cannot correlate by 0.9",
             "must lie between -0.247 and 0.607"}),
    [](const auto& it) { return std::string(it.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Covariance, BadPopulation,
    ::testing::Values(
        Case{"not_definite",
             with(block +
                  "covariance:\n  parameters: [CL, F]\n  matrix: [[0.09, 0.2], [0.2, 0.25]]\n"),
             "V0510", 13, 26, "'CL' and 'F' cannot correlate by 1.333", "between -1 and 1"},
        Case{"not_symmetric",
             with(block +
                  "covariance:\n  parameters: [CL, F]\n  matrix: [[0.09, 0.1], [0.2, 0.25]]\n"),
             "V0511", 13, 26, "row 2, column 1 is 0.2, but row 1, column 2 is 0.1"},
        Case{"rows", with(block + "covariance:\n  parameters: [CL, F]\n  matrix: [[0.09, 0.1]]\n"),
             "V0511", 13, 11, "the matrix must have 2 rows"},
        Case{"row_length",
             with(block + "covariance:\n  parameters: [CL, F]\n  matrix: [[0.09, 0.1], [0.1]]\n"),
             "V0511", 13, 25, "row 2 of the matrix must have 2 numbers"},
        Case{"variance",
             with(block + "covariance:\n  parameters: [CL, F]\n  matrix: [[0.09], [0.0, -0.25]]\n"),
             "V0511", 13, 26, "the variance '-0.25' of 'F' must lie above 0"},
        Case{"nan",
             with(block + "covariance:\n  parameters: [CL, F]\n  matrix: [[nan], [0.0, 0.25]]\n"),
             "V0012", 13, 13, "'nan' is not a number"},
        Case{"unknown_member",
             with(block +
                  "covariance:\n  parameters: [CL, F, X]\n  matrix: [[1], [0, 1], [0, 0, 1]]\n"),
             "V0508", 12, 23, "'X' stands not under 'parameters'"},
        Case{"member_twice",
             with(block + "covariance:\n  parameters: [CL, CL]\n  matrix: [[1], [0, 1]]\n"),
             "V0511", 12, 20, "'CL' stands in the covariance twice"},
        Case{"spread_twice",
             with(two + "covariance:\n  parameters: [CL, V]\n  matrix: [[1], [0, 1]]\n"), "V0511",
             9, 25, "the spread of 'CL' is given here and in 'covariance'"},
        Case{"with_correlations",
             with(block +
                  "covariance: {parameters: [CL], matrix: [[1]]}\nparameter-correlations: []\n"),
             "V0511", 11, 13, "exclude each other"},
        Case{"no_spread", with(block), "V0501", 9, 25, "'CL' has no spread",
             "{log-normal: {cv: 30 %}}"},
        Case{"no_matrix", with(block + "covariance: {parameters: [CL, F]}\n"), "V0009", 11, 13,
             "'matrix' is missing"}),
    [](const auto& it) { return std::string(it.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Parameters, BadPopulation,
    ::testing::Values(
        Case{"nothing", parameter("{from: 20 L/h}"), "V0513", 9, 3, "nothing says how 'CL' varies"},
        Case{"two_forms", parameter("{between-patient: {log-normal: {cv: 1}, normal: {sd: 1}}}"),
             "V0501", 9, 25, "'CL' has more than one form"},
        Case{"no_form", parameter("{between-patient: {}}"), "V0501", 9, 25, "'CL' has no form"},
        Case{"sd_of_log", parameter("{between-patient: {log-normal: {sd: 30 %}}}"), "V0008", 9, 39,
             "unknown key 'sd'"},
        Case{"cv_negative", parameter("{between-patient: {log-normal: {cv: -3 %}}}"), "V0503", 9,
             43, "cv '-3 %' cannot be negative"},
        Case{"cv_percent", parameter("{between-patient: {log-normal: {cv: 30}}}"), "V0503", 9, 43,
             "cv '30' is above 200 %", "did you mean '30 %'?"},
        Case{"cv_300", parameter("{between-patient: {log-normal: {cv: 300 %}}}"), "V0503", 9, 43,
             "cv '300 %' is above 200 %"},
        Case{"logit_sd", parameter("{between-patient: {logit-normal: {sd: 66}}}"), "V0503", 9, 45,
             "sd '66' is above 500 %", "did you mean '66 %'?"},
        Case{"normal_sd", parameter("{between-patient: {normal: {sd: -1 h}}}"), "V0503", 9, 39,
             "sd '-1 h' cannot be negative"},
        Case{"bounds",
             parameter("{between-patient: {log-normal: {cv: 3 %}}, from: 9 L/h, to: 2 L/h}"),
             "V0504", 9, 56, "from '9 L/h' must lie below to '2 L/h'"},
        Case{"bounds_units",
             parameter("{between-patient: {log-normal: {cv: 3 %}}, from: 9 L/h, to: 2 kg}"),
             "V0104", 9, 67, "'2 kg' is in kg"},
        Case{"bounds_negative", parameter("{between-patient: {log-normal: {cv: 3 %}}, to: 0 L/h}"),
             "V0504", 9, 54, "'CL' is always above 0"},
        Case{"bounds_above_one", parameter("{between-patient: {logit-normal: {sd: 1}}, from: 1}"),
             "V0504", 9, 56, "'CL' is always below 1"},
        Case{"unknown_key", parameter("{between-patients: {log-normal: {cv: 3 %}}}"), "V0008", 9, 8,
             "unknown key 'between-patients'", "did you mean 'between-patient'?"}),
    [](const auto& it) { return std::string(it.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Effects, BadPopulation,
    ::testing::Values(
        Case{"unknown", effect("{covariate: weigth, power: 1, reference: 1 kg}"), "V0505", 9, 30,
             "unknown covariate 'weigth'", "did you mean 'weight'?"},
        Case{"no_list", parameter("{effects: {covariate: age}}"), "V0011", 9, 17,
             "'effects' is a list"},
        Case{"no_form", effect("{covariate: weight, reference: 1 kg}"), "V0506", 9, 18,
             "the effect of 'weight' has no form"},
        Case{"two_forms", effect("{covariate: weight, power: 1, linear: 1, reference: 1 kg}"),
             "V0506", 9, 18, "more than one form"},
        Case{"no_reference", effect("{covariate: weight, power: 0.75}"), "V0506", 9, 18,
             "'power' needs a 'reference'", "reference: ... kg"},
        Case{"reference_unit", effect("{covariate: weight, power: 1, reference: 70}"), "V0101", 9,
             59, "'70' needs a unit"},
        Case{"reference_dimension", effect("{covariate: weight, power: 1, reference: 70 cm}"),
             "V0104", 9, 59, "'70 cm' is in cm"},
        Case{"reference_zero", effect("{covariate: weight, power: 1, reference: 0 kg}"), "V0013", 9,
             59, "reference '0 kg' must be above 0"},
        Case{"power_unit", effect("{covariate: weight, power: 1 kg, reference: 1 kg}"), "V0104", 9,
             45, "'1 kg' is in kg"},
        Case{"exponential_unit", effect("{covariate: weight, exponential: 0.1, reference: 1 kg}"),
             "V0101", 9, 51, "'0.1' needs a unit", "1/kg"},
        Case{"power_of_choice", effect("{covariate: sex, power: 1, reference: 1}"), "V0506", 9, 42,
             "'sex' has choices", "`factors`"},
        Case{"power_may_be_negative", effect("{covariate: size, power: 1, reference: 1 cm}"),
             "V0507", 9, 43, "'size' is not always above 0", "a bound with `from:`"},
        Case{"linear_unbounded", effect("{covariate: size, linear: 1, reference: 1 cm}"), "V0507",
             9, 44, "falls below 0 for small 'size'", "`from:`"},
        Case{"linear_unbounded_above", effect("{covariate: weight, linear: -0.1, reference: 1 kg}"),
             "V0507", 9, 46, "falls below 0 for large 'weight'", "`to:`"},
        Case{"linear_at_bound", effect("{covariate: age, linear: -2, reference: 40 years}"),
             "V0507", 9, 43, "the linear factor is -0.75 where 'age' is 75 years", "`to:`"},
        Case{"factors_of_number", effect("{covariate: age, factors: {a: 1}}"), "V0506", 9, 44,
             "'age' is a number"},
        Case{"factor_missing", effect("{covariate: sex, factors: {f: 1}}"), "V0506", 9, 44,
             "the factor for 'm' is missing", "add `m: 1`"},
        Case{"factor_unknown", effect("{covariate: sex, factors: {f: 1, m: 1, x: 1}}"), "V0008", 9,
             57, "unknown key 'x'"},
        Case{"factor_negative", effect("{covariate: sex, factors: {f: 1, m: -1}}"), "V0013", 9, 54,
             "factor '-1' cannot be negative"},
        Case{"factors_reference", effect("{covariate: sex, reference: f, factors: {f: 1, m: 1}}"),
             "V0506", 9, 46, "'factors' have no 'reference'"},
        Case{
            "twice",
            effect(
                "{covariate: sex, factors: {f: 1, m: 2}}, {covariate: sex, factors: {f: 1, m: 2}}"),
            "V0506", 9, 59, "the effect of 'sex' is given twice"}),
    [](const auto& it) { return std::string(it.param.name); });

TEST(PopulationFile, thatIsMissingIsNamed) {
  const testing::TemporaryFolder folder;
  const auto missing = Population::read(folder.path() / "nobody.yaml");
  ASSERT_FALSE(missing);
  EXPECT_EQ(info(missing.error().code).number, "V0001");
  const auto directory = Population::read(folder.path());
  ASSERT_FALSE(directory);
  EXPECT_EQ(info(directory.error().code).number, "V0002");
}

}  // namespace
}  // namespace vesper::population
