// Which of the mechanisms that anyone claims a regimen can reach.
//
// For every target of evidence/targets.yaml and under every hypothesis of the model: the unbound
// concentration where it would have to act, the potency that was measured, and the occupancy that
// follows over one dosing interval.  Where the model binds the drug itself its own occupancy is
// taken; elsewhere it is that of equilibrium, ligands competing:
//   occupancy = x / (1 + x),   x = sum over ligands of C / K
// (Gaddum 1937, J Physiol 89:7P), pointwise in time, at both ends of the range of potencies.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "evidence/targets.h"

namespace vesper::evidence {

struct Regimen {
  std::string product;
  std::optional<std::string> dose;  // else one unit of the product
  std::string every;                // "24 h"
  std::optional<std::string> at;    // "22:00"; else midnight
  std::optional<unsigned> days;     // since the first dose; else in the steady state
};

// From the least to the most that the range of potencies allows.
struct Band {
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

// One target under one hypothesis, over the last dosing interval (at least a day).
struct Reach {
  std::string hypothesis;  // "H1"; empty where the model has none
  // Of the first ligand, where it acts [nM]; NaN where a target has no potency.
  double highest_concentration = std::numeric_limits<double>::quiet_NaN();
  double mean_concentration = std::numeric_limits<double>::quiet_NaN();
  Band potency;   // of the first ligand [nM]
  Band margin;    // highest concentration over potency, all ligands added
  Band highest;   // occupancy, 0 to 1
  Band mean;      //
  Band hours_50;  // hours a day above 50 %
  Band hours_90;  // and 90 %
  // Folds of the value at rest that are farthest from 1, and their means.
  double effect = std::numeric_limits<double>::quiet_NaN();
  double mean_effect = std::numeric_limits<double>::quiet_NaN();
  // The same with the target's link switched on; NaN without a link.
  double effect_linked = std::numeric_limits<double>::quiet_NaN();
  double link = std::numeric_limits<double>::quiet_NaN();  // as the model has it
};

struct Mechanism {
  Target target;
  std::vector<Reach> reach;  // by hypothesis
  std::string verdict;       // by the rules of verdict()
};

struct Mechanisms {
  std::string title;                              // "ldn-capsule-4.5mg every 24 h at 22:00"
  std::string product;                            // its name in full
  std::string when;                               // "in the steady state", "from day 27 to day 28"
  std::string model;                              // file name
  std::vector<equations::Hypothesis> hypotheses;  // one nameless if the model has none
  std::vector<Concentration> concentrations;
  std::vector<std::vector<Band>> exposure;  // by concentration and hypothesis: mean, highest [nM]
  std::vector<Mechanism> rows;
};

// Simulates the typical patient.  A run that fails is an error, with exit code 1.
Result<Mechanisms> mechanisms(const Regimen& regimen, const simulate::Options& options,
                              const files::SearchPath& search);

// The rule that decides comes first; occupancies and hours over all hypotheses and potencies.
//   no effect up to a concentration   "no effect even at N times this exposure"
//   highest below 1 %                 "exposure N times too low for ACTION", at the best potency
//   highest below 10 %                "hardly reached"
//   highest below 50 %                "in part, never half"
//   always above 90 %, 50 %           "blocked all day"
//   hours above 50 % differ by > 6    "within reach; for how long is open"
//   else                              "above half for so many hours a day"
// and what its grade adds, where that is hypothesis or contradicted.
std::string verdict(const Target& target, const std::vector<Reach>& reach);

// The rules as sentences, for those who read a table.
std::vector<std::string> verdict_rules();

std::string mechanisms_table(const Mechanisms& mechanisms);
std::string mechanisms_json(const Mechanisms& mechanisms);

// As tables show them: "0.086-1.8 nM", "44-77 %", "3.0-24", "1/36,000"; "-" for nothing.
std::string potency_text(const Mechanism& row);
std::string concentration_text(const Mechanism& row);
std::string occupancy_text(const Mechanism& row, Band Reach::*which);
std::string hours_text(const Mechanism& row, Band Reach::*which);
std::string margin_text(const Mechanism& row);
// "H1 77 %, H2 58 %, H3 42 %"; once where they agree.
std::string by_hypothesis(const Mechanism& row, Band Reach::*which, bool percent);

}  // namespace vesper::evidence
