#include "safety/patient.h"

#include <fmt/format.h>

namespace vesper::safety {

namespace {

using files::Yaml;

Result<Named> read_named(const Yaml& value) {
  VESPER_TRY(std::string text, value.text());
  if (folded(text).empty()) {
    return fail(Code::missing_key, "a name is wanted here", value.place());
  }
  return Named{std::move(text), {}, value.place()};
}

Result<std::optional<Date>> optional_date(const Yaml& entry, std::string_view key) {
  const Yaml* value = entry.find(key);
  if (value == nullptr || value->is_null()) return std::optional<Date>();
  VESPER_TRY(const Date date, files::read_date(*value));
  return std::optional(date);
}

// yes, no; unknown and nothing are no answer.
Result<std::optional<bool>> optional_answer(const Yaml& entry, std::string_view key) {
  const Yaml* value = entry.find(key);
  if (value == nullptr || value->is_null() || value->raw() == "unknown") {
    return std::optional<bool>();
  }
  if (auto answer = value->boolean()) return std::optional(*answer);
  return fail(Code::unknown_choice, fmt::format("'{}' is no answer to '{}'", value->raw(), key),
              value->place(), "one of: yes, no, unknown");
}

enum class Zero { allowed, refused };

Result<std::optional<double>> optional_in(const Yaml& entry, std::string_view key,
                                          const char* unit_text, Zero zero, double high) {
  const Yaml* value = entry.find(key);
  if (value == nullptr || value->is_null()) return std::optional<double>();
  VESPER_TRY(const units::Unit unit, units::Unit::parse(unit_text));
  VESPER_TRY(const double number, value->in(unit));
  if (!((zero == Zero::allowed ? number >= 0 : number > 0) && number <= high)) {
    return fail(Code::impossible_patient,
                fmt::format("{} '{}' is outside of what a person can have", key, value->raw()),
                value->place(),
                fmt::format("{} 0 and at most {:g} {}",
                            zero == Zero::allowed ? "at least" : "above", high, unit_text));
  }
  return std::optional(number);
}

Result<Medicine> read_medicine(const Yaml& entry) {
  Medicine medicine;
  if (entry.is_scalar()) {
    VESPER_TRY(medicine.what, read_named(entry));
    return medicine;
  }
  VESPER_CHECK(entry.keys({"name", "dose", "every", "since", "last", "route"}));
  VESPER_TRY(const Yaml name, entry.at("name"));
  VESPER_TRY(medicine.what, read_named(name));
  VESPER_TRY(medicine.route, entry.text_or("route", ""));
  if (const Yaml* dose = entry.find("dose")) {
    VESPER_TRY(medicine.dose, dose->quantity());
    if (!(medicine.dose->value >= 0)) {
      return fail(Code::out_of_range, fmt::format("dose '{}' cannot be negative", dose->raw()),
                  dose->place());
    }
  }
  VESPER_TRY(medicine.every, optional_in(entry, "every", "h", Zero::refused, 1e5));
  VESPER_TRY(medicine.since, optional_date(entry, "since"));
  VESPER_TRY(medicine.last, optional_date(entry, "last"));
  if (medicine.since && medicine.last && *medicine.last < *medicine.since) {
    return fail(Code::impossible_patient,
                fmt::format("'{}' was last taken before it was begun", medicine.what.text),
                entry.find("last")->place(), "exchange `since` and `last`");
  }
  return medicine;
}

Result<Condition> read_condition(const Yaml& entry) {
  Condition condition;
  if (entry.is_scalar()) {
    VESPER_TRY(condition.what, read_named(entry));
    return condition;
  }
  VESPER_CHECK(entry.keys({"name", "severity", "since", "until"}));
  VESPER_TRY(const Yaml name, entry.at("name"));
  VESPER_TRY(condition.what, read_named(name));
  VESPER_TRY(condition.severity, entry.text_or("severity", ""));
  VESPER_TRY(condition.since, optional_date(entry, "since"));
  VESPER_TRY(condition.until, optional_date(entry, "until"));
  if (condition.since && condition.until && *condition.until < *condition.since) {
    return fail(Code::impossible_patient,
                fmt::format("'{}' ended before it began", condition.what.text),
                entry.find("until")->place(), "exchange `since` and `until`");
  }
  return condition;
}

Result<TestResult> read_test(const Yaml& entry) {
  VESPER_CHECK(entry.keys({"name", "value", "upper-limit", "result", "on"}));
  TestResult test;
  VESPER_TRY(const Yaml name, entry.at("name"));
  VESPER_TRY(test.what, read_named(name));
  if (const Yaml* value = entry.find("value")) {
    const auto [text, per_surface] = without_surface(value->raw());
    VESPER_TRY(test.value, units::parse_quantity(text, value->place()));
    test.per_surface = per_surface;
    if (!(test.value->value >= 0)) {
      return fail(Code::out_of_range, fmt::format("value '{}' cannot be negative", value->raw()),
                  value->place());
    }
  }
  if (const Yaml* limit = entry.find("upper-limit")) {
    VESPER_TRY(test.upper_limit, limit->quantity());
    if (!(test.upper_limit->value > 0)) {
      return fail(Code::out_of_range, fmt::format("upper-limit '{}' must be above 0", limit->raw()),
                  limit->place());
    }
  }
  VESPER_TRY(test.result, entry.text_or("result", ""));
  VESPER_TRY(test.on, optional_date(entry, "on"));
  if (!test.value && test.result.empty()) {
    return fail(Code::missing_key,
                fmt::format("'{}' has neither 'value' nor 'result'", test.what.text), entry.place(),
                "add `value: 96 U/L`, or `result: positive`");
  }
  return test;
}

Result<Plan> read_plan(const Yaml& entry) {
  Plan plan;
  if (entry.is_scalar()) {
    VESPER_TRY(plan.what, read_named(entry));
    return plan;
  }
  VESPER_CHECK(entry.keys({"name", "on", "opioids"}));
  VESPER_TRY(const Yaml name, entry.at("name"));
  VESPER_TRY(plan.what, read_named(name));
  VESPER_TRY(plan.on, optional_date(entry, "on"));
  VESPER_TRY(plan.opioids, optional_answer(entry, "opioids"));
  return plan;
}

Result<Allergy> read_allergy(const Yaml& entry) {
  VESPER_TRY(Named named, read_named(entry));
  return Allergy{std::move(named)};
}

template <class T>
Result<std::vector<T>> read_each(const Yaml& root, std::string_view key,
                                 Result<T> (*read)(const Yaml&)) {
  std::vector<T> all;
  for (const Yaml& entry : root.items(key)) {
    VESPER_TRY(T one, read(entry));
    all.push_back(std::move(one));
  }
  return all;
}

Result<void> read_person(const Yaml& root, Patient& patient) {
  VESPER_TRY(patient.name, root.text_or("name", ""));
  VESPER_TRY(patient.born, optional_date(root, "born"));
  VESPER_TRY(patient.age, optional_in(root, "age", "year", Zero::allowed, 130));
  if (patient.born && patient.age) {
    return fail(Code::impossible_patient, "'born' and 'age' both say how old the patient is",
                root.find("age")->place(), "keep `born`");
  }
  if (const Yaml* sex = root.find("sex"); sex != nullptr && !sex->is_null()) {
    VESPER_TRY(const std::string word, sex->choice({"female", "male", "unknown"}));
    if (word != "unknown") patient.sex = word;
  }
  VESPER_TRY(patient.weight, optional_in(root, "weight", "kg", Zero::refused, 700));
  VESPER_TRY(patient.height, optional_in(root, "height", "cm", Zero::refused, 300));
  VESPER_TRY(patient.pregnant, optional_answer(root, "pregnant"));
  VESPER_TRY(patient.breastfeeding, optional_answer(root, "breastfeeding"));
  return {};
}

}  // namespace

std::pair<std::string, bool> without_surface(const std::string& unit) {
  const std::size_t at = unit.find("1.73");
  if (at == std::string::npos) return {unit, false};
  const std::string_view all = unit;
  const std::size_t slash = all.substr(0, at).find_last_not_of(" ({[");
  std::string_view after = all.substr(at + 4);
  while (!after.empty() &&
         std::string_view(" _*.^").find(after.front()) != std::string_view::npos) {
    after.remove_prefix(1);
  }
  const bool area = slash != std::string_view::npos && all[slash] == '/' &&
                    (after.starts_with("m2") || after.starts_with("m^2") ||
                     after.starts_with("m\u00b2") || after.starts_with("sq"));
  if (!area) return {unit, false};
  return {std::string(all.substr(0, slash)), true};
}

std::optional<double> Patient::age_on(Date day) const {
  if (born) return years_between(*born, day);
  return age;
}

Result<void> possible(const Patient& patient, Date on, const Vocabulary& vocabulary) {
  const auto impossible = [](std::string message, const Place& place, std::string mend) {
    return fail(Code::impossible_patient, std::move(message), place, std::move(mend));
  };
  if (patient.born && *patient.born > on) {
    return impossible(
        fmt::format("born {}, after the day of the check, {}", text_of(*patient.born), text_of(on)),
        {}, "mend the date, or give --on");
  }
  if (patient.sex == "male" && patient.pregnant.value_or(false)) {
    return impossible("a male patient is said to be pregnant", {}, "mend `sex` or `pregnant`");
  }
  for (const Condition& one : patient.conditions) {
    const ConditionTerm* term = vocabulary.condition(one.what);
    const bool over = one.until && *one.until < on;
    if (patient.sex != "male" || term == nullptr || over) continue;
    if (!vocabulary.kinds(*term).contains("pregnancy")) continue;
    return impossible("a male patient is said to be pregnant", one.what.place,
                      "mend `sex` or the condition");
  }
  for (const TestResult& test : patient.tests) {
    if (!test.on || *test.on <= on) continue;
    return impossible(fmt::format("'{}' is of {}, after the day of the check, {}", test.what.text,
                                  text_of(*test.on), text_of(on)),
                      test.what.place, "mend the date, or give --on");
  }
  return {};
}

Result<Patient> parse_patient(const Yaml& root) {
  VESPER_CHECK(
      root.keys({"name", "born", "age", "sex", "weight", "height", "pregnant", "breastfeeding",
                 "conditions", "medicines", "allergies", "tests", "plans"}));
  Patient patient;
  VESPER_CHECK(read_person(root, patient));
  VESPER_TRY(patient.conditions, read_each<Condition>(root, "conditions", read_condition));
  VESPER_TRY(patient.medicines, read_each<Medicine>(root, "medicines", read_medicine));
  VESPER_TRY(patient.allergies, read_each<Allergy>(root, "allergies", read_allergy));
  VESPER_TRY(patient.tests, read_each<TestResult>(root, "tests", read_test));
  VESPER_TRY(patient.plans, read_each<Plan>(root, "plans", read_plan));
  return patient;
}

Result<Patient> read_patient(const std::filesystem::path& path) {
  VESPER_TRY(const Yaml root, files::read_yaml(path));
  return parse_patient(root);
}

}  // namespace vesper::safety
