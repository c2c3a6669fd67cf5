// The engine on rules written here: intervals, dates, what is not known, what is not understood.
#include <algorithm>

#include "safety/knowledge.h"

namespace vesper {
namespace {

using namespace safety;
using testing::day;
using testing::found;
using testing::small_knowledge;

constexpr const char* opioids = R"(
- id: interval
  title: Interval
  when: [{medicine: {class: opioid agonist, within: free-days}}]
  severity: contraindicated
  until: {last: free-days}
  finding: "{medicine} {last}; from {until}; {days} days; start {start}"
  sources: [label]
  grade: established
)";

constexpr const char* capsule =
    "start: 2026-12-01\nitems: [{product: ldn-capsule-4.5mg, every: 24 h, at: \"22:00\"}]";

Check run(const std::string& rules, const std::string& patient,
          const std::string& regimen = capsule) {
  return check(testing::patient(patient), testing::regimen(regimen), small_knowledge(rules),
               day("2026-11-23"));
}

TEST(Interval, HoldsUntilTheLastDayIsOver) {
  // Methadone: 14 days.
  const Check short_of = run(opioids, "medicines: [{name: methadone, last: 2026-11-18}]");
  ASSERT_NE(found(short_of, "interval"), nullptr);
  EXPECT_EQ(found(short_of, "interval")->until, day("2026-12-02"));
  EXPECT_EQ(found(short_of, "interval")->text,
            "Methadone 2026-11-18; from 2026-12-02; 14 days; start 2026-12-01");
  EXPECT_EQ(short_of.earliest(), day("2026-12-02"));
  const Check over = run(opioids, "medicines: [{name: methadone, last: 2026-11-17}]");
  EXPECT_EQ(found(over, "interval"), nullptr);
  EXPECT_FALSE(over.contraindicated());
}

TEST(Interval, OfWhatIsStillTakenHasNoDate) {
  const Check check = run(opioids, "medicines: [methadone]");
  ASSERT_NE(found(check, "interval"), nullptr);
  EXPECT_EQ(found(check, "interval")->until, std::nullopt);
  EXPECT_EQ(found(check, "interval")->until_text, "14 days after the last methadone");
  EXPECT_EQ(check.earliest(), std::nullopt);
  // Taken until after the first dose.
  const Check later = run(opioids, "medicines: [{name: methadone, last: 2026-12-05}]");
  EXPECT_EQ(found(later, "interval")->until_text, "14 days after the last methadone");
}

TEST(Interval, OfADrugWithoutOneNeverEnds) {
  const Check check = run(opioids, "medicines: [{name: nitazene, last: 2020-01-01}]");
  ASSERT_NE(found(check, "interval"), nullptr);
  EXPECT_EQ(found(check, "interval")->until, std::nullopt);
  EXPECT_NE(found(check, "interval")->until_text.find("no interval is known for nitazene"),
            std::string::npos);
}

TEST(Interval, OfTwoOpioidsGivesTwoFindingsTheLongerFirst) {
  const Check check = run(opioids,
                          "medicines: [{name: oxycodone, last: 2026-11-28}, {name: METHADOSE, "
                          "last: 2026-11-26}]");
  ASSERT_EQ(check.findings.size(), 2u);
  EXPECT_EQ(check.findings[0].until, day("2026-12-10"));
  EXPECT_EQ(check.findings[1].until, day("2026-12-05"));
  EXPECT_EQ(check.earliest(), day("2026-12-10"));
}

TEST(Unknown, IsNeverSilent) {
  const Check check = run(opioids,
                          "conditions: [lupus]\nmedicines: [unheardof, methadonne]\n"
                          "allergies: [latex]\nplans: [voyage]\ntests: [{name: ZZZ, value: 3 "
                          "mg/dL}, {name: ALT, value: \"96\"}, {name: urine opioids, result: "
                          "purple}, {name: creatinine, value: 3 m}]");
  std::vector<std::string> titles;
  for (const Finding& one : check.findings) {
    EXPECT_EQ(one.rule, "not-checked");
    EXPECT_EQ(one.severity, Severity::not_checked);
    titles.push_back(one.title + ": " + one.text);
  }
  ASSERT_EQ(titles.size(), 9u);
  const auto says = [&](const std::string& words) {
    return std::ranges::any_of(
        titles, [&](const std::string& one) { return one.find(words) != std::string::npos; });
  };
  for (const char* words :
       {"lupus", "unheardof", "did you mean 'methadone'", "latex", "voyage", "ZZZ",
        "ALT: 96': Not checked: a unit is missing", "purple", "cannot be converted to mg/dL"}) {
    EXPECT_TRUE(says(words)) << words;
  }
  EXPECT_NE(verdict(check).find("9 entries could not be checked"), std::string::npos);
}

TEST(Unknown, PartsOfAProductsNameAreReadAndSaid) {
  const Check check =
      run(opioids, "medicines: [{name: Methadone HCl 10 mg tablets, last: 2026-11-26}]");
  EXPECT_NE(found(check, "interval"), nullptr);
  ASSERT_EQ(check.readings.size(), 1u);
  EXPECT_EQ(check.readings[0], "'Methadone HCl 10 mg tablets' is read as methadone");
}

constexpr const char* several = R"(
- {id: child, title: Child, when: [{patient: {age-below: 18 years}}], severity: serious, finding: "{age}", sources: [label], grade: established}
- {id: liver, title: Liver, when: [{test: {is: ALT, at-least: 3 ULN, within: 90 days}}], severity: serious, finding: "{test} {value} {limit}", sources: [label], grade: established}
- {id: kidney, title: Kidney, when: [{test: {is: creatinine clearance, below: 50 mL/min}}], severity: caution, finding: "{value}", sources: [label], grade: established}
- {id: no-alt, title: No ALT, when: [{missing: {test: ALT, within: 90 days}}], severity: note, finding: "{test}", sources: [label], grade: established}
- {id: child-pugh, title: Child-Pugh, when: [{test: {is: Child-Pugh score, at-least: "10"}}], severity: contraindicated, finding: "{value}", sources: [label], grade: established}
- {id: staged, title: Staged, when: [{condition: {is: cirrhosis, severity: [Child-Pugh B]}}], severity: serious, finding: "{condition}", sources: [label], grade: established}
)";

