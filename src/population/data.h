// What a population file holds once it is read.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "files/source.h"
#include "population/correlation.h"
#include "population/population.h"
#include "units/units.h"

namespace vesper::population {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

// How one covariate is distributed, in its own unit.
struct Margin {
  enum class Kind { choice, uniform, normal, log_normal } kind = Kind::normal;
  double location = 0;                      // mean (normal), mean of the log (log_normal)
  double scale = 0;                         // sd (normal), sd of the log (log_normal)
  double low = -infinity, high = infinity;  // truncation; the ends of uniform
  std::vector<double> cumulative;           // choice: probability of this or an earlier one

  // The quantile at F(z): the value of a patient whose underlying normal is z.
  double value(double z) const;
  // [low, high] as underlying normals, of normal and log_normal.
  std::pair<double, double> normal_bounds() const;
  // The values that can come out: (0, infinity) for an unbounded log-normal.
  std::pair<double, double> support() const;
};

struct Effect {
  enum class Kind { power, linear, exponential, factors } kind = Kind::power;
  std::size_t covariate = 0;
  double coefficient = 0;       // exponent; relative slope; [1/unit of the covariate]
  double reference = 0;         // [unit of the covariate]
  std::vector<double> factors;  // one for each choice

  double factor(double covariate) const;  // a choice as its index
};

// A value of the file in the parameter's unit, and where it stands.
struct PlacedValue {
  double value = 0;
  std::string text;  // as written
  Place place;
};

struct ParameterModel {
  enum class Form { fixed, log_normal, normal, logit_normal } form = Form::fixed;
  std::string name;
  Place place;
  double omega = 0;               // sd of eta: of the log, of the logit; of `normal` see `sd`
  std::optional<PlacedValue> sd;  // of `normal`
  std::optional<PlacedValue> low, high;
  // Of `sd`, `low` and `high`; none: the file writes no such value.
  std::optional<units::Unit> unit;
  std::vector<Effect> effects;

  double spread() const { return form == Form::normal && sd ? sd->value : omega; }
  bool varies() const { return form != Form::fixed; }
  double lowest() const { return low.value_or(PlacedValue{-infinity, {}, {}}).value; }
  double highest() const { return high.value_or(PlacedValue{infinity, {}, {}}).value; }
};

struct Contents {
  files::Source source;
  std::string title, noun;
  std::vector<std::string> sources;

  std::vector<Covariate> covariates;
  std::vector<Margin> margins;     // one for each covariate
  std::vector<units::Unit> units;  // one for each covariate
  Matrix covariate_factor;         // Cholesky factor of the underlying normals' correlation

  std::vector<std::pair<std::string, Place>> parameter_names;
  std::vector<ParameterModel> parameters;
  Matrix parameter_factor;  // of the etas' correlation

  std::optional<std::size_t> find_covariate(std::string_view name) const;
  std::optional<std::size_t> find_parameter(std::string_view name) const;
  std::vector<std::string> covariate_names() const;
  std::vector<std::string> names_of_parameters() const;
};

struct Population::Data : Contents {};

}  // namespace vesper::population
