// Reading protocols and --set arguments: what is right is understood, what is wrong is refused with
// its code and place.
#include "simulate/protocol.h"

#include "simulate/bench.h"

namespace vesper::simulate {
namespace {

const std::string minimal = "model: one\nduration: 24 h\narms: {none: []}\n";

TEST(Protocol, defaults) {
  const Bench bench;
  const auto protocol = bench.protocol(minimal);
  ASSERT_TRUE(protocol) << protocol.error().text();
  EXPECT_EQ(protocol->title, "p");
  EXPECT_EQ(protocol->patients, 0u);
  EXPECT_EQ(protocol->seed, 1u);
  EXPECT_FALSE(protocol->population);
  EXPECT_EQ(protocol->duration, 24);
  EXPECT_EQ(protocol->window_from, 0);
  EXPECT_EQ(protocol->window_label, "all");
  EXPECT_EQ(protocol->thresholds, (std::vector<double>{0.5, 0.8}));
  EXPECT_EQ(protocol->uncertainty_draws, 0u);
  EXPECT_EQ(protocol->relative_tolerance, 1e-6);
  EXPECT_EQ(protocol->absolute_tolerance, 1e-9);
  ASSERT_EQ(protocol->grid.size(), 1u);
  EXPECT_EQ(protocol->grid[0].from, 0);
  EXPECT_EQ(protocol->grid[0].to, 24);
  EXPECT_DOUBLE_EQ(protocol->grid[0].every, 5.0 / 60);  // 288 times
  EXPECT_EQ(bench.protocol(minimal + "population: adults\n")->patients, default_patients);
}

TEST(Protocol, everything_at_once) {
  const Bench bench;
  const auto protocol = bench.protocol(R"(title: All of it
model: one
population: adults
patients: 12
seed: 7
duration: 12 weeks
arms:
  drug: [{product: tablet, every: 24 h, at: "22:00"}]
  placebo: []
hypotheses: [slow, fast]
watch: [plasma drug in pmol/L, target occupancy in %, Gut]
output:
  - {every: 6 h}
  - {from: week 12, every: 30 min}
  - {from: day 3, until: day 3, every: 1 h}
window: last week
thresholds: [30 %, 0.9]
set: {ka: 0.5, CL: 120 mL/min}
uncertainty-draws: 4
tolerances: {relative: 1e-8, absolute: 1e-10}
)");
  ASSERT_TRUE(protocol) << protocol.error().text();
  EXPECT_EQ(protocol->title, "All of it");
  EXPECT_EQ(protocol->patients, 12u);
  EXPECT_EQ(protocol->duration, 2016);
  ASSERT_EQ(protocol->arms.size(), 2u);
  EXPECT_EQ(protocol->arms[0].name, "drug");
  EXPECT_EQ(protocol->arms[0].regimen.items.size(), 1u);
  EXPECT_TRUE(protocol->arms[1].regimen.items.empty());
  EXPECT_EQ(protocol->hypotheses, (std::vector<std::string>{"slow", "fast"}));
  ASSERT_EQ(protocol->watch.size(), 3u);
  EXPECT_EQ(protocol->watch[0].name, "plasma drug");
  EXPECT_EQ(protocol->watch[0].unit->text(), "pmol/L");
  EXPECT_EQ(protocol->watch[1].unit->text(), "%");
  EXPECT_FALSE(protocol->watch[2].unit);
  ASSERT_EQ(protocol->grid.size(), 3u);
  EXPECT_EQ(protocol->grid[1].from, 11 * 168);
  EXPECT_EQ(protocol->grid[1].to, 2016);
  EXPECT_EQ(protocol->grid[2].from, 48);
  EXPECT_EQ(protocol->grid[2].to, 72);
  EXPECT_EQ(protocol->window_from, 2016 - 168);
  EXPECT_EQ(protocol->thresholds, (std::vector<double>{0.3, 0.9}));
  ASSERT_EQ(protocol->settings.size(), 2u);
  EXPECT_EQ(protocol->settings[0].value, 0.5);
  EXPECT_FALSE(protocol->settings[0].unit);
  EXPECT_EQ(protocol->settings[1].unit->text(), "mL/min");
  EXPECT_EQ(protocol->uncertainty_draws, 4u);
  EXPECT_EQ(protocol->relative_tolerance, 1e-8);
}

TEST(Protocol, windows) {
  const Bench bench;
  const std::string week = "model: one\nduration: 1 week\narms: {none: []}\n";
  EXPECT_EQ(bench.protocol(week + "window: last week\n")->window_from, 0);
  EXPECT_EQ(bench.protocol(week + "window: last day\n")->window_from, 144);
  const auto from = bench.protocol(week + "window: {from: day 3}\n");
  EXPECT_EQ(from->window_from, 48);
  EXPECT_EQ(from->window_label, "from day 3");
}

TEST(Protocol, a_name_with_in_is_no_unit) {
  const Bench bench;
  const auto protocol = bench.protocol(minimal + "watch: [drug in brain]\n");
  ASSERT_TRUE(protocol);
  EXPECT_EQ(protocol->watch[0].name, "drug in brain");
  EXPECT_FALSE(protocol->watch[0].unit);
}

struct Bad {
  std::string name;
  std::string text;  // a whole protocol, or with a leading '+' what follows `minimal` (3 lines)
  Code code;
  int line, column;
};

void PrintTo(const Bad& bad, std::ostream* stream) {
  *stream << bad.name;
}

class BadProtocol : public ::testing::TestWithParam<Bad> {};

TEST_P(BadProtocol, is_refused) {
  const Bench bench;
  const Bad& bad = GetParam();
  const bool more = bad.text.starts_with("+");
  const auto study = bench.study(more ? minimal + bad.text.substr(1) : bad.text);
  ASSERT_FALSE(study);
  EXPECT_EQ(info(study.error().code).number, info(bad.code).number) << study.error().text();
  EXPECT_EQ(study.error().place.line, bad.line) << study.error().text();
  EXPECT_EQ(study.error().place.column, bad.column) << study.error().text();
  EXPECT_EQ(study.error().exit_code(), 2);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadProtocol,
    ::testing::Values(
        Bad{"empty", "\n", Code::empty_file, 0, 0},
        Bad{"list", "- model: one\n", Code::wrong_type, 1, 1},
        Bad{"unknown_key", "+dration: 3 h\n", Code::unknown_key, 4, 1},
        Bad{"no_model", "duration: 24 h\narms: {a: []}\n", Code::missing_key, 1, 1},
        Bad{"model_missing", "model: onne\nduration: 24 h\narms: {a: []}\n", Code::file_not_found,
            1, 8},
        Bad{"model_list", "model: [one]\nduration: 24 h\narms: {a: []}\n", Code::wrong_type, 1, 8},
        Bad{"no_duration", "model: one\narms: {a: []}\n", Code::missing_key, 1, 1},
        Bad{"duration_bare", "model: one\nduration: 24\narms: {a: []}\n", Code::missing_unit, 2,
            11},
        Bad{"duration_mass", "model: one\nduration: 24 mg\narms: {a: []}\n", Code::wrong_dimension,
            2, 11},
        Bad{"duration_negative", "model: one\nduration: -1 h\narms: {a: []}\n", Code::out_of_range,
            2, 11},
        Bad{"duration_endless", "model: one\nduration: 101 years\narms: {a: []}\n",
            Code::out_of_range, 2, 11},
        Bad{"no_arms", "model: one\nduration: 24 h\n", Code::missing_key, 1, 1},
        Bad{"arms_empty", "model: one\nduration: 24 h\narms: {}\n", Code::no_arms, 3, 7},
        Bad{"arms_list", "model: one\nduration: 24 h\narms: [a]\n", Code::wrong_type, 3, 7},
        Bad{"arm_not_list", "model: one\nduration: 24 h\narms: {a: none}\n", Code::wrong_type, 3,
            11},
        Bad{"arm_twice", "model: one\nduration: 24 h\narms: {a: [], a: []}\n", Code::duplicate_key,
            3, 15},
        Bad{"product_missing", "model: one\nduration: 24 h\narms: {a: [{product: tabblet}]}\n",
            Code::file_not_found, 3, 22},
        Bad{"population_missing", "+population: adlts\n", Code::file_not_found, 4, 13},
        Bad{"patients_zero", "+population: adults\npatients: 0\n", Code::too_many_patients, 5, 11},
        Bad{"patients_many", "+population: adults\npatients: 10000001\n", Code::too_many_patients,
            5, 11},
        Bad{"patients_half", "+population: adults\npatients: 1.5\n", Code::bad_number, 5, 11},
        Bad{"patients_alike", "+patients: 5\n", Code::nothing_varies, 4, 11},
        Bad{"seed_negative", "+seed: -1\n", Code::out_of_range, 4, 7},
        Bad{"hypothesis_unknown", "+hypotheses: [slwo]\n", Code::unknown_hypothesis, 4, 14},
        Bad{"hypothesis_twice", "+hypotheses: [slow, slow]\n", Code::duplicate_key, 4, 20},
        Bad{"hypothesis_all_and", "+hypotheses: [all, slow]\n", Code::unknown_choice, 4, 14},
        Bad{"watch_unknown", "+watch: [plasma drg]\n", Code::unknown_output, 4, 9},
        Bad{"watch_unit_unknown", "+watch: [plasma drug in ng/mLL]\n", Code::unknown_unit, 4, 9},
        Bad{"watch_unit_wrong", "+watch: [plasma drug in ng/mL]\n", Code::watch_unit, 4, 9},
        Bad{"watch_twice", "+watch: [plasma drug, C]\n", Code::watched_twice, 4, 22},
        Bad{"watch_list", "+watch: [[C]]\n", Code::wrong_type, 4, 9},
        Bad{"output_no_every", "+output: [{from: 1 h}]\n", Code::missing_key, 4, 10},
        Bad{"output_zero", "+output: [{every: 0 h}]\n", Code::out_of_range, 4, 18},
        Bad{"output_key", "+output: [{every: 1 h, to: 3 h}]\n", Code::unknown_key, 4, 23},
        Bad{"output_late", "+output: [{from: day 3, every: 1 h}]\n", Code::bad_stretch, 4, 10},
        Bad{"output_beyond", "+output: [{until: 25 h, every: 1 h}]\n", Code::bad_stretch, 4, 10},
        Bad{"output_million", "+output: [{every: 0.01 s}]\n", Code::too_many_points, 4, 10},
        Bad{"window_word", "+window: last year\n", Code::unknown_choice, 4, 9},
        Bad{"window_long", "+window: last week\n", Code::bad_stretch, 4, 9},
        Bad{"window_after", "+window: {from: day 2}\n", Code::bad_stretch, 4, 9},
        Bad{"threshold_high", "+thresholds: [150 %]\n", Code::out_of_range, 4, 14},
        Bad{"threshold_unit", "+thresholds: [5 mg]\n", Code::wrong_dimension, 4, 14},
        Bad{"set_unknown", "+set: {CLL: 5}\n", Code::unknown_parameter, 4, 7},
        Bad{"set_unit", "+set: {CL: 5 mg}\n", Code::setting_unit, 4, 7},
        Bad{"set_nan", "+set: {CL: nan}\n", Code::bad_quantity, 4, 11},
        Bad{"set_list", "+set: [CL]\n", Code::wrong_type, 4, 6},
        Bad{"draws_many", "+uncertainty-draws: 1000000\n", Code::out_of_range, 4, 20},
        Bad{"tolerance_zero", "+tolerances: {relative: 0}\n", Code::out_of_range, 4, 24},
        Bad{"tolerance_key", "+tolerances: {rel: 1e-6}\n", Code::unknown_key, 4, 14},
        Bad{"tolerance_negative", "+tolerances: {absolute: -1}\n", Code::out_of_range, 4, 24}),
    [](const auto& param) { return param.param.name; });

TEST(Protocol, missing_file_and_folder) {
  const Bench bench;
  EXPECT_EQ(read_protocol(bench.path() / "none.yaml", bench.search()).error().code,
            Code::file_not_found);
  EXPECT_EQ(read_protocol(bench.path(), bench.search()).error().code, Code::not_a_file);
}

TEST(Settings, are_parsed) {
  const auto plain = parse_setting("CL=120");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->name, "CL");
  EXPECT_EQ(plain->value, 120);
  EXPECT_FALSE(plain->unit);
  const auto with_unit = parse_setting(" pk.CL = 2.5e1 L/h");
  ASSERT_TRUE(with_unit);
  EXPECT_EQ(with_unit->name, "pk.CL");
  EXPECT_EQ(with_unit->value, 25);
  EXPECT_EQ(with_unit->unit->text(), "L/h");
  EXPECT_EQ(parse_setting("CL=-3")->value, -3);
}

TEST(Settings, are_refused) {
  EXPECT_EQ(parse_setting("CL").error().code, Code::bad_setting);
  EXPECT_EQ(parse_setting("=3").error().code, Code::bad_setting);
  EXPECT_EQ(parse_setting("").error().code, Code::bad_setting);
  EXPECT_EQ(parse_setting("CL=").error().code, Code::bad_quantity);
  EXPECT_EQ(parse_setting("CL=nan").error().code, Code::bad_quantity);
  EXPECT_EQ(parse_setting("CL=inf").error().code, Code::bad_quantity);
  EXPECT_EQ(parse_setting("CL=1e999").error().code, Code::bad_number);
  EXPECT_EQ(parse_setting("CL=3 frogs").error().code, Code::unknown_unit);
}

}  // namespace
}  // namespace vesper::simulate
