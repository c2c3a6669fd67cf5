// Fold errors, their geometric means, the table and the JSON, on comparisons made by hand.
#include "evidence/tables.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

namespace vesper::evidence {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Observation observation(const std::string& id, double value, const std::string& unit, Use use,
                        const std::string& module = "kinetics") {
  Observation one;
  one.id = id;
  one.says = "what " + id + " says";
  one.source = "src-" + id;
  one.value = value;
  one.unit = unit;
  one.use = use;
  one.module = module;
  one.protocol = "tablet";
  one.arm = "50 mg";
  one.readout = "max(X)";
  return one;
}

TEST(Compare, takes_the_ratio_that_is_above_one) {
  const Observation one = observation("x", 10, "ng/mL", Use::fitted);
  EXPECT_DOUBLE_EQ(compare(one, "H1", 20).fold_error, 2);
  EXPECT_DOUBLE_EQ(compare(one, "H1", 5).fold_error, 2);
  EXPECT_DOUBLE_EQ(compare(one, "H1", 10).fold_error, 1);
  for (const double none : {0.0, -3.0, nan, std::numeric_limits<double>::infinity()}) {
    EXPECT_TRUE(std::isnan(compare(one, "H1", none).fold_error)) << none;
    EXPECT_FALSE(compare(one, "H1", none).inside) << none;
  }
}

TEST(Compare, is_inside_by_what_the_observation_accepts) {
  Observation one = observation("x", 40, "%", Use::fitted);
  EXPECT_TRUE(compare(one, "", 80).inside);  // two-fold by default
  EXPECT_FALSE(compare(one, "", 80.1).inside);
  EXPECT_TRUE(compare(one, "", 20).inside);
  one.accept_fold = 1.15;
  EXPECT_TRUE(compare(one, "", 46).inside);
  EXPECT_FALSE(compare(one, "", 46.1).inside);
  EXPECT_TRUE(compare(one, "", 40 / 1.15).inside);
  one.accept_fold.reset();
  one.accept_within = 12;
  EXPECT_TRUE(compare(one, "", 52).inside);
  EXPECT_TRUE(compare(one, "", 28).inside);
  EXPECT_FALSE(compare(one, "", 27.9).inside);
  one.accept_within.reset();
  one.accept_range = {60, 90};
  EXPECT_FALSE(compare(one, "", 40).inside);
  EXPECT_TRUE(compare(one, "", 60).inside);
  EXPECT_TRUE(compare(one, "", 90).inside);
  EXPECT_FALSE(compare(one, "", 90.1).inside);
  one.value = 0;
  one.accept_range = {-1, 1};
  EXPECT_TRUE(compare(one, "", -0.5).inside);
  EXPECT_TRUE(std::isnan(compare(one, "", -0.5).fold_error));
}

RC_GTEST_PROP(CompareProperty, fold_error_is_symmetric_and_free_of_units, ()) {
  const double o = *rc::gen::inRange(1, 100000) / 7.0, p = *rc::gen::inRange(1, 100000) / 11.0;
  const double there = compare(observation("x", o, "mg", Use::fitted), "", p).fold_error;
  const double back = compare(observation("x", p, "mg", Use::fitted), "", o).fold_error;
  const double scaled =
      compare(observation("x", 1000 * o, "ug", Use::fitted), "", 1000 * p).fold_error;
  RC_ASSERT(there >= 1);
  RC_ASSERT(std::abs(there - back) <= 1e-12 * there);
  RC_ASSERT(std::abs(there - scaled) <= 1e-12 * there);
}

const Validation::Mean* find(const std::vector<Validation::Mean>& all,
                             const std::string& hypothesis, const std::string& module, Use use) {
  for (const Validation::Mean& one : all) {
    if (one.hypothesis == hypothesis && one.module == module && one.use == use) return &one;
  }
  return nullptr;
}

TEST(Means, are_geometric_and_keep_fitted_from_judged) {
  const Observation a = observation("a", 10, "mg", Use::fitted),
                    b = observation("b", 10, "mg", Use::fitted),
                    c = observation("c", 10, "mg", Use::fitted, "receptors"),
                    d = observation("d", 10, "mg", Use::judged);
  const std::vector<Comparison> comparisons = {
      compare(a, "H1", 20), compare(a, "H2", 10), compare(b, "H1", 80),   compare(b, "H2", nan),
      compare(c, "H1", 10), compare(c, "H2", 40), compare(d, "H1", 1000), compare(d, "H2", 5)};
  const auto all = means(comparisons);
  const auto* fitted = find(all, "H1", "", Use::fitted);
  ASSERT_NE(fitted, nullptr);
  EXPECT_NEAR(fitted->fold, std::cbrt(2.0 * 8 * 1), 1e-12);  // 1000-fold of d is not in it
  EXPECT_EQ(fitted->n, 3);
  EXPECT_EQ(fitted->inside, 2);
  EXPECT_EQ(fitted->failed, 0);
  EXPECT_NEAR(find(all, "H1", "kinetics", Use::fitted)->fold, 4, 1e-12);
  EXPECT_NEAR(find(all, "H1", "receptors", Use::fitted)->fold, 1, 1e-12);
  EXPECT_NEAR(find(all, "H1", "", Use::judged)->fold, 100, 1e-9);
  EXPECT_EQ(find(all, "H1", "receptors", Use::judged), nullptr);
  const auto* second = find(all, "H2", "", Use::fitted);
  EXPECT_NEAR(second->fold, 2, 1e-12);  // of 1 and 4; the failure has none
  EXPECT_EQ(second->n, 3);
  EXPECT_EQ(second->folds, 2);
  EXPECT_EQ(second->failed, 1);
  EXPECT_EQ(second->inside, 1);
  const std::vector<Comparison> failed = {compare(a, "", nan)};
  EXPECT_TRUE(std::isnan(means(failed)[0].fold));
  EXPECT_EQ(means(failed)[0].failed, 1);
}

TEST(Means, count_a_comparison_without_hypothesis_under_each) {
  const Observation a = observation("a", 10, "mg", Use::fitted),
                    b = observation("b", 10, "mg", Use::fitted);
  const auto all = means({compare(a, "", 20), compare(b, "H1", 80), compare(b, "H2", 10)});
  EXPECT_NEAR(find(all, "H1", "", Use::fitted)->fold, 4, 1e-12);
  EXPECT_NEAR(find(all, "H2", "", Use::fitted)->fold, std::sqrt(2.0), 1e-12);
  EXPECT_EQ(find(all, "", "", Use::fitted), nullptr);
  const auto alone = means({compare(a, "", 20)});
  EXPECT_NEAR(find(alone, "", "", Use::fitted)->fold, 2, 1e-12);
}

Validation example() {
  Validation validation;
  validation.observations = {
      observation("swiss-50mg-cmax", 13.3, "ng/mL", Use::fitted),
      observation("rabiner-5mg-8h", 43, "%", Use::fitted, "receptors"),
      observation("weerts-50mg", 94.9, "%", Use::judged, "receptors"),
      observation("stopped", 4, "h", Use::judged),
      observation("no-change", 0, "ng/mL", Use::judged),
  };
  auto& all = validation.observations;
  all[0].accept_fold = 1.15;
  all[0].low = 10;
  all[0].high = 17;
  all[1].accept_within = 12;
  all[4].accept_range = {-1, 1};
  for (const char* hypothesis : {"H1", "H2", "H3"}) {
    validation.comparisons.push_back(compare(all[0], hypothesis, 15.6));
  }
  validation.comparisons.push_back(compare(all[1], "H1", 41.2));
  validation.comparisons.push_back(compare(all[1], "H2", 40.1));
  validation.comparisons.push_back(compare(all[1], "H3", 22.0));
  for (const double p : {96.0, 95.0, 30.0}) {
    const std::string name = p == 96 ? "H1" : p == 95 ? "H2" : "H3";
    validation.comparisons.push_back(compare(all[2], name, p));
  }
  for (const char* hypothesis : {"H1", "H2", "H3"}) {
    validation.comparisons.push_back(compare(all[3], hypothesis, 4.4));
  }
  validation.comparisons.back().predicted = nan;
  validation.comparisons.back().fold_error = nan;
  validation.comparisons.back().inside = false;
  validation.comparisons.back().failure = "the run of '50 mg' stopped at 3 h: too many steps";
  for (const char* hypothesis : {"H1", "H2", "H3"}) {
    validation.comparisons.push_back(compare(all[4], hypothesis, 0.5));
  }
  validation.means = means(validation.comparisons);
  return validation;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) all.push_back(line);
  return all;
}

