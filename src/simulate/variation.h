// What a model file itself says about spread: between patients (`CL = lognormal(140, 42)`), and how
// uncertain a value is (`CL.coefficientOfVariation = 0.3`).  Both become one number a draw.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "equations/system.h"
#include "population/population.h"

namespace vesper::simulate {

// A parameter of the model with the distribution of its value, in the parameter's unit.
struct Spread {
  struct Gamma {
    double shape = 0, scale = 0;
  };
  std::uint32_t parameter = 0;
  std::variant<population::UncertainParameter, Gamma> distribution;

  double quantile(double uniform01) const;
};

// Parameters whose value varies between patients, in order of their index.  normal, lognormal (mean
// and sd of the value, not of its logarithm), uniform, gamma (shape, scale), exponential (rate).
Result<std::vector<Spread>> patient_spreads(const equations::System& system);

// Parameters that say how uncertain they are, in order of their index.  `typical`: the parameter
// vector of the model as it stands.
//
//   cv (sd / |value|):   log-normal with median `value`, omega^2 = ln(1 + cv^2), where value > 0;
//                        normal with sd = cv |value| where it is negative
//   sd:                  as cv = sd / value where value > 0; else normal
//   95 % CI [a, b]:      log-normal with median `value`, omega = ln(b / a) / (2 * 1.96), where a >
//   0;
//                        else normal with sd = (b - a) / (2 * 1.96)
//   distribution:        as written
Result<std::vector<Spread>> uncertainties(const equations::System& system,
                                          const std::vector<double>& typical);

}  // namespace vesper::simulate