TEST(NotKnown, IsListedWithTheRulesThatWait) {
  const Check check = run(several, "conditions: [cirrhosis]");
  std::vector<std::string> whats;
  for (const Missing& one : check.missing) whats.push_back(one.what);
  EXPECT_EQ(whats, (std::vector<std::string>{"Child-Pugh score", "age",
                                             "alanine aminotransferase within 90 days",
                                             "the severity of cirrhosis", "creatinine clearance"}));
  EXPECT_EQ(check.missing[0].severity, Severity::contraindicated);
  EXPECT_EQ(check.missing[0].rules, std::vector<std::string>{"child-pugh"});
  EXPECT_EQ(found(check, "child"), nullptr);
  ASSERT_NE(found(check, "no-alt"), nullptr);
  EXPECT_EQ(found(check, "no-alt")->text, "Alanine aminotransferase");
}

TEST(Tests, TheLatestWithinTheWindowCounts) {
  const auto alt = [](const std::string& tests) {
    return run(several, "age: 40 years\ntests: [" + tests + "]");
  };
  const Check high = alt("{name: ALT, value: 200 U/L, on: 2026-11-10}");
  ASSERT_NE(found(high, "liver"), nullptr);
  EXPECT_EQ(found(high, "liver")->text,
            "Alanine aminotransferase 200 U/L (5 times the upper limit) 40 U/L");
  EXPECT_NE(found(high, "liver")->grounds[0].find("upper limit 40 U/L by default"),
            std::string::npos);
  EXPECT_EQ(found(high, "no-alt"), nullptr);
  // The laboratory's own limit.
  EXPECT_EQ(found(alt("{name: ALT, value: 119 U/L, upper-limit: 40 U/L, on: 2026-11-10}"), "liver"),
            nullptr);
  EXPECT_NE(found(alt("{name: ALT, value: 120 U/L, upper-limit: 40 U/L, on: 2026-11-10}"), "liver"),
            nullptr);
  // A later normal value; an old high one; one without a date.
  EXPECT_EQ(found(alt("{name: ALT, value: 200 U/L, on: 2026-11-10}, {name: ALAT, value: 30 U/L, "
                      "on: 2026-11-20}"),
                  "liver"),
            nullptr);
  const Check old = alt("{name: ALT, value: 200 U/L, on: 2026-09-01}");
  EXPECT_EQ(found(old, "liver"), nullptr);
  EXPECT_NE(found(old, "no-alt"), nullptr);
  const Check undated = alt("{name: ALT, value: 200 U/L}");
  EXPECT_NE(found(undated, "liver"), nullptr);
  EXPECT_NE(found(undated, "no-alt"), nullptr);
}

