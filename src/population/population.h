// How patients differ: covariates, covariate effects, between-patient variability; and, kept
// apart, how uncertain the parameters themselves are.  File format: docs/files.md.
//
//   T_i = TV * prod_k effect_k(covariates_i)
//   P_i = T_i * exp(eta_i)              log-normal: T_i is the median; omega^2 = ln(1 + cv^2)
//   P_i = T_i + eta_i                   normal: T_i is mean and median
//   P_i = expit(logit(T_i) + eta_i)     logit-normal: T_i is the median
//   eta ~ N(0, Omega)
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "files/source.h"
#include "files/yaml.h"
#include "population/random.h"

namespace vesper::population {

struct Patient {
  std::uint64_t id = 0;            // counted from 1
  std::vector<double> covariates;  // in Population::covariates() order; a choice as its index
  // Values to put in place of the typical ones, in Population::parameters() order; NaN where the
  // typical value leaves none that is possible (a log-normal parameter set to 0 but bounded from
  // 20 L/h, a fraction set to 3).
  std::vector<double> parameters;
  std::string problem;  // why a parameter is NaN; empty: none is
};

struct Covariate {
  std::string name;
  std::string unit;                  // as the file writes it; "" for a choice, "1" for a number
  std::vector<std::string> choices;  // of a choice
};

class Population {
 public:
  static Result<Population> read(const std::filesystem::path& path);
  static Result<Population> parse(const files::Source& source);
  ~Population();
  Population(Population&&) noexcept;
  Population& operator=(Population&&) noexcept;

  const std::string& title() const;  // "Healthy adults"
  const std::string& noun() const;   // "adults", for "200 adults"
  const std::vector<Covariate>& covariates() const;
  // The model parameters that vary, with the place where the file names them.
  const std::vector<std::pair<std::string, Place>>& parameters() const;
  const std::vector<std::string>& sources() const;  // ids in evidence/sources.yaml
  const files::Source& source() const;

  // Tells the population the units of the model's parameters (parameters() order; none: the model
  // declares none), once, before draw(): bounds and standard deviations are converted to them.
  // Fails where a unit measures something else, or where the file gives one and the model does
  // not.  Until then draw() works in the units that the file writes.
  Result<void> use_units(const std::vector<std::optional<units::Unit>>& model_units);

  // The patient with this number, given the typical values of parameters() (same order, model
  // units).  A pure function of its arguments.  A value that leaves its bounds is drawn truncated,
  // not clipped: each margin is exactly the truncated distribution, and margins are joined by the
  // Gaussian copula of the correlations given.
  Patient draw(std::uint64_t seed, std::uint32_t replicate, std::uint64_t patient,
               const std::vector<double>& typical) const;
  std::string covariate_text(std::size_t index, double value) const;  // "81.2", "female"

 private:
  struct Data;
  explicit Population(std::unique_ptr<Data> data);
  std::unique_ptr<Data> data_;
};

// Parameter uncertainty: how sure anyone is of one value that all patients share.  All forms are
// truncated to [low, high].
struct UncertainParameter {
  enum class Form { normal, log_normal, uniform, beta } form = Form::log_normal;
  double typical = 0;  // median of log_normal, mean of normal and beta; unused by uniform
  double spread = 0;   // sd of the log (log_normal), sd (normal, beta); 0: typical, always
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

// Why this is no distribution (a spread below 0, a uniform without ends, a log-normal of a value
// that is not positive, an sd too wide for a beta, low not below high), or "" when it is one.
std::string problem_of(const UncertainParameter& parameter);

// The quantile at `uniform01` in (0, 1), so that uniform(key, index) gives one draw.  NaN when
// problem_of() is not empty.
double draw_uncertain(const UncertainParameter& parameter, double uniform01);

}  // namespace vesper::population
