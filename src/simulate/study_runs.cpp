// A study's runs: parameters, doses, one problem for each run, and its solution in the shown units.
#include <algorithm>
#include <cassert>
#include <cmath>

#include "simulate/study_data.h"

namespace vesper::simulate {
namespace {

constexpr double nearly_zero = 1e-300;

// Draws of the model's own distributions lie behind those of any population's parameters.
constexpr std::uint64_t own_distributions = std::uint64_t{1} << 32;

}  // namespace

// --- parameters -------------------------------------------------------------------------------

Overrides Study::Data::typical_values(std::size_t case_number, unsigned draw) const {
  Overrides values(fixed[case_number].begin(), fixed[case_number].end());
  if (draw == 0) return values;
  const population::RandomKey key{protocol.seed, draw, 0, population::Stream::uncertainty};
  for (const Spread& spread : uncertain[case_number]) {
    values.emplace_back(spread.parameter,
                        spread.quantile(population::uniform(key, spread.parameter)));
  }
  return values;
}

Study::Data::Parameters Study::Data::typical(std::size_t case_number, unsigned draw) const {
  if (draw == 0) return best_estimates[case_number];
  return solve::initial_parameters(*system, typical_values(case_number, draw));
}

population::Patient Study::Data::draw(PatientNumber number,
                                      const std::vector<double>& typical) const {
  population::Patient patient;
  patient.id = number;
  if (!protocol.population) return patient;
  std::vector<double> centres;
  for (const std::uint32_t index : population_parameters) centres.push_back(typical[index]);
  return protocol.population->draw(protocol.seed, 0, number, centres);
}

Study::Data::Parameters Study::Data::parameters(PatientNumber number, std::size_t case_number,
                                                unsigned draw_number,
                                                std::vector<double>* covariates) const {
  auto typical = this->typical(case_number, draw_number);
  if (number == 0 || !typical) return typical;
  population::Patient patient = draw(number, *typical);
  if (covariates != nullptr) *covariates = std::move(patient.covariates);
  if (!patient.problem.empty()) return tl::unexpected(solve::Failure{0, "", patient.problem});
  Overrides values = typical_values(case_number, draw_number);
  for (std::size_t i = 0; i < population_parameters.size(); ++i) {
    values.emplace_back(population_parameters[i], patient.parameters[i]);
  }
  const population::RandomKey key{protocol.seed, 0, number, population::Stream::parameters};
  for (std::size_t i = 0; i < own_spreads.size(); ++i) {
    const std::uint32_t index = own_spreads[i].parameter;
    const double drawn =
        own_spreads[i].quantile(population::uniform(key, own_distributions + index));
    const double centre = (*typical)[index];
    values.emplace_back(index, std::abs(own_centres[i]) > nearly_zero
                                   ? drawn * (centre / own_centres[i])
                                   : drawn + (centre - own_centres[i]));
  }
  return solve::initial_parameters(*system, values);
}

// --- doses ------------------------------------------------------------------------------------

void Study::Data::add_inputs(const dosing::Dose& dose, const DoseRoute& route,
                             std::vector<solve::Input>& inputs) const {
  using Kind = dosing::Release::Kind;
  using Shape = solve::Input::Shape;
  const double time = (dose.time + dose.lag) * per_hour;
  for (const dosing::Release& part : dose.release) {
    solve::Input input;
    input.state = route.state;
    input.time = time;
    input.amount = dose.amount * part.fraction * route.per_nmol;
    input.duration = part.duration * per_hour;
    input.rate = part.rate / per_hour;
    input.shape = part.shape;
    input.scale = part.scale * per_hour;
    switch (part.kind) {
      case Kind::bolus:
        input.kind = Shape::bolus;
        break;
      case Kind::zero_order:
        input.kind = Shape::zero_order;
        break;
      case Kind::first_order:
        input.kind = Shape::first_order;
        break;
      case Kind::gamma:
        input.kind = Shape::gamma;
        break;
    }
    inputs.push_back(input);
  }
}

// Which doses are taken depends on the patient and the place of the line in its regimen, not on
// the arm: arms are compared in patients who forget the same evenings.
std::vector<solve::Input> Study::Data::dose_inputs(PatientNumber number, std::size_t arm) const {
  const population::RandomKey key{protocol.seed, 0, number, population::Stream::adherence};
  const auto uniform = [&](std::size_t item, std::size_t k) {
    if (number == 0) return 0.0;
    return population::uniform(key, (static_cast<std::uint64_t>(item) << 32) + k);
  };
  std::vector<solve::Input> inputs;
  const auto doses = dosing::timeline(protocol.arms[arm].regimen, protocol.duration, uniform);
  for (const dosing::Dose& dose : doses) add_inputs(dose, routes[arm][dose.item], inputs);
  std::erase_if(inputs, [&](const solve::Input& input) { return input.time >= end; });
  return inputs;
}

Study::Data::Steady Study::Data::steady(std::size_t arm) const {
  Steady steady;
  const dosing::Regimen& regimen = protocol.arms[arm].regimen;
  steady.period = dosing::steady_period(regimen) * per_hour;
  for (const dosing::Dose& dose : dosing::steady_doses(regimen))
    add_inputs(dose, routes[arm][dose.item], steady.inputs);
  for (solve::Input& input : steady.inputs) {
    while (input.time >= steady.period) {
      input.time -= steady.period;
      steady.late.push_back(input);
    }
  }
  std::erase_if(steady.late, [&](const solve::Input& input) { return input.time >= end; });
  return steady;
}

// --- runs -------------------------------------------------------------------------------------

Subject Study::subject(PatientNumber number, unsigned uncertainty_draw) const {
  Subject subject;
  subject.number = number;
  subject.uncertainty_draw = uncertainty_draw;
  for (std::size_t k = 0; k < data_->fixed.size(); ++k) {
    subject.parameters.push_back(
        data_->parameters(number, k, uncertainty_draw, k == 0 ? &subject.covariates : nullptr));
  }
  if (number > 0 && !subject.parameters[0]) subject.covariates = patient(number).covariates;
  if (number == 0) return subject;
  for (std::size_t arm = 0; arm < data_->protocol.arms.size(); ++arm) {
    subject.inputs.emplace_back();
    if (data_->doses_are_missed[arm]) subject.inputs[arm] = data_->dose_inputs(number, arm);
  }
  return subject;
}

solve::Problem Study::Data::problem(const Subject& subject, std::size_t arm, std::size_t hypothesis,
                                    double trace_from) const {
  solve::Problem problem;
  problem.parameters = *subject.parameters[first_case[arm] + hypothesis];
  const bool own_doses = subject.number > 0 && doses_are_missed[arm];
  problem.inputs = own_doses ? subject.inputs[arm] : all_doses[arm];
  problem.end = end;
  problem.grid = model_grid;
  problem.trace = true;
  problem.trace_from = std::min(trace_from * per_hour, end);
  problem.tolerances = tolerances;
  return problem;
}

tl::expected<solve::Statistics, solve::Failure> Study::Data::begin_steady(
    std::size_t arm, solve::Problem& problem) const {
  solve::Statistics statistics;
  const Steady& before = steady_doses[arm];
  if (before.period == 0) return statistics;
  auto found = solve::periodic_state(*engine, {.parameters = problem.parameters,
                                               .inputs = before.inputs,
                                               .start = 0,
                                               .period = before.period,
                                               .tolerances = problem.tolerances});
  if (!found)
    return tl::unexpected(
        solve::Failure{0, found.error().state, "no steady state: " + found.error().reason});
  problem.continued = true;
  problem.initial_states = std::move(found->states);
  problem.inputs.insert(problem.inputs.end(), found->earlier.begin(), found->earlier.end());
  problem.inputs.insert(problem.inputs.end(), before.late.begin(), before.late.end());
  statistics.steady_periods = found->periods;
  statistics.steady_periods_by_repetition = static_cast<std::uint64_t>(found->by_repetition);
  return statistics;
}

void Study::Data::show(solve::Solution& solution) const {
  const std::size_t outputs = watched.size();
  const auto scale = [&](std::vector<double>& table) {
    for (std::size_t row = 0; row + outputs <= table.size(); row += outputs) {
      for (std::size_t i = 0; i < outputs; ++i) table[row + i] *= watched[i].scale;
    }
  };
  scale(solution.values);
  scale(solution.trace.values);
  for (double& time : solution.trace.times) time /= per_hour;
  if (solution.failure) solution.failure->time /= per_hour;
}

solve::Solution Study::solve(PatientNumber number, std::size_t arm, std::size_t hypothesis,
                             unsigned uncertainty_draw, double trace_from) const {
  const Subject one = subject(number, uncertainty_draw);
  const Run run{0, arm, hypothesis};
  solve::Solution solution;
  solve_all({&one, 1}, {&run, 1}, trace_from, nullptr,
            [&](std::size_t, solve::Solution solved) { solution = std::move(solved); });
  return solution;
}

void Study::solve_all(std::span<const Subject> subjects, std::span<const Run> runs,
                      double trace_from, const std::atomic<bool>* cancel,
                      const std::function<void(std::size_t, solve::Solution)>& done) const {
  std::vector<solve::Problem> problems;
  std::vector<std::size_t> run_of;  // each problem
  std::vector<solve::Statistics> begun;
  const auto solve_these = [&] {
    data_->engine->solve_all(problems, [&](std::size_t i, solve::Solution solution) {
      data_->show(solution);
      solution.statistics += begun[i];
      done(run_of[i], std::move(solution));
      return cancel == nullptr || !cancel->load(std::memory_order_relaxed);
    });
    problems.clear();
    run_of.clear();
    begun.clear();
  };
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (cancel != nullptr && cancel->load(std::memory_order_relaxed)) return;
    const auto& [subject, arm, hypothesis] = runs[i];
    assert(arm < data_->protocol.arms.size() && hypothesis < data_->hypotheses.size());
    const auto fail = [&](const solve::Failure& failure) {
      solve::Solution failed;
      failed.failure = failure;
      data_->show(failed);
      done(i, std::move(failed));
    };
    const std::size_t k = case_number(arm, hypothesis);
    if (const auto& parameters = subjects[subject].parameters[k]; !parameters) {
      fail(parameters.error());
      continue;
    }
    solve::Problem problem = data_->problem(subjects[subject], arm, hypothesis, trace_from);
    const auto steady = data_->begin_steady(arm, problem);
    if (!steady) {
      fail(steady.error());
      continue;
    }
    problems.push_back(std::move(problem));
    run_of.push_back(i);
    begun.push_back(*steady);
    if (problems.size() >= data_->batch) solve_these();
  }
  solve_these();
}

std::size_t Study::case_number(std::size_t arm, std::size_t hypothesis) const {
  return data_->first_case[arm] + hypothesis;
}

const solve::Compiled& Study::compiled() const {
  return *data_->engine;
}

std::size_t Study::batch() const {
  return data_->batch;
}

tl::expected<std::vector<double>, solve::Failure> Study::parameters(
    PatientNumber number, std::size_t hypothesis, unsigned uncertainty_draw) const {
  return data_->parameters(number, hypothesis, uncertainty_draw);
}

population::Patient Study::patient(PatientNumber number) const {
  assert(number >= 1);
  const auto& typical = data_->best_estimates[0];
  const std::vector<double> none(data_->system->parameters.size(), std::nan(""));
  return data_->draw(number, typical ? *typical : none);
}

}  // namespace vesper::simulate
