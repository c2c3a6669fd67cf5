#include "titration/predict.h"

#include <fmt/format.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cmath>

#include "simulate/band.h"
#include "simulate/single.h"

namespace vesper::titration {

namespace {

constexpr double day = 24, fine = 0.1;  // [h]
constexpr double level = 50;            // [%] of occupancy
enum Watched : std::size_t { plasma, occupancy, watched };

struct Window {
  double from = 0, to = 0;  // [h]
};

std::vector<Window> windows(const Schedule& schedule, const Knowledge& knowledge, double clock,
                            std::vector<int>& days) {
  std::vector<Window> all;
  for (const Step& step : schedule.steps) {
    const int last = step.first + step.days.value_or(knowledge.steady) - 1;
    days.push_back(last);
    const double from = (last - 1) * day + clock;
    all.push_back({from, from + day});
  }
  return all;
}

// The lines of the regimen; a line each for the step's strengths.  `stand_in`: products that the
// house lacks are named by the capsule that stands for them, one unit as one.
std::string items(const Schedule& schedule, const std::string& stand_in,
                  const std::string& indent) {
  std::string text;
  for (const Step& step : schedule.steps) {
    for (std::size_t k = 0; k < step.units.size(); ++k) {
      if (step.units[k] == 0) continue;
      const Strength& one = schedule.strengths[k];
      text += fmt::format("{}- {{product: {}, count: {:.6g}, every: 24 h, at: \"{}\"", indent,
                          one.of_the_house ? one.product.id : stand_in, step.units[k], schedule.at);
      if (step.first > 1) text += fmt::format(", from: day {}", step.first);
      if (step.days) text += fmt::format(", until: day {}", step.first + *step.days - 1);
      text += "}\n";
    }
  }
  return text;
}

std::string protocol(const Schedule& schedule, const Knowledge& knowledge, std::uint64_t patients,
                     const std::vector<Window>& windows) {
  std::string text = fmt::format("title: Steps of naltrexone\nmodel: {}\n", knowledge.model);
  if (patients > 0) {
    text += fmt::format("population: {}\npatients: {}\n", knowledge.population, patients);
  }
  text += fmt::format("duration: {:.6g} h\narms:\n  steps:\n", windows.back().to + 1);
  text += items(schedule, knowledge.capsule, "    ");
  text += "hypotheses: all\nwatch: [plasma naltrexone, MOR occupancy in %]\noutput:\n";
  for (const Window& one : windows) {
    text += fmt::format("  - {{from: {:.6g} h, until: {:.6g} h, every: {} h}}\n", one.from, one.to,
                        fine);
  }
  return text;
}

// Figures of one run over one window, in the order of Exposure's.
using Figures = std::array<double, 5>;

Figures read(const std::vector<double>& times, const std::vector<double>& values, Window window) {
  const auto from =
      static_cast<std::size_t>(std::ranges::lower_bound(times, window.from - 1e-6) - times.begin());
  const auto to =
      static_cast<std::size_t>(std::ranges::upper_bound(times, window.to + 1e-6) - times.begin());
  Figures found = {0, 0, 0, 100, 0};
  for (std::size_t k = from; k < to; ++k) {
    const double c = values[k * watched + plasma], o = values[k * watched + occupancy];
    found[0] = std::max(found[0], c);
    found[2] = std::max(found[2], o);
    found[3] = std::min(found[3], o);
    if (k + 1 == to) break;
    const double c2 = values[(k + 1) * watched + plasma],
                 o2 = values[(k + 1) * watched + occupancy];
    const double width = times[k + 1] - times[k];
    found[1] += width * (c + c2) / 2;
    const double above = std::max(o, o2) - level, span = std::abs(o - o2);
    if (above > 0) found[4] += width * (std::min(o, o2) >= level ? 1 : above / span);
  }
  return found;
}

Spread spread(double typical, std::vector<double>& values) {
  if (values.empty()) return {typical, typical, typical, typical};
  std::ranges::sort(values);
  return {typical, simulate::quantile(values, 0.05), simulate::quantile(values, 0.5),
          simulate::quantile(values, 0.95)};
}

// Figures by hypothesis, subject (0 is the typical one) and step; empty where a run failed.
struct Table {
  std::vector<std::vector<std::vector<Figures>>> figures;
  std::uint64_t failed = 0;
};

Result<Table> solve(const simulate::Study& study, std::uint64_t patients,
                    const std::vector<Window>& windows, unsigned threads) {
  std::vector<simulate::Subject> subjects;
  for (std::uint64_t k = 0; k <= patients; ++k) subjects.push_back(study.subject(k));
  const std::size_t hypotheses = study.hypotheses().size();
  std::vector<simulate::Study::Run> runs;
  for (std::size_t h = 0; h < hypotheses; ++h) {
    for (std::size_t s = 0; s < subjects.size(); ++s) runs.push_back({s, 0, h});
  }
  Table table;
  table.figures.assign(hypotheses, std::vector<std::vector<Figures>>(subjects.size()));
  std::vector<std::optional<solve::Failure>> failures(runs.size());
  tbb::task_arena arena(threads == 0 ? tbb::task_arena::automatic : static_cast<int>(threads));
  const std::size_t some = std::max<std::size_t>(1, study.batch());
  const std::size_t parts = (runs.size() + some - 1) / some;
  arena.execute([&] {
    tbb::parallel_for(std::size_t{0}, parts, [&](std::size_t part) {
      const std::size_t from = part * some, to = std::min(runs.size(), from + some);
      study.solve_all(subjects, std::span(runs).subspan(from, to - from), 1e300, nullptr,
                      [&](std::size_t i, solve::Solution solution) {
                        failures[from + i] = solution.failure;
                        if (solution.failure) return;
                        const auto& run = runs[from + i];
                        auto& own = table.figures[run.hypothesis][run.subject];
                        for (const Window& one : windows) {
                          own.push_back(read(study.grid(), solution.values, one));
                        }
                      });
    });
  });
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!failures[i]) continue;
    if (runs[i].subject == 0) {
      return tl::unexpected(simulate::run_failure(*failures[i], "the typical patient's steps"));
    }
    ++table.failed;
  }
  return table;
}

