// What each reader of this room says to input that is wrong: code, line, column, words.
#include <ostream>

#include "dosing/folder.h"

namespace vesper::dosing {
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

template <class T>
void expect_refused(const Result<T>& result, const Case& it) {
  ASSERT_FALSE(result) << it.text;
  const Diagnostic& error = result.error();
  EXPECT_EQ(info(error.code).number, it.code) << error.text();
  EXPECT_EQ(error.place.line, it.line) << error.text();
  EXPECT_EQ(error.place.column, it.column) << error.text();
  EXPECT_NE(error.message.find(it.message), std::string::npos) << error.text();
  EXPECT_NE(error.mend.find(it.mend), std::string::npos) << error.text();
  EXPECT_EQ(error.exit_code(), 2);
}

std::string product_with(const std::string& more) {
  return "name: P\ncontent: {drug: naltrexone, amount: 5 mg, as: base}\nroute: oral\n" + more;
}

class BadProduct : public ::testing::TestWithParam<Case> {};
TEST_P(BadProduct, isRefused) {
  expect_refused(Folder().product(GetParam().text), GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Dosing, BadProduct,
    ::testing::Values(
        Case{"empty", "", "V0006", 0, 0, "empty"},
        Case{"list", "- a\n", "V0011", 1, 1, "a mapping is wanted here, not a list"},
        Case{"no_content", "name: P\nroute: oral\n", "V0009", 1, 1, "'content' is missing"},
        Case{"no_name", "route: oral\n", "V0009", 1, 1, "'name' is missing"},
        Case{"unknown_key", product_with("releese: []\n"), "V0008", 4, 1, "unknown key 'releese'",
             "did you mean 'release'?"},
        Case{"unknown_route",
             "name: P\ncontent: {drug: naltrexone, amount: 5 mg, as: base}\nroute: orral\n",
             "V0014", 3, 8, "'orral' is not a choice", "did you mean 'oral'?"},
        Case{"unknown_drug",
             "name: P\ncontent: {drug: naltrexon, amount: 5 mg, as: base}\nroute: oral\n", "V0401",
             2, 17, "no drugs.yaml describes 'naltrexon'", "did you mean 'naltrexone'?"},
        Case{"unknown_form",
             "name: P\ncontent: {drug: naltrexone, amount: 5 mg, as: hydrochlorid}\nroute: oral\n",
             "V0402", 2, 47, "'hydrochlorid' is no form of naltrexone",
             "did you mean 'hydrochloride'?"},
        Case{"no_form", "name: P\ncontent: {drug: naltrexone, amount: 5 mg}\nroute: oral\n",
             "V0009", 2, 10, "'as' is missing"},
        Case{"bare_amount",
             "name: P\ncontent: {drug: naltrexone, amount: 5, as: base}\nroute: oral\n", "V0101", 2,
             37, "'5' needs a unit", "5 mg"},
        Case{"amount_in_hours",
             "name: P\ncontent: {drug: naltrexone, amount: 5 h, as: base}\nroute: oral\n", "V0104",
             2, 37, "'5 h' is in h, but mg is wanted here"},
        Case{"unknown_unit",
             "name: P\ncontent: {drug: naltrexone, amount: 5 mgg, as: base}\nroute: oral\n",
             "V0103", 2, 39, "unknown unit 'mgg'", "did you mean 'mg'?"},
        Case{"zero_amount",
             "name: P\ncontent: {drug: naltrexone, amount: 0 mg, as: base}\nroute: oral\n", "V0013",
             2, 37, "amount '0 mg' must be above 0"},
        Case{"negative_amount",
             "name: P\ncontent: {drug: naltrexone, amount: -5 mg, as: base}\nroute: oral\n",
             "V0013", 2, 37, "amount '-5 mg' must be above 0"},
        Case{"nan_amount",
             "name: P\ncontent: {drug: naltrexone, amount: nan mg, as: base}\nroute: oral\n",
             "V0102", 2, 37, "'nan mg' is not a quantity"},
        Case{"sum_below",
             product_with(
                 "release:\n  - {fraction: 0.5, bolus: yes}\n  - {fraction: 0.4, bolus: yes}\n"),
             "V0403", 5, 3, "sum to 0.9, not to 1", "0.1 is unaccounted for"},
        Case{"sum_above",
             product_with(
                 "release:\n  - {fraction: 0.6, bolus: yes}\n  - {fraction: 0.6, bolus: yes}\n"),
             "V0403", 5, 3, "sum to 1.2, not to 1", "0.2 is too much"},
        Case{"percent_forgotten",
             product_with(
                 "release:\n  - {fraction: 50, bolus: yes}\n  - {fraction: 50, bolus: yes}\n"),
             "V0013", 5, 16, "fraction '50' must lie above 0 and be at most 1",
             "did you mean '50 %'?"},
        Case{"negative_fraction",
             product_with(
                 "release:\n  - {fraction: -0.5, bolus: yes}\n  - {fraction: 1.5, bolus: yes}\n"),
             "V0013", 5, 16, "fraction '-0.5'"},
        Case{"no_fraction",
             product_with("release:\n  - {bolus: yes}\n  - {fraction: 0.5, bolus: yes}\n"), "V0009",
             5, 5, "'fraction' is missing"},
        Case{"no_kind", product_with("release:\n  - {fraction: 1}\n"), "V0404", 5, 5,
             "does not say how it is released", "give one of bolus"},
        Case{"two_kinds", product_with("release:\n  - {bolus: yes, zero-order: 2 h}\n"), "V0404", 5,
             5, "in more than one way"},
        Case{"bolus_no", product_with("release:\n  - {bolus: no}\n"), "V0404", 5, 13,
             "'bolus: no'"},
        Case{"no_parts", product_with("release: []\n"), "V0404", 4, 10, "no part"},
        Case{"release_no_list", product_with("release: {bolus: yes}\n"), "V0011", 4, 10,
             "'release' is a list of parts"},
        Case{"duration_without_unit", product_with("release: [{zero-order: 2}]\n"), "V0101", 4, 24,
             "'2' needs a unit"},
        Case{"zero_duration", product_with("release: [{zero-order: 0 h}]\n"), "V0013", 4, 24,
             "zero-order '0 h' must be above 0"},
        Case{"rate_as_time", product_with("release: [{first-order: 2 h}]\n"), "V0104", 4, 25,
             "'2 h' is in h"},
        Case{"gamma_shape", product_with("release: [{gamma: {shape: 0.5, scale: 2 h}}]\n"), "V0013",
             4, 27, "gamma shape '0.5' must lie between 1 and 1000", "infinite rate"},
        Case{"gamma_scale", product_with("release: [{gamma: {shape: 2, scale: -2 h}}]\n"), "V0013",
             4, 37, "scale '-2 h' must be above 0"},
        Case{"gamma_key", product_with("release: [{gamma: {shape: 2, rate: 2 /h}}]\n"), "V0008", 4,
             30, "unknown key 'rate'"},
        Case{"bioavailability", product_with("bioavailability: 96\n"), "V0013", 4, 18,
             "bioavailability '96'", "did you mean '96 %'?"},
        Case{"negative_lag", product_with("lag: -10 min\n"), "V0013", 4, 6,
             "lag '-10 min' cannot be negative"},
        Case{"food_does_nothing", product_with("food: {bioavailability: 1}\n"), "V0405", 4, 7,
             "'food' changes nothing"},
        Case{"food_rate_on_bolus", product_with("food: {rate: 0.5}\n"), "V0405", 4, 14,
             "means nothing where all is released at once"},
        Case{"food_factor_zero", product_with("food: {bioavailability: 0}\n"), "V0013", 4, 25,
             "bioavailability '0' must be above 0"},
        Case{"divisible_maybe", product_with("divisible: perhaps\n"), "V0011", 4, 12,
             "'perhaps' is neither yes nor no"},
        Case{"sources_nested", product_with("sources: [[a]]\n"), "V0011", 4, 11,
             "a single value is wanted here, not a list"}),
    [](const auto& it) { return std::string(it.param.name); });

class BadDrugs : public ::testing::TestWithParam<Case> {};
TEST_P(BadDrugs, areRefused) {
  const Folder folder;
  folder.write("products/drugs.yaml", GetParam().text);
  expect_refused(folder.product(tablet_yaml), GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Dosing, BadDrugs,
    ::testing::Values(Case{"list", "- naltrexone\n", "V0011", 1, 1, "drugs are a mapping"},
                      Case{"no_mass", "naltrexone: {source: a}\n", "V0009", 1, 13,
                           "'molar-mass' is missing"},
                      Case{"mass_no_map", "naltrexone: {molar-mass: 341 g/mol, source: a}\n",
                           "V0011", 1, 26, "a mapping of its forms", "{base: 341.41 g/mol"},
                      Case{"no_source", "naltrexone: {molar-mass: {base: 341 g/mol}}\n", "V0009", 1,
                           13, "'source' is missing"},
                      Case{"mass_unit", "naltrexone: {molar-mass: {base: 341 g}, source: a}\n",
                           "V0104", 1, 33, "'341 g' is in g, but g/mol is wanted"},
                      Case{"mass_zero", "naltrexone: {molar-mass: {base: 0 g/mol}, source: a}\n",
                           "V0013", 1, 33, "molar mass '0 g/mol' must be above 0"},
                      Case{"form_name", "naltrexone: {molar-mass: {3 base: 3 g/mol}, source: a}\n",
                           "V0402", 1, 27, "'3 base' cannot name a form"},
                      Case{"twice", "naltrexone: {source: a}\nnaltrexone: {source: a}\n", "V0010",
                           2, 1, "'naltrexone' is given twice"}),
    [](const auto& it) { return std::string(it.param.name); });

class BadRegimen : public ::testing::TestWithParam<Case> {};
TEST_P(BadRegimen, isRefused) {
  expect_refused(Folder().regimen(GetParam().text), GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Dosing, BadRegimen,
    ::testing::Values(
        Case{"no_list", "product: tablet\n", "V0011", 1, 1, "a regimen is a list", "`- `"},
        Case{"no_product", "- {every: 24 h}\n", "V0009", 1, 3, "'product' is missing"},
        Case{"unknown_product", "- {product: tablt}\n", "V0001", 1, 13, "'tablt'",
             "did you mean 'tablet'?"},
        Case{"unknown_key", "- {product: tablet, evry: 24 h}\n", "V0008", 1, 21,
             "unknown key 'evry'", "did you mean 'every'?"},
        Case{"count_and_dose", "- {product: tablet, count: 1, dose: 50 mg}\n", "V0406", 1, 28,
             "'count' and 'dose' both say how much", "keep one of them"},
        Case{"negative_dose", "- {product: tablet, dose: -50 mg}\n", "V0013", 1, 27,
             "dose '-50 mg' cannot be negative"},
        Case{"negative_count", "- {product: tablet, count: -1}\n", "V0013", 1, 28,
             "count '-1' cannot be negative"},
        Case{"dose_without_unit", "- {product: tablet, dose: 50}\n", "V0101", 1, 27,
             "'50' needs a unit"},
        Case{"dose_unit", "- {product: tablet, dose: 4.5 mgg, every: 24 h}\n", "V0103", 1, 31,
             "'4.5 mgg' has an unknown unit 'mgg'", "did you mean 'mg'?"},
        Case{"dose_unit_and_form", "- {product: tablet, dose: 4.5 mgg base}\n", "V0103", 1, 31,
             "unknown unit 'mgg'", "did you mean 'mg'?"},
        Case{"dose_in_hours", "- {product: tablet, dose: 4 h}\n", "V0104", 1, 27, "'4 h' is in h"},
        Case{"dose_form", "- {product: tablet, dose: 50 mg sulfate}\n", "V0402", 1, 33,
             "'sulfate' is no form of naltrexone", "one of: base, hydrochloride"},
        Case{"dose_moles_of_form", "- {product: solution, dose: 5 umol base}\n", "V0402", 1, 36,
             "needs no form", "write `5 umol`"},
        Case{"dose_nan", "- {product: tablet, dose: nan}\n", "V0102", 1, 27,
             "'nan' is not a quantity"},
        Case{"dose_empty", "- {product: tablet, dose: \"\"}\n", "V0102", 1, 27,
             "'' is not a quantity"},
        Case{"dose_long_form", "- {product: tablet, dose: 50 mg of the salt}\n", "V0402", 1, 33,
             "'of the salt' is no form of naltrexone"},
        Case{"dose_list", "- {product: tablet, dose: [1 mg]}\n", "V0011", 1, 27,
             "a single value is wanted here, not a list"},
        Case{"dose_huge", "- {product: solution, dose: 2000 kg}\n", "V0013", 1, 29,
             "more than 1 kg"},
        Case{"half_tablet", "- {product: tablet, dose: 25 mg}\n", "V0407", 1, 27,
             "'25 mg' is 0.5 units of 'tablet', which holds 50 mg", "nearest: 50 mg (count: 1)"},
        Case{"one_and_a_half", "- {product: tablet, count: 1.5}\n", "V0407", 1, 28,
             "'1.5' is 1.5 units of 'tablet'", "50 mg (count: 1) or 100 mg (count: 2)"},
        Case{"base_of_salt", "- {product: capsule, dose: 1.5 mg base}\n", "V0407", 1, 28,
             "1.107 units", "1.5 mg (count: 1) or 3 mg (count: 2)"},
        Case{"every_zero", "- {product: tablet, every: 0 h}\n", "V0013", 1, 28,
             "every '0 h' must be above 0"},
        Case{"every_negative", "- {product: tablet, every: -24 h}\n", "V0013", 1, 28,
             "must be above 0"},
        Case{"every_bare", "- {product: tablet, every: 24}\n", "V0101", 1, 28, "'24' needs a unit",
             "24 h"},
        Case{"every_second", "- {product: tablet, every: 1 s}\n", "V0013", 1, 28,
             "shorter than a minute", "zero-order"},
        Case{"clock_24", "- {product: tablet, at: \"24:00\"}\n", "V0408", 1, 25,
             "'24:00' is not a clock time", "midnight is \"00:00\""},
        Case{"clock_25", "- {product: tablet, at: \"25:10\"}\n", "V0408", 1, 25, "'25:10'",
             "from 00:00 to 23:59"},
        Case{"clock_60", "- {product: tablet, at: 22:60}\n", "V0408", 1, 25, "'22:60'"},
        Case{"clock_pm", "- {product: tablet, at: 10 pm}\n", "V0408", 1, 25, "'10 pm'",
             "such as \"22:00\""},
        Case{"clock_seconds", "- {product: tablet, at: \"22:00:30\"}\n", "V0408", 1, 25,
             "'22:00:30'"},
        Case{"clock_short", "- {product: tablet, at: \"22:0\"}\n", "V0408", 1, 25, "'22:0'"},
        Case{"clock_negative", "- {product: tablet, at: \"-2:00\"}\n", "V0408", 1, 25, "'-2:00'"},
        Case{"day_zero", "- {product: tablet, from: day 0}\n", "V0409", 1, 27,
             "the first day is day 1", "did you mean 'day 1'?"},
        Case{"day_half", "- {product: tablet, from: day 1.5}\n", "V0409", 1, 27,
             "a whole number is wanted"},
        Case{"day_none", "- {product: tablet, from: week}\n", "V0409", 1, 27, "names no week"},
        Case{"days_fifteen", "- {product: tablet, from: days 15}\n", "V0409", 1, 27,
             "'days 15' is not a time", "`day 15` is a date"},
        Case{"from_bare", "- {product: tablet, from: 15}\n", "V0101", 1, 27, "'15' needs a unit",
             "did you mean 'day 15' or '15 h'?"},
        Case{"from_clock", "- {product: tablet, from: \"22:00\"}\n", "V0409", 1, 27,
             "'22:00' is not a time point", "belongs into `at`"},
        Case{"from_word", "- {product: tablet, from: tomorrow}\n", "V0409", 1, 27,
             "'tomorrow' is not a time point"},
        Case{"from_negative", "- {product: tablet, from: -3 h}\n", "V0013", 1, 27,
             "cannot be negative"},
        Case{"from_far", "- {product: tablet, from: day 99999999}\n", "V0013", 1, 27, "114 years"},
        Case{"until_before", "- {product: tablet, every: 24 h, from: day 9, until: day 8}\n",
             "V0410", 1, 54, "until 'day 8' lies before 'from'", "exchange"},
        Case{"until_before_first", "- {product: tablet, every: 24 h, at: \"22:00\", until: 20 h}\n",
             "V0410", 1, 54, "lies before the first dose, at 22 h"},
        Case{"until_alone", "- {product: tablet, until: day 8}\n", "V0406", 1, 28,
             "'until' without 'every'", "add `every: 24 h`"},
        Case{"adherence", "- {product: tablet, adherence: 85}\n", "V0013", 1, 32, "adherence '85'",
             "did you mean '85 %'?"},
        Case{"adherence_negative", "- {product: tablet, adherence: -5 %}\n", "V0013", 1, 32,
             "must lie between 0 and 1"},
        Case{"food_unknown", "- {product: tablet, with-food: yes}\n", "V0405", 1, 32,
             "'tablet' does not say what a meal changes"},
        Case{"food_maybe", "- {product: tablet, with-food: 1}\n", "V0011", 1, 32,
             "neither yes nor no"},
        Case{"same_twice", "- {product: tablet}\n- {product: tablet}\n", "V0411", 2, 3,
             "'tablet' is given twice at day 1 00:00", "`count`"},
        Case{"steps_meet",
             "- {product: capsule, every: 24 h, at: \"22:00\", until: day 14}\n"
             "- {product: tablet, every: 24 h, at: \"22:00\", from: day 14}\n",
             "V0411", 2, 3,
             "the last 'capsule' and the first 'tablet' are both given at day 14 22:00",
             "a day later"}),
    [](const auto& it) { return std::string(it.param.name); });

}  // namespace
}  // namespace vesper::dosing
