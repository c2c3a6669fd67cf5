// Published figures and the model held against them.  Format: docs/files.md.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "files/source.h"
#include "simulate/study.h"

namespace vesper::evidence {

// evidence/sources.yaml: what is cited, by id.
struct SourceEntry {
  std::string id, citation, locator;   // locator: "doi:...", "pmid:...", a page where it was read
};
Result<std::vector<SourceEntry>> read_sources(const files::SearchPath& search);

struct Observation {
  std::string id, says, source;
  double value = 0;
  std::string unit;
  std::optional<double> low, high;     // the figure's own spread or range, where it has one
  bool fitted = false;                 // else only judged
  std::string protocol, arm, readout;
  std::optional<double> accept_fold;   // inside when the fold error is at most this
  std::optional<double> accept_within; // inside when the difference is at most this, in `unit`
  std::optional<std::pair<double, double>> accept_range;
  std::string module;                  // "kinetics", "receptors"
  std::string notes;
  Place place;
};
Result<std::vector<Observation>> read_observations(const files::SearchPath& search,
                                                   const std::vector<std::string>& ids);

struct Comparison {
  const Observation* observation = nullptr;
  std::string hypothesis;              // "H1"; empty where the model has none
  double predicted = 0;                // NaN when the run failed; in the observation's unit
  double fold_error = 0;               // max(p/o, o/p); NaN where a ratio means nothing
  bool inside = false;
  std::string failure;
};

struct Validation {
  std::vector<Observation> observations;
  std::vector<Comparison> comparisons;  // observations x hypotheses
  struct Mean { std::string hypothesis, module; bool fitted; double fold; int n, inside; };
  std::vector<Mean> means;              // geometric mean fold error, fitted and judged apart; module "" is all
};

Result<Validation> validate(const std::vector<std::string>& ids, const simulate::Options& options,
                            const files::SearchPath& search,
                            const std::function<void(std::size_t, std::size_t)>& progress);

}  // namespace vesper::evidence