std::size_t columns(const std::string& line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
  }));
}

// The line that holds all of these, or "".
std::string line_with(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& line : lines(text)) {
    std::size_t at = 0;
    for (const std::string& part : parts) {
      if (at != std::string::npos) at = line.find(part, at);
    }
    if (at != std::string::npos) return line;
  }
  return "";
}

TEST(Table, shows_observed_predicted_and_verdict_side_by_side) {
  const Validation validation = example();
  const std::string table = validation_table(validation, false);
  EXPECT_NE(line_with(table, {"Fitted", "observed", "H1", "H2", "H3", "source"}), "") << table;
  EXPECT_NE(line_with(table, {"rabiner-5mg-8h", "43 %", "✓  41.2 1.04", "✓  40.1 1.07",
                              "✗  22.0 1.95", "src-"}),
            "")
      << table;
  EXPECT_NE(line_with(table, {"-1.8 points", "-2.9 points", "-21.0 points"}), "") << table;
  // The same under every hypothesis: once.
  const std::string once = line_with(table, {"swiss-50mg-cmax", "13.3 ng/mL", "✗  15.6 1.17"});
  EXPECT_NE(once, "") << table;
  EXPECT_EQ(once.find("15.6"), once.rfind("15.6"));
  EXPECT_NE(line_with(table, {"stopped", "4.40 1.10", "✗ failed"}), "") << table;
  EXPECT_NE(line_with(table, {"no-change", "0 ng/mL", "✓", "0.500", "-"}), "") << table;
  EXPECT_NE(table.find("two-fold"), std::string::npos);
  for (const std::string& line : lines(table)) EXPECT_LE(columns(line), 100u) << line;
  EXPECT_TRUE(table.ends_with("For research and teaching; not medical advice.\n"));
  EXPECT_EQ(table.find('\033'), std::string::npos);
}

