// The verdict on a mechanism, in words, from occupancies, hours and margins alone.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "evidence/mechanisms.h"
#include "evidence/text.h"

namespace vesper::evidence {

namespace {

// Limits of the rules; verdict_rules() says them in words.
constexpr double out_of_reach = 0.01;  // highest occupancy
constexpr double hardly = 0.1;
constexpr double half = 0.5;
constexpr double all_day = 23.9;         // [h a day]
constexpr double open_hours = 6;         // between hypotheses or potencies
constexpr double no_effect = 0.01;       // of the value at rest
constexpr double near_reference = 0.05;  // of the occupancy referred to

// From the least to the most over hypotheses and potencies.
Band range_of(const std::vector<Reach>& reach, Band Reach::*which) {
  Band all{INFINITY, -INFINITY};
  for (const Reach& one : reach) {
    const Band band = one.*which;
    if (!std::isfinite(band.low) || !std::isfinite(band.high)) continue;
    all.low = std::min(all.low, band.low);
    all.high = std::max(all.high, band.high);
  }
  return all.low <= all.high ? all : Band{};
}

// "3.0" or "3.0 to 24"
std::string span(double low, double high, const std::string& unit) {
  const std::string first = two_digits(low), last = two_digits(high);
  return first == last ? first + unit : first + " to " + last + unit;
}

std::string percent(const Band& band) {
  return span(100 * band.low, 100 * band.high, " %");
}

std::string by_occupancy(const Target& target, const std::vector<Reach>& reach) {
  const Band highest = range_of(reach, &Reach::highest);
  if (highest.high < out_of_reach) {
    const Band margin = range_of(reach, &Reach::margin);
    if (margin.high > 0 && margin.high < 1) {
      return fmt::format("exposure {} times too low for {}", two_digits(1 / margin.high),
                         target.action);
    }
    return fmt::format("no {}: occupancy at most {} %", target.action,
                       two_digits(100 * highest.high));
  }
  if (highest.high < hardly) {
    return fmt::format("{} is hardly reached: at most {} %", target.action,
                       two_digits(100 * highest.high));
  }
  if (highest.high < half) {
    return fmt::format("{} in part: {} at its highest, never half", target.action,
                       percent(highest));
  }
  const Band above = range_of(reach, &Reach::hours_50);
  if (range_of(reach, &Reach::hours_90).low >= all_day) {
    return fmt::format("{} all day: never below 90 %", target.action);
  }
  if (above.low >= all_day) return fmt::format("{} all day: never below half", target.action);
  if (above.high - above.low > open_hours) {
    return fmt::format("within reach ({} at its highest); for how long is open: above half for {}",
                       percent(highest), span(above.low, above.high, " h a day"));
  }
  return fmt::format("{} above half for {}", target.action,
                     span(above.low, above.high, " h a day"));
}

std::string fold_change(double fold) {
  return fmt::format("{:+.2g} %", 100 * (fold - 1));
}

std::string by_effect(const Target& target, const std::vector<Reach>& reach) {
  const auto most = [&](double Reach::*which) {
    double found = 1;
    for (const Reach& one : reach) {
      if (std::abs(one.*which - 1) > std::abs(found - 1)) found = one.*which;
    }
    return found;
  };
  const auto words = [&](double fold) {
    return std::abs(fold - 1) < no_effect ? std::string("nothing moves")
                                          : "at most " + fold_change(fold);
  };
  const double shipped = most(&Reach::effect);
  if (target.effect->link.empty()) return fmt::format("{}: {}", target.action, words(shipped));
  const double linked = most(&Reach::effect_linked);
  if (reach.front().link == 0) {
    return fmt::format("{} is off in the model; switched on: {}", target.action, words(linked));
  }
  return fmt::format("{}: {}", target.action, words(shipped));
}

std::string by_exposure(const Target& target, const std::vector<Reach>& reach) {
  if (!target.not_modelled.empty()) {
    return "exposure cannot judge it: " + target.not_modelled;
  }
  if (target.effect) return by_effect(target, reach);
  if (range_of(reach, &Reach::margin).high <= 0) return "no exposure";
  if (target.occupancy.empty() && target.potencies.front().excluded()) {
    return fmt::format("nothing was seen at {} times this exposure",
                       two_digits(1 / range_of(reach, &Reach::margin).high));
  }
  return by_occupancy(target, reach);
}

std::string by_reference(const Reference& reference, const Band& highest) {
  const char* how = highest.high < (1 - near_reference) * reference.occupancy  ? "below"
                    : highest.low > (1 + near_reference) * reference.occupancy ? "above"
                                                                               : "about";
  return fmt::format("; {} the {} % of {}", how, two_digits(100 * reference.occupancy),
                     reference.says);
}

// Out of reach, or with nothing to reach: what the grade adds is only worth saying elsewhere.
std::string by_grade(const Target& target, const std::vector<Reach>& reach) {
  if (target.grade == "contradicted") return "; contradicted where it was tested";
  const Band highest = range_of(reach, &Reach::highest);
  if (target.grade == "hypothesis" && highest.high >= hardly) {
    return "; what follows from it is a hypothesis";
  }
  return "";
}

}  // namespace

std::string verdict(const Target& target, const std::vector<Reach>& reach) {
  std::string text = by_exposure(target, reach);
  if (target.reference) {
    text += by_reference(*target.reference, range_of(reach, &Reach::highest));
  }
  return text + by_grade(target, reach);
}

std::vector<std::string> verdict_rules() {
  return {
      "Occupancy is the model's own where it binds the drug; elsewhere that of equilibrium with "
      "the "
      "unbound concentration where the target lies, at both ends of the range of potencies.",
      "Highest occupancy below 1 % under every hypothesis and at the best potency: exposure so "
      "many "
      "times too low (the best potency over the highest concentration).",
      "Below 10 %: hardly reached. Below 50 %: in part.",
      "Never below 90 %, or never below half, under every hypothesis: all day.",
      "Hours a day above half that differ by more than 6 between hypotheses or potencies: for how "
      "long is open.",
      "Where nothing was seen up to a concentration: how many times this exposure that is.",
      "Beside an occupancy that was measured where the target mattered: below, about or above it "
      "(5 %), by the highest under all hypotheses.",
      "The grade is that of the step from the target to what is claimed, not of the occupancy; the "
      "verdict adds it where it is contradicted, or a hypothesis that exposure does not rule out.",
  };
}

}  // namespace vesper::evidence
