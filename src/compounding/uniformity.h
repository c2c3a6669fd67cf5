// How alike the units of a batch are, and whether they pass USP <905>, Uniformity of Dosage Units.
//
// Content of unit i of batch b, in percent of the label:
//   x = 100 w_b g_i (1 + m_i) (1 + f_i)
// w: weighings of the batch, each off by up to the balance's sensitivity requirement, evenly; g: a
// Poisson number of particles of log-normal mass, as a gamma variable with its mean and variance
//   CV_g^2 = pi rho d50^3 exp(4.5 ln^2 sigma) / (6 D)
// with D the powder in a unit [mg], d50 the median of the particles' volume distribution [mm],
// sigma its geometric standard deviation, rho their density [mg/mm3] (Poisson mixing of log-normal
// particles; Rohrs and others, J Pharm Sci 2006;95:1049, has the same form); m: mixing that is not
// ideal, f: weight of the fill, both normal.
//
// Acceptance value (USP <905>): AV = |M - mean| + k s, M = mean within 98.5 to 101.5 % and the
// nearer of these limits outside.  Stage 1: 10 units, k 2.4, AV <= 15.  Stage 2: 30 units, k 2.0,
// AV <= 15 and every unit within 0.75 M and 1.25 M.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compounding/worksheet.h"

namespace vesper::compounding {

// [fraction] of the particles alone; D [mg].
double particle_cv(double powder_of_unit, const Particles& particles);

struct Acceptance {
  std::size_t units = 0;
  double mean = 0, sd = 0, M = 0, AV = 0, k = 0;  // [% of the label]
  double least = 0, most = 0;                     // of the units
  bool within = false;                            // every unit within 0.75 M and 1.25 M
  bool passes = false;                            // its stage
};
// `stage` 1 or 2; 2 units or more.
Acceptance acceptance(std::span<const double> percent, int stage, const TestLimits& limits);

// Of 10 or 30 measured units: the verdict, and after 10 that do not pass, that 20 more are needed.
struct Verdict {
  Acceptance first;
  std::optional<Acceptance> second;
  bool passes = false, undecided = false;  // undecided: stage 1 is not passed, 20 more decide
  std::string says;
};
Verdict judge(std::span<const double> percent, const TestLimits& limits);

// Measured contents [% of the label] from CSV: a header with a column `percent` or `mg`.  V1206.
Result<std::vector<double>> read_assays(const files::Source& source, const Recipe& recipe,
                                        const TestLimits& limits);

// A probability from counts, with its 95 % interval of Clopper & Pearson (Biometrika 1934;26:404).
struct Share {
  std::uint64_t count = 0, of = 0;
  double value = 0, low = 0, high = 1;
};
Share share(std::uint64_t count, std::uint64_t of);

struct Uniformity {
  double particles = 0, mixing = 0, filling = 0, unit = 0;  // CV within a batch [fraction]
  double weighing = 0;                                      // CV of the batch's mean [fraction]
  std::uint64_t batches = 0, seed = 0;
  Share first, passes;                            // pass at stage 1; at stage 1 or 2
  Share outside;                                  // of units, outside 85 to 115 % of the label
  double AV_median = 0, AV_low = 0, AV_high = 0;  // of 10 units: median, 5 and 95 %
  std::vector<double> worst;  // contents of the failing batch with the largest AV (30 units); of
  bool worst_fails = false;   // the largest AV of all where none fails
  std::vector<std::string> remarks;
};
inline constexpr std::uint64_t usual_batches = 10000, most_batches = 10'000'000;
Uniformity simulate_batches(const Recipe& recipe, const Worksheet& sheet,
                            const Knowledge& knowledge, std::uint64_t batches, std::uint64_t seed,
                            unsigned threads);

}  // namespace vesper::compounding