TEST(Table, sums_up_and_lists_the_misses) {
  const Validation validation = example();
  const std::string table = validation_table(validation, false);
  const std::string sums = table.substr(table.find("Geometric mean fold error"));
  // sqrt((15.6 / 13.3) * (43 / 41.2)) = 1.106
  EXPECT_NE(line_with(sums, {"  fitted", "1.11  1 of 2"}), "") << sums;
  EXPECT_NE(line_with(sums, {"    kinetics", "1.17  0 of 1"}), "") << sums;
  EXPECT_NE(line_with(sums, {"  judged", "3 of 3", "3 of 3", "1 of 3"}), "") << sums;
  EXPECT_NE(sums.find("left out of the means"), std::string::npos) << sums;
  const std::string misses = sums.substr(sums.find("Misses"));
  const auto all = lines(misses);
  ASSERT_GE(all.size(), 7u);
  EXPECT_EQ(all[1], "  fitted, under every hypothesis");
  EXPECT_EQ(all[2], "    swiss-50mg-cmax     15.6 against 13.3 ng/mL (accepts fold 1.15)");
  EXPECT_EQ(all[3], "  fitted, under H3");
  EXPECT_EQ(all[4], "    rabiner-5mg-8h      22.0 against 43 % (accepts within 12)");
  EXPECT_EQ(all[5], "  judged, under H3");
  EXPECT_EQ(all[6], "    weerts-50mg         30.0 against 94.9 % (accepts fold 2)");
  EXPECT_NE(misses.find("stopped, H3: the run of '50 mg' stopped at 3 h: too many steps"),
            std::string::npos)
      << misses;
}

