// The schedule for a terminal, as JSON and as a calendar.
#include "evidence/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "files/calendar.h"
#include "titration/predict.h"

namespace vesper::titration {

namespace {

using evidence::padded;
using evidence::padded_left;
using evidence::wrapped;
using Json = nlohmann::ordered_json;

constexpr std::size_t columns = 100;
constexpr const char* uncompared =
    "No plan was compared with another in a trial, and no dose below 50 mg is approved.";

std::string citation(const Knowledge& knowledge, const std::string& id) {
  for (const evidence::SourceEntry& one : knowledge.sources) {
    if (one.id == id) return one.citation;
  }
  return id;
}

std::string days_text(const Schedule& schedule, const Step& step) {
  if (step.days) return fmt::format("{} to {}", step.first, step.first + *step.days - 1);
  return fmt::format("{} on", step.first) + (step.first > schedule.course ? " *" : "");
}

std::string rounded(double value) {
  return value >= 10 ? fmt::format("{:.0f}", value) : fmt::format("{:.2g}", value);
}

std::string range(const Spread& one, bool whole, bool population) {
  const auto text = [&](double value) {
    return whole ? fmt::format("{:.0f}", value) : rounded(value);
  };
  if (!population) return text(one.typical);
  return fmt::format("{} [{}-{}]", text(one.median), text(one.low), text(one.high));
}

void steps_table(const Schedule& schedule, std::string& out) {
  out += fmt::format("  {} {} {}  {}\n", padded("days", 10), padded("from", 15),
                     padded_left("dose", 8), "a day");
  for (const Step& step : schedule.steps) {
    const files::Date first = schedule.first_of(step);
    out += fmt::format("  {} {} {} {}  {}\n", padded(days_text(schedule, step), 10),
                       files::weekday(first), padded(files::date_text(first), 11),
                       padded_left(fmt::format("{:g} mg", step.mg), 8), units_text(schedule, step));
  }
}

void prediction_table(const Schedule& schedule, const Prediction& all, std::string& out) {
  const bool population = all.patients > 0;
  const std::vector<std::string> heads = {"Cmax " + all.unit, "AUC24 h " + all.unit,
                                          "MOR highest %", "MOR lowest %", "h/day > 50 %"};
  const std::size_t wide = population ? 19 : 15;
  out += "  " + padded("dose, day", 17);
  for (const std::string& head : heads) out += padded_left(head, wide);
  out += "\n";
  for (std::size_t s = 0; s < schedule.steps.size(); ++s) {
    for (std::size_t h = 0; h < all.hypotheses.size(); ++h) {
      const Exposure& one = all.exposures[s][h];
      const std::string label =
          h == 0 ? fmt::format("{:g} mg, {}", schedule.steps[s].mg, all.days[s]) : "";
      out += "  " + padded(label, 13) + padded(all.hypotheses[h], 4);
      for (const auto& [figure, whole] :
           {std::pair(one.peak, false), std::pair(one.area, false), std::pair(one.highest, true),
            std::pair(one.lowest, true), std::pair(one.hours, false)}) {
        out += padded_left(range(figure, whole, population), wide);
      }
      out += "\n";
    }
  }
}

Json spread_json(const Spread& one) {
  return {{"typical", one.typical}, {"q05", one.low}, {"median", one.median}, {"q95", one.high}};
}

Json units_json(const Schedule& schedule, const std::vector<double>& units) {
  Json list = Json::array();
  for (std::size_t k = 0; k < units.size(); ++k) {
    if (units[k] == 0) continue;
    const Strength& one = schedule.strengths[k];
    list.push_back({{"product", one.of_the_house ? Json(one.product.id) : Json(nullptr)},
                    {"strength_mg", one.mg},
                    {"unit", one.noun()},
                    {"count", units[k]}});
  }
  return list;
}

// Over the course, with packs where their size is known.
Json totals_json(const Schedule& schedule) {
  Json list = units_json(schedule, schedule.totals);
  std::size_t at = 0;
  for (std::size_t k = 0; k < schedule.totals.size(); ++k) {
    if (schedule.totals[k] == 0) continue;
    Json& entry = list[at++];
    if (const auto packs = packs_of(schedule, k)) {
      entry["packs"] = packs->count;
      entry["pack_size"] = *schedule.pack;
      entry["left_over"] = packs->left;
    }
  }
  return list;
}

Json prediction_json(const Schedule& schedule, const Prediction& all) {
  Json steps = Json::array();
  for (std::size_t s = 0; s < schedule.steps.size(); ++s) {
    Json under = Json::object();
    for (std::size_t h = 0; h < all.hypotheses.size(); ++h) {
      const Exposure& one = all.exposures[s][h];
      under[all.hypotheses[h]] = {{"plasma_naltrexone_cmax", spread_json(one.peak)},
                                  {"plasma_naltrexone_auc24", spread_json(one.area)},
                                  {"mor_occupancy_highest_percent", spread_json(one.highest)},
                                  {"mor_occupancy_lowest_percent", spread_json(one.lowest)},
                                  {"hours_a_day_above_50_percent", spread_json(one.hours)}};
    }
    steps.push_back({{"dose_mg", schedule.steps[s].mg}, {"day", all.days[s]}, {"under", under}});
  }
  Json labels = Json::object();
  for (std::size_t h = 0; h < all.hypotheses.size(); ++h) labels[all.hypotheses[h]] = all.labels[h];
  return {{"model", all.model},
          {"population", all.population},
          {"patients", all.patients},
          {"failed_runs", all.failed},
          {"seed", all.seed},
          {"hypotheses", labels},
          {"plasma_unit", all.unit},
          {"area_unit", "h " + all.unit},
          {"steps", steps}};
}

}  // namespace

std::vector<std::string> cautions(const Schedule& schedule, const Knowledge& knowledge) {
  std::vector<std::string> all = schedule.remarks;
  all.push_back(fmt::format("Plan: {} ({}). {}", citation(knowledge, schedule.plan.source),
                            schedule.plan.grade, schedule.plan.notes));
  all.emplace_back(uncompared);
  all.push_back("Before the first dose: vesper check (opioids, liver, pregnancy, operations).");
  return all;
}

std::string schedule_text(const Schedule& schedule, const Knowledge& knowledge,
                          const std::optional<Prediction>& prediction) {
  std::string out =
      wrapped(fmt::format("Low-dose naltrexone to {:g} mg: {} · at {} · from {} {}",
                          schedule.reached(), schedule.plan.name, schedule.at,
                          files::weekday(schedule.start), files::date_text(schedule.start)),
              columns, "", "  ");
  out += "\n";
  steps_table(schedule, out);
  out += wrapped(fmt::format("For {} days: {}.", schedule.course, totals_text(schedule)), columns,
                 "\n  ", "  ");
  if (prediction) {
    out += "\nPREDICTED on the last day of each step";
    out += fmt::format(" (of the last step, day {})\n", prediction->days.back());
    prediction_table(schedule, *prediction, out);
    const std::string who =
        prediction->patients > 0
            ? fmt::format("Median [5-95 %] of {} patients of population {}, seed {}.",
                          prediction->patients, prediction->population, prediction->seed)
            : std::string("The typical patient.");
    std::vector<std::string> labels;
    for (std::size_t h = 0; h < prediction->hypotheses.size(); ++h) {
      labels.push_back(prediction->hypotheses[h] + " " + prediction->labels[h]);
    }
    out += wrapped(fmt::format("{} {}. They disagree, and no scan was made at these doses.", who,
                               fmt::join(labels, "; ")),
                   columns, "  ", "  ");
    if (prediction->failed > 0) {
      out += fmt::format("  {} runs failed and are left out.\n", prediction->failed);
    }
  }
  out += "\n";
  for (const std::string& one : cautions(schedule, knowledge)) {
    out += wrapped(one, columns, "  • ", "    ");
  }
  return out + "\n  " + std::string(simulate::disclaimer) + "\n";
}

std::string schedule_json(const Schedule& schedule, const Knowledge& knowledge,
                          const std::optional<Prediction>& prediction) {
  Json steps = Json::array();
  for (const Step& step : schedule.steps) {
    steps.push_back({{"dose_mg", step.mg},
                     {"wanted_mg", step.wanted},
                     {"first_day", step.first},
                     {"from", files::date_text(schedule.first_of(step))},
                     {"days", step.days ? Json(*step.days) : Json(nullptr)},
                     {"units", units_json(schedule, step.units)}});
  }
  const Json json = {
      {"plan",
       {{"id", schedule.plan.id},
        {"name", schedule.plan.name},
        {"source", schedule.plan.source},
        {"grade", schedule.plan.grade}}},
      {"target_mg", schedule.target},
      {"reached_mg", schedule.reached()},
      {"start", files::date_text(schedule.start)},
      {"at", schedule.at},
      {"steps", std::move(steps)},
      {"course_days", schedule.course},
      {"totals", totals_json(schedule)},
      {"label", label_lines(schedule)},
      {"prediction", prediction ? prediction_json(schedule, *prediction) : Json(nullptr)},
      {"says", cautions(schedule, knowledge)},
      {"disclaimer", simulate::disclaimer}};
  return json.dump(2) + "\n";
}

std::string schedule_calendar(const Schedule& schedule) {
  std::vector<files::CalendarEvent> events;
  for (const Step& step : schedule.steps) {
    events.push_back({schedule.first_of(step),
                      fmt::format("Naltrexone {:g} mg at {}", step.mg, schedule.at),
                      fmt::format("{} a day{}.\n{}", units_text(schedule, step),
                                  step.days ? fmt::format(", for {} days", *step.days) : "",
                                  simulate::disclaimer),
                      {}});
  }
  return files::calendar_text("Low-dose naltrexone", schedule.start, events);
}

std::string plans_text(const Knowledge& knowledge) {
  std::string out;
  for (const Plan& one : knowledge.plans) {
    out += wrapped(fmt::format("{} ({}; {}). {}", one.name, one.grade,
                               citation(knowledge, one.source), one.notes),
                   columns, "  " + padded(one.id, 10), "            ");
  }
  out += "\n";
  for (const TimeOfDay& one : knowledge.times) {
    out += wrapped(fmt::format("at {} ({}). {}", one.at, one.grade, one.notes), columns,
                   "  " + padded(one.id, 10), "            ");
  }
  out += wrapped(uncompared, columns, "\n  • ", "    ");
  return out + "\n  " + std::string(simulate::disclaimer) + "\n";
}

std::string plans_json(const Knowledge& knowledge) {
  Json plans = Json::array(), times = Json::array();
  for (const Plan& one : knowledge.plans) {
    Json entry = {
        {"id", one.id},         {"name", one.name},
        {"source", one.source}, {"grade", one.grade},
        {"notes", one.notes},   {"target_mg", one.target ? Json(*one.target) : Json(nullptr)}};
    if (one.by) {
      entry["by"] = {{"start_mg", one.by->start}, {"add_mg", one.by->add}, {"days", one.by->every}};
    } else {
      Json steps = Json::array();
      for (const Stage& stage : one.stages) {
        steps.push_back(
            {{"dose_mg", stage.mg}, {"days", stage.days ? Json(*stage.days) : Json(nullptr)}});
      }
      entry["steps"] = std::move(steps);
    }
    plans.push_back(std::move(entry));
  }
  for (const TimeOfDay& one : knowledge.times) {
    times.push_back({{"id", one.id},
                     {"at", one.at},
                     {"source", one.source},
                     {"grade", one.grade},
                     {"notes", one.notes}});
  }
  const Json json = {{"plans", std::move(plans)},
                     {"times", std::move(times)},
                     {"usual_target_mg", knowledge.target},
                     {"says", Json::array({uncompared})},
                     {"disclaimer", simulate::disclaimer}};
  return json.dump(2) + "\n";
}

}  // namespace vesper::titration
