#include "report/plan.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "report/figures.h"

namespace vesper::report {

namespace {

constexpr std::size_t fewest_detail_points = 12;
constexpr double detail_hours = 48;
constexpr double most_cycles = 40;     // in a panel, beyond which their strokes run together
constexpr std::ptrdiff_t course = 3;   // so many doses make a course
constexpr double alike_within = 1e-3;  // of the highest value

std::pair<std::size_t, std::size_t> index_range(const Story& story, const Plan& plan) {
  const auto begin = std::lower_bound(story.grid.begin(), story.grid.end(), plan.from - 1e-9);
  const auto end = std::upper_bound(begin, story.grid.end(), plan.to + 1e-9);
  return {begin - story.grid.begin(), end - story.grid.begin()};
}

const std::vector<simulate::Band>& bands(const simulate::Series& series, Shown shown) {
  return shown == Shown::patients ? series.patients : series.uncertainty;
}

// Whether two curves are one to the eye: every band and the typical patient.
bool alike(const Columns& x, const Columns& y, double scale) {
  const auto same = [&](const std::vector<double>& u, const std::vector<double>& v) {
    return std::equal(u.begin(), u.end(), v.begin(), v.end(), [&](double p, double q) {
      return (std::isnan(p) && std::isnan(q)) || std::abs(p - q) <= alike_within * scale;
    });
  };
  return same(x.low, y.low) && same(x.median, y.median) && same(x.high, y.high) &&
         same(x.typical, y.typical);
}

void measure(const Story& story, Plan& plan) {
  const std::size_t begin = index_range(story, plan).first;
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
    const Columns columns = columns_of(story, plan, series);
    for (const auto* values : {&columns.low, &columns.high, &columns.typical}) {
      for (std::size_t i = begin; i < values->size(); ++i) see((*values)[i]);
    }
  }
}

// One column where all hypotheses give the same curves in every arm, else one for each.
std::vector<std::vector<std::size_t>> group_hypotheses(const Story& story, const Plan& plan) {
  bool all_alike = true;
  for (const std::size_t arm : plan.arms) {
    const auto* first = find_series(story, arm, 0, plan.output);
    for (std::size_t h = 1; h < story.hypotheses.size() && all_alike; ++h) {
      const auto* other = find_series(story, arm, h, plan.output);
      all_alike = first != nullptr && other != nullptr &&
                  alike(columns_of(story, plan, *first), columns_of(story, plan, *other),
                        plan.high - plan.low);
    }
  }
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t h = 0; h < story.hypotheses.size(); ++h) {
    if (h == 0 || !all_alike) groups.emplace_back();
    groups.back().push_back(h);
  }
  return groups;
}

// Where a course of doses runs through a fine and a coarse part of the grid, the peaks that the
// coarse part misses would seem to end or to begin there: the arm is then drawn at the coarse step
// throughout.
double common_step(const Story& story, const ArmStory& arm) {
  const std::vector<double>& grid = story.grid;
  if (grid.size() < 3) return 0;
  double most = 0;
  for (std::size_t i = 1; i < grid.size(); ++i) most = std::max(most, grid[i] - grid[i - 1]);
  std::ptrdiff_t coarse = 0, fine = 0;
  for (const double time : arm.dose_times) {
    const auto after = std::upper_bound(grid.begin(), grid.end(), time);
    if (after == grid.begin() || after == grid.end()) continue;
    const double step = *after - *(after - 1);
    coarse += step > 0.75 * most;
    fine += step < 0.51 * most;
  }
  return most <= 24 && coarse >= course && fine > 0 ? most : 0;
}

// The commonest time between doses, where so many fit into the plan that a line through them would
// fill the panel; 0 otherwise.
double crowded_cycle(const Story& story, const Plan& plan, const ArmStory& arm, const Pace& pace) {
  const std::vector<double>& times = arm.dose_times;
  std::vector<double> gaps;
  for (std::size_t i = 1; i < times.size(); ++i) gaps.push_back(times[i] - times[i - 1]);
  if (gaps.empty()) return 0;
  const auto median = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::nth_element(gaps.begin(), median, gaps.end());
  if (!(*median > 0)) return 0;
  const double cycles = (plan.to - plan.from) / *median;
  const auto points = static_cast<double>(drawn_times(story, plan, pace).size());
  // A low and a high need more than two points each.
  return cycles > most_cycles && points >= 4 * cycles ? *median : 0;
}

Pace pace_for(const Story& story, const Plan& plan, std::size_t index) {
  const ArmStory& arm = story.arms[index];
  Pace pace;
  pace.every = common_step(story, arm);
  if (plan.arms.size() > most_arms_as_rows) return pace;
  pace.cycle = crowded_cycle(story, plan, arm, pace);
  if (pace.cycle > 0) pace.phase = arm.dose_times.front();
  return pace;
}

}  // namespace

const Pace& Plan::pace(std::size_t arm) const {
  const auto found = std::find(arms.begin(), arms.end(), arm);
  assert(found != arms.end());
  return paces[static_cast<std::size_t>(found - arms.begin())];
}

std::optional<Plan> make_plan(const Story& story, Plan plan, bool paced) {
  plan.arms = drawn_arms(story, plan.output);
  const auto [begin, end] = index_range(story, plan);
  if (plan.arms.empty() || end - begin < 2) return std::nullopt;
  measure(story, plan);
  plan.columns = group_hypotheses(story, plan);
  for (const std::size_t arm : plan.arms) {
    plan.paces.push_back(paced ? pace_for(story, plan, arm) : Pace{});
  }
  return plan;
}

std::vector<std::size_t> drawn_times(const Story& story, const Plan& plan, const Pace& pace) {
  const auto [begin, end] = index_range(story, plan);
  std::vector<std::size_t> times;
  for (std::size_t i = begin; i < end; ++i) {
    const double since = story.grid[i] - story.grid[begin];
    if (pace.every == 0 || std::abs(std::remainder(since, pace.every)) < 1e-6) times.push_back(i);
  }
  return times;
}

double coarsest_step(const Story& story, const Plan& plan) {
  double most = 0;
  for (const Pace& pace : plan.paces) {
    const std::vector<std::size_t> times = drawn_times(story, plan, pace);
    for (std::size_t i = 1; i < times.size(); ++i) {
      most = std::max(most, story.grid[times[i]] - story.grid[times[i - 1]]);
    }
  }
  return most;
}

Columns columns_of(const Story& story, const Plan& plan, const simulate::Series& series) {
  Columns columns;
  const std::size_t end = index_range(story, plan).second;
  const auto& all = bands(series, plan.shown);
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

bool has_bands(const Story& story, Shown shown) {
  return std::any_of(story.summary.series.begin(), story.summary.series.end(),
                     [&](const simulate::Series& series) {
                       const auto& all = bands(series, shown);
                       return std::any_of(all.begin(), all.end(),
                                          [](const simulate::Band& band) { return band.n > 1; });
                     });
}

TimeAxis time_axis(const Plan& plan) {
  if (plan.clock) return {1, "time of day"};
  const double span = plan.to - plan.from;
  if (span <= 96) return {1, "hours"};
  if (span <= 6 * 168) return {24, "days"};
  return {168, "weeks"};
}

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

}  // namespace vesper::report
