// How patients differ: covariates, covariate effects, between-patient variability; and, kept
// apart, how uncertain the parameters themselves are.  File format: docs/files.md.
//
//   P_i = TV * prod_k effect_k(covariates_i) * exp(eta_i)          (log-normal)
//   eta ~ N(0, Omega);  logit-normal and normal forms likewise
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "files/source.h"
#include "files/yaml.h"
#include "population/random.h"

namespace vesper::population {

struct Patient {
  std::uint64_t id = 0;                                   // counted from 1
  std::vector<double> covariates;                         // in Population::covariates() order; a choice as its index
  // Values to put in place of the typical ones, in Population::parameters() order.
  std::vector<double> parameters;
};

struct Covariate {
  std::string name;
  std::string unit;                       // "" for a choice
  std::vector<std::string> choices;       // of a choice
};

class Population {
 public:
  static Result<Population> read(const std::filesystem::path& path);
  static Result<Population> parse(const files::Source& source);
  ~Population();
  Population(Population&&) noexcept;
  Population& operator=(Population&&) noexcept;

  const std::string& title() const;       // "Healthy adults"
  const std::string& noun() const;        // "adults", for "200 adults"
  const std::vector<Covariate>& covariates() const;
  // The model parameters that vary, with the place where the file names them.
  const std::vector<std::pair<std::string, Place>>& parameters() const;
  const files::Source& source() const;

  // The patient with this number, given the typical values of parameters() (same order).  A pure
  // function of its arguments.  A value that leaves its bounds is drawn truncated, not clipped.
  Patient draw(std::uint64_t seed, std::uint32_t replicate, std::uint64_t patient,
               const std::vector<double>& typical) const;
  std::string covariate_text(std::size_t index, double value) const;  // "81.2", "female"

 private:
  struct Data;
  explicit Population(std::unique_ptr<const Data> data);
  std::unique_ptr<const Data> data_;
};

// Parameter uncertainty: one draw of a parameter from how sure anyone is of it.
struct UncertainParameter {
  enum class Form { normal, log_normal, uniform, beta } form = Form::log_normal;
  double typical = 0;          // median of log_normal, mean of normal
  double spread = 0;           // sd of log value (log_normal), sd (normal)
  double low, high;            // truncation; +-infinity for none
};
double draw_uncertain(const UncertainParameter& parameter, double uniform01);

}  // namespace vesper::population
