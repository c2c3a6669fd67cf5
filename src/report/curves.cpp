// Figures of curves over time: small multiples, a column for each hypothesis, a row for each arm;
// with many arms one row, arms as colours and the band of a chosen one.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/figures.h"
#include "report/format.h"
#include "report/panel.h"
#include "report/plan.h"
#include "report/spec.h"
#include "report/thin.h"

namespace vesper::report {

namespace {

using spec::Json;

constexpr std::size_t most_points = 400;   // of one curve
constexpr std::size_t most_rows = 24'000;  // of one figure
constexpr std::size_t most_columns = 3;
constexpr double seen_step = 1;  // [h] a peak between values closer than this is hardly missed

// --- data ------------------------------------------------------------------------------------

void put(Json& row, const char* key, double value) {
  if (std::isfinite(value)) row[key] = spec::rounded(value);
}

// One row a point, thinned.
void add_curve(Json& rows, const Story& story, const Plan& plan, std::size_t k,
               const Columns& columns, const Pace& pace, std::size_t most) {
  const std::vector<std::size_t> times = drawn_times(story, plan, pace);
  std::vector<std::vector<double>> shapes;
  for (const auto* shape : {&columns.median, &columns.high, &columns.typical}) {
    if (shape->empty()) continue;
    shapes.emplace_back();
    for (const std::size_t i : times) shapes.back().push_back((*shape)[i]);
  }
  if (shapes.empty()) return;
  const double unit = time_axis(plan).unit;
  for (const std::size_t position : thin(shapes, 0, times.size(), most)) {
    const std::size_t i = times[position];
    Json row = {{"k", k}, {"x", spec::rounded(story.grid[i] / unit, 7)}};
    if (!columns.median.empty()) {
      put(row, "lo", columns.low[i]);
      put(row, "q1", columns.q25[i]);
      put(row, "md", columns.median[i]);
      put(row, "q3", columns.q75[i]);
      put(row, "hi", columns.high[i]);
    }
    if (!columns.typical.empty()) put(row, "ty", columns.typical[i]);
    rows.push_back(std::move(row));
  }
}

struct Extent {
  double low = std::nan(""), high = std::nan("");
  void see(double value) {
    if (!std::isfinite(value)) return;
    low = std::isnan(low) ? value : std::min(low, value);
    high = std::isnan(high) ? value : std::max(high, value);
  }
};

// One row from dose to dose: how low and how high.
void add_cycles(Json& rows, const Story& story, const Plan& plan, std::size_t k,
                const Columns& columns, const Pace& pace) {
  const std::vector<std::size_t> times = drawn_times(story, plan, pace);
  const double unit = time_axis(plan).unit;
  for (std::size_t from = 0; from < times.size();) {
    const double turn = std::floor((story.grid[times[from]] - pace.phase) / pace.cycle + 1e-9);
    const double begin = pace.phase + turn * pace.cycle;
    Extent low, middle, high, typical;
    std::size_t to = from;
    for (; to < times.size() && story.grid[times[to]] < begin + pace.cycle - 1e-9; ++to) {
      const std::size_t i = times[to];
      if (!columns.median.empty()) {
        low.see(columns.low[i]);
        middle.see(columns.median[i]);
        high.see(columns.high[i]);
      }
      if (!columns.typical.empty()) typical.see(columns.typical[i]);
    }
    // Drawn in the middle of what the run holds of it.
    const double left = std::max(begin, plan.from), right = std::min(begin + pace.cycle, plan.to);
    Json row = {{"k", k}, {"x", spec::rounded((left + right) / 2 / unit, 7)}};
    put(row, "lo", low.low);
    put(row, "ml", middle.low);
    put(row, "mh", middle.high);
    put(row, "hi", high.high);
    put(row, "tl", typical.low);
    put(row, "th", typical.high);
    if (to - from > 1) rows.push_back(std::move(row));
    from = to;
  }
}

// The dataset "curves" of a figure, as panel.h describes it.
Json curve_rows(const Story& story, const Plan& plan) {
  Json rows = Json::array();
  const std::size_t curves = plan.arms.size() * plan.columns.size();
  const std::size_t most = std::clamp<std::size_t>(most_rows / curves, 60, most_points);
  for (const std::size_t arm : plan.arms) {
    for (const auto& group : plan.columns) {
      const auto* series = find_series(story, arm, group.front(), plan.output);
      if (series == nullptr) continue;
      const std::size_t k = arm * story.hypotheses.size() + group.front();
      const Columns columns = columns_of(story, plan, *series);
      const Pace& pace = plan.pace(arm);
      if (pace.cycle > 0) {
        add_cycles(rows, story, plan, k, columns, pace);
      } else {
        add_curve(rows, story, plan, k, columns, pace, most);
      }
    }
  }
  return rows;
}

// --- the figure ------------------------------------------------------------------------------

Json concat(const Story& story, const Plan& plan) {
  const bool rows_are_arms = plan.arms.size() <= most_arms_as_rows;
  const std::size_t beside = std::min(plan.columns.size(), most_columns);
  const double axis = 64, between = 22;
  const double width =
      std::floor((spec::content_width - axis - between * static_cast<double>(beside - 1)) /
                 static_cast<double>(beside));
  Json rows = Json::array();
  const std::size_t arm_rows = rows_are_arms ? plan.arms.size() : 1;
  const std::size_t folds = (plan.columns.size() + beside - 1) / beside;
  for (std::size_t r = 0; r < arm_rows; ++r) {
    for (std::size_t fold = 0; fold < folds; ++fold) {
      Json row = {{"hconcat", Json::array()}, {"spacing", between}};
      if (rows_are_arms && plan.arms.size() > 1 && fold == 0) {
        row["title"] = {{"text", story.arms[plan.arms[r]].name}, {"fontSize", 13}};
      }
      const std::size_t end = std::min(plan.columns.size(), (fold + 1) * beside);
      for (std::size_t c = fold * beside; c < end; ++c) {
        row["hconcat"].push_back(
            panel_spec({.story = story,
                        .plan = plan,
                        .group = plan.columns[c],
                        .arms = rows_are_arms ? std::vector<std::size_t>{plan.arms[r]} : plan.arms,
                        .width = width,
                        .height = rows_are_arms ? 160.0 : 230.0,
                        .first_column = c == fold * beside,
                        .first_row = r == 0,
                        .last_row = r + 1 == arm_rows,
                        .name = fmt::format("{}_{}", r, c)}));
      }
      rows.push_back(std::move(row));
    }
  }
  Json figure = {{"vconcat", std::move(rows)}, {"spacing", 18}};
  if (!rows_are_arms && has_bands(story, plan.shown)) {
    Json options = Json::array();
    for (const std::size_t arm : plan.arms) options.push_back(story.arms[arm].name);
    figure["params"] = Json::array(
        {{{"name", "shown_arm"},
          {"value", options.back()},
          {"bind", {{"input", "select"}, {"options", options}, {"name", "band of "}}}}});
  }
  return figure;
}

std::string undrawn_text(const Story& story, const Plan& plan) {
  std::vector<std::string> names;
  for (std::size_t arm = 0; arm < story.arms.size(); ++arm) {
    if (std::find(plan.arms.begin(), plan.arms.end(), arm) == plan.arms.end()) {
      names.push_back(story.arms[arm].name);
    }
  }
  return names.empty() ? "" : fmt::format("Not drawn, since 0 throughout: {}.", join(names));
}

// Of arms that are drawn from dose to dose.
std::string cycle_text(const Story& story, const Plan& plan) {
  std::vector<std::string> names;
  double cycle = 0;
  for (const std::size_t arm : plan.arms) {
    if (plan.pace(arm).cycle == 0) continue;
    cycle = plan.pace(arm).cycle;
    names.push_back(story.arms[arm].name);
  }
  if (names.empty()) return "";
  const std::string who = names.size() == plan.arms.size() ? "Every" : join(names) + ": every";
  std::string text = fmt::format(
      "{} {} a dose makes the curve rise and fall; drawn is how low and how high it gets from dose "
      "to "
      "dose.",
      who, cycle == 24 ? "24 h" : duration(cycle));
  if (!has_bands(story, plan.shown)) return text;
  return text +
         " Strong: the median patient; light: from the lowest of the 5 % line to the highest of "
         "the "
         "95 % line; dashed: typical patient.";
}

std::string band_text(const Story& story, const Plan& plan) {
  if (!has_bands(story, plan.shown)) return "Typical patient.";
  const bool many = plan.arms.size() > most_arms_as_rows;
  if (plan.shown == Shown::parameters) {
    return fmt::format("Typical patient under {} draws of the uncertain parameters. {}",
                       story.uncertainty_draws,
                       many ? "Lines: medians; shading: 5–95 % of draws of the arm chosen below."
                            : "Shading: 5–95 % and 25–75 % of draws; line: their median; dashed: "
                              "best estimates.");
  }
  if (many) {
    return "Median patient of each arm; shading: 5–95 % of patients of the arm chosen below the "
           "figure.";
  }
  return "Shading: 5–95 % and 25–75 % of patients; line: median; dashed: typical patient.";
}

// Bands and lines, then the arms that are drawn from dose to dose, then what is not drawn.
std::string caption(const Story& story, const Plan& plan) {
  const bool all_cycles = std::all_of(plan.paces.begin(), plan.paces.end(),
                                      [](const Pace& pace) { return pace.cycle > 0; });
  std::vector<std::string> parts;
  if (!all_cycles || !has_bands(story, plan.shown)) parts.push_back(band_text(story, plan));
  if (!all_cycles && plan.columns.size() > 1 && plan.arms.size() <= most_arms_as_rows) {
    parts.emplace_back("Faint lines: the other hypotheses.");
  }
  parts.push_back(cycle_text(story, plan));
  parts.push_back(undrawn_text(story, plan));
  const double step = coarsest_step(story, plan);
  const bool doses = std::any_of(plan.arms.begin(), plan.arms.end(), [&](std::size_t arm) {
    return !story.arms[arm].dose_times.empty();
  });
  if (doses && step > seen_step) {
    parts.push_back(
        fmt::format("Values up to {} apart: a peak between them is not seen.", duration(step)));
  }
  std::erase(parts, "");
  return fmt::format("{}", fmt::join(parts, " "));
}

Figure make_figure(const Story& story, const Plan& plan, std::string id, std::string title) {
  Figure figure;
  figure.id = std::move(id);
  figure.title = std::move(title);
  figure.caption = caption(story, plan);
  figure.spec = spec::base(figure.title + ". " + figure.caption);
  figure.spec["datasets"] = {{"curves", curve_rows(story, plan)}};
  figure.spec.update(concat(story, plan));
  const OutputStory& output = story.outputs[plan.output];
  if (!output.occupancy() && plan.low >= 0 && plan.lowest_positive > 0) {
    // Four decades: below lies what assays do not see and solvers round.
    const double low = std::max(plan.lowest_positive, plan.high * 1e-4);
    figure.log_domain = {std::pow(10, std::floor(std::log10(low))), plan.high};
  }
  return figure;
}

}  // namespace

std::optional<Figure> whole_figure(const Story& story, std::size_t output) {
  const auto plan = make_plan(story, {.output = output, .from = 0, .to = story.duration}, true);
  if (!plan) return std::nullopt;
  return make_figure(story, *plan, fmt::format("whole-{}", output),
                     story.outputs[output].label + " over " + duration(story.duration));
}

std::optional<Figure> detail_figure(const Story& story, std::size_t output) {
  const auto range = detail_range(story);
  if (!range) return std::nullopt;
  const auto plan = make_plan(
      story, {.output = output, .from = range->first, .to = range->second, .clock = true}, false);
  if (!plan) return std::nullopt;
  Figure figure = make_figure(
      story, *plan, fmt::format("detail-{}", output),
      fmt::format("{}, {}", story.outputs[output].label, stretch(range->first, range->second)));
  if (plan->arms.size() <= most_arms_as_rows) figure.caption += " Triangles: doses.";
  return figure;
}

std::optional<Figure> parameters_figure(const Story& story, std::size_t output) {
  if (!has_bands(story, Shown::parameters)) return std::nullopt;
  const auto range = detail_range(story).value_or(std::pair(0.0, story.duration));
  const bool detail = range.first > 0;
  const auto plan = make_plan(story,
                              {.output = output,
                               .shown = Shown::parameters,
                               .from = range.first,
                               .to = range.second,
                               .clock = detail},
                              false);
  if (!plan) return std::nullopt;
  return make_figure(story, *plan, fmt::format("parameters-{}", output),
                     story.outputs[output].label + ": how uncertain parameters move it");
}

}  // namespace vesper::report