TEST(Derived, CreatinineClearanceFromTheFormula) {
  // (140 - 40) 72 / (72 * 1) = 100 mL/min for a man, 85 for a woman.
  EXPECT_DOUBLE_EQ(cockcroft_gault(40, 72, 1, false), 100);
  EXPECT_DOUBLE_EQ(cockcroft_gault(40, 72, 1, true), 85);
  const std::string person = "sex: male\nweight: 72 kg\nage: 40 years\n";
  const Check check =
      run(several, person + "tests: [{name: creatinine, value: 2.5 mg/dL, on: 2026-11-01}]");
  ASSERT_NE(found(check, "kidney"), nullptr);
  EXPECT_EQ(found(check, "kidney")->text, "40 mL/min");
  EXPECT_EQ(check.derived.size(), 1u);
  // 221 umol/L is 2.5 mg/dL.
  const Check molar =
      run(several, person + "tests: [{name: creatinine, value: 221 umol/L, on: 2026-11-01}]");
  EXPECT_EQ(found(molar, "kidney")->text, "40 mL/min");
  // A measured clearance wins.
  const Check measured = run(several, person +
                                          "tests: [{name: creatinine, value: 2.5 mg/dL}, {name: "
                                          "CrCl, value: 80 mL/min}]");
  EXPECT_EQ(found(measured, "kidney"), nullptr);
  // Not for a child, and not without a weight.
  EXPECT_EQ(found(run(several,
                      "sex: male\nweight: 30 kg\nage: 9 years\ntests: [{name: creatinine, "
                      "value: 2.5 mg/dL}]"),
                  "kidney"),
            nullptr);
}

TEST(Derived, ChildPughFromItsFiveParts) {
  EXPECT_EQ(child_pugh(1, 40, 1, 0, 0), 5);
  EXPECT_EQ(child_pugh(2, 35, 1.7, 1, 1), 10);
  EXPECT_EQ(child_pugh(3, 28, 2.3, 1, 1), 10);
  EXPECT_EQ(child_pugh(3.1, 27, 2.4, 2, 2), 15);
  const std::string tests =
      "tests: [{name: bilirubin, value: 3.5 mg/dL}, {name: albumin, value: 2.5 g/dL}, {name: INR, "
      "value: \"1.5\"}, {name: ascites, result: moderate}, {name: hepatic encephalopathy, result: "
      "none}";
  const Check check = run(several, tests + "]");
  ASSERT_NE(found(check, "child-pugh"), nullptr);  // 3 + 3 + 1 + 3 + 1
  EXPECT_EQ(found(check, "child-pugh")->text, "11");
}

TEST(Placeholders, OfARuleMustBeKnown) {
  const auto read = parse_rules(
      testing::yaml("- {id: a, title: b, severity: note, finding: \"{medicin}\", sources: [label], "
                    "grade: established}"),
      testing::small_vocabulary(), {"label"});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::unknown_placeholder);
  EXPECT_NE(read.error().mend.find("medicine"), std::string::npos);
}

