// What compounding rests on: evidence/compounding/*.yaml.  Format: docs/files.md.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "evidence/evidence.h"
#include "files/yaml.h"

namespace vesper::compounding {

struct CapsuleSize {
  std::string name;   // "3"
  double volume = 0;  // [mL]
};

struct Excipient {
  std::string id, name;
  std::set<std::string> roles;    // "filler", "water", "preservative", "liquid", "base", "other"
  std::optional<double> density;  // [g/mL] packed
  std::string refused;            // why it is never used; empty where it may be
  std::set<std::string> contains;
  std::string source, grade, notes;
};

struct Balance {
  std::string name;
  double sensitivity = 0;  // [mg]
  double error = 0;        // [%] allowed
  std::string source;
};

struct Ceiling {
  std::string id, says;
  int days = 0;
  bool cold = false;  // in the refrigerator only
  std::string source, grade;
};

struct Stability {
  std::string form, excipient;  // of what the study was
  bool cold = false;            // in the refrigerator
  int days = 0;
  std::string says, source, grade;
};

struct Form {
  std::string id, unit, route;
  std::string dry, preserved, unpreserved;  // ids of ceilings; empty where there is none
  std::string label, source;
};

struct Refusal {
  std::string why, source;
};

// USP <905>.
struct TestLimits {
  std::size_t first = 10, second = 30;  // units
  double k1 = 0, k2 = 0, L1 = 0, L2 = 0;
  double low = 0, high = 0;  // [% of the label] M is the mean between them
  std::string source;
};

struct Particles {
  double median = 0;        // [mm] of the volume distribution
  double geometric_sd = 1;  // [-]
  double density = 0;       // [mg/mm3], which is g/mL
};

struct Knowledge {
  std::vector<CapsuleSize> sizes;  // smallest first
  std::string preferred_size, sizes_source;
  std::vector<Excipient> excipients;
  std::map<std::string, Balance> balances;
  std::vector<Ceiling> ceilings;
  std::vector<Stability> stability;
  std::map<std::string, Form> forms;
  std::map<std::string, Refusal> refused;
  std::set<std::string> refused_routes;
  // [mg/mL] in water, by drug and form
  std::map<std::string, std::map<std::string, double>> solubility;
  std::map<std::string, std::string> solubility_source;
  struct Opened {
    std::set<std::string> contains;
    std::string source;
  };
  std::map<std::string, Opened> products;  // what is in made products, by id
  TestLimits test;
  // Where a recipe does not say.
  Particles particles;
  double mixing_cv = 0, filling_cv = 0;  // fractions
  double powder_density = 0;             // [g/mL]
  std::vector<std::string> why;          // of each of these
  double poisson_limit = 0;              // fraction of the volume
  std::string poisson_source;
  std::vector<evidence::SourceEntry> sources;  // all that may be cited

  const Excipient* excipient(const std::string& id) const;
  std::string citation(const std::string& source) const;
};

Result<Knowledge> read_knowledge(const files::SearchPath& search);

}  // namespace vesper::compounding
