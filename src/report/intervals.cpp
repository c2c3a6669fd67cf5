// Figures of intervals: hours a day above a threshold, and the three parts of uncertainty.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/figures.h"
#include "report/format.h"
#include "report/spec.h"

namespace vesper::report {

namespace {

using spec::Json;

constexpr double lane = 22;  // px for one hypothesis

// Room for names beside an axis.
double label_room(const Story& story, const std::vector<std::size_t>& arms, bool by_arm) {
  std::size_t longest = 0;
  if (by_arm) {
    for (const std::size_t arm : arms) longest = std::max(longest, columns(story.arms[arm].name));
  } else {
    for (const auto& hypothesis : story.hypotheses) {
      longest = std::max(longest, columns(hypothesis.name()));
    }
  }
  return std::min(170.0, 6.6 * static_cast<double>(longest)) + 30;
}

// Whether anybody, in any arm under any hypothesis, is ever above a level.
bool ever_above(const Story& story, std::size_t output, double threshold) {
  for (const simulate::Metric& metric : story.summary.metrics) {
    if (metric.watched != output) continue;
    const auto* found =
        find_metric(story, Readout::hours_above, metric.arm, metric.hypothesis, output, threshold);
    if (found == &metric && (metric.patients.q95 > 0 || metric.typical > 0)) return true;
  }
  return false;
}

std::vector<std::size_t> dosed_arms(const Story& story) {
  std::vector<std::size_t> arms;
  for (std::size_t arm = 0; arm < story.arms.size(); ++arm) {
    if (!story.arms[arm].doses.empty()) arms.push_back(arm);
  }
  return arms;
}

Json hypothesis_colour(const Story& story, bool legend) {
  Json names = Json::array(), colours = Json::array();
  for (std::size_t h = 0; h < story.hypotheses.size(); ++h) {
    names.push_back(story.hypotheses[h].name());
    colours.push_back(spec::colour(h));
  }
  Json colour = {{"field", "h"},
                 {"type", "nominal"},
                 {"scale", {{"domain", names}, {"range", colours}}},
                 {"legend", nullptr}};
  if (legend) colour["legend"] = {{"title", nullptr}, {"orient", "top"}, {"symbolOpacity", 1}};
  return colour;
}

Json sorted_names(const Story& story, const std::vector<std::size_t>& arms, bool by_arm) {
  Json names = Json::array();
  if (by_arm) {
    for (const std::size_t arm : arms) names.push_back(story.arms[arm].name);
  } else {
    for (const HypothesisStory& hypothesis : story.hypotheses) names.push_back(hypothesis.name());
  }
  return names;
}

void put(Json& row, const char* key, double value) {
  if (std::isfinite(value)) row[key] = spec::rounded(value);
}

Json interval_row(const Story& story, const simulate::Metric& metric, const simulate::Band& band,
                  double typical) {
  Json row = {{"arm", story.arms[metric.arm].name},
              {"h", story.hypotheses[metric.hypothesis].name()}};
  if (band.n > 1) {
    put(row, "lo", band.q05);
    put(row, "q1", band.q25);
    put(row, "md", band.q50);
    put(row, "q3", band.q75);
    put(row, "hi", band.q95);
  }
  put(row, "ty", typical);
  return row;
}

Json tooltip(bool bands) {
  Json fields = Json::array(
      {{{"field", "arm"}, {"title", "arm"}}, {{"field", "h"}, {"title", "hypothesis"}}});
  const auto tell = [&](const char* field, const char* title) {
    fields.push_back(
        {{"field", field}, {"type", "quantitative"}, {"title", title}, {"format", ".3~r"}});
  };
  if (bands) {
    tell("lo", "5 %");
    tell("q1", "25 %");
    tell("md", "median");
    tell("q3", "75 %");
    tell("hi", "95 %");
  }
  tell("ty", "typical");
  return fields;
}

// 5-95 % thin, 25-75 % thick, the median as a dot; the typical patient as a tick.
Json interval_layers(bool bands) {
  Json layers = Json::array();
  if (bands) {
    layers.push_back({{"mark", {{"type", "rule"}, {"strokeWidth", 1.5}, {"clip", true}}},
                      {"encoding", {{"x", {{"field", "lo"}}}, {"x2", {{"field", "hi"}}}}}});
    layers.push_back(
        {{"mark", {{"type", "rule"}, {"strokeWidth", 6}, {"opacity", 0.45}, {"clip", true}}},
         {"encoding", {{"x", {{"field", "q1"}}}, {"x2", {{"field", "q3"}}}}}});
    layers.push_back({{"mark", {{"type", "point"}, {"filled", true}, {"size", 55}, {"opacity", 1}}},
                      {"encoding", {{"x", {{"field", "md"}}}}}});
  }
  layers.push_back({{"mark",
                     {{"type", "point"},
                      {"shape", bands ? "stroke" : "circle"},
                      {"angle", bands ? 90 : 0},
                      {"filled", !bands},
                      {"size", bands ? 90 : 60},
                      {"opacity", 1}}},
                    {"encoding", {{"x", {{"field", "ty"}}}}}});
  return layers;
}

struct HoursPanel {
  std::size_t output;
  double threshold;
};

Json hours_panel(const Story& story, const std::vector<std::size_t>& arms, const HoursPanel& wanted,
                 double width, bool first_column, bool& any) {
  const OutputStory& output = story.outputs[wanted.output];
  const bool by_arm = arms.size() > 1;
  const bool bands = story.patients > 1;
  Json values = Json::array();
  for (const std::size_t arm : arms) {
    for (std::size_t h = 0; h < story.hypotheses.size(); ++h) {
      const auto* metric =
          find_metric(story, Readout::hours_above, arm, h, wanted.output, wanted.threshold);
      if (metric == nullptr) continue;
      values.push_back(interval_row(story, *metric, metric->patients, metric->typical));
    }
  }
  any = any || !values.empty();
  Json y = {{"field", by_arm ? "arm" : "h"},
            {"type", "nominal"},
            {"sort", sorted_names(story, arms, by_arm)},
            {"axis",
             {{"title", nullptr},
              {"labels", first_column},
              {"labelPadding", 10},
              {"domain", false},
              {"ticks", false}}}};
  Json encoding = {
      {"x",
       {{"field", bands ? "md" : "ty"},
        {"type", "quantitative"},
        {"scale", {{"domain", {0, 24}}, {"nice", false}}},
        {"axis",
         {{"title", "hours a day"}, {"values", {0, 4, 8, 12, 16, 20, 24}}, {"grid", true}}}}},
      {"y", y},
      {"color", hypothesis_colour(story, by_arm)},
      {"tooltip", tooltip(bands)}};
  const double lanes = static_cast<double>(story.hypotheses.size());
  if (by_arm) {
    encoding["yOffset"] = {{"field", "h"},
                           {"sort", sorted_names(story, arms, false)},
                           {"scale", {{"paddingOuter", 0.4}}}};
  }
  const std::string unit = output.unit.empty() ? "" : " " + output.unit;
  return {
      {"width", width},
      {"height", {{"step", by_arm ? std::max(lane, lanes * 13) : lane + 6}, {"for", "position"}}},
      {"title",
       {{"text", fmt::format("{} above {}{}", output.label, exact(wanted.threshold), unit)}}},
      {"data", {{"values", values}}},
      {"encoding", encoding},
      {"layer", interval_layers(bands)}};
}

// --- the three parts -------------------------------------------------------------------------

struct Quoted {
  std::size_t output;
  Readout readout;
  double threshold;
  std::string title;
};

// What a reader asks first: of the first occupancy its maximum and hours above the first threshold,
// of the first other output its maximum.
std::vector<Quoted> quoted_readouts(const Story& story) {
  std::vector<Quoted> quoted;
  const auto first = [&](bool occupancy) -> std::optional<std::size_t> {
    for (std::size_t i = 0; i < story.outputs.size(); ++i) {
      if (story.outputs[i].occupancy() == occupancy) return i;
    }
    return std::nullopt;
  };
  if (const auto i = first(true)) {
    const OutputStory& output = story.outputs[*i];
    const std::string unit = output.unit.empty() ? "" : " " + output.unit;
    quoted.push_back({*i, Readout::hours_above, output.thresholds.front(),
                      fmt::format("{}, hours a day above {}{}", output.label,
                                  exact(output.thresholds.front()), unit)});
    quoted.push_back({*i, Readout::maximum, 0, spec::axis_title(output) + ", highest"});
  }
  if (const auto i = first(false)) {
    const OutputStory& output = story.outputs[*i];
    const std::string unit = output.unit.empty() ? "" : " (" + output.unit + ")";
    quoted.push_back({*i, Readout::maximum, 0, output.label + ", Cmax" + unit});
  }
  return quoted;
}

Json parts_panel(const Story& story, std::size_t arm, const Quoted& quoted, double width,
                 bool first_column, bool titled) {
  const OutputStory& output = story.outputs[quoted.output];
  Json values = Json::array();
  for (std::size_t h = 0; h < story.hypotheses.size(); ++h) {
    const auto* metric =
        find_metric(story, quoted.readout, arm, h, quoted.output, quoted.threshold);
    if (metric == nullptr) continue;
    for (const auto& [part, band] : {std::pair("between patients", &metric->patients),
                                     std::pair("of parameters", &metric->uncertainty)}) {
      if (band->n < 2) continue;
      Json row = interval_row(story, *metric, *band, std::nan(""));
      row["part"] = part;
      values.push_back(std::move(row));
    }
  }
  Json scale = {{"zero", true}};
  if (quoted.readout == Readout::hours_above) {
    scale = {{"domain", {0, 24}}, {"nice", false}};
  } else if (output.occupancy()) {
    scale = {{"domain", {0, spec::full_scale(output)}}, {"nice", false}};
  }
  const Json y = {{"field", "h"},
                  {"type", "nominal"},
                  {"sort", sorted_names(story, {}, false)},
                  {"axis",
                   {{"title", nullptr},
                    {"labels", first_column},
                    {"labelPadding", 10},
                    {"domain", false},
                    {"ticks", false}}}};
  const Json part_order = {"between patients", "of parameters"};
  Json encoding = {
      {"x",
       {{"field", "md"},
        {"type", "quantitative"},
        {"scale", scale},
        {"axis", {{"title", nullptr}, {"tickCount", 5}}}}},
      {"y", y},
      {"yOffset", {{"field", "part"}, {"sort", part_order}, {"scale", {{"paddingOuter", 0.5}}}}},
      {"color", hypothesis_colour(story, false)}};
  Json tips = tooltip(true);
  tips.erase(tips.size() - 1);
  tips.push_back({{"field", "part"}, {"title", "uncertainty"}});
  encoding["tooltip"] = tips;
  const Json shape = {{"field", "part"},
                      {"type", "nominal"},
                      {"scale", {{"domain", part_order}, {"range", {"circle", "diamond"}}}},
                      {"legend", {{"title", nullptr}, {"orient", "top"}}}};
  Json layers = interval_layers(true);
  layers.erase(layers.size() - 1);  // no typical patient here
  layers.erase(1);                  // nor quartiles
  layers[1]["encoding"]["shape"] = shape;
  Json panel = {{"width", width},
                {"height", {{"step", 34}, {"for", "position"}}},
                {"data", {{"values", values}}},
                {"encoding", encoding},
                {"layer", layers}};
  if (titled) panel["title"] = {{"text", quoted.title}};
  return panel;
}

}  // namespace

std::optional<Figure> hours_figure(const Story& story) {
  const std::vector<std::size_t> arms = dosed_arms(story);
  if (arms.empty()) return std::nullopt;
  Json rows = Json::array();
  bool any = false;
  std::vector<std::string> never;
  for (std::size_t output = 0; output < story.outputs.size(); ++output) {
    const auto& thresholds = story.outputs[output].thresholds;
    if (thresholds.empty()) continue;
    const double n = static_cast<double>(std::min<std::size_t>(thresholds.size(), 3));
    if (std::none_of(thresholds.begin(), thresholds.end(),
                     [&](double level) { return ever_above(story, output, level); })) {
      never.push_back(story.outputs[output].label);
      continue;
    }
    const double room = label_room(story, arms, arms.size() > 1);
    const double width = std::floor((spec::content_width - room - 26 * (n - 1)) / n);
    Json row = {{"hconcat", Json::array()}, {"spacing", 26}};
    for (std::size_t i = 0; i < thresholds.size(); ++i) {
      row["hconcat"].push_back(
          hours_panel(story, arms, {output, thresholds[i]}, width, i == 0, any));
    }
    rows.push_back(std::move(row));
  }
  if (!any) return std::nullopt;
  Figure figure;
  figure.id = "hours";
  figure.title = "Hours a day above a level of occupancy, " + story.window;
  figure.caption = story.patients > 1
                       ? "Dot: median patient; thick bar: 25–75 % of patients; thin bar: 5–95 %; "
                         "tick: typical patient."
                       : "Dot: typical patient.";
  if (!never.empty()) figure.caption += " Never above any of these levels: " + join(never) + ".";
  figure.spec = spec::base(figure.title + ". " + figure.caption);
  figure.spec["vconcat"] = std::move(rows);
  figure.spec["spacing"] = 20;
  return figure;
}

std::optional<Figure> uncertainty_figure(const Story& story) {
  const std::vector<Quoted> quoted = quoted_readouts(story);
  const bool any =
      std::any_of(story.summary.metrics.begin(), story.summary.metrics.end(),
                  [](const simulate::Metric& metric) { return metric.uncertainty.n > 1; });
  if (!any || quoted.empty()) return std::nullopt;
  const double n = static_cast<double>(quoted.size());
  const double room = label_room(story, {}, false);
  const double width = std::floor((spec::content_width - room - 30 * (n - 1)) / n);
  Json rows = Json::array();
  const std::vector<std::size_t> arms = dosed_arms(story);
  for (const std::size_t arm : arms) {
    Json row = {{"hconcat", Json::array()}, {"spacing", 30}};
    if (arms.size() > 1) row["title"] = {{"text", story.arms[arm].name}, {"fontSize", 13}};
    for (std::size_t i = 0; i < quoted.size(); ++i) {
      row["hconcat"].push_back(
          parts_panel(story, arm, quoted[i], width, i == 0, arm == arms.front()));
    }
    rows.push_back(std::move(row));
  }
  Figure figure;
  figure.id = "uncertainty";
  figure.title = "Three kinds of uncertainty, apart, " + story.window;
  figure.caption = fmt::format(
      "{}Of parameters: 5–95 % of {} draws of the uncertain parameters, typical patient. Between "
      "hypotheses: from row to row. They are not added up: patients differ, parameters could be "
      "measured better, and of the hypotheses at most one is right.",
      story.patients > 1 ? "Between patients: 5–95 % of patients, best estimates. " : "",
      story.uncertainty_draws);
  figure.spec = spec::base(figure.title + ". " + figure.caption);
  figure.spec["vconcat"] = std::move(rows);
  figure.spec["spacing"] = 18;
  return figure;
}

}  // namespace vesper::report
