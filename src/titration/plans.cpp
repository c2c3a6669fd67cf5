#include "titration/plans.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "evidence/fields.h"

namespace vesper::titration {

namespace {

using files::Yaml;

constexpr double most_mg = 1000;
constexpr int most_days = 3650;

Result<double> milligrams(const Yaml& value) {
  VESPER_TRY(const units::Unit unit, units::Unit::parse("mg"));
  VESPER_TRY(const double mg, value.in(unit));
  if (mg > 0 && mg <= most_mg) return mg;
  return fail(Code::out_of_range, fmt::format("'{}' is no dose here", value.raw()), value.place(),
              "such as `1.5 mg`");
}

Result<int> days(const Yaml& value) {
  VESPER_TRY(const units::Unit unit, units::Unit::parse("day"));
  VESPER_TRY(const double number, value.in(unit));
  const double whole = std::round(number);
  if (whole >= 1 && whole <= most_days && std::abs(number - whole) < 1e-9) {
    return static_cast<int>(whole);
  }
  return fail(Code::out_of_range, fmt::format("'{}' is no number of whole days here", value.raw()),
              value.place(), "such as `14 days` or `2 weeks`");
}

Result<std::vector<Stage>> read_stages(const Yaml& plan) {
  std::vector<Stage> all;
  for (const Yaml& entry : plan.items("steps")) {
    VESPER_CHECK(entry.keys({"dose", "days"}));
    if (!all.empty() && !all.back().days) {
      return fail(Code::bad_plan, "a step after one that is kept", entry.place(),
                  "give every step but the last its `days`");
    }
    Stage stage;
    VESPER_TRY(const Yaml dose, entry.at("dose"));
    VESPER_TRY(stage.mg, milligrams(dose));
    if (const Yaml* time = entry.find("days")) {
      VESPER_TRY(const double count, time->number());
      if (!(count >= 1 && count <= most_days && count == std::floor(count))) {
        return fail(Code::out_of_range, fmt::format("'{}' is no number of days", time->raw()),
                    time->place(), "a whole number, such as 14");
      }
      stage.days = static_cast<int>(count);
    }
    if (!all.empty() && !(stage.mg > all.back().mg)) {
      return fail(Code::bad_plan, "a step that is not higher than the one before", dose.place(),
                  "steps rise");
    }
    all.push_back(stage);
  }
  return all;
}

Result<Plan> read_plan(const Yaml& entry, const std::vector<std::string>& sources) {
  VESPER_CHECK(entry.keys({"id", "name", "steps", "by", "target", "source", "grade", "notes"}));
  Plan plan;
  VESPER_TRY(plan.id, evidence::filled(entry, "id"));
  VESPER_TRY(plan.name, evidence::filled(entry, "name"));
  VESPER_TRY(plan.source, evidence::filled(entry, "source"));
  VESPER_CHECK(evidence::check_source(plan.source, sources, entry.find("source")->place()));
  VESPER_TRY(plan.grade, evidence::filled(entry, "grade"));
  VESPER_TRY(plan.notes, entry.text_or("notes", ""));
  if (entry.has("steps") == entry.has("by")) {
    return fail(Code::bad_plan, fmt::format("plan '{}' needs one of 'steps' and 'by'", plan.id),
                entry.place(), "list the steps, or say by how much they rise");
  }
  if (const Yaml* by = entry.find("by")) {
    VESPER_CHECK(by->keys({"start", "add", "every"}));
    Plan::By rise;
    VESPER_TRY(const Yaml start, by->at("start"));
    VESPER_TRY(rise.start, milligrams(start));
    VESPER_TRY(const Yaml add, by->at("add"));
    VESPER_TRY(rise.add, milligrams(add));
    VESPER_TRY(const Yaml every, by->at("every"));
    VESPER_TRY(rise.every, days(every));
    plan.by = rise;
  } else {
    VESPER_TRY(plan.stages, read_stages(entry));
    if (plan.stages.empty()) {
      return fail(Code::bad_plan, fmt::format("plan '{}' has no step", plan.id), entry.place(),
                  "add `steps: [{dose: 1.5 mg, days: 14}, {dose: 4.5 mg}]`");
    }
  }
  if (const Yaml* target = entry.find("target")) {
    VESPER_TRY(plan.target, milligrams(*target));
  }
  return plan;
}

Result<TimeOfDay> read_time(const Yaml& entry, const std::vector<std::string>& sources) {
  VESPER_CHECK(entry.keys({"id", "at", "source", "grade", "notes"}));
  TimeOfDay time;
  VESPER_TRY(time.id, evidence::filled(entry, "id"));
  VESPER_TRY(time.at, evidence::filled(entry, "at"));
  VESPER_TRY(time.source, evidence::filled(entry, "source"));
  VESPER_CHECK(evidence::check_source(time.source, sources, entry.find("source")->place()));
  VESPER_TRY(time.grade, evidence::filled(entry, "grade"));
  VESPER_TRY(time.notes, entry.text_or("notes", ""));
  return time;
}

template <class T>
Result<T> named(const std::vector<T>& all, const std::string& id, const char* kind) {
  std::vector<std::string> known;
  for (const T& one : all) {
    if (one.id == id) return one;
    known.push_back(one.id);
  }
  return fail(Code::bad_plan, fmt::format("there is no {} '{}'", kind, id), {}, suggest(id, known));
}

}  // namespace

Result<Plan> Knowledge::plan(const std::string& id) const {
  return named(plans, id, "plan");
}
Result<TimeOfDay> Knowledge::time(const std::string& id) const {
  return named(times, id, "time");
}

Result<Knowledge> parse_knowledge(const Yaml& root, const std::vector<std::string>& sources) {
  VESPER_CHECK(root.keys(
      {"plans", "target", "times", "have", "capsule", "course", "steady", "model", "population"}));
  Knowledge all;
  for (const Yaml& entry : root.items("plans")) {
    VESPER_TRY(Plan plan, read_plan(entry, sources));
    const bool twice =
        std::ranges::any_of(all.plans, [&](const Plan& o) { return o.id == plan.id; });
    if (twice) {
      return fail(Code::bad_plan, fmt::format("plan '{}' is there twice", plan.id), entry.place());
    }
    all.plans.push_back(std::move(plan));
  }
  for (const Yaml& entry : root.items("times")) {
    VESPER_TRY(TimeOfDay time, read_time(entry, sources));
    all.times.push_back(std::move(time));
  }
  if (all.plans.empty() || all.times.empty()) {
    return fail(Code::bad_plan, "no plan, or no time of day", root.place(),
                "list them under `plans` and `times`");
  }
  VESPER_TRY(const Yaml target, root.at("target"));
  VESPER_TRY(all.target, milligrams(target));
  for (const Yaml& item : root.items("have")) {
    VESPER_TRY(std::string id, item.text());
    all.have.push_back(std::move(id));
  }
  VESPER_TRY(all.capsule, evidence::filled(root, "capsule"));
  VESPER_TRY(const Yaml course, root.at("course"));
  VESPER_TRY(all.course, days(course));
  VESPER_TRY(const Yaml steady, root.at("steady"));
  VESPER_TRY(all.steady, days(steady));
  VESPER_TRY(all.model, evidence::filled(root, "model"));
  VESPER_TRY(all.population, evidence::filled(root, "population"));
  return all;
}

Result<Knowledge> read_knowledge(const files::SearchPath& search) {
  VESPER_TRY(const std::vector<std::string> sources, evidence::source_ids(search));
  VESPER_TRY(const auto path, search.find("titration", "evidence", ".yaml", {}));
  VESPER_TRY(const Yaml root, files::read_yaml(path));
  VESPER_TRY(Knowledge all, parse_knowledge(root, sources));
  VESPER_TRY(all.sources, evidence::read_sources(search));
  return all;
}

}  // namespace vesper::titration
