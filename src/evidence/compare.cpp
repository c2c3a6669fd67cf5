// Fold error  f = max(p/o, o/p)  of a prediction p and an observed value o, both positive.
// Geometric mean fold error  exp(mean(ln f))  (Obach et al. 1997, J Pharmacol Exp Ther 283:46).
#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "evidence/evidence.h"

namespace vesper::evidence {

namespace {
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Limits are met exactly by figures that are equal but for the last bits of a conversion.
bool at_most(double value, double limit) {
  return value <= limit + 1e-12 * std::abs(limit);
}

template <class Names>
void add_new(Names& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}
}  // namespace

std::string_view use_name(Use use) {
  switch (use) {
    case Use::fitted:
      return "fitted";
    case Use::judged:
      return "judged";
    case Use::reproduced:
      break;
  }
  return "reproduced";
}

// `pain.link_tone_pain`: the name within its module decides.  docs/files.md
bool is_link(std::string_view parameter) {
  const std::string_view name = parameter.substr(parameter.find_last_of('.') + 1);
  return name.starts_with("link_naltrexone_") || name.starts_with("link_tone_") ||
         name.starts_with("link_OGF_");
}

bool in_percent(const Observation& observation) {
  const auto percent = units::Unit::parse("%");
  const auto unit = units::Unit::parse(observation.unit);
  return percent && unit && unit->same(*percent);
}

Comparison compare(const Observation& observation, std::string hypothesis, double predicted) {
  Comparison comparison;
  comparison.observation = &observation;
  comparison.hypothesis = std::move(hypothesis);
  comparison.predicted = predicted;
  const double observed = observation.value;
  const bool ratio = predicted > 0 && observed > 0 && std::isfinite(predicted);
  comparison.fold_error = ratio ? std::max(predicted / observed, observed / predicted) : nan;
  if (!std::isfinite(predicted)) return comparison;
  if (observation.accept_within) {
    comparison.inside = at_most(std::abs(predicted - observed), *observation.accept_within);
  } else if (observation.accept_range) {
    const auto [low, high] = *observation.accept_range;
    comparison.inside = at_most(low, predicted) && at_most(predicted, high);
  } else {
    comparison.inside = ratio && at_most(comparison.fold_error,
                                         observation.accept_fold.value_or(default_accept_fold));
  }
  return comparison;
}

std::vector<Validation::Mean> means(const std::vector<Comparison>& comparisons) {
  std::vector<std::string> hypotheses, modules = {""};
  for (const Comparison& one : comparisons) {
    if (!one.hypothesis.empty()) add_new(hypotheses, one.hypothesis);
    add_new(modules, one.observation->module);
  }
  if (hypotheses.empty()) hypotheses = {""};

  std::vector<Validation::Mean> all;
  for (const std::string& hypothesis : hypotheses) {
    for (const std::string& module : modules) {
      for (const Use use : all_uses) {
        Validation::Mean mean{hypothesis, module, use, nan, 0, 0, 0, 0};
        double logarithms = 0;
        for (const Comparison& one : comparisons) {
          if (one.observation->use != use) continue;
          if (!module.empty() && one.observation->module != module) continue;
          if (!one.hypothesis.empty() && one.hypothesis != hypothesis) continue;
          ++mean.n;
          if (one.inside) ++mean.inside;
          if (!std::isfinite(one.predicted)) ++mean.failed;
          if (!std::isfinite(one.fold_error)) continue;
          ++mean.folds;
          logarithms += std::log(one.fold_error);
        }
        if (mean.folds > 0) mean.fold = std::exp(logarithms / mean.folds);
        if (mean.n > 0) all.push_back(std::move(mean));
      }
    }
  }
  return all;
}

}  // namespace vesper::evidence
