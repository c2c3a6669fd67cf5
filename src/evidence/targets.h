// What anyone says that naltrexone acts on, with the potency that was measured and where it would
// have to act.  Format: docs/files.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "evidence/evidence.h"

namespace vesper::evidence {

// Where a concentration is read in the model: `output`, times the parameter `fraction` if any.
struct Concentration {
  std::string id;    // "brain"
  std::string says;  // "unbound in brain fluid"
  std::string output, fraction;
  Place place, output_place, fraction_place;
};

struct Potency {
  std::string at;            // id of the concentration that it is held against
  std::string measure;       // "Ki", "IC50", "Kd", "none up to": no effect even at `high`
  double low = 0, high = 0;  // [nM], as measured; NaN where it is a parameter of the model
  std::string parameter;     // of the model, by hypothesis; empty: measured
  std::string source, notes;
  bool recalled = false;  // carried from memory, not read: decides nothing by itself
  Place place, parameter_place;
  bool excluded() const { return measure == "none up to"; }
};

// An effect that the model computes, as a fold of what it is at rest.
struct Effect {
  std::string output, link;  // link: the parameter that switches it; may be empty
  Place output_place, link_place;
};

// What the target saw at the regimen in which it was shown to matter.
struct Reference {
  double occupancy = 0;  // 0 to 1
  std::string says, source;
};

struct Target {
  std::string id, name;
  std::string claim;                 // what is said to follow
  std::string action;                // "direct block of TLR4": what the verdict speaks of
  std::string grade;                 // of the link from the target to what is claimed; see grades
  std::string why;                   // what the grade rests on
  std::vector<std::string> claims;   // ids of evidence/claims.yaml
  std::vector<std::string> sources;  // of the grade
  std::string occupancy;             // output of the model; empty: from potency
  std::vector<Potency> potencies;    // several: ligands that compete
  std::optional<Effect> effect;
  std::optional<Reference> reference;
  std::string not_modelled;  // why there is no figure
  Place place, occupancy_place;
};

struct Targets {
  std::string model;
  Place model_place;
  std::vector<Concentration> concentrations;
  std::vector<Target> targets;
};

// evidence/targets.yaml.  Names of the model's outputs and parameters are checked by mechanisms().
Result<Targets> read_targets(const files::SearchPath& search);

}  // namespace vesper::evidence
