// A protocol made ready to run: the model built, names resolved, hypotheses and settings turned
// into parameter values, products' doses into inputs of the model's states.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "equations/system.h"
#include "population/population.h"
#include "simulate/protocol.h"
#include "solve/solve.h"

namespace vesper::simulate {

struct Options {
  std::optional<std::uint64_t> patients;
  std::optional<std::uint64_t> only_patient;       // run this one alone (--patient 57)
  bool typical = false;                            // no population: the typical patient alone
  std::optional<std::uint64_t> seed;
  unsigned threads = 0;                            // 0: as many as the machine has
  std::optional<std::vector<std::string>> hypotheses;   // ids or {"all"}
  std::vector<Setting> settings;                   // --set, after the protocol's own
  std::optional<double> relative_tolerance, absolute_tolerance;
};

struct WatchedOutput {
  std::string label;               // "MOR occupancy"
  std::string variable;            // "MOR_occupancy", for file headers
  std::string unit;                // as shown: "%", "ng/mL"
  double scale = 1;                // model value * scale = shown value
  std::uint32_t output = 0;        // index into System::outputs
  std::vector<double> thresholds;  // in the shown unit; empty where it is no occupancy
};

// 0: the typical patient; others from the population.
using PatientNumber = std::uint64_t;

class Study {
 public:
  static Result<Study> prepare(Protocol protocol, const Options& options,
                               const files::SearchPath& search);

  const Protocol& protocol() const;
  const equations::System& system() const;
  const std::vector<WatchedOutput>& watched() const;
  const std::vector<equations::Hypothesis>& hypotheses() const;  // to run; one nameless if none
  const std::vector<double>& grid() const;                        // [h]
  std::uint64_t patients() const;                                 // 0: typical alone
  PatientNumber first_patient() const;
  std::uint64_t seed() const;

  population::Patient patient(PatientNumber number) const;        // number >= 1
  // Solves one patient of one arm under one hypothesis.  Values are in the shown units, outputs in
  // watched() order.  `uncertainty_draw` 0: the best estimates; k: the k-th draw of the uncertain
  // parameters.
  solve::Solution solve(PatientNumber number, std::size_t arm, std::size_t hypothesis,
                        unsigned uncertainty_draw = 0) const;
  // Parameter values by index, as solve() would use them (for patients.csv and the report).
  tl::expected<std::vector<double>, solve::Failure> parameters(PatientNumber number, std::size_t hypothesis,
                                 unsigned uncertainty_draw = 0) const;
  ~Study();
  Study(Study&&) noexcept;

 private:
  struct Data;
  explicit Study(std::unique_ptr<Data> data);
  std::unique_ptr<Data> data_;
};

}  // namespace vesper::simulate
