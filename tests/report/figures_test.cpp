#include "report/figures.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>

#include "report/sample.h"

namespace vesper::report {
namespace {

using Json = nlohmann::json;

std::vector<Figure> all_figures(const Story& story) {
  std::vector<std::optional<Figure>> made = {hours_figure(story), uncertainty_figure(story)};
  for (std::size_t output = 0; output < story.outputs.size(); ++output) {
    made.push_back(whole_figure(story, output));
    made.push_back(detail_figure(story, output));
    made.push_back(parameters_figure(story, output));
  }
  std::vector<Figure> figures;
  for (auto& figure : made) {
    if (figure) figures.push_back(std::move(*figure));
  }
  return figures;
}

void visit(const Json& node, const std::function<void(const Json&)>& see) {
  see(node);
  if (node.is_structured()) {
    for (const Json& child : node) visit(child, see);
  }
}

std::set<std::string> fields_of(const Json& rows) {
  std::set<std::string> fields;
  for (const Json& row : rows) {
    for (const auto& [key, value] : row.items()) fields.insert(key);
  }
  return fields;
}

void gather_fields(const Json& node, std::set<std::string>& fields) {
  if (!node.is_object()) return;
  if (node.contains("field")) fields.insert(node["field"].get<std::string>());
  for (const auto& [key, value] : node.items()) {
    if (key != "sort") gather_fields(value, fields);
  }
}

// Walks views as Vega-Lite does: data and encodings are inherited, transforms add fields.
void check_view(const Json& view, std::set<std::string> known, const Json& datasets, int& marks) {
  if (view.contains("data")) {
    const Json& data = view["data"];
    if (data.contains("name")) {
      ASSERT_TRUE(datasets.contains(data["name"].get<std::string>()));
      known = fields_of(datasets[data["name"].get<std::string>()]);
    } else {
      known = fields_of(data.at("values"));
    }
  }
  for (const Json& transform : view.value("transform", Json::array())) {
    if (transform.contains("as")) known.insert(transform["as"].get<std::string>());
    if (transform.contains("lookup")) {
      EXPECT_TRUE(known.contains(transform["lookup"].get<std::string>()));
      for (const Json& field : transform["from"]["fields"]) known.insert(field.get<std::string>());
    }
    if (transform.contains("filter") && transform["filter"].is_object()) {
      EXPECT_TRUE(known.contains(transform["filter"]["field"].get<std::string>()));
    }
  }
  if (view.contains("encoding")) {
    std::set<std::string> used;
    for (const auto& [channel, definition] : view["encoding"].items()) {
      if (definition.is_array()) {
        for (const Json& one : definition) gather_fields(one, used);
      } else {
        gather_fields(definition, used);
      }
    }
    // A shared y names its field for scale and axis; layers with data of their own override it.
    for (const std::string& field : used) EXPECT_TRUE(known.contains(field)) << field;
  }
  if (view.contains("mark")) {
    ++marks;
    EXPECT_TRUE(view.contains("encoding"));
  }
  for (const char* parts : {"layer", "hconcat", "vconcat"}) {
    for (const Json& part : view.value(parts, Json::array()))
      check_view(part, known, datasets, marks);
  }
}

TEST(Figures, HaveWhatVegaLiteNeeds) {
  const std::vector<Figure> figures = all_figures(sample::story());
  ASSERT_EQ(figures.size(), 8u);
  std::set<std::string> ids;
  for (const Figure& figure : figures) {
    SCOPED_TRACE(figure.id);
    EXPECT_TRUE(ids.insert(figure.id).second);
    EXPECT_EQ(figure.spec["$schema"], "https://vega.github.io/schema/vega-lite/v6.json");
    EXPECT_FALSE(figure.spec["description"].get<std::string>().empty());
    int marks = 0;
    check_view(figure.spec, {}, figure.spec.value("datasets", Json::object()), marks);
    EXPECT_GT(marks, 0);
  }
}

TEST(Figures, NameTheirParametersOnceAndUseNoOthers) {
  for (const Figure& figure : all_figures(sample::story())) {
    SCOPED_TRACE(figure.id);
    std::multiset<std::string> made;
    std::set<std::string> used;
    visit(figure.spec, [&](const Json& node) {
      if (!node.is_object()) return;
      for (const Json& param : node.value("params", Json::array())) {
        made.insert(param["name"].get<std::string>());
      }
      if (node.contains("param")) used.insert(node["param"].get<std::string>());
    });
    for (const std::string& name : made) EXPECT_EQ(made.count(name), 1u) << name;
    for (const std::string& name : used) EXPECT_TRUE(made.contains(name)) << name;
  }
}

TEST(Figures, HoldFiniteNumbersAlone) {
  Story story = sample::story();
  story.summary.series[0].typical[5] = std::nan("");
  story.summary.series[0].patients[7] = {};  // nobody has a value there
  story.summary.series[0].patients[7].q50 = std::nan("");
  for (const Figure& figure : all_figures(story)) {
    SCOPED_TRACE(figure.id);
    EXPECT_EQ(Json::parse(figure.spec.dump()), figure.spec);  // NaN would come back as null
  }
}

// Names may hold anything; Vega-Lite evaluates `expr`, `calculate`, string filters and `labelExpr`.
TEST(Figures, KeepNamesOutOfExpressions) {
  Story story = sample::story();
  const std::string evil = "evil';alert(1)//";
  story.arms[0].name = evil;
  story.outputs[0].label = evil;
  story.outputs[1].label = evil;
  story.hypotheses[0].label = evil;
  story.arms[0].doses[0].step = evil;
  std::vector<Figure> figures = all_figures(story);
  for (int i = 0; i < 5; ++i) {  // enough arms to be colours
    story.arms.push_back(story.arms[0]);
    for (std::size_t h = 0; h < 3; ++h) {
      auto series = *find_series(story, 0, h, 0);
      series.arm = story.arms.size() - 1;
      story.summary.series.push_back(series);
    }
  }
  for (Figure& figure : all_figures(story)) figures.push_back(std::move(figure));
  for (const Figure& figure : figures) {
    visit(figure.spec, [&](const Json& node) {
      if (!node.is_object()) return;
      for (const char* key :
           {"calculate", "expr", "labelExpr", "filter", "test", "signal", "field"}) {
        if (!node.contains(key) || !node[key].is_string()) continue;
        EXPECT_EQ(node[key].get<std::string>().find("evil"), std::string::npos) << node[key];
      }
    });
  }
}

TEST(Figures, ShowCurvesThatAgreeOnce) {
  const Story story = sample::story();
  EXPECT_EQ(whole_figure(story, 0)->spec["vconcat"][0]["hconcat"].size(), 1u);
  EXPECT_EQ(whole_figure(story, 1)->spec["vconcat"][0]["hconcat"].size(), 3u);
}

TEST(Figures, LeaveOutArmsThatAreZeroAndSaySo) {
  const Story story = sample::story();
  EXPECT_EQ(drawn_arms(story, 1), std::vector<std::size_t>{0});
  EXPECT_NE(whole_figure(story, 1)->caption.find("0 throughout: placebo"), std::string::npos);
}

TEST(Figures, ThinTheWholeRunButNotTheDetail) {
  Story story = sample::story();
  story.grid.clear();
  story.summary.series.clear();
  for (double t = 0; t <= story.duration; t += 0.1) story.grid.push_back(t);
  for (std::size_t h = 0; h < 3; ++h) sample::add_curves(story, 0, h);
  const auto rows = [](const Figure& figure) { return figure.spec["datasets"]["curves"]; };
  const Json whole = rows(*whole_figure(story, 0));
  EXPECT_LE(whole.size(), 400u);
  EXPECT_GT(whole.size(), 300u);
  double peak = 0, shown = 0;
  for (const auto& band : find_series(story, 0, 0, 0)->patients) peak = std::max(peak, band.q95);
  for (const Json& row : whole) shown = std::max(shown, row["hi"].get<double>());
  EXPECT_NEAR(shown, peak, 1e-3 * peak);
  EXPECT_EQ(detail_range(story), std::pair(12 * 24.0, 14 * 24.0));
}

// Nightly doses over months: a line would fill the panel.
TEST(Figures, ShowLowsAndHighsWhereCyclesAreCrowded) {
  Story story = sample::story();
  story.duration = 12 * 168;
  story.grid.clear();
  story.arms[0].dose_times.clear();
  story.summary.series.clear();
  for (double t = 0; t <= story.duration; t += 2) story.grid.push_back(t);
  for (double t = 22; t < story.duration; t += 24) story.arms[0].dose_times.push_back(t);
  for (std::size_t h = 0; h < 3; ++h) sample::add_curves(story, 0, h);
  const auto figure = whole_figure(story, 1);
  int marks = 0;
  check_view(figure->spec, {}, figure->spec["datasets"], marks);
  EXPECT_GT(marks, 0);
  EXPECT_NE(figure->caption.find("from dose to dose"), std::string::npos);

  // Against the curve itself, between the doses of days 50 and 51.
  const simulate::Series& series = *find_series(story, 0, 2, 1);
  double low = 100, high = 0;
  for (std::size_t i = 0; i < story.grid.size(); ++i) {
    if (story.grid[i] < 49 * 24 + 22 || story.grid[i] >= 50 * 24 + 22) continue;
    low = std::min(low, series.patients[i].q50);
    high = std::max(high, series.patients[i].q50);
  }
  const double middle = (49 * 24 + 34) / 168.0;  // [weeks]
  int found = 0;
  for (const Json& row : figure->spec["datasets"]["curves"]) {
    if (row["k"] != 2 || std::abs(row["x"].get<double>() - middle) > 1e-3) continue;
    EXPECT_NEAR(row["ml"].get<double>(), low, 1e-3 * low);
    EXPECT_NEAR(row["mh"].get<double>(), high, 1e-3 * high);
    ++found;
  }
  EXPECT_EQ(found, 1);
}

// A grid that turns fine within the course would show peaks that only seem to begin there.
TEST(Figures, DrawTheWholeRunAtOneInterval) {
  Story story = sample::story();
  story.grid.clear();
  story.summary.series.clear();
  for (double t = 0; t < 7 * 24; t += 6) story.grid.push_back(t);
  for (double t = 7 * 24; t <= story.duration; t += 0.5) story.grid.push_back(t);
  for (std::size_t h = 0; h < 3; ++h) sample::add_curves(story, 0, h);
  const auto whole = whole_figure(story, 1);
  EXPECT_EQ(whole->spec["datasets"]["curves"].size(), 3 * (14 * 4 + 1u));
  EXPECT_NE(whole->caption.find("up to 6 h apart"), std::string::npos) << whole->caption;
  const auto detail = detail_figure(story, 1);
  EXPECT_EQ(detail->spec["datasets"]["curves"].size(), 3 * 97u);

  // The other way round: fine on the first day.
  Story late = sample::story();
  late.grid.clear();
  late.summary.series.clear();
  for (double t = 0; t < 24; t += 0.25) late.grid.push_back(t);
  for (double t = 24; t <= late.duration; t += 2) late.grid.push_back(t);
  for (std::size_t h = 0; h < 3; ++h) sample::add_curves(late, 0, h);
  EXPECT_EQ(whole_figure(late, 1)->spec["datasets"]["curves"].size(), 3 * (14 * 12 + 1u));

  // After a single dose the fine part is there to show its peak.
  story.arms[0].dose_times = {22};
  EXPECT_GT(whole_figure(story, 1)->spec["datasets"]["curves"].size(), 3 * 300u);
}

TEST(Figures, LookAtTheLastDoseWhereItWasLongAgo) {
  Story story = sample::story();
  story.arms[0].dose_times = {8, 5 * 24 + 9};
  EXPECT_EQ(detail_range(story), std::pair(5 * 24.0, 7 * 24.0));
  story.duration = 72;
  EXPECT_EQ(detail_range(story), std::nullopt);
}

TEST(Figures, HaveNoDetailWithoutPointsForIt) {
  Story story = sample::story();
  story.grid = {0, 100, 200, 300};
  EXPECT_EQ(detail_range(story), std::nullopt);
}

TEST(Figures, OccupancyGoesFromNothingToFull) {
  const auto figure = whole_figure(sample::story(), 1);
  const Json& panel = figure->spec["vconcat"][0]["hconcat"][0];
  EXPECT_EQ(panel["encoding"]["y"]["scale"]["domain"], Json({0, 100}));
  EXPECT_FALSE(figure->log_domain);
  const auto plasma = whole_figure(sample::story(), 0)->log_domain;
  ASSERT_TRUE(plasma);
  EXPECT_GT(plasma->first, 0);
  EXPECT_GE(plasma->second / plasma->first, 100);
}

TEST(Figures, DrawTheTypicalPatientWhereThereAreNoOthers) {
  Story story = sample::story();
  story.patients = 0;
  story.uncertainty_draws = 0;
  for (auto& series : story.summary.series) series.patients = series.uncertainty = {};
  for (auto& metric : story.summary.metrics) metric.patients = metric.uncertainty = {};
  const std::vector<Figure> figures = all_figures(story);
  ASSERT_EQ(figures.size(), 5u);  // hours; whole and detail of two outputs
  for (const Figure& figure : figures) {
    int marks = 0;
    check_view(figure.spec, {}, figure.spec.value("datasets", Json::object()), marks);
    EXPECT_NE(figure.caption.find("ypical patient"), std::string::npos) << figure.caption;
  }
}

}  // namespace
}  // namespace vesper::report
