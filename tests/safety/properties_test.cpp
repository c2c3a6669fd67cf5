// What must hold for every patient: more illness and more drugs never make a check milder.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "safety/knowledge.h"

namespace vesper {
namespace {

using namespace safety;
using testing::day;
using testing::knowledge;
using testing::regimen;

// The gravest finding of each rule.
std::map<std::string, Severity> severities(const Check& check) {
  std::map<std::string, Severity> all;
  for (const Finding& one : check.findings) {
    const auto [at, first] = all.emplace(one.rule, one.severity);
    if (!first) at->second = std::min(at->second, one.severity);
  }
  return all;
}

const Date on = day("2026-11-23");

template <class Terms>
const auto& pick(const Terms& terms) {
  return terms[*rc::gen::inRange<std::size_t>(0, terms.size())];
}

Medicine some_medicine() {
  Medicine one;
  one.what.text = pick(knowledge().vocabulary.drugs()).name;
  const int when = *rc::gen::inRange(-1, 61);
  if (when >= 0) one.last = on - std::chrono::days(when);
  if (*rc::gen::arbitrary<bool>()) {
    one.dose = units::Quantity{static_cast<double>(*rc::gen::inRange(1, 500)),
                               *units::Unit::parse("mg/day")};
  }
  return one;
}

Condition some_condition() {
  Condition one;
  one.what.text = pick(knowledge().vocabulary.conditions()).name;
  const int ended = *rc::gen::inRange(-3, 400);
  if (ended > 0) one.until = on - std::chrono::days(ended);
  if (*rc::gen::arbitrary<bool>()) {
    one.severity = *rc::gen::element<std::string>("Child-Pugh A", "Child-Pugh B", "Child-Pugh C");
  }
  return one;
}

TestResult value(const char* name, double amount, const char* unit) {
  TestResult one;
  one.what.text = name;
  one.value = units::Quantity{amount, *units::Unit::parse(unit)};
  one.on = on - std::chrono::days(*rc::gen::inRange(0, 100));
  return one;
}

Patient some_patient() {
  Patient one;
  one.age = *rc::gen::inRange(1, 95);
  one.sex = *rc::gen::element<std::string>("", "female", "male");
  if (*rc::gen::arbitrary<bool>()) one.weight = *rc::gen::inRange(30, 150);
  for (int k = *rc::gen::inRange(0, 4); k > 0; --k) one.medicines.push_back(some_medicine());
  for (int k = *rc::gen::inRange(0, 4); k > 0; --k) one.conditions.push_back(some_condition());
  if (*rc::gen::arbitrary<bool>()) {
    one.tests.push_back(value("ALT", *rc::gen::inRange(10, 500), "U/L"));
  }
  if (*rc::gen::arbitrary<bool>()) {
    one.tests.push_back(value("bilirubin", *rc::gen::inRange(2, 80) / 10.0, "mg/dL"));
  }
  if (*rc::gen::arbitrary<bool>()) {
    one.tests.push_back(value("creatinine", *rc::gen::inRange(5, 60) / 10.0, "mg/dL"));
  }
  return one;
}

Regimen some_regimen() {
  static const std::vector<std::string> items = {
      "{product: ldn-capsule-4.5mg, every: 24 h}",
      "{product: ldn-capsule-1.5mg, every: 24 h, until: day 14}",
      "{product: naltrexone-tablet-50mg, every: 24 h}",
      "{product: naltrexone-injection-380mg, every: 28 days}",
      "{product: naltrexone-bupropion-er-8mg, count: 2, every: 12 h}",
      "{product: naltrexone-implant-1.7g}",
      "{product: ldn-capsule-4.5mg, every: 24 h}, {product: magnesium-citrate-300mg, every: 24 h}"};
  static const std::vector<std::string> purposes = {
      "fibromyalgia", "alcohol use disorder", "opioid use disorder", "obesity", "chronic pain"};
  return regimen(
      fmt::format("start: 2026-12-01\npurpose: {}\nitems: [{}]", pick(purposes), pick(items)));
}

void expect_no_milder(const Check& before, const Check& after, const std::string& except = "") {
  const auto more = severities(after);
  for (const auto& [rule, severity] : severities(before)) {
    if (rule == except) continue;
    const auto found = more.find(rule);
    RC_ASSERT(found != more.end());
    RC_ASSERT(found->second <= severity);
  }
  RC_ASSERT(after.gravest() <= before.gravest());
}

RC_GTEST_PROP(SafetyProperties, OneMoreDrugNeverRemovesAFinding, ()) {
  Patient patient = some_patient();
  const Regimen planned = some_regimen();
  const Check before = check(patient, planned, knowledge(), on);
  patient.medicines.push_back(some_medicine());
  RC_LOG() << "added " << patient.medicines.back().what.text << "\n";
  expect_no_milder(before, check(patient, planned, knowledge(), on));
}

// A diagnosis of pregnancy answers the question whether she is pregnant, and a graver rule speaks.
RC_GTEST_PROP(SafetyProperties, OneMoreDiagnosisNeverRemovesAFinding, ()) {
  Patient patient = some_patient();
  const Regimen planned = some_regimen();
  const Check before = check(patient, planned, knowledge(), on);
  patient.conditions.push_back(some_condition());
  RC_LOG() << "added " << patient.conditions.back().what.text << "\n";
  const Check after = check(patient, planned, knowledge(), on);
  expect_no_milder(before, after, "pregnancy-unknown");
  if (severities(before).contains("pregnancy-unknown") &&
      !severities(after).contains("pregnancy-unknown")) {
    RC_ASSERT(severities(after).contains("pregnancy"));
  }
}

std::optional<Severity> gravest_of_liver(const Check& check) {
  std::optional<Severity> gravest;
  for (const Finding& one : check.findings) {
    const auto rule = std::ranges::find(knowledge().rules, one.rule, &Rule::id);
    if (rule == knowledge().rules.end() || !rule->place.file.ends_with("liver.yaml")) continue;
    if (!gravest || one.severity < *gravest) gravest = one.severity;
  }
  return gravest;
}

RC_GTEST_PROP(SafetyProperties, AHigherDoseNeverLowersTheSeverityForTheLiver, ()) {
  const Patient patient = some_patient();
  const int low = *rc::gen::inRange(1, 8);
  const int high = *rc::gen::inRange(low, 9);
  const auto tablets = [&](int count) {
    const Regimen planned = regimen(fmt::format(
        "start: 2026-12-01\nitems: [{{product: naltrexone-tablet-50mg, count: {}, every: 24 h}}]",
        count));
    return gravest_of_liver(check(patient, planned, knowledge(), on));
  };
  const auto less = tablets(low), more = tablets(high);
  if (less) {
    RC_ASSERT(more.has_value());
    RC_ASSERT(*more <= *less);
  }
}

RC_GTEST_PROP(SafetyProperties, ALaterStartNeverMakesTheOpioidRuleWorse, ()) {
  Patient patient;
  patient.medicines = {some_medicine(), some_medicine()};
  Regimen planned = some_regimen();
  const auto findings = [&](int days) {
    planned.start = on + std::chrono::days(days);
    const auto all = severities(check(patient, planned, knowledge(), on));
    const auto found = all.find("opioid-free-interval");
    return found == all.end() ? Severity::note : found->second;
  };
  const int early = *rc::gen::inRange(0, 60), later = *rc::gen::inRange(early, 90);
  RC_ASSERT(findings(later) >= findings(early));
}

// The date that a finding gives is the first on which it is silent.
RC_GTEST_PROP(SafetyProperties, TheOpioidRuleEndsOnTheDayThatItNames, ()) {
  Patient patient;
  std::vector<std::string> opioids;
  for (const DrugTerm& drug : knowledge().vocabulary.drugs()) {
    if (drug.free_days) opioids.push_back(drug.name);
  }
  patient.medicines = {some_medicine()};
  patient.medicines[0].what.text = pick(opioids);
  patient.medicines[0].last = on - std::chrono::days(*rc::gen::inRange(1, 6));
  Regimen planned =
      regimen("start: 2026-11-23\nitems: [{product: ldn-capsule-4.5mg, every: 24 h}]");
  const auto interval = [&](Date start) -> std::optional<Finding> {
    planned.start = start;
    const Check done = check(patient, planned, knowledge(), on);
    const Finding* found = testing::found(done, "opioid-free-interval");
    return found == nullptr ? std::nullopt : std::optional(*found);
  };
  const auto today = interval(on);
  RC_ASSERT(today.has_value() && today->until.has_value());
  RC_ASSERT(!interval(*today->until).has_value());
  RC_ASSERT(interval(*today->until - std::chrono::days(1)).has_value());
}

}  // namespace
}  // namespace vesper
