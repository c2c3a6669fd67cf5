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
#include "simulate/hash.h"
#include "simulate/resolve.h"
#include "simulate/variation.h"

namespace vesper::simulate {
namespace {

constexpr double most_values = 1e12;  // patients x arms x hypotheses x times x outputs
constexpr double nearly_zero = 1e-300;

// Draws of the model's own distributions lie behind those of any population's parameters.
constexpr std::uint64_t own_distributions = std::uint64_t{1} << 32;

using Values = std::map<std::uint32_t, double>;  // by parameter index

std::vector<std::pair<std::uint32_t, double>> listed(const Values& values) {
  return {values.begin(), values.end()};
}

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

struct Study::Data {
  Protocol protocol;
  std::shared_ptr<const equations::System> system;
  std::unique_ptr<solve::Compiled> engine;
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

  std::vector<Values> fixed;                         // per hypothesis: hypothesis, then settings
  std::vector<std::vector<Spread>> uncertain;        // per hypothesis
  std::vector<std::uint32_t> population_parameters;  // in Population::parameters() order
  std::vector<Spread> own_spreads;                   // of the model, where the population has none
  std::vector<double> own_centres;                   // values of those in the model as it stands
  std::vector<std::uint32_t> varied;
  std::vector<std::vector<DoseRoute>> routes;  // per arm and regimen line

  Result<void> build_model(const files::SearchPath& search);
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

  using Parameters = tl::expected<std::vector<double>, solve::Failure>;
  Values typical_values(std::size_t hypothesis, unsigned draw) const;
  population::Patient draw(PatientNumber number, const std::vector<double>& typical) const;
  Parameters parameters(PatientNumber number, std::size_t hypothesis, unsigned draw) const;
  void add_inputs(const dosing::Dose& dose, const DoseRoute& route,
                  std::vector<solve::Input>& inputs) const;
  std::vector<solve::Input> dose_inputs(PatientNumber number, std::size_t arm) const;
};

// --- preparing --------------------------------------------------------------------------------

Result<Study> Study::prepare(Protocol protocol, const Options& options,
                             const files::SearchPath& search) {
  auto data = std::make_unique<Data>();
  data->protocol = std::move(protocol);
  VESPER_CHECK(data->build_model(search));
  VESPER_CHECK(data->choose_patients(options));
  VESPER_CHECK(data->choose_numbers(options));
  VESPER_CHECK(data->set_parameters(options));
  VESPER_CHECK(data->route_doses(search));
  VESPER_CHECK(data->check_that_patients_differ());
  VESPER_CHECK(data->lay_grid());
  data->inputs = input_files(data->protocol, *data->system, search);
  return Study(std::move(data));
}

Result<void> Study::Data::build_model(const files::SearchPath& search) {
  VESPER_TRY(const language::Model model, language::read_antimony(protocol.model, search));
  VESPER_TRY(equations::System built, equations::build(model));
  system = std::make_shared<const equations::System>(std::move(built));
  VESPER_TRY(watched, resolve_watch(protocol, *system));
  std::vector<std::uint32_t> outputs;
  for (const WatchedOutput& output : watched) outputs.push_back(output.output);
  engine = solve::compile_reference(system, std::move(outputs));
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
  for (const equations::Hypothesis& hypothesis : hypotheses) {
    Values values = settings;
    values.insert(hypothesis.settings.begin(), hypothesis.settings.end());
    fixed.push_back(std::move(values));
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
  return {};
}

// --- solving ----------------------------------------------------------------------------------

Values Study::Data::typical_values(std::size_t hypothesis, unsigned draw) const {
  Values values = fixed[hypothesis];
  if (draw == 0) return values;
  const population::RandomKey key{protocol.seed, draw, 0, population::Stream::uncertainty};
  for (const Spread& spread : uncertain[hypothesis]) {
    values[spread.parameter] = spread.quantile(population::uniform(key, spread.parameter));
  }
  return values;
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

Study::Data::Parameters Study::Data::parameters(PatientNumber number, std::size_t hypothesis,
                                                unsigned draw_number) const {
  Values values = typical_values(hypothesis, draw_number);
  auto typical = solve::initial_parameters(*system, listed(values));
  if (number == 0 || !typical) return typical;
  const population::Patient patient = draw(number, *typical);
  if (!patient.problem.empty()) return tl::unexpected(solve::Failure{0, "", patient.problem});
  for (std::size_t i = 0; i < population_parameters.size(); ++i) {
    values[population_parameters[i]] = patient.parameters[i];
  }
  const population::RandomKey key{protocol.seed, 0, number, population::Stream::parameters};
  for (std::size_t i = 0; i < own_spreads.size(); ++i) {
    const std::uint32_t index = own_spreads[i].parameter;
    const double drawn =
        own_spreads[i].quantile(population::uniform(key, own_distributions + index));
    const double centre = (*typical)[index];
    values[index] = std::abs(own_centres[i]) > nearly_zero ? drawn * (centre / own_centres[i])
                                                           : drawn + (centre - own_centres[i]);
  }
  return solve::initial_parameters(*system, listed(values));
}

void Study::Data::add_inputs(const dosing::Dose& dose, const DoseRoute& route,
                             std::vector<solve::Input>& inputs) const {
  using Kind = dosing::Release::Kind;
  using Shape = solve::Input::Shape;
  const double time = (dose.time + dose.lag) * per_hour;
  if (time >= end) return;
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
  return inputs;
}

solve::Solution Study::solve(PatientNumber number, std::size_t arm, std::size_t hypothesis,
                             unsigned uncertainty_draw) const {
  assert(arm < data_->protocol.arms.size() && hypothesis < data_->hypotheses.size());
  auto values = data_->parameters(number, hypothesis, uncertainty_draw);
  if (!values) {
    solve::Solution failed;
    failed.failure = std::move(values.error());
    return failed;
  }
  solve::Problem problem;
  problem.parameters = std::move(*values);
  problem.inputs = data_->dose_inputs(number, arm);
  problem.end = data_->end;
  problem.grid = data_->model_grid;
  problem.trace = true;
  problem.tolerances = data_->tolerances;
  solve::Solution solution = data_->engine->solve(problem);

  const std::size_t outputs = data_->watched.size();
  const auto show = [&](std::vector<double>& table) {
    for (std::size_t i = 0; i < table.size(); ++i) table[i] *= data_->watched[i % outputs].scale;
  };
  show(solution.values);
  show(solution.trace.values);
  for (double& time : solution.trace.times) time /= data_->per_hour;
  if (solution.failure) solution.failure->time /= data_->per_hour;
  return solution;
}

tl::expected<std::vector<double>, solve::Failure> Study::parameters(
    PatientNumber number, std::size_t hypothesis, unsigned uncertainty_draw) const {
  return data_->parameters(number, hypothesis, uncertainty_draw);
}

population::Patient Study::patient(PatientNumber number) const {
  assert(number >= 1);
  const auto typical =
      solve::initial_parameters(*data_->system, listed(data_->typical_values(0, 0)));
  const std::vector<double> none(data_->system->parameters.size(), std::nan(""));
  return data_->draw(number, typical ? *typical : none);
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
