// patients x arms x hypotheses, over threads, streamed to files as they finish.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "simulate/study.h"

namespace vesper::simulate {

// Over patients at one time, or over patients of one metric.
struct Band {
  std::uint64_t n = 0;             // patients with a value
  double mean = 0, sd = 0, q05 = 0, q25 = 0, q50 = 0, q75 = 0, q95 = 0;
};

struct Series {                    // one output of one arm under one hypothesis, over the grid
  std::size_t arm = 0, hypothesis = 0, watched = 0;
  std::vector<Band> patients;      // per grid time; between-patient spread
  std::vector<double> typical;     // the typical patient
  std::vector<Band> uncertainty;   // typical patient over draws of uncertain parameters; may be empty
};

struct Metric {
  std::string name;                // "Cmax", "Tmax", "AUC", "half-life", "hours a day above 50 %", ...
  std::string column;              // "plasma_naltrexone_cmax", as in patients.csv
  std::string unit;
  std::size_t arm = 0, hypothesis = 0, watched = 0;
  Band patients;
  double typical = 0;              // NaN where there is none
  Band uncertainty;
};

struct PatientFailure {
  PatientNumber patient = 0;
  std::size_t arm = 0, hypothesis = 0;
  unsigned uncertainty_draw = 0;   // > 0: a draw of uncertain parameters of the typical patient
  solve::Failure failure;
};

struct Summary {
  std::vector<Series> series;
  std::vector<Metric> metrics;
  std::vector<PatientFailure> failures;
  solve::Statistics statistics;
  std::uint64_t solved = 0;        // patient runs that finished
  bool cancelled = false;
  double seconds = 0;
  std::vector<std::filesystem::path> files;  // written, complete
};

// What the caller sees and can do while it runs; called from one thread at a time.
struct Progress {
  std::function<void(std::uint64_t done, std::uint64_t total)> update = {};
  const std::atomic<bool>* cancel = nullptr;
};

// Runs everything.  With an `out` folder writes patients.csv, summary.csv, timecourses.nc and
// run.json there; without one (validate) keeps nothing on disk but a temporary file.  A cancelled
// run keeps the patients that were finished in order, and says so in run.json.
Result<Summary> run(const Study& study, const Options& options,
                    const std::filesystem::path& out, const Progress& progress);

}  // namespace vesper::simulate
