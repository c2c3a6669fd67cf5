// A patient's rows become a chain of problems: a new one begins where parameters change, the model
// is reset, or a steady state is put in.  The next problem of every patient is solved together, so
// that the lanes of the fast engine stay full.
#include "simulate/records.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>

#include "solve/steady.h"
#include "solve/times.h"

namespace vesper::simulate {
namespace {

using dosing::Record;
using Carry = dosing::RecordMap::Carry;

constexpr double steady_accuracy = 1e-9;
// A constant infusion repeats with any period; one that is long beside the model's own processes
// tells a slow state from one that never comes to rest.
constexpr double constant_period = 1000;  // [time of the model]
constexpr std::size_t patients_together = 256;

struct Work {
  const Watched& watched;
  const solve::Compiled& compiled;
  const RecordPlan& plan;
  const solve::Tolerances& tolerances;
};

class Patient {
 public:
  Patient(const Work& work, const std::vector<Record>& records) : work_(work), records_(records) {}

  // Makes problem() ready; false when all rows are done or the run has failed.
  Result<bool> next();
  const solve::Problem& problem() const { return problem_; }
  void take(solve::Solution solution);

  RecordResult result;

 private:
  bool interrupts(std::size_t row) const;
  bool follows_at_once(std::size_t row) const;
  std::vector<double> parameters_of(std::size_t row);
  Result<void> interrupt(std::size_t row);
  Result<void> begin_steady(std::size_t row);
  void travel(double to);
  Result<void> add_doses(std::size_t row);
  Result<solve::Input> first_dose(std::size_t row) const;
  Result<const RecordPlan::Compartment*> compartment(const Record& record) const;
  double time(std::size_t row) const { return records_[row].time * work_.plan.time_factor; }
  void fail_run(const solve::Failure& failure);

