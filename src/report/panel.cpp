#include "report/panel.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/format.h"

namespace vesper::report {

namespace {

using spec::Json;

constexpr std::size_t most_dose_rules = 16;

std::size_t key(const Panel& panel, std::size_t arm, std::size_t hypothesis) {
  return arm * panel.story.hypotheses.size() + hypothesis;
}

Json keep(const std::vector<std::size_t>& keys) {
  return {{"filter", {{"field", "k"}, {"oneOf", keys}}}};
}

// The output is named above the figure; a long name would not fit beside the axis.
std::string axis_title(const OutputStory& output) {
  return output.unit.empty() ? output.label : output.unit;
}

bool by_cycles(const Panel& panel) {
  return panel.arms.size() == 1 && panel.plan.pace(panel.arms.front()).cycle > 0;
}

// The field that stands for the curve where one has to be named.
const char* middle_field(const Panel& panel) {
  const bool bands = has_bands(panel.story, panel.plan.shown);
  if (by_cycles(panel)) return bands ? "mh" : "th";
  return bands ? "md" : "ty";
}

Json y_axis(const Panel& panel) {
  const OutputStory& output = panel.story.outputs[panel.plan.output];
  Json scale = {{"nice", !output.occupancy()}, {"zero", true}};
  if (output.occupancy()) {
    // A solver's rounding may pass full occupancy by a hair.
    scale["domain"] = {std::min(0.0, panel.plan.low), spec::full_scale(output)};
  } else {
    scale["domain"] = {std::min(0.0, panel.plan.low), panel.plan.high > 0 ? panel.plan.high : 1};
  }
  Json axis = {{"title", panel.first_column ? Json(axis_title(output)) : Json(nullptr)},
               {"labels", panel.first_column},
               {"tickCount", 5}};
  return {
      {"field", middle_field(panel)}, {"type", "quantitative"}, {"scale", scale}, {"axis", axis}};
}

Json x_axis(const Panel& panel) {
  const Plan& plan = panel.plan;
  const TimeAxis time = time_axis(plan);
  Json axis = {{"title", panel.last_row ? Json(time.title) : Json(nullptr)},
               {"grid", false},
               {"format", "~g"},
               {"tickMinStep", 1}};
  if (plan.clock) {
    const double step = panel.width > 600 ? 6 : 12;
    Json values = Json::array();
    for (double t = std::ceil(plan.from / step) * step; t <= plan.to + 1e-9; t += step) {
      values.push_back(t);
    }
    axis.erase("format");
    axis["values"] = values;
    axis["labelExpr"] =
        "datum.value % 24 == 0 ? 'day ' + format(datum.value / 24 + 1, 'd') : "
        "format(datum.value % 24, '02d') + ':00'";
  }
  return {{"field", "x"},
          {"type", "quantitative"},
          {"scale", {{"domain", {plan.from / time.unit, plan.to / time.unit}}, {"nice", false}}},
          {"axis", axis}};
}

Json band_layer(const char* low, const char* high, double opacity, const std::string& colour) {
  return {{"mark", {{"type", "area"}, {"color", colour}, {"opacity", opacity}, {"clip", true}}},
          {"encoding", {{"y", {{"field", low}}}, {"y2", {{"field", high}}}}}};
}

Json line_layer(const char* field, const std::string& colour, double width, bool dashed) {
  Json mark = {{"type", "line"}, {"color", colour}, {"strokeWidth", width}, {"clip", true}};
  if (dashed) mark["strokeDash"] = {4, 3};
  return {{"mark", mark}, {"encoding", {{"y", {{"field", field}}}}}};
}

// Thresholds of occupancy, as thin rules.
Json threshold_layer(const OutputStory& output) {
  Json values = Json::array();
  for (const double threshold : output.thresholds) values.push_back({{"level", threshold}});
  return {{"data", {{"values", values}}},
          {"mark", {{"type", "rule"}, {"color", "var(--soft)"}, {"strokeDash", {1, 3}}}},
          {"encoding", {{"x", nullptr}, {"y", {{"field", "level"}}}}}};
}

struct DoseMark {
  double time;
  std::string text;
};

// Every dose where there are few; else where the regimen changes.
std::vector<DoseMark> dose_marks(const ArmStory& arm, const Plan& plan) {
  std::vector<DoseMark> marks;
  for (const double time : arm.dose_times) {
    if (time >= plan.from && time <= plan.to) marks.push_back({time, ""});
  }
  if (marks.size() <= most_dose_rules) return marks;
  marks.clear();
  for (const DoseLine& line : arm.doses) {
    if (line.first >= plan.from && line.first <= plan.to) marks.push_back({line.first, line.step});
  }
  return marks;
}

Json dose_layers(const Panel& panel) {
  Json layers = Json::array();
  if (panel.arms.size() != 1) return layers;
  const double unit = time_axis(panel.plan).unit;
  Json values = Json::array();
  bool any_text = false;
  for (const DoseMark& mark : dose_marks(panel.story.arms[panel.arms.front()], panel.plan)) {
    values.push_back({{"x", spec::rounded(mark.time / unit, 7)}, {"step", mark.text}});
    any_text = any_text || !mark.text.empty();
  }
  if (values.empty()) return layers;
  layers.push_back({{"data", {{"values", values}}},
                    {"mark", {{"type", "rule"}, {"color", "var(--faint)"}, {"strokeWidth", 1}}},
                    {"encoding", {{"y", nullptr}}}});
  const Json place =
      any_text ? Json{{"type", "text"}, {"align", "left"}, {"baseline", "top"},     {"dx", 3},
                      {"dy", 2},        {"fontSize", 10},  {"color", "var(--soft)"}}
               : Json{{"type", "point"},       {"shape", "triangle-down"},
                      {"filled", true},        {"size", 36},
                      {"opacity", 1},          {"yOffset", -4},
                      {"color", "var(--soft)"}};
  Json encoding = {{"y", {{"value", 0}}}};
  if (any_text) encoding["text"] = {{"field", "step"}};
  layers.push_back({{"data", {{"values", values}}}, {"mark", place}, {"encoding", encoding}});
  return layers;
}

// A rule under the pointer that reads out the curve.
Json hover_layer(const Panel& panel, const Json& keys, bool with_bands) {
  const double unit = time_axis(panel.plan).unit;
  const std::string minutes = fmt::format("round(datum.x * {})", 60 * unit);
  Json tooltip = Json::array({{{"field", "when"}, {"title", "time"}}});
  const auto tell = [&](const char* field, const char* title) {
    tooltip.push_back(
        {{"field", field}, {"type", "quantitative"}, {"title", title}, {"format", ".3~r"}});
  };
  if (by_cycles(panel)) {
    if (with_bands) {
      tell("hi", "95 %, highest");
      tell("mh", "median, highest");
      tell("ml", "median, lowest");
      tell("lo", "5 %, lowest");
    }
    tell("th", "typical, highest");
    tell("tl", "typical, lowest");
  } else if (with_bands) {
    tell("hi", "95 %");
    tell("q3", "75 %");
    tell("md", "median");
    tell("q1", "25 %");
    tell("lo", "5 %");
  }
  if (!by_cycles(panel)) tell("ty", "typical");
  const std::string day = "'day ' + format(floor(" + minutes + " / 1440) + 1, 'd')";
  const std::string clock = " + ', ' + format(floor(" + minutes + " % 1440 / 60), '02d') + ':' + " +
                            "format(" + minutes + " % 60, '02d')";
  const std::string when = by_cycles(panel) ? day : day + clock;
  return {{"transform", Json::array({keys, {{"calculate", when}, {"as", "when"}}})},
          {"params", Json::array({{{"name", "hover_" + panel.name},
                                   {"select",
                                    {{"type", "point"},
                                     {"on", "pointerover"},
                                     {"nearest", true},
                                     {"encodings", {"x"}},
                                     {"clear", "pointerout"}}}}})},
          {"mark", {{"type", "rule"}, {"color", "var(--soft)"}}},
          {"encoding",
           {{"y", nullptr},
            {"opacity",
             {{"condition", {{"param", "hover_" + panel.name}, {"empty", false}, {"value", 0.7}}},
              {"value", 0}}},
            {"tooltip", tooltip}}}};
}

std::string panel_title(const Story& story, const std::vector<std::size_t>& group) {
  if (group.size() > 1) {
    std::vector<std::string> ids;
    for (const std::size_t h : group) ids.push_back(story.hypotheses[h].id);
    return join(ids) + ": the same curves";
  }
  return story.hypotheses[group.front()].name();
}

Json panel_title_spec(const Panel& panel) {
  const bool nameless = panel.story.hypotheses.size() == 1 && panel.story.hypotheses[0].id.empty();
  const bool one = panel.group.size() == 1;
  if (!panel.first_row || nameless) return nullptr;
  return {{"text", panel_title(panel.story, panel.group)},
          {"color", one ? spec::colour(panel.group.front()) : "var(--ink)"}};
}

std::string panel_colour(const Panel& panel) {
  return panel.group.size() == 1 ? spec::colour(panel.group.front()) : "var(--ink)";
}

// Bands, median, typical patient.
std::vector<Json> curve_layers(const Panel& panel) {
  const bool with_bands = has_bands(panel.story, panel.plan.shown);
  const std::string colour = panel_colour(panel);
  if (!with_bands) return {line_layer("ty", colour, 1.8, false)};
  return {band_layer("lo", "hi", 0.18, colour), band_layer("q1", "q3", 0.28, colour),
          line_layer("md", colour, 1.8, false), line_layer("ty", "var(--ink)", 1, true)};
}

// What lies between lows and highs.
std::vector<Json> cycle_layers(const Panel& panel) {
  const bool with_bands = has_bands(panel.story, panel.plan.shown);
  const std::string colour = panel_colour(panel);
  if (!with_bands) {
    return {band_layer("tl", "th", 0.35, colour), line_layer("tl", colour, 1.4, false),
            line_layer("th", colour, 1.4, false)};
  }
  return {band_layer("lo", "hi", 0.18, colour),      band_layer("ml", "mh", 0.35, colour),
          line_layer("ml", colour, 1.4, false),      line_layer("mh", colour, 1.4, false),
          line_layer("tl", "var(--ink)", 0.8, true), line_layer("th", "var(--ink)", 0.8, true)};
}

// One arm; the other hypotheses' middle lines faint behind.
Json single_arm_layers(const Panel& panel) {
  const Story& story = panel.story;
  const std::size_t arm = panel.arms.front();
  const bool cycles = by_cycles(panel);

  Json layers = Json::array();
  if (story.outputs[panel.plan.output].occupancy()) {
    layers.push_back(threshold_layer(story.outputs[panel.plan.output]));
  }
  for (Json& layer : dose_layers(panel)) layers.push_back(std::move(layer));
  std::vector<std::size_t> others;
  for (const auto& group : panel.plan.columns) {
    if (group.front() != panel.group.front()) others.push_back(key(panel, arm, group.front()));
  }
  if (!others.empty() && !cycles) {
    Json context = line_layer(middle_field(panel), "var(--faint)", 1, false);
    context["transform"] = Json::array({keep(others)});
    context["encoding"]["detail"] = {{"field", "k"}};
    layers.push_back(std::move(context));
  }
  const Json own = keep({key(panel, arm, panel.group.front())});
  for (Json& layer : cycles ? cycle_layers(panel) : curve_layers(panel)) {
    layer["transform"] = Json::array({own});
    layers.push_back(std::move(layer));
  }
  layers.push_back(hover_layer(panel, own, has_bands(story, panel.plan.shown)));
  return layers;
}

// Many arms: a line each in its colour, the band of the chosen one.
Json many_arms_layers(const Panel& panel) {
  const Story& story = panel.story;
  const bool with_bands = has_bands(story, panel.plan.shown);
  const char* middle = with_bands ? "md" : "ty";
  Json names = Json::array(), shades = Json::array();
  std::vector<std::size_t> keys;
  Json lookup = Json::array();
  for (std::size_t i = 0; i < panel.arms.size(); ++i) {
    const std::size_t arm = panel.arms[i];
    const double along = static_cast<double>(i) / static_cast<double>(panel.arms.size() - 1);
    names.push_back(story.arms[arm].name);
    shades.push_back(fmt::format("var(--s{})", 1 + std::lround(along * 7)));
    keys.push_back(key(panel, arm, panel.group.front()));
    lookup.push_back({{"k", keys.back()}, {"arm", story.arms[arm].name}});
  }
  const Json named = {
      {"lookup", "k"},
      {"from", {{"data", {{"values", lookup}}}, {"key", "k"}, {"fields", {"arm"}}}}};
  const Json colour = {{"field", "arm"},
                       {"type", "nominal"},
                       {"scale", {{"domain", names}, {"range", shades}}},
                       {"legend",
                        {{"title", nullptr},
                         {"orient", "bottom"},
                         {"columns", 8},
                         {"symbolType", "stroke"},
                         {"symbolOpacity", 1}}}};
  Json layers = Json::array();
  if (story.outputs[panel.plan.output].occupancy()) {
    layers.push_back(threshold_layer(story.outputs[panel.plan.output]));
  }
  if (with_bands) {
    Json band = band_layer("lo", "hi", 0.2, "");
    band["mark"].erase("color");
    band["transform"] = Json::array({keep(keys), named, {{"filter", "datum.arm === shown_arm"}}});
    band["encoding"]["color"] = colour;
    layers.push_back(std::move(band));
  }
  Json line = line_layer(middle, "", 1.6, false);
  line["mark"].erase("color");
  line["mark"]["tooltip"] = true;
  line["transform"] = Json::array({keep(keys), named});
  line["encoding"]["color"] = colour;
  line["encoding"]["tooltip"] = Json::array({{{"field", "arm"}}});
  layers.push_back(std::move(line));
  return layers;
}

}  // namespace

Json panel_spec(const Panel& panel) {
  return {{"width", panel.width},
          {"height", panel.height},
          {"title", panel_title_spec(panel)},
          {"data", {{"name", "curves"}}},
          {"encoding", {{"x", x_axis(panel)}, {"y", y_axis(panel)}}},
          {"layer", panel.arms.size() == 1 ? single_arm_layers(panel) : many_arms_layers(panel)}};
}

}  // namespace vesper::report
