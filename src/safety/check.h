// `vesper check`: what speaks against a regimen in a patient.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "evidence/evidence.h"
#include "safety/evaluate.h"
#include "safety/side_effects.h"

namespace vesper::safety {

struct Finding {
  std::string rule;  // its id; "not-checked" for what no rule could look at
  Severity severity = Severity::note;
  std::string title, text, why, grade;
  std::vector<std::string> actions, steps;
  std::optional<Date> until;         // the first day on which it no longer holds
  std::string until_text;            // that day, or in words; empty when it does not end
  std::vector<std::string> grounds;  // what of the patient and the regimen it rests on
  std::vector<std::string> sources;
};

// Something that nobody gave and on which a rule waits.
struct Missing {
  std::string what;
  std::vector<std::string> rules;      // ids
  Severity severity = Severity::note;  // the gravest of these
};

struct Due {
  Date on;
  std::string what, why, rule;
  std::optional<Span> then_every;  // from this day on
};

// All that the check reads of the project.
struct Knowledge {
  Vocabulary vocabulary;
  std::vector<Rule> rules;
  std::vector<SideEffect> side_effects;
  std::vector<evidence::SourceEntry> sources;
};
Result<Knowledge> read_knowledge(const files::SearchPath& search);

struct Check {
  std::string patient;               // label, may be empty
  std::vector<std::string> regimen;  // its lines in words
  std::vector<std::string> purpose;
  Date on, start;
  bool start_assumed = false;     // the day of the check stands for it
  std::optional<Date> last;       // the last dose; none: goes on
  std::vector<Finding> findings;  // gravest first
  std::vector<Missing> missing;   // gravest first
  std::vector<Due> calendar;      // by date
  std::vector<SideEffect> side_effects;
  std::vector<std::string> derived;   // "creatinine clearance 25 mL/min, Cockcroft-Gault, ..."
  std::vector<std::string> readings;  // words that were read as something else
  std::size_t rules = 0;              // that were asked

  Severity gravest() const;  // note where there is no finding
  bool contraindicated() const;
  // The day from which no contraindication of today holds; none where one does not end by itself
  // or its day is not known.
  std::optional<Date> earliest() const;
};

Check check(const Patient& patient, const Regimen& regimen, const Knowledge& knowledge, Date on);

// "For research and teaching; not medical advice."
inline constexpr const char* disclaimer = "For research and teaching; not medical advice.";

// Columns for a terminal, with or without colour.
std::string check_text(const Check& check, const std::vector<evidence::SourceEntry>& sources,
                       bool colour);
// `simulation`: a JSON object to stand under that key; empty: none.
std::string check_json(const Check& check, const std::vector<evidence::SourceEntry>& sources,
                       const std::string& simulation = "");
// Days of monitoring and days until which to wait, in their order.
struct Day {
  Date on;
  std::string what;  // with "then every ..."
  std::string why, title;
  std::optional<Span> then_every;
};
std::vector<Day> days_of(const Check& check);
// The same as a calendar of RFC 5545.
std::string check_calendar(const Check& check);

// The same sentence in the terminal, the page and the JSON: "Contraindicated: ...".
std::string verdict(const Check& check);

}  // namespace vesper::safety
