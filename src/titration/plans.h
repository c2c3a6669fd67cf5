// Plans of stepping up, and what is taken where nobody says otherwise.
// Data: evidence/titration.yaml; format: docs/files.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "evidence/evidence.h"
#include "files/yaml.h"

namespace vesper::titration {

struct Stage {
  double mg = 0;            // a dose
  std::optional<int> days;  // none: kept
};

struct Plan {
  std::string id, name, source, grade, notes;
  std::vector<Stage> stages;  // rising; or
  struct By {
    double start = 0, add = 0;  // [mg]
    int every = 0;              // [d]
  };
  std::optional<By> by;
  std::optional<double> target;  // [mg] its own
};

// A time of day at which it is taken.
struct TimeOfDay {
  std::string id, at, source, grade, notes;  // "evening", "22:00"
};

struct Knowledge {
  std::vector<Plan> plans;
  std::vector<TimeOfDay> times;  // the first where nobody says
  double target = 0;             // [mg]
  std::vector<std::string> have;
  std::string capsule;         // product that stands for strengths without one
  int course = 0, steady = 0;  // [d]
  std::string model, population;
  std::vector<evidence::SourceEntry> sources;

  // V1301 with the known ones.
  Result<Plan> plan(const std::string& id) const;
  Result<TimeOfDay> time(const std::string& id) const;
};

// Errors: V1301 for a plan that contradicts itself, V0807 for an unknown source, those of YAML.
Result<Knowledge> read_knowledge(const files::SearchPath& search);
Result<Knowledge> parse_knowledge(const files::Yaml& root, const std::vector<std::string>& sources);

}  // namespace vesper::titration
