// A protocol made ready to run: the model built, names resolved, hypotheses and settings turned
// into parameter values, products' doses into inputs of the model's states.
//
// Where a parameter's value comes from, later ones winning:
//   1. the model                    4. --set
//   2. the hypothesis               5. a draw of its uncertainty, unless 2-4 gave its value
//   3. the protocol's `set:`        6. the patient: the population's variation of the value so far
//
// An arm's own `set:` comes after --set, or the arms would no longer differ.
//
// A parameter that was set keeps its variation between patients, around the value set.  A model's
// own distribution (`CL = lognormal(140, 42)`) varies patients unless the population names the
// parameter; around another value than the model's it is scaled to it.  Parameters computed from
// others (initial assignments) follow them, unless they are set or varied themselves.
//
// The typical patient (number 0) has typical values and takes every dose.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "equations/system.h"
#include "population/population.h"
#include "simulate/protocol.h"
#include "solve/solve.h"

namespace vesper::simulate {

enum class Engine {
  fast,       // compiled lanes
  reference,  // the interpreter and CVODE
};

struct Options {
  std::optional<std::uint64_t> patients;
  std::optional<std::uint64_t> only_patient;  // run this one alone (--patient 57)
  bool typical = false;                       // no population: the typical patient alone
  std::optional<std::uint64_t> seed;
  unsigned threads = 0;                                // 0: as many as the machine has
  std::optional<std::vector<std::string>> hypotheses;  // ids or {"all"}
  std::vector<Setting> settings;                       // --set, after the protocol's own
  std::optional<double> relative_tolerance, absolute_tolerance;
  Engine engine = Engine::fast;
  unsigned lanes = 0;  // of the fast engine: patients in a vector; 0: the widest of the machine
  solve::Method method = solve::Method::automatic;  // of the fast engine
  std::filesystem::path code_cache;  // folder of the fast engine's code; empty: none is kept
  bool timecourses = true;           // keep every curve, in timecourses.nc
};

struct WatchedOutput {
  std::string label;               // "MOR occupancy"
  std::string variable;            // "MOR_occupancy", for file headers
  std::string unit;                // as shown: "%", "ng/mL"; "" for none
  double scale = 1;                // model value * scale = shown value
  std::uint32_t output = 0;        // index into System::outputs
  std::vector<double> thresholds;  // in the shown unit; empty where it is no occupancy
};

// A file that the run rests on, with the hash of its text.
struct InputFile {
  std::string role;  // "protocol", "model", "population", "product", "drugs"
  std::string path;
  std::string sha256;
};

// 0: the typical patient; others from the population.
using PatientNumber = std::uint64_t;

// One patient made ready: what its runs share.
struct Subject {
  PatientNumber number = 0;
  unsigned uncertainty_draw = 0;
  std::vector<double> covariates;  // of a patient of a population
  std::vector<tl::expected<std::vector<double>, solve::Failure>> parameters;  // by case
  std::vector<std::vector<solve::Input>> inputs;  // by arm, where the patient misses doses of it
};

class Study {
 public:
  static Result<Study> prepare(Protocol protocol, const Options& options,
                               const files::SearchPath& search);

  // As run: settings hold the options' too, seed and tolerances are those in force.
  const Protocol& protocol() const;
  const equations::System& system() const;
  const std::vector<WatchedOutput>& watched() const;
  const std::vector<equations::Hypothesis>& hypotheses() const;  // to run; one nameless if none
  const std::vector<double>& grid() const;                       // [h]
  std::uint64_t patients() const;                                // 0: typical alone
  PatientNumber first_patient() const;
  std::uint64_t seed() const;
  Engine engine() const;
  const solve::Compiled& compiled() const;
  // Parameters that differ between patients (indices, ascending), and those that are drawn for
  // uncertainty under a hypothesis.
  const std::vector<std::uint32_t>& varied() const;
  std::vector<std::uint32_t> uncertain(std::size_t hypothesis) const;
  const std::vector<InputFile>& inputs() const;

  // Its covariates, and its parameters around the typical values under the first hypothesis.
  population::Patient patient(PatientNumber number) const;  // number >= 1
  // The patient, or under `uncertainty_draw` k > 0 the k-th draw of the uncertain parameters.
  Subject subject(PatientNumber number, unsigned uncertainty_draw = 0) const;

  // Solves one patient of one arm under one hypothesis.  Values are in the shown units, outputs in
  // watched() order; values on grid(), the trace and a failure have times in hours; final states
  // are in the model's units.  The trace begins at `trace_from` [h].
  solve::Solution solve(PatientNumber number, std::size_t arm, std::size_t hypothesis,
                        unsigned uncertainty_draw = 0, double trace_from = 0) const;

  // The same for many runs, which fills the lanes of the fast engine; runs of about equal length
  // should stand together.  done(i, solution) is called on this thread, once for each run, in any
  // order; when `cancel` turns true the rest are left out.  A solution does not depend on the
  // others, to the last bit.
  struct Run {
    std::size_t subject = 0, arm = 0, hypothesis = 0;
  };
  void solve_all(std::span<const Subject> subjects, std::span<const Run> runs, double trace_from,
                 const std::atomic<bool>* cancel,
                 const std::function<void(std::size_t, solve::Solution)>& done) const;
  std::size_t batch() const;  // runs that the engine takes at once
  // Parameters depend on the hypothesis and on the settings of the arm: together a case.  The first
  // cases, as many as hypotheses, are those of arms without settings.
  std::size_t case_number(std::size_t arm, std::size_t hypothesis) const;

  // Parameter values by index, as solve() would use them (for patients.csv and the report).
  tl::expected<std::vector<double>, solve::Failure> parameters(PatientNumber number,
                                                               std::size_t hypothesis,
                                                               unsigned uncertainty_draw = 0) const;
  ~Study();
  Study(Study&&) noexcept;

 private:
  struct Data;
  explicit Study(std::unique_ptr<Data> data);
  std::unique_ptr<Data> data_;
};

}  // namespace vesper::simulate
