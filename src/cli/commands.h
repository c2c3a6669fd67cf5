// The commands of `vesper`.  Each returns the exit code, or the diagnostic to show.
#pragma once

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "evidence/mechanisms.h"
#include "files/dates.h"
#include "files/source.h"
#include "simulate/single.h"
#include "simulate/study.h"

namespace vesper::cli {

// What every command needs of the world outside.
struct Context {
  files::SearchPath search;
  const std::atomic<bool>* interrupted = nullptr;  // set by Ctrl-C
};

// How patients are solved; the same results, within the tolerances.
struct EngineArguments {
  std::optional<std::string> engine;  // "fast", "reference"
  std::string method = "auto";        // "auto", "rosenbrock", "explicit"
  unsigned lanes = 0;
};

struct RunArguments {
  std::string protocol;
  std::optional<std::string> out;
  std::optional<std::uint64_t> patients, only_patient, seed;
  bool typical = false;
  unsigned threads = 0;
  std::optional<double> relative_tolerance, absolute_tolerance;
  std::vector<std::string> hypotheses;  // as given: "H1,H2"
  std::vector<std::string> settings;    // "CL=120 L/h"
  EngineArguments engine;
  bool no_timecourses = false;
};

struct SimulateArguments {
  std::string model;
  double start = 0;
  std::optional<double> duration;
  std::size_t steps = 100;
  simulate::Columns columns;
  std::vector<std::string> settings;  // "CL=120 L/h"
  double relative_tolerance = 1e-8, absolute_tolerance = 1e-12;
  EngineArguments engine;  // and "auto"
  std::optional<std::string> data, map, out;
};

struct ValidateArguments {
  std::vector<std::string> ids, hypotheses, settings;
  unsigned threads = 0;
  bool json = false;
  std::optional<std::string> html;  // file of the report
  EngineArguments engine;
};

struct MechanismsArguments {
  evidence::Regimen regimen;
  std::vector<std::string> hypotheses, settings;
  bool json = false;
  std::optional<std::string> html;
  EngineArguments engine;
};

struct EvidenceArguments {
  std::vector<std::string> words;
  std::string id;  // of `evidence show`
  bool json = false;
};

struct CheckArguments {
  std::string input;  // "-": one JSON document on standard input
  std::optional<std::string> patient, regimen, fhir, on;
  std::optional<std::string> html, ics;  // files to write
  bool json = false;
  bool simulate = false;
  std::optional<unsigned> draws, days;  // of the simulation
  std::optional<std::uint64_t> seed;
  unsigned threads = 0;
  EngineArguments engine;
};

struct CompareArguments {
  std::string use;  // "alcohol", "opioid"
  std::optional<std::string> patient, on, html;
  bool json = false;
};

struct TitrateArguments {
  std::string plan = "clinic";
  std::vector<std::string> have;  // products or strengths
  std::optional<std::string> target, start, at;
  bool morning = false, nearest = false, list = false, json = false, no_prediction = false;
  std::optional<unsigned> weeks, pack;
  std::uint64_t patients = 100;
  std::optional<std::uint64_t> seed;
  unsigned threads = 0;
  std::optional<std::string> html, ics, protocol;  // files to write
  EngineArguments engine;
};

struct CompoundArguments {
  std::string recipe;
  std::optional<std::string> assays, html;  // files
  bool exposure = false, json = false;
  std::size_t batches = 10'000;  // simulated
  std::uint64_t seed = 1;
  EngineArguments engine;
};

struct ShowArguments {
  std::string model;
  std::string stage = "equations";
  std::string to = "text";
  unsigned lanes = 0;  // of the stages llvm and assembly
};

Result<int> run(const RunArguments& arguments, const Context& context);
Result<int> simulate_model(const SimulateArguments& arguments, const Context& context);
Result<int> validate(const ValidateArguments& arguments, const Context& context);
// One model in detail; of a folder or of several files also where every number comes from.
Result<int> check_models(const std::vector<std::string>& models, const Context& context);
Result<int> mechanisms(const MechanismsArguments& arguments, const Context& context);
Result<int> search_evidence(const EvidenceArguments& arguments, const Context& context);
Result<int> show_evidence(const EvidenceArguments& arguments, const Context& context);
Result<int> evidence_coverage(const EvidenceArguments& arguments, const Context& context);
// Exit code 3 where anything is contraindicated.
// Day of a check or of a first dose; today where none is given.  V1101.
Result<files::Date> day_of(const std::optional<std::string>& on);
Result<int> check(const CheckArguments& arguments, const Context& context);
Result<int> compare(const CompareArguments& arguments, const Context& context);
Result<int> compound(const CompoundArguments& arguments, const Context& context);
Result<int> titrate(const TitrateArguments& arguments, const Context& context);
Result<int> show_model(const ShowArguments& arguments, const Context& context);
Result<int> explain(const std::string& code);
Result<int> list(const std::string& kind, const Context& context);
Result<int> completion(const std::string& shell);

// "--hypothesis H1,H2", "--set NAME=VALUE" and the engine as the rooms below want them.
Result<simulate::Options> options(const std::vector<std::string>& hypotheses,
                                  const std::vector<std::string>& settings,
                                  const EngineArguments& engine);

// file:line:column: message; mend [code]
std::string one_line(const Diagnostic& offence);

// Where compiled code is kept: $VESPER_CACHE, else $XDG_CACHE_HOME/vesper, else ~/.cache/vesper.
// Empty, for nowhere, with VESPER_CACHE=off or where there is no home.
std::filesystem::path code_cache();

}  // namespace vesper::cli
