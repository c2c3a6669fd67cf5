// Rules of safety: what must hold, how grave it is, what to do, until when, and who says so.
// Data: evidence/safety/*.yaml; format: docs/files.md.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "safety/dates.h"
#include "safety/vocabulary.h"

namespace vesper::safety {

// Gravest first.
enum class Severity { contraindicated, serious, not_checked, caution, note };
std::string_view text_of(Severity severity);

// Which lines of the regimen are meant; an empty list means any.
struct Selector {
  std::vector<std::string> drugs, routes, products;
};

enum class Taken { now, ever, within, free_days };

struct MedicineAsk {
  std::vector<std::string> names, classes;  // either
  Taken taken = Taken::now;
  double within = 0;                 // [d]
  std::optional<double> dose_above;  // [mg/day]
};
struct ConditionAsk {
  std::vector<std::string> names, severity;
  bool ever = false;
};
struct Bound {
  enum class Kind { above, at_least, below, at_most } kind = Kind::above;
  double value = 0;  // [unit of the test], or multiples of the upper limit
  bool multiples = false;
};
struct TestAsk {
  std::string name;
  bool expected = true;              // that nobody has it is worth a word
  std::vector<Bound> bounds;         // all of them
  std::vector<std::string> results;  // one of them
  std::optional<double> within;      // [d] before the first dose
};
struct MissingAsk {
  std::string test;              // a test, or
  std::string patient;           // a key of the patient
  std::optional<double> within;  // [d]
};
struct PatientAsk {
  std::optional<double> age_below, age_from, weight_below;  // [years], [kg]
  std::string sex;
  std::optional<bool> pregnant, breastfeeding;
};
struct PlanAsk {
  std::vector<std::string> names;
  std::optional<double> within;  // [d] after the last dose before it
  std::optional<bool> opioids;
};
struct RegimenAsk {
  Selector selector;
  std::optional<double> daily_above, daily_below;  // [mg/day] as hydrochloride
  std::vector<std::string> purpose;
  std::optional<double> lines_above, days_above;  // lines at once; [d] in all
};
struct AllergyAsk {
  std::vector<std::string> names, classes;
};
struct When;
struct AnyAsk {
  std::vector<When> parts;
};
struct When {
  std::variant<AnyAsk, MedicineAsk, ConditionAsk, TestAsk, MissingAsk, PatientAsk, PlanAsk,
               RegimenAsk, AllergyAsk>
      ask;
};

// The earliest day on which a finding no longer holds.
struct Until {
  enum class Kind { none, last, first_dose, stop, words } kind = Kind::none;
  bool free_days = false;  // of `last`: the drug's own
  double days = 0;
  std::string words;
};

struct Monitor {
  std::string what, why;
  std::vector<Span> at;
  std::optional<Span> then_every;
};

struct Rule {
  std::string id, title;
  Selector about;
  std::vector<When> when;  // all of them; none: always
  Severity severity = Severity::note;
  Until until;
  std::string finding, why, grade;
  std::vector<std::string> actions, steps, sources;
  std::vector<Monitor> monitor;
  Place place;
};

// Sorted by id.  Errors: V1102 to V1104, V0807 for an unknown source, and every error of YAML.
Result<std::vector<Rule>> read_rules(const files::SearchPath& search, const Vocabulary& vocabulary);
// One file's list.
Result<std::vector<Rule>> parse_rules(const files::Yaml& root, const Vocabulary& vocabulary,
                                      const std::vector<std::string>& sources);
// A list of `when`, for comparators too.
Result<std::vector<When>> parse_when(const files::Yaml& list, const Vocabulary& vocabulary);

// An error where `text` holds {a word} that nothing fills in.
Result<void> check_placeholders(const std::string& text, const Place& place);

Result<Severity> read_severity(const files::Yaml& value);

}  // namespace vesper::safety
