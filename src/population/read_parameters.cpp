// Parameters that differ between patients: form, spread, bounds, effects, correlations.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "population/read.h"

namespace vesper::population {

namespace {

using files::Yaml;
using Form = ParameterModel::Form;

constexpr double largest_logit_sd = 5;
constexpr double largest_variance = 25;  // of a log or logit

const std::vector<std::string>& forms() {
  static const std::vector<std::string> all = {"log-normal", "normal", "logit-normal"};
  return all;
}

Form form_of(const std::string& name) {
  return name == "log-normal" ? Form::log_normal
                              : (name == "normal" ? Form::normal : Form::logit_normal);
}

// A value that has, or sets, the parameter's unit.
Result<PlacedValue> read_value(const Yaml& written, ParameterModel& model) {
  PlacedValue value;
  value.text = written.raw();
  value.place = written.place();
  if (model.unit) {
    VESPER_TRY(value.value, written.in(*model.unit));
  } else {
    VESPER_TRY(const units::Quantity quantity, written.quantity());
    model.unit = quantity.unit.dimensionless() ? units::Unit() : quantity.unit;
    value.value = quantity.in(*model.unit);
  }
  return value;
}

Result<void> read_variability(const Yaml& written, bool in_covariance, ParameterModel& model) {
  if (in_covariance) {
    if (!written.is_scalar()) {
      return fail(Code::bad_covariance,
                  fmt::format("the spread of '{}' is given here and in 'covariance'", model.name),
                  written.place(), "write only the form here, as `between-patient: log-normal`");
    }
    VESPER_TRY(const std::string form, written.choice({"log-normal", "logit-normal"}));
    model.form = form_of(form);
    return {};
  }
  if (written.is_scalar()) {
    return fail(Code::unknown_distribution, fmt::format("'{}' has no spread", model.name),
                written.place(),
                "such as {log-normal: {cv: 30 %}}, or name the parameter in `covariance`");
  }
  VESPER_CHECK(written.keys(forms()));
  if (written.entries().size() != 1) {
    return fail(Code::unknown_distribution,
                fmt::format("'{}' has {} between patients", model.name,
                            written.entries().empty() ? "no form" : "more than one form"),
                written.place(), "give one of log-normal, normal, logit-normal");
  }
  const auto& [name, spread] = written.entries().front();
  model.form = form_of(name.raw());
  const char* key = model.form == Form::log_normal ? "cv" : "sd";
  VESPER_CHECK(spread.keys({key}));
  VESPER_TRY(const Yaml value, spread.at(key));
  if (model.form == Form::log_normal) {
    VESPER_TRY(const double cv, read_spread(value, "cv", units::Unit(), largest_cv));
    model.omega = std::sqrt(std::log1p(cv * cv));
  } else if (model.form == Form::logit_normal) {
    VESPER_TRY(model.omega, read_spread(value, "sd", units::Unit(), largest_logit_sd));
  } else {
    VESPER_TRY(model.sd, read_value(value, model));
    VESPER_TRY(model.sd->value, read_spread(value, "sd", *model.unit, infinity));
  }
  return {};
}

Result<void> read_bounds(const Yaml& written, ParameterModel& model) {
  if (const Yaml* from = written.find("from")) {
    VESPER_TRY(model.low, read_value(*from, model));
  }
  if (const Yaml* to = written.find("to")) {
    VESPER_TRY(model.high, read_value(*to, model));
  }
  if (!(model.lowest() < model.highest())) {
    return fail(Code::empty_bounds,
                fmt::format("from '{}' must lie below to '{}'", model.low->text, model.high->text),
                model.low->place);
  }
  const bool positive = model.form == Form::log_normal || model.form == Form::logit_normal;
  if (positive && model.highest() <= 0) {
    return fail(Code::empty_bounds, fmt::format("'{}' is always above 0", model.name),
                model.high->place);
  }
  if (model.form == Form::logit_normal && model.lowest() >= 1) {
    return fail(Code::empty_bounds, fmt::format("'{}' is always below 1", model.name),
                model.low->place);
  }
  return {};
}

Result<ParameterModel> read_parameter(const Yaml& name, const Yaml& written, bool in_covariance,
                                      const Contents& contents) {
  VESPER_CHECK(written.keys({"between-patient", "from", "to", "effects"}));
  ParameterModel model;
  model.name = name.raw();
  model.place = name.place();
  if (const Yaml* variability = written.find("between-patient")) {
    VESPER_CHECK(read_variability(*variability, in_covariance, model));
  }
  if (const Yaml* effects = written.find("effects")) {
    VESPER_TRY(model.effects, read_effects(*effects, contents));
  }
  if (!model.varies() && model.effects.empty()) {
    return fail(Code::constant_parameter, fmt::format("nothing says how '{}' varies", model.name),
                name.place(), "add `between-patient` or `effects`");
  }
  VESPER_CHECK(read_bounds(written, model));
  return model;
}

Result<std::size_t> find_varying(const Yaml& name, const Contents& contents) {
  VESPER_TRY(const std::string text, name.text());
  const auto index = contents.find_parameter(text);
  if (!index) {
    return fail(Code::parameter_without_variability,
                fmt::format("'{}' stands not under 'parameters'", text), name.place(),
                suggest(text, contents.names_of_parameters()));
  }
  if (!contents.parameters[*index].varies()) {
    return fail(Code::parameter_without_variability,
                fmt::format("'{}' has no variability between patients to correlate", text),
                name.place(), "give it `between-patient`");
  }
  return *index;
}

// Rows of a full or lower triangular matrix, as a full one.
Result<Matrix> read_matrix(const Yaml& rows, std::size_t size) {
  const auto malformed = [&](std::string message, const Place& place) {
    return fail(Code::bad_covariance, std::move(message), place,
                "one row of numbers for each parameter, all of them or the lower triangle");
  };
  if (!rows.is_list() || rows.items().size() != size) {
    return malformed(fmt::format("the matrix must have {} rows", size), rows.place());
  }
  const bool triangle = size > 1 && rows.items()[0].items().size() == 1;
  Matrix matrix(size);
  for (std::size_t i = 0; i < size; ++i) {
    const Yaml& row = rows.items()[i];
    const std::size_t wanted = triangle ? i + 1 : size;
    if (!row.is_list() || row.items().size() != wanted) {
      return malformed(fmt::format("row {} of the matrix must have {} numbers", i + 1, wanted),
                       row.place());
    }
    for (std::size_t j = 0; j < wanted; ++j) {
      VESPER_TRY(const double value, row.items()[j].number());
      matrix(i, j) = value;
      if (triangle) matrix(j, i) = value;
      if (!triangle && j < i && std::abs(value - matrix(j, i)) > 1e-9 * std::abs(value)) {
        return malformed(
            fmt::format("the matrix is not symmetric: row {}, column {} is {}, but "
                        "row {}, column {} is {:g}",
                        i + 1, j + 1, row.items()[j].raw(), j + 1, i + 1, matrix(j, i)),
            row.items()[j].place());
      }
    }
  }
  return matrix;
}

Result<void> read_covariance(const Yaml& covariance, Contents& contents) {
  VESPER_TRY(const Yaml list, covariance.at("parameters"));
  VESPER_TRY(const Yaml rows, covariance.at("matrix"));
  std::vector<std::size_t> members;
  std::vector<std::string> names;
  for (const Yaml& name : list.items()) {
    VESPER_TRY(const std::size_t index, find_varying(name, contents));
    members.push_back(index);
    names.push_back(name.raw());
  }
  VESPER_TRY(const Matrix matrix, read_matrix(rows, members.size()));
  const std::size_t size = members.size();
  for (std::size_t i = 0; i < size; ++i) {
    if (matrix(i, i) > 0 && matrix(i, i) <= largest_variance) continue;
    const Yaml& row = rows.items()[i];
    const Yaml& value = row.items()[std::min(i, row.items().size() - 1)];
    return fail(Code::bad_covariance,
                fmt::format("the variance '{}' of '{}' must lie above 0 and be at most {:g}",
                            value.raw(), names[i], largest_variance),
                value.place());
  }
  Matrix correlation(size);
  for (std::size_t i = 0; i < size; ++i) {
    contents.parameters[members[i]].omega = std::sqrt(matrix(i, i));
    for (std::size_t j = 0; j < size; ++j) {
      correlation(i, j) = i == j ? 1 : matrix(i, j) / std::sqrt(matrix(i, i) * matrix(j, j));
    }
  }
  VESPER_TRY(const Matrix factor,
             factor_or_refuse(correlation, names, [&](std::size_t row, std::size_t column) {
               return rows.items()[row].items()[column].place();
             }));
  // The members keep their own order inside the whole: their rows of the factor would not stay
  // triangular, so the whole is factored once more.
  Matrix whole = Matrix::identity(contents.parameters.size());
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) whole(members[i], members[j]) = correlation(i, j);
  }
  VESPER_TRY(contents.parameter_factor,
             factor_or_refuse(whole, contents.names_of_parameters(),
                              [&](std::size_t, std::size_t) { return rows.place(); }));
  return {};
}

