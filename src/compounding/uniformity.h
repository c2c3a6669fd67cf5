// How far the content of one unit lies from the label, and what the test for uniformity of dosage
// units, USP <905>, says of a batch.  Contents are in percent of the label.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "compounding/knowledge.h"
#include "compounding/worksheet.h"

namespace vesper::compounding {

// Coefficient of variation of the drug in a unit that takes `drug` [mg] of particles at random.
double particle_cv(const Particles& particles, double drug);
double particle_skewness(const Particles& particles, double cv);

struct Variation {
  double particles = 0, mixing = 0, filling = 0;  // CV, fractions
  double skewness = 0;                            // of the particles' part
  std::vector<double>
      weighing;       // bounds on the relative error of each weighing, of the whole batch
  double cv() const;  // between the units of one batch
  double largest_weighing() const;  // all of them in one direction
};
Variation variation(const Recipe& recipe, const Worksheet& sheet);

// --- the test ------------------------------------------------------------------------------------

struct Stage {
  std::size_t units = 0;
  double mean = 0, sd = 0, reference = 0;  // reference: M
  double acceptance = 0;                   // |M - mean| + k sd
  double lowest = 0, highest = 0;
  bool outside = false;  // a unit is beyond L2 of M; decides at the second stage only
  bool passed = false;
};
// The first stage; at least two units.
Stage first_stage(std::span<const double> contents, const TestLimits& limits);
Stage second_stage(std::span<const double> contents, const TestLimits& limits);

struct Verdict {
  enum class Says { passed_first, passed_second, failed, more_units } says = Says::more_units;
  Stage first;
  std::optional<Stage> second;
};
// Of as many units as the first stage takes, or as the second.
Verdict judge(std::span<const double> contents, const TestLimits& limits);
std::string verdict_text(const Verdict& verdict, const TestLimits& limits);

// --- simulated batches ---------------------------------------------------------------------------

struct Share {
  std::size_t of = 0, count = 0;
  double value = 0, low = 0, high = 0;  // with its 95 % Clopper-Pearson interval
};
Share share(std::size_t count, std::size_t of);

struct Uniformity {
  Variation variation;
  std::size_t batches = 0;
  std::uint64_t seed = 0;
  Share first, passed;              // of the batches: at the first stage; at either
  double acceptance_median = 0;     // at the first stage
  std::vector<std::size_t> failed;  // batches, by their acceptance value at the second stage
  std::size_t worst = 0;            // batch with the largest acceptance value of all
};
Uniformity simulate_batches(const Variation& variation, const TestLimits& limits,
                            std::size_t batches, std::uint64_t seed);

// The contents of the first `units` units of a simulated batch, always the same.
class Batches {
 public:
  Batches(const Variation& variation, std::uint64_t seed);
  void contents(std::size_t batch, std::size_t from, std::span<double> units) const;

 private:
  double particles(double score) const;

  Variation variation_;
  std::uint64_t seed_;
  std::vector<double> quantiles_;  // of the particles' part, at even steps of a normal score
};

// --- real assays ---------------------------------------------------------------------------------

struct Assayed {
  std::string file;
  std::vector<double> contents;
  Verdict verdict;
};
// A CSV with a column `percent`, or `mg` of the strength.  V1206.
Result<Assayed> read_assays(const files::Source& source, double strength, const TestLimits& limits);

}  // namespace vesper::compounding
