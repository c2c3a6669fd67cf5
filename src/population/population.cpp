// A population file as a whole, and its units beside a model's.
#include "population/population.h"

#include <fmt/format.h>

#include <cassert>

#include "population/data.h"
#include "population/read.h"

namespace vesper::population {

Population::Population(std::unique_ptr<Data> data) : data_(std::move(data)) {}
Population::~Population() = default;
Population::Population(Population&&) noexcept = default;
Population& Population::operator=(Population&&) noexcept = default;

const std::string& Population::title() const {
  return data_->title;
}
const std::string& Population::noun() const {
  return data_->noun;
}
const std::vector<Covariate>& Population::covariates() const {
  return data_->covariates;
}
const std::vector<std::pair<std::string, Place>>& Population::parameters() const {
  return data_->parameter_names;
}
const std::vector<std::string>& Population::sources() const {
  return data_->sources;
}
const files::Source& Population::source() const {
  return data_->source;
}

std::optional<std::size_t> Contents::find_covariate(std::string_view name) const {
  for (std::size_t i = 0; i < covariates.size(); ++i) {
    if (covariates[i].name == name) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> Contents::find_parameter(std::string_view name) const {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].name == name) return i;
  }
  return std::nullopt;
}

std::vector<std::string> Contents::covariate_names() const {
  std::vector<std::string> names;
  for (const Covariate& covariate : covariates) names.push_back(covariate.name);
  return names;
}

std::vector<std::string> Contents::names_of_parameters() const {
  std::vector<std::string> names;
  for (const ParameterModel& parameter : parameters) names.push_back(parameter.name);
  return names;
}

Result<Population> Population::read(const std::filesystem::path& path) {
  VESPER_TRY(const files::Source source, files::read(path));
  return parse(source);
}

Result<Population> Population::parse(const files::Source& source) {
  VESPER_TRY(const files::Yaml root, files::parse_yaml(source));
  VESPER_CHECK(root.keys({"title", "noun", "covariates", "correlations", "parameters",
                          "parameter-correlations", "covariance", "sources", "notes"}));
  auto data = std::make_unique<Data>();
  data->source = source;
  VESPER_TRY(data->title, root.text("title"));
  VESPER_TRY(data->noun, root.text_or("noun", "patients"));
  VESPER_CHECK(read_covariates(root, *data));
  VESPER_CHECK(read_parameters(root, *data));
  if (data->parameters.empty()) {
    return fail(Code::constant_parameter, "this population says of no parameter how it varies",
                root.place(), "add `parameters:`, or leave the population out of the protocol");
  }
  for (const files::Yaml& id : root.items("sources")) {
    VESPER_TRY(std::string text, id.text());
    data->sources.push_back(std::move(text));
  }
  return Population(std::move(data));
}

namespace {

// The factor from the file's unit to the model's.
Result<double> factor_to_model(const ParameterModel& parameter, const PlacedValue& value,
                               const std::optional<units::Unit>& model_unit) {
  const bool plain = parameter.unit->dimensionless();
  if (!model_unit) {
    if (plain) return 1.0;
    return fail(
        Code::parameter_unit,
        fmt::format("'{}' has a unit, but '{}' has none in the model", value.text, parameter.name),
        value.place, "give the model's parameter a unit");
  }
  if (parameter.unit->same_dimension(*model_unit)) return parameter.unit->factor_to(*model_unit);
  return fail(Code::parameter_unit,
              plain ? fmt::format("'{}' needs a unit: '{}' is in {} in the model", value.text,
                                  parameter.name, model_unit->text())
                    : fmt::format("'{}' cannot bound '{}', which is in {} in the model", value.text,
                                  parameter.name, model_unit->text()),
              value.place, fmt::format("such as `{}`", model_unit->text()));
}

}  // namespace

Result<void> Population::use_units(const std::vector<std::optional<units::Unit>>& model_units) {
  assert(model_units.size() == data_->parameters.size());
  for (std::size_t i = 0; i < model_units.size(); ++i) {
    ParameterModel& parameter = data_->parameters[i];
    const auto& unit = model_units[i];
    const bool fraction = parameter.form == ParameterModel::Form::logit_normal;
    if (fraction && unit && !unit->same(units::Unit())) {
      return fail(Code::parameter_unit,
                  fmt::format("'{}' is logit-normal, so a fraction, but is in {} in the model",
                              parameter.name, unit->text()),
                  parameter.place, "give the model's parameter as a plain fraction of 1");
    }
    if (!parameter.unit) continue;
    for (std::optional<PlacedValue>* value : {&parameter.sd, &parameter.low, &parameter.high}) {
      if (!*value) continue;
      VESPER_TRY(const double factor, factor_to_model(parameter, **value, unit));
      (*value)->value *= factor;
    }
    if (unit) parameter.unit = unit;
  }
  return {};
}

std::string Population::covariate_text(std::size_t index, double value) const {
  assert(index < data_->covariates.size());
  const Covariate& covariate = data_->covariates[index];
  if (covariate.choices.empty()) return fmt::format("{:.4g}", value);
  const auto choice = static_cast<std::size_t>(value);
  assert(choice < covariate.choices.size());
  return covariate.choices[choice];
}

}  // namespace vesper::population
