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
constexpr double most_cycles = 40;     // in a panel, beyond which their strokes run together
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

// The commonest time between doses, where so many fit into the run that a line through them would
// fill the panel; 0 otherwise.
double crowded_cycle(const Story& story, const Plan& plan) {
  if (plan.arms.size() > most_arms_as_rows) return 0;
  double cycle = 0;
  for (const std::size_t arm : plan.arms) {
    const std::vector<double>& times = story.arms[arm].dose_times;
    std::vector<double> gaps;
    for (std::size_t i = 1; i < times.size(); ++i) gaps.push_back(times[i] - times[i - 1]);
    if (gaps.empty()) return 0;
    const auto median = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
    std::nth_element(gaps.begin(), median, gaps.end());
    cycle = std::max(cycle, *median);
  }
  const std::size_t points = drawn_times(story, plan).size();
  const double cycles = cycle > 0 ? (plan.to - plan.from) / cycle : 0;
  // A low and a high need more than two points each.
  return cycles > most_cycles && static_cast<double>(points) >= 4 * cycles ? cycle : 0;
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

void put(Json& row, const char* key, double value) {
  if (std::isfinite(value)) row[key] = spec::rounded(value);
}

// One row a point, thinned.
void add_curve(Json& rows, const Story& story, const Plan& plan, std::size_t k,
               const Columns& columns, std::size_t most) {
  const std::vector<std::size_t> times = drawn_times(story, plan);
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
                const Columns& columns) {
  const std::vector<std::size_t> times = drawn_times(story, plan);
  const double unit = time_axis(plan).unit;
  for (std::size_t from = 0; from < times.size();) {
    const double turn = std::floor((story.grid[times[from]] - plan.phase) / plan.cycle + 1e-9);
    const double begin = plan.phase + turn * plan.cycle;
    Extent low, middle, high, typical;
    std::size_t to = from;
    for (; to < times.size() && story.grid[times[to]] < begin + plan.cycle - 1e-9; ++to) {
      const std::size_t i = times[to];
      if (!columns.median.empty()) {
        low.see(columns.low[i]);
        middle.see(columns.median[i]);
        high.see(columns.high[i]);
      }
      if (!columns.typical.empty()) typical.see(columns.typical[i]);
    }
    // Drawn in the middle of what the run holds of it.
    const double left = std::max(begin, plan.from), right = std::min(begin + plan.cycle, plan.to);
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
  const std::size_t end = index_range(story, plan).second;
  const std::size_t curves = plan.arms.size() * plan.columns.size();
  const std::size_t most = std::clamp<std::size_t>(most_rows / curves, 60, most_points);
  for (const std::size_t arm : plan.arms) {
    for (const auto& group : plan.columns) {
      const auto* series = find_series(story, arm, group.front(), plan.output);
      if (series == nullptr) continue;
      const std::size_t k = arm * story.hypotheses.size() + group.front();
      const Columns columns = columns_of(*series, plan.shown, end);
      if (plan.cycle > 0) {
        add_cycles(rows, story, plan, k, columns);
      } else {
        add_curve(rows, story, plan, k, columns, most);
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
  if (!has_bands(story, plan.shown)) {
    return plan.cycle > 0 ? "Typical patient: how low and how high from dose to dose."
                          : "Typical patient.";
  }
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
  if (plan.cycle > 0) {
    return fmt::format(
        "Every {} a dose makes the curve rise and fall; drawn is how low and how high it gets from "
        "dose to dose. Strong: the median patient; light: from the lowest of the 5 % line to the "
        "highest of the 95 % line; dashed: typical patient.",
        plan.cycle == 24 ? "24 h" : duration(plan.cycle));
  }
  return "Shading: 5–95 % and 25–75 % of patients; line: median; dashed: typical patient.";
}

Figure make_figure(const Story& story, const Plan& plan, std::string id, std::string title) {
  Figure figure;
  figure.id = std::move(id);
  figure.title = std::move(title);
  figure.caption = band_text(story, plan);
  if (plan.columns.size() > 1 && plan.arms.size() <= most_arms_as_rows && plan.cycle == 0) {
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
  auto plan = make_plan(
      story, {.output = output, .from = 0, .to = story.duration, .every = common_interval(story)});
  if (!plan) return std::nullopt;
  plan->cycle = crowded_cycle(story, *plan);
  if (plan->cycle > 0) plan->phase = story.arms[plan->arms.front()].dose_times.front();
  Figure figure = make_figure(story, *plan, fmt::format("whole-{}", output),
                              story.outputs[output].label + " over " + duration(story.duration));
  if (plan->every > 0) {
    figure.caption += fmt::format(" From values every {}: what lies between them is not seen here.",
                                  duration(plan->every));
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