TEST(Rules, AreRefusedWithPlaceAndMend) {
  const std::string good =
      "- {id: a, title: b, severity: note, finding: c, sources: [label], grade: established, ";
  const auto code = [&](const std::string& more) {
    const auto read =
        parse_rules(testing::yaml(good + more + "}"), testing::small_vocabulary(), {"label"});
    EXPECT_FALSE(read) << more;
    EXPECT_GT(read.error().place.line, 0) << more;
    return read.error().code;
  };
  EXPECT_EQ(code("when: [{medicine: {is: methadonne}}]"), Code::unknown_term);
  EXPECT_EQ(code("when: [{medicine: {class: opioid}}]"), Code::unknown_term);
  EXPECT_EQ(code("when: [{condition: {is: flu}}]"), Code::unknown_term);
  EXPECT_EQ(code("when: [{test: {is: ALTT, above: 3 ULN}}]"), Code::unknown_term);
  EXPECT_EQ(code("when: [{test: {is: ALT}}]"), Code::bad_rule);
  EXPECT_EQ(code("when: [{test: {is: urine opioids, above: 3 U/L}}]"), Code::bad_rule);
  EXPECT_EQ(code("when: [{test: {is: urine opioids, result: purple}}]"), Code::unknown_choice);
  EXPECT_EQ(code("when: [{medicine: {within: 3 days}}]"), Code::bad_rule);
  EXPECT_EQ(code("when: []"), Code::bad_rule);
  EXPECT_EQ(code("when: [{not: {medicine: {is: methadone}}}]"), Code::unknown_key);
  EXPECT_EQ(code("when: [{patient: {pregnant: no}}]"), Code::bad_rule);
  EXPECT_EQ(code("until: {last: 3 mg}"), Code::wrong_dimension);
  EXPECT_EQ(code("monitor: [{what: liver}]"), Code::bad_rule);
  EXPECT_EQ(code("for: {drug: asprin}"), Code::unknown_term);
}

TEST(Monitoring, IsACalendarFromTheFirstDose) {
  const std::string rule =
      "- {id: m, title: Monitoring, sources: [label], grade: established, monitor: [{what: liver "
      "enzymes, at: [baseline, 2 weeks, 1 month], then-every: 12 months}]}";
  const Check check =
      run(rule, "{}", "start: 2026-01-31\nitems: [{product: ldn-capsule-4.5mg, every: 24 h}]");
  ASSERT_EQ(check.calendar.size(), 3u);
  EXPECT_EQ(check.calendar[0].on, day("2026-01-31"));
  EXPECT_EQ(check.calendar[1].on, day("2026-02-14"));
  EXPECT_EQ(check.calendar[2].on, day("2026-02-28"));  // the month is shorter
  EXPECT_EQ(check.calendar[2].then_every->text, "12 months");
  // Nothing is due after the last dose.
  const Check week = run(rule, "{}",
                         "start: 2026-01-31\nitems: [{product: ldn-capsule-4.5mg, every: 24 h, "
                         "until: day 7}]");
  ASSERT_EQ(week.calendar.size(), 1u);
  EXPECT_FALSE(week.calendar[0].then_every);
}

constexpr const char* planned = R"(
- id: surgery
  title: Surgery
  when: [{plan: {is: surgery, within: 30 days, opioids: yes}}]
  severity: serious
  until: {stop: 3 days}
  finding: "{condition}"
  sources: [label]
  grade: established
- {id: high, title: High, when: [{regimen: {daily-dose-above: 50 mg}}], severity: caution, finding: "{dose}", sources: [label], grade: established}
- {id: low, title: Low, when: [{regimen: {daily-dose-below: 25 mg, purpose: [opioid use disorder]}}], severity: caution, finding: "{dose}", sources: [label], grade: established}
- {id: twice, title: Twice, when: [{regimen: {items-above: 1}}], severity: note, finding: "{product}", sources: [label], grade: established}
- {id: together, title: Together, when: [{medicine: {is: bupropion}}], severity: note, finding: "{medicine}", sources: [label], grade: established}
- {id: injection, title: Injection, for: {route: intramuscular}, severity: note, finding: "{product}", sources: [label], grade: established}
)";

