// Figures of curves over time: small multiples, a column for each hypothesis, a row for each arm;
// with many arms one row, arms as colours and the band of a chosen one.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/figures.h"
#include "report/format.h"
#include "report/panel.h"
#include "report/spec.h"
#include "report/thin.h"

namespace vesper::report {

namespace {

using spec::Json;

constexpr std::size_t most_points = 400;   // of one curve
constexpr std::size_t most_rows = 24'000;  // of one figure
constexpr std::size_t most_columns = 3;
constexpr std::size_t fewest_detail_points = 12;
constexpr double detail_hours = 48;
constexpr double alike_within = 1e-3;  // of the highest value

std::pair<std::size_t, std::size_t> index_range(const Story& story, const Plan& plan) {
  const auto begin = std::lower_bound(story.grid.begin(), story.grid.end(), plan.from - 1e-9);
  const auto end = std::upper_bound(begin, story.grid.end(), plan.to + 1e-9);
  return {begin - story.grid.begin(), end - story.grid.begin()};
}

// lo, q25, median, q75, hi, typical over a stretch of the grid; empty vectors where there are none.
struct Columns {
  std::vector<double> low, q25, median, q75, high, typical;
};

Columns columns_of(const simulate::Series& series, Shown shown, std::size_t end) {
  Columns columns;
  const auto& all = bands(series, shown);
  if (all.size() >= end) {
    for (std::size_t i = 0; i < end; ++i) {
      const simulate::Band& band = all[i];
      const bool any = band.n > 0;
      const double none = std::nan("");
      columns.low.push_back(any ? band.q05 : none);
      columns.q25.push_back(any ? band.q25 : none);
      columns.median.push_back(any ? band.q50 : none);
      columns.q75.push_back(any ? band.q75 : none);
      columns.high.push_back(any ? band.q95 : none);
    }
  }
  if (series.typical.size() >= end) {
    columns.typical.assign(series.typical.begin(),
                           series.typical.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return columns;
}

// --- the plan --------------------------------------------------------------------------------

// Whether two curves are one to the eye: every band and the typical patient.
bool alike(const simulate::Series& a, const simulate::Series& b, Shown shown, std::size_t end,
           double scale) {
  const Columns x = columns_of(a, shown, end), y = columns_of(b, shown, end);
  const auto same = [&](const std::vector<double>& u, const std::vector<double>& v) {
    return std::equal(u.begin(), u.end(), v.begin(), v.end(), [&](double p, double q) {
      return (std::isnan(p) && std::isnan(q)) || std::abs(p - q) <= alike_within * scale;
    });
  };
  return same(x.low, y.low) && same(x.median, y.median) && same(x.high, y.high) &&
         same(x.typical, y.typical);
}

void measure(const Story& story, Plan& plan) {
  const auto [begin, end] = index_range(story, plan);
  const auto see = [&](double value) {
    if (!std::isfinite(value)) return;
    plan.low = std::min(plan.low, value);
    plan.high = std::max(plan.high, value);
    if (value > 0 && (plan.lowest_positive == 0 || value < plan.lowest_positive)) {
      plan.lowest_positive = value;
    }
  };
  for (const simulate::Series& series : story.summary.series) {
    const bool drawn = series.watched == plan.output &&
                       std::find(plan.arms.begin(), plan.arms.end(), series.arm) != plan.arms.end();
    if (!drawn) continue;
    const Columns columns = columns_of(series, plan.shown, end);
    for (const auto* values : {&columns.low, &columns.high, &columns.typical}) {
      for (std::size_t i = begin; i < values->size(); ++i) see((*values)[i]);
    }
  }
}

// One column where all hypotheses give the same curves in every arm, else one for each.
std::vector<std::vector<std::size_t>> group_hypotheses(const Story& story, const Plan& plan) {
  const std::size_t end = index_range(story, plan).second;
  bool all_alike = true;
  for (const std::size_t arm : plan.arms) {
    const auto* first = find_series(story, arm, 0, plan.output);
    for (std::size_t h = 1; h < story.hypotheses.size() && all_alike; ++h) {
      const auto* other = find_series(story, arm, h, plan.output);
      all_alike = first != nullptr && other != nullptr &&
                  alike(*first, *other, plan.shown, end, plan.high - plan.low);
    }
  }
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t h = 0; h < story.hypotheses.size(); ++h) {
    if (h == 0 || !all_alike) groups.emplace_back();
    groups.back().push_back(h);
  }
  return groups;
}

// Where the grid gets finer within a course of doses, the peaks that the coarse part misses would
// seem to begin there: the whole run is then drawn at the coarse interval throughout.
double common_interval(const Story& story) {
  if (story.grid.size() < 3) return 0;
  double least = story.duration, most = 0, coarse_until = 0;
  for (std::size_t i = 1; i < story.grid.size(); ++i) {
    const double gap = story.grid[i] - story.grid[i - 1];
    least = std::min(least, gap);
    if (gap >= most - 1e-9) coarse_until = story.grid[i];
    most = std::max(most, gap);
  }
  if (most <= 2 * least || most > 24) return 0;
  for (const ArmStory& arm : story.arms) {
    const auto [before, after] =
        std::equal_range(arm.dose_times.begin(), arm.dose_times.end(), coarse_until);
    const bool in_both = before - arm.dose_times.begin() > 1 && arm.dose_times.end() - after > 1;
    if (in_both) return most;
  }
  return 0;
}

std::optional<Plan> make_plan(const Story& story, Plan plan) {
  plan.arms = drawn_arms(story, plan.output);
  const auto [begin, end] = index_range(story, plan);
  if (plan.arms.empty() || end - begin < 2) return std::nullopt;
  measure(story, plan);
  plan.columns = group_hypotheses(story, plan);
  return plan;
}

// --- data ------------------------------------------------------------------------------------

// Indices of the grid times that are drawn.
std::vector<std::size_t> drawn_times(const Story& story, const Plan& plan) {
  const auto [begin, end] = index_range(story, plan);
  std::vector<std::size_t> times;
  for (std::size_t i = begin; i < end; ++i) {
    const bool in_step =
        plan.every == 0 ||
        std::abs(std::remainder(story.grid[i] - story.grid[begin], plan.every)) < 1e-6;
    if (in_step) times.push_back(i);
  }
  return times;
}

// Rows {k: curve, x, and what there is of lo, q1, md, q3, hi, ty}; k = arm * hypotheses +
// hypothesis.
Json curve_rows(const Story& story, const Plan& plan) {
  Json rows = Json::array();
  const std::size_t end = index_range(story, plan).second;
  const std::vector<std::size_t> times = drawn_times(story, plan);
  const std::size_t curves = plan.arms.size() * plan.columns.size();
  const std::size_t most = std::clamp<std::size_t>(most_rows / curves, 60, most_points);
  const double unit = time_axis(plan).unit;
  for (const std::size_t arm : plan.arms) {
    for (const auto& group : plan.columns) {
      const auto* series = find_series(story, arm, group.front(), plan.output);
      if (series == nullptr) continue;
      const Columns columns = columns_of(*series, plan.shown, end);
      std::vector<std::vector<double>> shapes;
      for (const auto* shape : {&columns.median, &columns.high, &columns.typical}) {
        if (shape->empty()) continue;
        shapes.emplace_back();
        for (const std::size_t i : times) shapes.back().push_back((*shape)[i]);
      }
      if (shapes.empty()) continue;
      const std::size_t k = arm * story.hypotheses.size() + group.front();
      for (const std::size_t position : thin(shapes, 0, times.size(), most)) {
        const std::size_t i = times[position];
        Json row = {{"k", k}, {"x", spec::rounded(story.grid[i] / unit, 7)}};
        const auto put = [&](const char* key, const std::vector<double>& values) {
          if (!values.empty() && std::isfinite(values[i])) row[key] = spec::rounded(values[i]);
        };
        put("lo", columns.low);
        put("q1", columns.q25);
        put("md", columns.median);
        put("q3", columns.q75);
        put("hi", columns.high);
        put("ty", columns.typical);
        rows.push_back(std::move(row));
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
  return names.empty() ? "" : fmt::format(" Not drawn, since 0 throughout: {}.", join(names));
}

std::string band_text(const Story& story, const Plan& plan) {
  if (!has_bands(story, plan.shown)) return "Typical patient.";
  const bool many = plan.arms.size() > most_arms_as_rows;
  if (plan.shown == Shown::parameters) {
    return fmt::format(
        "Typical patient under {} draws of the uncertain parameters: {}5–95 % of draws.",
        story.uncertainty_draws, many ? "median; shading of one arm " : "shading ");
  }
  if (many) {
    return "Median patient of each arm; shading: 5–95 % of patients of the arm chosen below the "
           "figure.";
  }
  return "Shading: 5–95 % and 25–75 % of patients; line: median; dashed: typical patient.";
}

Figure make_figure(const Story& story, const Plan& plan, std::string id, std::string title) {
  Figure figure;
  figure.id = std::move(id);
  figure.title = std::move(title);
  figure.caption = band_text(story, plan);
  if (plan.columns.size() > 1 && plan.arms.size() <= most_arms_as_rows) {
    figure.caption += " Faint lines: the other hypotheses.";
  }
  figure.caption += undrawn_text(story, plan);
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

std::vector<std::size_t> drawn_arms(const Story& story, std::size_t output) {
  std::vector<std::size_t> arms;
  for (std::size_t arm = 0; arm < story.arms.size(); ++arm) {
    const bool any = std::any_of(
        story.summary.series.begin(), story.summary.series.end(), [&](const auto& series) {
          const auto not_zero = [](double value) { return value != 0 && std::isfinite(value); };
          return series.arm == arm && series.watched == output &&
                 (std::any_of(series.typical.begin(), series.typical.end(), not_zero) ||
                  std::any_of(series.patients.begin(), series.patients.end(),
                              [&](const simulate::Band& band) {
                                return not_zero(band.q05) || not_zero(band.q95);
                              }));
        });
    if (any) arms.push_back(arm);
  }
  return arms;
}

std::optional<std::pair<double, double>> detail_range(const Story& story) {
  if (story.duration <= 72) return std::nullopt;
  double last_dose = story.duration;
  bool any = false;
  for (const ArmStory& arm : story.arms) {
    if (arm.dose_times.empty()) continue;
    last_dose = any ? std::max(last_dose, arm.dose_times.back()) : arm.dose_times.back();
    any = true;
  }
  double from = story.duration - detail_hours;
  if (any && last_dose < from) from = std::floor(last_dose / 24) * 24;
  const double to = std::min(from + detail_hours, story.duration);
  const auto begin = std::lower_bound(story.grid.begin(), story.grid.end(), from - 1e-9);
  const auto end = std::upper_bound(begin, story.grid.end(), to + 1e-9);
  if (end - begin < static_cast<std::ptrdiff_t>(fewest_detail_points)) return std::nullopt;
  return std::pair(from, to);
}

std::optional<Figure> whole_figure(const Story& story, std::size_t output) {
  const auto plan = make_plan(
      story, {.output = output, .from = 0, .to = story.duration, .every = common_interval(story)});
  if (!plan) return std::nullopt;
  Figure figure = make_figure(story, *plan, fmt::format("whole-{}", output),
                              story.outputs[output].label + " over " + duration(story.duration));
  if (plan->every > 0) {
    figure.caption +=
        fmt::format(" Drawn every {}: what lies between is not seen here.", duration(plan->every));
  }
  return figure;
}

std::optional<Figure> detail_figure(const Story& story, std::size_t output) {
  const auto range = detail_range(story);
  if (!range) return std::nullopt;
  const auto plan = make_plan(
      story, {.output = output, .from = range->first, .to = range->second, .clock = true});
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
  const auto plan = make_plan(story, {.output = output,
                                      .shown = Shown::parameters,
                                      .from = range.first,
                                      .to = range.second,
                                      .clock = detail});
  if (!plan) return std::nullopt;
  return make_figure(story, *plan, fmt::format("parameters-{}", output),
                     story.outputs[output].label + ": how uncertain parameters move it");
}

}  // namespace vesper::report
