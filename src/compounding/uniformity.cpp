#include "compounding/uniformity.h"

#include <fmt/format.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <cmath>
#include <numbers>
#include <numeric>
#include <sstream>

#include "population/random.h"
#include "simulate/band.h"

namespace vesper::compounding {

namespace {

constexpr double confidence = 0.95;
constexpr double low_unit = 85, high_unit = 115;  // [%] of the label

// Uniforms and normals of one batch.
class Draws {
 public:
  Draws(std::uint64_t seed, std::uint64_t batch)
      : key_{seed, 0, batch, population::Stream::assays} {}
  double uniform() { return population::uniform(key_, next_++); }
  double normal() { return population::normal(key_, next_++); }

 private:
  population::RandomKey key_;
  std::uint64_t next_ = 0;
};

// Relative half-widths of the weighings on which the drug of the whole batch rests.
std::vector<double> weighings(const Recipe& recipe, const Worksheet& sheet) {
  const double off = recipe.balance.sensitivity;
  std::vector<double> all;
  if (sheet.dilutions.empty()) all.push_back(off / sheet.powder);
  for (const Dilution& one : sheet.dilutions) {
    if (all.empty()) all.push_back(off / one.drug);
    all.push_back(off / one.aliquot);
  }
  return all;
}

struct Spreads {
  std::vector<double> weighing;
  double shape = 0;  // of the gamma law of particles; 0: they are too many to count
  double mixing = 0, filling = 0;
};

std::vector<double> batch_of(const Spreads& spreads, std::size_t units, Draws& draws) {
  double mean = 100;
  for (const double off : spreads.weighing) mean *= 1 + off * (2 * draws.uniform() - 1);
  const boost::math::gamma_distribution<> particles(spreads.shape, 1 / spreads.shape);
  std::vector<double> all;
  for (std::size_t k = 0; k < units; ++k) {
    const double grains = boost::math::quantile(particles, draws.uniform());
    const double mixed = 1 + spreads.mixing * draws.normal();
    const double filled = 1 + spreads.filling * draws.normal();
    all.push_back(mean * grains * std::max(0.0, mixed) * std::max(0.0, filled));
  }
  return all;
}

struct Result1 {
  double AV = 0, largest = 0;  // of 10, of the stage that decided
  bool first = false, passes = false;
  std::uint32_t outside = 0;
};

}  // namespace

double particle_cv(double powder_of_unit, const Particles& particles) {
  const double log_sd = std::log(particles.geometric_sd);
  const double mass = std::numbers::pi / 6 * particles.density * std::pow(particles.median, 3) *
                      std::exp(4.5 * log_sd * log_sd);
  return std::sqrt(mass / powder_of_unit);
}

Acceptance acceptance(std::span<const double> percent, int stage, const TestLimits& limits) {
  Acceptance found;
  found.units = percent.size();
  const auto n = static_cast<double>(percent.size());
  found.mean = std::accumulate(percent.begin(), percent.end(), 0.0) / n;
  double squares = 0;
  for (const double x : percent) squares += (x - found.mean) * (x - found.mean);
  found.sd = std::sqrt(squares / (n - 1));
  found.M = std::clamp(found.mean, limits.low, limits.high);
  found.k = stage == 1 ? limits.k1 : limits.k2;
  found.AV = std::abs(found.M - found.mean) + found.k * found.sd;
  found.least = *std::ranges::min_element(percent);
  found.most = *std::ranges::max_element(percent);
  const double room = limits.L2 / 100;
  found.within = found.least >= (1 - room) * found.M && found.most <= (1 + room) * found.M;
  found.passes = found.AV <= limits.L1 && (stage == 1 || found.within);
  return found;
}

Verdict judge(std::span<const double> percent, const TestLimits& limits) {
  Verdict verdict;
  verdict.first = acceptance(percent.first(limits.first), 1, limits);
  if (percent.size() >= limits.second) {
    verdict.second = acceptance(percent.first(limits.second), 2, limits);
  }
  verdict.passes = verdict.first.passes || (verdict.second && verdict.second->passes);
  verdict.undecided = !verdict.first.passes && !verdict.second;
  const Acceptance& last =
      verdict.second && !verdict.first.passes ? *verdict.second : verdict.first;
  if (verdict.passes) {
    verdict.says = fmt::format("passes: acceptance value {:.1f}, at most {:g}, of {} units",
                               last.AV, limits.L1, last.units);
  } else if (verdict.undecided) {
    verdict.says = fmt::format(
        "not passed at the first stage: acceptance value {:.1f}, above {:g}; assay {} units more",
        last.AV, limits.L1, limits.second - limits.first);
  } else if (last.AV > limits.L1) {
    verdict.says = fmt::format("fails: acceptance value {:.1f}, above {:g}, of {} units", last.AV,
                               limits.L1, last.units);
  } else {
    verdict.says = fmt::format(
        "fails: a unit of {:.1f} % lies outside {:.2f} to {:.2f} times the reference {:.1f} %",
        last.least < (1 - limits.L2 / 100) * last.M ? last.least : last.most, 1 - limits.L2 / 100,
        1 + limits.L2 / 100, last.M);
  }
  return verdict;
}

Result<std::vector<double>> read_assays(const files::Source& source, const Recipe& recipe,
                                        const TestLimits& limits) {
  std::istringstream lines{std::string(source.text())};
  std::string line;
  std::vector<double> all;
  std::optional<std::size_t> column;
  double scale = 1;
  std::uint32_t number = 0;
  const auto bad = [&](const std::string& why, const std::string& mend = "") {
    return fail(Code::bad_assays, why, source.place(static_cast<int>(number), 1, 1), mend);
  };
  const auto fields_of = [](const std::string& text) {
    std::vector<std::string> fields;
    std::istringstream row{text};
    std::string field;
    while (std::getline(row, field, ',')) {
      const std::size_t from = field.find_first_not_of(" \t\r\""),
                        to = field.find_last_not_of(" \t\r\"");
      fields.push_back(from == std::string::npos ? "" : field.substr(from, to - from + 1));
    }
    return fields;
  };
  while (std::getline(lines, line)) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::vector<std::string> fields = fields_of(line);
    if (!column) {
      for (std::size_t k = 0; k < fields.size(); ++k) {
        if (fields[k] != "percent" && fields[k] != "mg") continue;
        column = k;
        if (fields[k] == "mg") scale = 100 / recipe.strength;
      }
      if (!column) return bad("no column is named 'percent' or 'mg'", "name one in the first line");
      continue;
    }
    const std::string text = *column < fields.size() ? fields[*column] : "";
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !(value >= 0) || !(value * scale <= 1000)) {
      return bad(fmt::format("'{}' is no content of a unit", text));
    }
    all.push_back(value * scale);
  }
  if (all.size() != limits.first && all.size() != limits.second) {
    return bad(
        fmt::format("{} results: the test takes {} units, or {} of which the first {} are the "
                    "first stage",
                    all.size(), limits.first, limits.second, limits.first));
  }
  return all;
}