TEST(Plans, CountFromTheLastDoseBeforeThem) {
  const auto surgery = [](const std::string& plan, const std::string& regimen = capsule) {
    return run(planned, "plans: [{name: surgery, " + plan + "}]", regimen);
  };
  const Check check = surgery("on: 2026-12-20, opioids: yes");
  ASSERT_NE(found(check, "surgery"), nullptr);
  EXPECT_EQ(found(check, "surgery")->until_text, "3 days after the last dose");
  EXPECT_EQ(found(surgery("on: 2026-12-20, opioids: no"), "surgery"), nullptr);
  EXPECT_TRUE(std::ranges::any_of(surgery("on: 2026-12-20").missing, [](const Missing& one) {
    return one.what == "whether opioids are planned for surgery";
  }));
  const std::string week =
      "start: 2026-12-01\nitems: [{product: ldn-capsule-4.5mg, every: 24 h, until: day 7}]";
  EXPECT_NE(found(surgery("on: 2027-01-06, opioids: yes", week), "surgery"), nullptr);
  EXPECT_EQ(found(surgery("on: 2027-01-07, opioids: yes", week), "surgery"), nullptr);
  EXPECT_EQ(found(surgery("on: 2026-12-20, opioids: yes", week), "surgery")->until,
            day("2026-12-10"));
}

// The injection's 380 mg are base, a capsule's 4.5 mg hydrochloride: both as their labels say.
TEST(Regimens, GiveTheDoseOfTheLabel) {
  const Regimen plan = testing::regimen(R"(
    items:
      - {product: naltrexone-injection-380mg, every: 28 days}
      - {product: ldn-capsule-4.5mg, every: 24 h, at: "22:00"}
      - {product: ldn-capsule-4.5mg, every: 72 h})");
  EXPECT_EQ(plan.lines[0].text(), "380 mg (421 mg as hydrochloride) every 4 weeks, intramuscular");
  EXPECT_EQ(plan.lines[1].text(), "4.5 mg every 24 h at 22:00, oral");
  EXPECT_EQ(plan.lines[2].text(), "4.5 mg every 3 days, oral");
}

TEST(Regimens, AreJudgedByTheirHighestDailyDose) {
  const auto with = [](const std::string& items, const std::string& purpose = "fibromyalgia") {
    return run(planned, "{}",
               "purpose: " + purpose + "\nstart: 2026-12-01\nitems: [" + items + "]");
  };
  const std::string tablet = "{product: naltrexone-tablet-50mg, every: 24 h";
  EXPECT_EQ(found(with(tablet + "}"), "high"), nullptr);
  EXPECT_NE(found(with(tablet + ", count: 2}"), "high"), nullptr);
  // One after the other is no two at once.
  const Check steps = with(
      "{product: ldn-capsule-1.5mg, every: 24 h, until: day 14}, {product: "
      "ldn-capsule-3mg, every: 24 h, from: day 15}");
  EXPECT_EQ(found(steps, "twice"), nullptr);
  EXPECT_NE(found(with("{product: ldn-capsule-1.5mg, every: 24 h}, {product: ldn-capsule-3mg, "
                       "every: 24 h}"),
                  "twice"),
            nullptr);
  EXPECT_EQ(found(steps, "low"), nullptr);
  EXPECT_NE(found(with("{product: ldn-capsule-3mg, every: 24 h}", "opioid dependence"), "low"),
            nullptr);
  EXPECT_NE(found(with("{product: naltrexone-bupropion-er-8mg, every: 12 h}"), "together"),
            nullptr);
  // 380 mg base every 28 days is 15 mg hydrochloride a day.
  const Check depot = with("{product: naltrexone-injection-380mg, every: 28 days}");
  EXPECT_NE(found(depot, "injection"), nullptr);
  EXPECT_EQ(found(steps, "injection"), nullptr);
  // What no rule is about is not checked.
  EXPECT_NE(found(with("{product: methadone-oral, dose: 60 mg, every: 24 h}"), "not-checked"),
            nullptr);
}

}  // namespace
}  // namespace vesper
