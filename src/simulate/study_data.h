// What a Study holds: private to study.cpp, which prepares it, and study_runs.cpp, which solves.
#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "simulate/resolve.h"
#include "simulate/study.h"
#include "simulate/variation.h"
#include "solve/steady.h"

namespace vesper::simulate {

using Values = std::map<std::uint32_t, double>;                   // by parameter index
using Overrides = std::vector<std::pair<std::uint32_t, double>>;  // the same; later ones win

struct Study::Data {
  Protocol protocol;
  std::shared_ptr<const equations::System> system;
  std::unique_ptr<solve::Compiled> engine;
  Engine engine_kind = Engine::fast;
  std::size_t batch = 1;  // runs that the engine likes to get at once
  std::vector<WatchedOutput> watched;
  std::vector<equations::Hypothesis> hypotheses;
  std::vector<double> grid;        // [h]
  std::vector<double> model_grid;  // [time]
  double end = 0;                  // [time]
  double per_hour = 1;             // model time units an hour
  std::uint64_t patients = 0;
  PatientNumber first_patient = 1;
  solve::Tolerances tolerances;
  std::vector<InputFile> inputs;

  // A case is a hypothesis with the settings of some arms; the first ones have those of none.
  std::vector<Values> fixed;                         // per case: hypothesis, then settings
  std::vector<std::vector<Spread>> uncertain;        // per case
  std::vector<std::size_t> first_case;               // per arm: of its first hypothesis
  std::vector<std::uint32_t> population_parameters;  // in Population::parameters() order
  std::vector<Spread> own_spreads;                   // of the model, where the population has none
  std::vector<double> own_centres;                   // values of those in the model as it stands
  std::vector<std::uint32_t> varied;
  std::vector<std::vector<DoseRoute>> routes;  // per arm and regimen line

  Result<void> build_model(const files::SearchPath& search);
  Result<void> choose_engine(const Options& options);
  Result<void> choose_patients(const Options& options);
  Result<void> choose_numbers(const Options& options);
  Result<void> set_parameters(const Options& options);
  Result<void> set_population();
  Result<void> set_own_spreads(const std::vector<double>& typical);
  Result<void> set_uncertainty(const std::vector<double>& typical);
  Result<void> route_doses(const files::SearchPath& search);
  Result<void> lay_grid();
  Result<void> check_that_patients_differ() const;
  Result<void> check_computed_parameters() const;
  void settle_what_is_shared();

  using Parameters = tl::expected<std::vector<double>, solve::Failure>;
  Overrides typical_values(std::size_t case_number, unsigned draw) const;
  Parameters typical(std::size_t case_number, unsigned draw) const;
  population::Patient draw(PatientNumber number, const std::vector<double>& typical) const;
  // `covariates`, where wanted, are set as far as the parameters can be computed.
  Parameters parameters(PatientNumber number, std::size_t case_number, unsigned draw,
                        std::vector<double>* covariates = nullptr) const;
  // Doses from before the start, since ever.
  struct Steady {
    double period = 0;                 // [time]; 0: none
    std::vector<solve::Input> inputs;  // of one period, within it
    std::vector<solve::Input> late;    // of such doses, but after the start, for their lag
  };
  void add_inputs(const dosing::Dose& dose, const DoseRoute& route,
                  std::vector<solve::Input>& inputs) const;
  std::vector<solve::Input> dose_inputs(PatientNumber number, std::size_t arm) const;
  Steady steady(std::size_t arm) const;
  // Begins the run in the steady state of the arm's doses from before the start; what it took.
  tl::expected<solve::Statistics, solve::Failure> begin_steady(std::size_t arm,
                                                               solve::Problem& problem) const;
  solve::Problem problem(const Subject& subject, std::size_t arm, std::size_t hypothesis,
                         double trace_from) const;
  void show(solve::Solution& solution) const;

  // What all patients share, computed once.
  std::vector<Parameters> best_estimates;            // per case: the typical patient's
  std::vector<std::vector<solve::Input>> all_doses;  // per arm: every dose taken
  std::vector<bool> doses_are_missed;                // per arm
  std::vector<Steady> steady_doses;                  // per arm
};

}  // namespace vesper::simulate