Share share(std::uint64_t count, std::uint64_t of) {
  Share found{count, of, of == 0 ? 0 : static_cast<double>(count) / static_cast<double>(of), 0, 1};
  using boost::math::beta_distribution;
  const double tail = (1 - confidence) / 2;
  const auto k = static_cast<double>(count), n = static_cast<double>(of);
  if (count > 0) found.low = boost::math::quantile(beta_distribution<>(k, n - k + 1), tail);
  if (count < of) found.high = boost::math::quantile(beta_distribution<>(k + 1, n - k), 1 - tail);
  return found;
}

Uniformity simulate_batches(const Recipe& recipe, const Worksheet& sheet,
                            const Knowledge& knowledge, std::uint64_t batches, std::uint64_t seed,
                            unsigned threads) {
  Uniformity result;
  result.batches = batches;
  result.seed = seed;
  result.particles = particle_cv(sheet.powder_of_unit, recipe.particles);
  result.mixing = recipe.mixing_cv;
  result.filling = recipe.filling_cv;
  const auto squared = [](double x) { return x * x; };
  result.unit = std::sqrt((1 + squared(result.particles)) * (1 + squared(result.mixing)) *
                              (1 + squared(result.filling)) -
                          1);
  Spreads spreads;
  spreads.weighing = weighings(recipe, sheet);
  spreads.shape = 1 / squared(result.particles);
  spreads.mixing = result.mixing;
  spreads.filling = result.filling;
  double of_batch = 1;
  for (const double off : spreads.weighing) of_batch *= 1 + squared(off) / 3;
  result.weighing = std::sqrt(of_batch - 1);

  std::vector<Result1> all(batches);
  const TestLimits& limits = knowledge.test;
  tbb::task_arena arena(threads == 0 ? tbb::task_arena::automatic : static_cast<int>(threads));
  arena.execute([&] {
    tbb::parallel_for(std::uint64_t{0}, batches, [&](std::uint64_t b) {
      Draws draws(seed, b);
      const std::vector<double> units = batch_of(spreads, limits.second, draws);
      const Acceptance first = acceptance(std::span(units).first(limits.first), 1, limits);
      const Acceptance second = acceptance(units, 2, limits);
      Result1& one = all[b];
      one.AV = first.AV;
      one.first = first.passes;
      one.passes = first.passes || second.passes;
      // Fails by its spread, or by one unit: ordered by the acceptance value all the same.
      one.largest = first.passes ? first.AV : second.AV;
      one.outside = static_cast<std::uint32_t>(
          std::ranges::count_if(units, [](double x) { return x < low_unit || x > high_unit; }));
    });
  });

  std::uint64_t first = 0, passes = 0, outside = 0;
  std::vector<double> values;
  std::size_t worst = 0;
  for (std::size_t b = 0; b < all.size(); ++b) {
    first += all[b].first;
    passes += all[b].passes;
    outside += all[b].outside;
    values.push_back(all[b].AV);
    const bool graver = std::pair(!all[b].passes, all[b].largest) >
                        std::pair(!all[worst].passes, all[worst].largest);
    if (graver) worst = b;
  }
  std::ranges::sort(values);
  result.AV_median = simulate::quantile(values, 0.5);
  result.AV_low = simulate::quantile(values, 0.05);
  result.AV_high = simulate::quantile(values, 0.95);
  result.first = share(first, batches);
  result.passes = share(passes, batches);
  result.outside = share(outside, batches * limits.second);
  Draws again(seed, worst);
  result.worst = batch_of(spreads, limits.second, again);
  result.worst_fails = !all[worst].passes;
  if (sheet.percent_of_unit() > 100 * knowledge.poisson_limit) {
    result.remarks.push_back(
        fmt::format("The powder is {:.0f} % of the unit: above {:.0f} % the Poisson law overstates "
                    "how particles "
                    "vary.",
                    sheet.percent_of_unit(), 100 * knowledge.poisson_limit));
  }
  return result;
}

}  // namespace vesper::compounding