// The names that `covariance` lists; none, none.
Result<std::vector<std::string>> covariance_members(const Yaml* covariance) {
  std::vector<std::string> names;
  if (covariance == nullptr) return names;
  VESPER_CHECK(covariance->keys({"parameters", "matrix"}));
  VESPER_TRY(const Yaml list, covariance->at("parameters"));
  if (!list.is_list() || list.items().empty()) {
    return fail(Code::bad_covariance, "'parameters' of a covariance is a list of names",
                list.place());
  }
  for (const Yaml& name : list.items()) {
    VESPER_TRY(std::string text, name.text());
    if (std::find(names.begin(), names.end(), text) != names.end()) {
      return fail(Code::bad_covariance, fmt::format("'{}' stands in the covariance twice", text),
                  name.place(), "keep one of them");
    }
    names.push_back(std::move(text));
  }
  return names;
}

}  // namespace

Result<void> read_parameters(const Yaml& root, Contents& contents) {
  const Yaml* covariance = root.find("covariance");
  const Yaml* correlations = root.find("parameter-correlations");
  if (covariance != nullptr && correlations != nullptr) {
    return fail(Code::bad_covariance,
                "'covariance' and 'parameter-correlations' exclude each other", covariance->place(),
                "keep one of them");
  }
  VESPER_TRY(const std::vector<std::string> members, covariance_members(covariance));
  if (const Yaml* parameters = root.find("parameters")) {
    if (!parameters->is_map()) {
      return fail(Code::wrong_type, "'parameters' is a mapping from their names",
                  parameters->place(), "such as `CL: {between-patient: {log-normal: {cv: 30 %}}}`");
    }
    for (const auto& [name, written] : parameters->entries()) {
      const bool in_covariance =
          std::find(members.begin(), members.end(), name.raw()) != members.end();
      VESPER_TRY(ParameterModel model, read_parameter(name, written, in_covariance, contents));
      contents.parameter_names.emplace_back(model.name, model.place);
      contents.parameters.push_back(std::move(model));
    }
  }
  if (covariance != nullptr) return read_covariance(*covariance, contents);
  VESPER_TRY(contents.parameter_factor,
             read_correlations(correlations, contents.names_of_parameters(),
                               [&](const Yaml& name) { return find_varying(name, contents); }));
  return {};
}

}  // namespace vesper::population
