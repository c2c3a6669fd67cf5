// Patient and regimen in the words of the vocabulary, with what follows from them (creatinine
// clearance, Child-Pugh score); and what could not be understood.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "safety/patient.h"
#include "safety/regimen.h"
#include "safety/vocabulary.h"

namespace vesper::safety {

struct MedicineFact {
  const DrugTerm* term = nullptr;
  std::string written;
  std::optional<double> daily;      // [mg/day]
  std::optional<Date> since, last;  // no last: still taken
  std::optional<std::size_t> line;  // of the regimen, where it comes from there
};

struct ConditionFact {
  std::string name;             // of the vocabulary
  std::set<std::string> kinds;  // itself and all it is a kind of
  std::string severity;
  std::optional<Date> since, until;
};

struct TestFact {
  const TestTerm* term = nullptr;
  std::optional<double> value, limit;  // [unit of the test]
  Bounded bound = Bounded::no;         // the value is only a bound
  bool limit_assumed = false;          // from the vocabulary
  std::string result;                  // one of the test's words
  std::optional<Date> on;
  std::string how;  // "Cockcroft-Gault, from creatinine of ..."; empty when measured
};

struct PlanFact {
  std::string name;
  std::set<std::string> kinds;
  std::optional<Date> on;
  std::optional<bool> opioids;
};

struct AllergyFact {
  const DrugTerm* term = nullptr;  // or
  std::string group;               // a class of drugs
};

struct LineFact {
  const Line* line = nullptr;
  std::vector<std::string> drugs;  // of the vocabulary; its own first
};

// Something written that no rule could look at.
struct NotChecked {
  std::string kind;  // "medicine", "condition", ...
  std::string what, why;
};

struct Facts {
  std::vector<MedicineFact> medicines;
  std::vector<ConditionFact> conditions;
  std::vector<TestFact> tests;
  std::vector<PlanFact> plans;
  std::vector<AllergyFact> allergies;
  std::vector<LineFact> lines;
  std::vector<std::set<std::string>> purposes;  // kinds of each
  std::optional<double> age, weight, height;    // [years], [kg], [cm]
  std::optional<double> oldest, youngest;       // [years] as old as the patient can be
  std::string sex;
  std::optional<bool> pregnant, breastfeeding;
  Date on, start;  // of the check, of day 1
  std::vector<NotChecked> not_checked;
  std::vector<std::string> readings;  // "'Methadone 10 mg tablets' is read as methadone"
};

// The regimen and the vocabulary must outlive the facts.
Facts gather(const Patient& patient, const Regimen& regimen, const Vocabulary& vocabulary, Date on);

// [mL/min] (140 - age) weight / (72 creatinine), 0.85 times that for women; creatinine [mg/dL], age
// [years], weight [kg].  Cockcroft & Gault, Nephron 1976;16:31-41.
double cockcroft_gault(double age, double weight, double creatinine, bool female);

// 5 to 15 points, class A to 6, B to 9, C above.  Pugh and others, Br J Surg 1973;60:646-649.
// Bilirubin [mg/dL], albumin [g/L], INR; ascites none, mild, moderate (0, 1, 2); encephalopathy
// none, grade 1-2, grade 3-4 (0, 1, 2).
int child_pugh(double bilirubin, double albumin, double inr, int ascites, int encephalopathy);

// "96 U/L": a value in the test's unit.
std::string value_text(const TestFact& test);

}  // namespace vesper::safety
