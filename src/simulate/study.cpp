// Between the protocol's hours and the model's own time, with s model time units an hour:
//   t_model = t s,   rate_model = rate / s,   gamma scale_model = scale s
#include "simulate/study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>
#include <set>

#include "language/antimony.h"
#include "simulate/engine.h"
#include "simulate/hash.h"
#include "simulate/study_data.h"

namespace vesper::simulate {
namespace {

constexpr double most_values = 1e12;  // patients x arms x hypotheses x times x outputs

// Parameters that an expression reads, initial assignments followed.
void collect_parameters(const equations::System& system, equations::NodeId node,
                        std::set<equations::NodeId>& seen, std::set<std::uint32_t>& found) {
  if (!seen.insert(node).second) return;
  const equations::Node& at = (*system.graph)[node];
  if (at.op == equations::Op::parameter) {
    found.insert(at.index);
    if (const auto& initial = system.parameters[at.index].initial) {
      collect_parameters(system, *initial, seen, found);
    }
    return;
  }
  const int operands = equations::operand_count(at.op);
  if (operands > 0) collect_parameters(system, at.a, seen, found);
  if (operands > 1) collect_parameters(system, at.b, seen, found);
  if (operands > 2) collect_parameters(system, at.c, seen, found);
}

Diagnostic not_computable(const equations::System& system, const solve::Failure& failure,
                          const Place& place) {
  return Diagnostic{
      Code::values_not_finite,
      fmt::format("the typical parameter values of '{}' cannot be computed: {}{}", system.id,
                  failure.state.empty() ? "" : failure.state + ": ", failure.reason),
      place};
}

}  // namespace

// --- preparing --------------------------------------------------------------------------------

Result<Study> Study::prepare(Protocol protocol, const Options& options,
                             const files::SearchPath& search) {
  auto data = std::make_unique<Data>();
  data->protocol = std::move(protocol);
  VESPER_CHECK(data->build_model(search));
  VESPER_CHECK(data->choose_engine(options));
  VESPER_CHECK(data->choose_patients(options));
  VESPER_CHECK(data->choose_numbers(options));
  VESPER_CHECK(data->set_parameters(options));
  VESPER_CHECK(data->route_doses(search));
  VESPER_CHECK(data->check_that_patients_differ());
  VESPER_CHECK(data->lay_grid());
  data->settle_what_is_shared();
  data->inputs = input_files(data->protocol, *data->system, search);
  return Study(std::move(data));
}

Result<void> Study::Data::build_model(const files::SearchPath& search) {
  VESPER_TRY(const language::Model model, language::read_antimony(protocol.model, search));
  VESPER_TRY(equations::System built, equations::build(model));
  system = std::make_shared<const equations::System>(std::move(built));
  VESPER_TRY(watched, resolve_watch(protocol, *system));
  return {};
}

Result<void> Study::Data::choose_engine(const Options& options) {
  std::vector<std::uint32_t> outputs;
  for (const WatchedOutput& output : watched) outputs.push_back(output.output);
  VESPER_TRY(engine, compile(system, std::move(outputs), options));
  engine_kind = options.engine;
  batch = batch_of(options.engine);
  return {};
}

Result<void> Study::Data::choose_patients(const Options& options) {
  patients = options.typical ? 0 : options.patients.value_or(protocol.patients);
  if (options.patients && (*options.patients == 0 || *options.patients > most_patients)) {
    return fail(Code::too_many_patients,
                fmt::format("the number of patients must lie between 1 and {}, not {}",
                            most_patients, *options.patients),
                {}, "`--typical` runs the typical patient alone");
  }
  if (options.only_patient) {
    if (*options.only_patient == 0 || *options.only_patient > most_patients) {
      return fail(Code::bad_patient,
                  fmt::format("there is no patient {}: they are counted from 1 to {}",
                              *options.only_patient, most_patients),
                  {}, "`--typical` runs the typical patient alone");
    }
    first_patient = *options.only_patient;
    patients = 1;
  }
  return {};
}

Result<void> Study::Data::choose_numbers(const Options& options) {
  protocol.seed = options.seed.value_or(protocol.seed);
  protocol.relative_tolerance = options.relative_tolerance.value_or(protocol.relative_tolerance);
  protocol.absolute_tolerance = options.absolute_tolerance.value_or(protocol.absolute_tolerance);
  if (!(protocol.relative_tolerance >= least_relative_tolerance &&
        protocol.relative_tolerance <= most_relative_tolerance)) {
    return fail(Code::out_of_range,
                fmt::format("a relative tolerance lies between {:g} and {:g}, not at {:g}",
                            least_relative_tolerance, most_relative_tolerance,
                            protocol.relative_tolerance));
  }
  if (!(protocol.absolute_tolerance > 0 && std::isfinite(protocol.absolute_tolerance))) {
    return fail(Code::out_of_range, fmt::format("an absolute tolerance is above 0, not {:g}",
                                                protocol.absolute_tolerance));
  }
  return {};
}

Result<void> Study::Data::set_parameters(const Options& options) {
  std::vector<std::string> ids = options.hypotheses.value_or(protocol.hypotheses);
  const std::vector<Place> places =
      options.hypotheses ? std::vector<Place>{} : protocol.hypothesis_places;
  VESPER_TRY(hypotheses, resolve_hypotheses(ids, places, *system));
  protocol.settings.insert(protocol.settings.end(), options.settings.begin(),
                           options.settings.end());
  Values settings;
  for (const Setting& setting : protocol.settings) {
    VESPER_TRY(const auto resolved, resolve_setting(setting, *system));
    settings[resolved.first] = resolved.second;
  }
  const auto add_cases = [&](const Values& given) {
    for (const equations::Hypothesis& hypothesis : hypotheses) {
      Values values = given;
      values.insert(hypothesis.settings.begin(), hypothesis.settings.end());
      fixed.push_back(std::move(values));
    }
  };
  add_cases(settings);
  for (const Arm& arm : protocol.arms) {
    first_case.push_back(arm.settings.empty() ? 0 : fixed.size());
    Values values = settings;
    for (const Setting& setting : arm.settings) {
      VESPER_TRY(const auto resolved, resolve_setting(setting, *system));
      values[resolved.first] = resolved.second;
    }
    if (!arm.settings.empty()) add_cases(values);
  }
  const auto typical = solve::initial_parameters(*system, {});
  if (!typical) {
    return tl::unexpected(not_computable(*system, typical.error(), protocol.source.whole()));
  }
  VESPER_CHECK(set_population());
  VESPER_CHECK(set_own_spreads(*typical));
  VESPER_CHECK(set_uncertainty(*typical));
  std::sort(varied.begin(), varied.end());
  return check_computed_parameters();
}

Result<void> Study::Data::set_population() {
  if (!protocol.population || patients == 0) return {};
  std::vector<std::optional<units::Unit>> model_units;
  for (const auto& [name, place] : protocol.population->parameters()) {
    VESPER_TRY(const std::uint32_t index, system->parameter(name, place));
    if (std::find(varied.begin(), varied.end(), index) != varied.end()) {
      return fail(Code::duplicate_key,
                  fmt::format("'{}' names the same parameter as an entry above", name), place,
                  "keep one of them");
    }
    population_parameters.push_back(index);
    varied.push_back(index);
    model_units.push_back(system->parameters[index].unit);
  }
  return protocol.population->use_units(model_units);
}

Result<void> Study::Data::set_own_spreads(const std::vector<double>& typical) {
  VESPER_TRY(const auto spreads, patient_spreads(*system));
  if (patients == 0) return {};
  for (const Spread& spread : spreads) {
    if (std::find(varied.begin(), varied.end(), spread.parameter) != varied.end()) continue;
    own_spreads.push_back(spread);
    own_centres.push_back(typical[spread.parameter]);
  }
  for (const Spread& spread : own_spreads) varied.push_back(spread.parameter);
  return {};
}

Result<void> Study::Data::set_uncertainty(const std::vector<double>& typical) {
  VESPER_TRY(const auto spreads, uncertainties(*system, typical));
  if (protocol.uncertainty_draws > 0 && spreads.empty()) {
    return fail(Code::nothing_uncertain,
                fmt::format("no parameter of '{}' says how uncertain it is", system->id),
                protocol.uncertainty_place, "leave `uncertainty-draws` out");
  }
  for (const Values& values : fixed) {
    uncertain.emplace_back();
    for (const Spread& spread : spreads) {
      if (!values.contains(spread.parameter)) uncertain.back().push_back(spread);
    }
  }
  return {};
}

// What is varied must not be computed from something else that is varied.
Result<void> Study::Data::check_computed_parameters() const {
  for (const std::uint32_t index : varied) {
    const equations::Parameter& parameter = system->parameters[index];
    if (!parameter.initial) continue;
    std::set<equations::NodeId> seen;
    std::set<std::uint32_t> sources;
    collect_parameters(*system, *parameter.initial, seen, sources);
    for (const std::uint32_t other : varied) {
      if (!sources.contains(other)) continue;
      return fail(Code::computed_and_varied,
                  fmt::format("'{}' is computed from '{}', and both vary between patients",
                              parameter.id, system->parameters[other].id),
                  protocol.population ? protocol.population->source().whole() : parameter.place);
    }
  }
  return {};
}

Result<void> Study::Data::route_doses(const files::SearchPath& search) {
  dosing::Catalogue drugs(search);
  for (const Arm& arm : protocol.arms) {
    routes.emplace_back();
    for (const dosing::RegimenItem& item : arm.regimen.items) {
      VESPER_TRY(const DoseRoute route, resolve_dose(item, *system, drugs));
      routes.back().push_back(route);
    }
  }
  return {};
}

Result<void> Study::Data::check_that_patients_differ() const {
  bool differ = patients == 0 || protocol.population || !own_spreads.empty();
  for (const Arm& arm : protocol.arms) {
    for (const dosing::RegimenItem& item : arm.regimen.items) differ |= item.adherence < 1;
  }
  if (differ) return {};
  return fail(Code::nothing_varies, "patients were asked for, but nothing differs between them",
              protocol.patients > 0 ? protocol.patients_place : protocol.source.whole(),
              "add `population: NAME`, or leave the number of patients out");
}

Result<void> Study::Data::lay_grid() {
  const auto hour = units::Unit::parse("h");
  assert(hour);
  if (!system->time_unit) {
    const Place place = system->sources.empty() ? Place{} : system->sources.front().whole();
    return fail(Code::no_time_unit, fmt::format("'{}' does not say its time unit", system->id),
                place, "add `unit time_unit = 3600 second` for hours");
  }
  if (!system->time_unit->same_dimension(*hour)) {
    return fail(Code::wrong_dimension,
                fmt::format("the time unit of '{}' is {}, which is no time", system->id,
                            system->time_unit->text()),
                system->sources.empty() ? Place{} : system->sources.front().whole());
  }
  per_hour = hour->factor_to(*system->time_unit);
  end = protocol.duration * per_hour;
  grid = output_times(protocol.grid);
  for (const double time : grid) model_grid.push_back(std::min(time * per_hour, end));
  const double values = static_cast<double>(std::max<std::uint64_t>(patients, 1)) *
                        static_cast<double>(protocol.arms.size() * hypotheses.size()) *
                        static_cast<double>(grid.size() * watched.size());
  if (values > most_values) {
    return fail(Code::too_much_output, fmt::format("the run would make {:.2g} values", values),
                protocol.source.whole(), "keep fewer output times or patients");
  }
  tolerances.relative = protocol.relative_tolerance;
  tolerances.absolute = protocol.absolute_tolerance;
  tolerances.absolute_by_state = absolute_tolerances(*system, protocol.absolute_tolerance);
  tolerances.of_largest = protocol.tolerance_of_largest;
  return {};
}

// Everything here is the same for every patient, so that none of it is computed for each.
void Study::Data::settle_what_is_shared() {
  for (std::size_t k = 0; k < fixed.size(); ++k) {
    best_estimates.push_back(solve::initial_parameters(*system, typical_values(k, 0)));
  }
  for (std::size_t arm = 0; arm < protocol.arms.size(); ++arm) {
    const auto& items = protocol.arms[arm].regimen.items;
    all_doses.push_back(dose_inputs(0, arm));
    steady_doses.push_back(steady(arm));
    doses_are_missed.push_back(
        std::any_of(items.begin(), items.end(),
                    [](const dosing::RegimenItem& item) { return item.adherence < 1; }));
  }
}

// --- what it holds ----------------------------------------------------------------------------

Study::Study(std::unique_ptr<Data> data) : data_(std::move(data)) {}
Study::~Study() = default;
Study::Study(Study&&) noexcept = default;

const Protocol& Study::protocol() const {
  return data_->protocol;
}
const equations::System& Study::system() const {
  return *data_->system;
}
const std::vector<WatchedOutput>& Study::watched() const {
  return data_->watched;
}
const std::vector<equations::Hypothesis>& Study::hypotheses() const {
  return data_->hypotheses;
}
const std::vector<double>& Study::grid() const {
  return data_->grid;
}
std::uint64_t Study::patients() const {
  return data_->patients;
}
PatientNumber Study::first_patient() const {
  return data_->first_patient;
}
Engine Study::engine() const {
  return data_->engine_kind;
}
std::uint64_t Study::seed() const {
  return data_->protocol.seed;
}
const std::vector<std::uint32_t>& Study::varied() const {
  return data_->varied;
}
const std::vector<InputFile>& Study::inputs() const {
  return data_->inputs;
}

std::vector<std::uint32_t> Study::uncertain(std::size_t hypothesis) const {
  std::vector<std::uint32_t> indices;
  for (const Spread& spread : data_->uncertain[hypothesis]) indices.push_back(spread.parameter);
  return indices;
}

}  // namespace vesper::simulate