// A model's own published run is verification: shown and summed up by itself.
TEST(Table, keeps_reproduced_runs_from_predictions) {
  Validation validation;
  validation.observations = {observation("ours", 10, "h", Use::judged),
                             observation("theirs", 393, "pg/mL", Use::reproduced)};
  validation.comparisons = {compare(validation.observations[0], "", 15),
                            compare(validation.observations[1], "", 393)};
  validation.means = means(validation.comparisons);
  EXPECT_NEAR(find(validation.means, "", "", Use::judged)->fold, 1.5, 1e-12);
  EXPECT_NEAR(find(validation.means, "", "", Use::reproduced)->fold, 1, 1e-12);
  const std::string table = validation_table(validation, false);
  const std::size_t title = table.find("Reproduced model runs");
  EXPECT_LT(table.find("ours"), title);
  ASSERT_NE(title, std::string::npos) << table;
  EXPECT_GT(table.find("theirs"), title);
  EXPECT_NE(line_with(table, {"  reproduced", "1.00  1 of 1"}), "") << table;
  EXPECT_NE(line_with(table, {"  judged", "1.50  1 of 1"}), "") << table;
}

// Rivals of one model are no columns of another's.
TEST(Table, keeps_the_hypotheses_of_models_apart) {
  Validation validation;
  validation.observations = {observation("ours", 10, "h", Use::judged),
                             observation("theirs", 10, "h", Use::judged),
                             observation("plain", 10, "h", Use::judged)};
  validation.comparisons = {compare(validation.observations[0], "H1", 15),
                            compare(validation.observations[0], "H2", 30),
                            compare(validation.observations[1], "tight", 12),
                            compare(validation.observations[1], "leaky", 13),
                            compare(validation.observations[2], "", 14)};
  validation.means = means(validation.comparisons);
  const std::string table = validation_table(validation, false);
  EXPECT_NE(line_with(table, {"Judged", "observed", "H1", "H2", "source"}), "") << table;
  EXPECT_EQ(line_with(table, {"H2", "tight", "source"}), "") << table;
  EXPECT_NE(line_with(table, {"observed", "tight", "leaky", "source"}), "") << table;
  EXPECT_NE(line_with(table, {"observed", "predicted", "source"}), "") << table;
  EXPECT_NE(line_with(table, {"theirs", "12.0 1.20", "13.0 1.30"}), "") << table;
}

TEST(Table, aligns_its_columns) {
  const std::string table = validation_table(example(), false);
  const auto start = [&](const std::string& line, const std::string& what) {
    return columns(line.substr(0, line.find(what)));
  };
  const std::string header = line_with(table, {"Fitted", "H3"}),
                    first = line_with(table, {"swiss-50mg-cmax", "✗  15.6", "src-"}),
                    second = line_with(table, {"rabiner-5mg-8h", "✗  22.0", "src-"});
  EXPECT_EQ(start(header, "source"), start(first, "src-"));
  EXPECT_EQ(start(header, "source"), start(second, "src-"));
  EXPECT_EQ(start(header, "H3"), start(second, "✗  22.0") + 2);  // beside the mark
}

TEST(Table, puts_sources_below_where_the_page_is_too_narrow) {
  Validation validation = example();
  validation.observations[1].id = "rabiner-5mg-highest-within-eight-hours";
  const std::string table = validation_table(validation, false);
  EXPECT_EQ(line_with(table, {"Fitted", "source"}), "") << table;
  EXPECT_NE(line_with(table, {"    src-rabiner-5mg-8h", "-1.8 points", "-21.0 points"}), "")
      << table;
  EXPECT_NE(line_with(table, {"    src-swiss-50mg-cmax"}), "") << table;
  EXPECT_NE(table.find("Under each figure its source"), std::string::npos);
  for (const std::string& line : lines(table)) EXPECT_LE(columns(line), 100u) << line;
}

TEST(Table, lists_a_figure_that_all_miss_once_with_its_range) {
  Validation validation;
  validation.observations = {observation("ratio", 10, "1", Use::judged)};
  for (const auto& [hypothesis, p] : {std::pair{"H1", 30.0}, std::pair{"H2", 45.0}}) {
    validation.comparisons.push_back(compare(validation.observations[0], hypothesis, p));
  }
  validation.means = means(validation.comparisons);
  const std::string table = validation_table(validation, false);
  EXPECT_NE(table.find("Misses\n  judged, under every hypothesis\n    ratio               30.0 to "
                       "45.0 against 10 (accepts fold 2)\n\n"),
            std::string::npos)
      << table;
}