  const Work& work_;
  const std::vector<Record>& records_;
  solve::Problem problem_;
  std::size_t next_ = 0;         // the first row that is not reported yet
  bool interrupted_ = false;     // what begins anew at that row has been done
  double t_ = 0;                 // where the patient stands
  std::vector<double> states_;   // there; empty: the model's own at its start
  std::vector<double> changed_;  // parameters after the latest problem; empty: none yet
  std::vector<solve::Input> inputs_;
  std::vector<double> p_;  // of the row that is being prepared
};

void Patient::fail_run(const solve::Failure& failure) {
  result.failure = failure;
  result.failure->time /= work_.plan.time_factor;
}

// Typical values, settings, the row's covariates, and what events have changed since.
std::vector<double> Patient::parameters_of(std::size_t row) {
  auto overrides = work_.watched.overrides;
  for (std::size_t k = 0; k < work_.plan.covariates.size(); ++k)
    overrides.emplace_back(work_.plan.covariates[k], records_[row].covariates[k]);
  auto values = solve::initial_parameters(*work_.watched.system, overrides);
  if (!values) {
    fail_run(values.error());
    result.failure->time = records_[row].time;
    return {};
  }
  const auto& parameters = work_.watched.system->parameters;
  for (std::size_t k = 0; k < changed_.size(); ++k)
    if (parameters[k].changed_by_events) (*values)[k] = changed_[k];
  return std::move(*values);
}

// Must the state just before this row's doses be known or thrown away?
bool Patient::interrupts(std::size_t row) const {
  const Record& record = records_[row];
  const bool changes = work_.plan.carry == Carry::forward && row > 0 &&
                       record.covariates != records_[row - 1].covariates;
  return record.resets() || (record.gives_dose() && record.steady > 0) || changes;
}

// A bolus at the time of the row before: that row shows what was there without it.
bool Patient::follows_at_once(std::size_t row) const {
  const Record& record = records_[row];
  return record.gives_dose() && record.rate == 0 && solve::coincide(time(row - 1), time(row));
}

Result<bool> Patient::next() {
  if (result.failure || next_ == records_.size()) return false;
  if (next_ == 0 && !interrupted_) t_ = time(0);
  if (interrupts(next_) && !interrupted_) {
    const Record& record = records_[next_];
    const bool forgets = record.resets() || record.steady == 1;
    if (!forgets && (t_ < time(next_) || states_.empty())) {
      // Between two rows carried forward, the earlier one's values hold.
      const bool earlier = work_.plan.carry == Carry::forward && next_ > 0;
      p_ = parameters_of(earlier ? next_ - 1 : next_);
      if (result.failure) return false;
      travel(time(next_));
      return true;
    }
    VESPER_CHECK(interrupt(next_));
    if (result.failure) return false;
  }
  p_ = parameters_of(next_);
  if (result.failure) return false;
  problem_ = {};
  std::size_t row = next_;
  do {
    VESPER_CHECK(add_doses(row));
    problem_.grid.push_back(time(row));
    ++row;
  } while (row < records_.size() && !interrupts(row) && !follows_at_once(row) &&
           records_[row].covariates == records_[next_].covariates);
  travel(problem_.grid.back());
  return true;
}

// The rest of problem_: from where the patient stands.
void Patient::travel(double to) {
  std::vector<double> grid = std::move(problem_.grid);
  const bool rows = !grid.empty();
  problem_ = {};
  problem_.parameters = p_;
  problem_.inputs = inputs_;
  problem_.continued = true;
  problem_.initial_states = states_;
  problem_.start = t_;
  problem_.end = to;
  if (rows) problem_.grid = std::move(grid);
  problem_.tolerances = work_.tolerances;
}

void Patient::take(solve::Solution solution) {
  if (solution.failure) return fail_run(*solution.failure);
  next_ += problem_.grid.size();
  interrupted_ = false;
  assert(solution.values.size() == problem_.grid.size() * work_.watched.outputs.size());
  std::ranges::copy(solution.values, std::back_inserter(result.values));
  t_ = problem_.end;
  states_ = std::move(solution.final_states);
  changed_ = std::move(solution.final_parameters);
  // Boluses up to now are in the state; a release may go on.
  std::erase_if(inputs_, [&](const solve::Input& input) {
    const bool begun = input.time < t_ || solve::coincide(input.time, t_);
    return input.kind == solve::Input::Shape::bolus ? begun
                                                    : begun && input.time + input.duration <= t_;
  });
  problem_.grid.clear();
}

Result<void> Patient::interrupt(std::size_t row) {
  const Record& record = records_[row];
  t_ = time(row);
  if (record.resets()) {
    states_.clear();
    changed_.clear();
    inputs_.clear();
  }
  if (record.gives_dose() && record.steady > 0) VESPER_CHECK(begin_steady(row));
  interrupted_ = true;
  return {};
}

Result<void> Patient::begin_steady(std::size_t row) {
  const Record& record = records_[row];
  if (record.steady == 1) {
    changed_.clear();
    inputs_.clear();
  }
  p_ = parameters_of(row);
  if (result.failure) return {};
  VESPER_TRY(solve::Input dose, first_dose(row));
  solve::PeriodicProblem problem;
  problem.parameters = p_;
  problem.start = t_;
  problem.tolerances = work_.tolerances;
  problem.accuracy = steady_accuracy;
  problem.period = record.interval * work_.plan.time_factor;
  const double lag = dose.time - t_;
  if (problem.period == 0) {
    problem.period = constant_period;
    dose.kind = solve::Input::Shape::zero_order;
    dose.duration = problem.period;
    dose.amount = record.rate / work_.plan.time_factor * problem.period;
    dose.time = t_;
  } else {
    dose.time = t_ + std::fmod(lag, problem.period);
  }
  problem.inputs = {dose};
  auto found = solve::periodic_state(work_.compiled, problem);
  if (!found) {
    fail_run({t_, found.error().state, "no steady state (SS): " + found.error().reason});
    return {};
  }
  std::vector<double> steady = std::move(found->states);
  if (record.steady == 2) {
    solve::Problem own;
    own.parameters = p_;
    own.start = own.end = t_;
    own.tolerances = work_.tolerances;
    const solve::Solution begun = work_.compiled.solve(own);
    if (begun.failure) {
      fail_run(*begun.failure);
      return {};
    }
    for (std::size_t k = 0; k < steady.size(); ++k) steady[k] += states_[k] - begun.final_states[k];
  }
  states_ = std::move(steady);
  for (const solve::Input& earlier : found->earlier)
    if (record.interval > 0) inputs_.push_back(earlier);
  // Doses from before that a lag longer than the interval still holds back.
  if (record.interval > 0) {
    for (dose.time = t_ + std::fmod(lag, problem.period);
         dose.time < t_ + lag && !solve::coincide(dose.time, t_ + lag); dose.time += problem.period)
      inputs_.push_back(dose);
  }
  return {};
}

Result<void> Patient::add_doses(std::size_t row) {
  const Record& record = records_[row];
  if (!record.gives_dose() || record.amount == 0) return {};
  VESPER_TRY(const solve::Input first, first_dose(row));
  for (long k = 0; k <= record.additional; ++k) {
    solve::Input dose = first;
    dose.time += static_cast<double>(k) * record.interval * work_.plan.time_factor;
    inputs_.push_back(dose);
  }
  return {};
}

Result<const RecordPlan::Compartment*> Patient::compartment(const Record& record) const {
  const auto& known = work_.plan.compartments;
  if (record.compartment == 0) return &known.front();
  const auto found = std::find_if(known.begin(), known.end(), [&](const auto& one) {
    return one.number == record.compartment;
  });
  if (found != known.end()) return &*found;
  std::string numbers;
  for (const auto& one : known)
    numbers += (numbers.empty() ? "" : ", ") + std::to_string(one.number);
  return fail(
      Code::bad_record,
      fmt::format("a dose into CMT {}, which the mapping does not name", record.compartment),
      record.place, "the mapping names " + numbers);
}

// The row's own dose, as its parameters have it.
Result<solve::Input> Patient::first_dose(std::size_t row) const {
  const Record& record = records_[row];
  VESPER_TRY(const RecordPlan::Compartment* target, compartment(record));
  const auto& names = work_.watched.system->parameters;
  const auto wrong = [&](std::string message, std::string mend = {}) {
    return fail(Code::bad_record, std::move(message), record.place, std::move(mend));
  };
  const auto value = [&](const std::optional<std::uint32_t>& parameter, double fallback) {
    return parameter ? p_[*parameter] : fallback;
  };
  const double fraction = value(target->bioavailability, 1), lag = value(target->lag, 0);
  if (!(fraction >= 0))
    return wrong(
        fmt::format("bioavailability '{}' is {:g}", names[*target->bioavailability].id, fraction));
  if (!(lag >= 0)) return wrong(fmt::format("lag '{}' is {:g}", names[*target->lag].id, lag));
  solve::Input dose;
  dose.state = target->state;
  dose.time = time(row) + lag;
  dose.amount = record.amount * fraction;
  if (record.rate == 0) return dose;
  dose.kind = solve::Input::Shape::zero_order;
  const bool modelled_rate = record.rate == -1, modelled_duration = record.rate == -2;
  const auto& source = modelled_rate ? target->rate : target->duration;
  if ((modelled_rate || modelled_duration) && !source) {
    const char* what = modelled_rate ? "rate" : "duration";
    return wrong(fmt::format("RATE is {:g}, but the mapping has no {} for CMT {}", record.rate,
                             what, target->number),
                 fmt::format("add `{}: PARAMETER` to that compartment", what));
  }
  if (source && record.rate < 0 && !(p_[*source] > 0))
    return wrong(
        fmt::format("RATE is {:g}, but '{}' is {:g}", record.rate, names[*source].id, p_[*source]));
  dose.duration = modelled_duration ? p_[*source]
                  : modelled_rate   ? dose.amount / p_[*source]
                                    : dose.amount / record.rate * work_.plan.time_factor;
  if (dose.amount == 0) dose.kind = solve::Input::Shape::bolus;
  return dose;
}

Result<void> solve_patients(const Work& work, std::span<const dosing::RecordSubject> subjects,
                            std::span<RecordResult> results) {
  std::vector<Patient> patients;
  patients.reserve(subjects.size());
  for (const dosing::RecordSubject& subject : subjects)
    patients.emplace_back(work, subject.records);
  while (true) {
    std::vector<std::size_t> ready;
    std::vector<solve::Problem> problems;
    for (std::size_t k = 0; k < patients.size(); ++k) {
      VESPER_TRY(const bool more, patients[k].next());
      if (!more) continue;
      ready.push_back(k);
      problems.push_back(patients[k].problem());
    }
    if (ready.empty()) break;
    work.compiled.solve_all(problems, [&](std::size_t i, solve::Solution solution) {
      patients[ready[i]].take(std::move(solution));
      return true;
    });
  }
  for (std::size_t k = 0; k < patients.size(); ++k) results[k] = std::move(patients[k].result);
  return {};
}

Result<double> time_factor(const dosing::RecordMap& map, const dosing::Records& records,
                           const equations::System& system) {
  std::optional<units::Unit> unit = map.time;
  if (records.clock) {
    VESPER_TRY(unit, units::Unit::parse("h"));
  }
  if (!unit) return 1;
  if (!system.time_unit) {
    return fail(Code::no_time_unit,
                fmt::format("times of the data are in {}, but the model does not say its time unit",
                            unit->text()),
                {}, "add `unit time_unit = 3600 second` (hours) to the model");
  }
  if (!unit->same_dimension(*system.time_unit)) {
    return fail(Code::bad_record_map, fmt::format("'{}' is no unit of time like the model's {}",
                                                  unit->text(), system.time_unit->text()));
  }
  return unit->factor_to(*system.time_unit);
}

// A pending or not yet begun event would be lost where one problem follows another.
Result<void> check_events(const equations::System& system) {
  for (const equations::Event& event : system.events) {
    if (!event.delay && event.initial_value) continue;
    return fail(Code::bad_record_map,
                fmt::format("event '{}' {}, which a data set cannot be simulated with", event.id,
                            event.delay ? "has a delay" : "may fire at the start"),
                event.place, "leave --data out, or the delay");
  }
  return {};
}

}  // namespace

Result<RecordPlan> resolve_records(const dosing::RecordMap& map, const dosing::Records& records,
                                   const Watched& watched) {
  const equations::System& system = *watched.system;
  VESPER_CHECK(check_events(system));
  RecordPlan plan;
  plan.carry = map.carry;
  VESPER_TRY(plan.time_factor, time_factor(map, records, system));
  std::vector<std::string> states;
  for (const equations::State& state : system.states) states.push_back(state.id);
  const auto parameter =
      [&](const std::optional<dosing::MappedName>& name) -> Result<std::optional<std::uint32_t>> {
    if (!name) return std::nullopt;
    VESPER_TRY(const std::uint32_t index, system.parameter(name->name, name->place));
    return index;
  };
  for (const dosing::RecordMap::Compartment& mapped : map.compartments) {
    RecordPlan::Compartment compartment;
    compartment.number = mapped.number;
    const auto found = std::find(states.begin(), states.end(), mapped.state.name);
    if (found == states.end()) {
      return fail(Code::bad_record_map,
                  fmt::format("the model has no state '{}'", mapped.state.name), mapped.state.place,
                  suggest(mapped.state.name, states));
    }
    compartment.state = static_cast<std::uint32_t>(found - states.begin());
    VESPER_TRY(compartment.bioavailability, parameter(mapped.bioavailability));
    VESPER_TRY(compartment.lag, parameter(mapped.lag));
    VESPER_TRY(compartment.rate, parameter(mapped.rate));
    VESPER_TRY(compartment.duration, parameter(mapped.duration));
    plan.compartments.push_back(compartment);
  }
  for (const dosing::RecordMap::Covariate& covariate : map.covariates) {
    VESPER_TRY(const std::uint32_t index,
               system.parameter(covariate.parameter.name, covariate.parameter.place));
    plan.covariates.push_back(index);
  }
  return plan;
}

Result<std::vector<RecordResult>> simulate_records(const Watched& watched,
                                                   const solve::Compiled& compiled,
                                                   const dosing::Records& records,
                                                   const RecordPlan& plan,
                                                   const solve::Tolerances& tolerances) {
  const Work work{watched, compiled, plan, tolerances};
  std::vector<RecordResult> results(records.subjects.size());
  for (std::size_t from = 0; from < results.size(); from += patients_together) {
    const std::size_t count = std::min(patients_together, results.size() - from);
    VESPER_CHECK(solve_patients(work, std::span(records.subjects).subspan(from, count),
                                std::span(results).subspan(from, count)));
  }
  return results;
}

}  // namespace vesper::simulate
