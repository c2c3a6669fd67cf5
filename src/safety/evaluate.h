// Whether a rule holds for a patient and a regimen: yes, no, or not to be said because something
// is not known.  There is no negation, so one more drug or diagnosis never turns a yes into less.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "safety/facts.h"
#include "safety/rules.h"

namespace vesper::safety {

enum class Truth { no, unknown, yes };

// What made an item of `when` hold.
struct Match {
  enum class Kind { medicine, condition, test, patient, plan, regimen, allergy, missing };
  Kind kind = Kind::medicine;
  std::string name;          // of the drug, condition, test, ...
  std::string says;          // "methadone, last taken 2026-11-18"
  std::string value, limit;  // of a test
  std::optional<Date> last;  // of a medicine that is no longer taken
  bool goes_on = false;      // still taken at the first dose
  std::optional<double> free_days;
};

struct Outcome {
  Truth truth = Truth::yes;
  std::vector<Match> matches;
  std::vector<std::string> needs;  // what is not known, where truth is unknown
};

// The lines of the regimen that a rule is about, and when they begin and end.
struct About {
  std::vector<std::size_t> lines;  // of the facts
  std::vector<std::string> drugs;  // of these lines that are meant; empty: all that they hold
  Date first;
  std::optional<Date> last;  // none: goes on
};
std::optional<About> about(const Selector& selector, const Facts& facts);
bool selects(const Selector& selector, const LineFact& line);

Outcome evaluate(const std::vector<When>& all, const Facts& facts, const About& about);

}  // namespace vesper::safety
