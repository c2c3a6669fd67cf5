// Particles.  A unit takes a Poisson number of particles with lognormal diameters; drug mass D,
// density rho, median diameter of the volume distribution d, geometric standard deviation s:
//
//   CV^2     = E[m^2] / (E[m] D) = (pi rho / 6 D) d^3 exp(4.5 ln^2 s)
//   skewness = E[m^3] E[m]^0.5 / (E[m^2]^1.5) * (E[m] / D)^0.5 = CV exp(9 ln^2 s)
//
// The first is the form of Rohrs and others 2006, J Pharm Sci 95:1049 (rohrs-2006); both follow
// from the moments of the compound Poisson and lognormal distributions.  The particles' part of a
// unit is drawn from the shifted gamma distribution (Pearson type III) with this mean, CV and
// skewness.
//
//   content = 100 (1 + weighing errors) * particles * (1 + mixing) * (1 + filling)
//
// Mixing and filling are normal between units; an error of weighing is the same for a whole batch,
// uniform within the sensitivity of the balance.
//
// Test: USP <905> (usp-905); evidence/compounding/uniformity.yaml has its constants.
#include "compounding/uniformity.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cassert>
#include <cmath>
#include <numbers>
#include <numeric>

#include "population/random.h"

namespace vesper::compounding {

namespace {

constexpr double farthest = 6;             // normal score at the ends of the table of quantiles
constexpr std::size_t table_steps = 4096;  // of it

// What a random number is for.
enum Component : std::uint32_t { weighing, particle, mixing, filling };

population::RandomKey key(std::uint64_t seed, Component component, std::size_t batch) {
  return {seed, component, batch, population::Stream::compounding};
}

Stage stage(std::span<const double> contents, double k, const TestLimits& limits) {
  assert(contents.size() >= 2);
  Stage found;
  found.units = contents.size();
  const double n = static_cast<double>(contents.size());
  found.mean = std::accumulate(contents.begin(), contents.end(), 0.0) / n;
  double squares = 0;
  for (const double one : contents) squares += (one - found.mean) * (one - found.mean);
  found.sd = std::sqrt(squares / (n - 1));
  found.reference = std::clamp(found.mean, limits.low, limits.high);
  found.acceptance = std::abs(found.reference - found.mean) + k * found.sd;
  const auto [lowest, highest] = std::minmax_element(contents.begin(), contents.end());
  found.lowest = *lowest;
  found.highest = *highest;
  found.outside = found.lowest < (1 - limits.L2 / 100) * found.reference ||
                  found.highest > (1 + limits.L2 / 100) * found.reference;
  return found;
}

}  // namespace

double particle_cv(const Particles& particles, double drug) {
  assert(drug > 0);
  const double log_sd = std::log(particles.geometric_sd);
  return std::sqrt(std::numbers::pi * particles.density / (6 * drug) *
                   std::pow(particles.median, 3) * std::exp(4.5 * log_sd * log_sd));
}

double particle_skewness(const Particles& particles, double cv) {
  const double log_sd = std::log(particles.geometric_sd);
  return cv * std::exp(9 * log_sd * log_sd);
}

double Variation::cv() const {
  return std::sqrt(particles * particles + mixing * mixing + filling * filling);
}

double Variation::largest_weighing() const {
  return std::accumulate(weighing.begin(), weighing.end(), 0.0);
}

Variation variation(const Recipe& recipe, const Worksheet& sheet) {
  Variation found;
  found.particles = particle_cv(recipe.particles, recipe.strength * sheet.salt_factor);
  found.skewness = particle_skewness(recipe.particles, found.particles);
  found.mixing = recipe.mixing_cv;
  found.filling = recipe.filling_cv;
  const double sensitivity = recipe.balance.sensitivity;
  if (sheet.whole_tablets) return found;
  found.weighing.push_back(sensitivity /
                           (sheet.dilutions.empty() ? sheet.powder : sheet.dilutions.front().drug));
  for (const Dilution& one : sheet.dilutions) {
    found.weighing.push_back(sensitivity / one.total);    // its diluent
    found.weighing.push_back(sensitivity / one.aliquot);  // and the part taken
  }
  return found;
}

Stage first_stage(std::span<const double> contents, const TestLimits& limits) {
  Stage found = stage(contents, limits.k1, limits);
  found.passed = found.acceptance <= limits.L1;
  return found;
}

Stage second_stage(std::span<const double> contents, const TestLimits& limits) {
  Stage found = stage(contents, limits.k2, limits);
  found.passed = found.acceptance <= limits.L1 && !found.outside;
  return found;
}

Verdict judge(std::span<const double> contents, const TestLimits& limits) {
  assert(contents.size() == limits.first || contents.size() == limits.second);
  Verdict verdict;
  verdict.first = first_stage(contents.first(limits.first), limits);
  if (verdict.first.passed) {
    verdict.says = Verdict::Says::passed_first;
  } else if (contents.size() == limits.second) {
    verdict.second = second_stage(contents, limits);
    verdict.says = verdict.second->passed ? Verdict::Says::passed_second : Verdict::Says::failed;
  }
  return verdict;
}

std::string verdict_text(const Verdict& verdict, const TestLimits& limits) {
  switch (verdict.says) {
    case Verdict::Says::passed_first:
      return fmt::format("passes with {} units: acceptance value {:.1f}, at most {:g}",
                         limits.first, verdict.first.acceptance, limits.L1);
    case Verdict::Says::passed_second:
      return fmt::format(
          "passes with {} units: acceptance value {:.1f}, at most {:g}, and every "
          "unit within {:g} % of M",
          limits.second, verdict.second->acceptance, limits.L1, limits.L2);
    case Verdict::Says::failed:
      return fmt::format("fails with {} units: acceptance value {:.1f} (at most {:g}){}",
                         limits.second, verdict.second->acceptance, limits.L1,
                         verdict.second->outside
                             ? fmt::format("; a unit is more than {:g} % from M", limits.L2)
                             : "");
    case Verdict::Says::more_units:
      break;
  }
  return fmt::format(
      "does not pass with {} units: acceptance value {:.1f} (at most {:g}); assay {} "
      "more",
      limits.first, verdict.first.acceptance, limits.L1, limits.second - limits.first);
}

Share share(std::size_t count, std::size_t of) {
  assert(of > 0 && count <= of);
  using Binomial = boost::math::binomial_distribution<>;
  const double n = static_cast<double>(of), x = static_cast<double>(count);
  Share found{of, count, x / n, 0, 1};
  if (count > 0) found.low = Binomial::find_lower_bound_on_p(n, x, 0.025);
  if (count < of) found.high = Binomial::find_upper_bound_on_p(n, x, 0.025);
  return found;
}

// --- simulated batches ---------------------------------------------------------------------------

Batches::Batches(const Variation& variation, std::uint64_t seed)
    : variation_(variation), seed_(seed), quantiles_(table_steps + 1) {
  const double shape = 4 / (variation.skewness * variation.skewness);
  const double scale = variation.particles * variation.skewness / 2;
  const boost::math::gamma_distribution<> gamma(shape, scale);
  const boost::math::normal_distribution<> normal;
  for (std::size_t i = 0; i <= table_steps; ++i) {
    const double score = farthest * (2.0 * static_cast<double>(i) / table_steps - 1);
    // From the nearer end, where a probability keeps its digits.
    const double drawn = score < 0 ? quantile(gamma, cdf(normal, score))
                                   : quantile(complement(gamma, cdf(complement(normal, score))));
    quantiles_[i] = std::max(0.0, 1 + drawn - shape * scale);
  }
}

double Batches::particles(double score) const {
  const double at = (std::clamp(score, -farthest, farthest) / farthest + 1) / 2 * table_steps;
  const std::size_t below = std::min(static_cast<std::size_t>(at), table_steps - 1);
  const double part = at - static_cast<double>(below);
  return quantiles_[below] + part * (quantiles_[below + 1] - quantiles_[below]);
}

void Batches::contents(std::size_t batch, std::size_t from, std::span<double> units) const {
  double whole = 100;
  for (std::size_t i = 0; i < variation_.weighing.size(); ++i) {
    whole *=
        1 + variation_.weighing[i] * (2 * population::uniform(key(seed_, weighing, batch), i) - 1);
  }
  for (std::size_t i = 0; i < units.size(); ++i) {
    const std::size_t unit = from + i;
    const auto normal = [&](Component component) {
      return population::normal(key(seed_, component, batch), unit);
    };
    units[i] = whole * particles(normal(particle)) *
               std::max(0.0, 1 + variation_.mixing * normal(mixing)) *
               std::max(0.0, 1 + variation_.filling * normal(filling));
  }
}

Uniformity simulate_batches(const Variation& variation, const TestLimits& limits,
                            std::size_t batches, std::uint64_t seed) {
  assert(batches > 0);
  Uniformity found;
  found.variation = variation;
  found.batches = batches;
  found.seed = seed;
  const Batches all(variation, seed);
  std::vector<double> units(limits.second), acceptance(batches);
  std::vector<std::pair<double, std::size_t>> failed;
  std::size_t first = 0;
  for (std::size_t batch = 0; batch < batches; ++batch) {
    const std::span<double> contents(units);
    all.contents(batch, 0, contents.first(limits.first));
    const Stage early = first_stage(contents.first(limits.first), limits);
    acceptance[batch] = early.acceptance;
    if (early.passed) {
      ++first;
      continue;
    }
    all.contents(batch, limits.first, contents.subspan(limits.first));
    const Stage late = second_stage(contents, limits);
    if (!late.passed) failed.emplace_back(late.acceptance, batch);
  }
  std::sort(failed.begin(), failed.end());
  for (const auto& [value, batch] : failed) found.failed.push_back(batch);
  found.worst = static_cast<std::size_t>(std::max_element(acceptance.begin(), acceptance.end()) -
                                         acceptance.begin());
  if (!found.failed.empty()) found.worst = found.failed.back();
  found.first = share(first, batches);
  found.passed = share(batches - found.failed.size(), batches);
  const auto middle = acceptance.begin() + static_cast<std::ptrdiff_t>(batches / 2);
  std::nth_element(acceptance.begin(), middle, acceptance.end());
  found.acceptance_median = *middle;
  return found;
}

}  // namespace vesper::compounding
