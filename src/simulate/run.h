// patients x arms x hypotheses, over threads, streamed to files as they finish.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "simulate/study.h"

namespace vesper::simulate {

inline constexpr std::string_view disclaimer = "For research and teaching; not medical advice.";

// Over patients at one time, or over patients of one metric.  A failed patient has no value.
struct Band {
  std::uint64_t n = 0;  // patients with a value
  // NaN where there are no values; quantiles are of type 7, sd that of a sample (NaN for n < 2).
  double mean = 0, sd = 0, q05 = 0, q25 = 0, q50 = 0, q75 = 0, q95 = 0;
  // Bound on the relative error of the quantiles; 0: exact.  See bands.h.
  double quantile_error = 0;
};

struct Series {  // one output of one arm under one hypothesis, over the grid
  std::size_t arm = 0, hypothesis = 0, watched = 0;
  std::vector<Band> patients;   // per grid time; between-patient spread; empty: typical alone
  std::vector<double> typical;  // the typical patient; NaN where that run failed
  std::vector<Band>
      uncertainty;  // typical patient over draws of uncertain parameters; may be empty
};

// Over the protocol's window: "Cmax" ("highest" of an occupancy), "Tmax" [h from the window's
// start], "AUC" [h*unit], "half-life" [h, terminal], "mean", "trough", and of an occupancy
// "hours a day above 50 %" for each threshold.
struct Metric {
  std::string name;
  std::string column;  // "plasma_naltrexone_cmax_nM", as in patients.csv
  std::string unit;
  std::size_t arm = 0, hypothesis = 0, watched = 0;
  Band patients;
  double typical = 0;  // NaN where there is none
  Band uncertainty;
};

struct PatientFailure {
  PatientNumber patient = 0;
  std::size_t arm = 0, hypothesis = 0;
  unsigned uncertainty_draw = 0;  // > 0: a draw of uncertain parameters of the typical patient
  solve::Failure failure;         // time in hours
};

struct Summary {
  std::vector<Series> series;   // by arm, hypothesis, output
  std::vector<Metric> metrics;  // by arm, hypothesis, output, metric
  std::vector<PatientFailure> failures;
  solve::Statistics statistics;
  std::uint64_t patients = 0;  // patients that were run, failures included
  // The largest bound on the relative error of a quantile; 0: all are exact.
  double quantile_error = 0;
  std::uint64_t solved = 0;  // runs that finished, of patients, the typical one and draws
  bool cancelled = false;
  double seconds = 0;
  std::vector<std::filesystem::path>
      files;  // written, complete; none when nothing was worth keeping
};

// What the caller sees and can do while it runs; called from one thread at a time.  done and total
// count runs: patients (and the typical one, and draws) x arms x hypotheses.
struct Progress {
  std::function<void(std::uint64_t done, std::uint64_t total)> update = {};
  const std::atomic<bool>* cancel = nullptr;
};

// Runs everything.  With an `out` folder writes patients.csv, summary.csv, run.json and, unless the
// options say no, timecourses.nc there; without one nothing on disk.  A failed patient is listed
// and leaves gaps, the others finish.  A cancelled run keeps the patients that were finished in
// order, and says so in run.json; before the first one is finished it keeps none.  Every figure but
// `seconds` is the same for any number of threads.
//
// Memory does not grow with the number of patients beyond what bands.h says.
//
// netCDF is not safe for threads: one run() at a time in a program.
Result<Summary> run(const Study& study, const Options& options, const std::filesystem::path& out,
                    const Progress& progress);

}  // namespace vesper::simulate
