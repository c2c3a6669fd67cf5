// `vesper compare`: naltrexone beside the other medicines for the same use.
// Data: evidence/comparators.yaml; format: docs/files.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "safety/check.h"

namespace vesper::safety {

// A measured effect, as its source gives it.
struct Effect {
  std::string measure, unit, interval, against, source;
  double value = 0;
  std::optional<long> n;
};

struct Contraindication {
  std::string says;  // with placeholders where it is decided for a patient
  Severity severity = Severity::caution;
  std::vector<When> when;  // empty: words only
  std::string source;      // may be empty for words only
};

struct Comparator {
  std::string name, drug;  // of the vocabulary
  std::string mechanism, dose, half_life, onset, needs_opioid_free, grade;
  std::optional<Regimen> regimen;  // all rules are run on it
  std::vector<Effect> effects;
  std::vector<Contraindication> contraindications;
  std::vector<std::string> monitoring, sources;
};

// Of one use, "alcohol" or "opioid", in the order of the file.  Errors: V1109 where the file is not
// there, V1110, those of rules and of YAML.
Result<std::vector<Comparator>> read_comparators(const files::SearchPath& search,
                                                 const Vocabulary& vocabulary,
                                                 const std::string& use);
Result<std::vector<Comparator>> parse_comparators(const files::Yaml& root, const std::string& use,
                                                  const Vocabulary& vocabulary,
                                                  const files::SearchPath& search,
                                                  const std::vector<std::string>& sources);

// What speaks against one of them in the patient.
struct Against {
  Severity severity = Severity::caution;
  std::string text;
  std::vector<std::string> sources;
  std::string rule;  // of evidence/safety/, where it is one
};

struct Compared {
  Comparator what;
  std::vector<Against> against;        // gravest first; of the patient
  std::vector<std::string> always;     // contraindications in general words
  std::vector<std::string> not_known;  // what a contraindication waits for
};

struct Comparison {
  std::string use;
  bool for_patient = false;
  std::string patient;  // label, may be empty
  Date on;              // of the first dose
  std::vector<Compared> rows;
  std::vector<NotChecked> not_checked;
};

// Without a patient only general words are said.
Comparison compare(const std::string& use, const std::vector<Comparator>& all,
                   const std::optional<Patient>& patient, const Knowledge& knowledge, Date on);

// "contraindicated", ..., "nothing found against it", or "" without a patient.
std::string standing(const Compared& row, bool for_patient);
// "risk ratio 0.86 (0.81 to 0.91) against placebo, n 6172"
std::string effect_text(const Effect& effect);
// What the table does not say: effects of different trials are not compared with each other.
std::string comparison_caveat();

std::string comparison_text(const Comparison& comparison,
                            const std::vector<evidence::SourceEntry>& sources, bool colour);
std::string comparison_json(const Comparison& comparison,
                            const std::vector<evidence::SourceEntry>& sources);

}  // namespace vesper::safety
