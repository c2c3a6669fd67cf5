// The reader of `when`.  Every name in it must be known to the vocabulary: a rule that asks for a
// name that nobody can have would be silent for ever.
#include <fmt/format.h>

#include <algorithm>

#include "safety/rules.h"

namespace vesper::safety {

namespace {

using files::Yaml;

Result<std::vector<std::string>> texts(const Yaml& map, std::string_view key) {
  std::vector<std::string> all;
  for (const Yaml& item : map.items(key)) {
    VESPER_TRY(std::string text, item.text());
    all.push_back(std::move(text));
  }
  return all;
}

auto unknown(const char* kind, const Yaml& at, const std::vector<std::string>& known) {
  return fail(Code::unknown_term, fmt::format("{} '{}' is not in the vocabulary", kind, at.raw()),
              at.place(), suggest(at.raw(), known));
}

Result<void> read_drugs(const Yaml& map, const Vocabulary& words, std::vector<std::string>& names,
                        std::vector<std::string>& classes) {
  for (const Yaml& item : map.items("is")) {
    const DrugTerm* drug = words.drug(item.raw());
    if (drug == nullptr) return unknown("drug", item, words.drug_names());
    names.push_back(drug->name);
  }
  for (const Yaml& item : map.items("class")) {
    if (!words.has_class(item.raw())) return unknown("class", item, words.class_names());
    classes.push_back(item.raw());
  }
  if (!names.empty() || !classes.empty()) return {};
  return fail(Code::bad_rule, "neither 'is' nor 'class' says which drug", map.place(),
              "add `is: NAME`, or `class: CLASS`");
}

Result<std::vector<std::string>> read_conditions(const Yaml& map, std::string_view key,
                                                 const Vocabulary& words) {
  std::vector<std::string> names;
  for (const Yaml& item : map.items(key)) {
    const ConditionTerm* condition = words.condition(item.raw());
    if (condition == nullptr) return unknown("condition", item, words.condition_names());
    names.push_back(condition->name);
  }
  return names;
}

Result<std::optional<double>> days(const Yaml& map, std::string_view key) {
  const Yaml* value = map.find(key);
  if (value == nullptr) return std::optional<double>();
  VESPER_TRY(const double number, read_days(*value));
  return std::optional(number);
}

Result<std::optional<double>> quantity(const Yaml& map, std::string_view key, const char* text) {
  const Yaml* value = map.find(key);
  if (value == nullptr) return std::optional<double>();
  VESPER_TRY(const units::Unit unit, units::Unit::parse(text));
  VESPER_TRY(const double number, value->in(unit));
  return std::optional(number);
}

Result<std::optional<bool>> answer(const Yaml& map, std::string_view key) {
  const Yaml* value = map.find(key);
  if (value == nullptr) return std::optional<bool>();
  VESPER_TRY(const bool yes, value->boolean());
  return std::optional(yes);
}

Result<When> read_medicine(const Yaml& map, const Vocabulary& words) {
  VESPER_CHECK(map.keys({"is", "class", "taken", "within", "dose-above"}));
  MedicineAsk ask;
  VESPER_CHECK(read_drugs(map, words, ask.names, ask.classes));
  if (const Yaml* taken = map.find("taken")) {
    VESPER_TRY(const std::string word, taken->choice({"now", "ever"}));
    ask.taken = word == "ever" ? Taken::ever : Taken::now;
    if (map.has("within")) {
      return fail(Code::bad_rule, "'taken' and 'within' both say when", taken->place(),
                  "keep one of them");
    }
  }
  if (const Yaml* within = map.find("within")) {
    ask.taken = within->raw() == "free-days" ? Taken::free_days : Taken::within;
    if (ask.taken == Taken::within) {
      VESPER_TRY(ask.within, read_days(*within));
    }
  }
  VESPER_TRY(ask.dose_above, quantity(map, "dose-above", "mg/day"));
  return When{ask};
}

Result<When> read_condition(const Yaml& map, const Vocabulary& words) {
  VESPER_CHECK(map.keys({"is", "severity", "ever"}));
  ConditionAsk ask;
  VESPER_TRY(ask.names, read_conditions(map, "is", words));
  if (ask.names.empty()) {
    return fail(Code::bad_rule, "'is' does not say which condition", map.place(), "add `is: NAME`");
  }
  VESPER_TRY(ask.severity, texts(map, "severity"));
  VESPER_TRY(ask.ever, map.boolean_or("ever", false));
  return When{ask};
}

Result<Bound> read_bound(const Yaml& value, Bound::Kind kind, const TestTerm& test) {
  Bound bound;
  bound.kind = kind;
  const std::string& text = value.raw();
  if (text.ends_with(" ULN")) {
    bound.multiples = true;
    VESPER_TRY(bound.value,
               units::parse_in(text.substr(0, text.size() - 4), units::Unit(), value.place()));
    return bound;
  }
  if (!test.unit) {
    return fail(Code::bad_rule, fmt::format("'{}' has words, no values", test.name), value.place(),
                fmt::format("ask for a `result`, one of: {}", fmt::join(test.results, ", ")));
  }
  VESPER_TRY(bound.value, value.in(*test.unit));
  return bound;
}

Result<const TestTerm*> read_test_name(const Yaml& map, std::string_view key,
                                       const Vocabulary& words) {
  VESPER_TRY(const Yaml name, map.at(key));
  const TestTerm* test = words.test(name.raw());
  if (test == nullptr) return unknown("test", name, words.test_names());
  return test;
}

Result<When> read_test(const Yaml& map, const Vocabulary& words) {
  VESPER_CHECK(map.keys({"is", "above", "at-least", "below", "at-most", "result", "within"}));
  TestAsk ask;
  VESPER_TRY(const TestTerm* test, read_test_name(map, "is", words));
  ask.name = test->name;
  ask.expected = test->expected;
  const std::pair<const char*, Bound::Kind> kinds[] = {{"above", Bound::Kind::above},
                                                       {"at-least", Bound::Kind::at_least},
                                                       {"below", Bound::Kind::below},
                                                       {"at-most", Bound::Kind::at_most}};
  for (const auto& [key, kind] : kinds) {
    if (const Yaml* value = map.find(key)) {
      VESPER_TRY(const Bound bound, read_bound(*value, kind, *test));
      ask.bounds.push_back(bound);
    }
  }
  for (const Yaml& result : map.items("result")) {
    VESPER_TRY(const std::string word, result.choice(test->results));
    ask.results.push_back(word);
  }
  if (ask.bounds.empty() && ask.results.empty()) {
    return fail(Code::bad_rule, fmt::format("nothing is asked of '{}'", ask.name), map.place(),
                "add `above`, `at-least`, `below`, `at-most` or `result`");
  }
  VESPER_TRY(ask.within, days(map, "within"));
  return When{ask};
}

Result<When> read_missing(const Yaml& map, const Vocabulary& words) {
  VESPER_CHECK(map.keys({"test", "patient", "within"}));
  MissingAsk ask;
  if (map.has("test") == map.has("patient")) {
    return fail(Code::bad_rule, "'missing' asks for a test or for a key of the patient",
                map.place(), "one of: test, patient");
  }
  if (const Yaml* key = map.find("patient")) {
    VESPER_TRY(ask.patient,
               key->choice({"age", "sex", "weight", "height", "pregnant", "breastfeeding"}));
    return When{ask};
  }
  VESPER_TRY(const TestTerm* test, read_test_name(map, "test", words));
  ask.test = test->name;
  VESPER_TRY(ask.within, days(map, "within"));
  return When{ask};
}

Result<When> read_patient_ask(const Yaml& map) {
  VESPER_CHECK(
      map.keys({"age-below", "age-from", "sex", "pregnant", "breastfeeding", "weight-below"}));
  PatientAsk ask;
  VESPER_TRY(ask.age_below, quantity(map, "age-below", "year"));
  VESPER_TRY(ask.age_from, quantity(map, "age-from", "year"));
  VESPER_TRY(ask.weight_below, quantity(map, "weight-below", "kg"));
  VESPER_TRY(ask.pregnant, answer(map, "pregnant"));
  VESPER_TRY(ask.breastfeeding, answer(map, "breastfeeding"));
  for (const char* key : {"pregnant", "breastfeeding"}) {
    if (const Yaml* value = map.find(key); value != nullptr && !*value->boolean()) {
      return fail(Code::bad_rule, "a rule never asks for a no", value->place(),
                  "what is known must not take a finding away");
    }
  }
  if (const Yaml* sex = map.find("sex")) {
    VESPER_TRY(ask.sex, sex->choice({"female", "male"}));
  }
  return When{ask};
}

Result<When> read_plan(const Yaml& map, const Vocabulary& words) {
  VESPER_CHECK(map.keys({"is", "within", "opioids"}));
  PlanAsk ask;
  VESPER_TRY(ask.names, read_conditions(map, "is", words));
  VESPER_TRY(ask.within, days(map, "within"));
  VESPER_TRY(ask.opioids, answer(map, "opioids"));
  return When{ask};
}

Result<When> read_regimen_ask(const Yaml& map, const Vocabulary& words) {
  VESPER_CHECK(map.keys({"drug", "route", "product", "daily-dose-above", "daily-dose-below",
                         "purpose", "items-above", "days-above"}));
  RegimenAsk ask;
  VESPER_TRY(ask.selector.drugs, texts(map, "drug"));
  VESPER_TRY(ask.selector.routes, texts(map, "route"));
  VESPER_TRY(ask.selector.products, texts(map, "product"));
  VESPER_TRY(ask.daily_above, quantity(map, "daily-dose-above", "mg"));
  VESPER_TRY(ask.daily_below, quantity(map, "daily-dose-below", "mg"));
  VESPER_TRY(ask.purpose, read_conditions(map, "purpose", words));
  for (const auto& [key, field] :
       {std::pair("items-above", &ask.lines_above), std::pair("days-above", &ask.days_above)}) {
    if (const Yaml* value = map.find(key)) {
      VESPER_TRY(*field, value->number());
    }
  }
  return When{ask};
}

Result<When> read_allergy(const Yaml& map, const Vocabulary& words) {
  VESPER_CHECK(map.keys({"is", "class"}));
  AllergyAsk ask;
  VESPER_CHECK(read_drugs(map, words, ask.names, ask.classes));
  return When{ask};
}

Result<When> read_one(const Yaml& entry, const Vocabulary& words) {
  VESPER_CHECK(entry.keys({"any", "medicine", "condition", "test", "missing", "patient", "plan",
                           "regimen", "allergy"}));
  if (entry.entries().size() != 1) {
    return fail(Code::bad_rule, "each item of `when` asks one thing", entry.place(),
                "begin each with `- `");
  }
  const auto& [key, map] = entry.entries().front();
  const std::string& kind = key.raw();
  if (kind == "any") {
    VESPER_TRY(std::vector<When> parts, parse_when(map, words));
    return When{AnyAsk{std::move(parts)}};
  }
  if (!map.is_map() || map.entries().empty()) {
    return fail(Code::bad_rule, fmt::format("'{}' asks nothing", kind), map.place());
  }
  if (kind == "medicine") return read_medicine(map, words);
  if (kind == "condition") return read_condition(map, words);
  if (kind == "test") return read_test(map, words);
  if (kind == "missing") return read_missing(map, words);
  if (kind == "patient") return read_patient_ask(map);
  if (kind == "plan") return read_plan(map, words);
  if (kind == "regimen") return read_regimen_ask(map, words);
  return read_allergy(map, words);
}

}  // namespace

Result<std::vector<When>> parse_when(const Yaml& list, const Vocabulary& vocabulary) {
  if (!list.is_list() || list.items().empty()) {
    return fail(Code::bad_rule, "a list of what must hold is wanted here", list.place(),
                "begin each item with `- `");
  }
  std::vector<When> all;
  for (const Yaml& entry : list.items()) {
    VESPER_TRY(When one, read_one(entry, vocabulary));
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace vesper::safety