TEST(Table, colours_marks_alone_when_asked_to) {
  const std::string colour = validation_table(example(), true);
  EXPECT_NE(colour.find("\033[32m✓\033[0m"), std::string::npos);
  EXPECT_NE(colour.find("\033[31m✗\033[0m"), std::string::npos);
  std::string plain;
  for (std::size_t i = 0; i < colour.size(); ++i) {
    if (colour[i] == '\033') {
      i = colour.find('m', i);
    } else {
      plain += colour[i];
    }
  }
  EXPECT_EQ(plain, validation_table(example(), false));
}

TEST(Table, has_one_column_where_no_model_has_hypotheses) {
  Validation validation;
  validation.observations = {observation("a", 10, "mg", Use::judged)};
  validation.comparisons = {compare(validation.observations[0], "", 11)};
  validation.means = means(validation.comparisons);
  const std::string table = validation_table(validation, false);
  EXPECT_NE(line_with(table, {"Judged", "predicted", "source"}), "") << table;
  EXPECT_EQ(table.find("Fitted"), std::string::npos);
  EXPECT_EQ(table.find("hypothesis"), std::string::npos) << table;
  EXPECT_NE(table.find("Misses\n  none\n"), std::string::npos) << table;
}

TEST(Json, has_an_object_for_each_comparison) {
  const Validation validation = example();
  const auto list = nlohmann::json::parse(validation_json(validation));
  ASSERT_TRUE(list.is_array());
  ASSERT_EQ(list.size(), validation.comparisons.size());
  const auto& first = list[0];
  EXPECT_EQ(first["id"], "swiss-50mg-cmax");
  EXPECT_EQ(first["use"], "fitted");
  EXPECT_EQ(first["hypothesis"], "H1");
  EXPECT_EQ(first["observed"], 13.3);
  EXPECT_EQ(first["predicted"], 15.6);
  EXPECT_EQ(first["unit"], "ng/mL");
  EXPECT_DOUBLE_EQ(first["fold_error"], 15.6 / 13.3);
  EXPECT_EQ(first["inside"], false);
  EXPECT_EQ(first["source"], "src-swiss-50mg-cmax");
  EXPECT_EQ(first["says"], "what swiss-50mg-cmax says");
  EXPECT_EQ(first["module"], "kinetics");
  EXPECT_EQ(first["protocol"], "tablet");
  EXPECT_EQ(first["arm"], "50 mg");
  EXPECT_EQ(first["readout"], "max(X)");
  EXPECT_EQ(first["accept"], (nlohmann::json{{"fold", 1.15}}));
  EXPECT_EQ(first["observed_range"], (nlohmann::json{10, 17}));
  EXPECT_TRUE(first["failure"].is_null());
  EXPECT_FALSE(first.contains("difference_points"));
  EXPECT_NEAR(list[5]["difference_points"].get<double>(), -21, 1e-12);
  EXPECT_EQ(list[5]["accept"], (nlohmann::json{{"within", 12}}));
  EXPECT_EQ(list[6]["use"], "judged");
  EXPECT_EQ(list[6]["accept"], (nlohmann::json{{"fold", 2}}));
  EXPECT_TRUE(list[6]["observed_range"].is_null());
  const auto& failed = list[11];
  EXPECT_TRUE(failed["predicted"].is_null());
  EXPECT_TRUE(failed["fold_error"].is_null());
  EXPECT_TRUE(failed["difference"].is_null());
  EXPECT_EQ(failed["inside"], false);
  EXPECT_EQ(failed["failure"], "the run of '50 mg' stopped at 3 h: too many steps");
  EXPECT_EQ(list[12]["accept"], (nlohmann::json{{"range", {-1, 1}}}));
  EXPECT_TRUE(list[12]["fold_error"].is_null());
  EXPECT_EQ(list[12]["inside"], true);
}

}  // namespace
}  // namespace vesper::evidence