Exposure exposure(const std::vector<std::vector<Figures>>& subjects, std::size_t step) {
  const auto figure = [&](std::size_t k) {
    std::vector<double> values;
    for (std::size_t s = 1; s < subjects.size(); ++s) {
      if (!subjects[s].empty()) values.push_back(subjects[s][step][k]);
    }
    return spread(subjects[0][step][k], values);
  };
  return {figure(0), figure(1), figure(2), figure(3), figure(4)};
}

}  // namespace

Result<Prediction> predict(const Schedule& schedule, const Knowledge& knowledge,
                           std::uint64_t patients, const simulate::Options& options,
                           const files::SearchPath& search) {
  VESPER_TRY(const double clock, clock_hours(schedule.at));
  Prediction result;
  const std::vector<Window> read_over = windows(schedule, knowledge, clock, result.days);
  VESPER_TRY(const files::Source source,
             files::check("the schedule", protocol(schedule, knowledge, patients, read_over)));
  VESPER_TRY(simulate::Protocol protocol, simulate::parse_protocol(source, search));
  // Where the house has no such strength the capsule stands for it, with that strength.
  std::size_t item = 0;
  for (const Step& step : schedule.steps) {
    for (std::size_t k = 0; k < step.units.size(); ++k) {
      if (step.units[k] == 0) continue;
      protocol.arms[0].regimen.items[item++].product.strength = schedule.strengths[k].mg;
    }
  }
  simulate::Options chosen = options;
  chosen.hypotheses = std::vector<std::string>{"all"};
  VESPER_TRY(const simulate::Study study,
             simulate::Study::prepare(std::move(protocol), chosen, search));
  VESPER_TRY(const Table table, solve(study, patients, read_over, options.threads));
  for (const equations::Hypothesis& one : study.hypotheses()) {
    result.hypotheses.push_back(one.id);
    result.labels.push_back(one.label);
  }
  for (std::size_t step = 0; step < schedule.steps.size(); ++step) {
    auto& row = result.exposures.emplace_back();
    for (const auto& subjects : table.figures) row.push_back(exposure(subjects, step));
  }
  result.unit = study.watched()[plasma].unit;
  result.patients = patients;
  result.failed = table.failed;
  result.seed = study.seed();
  result.model = knowledge.model;
  result.population = knowledge.population;
  return result;
}

Result<std::string> protocol_text(const Schedule& schedule, const Knowledge& knowledge) {
  for (std::size_t k = 0; k < schedule.strengths.size(); ++k) {
    const Strength& one = schedule.strengths[k];
    if (one.of_the_house || !schedule.takes(k)) continue;
    return fail(Code::no_strengths, fmt::format("no product holds {:g} mg", one.mg), {},
                fmt::format("write products/ldn-capsule-{:g}mg.yaml first, or leave out --protocol",
                            one.mg));
  }
  const int end = std::max(schedule.course, schedule.steps.back().first + knowledge.steady);
  return fmt::format(
      "# {}\ntitle: Naltrexone stepped up, {}\nmodel: {}\npopulation: {}\npatients: 100\n"
      "duration: {} days\narms:\n  steps:\n{}hypotheses: all\n"
      "watch: [plasma naltrexone, MOR occupancy in %, KOR occupancy in %]\n"
      "output:\n  - {{every: 1 h}}\nwindow: last week\n",
      simulate::disclaimer, schedule.plan.name, knowledge.model, knowledge.population, end,
      items(schedule, knowledge.capsule, "    "));
}

}  // namespace vesper::titration
