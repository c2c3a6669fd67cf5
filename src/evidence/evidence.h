// Published figures and the model held against them.  Format: docs/files.md.
//
// What was fitted is never counted as predicted: every figure says whether it was fitted, is only
// judged, or reproduces a published model's own run, and the three are summed up apart.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evidence/readout.h"
#include "files/source.h"
#include "simulate/study.h"

namespace vesper::evidence {

// evidence/sources.yaml: what is cited, by id.
struct SourceEntry {
  std::string id, citation, locator;  // locator: "doi:...", "pmid:...", a page where it was read
  // The citation in parts, after the Citation Style Language; each may be missing.
  std::vector<std::string> authors = {};   // "Family Given", or the name of a body
  std::string title = {}, container = {};  // container: the journal, book or site
  int year = 0;                            // 0: not given
  std::string doi = {}, pmid = {};         // "10.1000/1", "12345678"
  Place place = {};                        // of the id
};
Result<std::vector<SourceEntry>> read_sources(const files::SearchPath& search);

// What a figure is for.
enum class Use {
  fitted,      // parameters were estimated with it
  judged,      // held against the model and never fitted: prediction
  reproduced,  // a published model's own run: whether its equations were written down right
};
inline constexpr std::array<Use, 3> all_uses = {Use::fitted, Use::judged, Use::reproduced};
std::string_view use_name(Use use);  // "judged", as in the files

struct Observation {
  std::string id, says, source;
  double value = 0;
  std::string unit;
  std::optional<double> low, high;  // the figure's own spread or range, where it has one
  Use use = Use::judged;
  std::string protocol, arm, readout;   // arm: empty where the protocol has but one
  std::vector<simulate::Setting> set;   // parameter values in place of the protocol's
  std::optional<double> accept_fold;    // inside when the fold error is at most this
  std::optional<double> accept_within;  // inside when the difference is at most this, in `unit`
  std::optional<std::pair<double, double>> accept_range;  // in `unit`
  std::string module;                                     // "kinetics", "receptors"
  std::string notes;
  Place place;                      // of the id
  Place protocol_place, arm_place;  // as written; the arm's is that of `predict` when left out
  Readout tree;                     // of `readout`, parsed
};

// What decides where an observation says nothing in `accept`: a two-fold error.
inline constexpr double default_accept_fold = 2;

// All observations in evidence/observations/*.yaml, or those that `ids` select: an id, a module,
// or the name of a file without .yaml.  In order of file and writing, each once.
Result<std::vector<Observation>> read_observations(const files::SearchPath& search,
                                                   const std::vector<std::string>& ids);

// True where the figure is a percentage, so that a difference is in points.
bool in_percent(const Observation& observation);

struct Comparison {
  const Observation* observation = nullptr;
  std::string hypothesis;  // "H1"; empty where the model has none
  double predicted = 0;    // NaN when the run failed; in the observation's unit
  double fold_error = 0;   // max(p/o, o/p); NaN where a ratio means nothing
  bool inside = false;
  std::string failure;  // why there is no prediction
  // The same with every link of naltrexone at 0; none where the model has no such parameter.  NaN
  // when that run failed.
  std::optional<double> links_off;
};

// Fold error and whether the prediction is inside.  A ratio means nothing where either is not
// positive.
Comparison compare(const Observation& observation, std::string hypothesis, double predicted);

// Whether a parameter is a link of naltrexone, a claimed effect that can be switched off: its name
// within its module begins with link_naltrexone_, or with link_tone_ or link_OGF_ where the drug
// acts through opioid tone or OGF.
bool is_link(std::string_view parameter);

struct Validation {
  std::vector<Observation> observations;
  std::vector<Comparison> comparisons;  // observations x hypotheses
  struct Mean {
    std::string hypothesis, module;  // module "" is all of them
    Use use = Use::judged;
    double fold = 0;        // exp(mean(ln fold error)); NaN where there is none
    int n = 0, inside = 0;  // comparisons, and those that are inside
    int folds = 0;          // comparisons with a fold error: what `fold` is over
    int failed = 0;         // comparisons without a prediction; they are in n
  };
  std::vector<Mean> means;  // geometric mean fold error, each use apart

  // Comparisons point at the observations beside them, which a copy would not have.
  Validation() = default;
  Validation(const Validation&) = delete;
  Validation& operator=(const Validation&) = delete;
  Validation(Validation&&) = default;
  Validation& operator=(Validation&&) = default;
  ~Validation() = default;
};

// By hypothesis, in all and by module, by use; groups without a comparison are left
// out.  A comparison without a hypothesis holds under each that the others have.
std::vector<Validation::Mean> means(const std::vector<Comparison>& comparisons);

// Predicts every selected observation for the typical patient under each hypothesis of its model
// (or those of `options`).  A run that fails is a comparison with a failure and the others finish;
// bad input anywhere is an error before anything is solved.  The result is the same for any number
// of threads.  `progress` gets (runs done, runs in all), from one thread at a time.
Result<Validation> validate(const std::vector<std::string>& ids, const simulate::Options& options,
                            const files::SearchPath& search,
                            const std::function<void(std::size_t, std::size_t)>& progress);

}  // namespace vesper::evidence
