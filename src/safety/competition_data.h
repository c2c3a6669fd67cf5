// evidence/competition.yaml: which product stands for a medicine, what is assumed where a patient's
// file is silent, how far is looked, and the sentences that belong to the numbers.
#pragma once

#include <string>
#include <vector>

#include "files/source.h"
#include "safety/vocabulary.h"

namespace vesper::safety {

// A medicine of the vocabulary and the product that stands for it.
struct Stands {
  std::string drug, product;
  double every = 0;           // [h] where the patient's file has none
  bool single_doses = false;  // a dose by time is refused
  bool gut = false;           // acts nowhere else: no withdrawal
  std::string says;           // what is assumed by it; may be empty
};

// Medicines that must not be simulated, and why: by name as written (folded), drug or class.
struct Refused {
  std::vector<std::string> written, drugs, classes;
  std::string why;
};

// How withdrawal and a block are followed for lines of these routes.
struct Horizon {
  std::vector<std::string> routes;  // empty: any
  double least_interval = 0;        // [h] of the line
  double lead = 0;                  // [h] from the first dose to the last, at least
  int doses = 0;                    // at least
  std::vector<double> at;           // [h] after the last dose
  double follow = 0;                // [h] after the last dose
  double step = 0;                  // [h] of output
  std::vector<double> course;       // [h] after the first dose
};

// Said where everything that it is about was simulated.
struct Sentence {
  std::string text, grade;
  std::vector<std::string> about;    // "withdrawal", "block", "tolerance", "low dose", or a drug
  std::vector<std::string> sources;  // ids
};

struct CompetitionData {
  std::string model;
  std::vector<Stands> stands;
  std::vector<Refused> refused;
  std::vector<std::string> opioid_classes;  // medicines of these are simulated or named
  std::vector<std::string> naltrexone;      // drugs of the regimen that are simulated
  int days_of_use = 0, most_days_of_use = 0;
  double same_day = 0;   // [h] from an opioid to naltrexone on one day
  double forgotten = 0;  // [d] after which nothing of an opioid is simulated
  unsigned draws = 0, days = 0;
  double window = 0;                          // [h]
  double sudden = 0, mild = 0, moderate = 0;  // points of COWS
  double blocked = 0;                         // [%]
  std::vector<double> tolerance_days;         // after the last opioid
  std::vector<Horizon> horizons;              // the last one fits everything
  std::vector<Sentence> say;
};

// Errors: those of YAML, a drug or class that the vocabulary lacks (V1103), a source that is not
// listed (V0807).
Result<CompetitionData> read_competition(const files::SearchPath& search,
                                         const Vocabulary& vocabulary);

}  // namespace vesper::safety
