#include "safety/competition_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vesper::safety {

namespace {

template <class T, class Read>
std::string by_hypothesis(const Competition& all, const std::vector<T>& values, const Read& read) {
  std::vector<std::string> parts;
  for (std::size_t h = 0; h < values.size(); ++h) {
    parts.push_back(fmt::format("{} {}", all.hypotheses[h], read(values[h])));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string span_text(double low, double high, const char* digits) {
  const std::string a = fmt::format(fmt::runtime(digits), low);
  const std::string b = fmt::format(fmt::runtime(digits), high);
  return a == b ? a : a + " to " + b;
}

std::string opioid_text(const OpioidTaken& one) {
  const std::string name =
      one.written == one.drug ? one.drug : fmt::format("{} ({})", one.drug, one.written);
  std::string text = fmt::format(
      "{}, {:.4g} mg every {:g} h for {} {}, the last {} before the first naltrexone", name,
      one.dose, one.every, one.days, one.days == 1 ? "day" : "days", long_text(one.gap));
  if (!one.assumed.empty()) text += fmt::format(". Taken as: {}", fmt::join(one.assumed, "; "));
  return text + ".";
}

void went_in(const Competition& all, CompetitionWords& words) {
  std::vector<std::string>& out = words.went_in;
  for (const OpioidTaken& one : all.opioids) out.push_back("Simulated: " + opioid_text(one));
  for (const std::string& one : all.regimen) out.push_back("Simulated: " + one + ".");
  for (const NotSimulated& one : all.left_out) {
    out.push_back(fmt::format("Not simulated: {}: {}.", one.what, one.why));
  }
  if (!all.opioids.empty() && !all.left_out.empty()) {
    out.push_back("What is not simulated is missing from the numbers: the true ones can be worse.");
  }
  if (all.opioids.empty() && !all.regimen.empty()) {
    out.push_back(
        "No opioid of the patient is simulated, so nothing is shown on withdrawal. That is no sign "
        "that there will be none.");
  }
  std::vector<std::string> names;
  for (std::size_t h = 0; h < all.hypotheses.size(); ++h) {
    names.push_back(fmt::format("{} {}", all.hypotheses[h], all.labels[h]));
  }
  if (!names.empty()) {
    out.push_back(
        fmt::format("Rival hypotheses of how naltrexone stays: {}.", fmt::join(names, "; ")));
  }
}

void planned(const Competition& all, const Check& check, CompetitionWords& words) {
  const FirstDose& day = all.first_doses.front();
  const Course& typical = day.courses.front();
  words.planned_title = fmt::format("Withdrawal if the first dose is on {}", text_of(day.on));
  std::vector<std::string>& out = words.planned;
  out.push_back("The rules for that day: " + rules_on(check, day.on).text + ".");
  out.push_back(
      fmt::format("Just before: COWS {}, agonist tone {} %, agonists on {} % of the mu receptors, "
                  "dependence {} "
                  "%. Were every receptor blocked at once: COWS {}.",
                  whole(typical.before), whole(typical.tone_before), whole(typical.held),
                  whole(typical.dependence), whole(typical.if_blocked)));
  out.push_back(fmt::format(
      "At its worst within {:g} h: {}. Without naltrexone: {}.", all.window,
      by_hypothesis(all, day.courses, [](const Course& one) { return whole(one.peak); }),
      whole(typical.alone)));
  out.push_back(
      fmt::format("Agonist tone falls to: {}. Without naltrexone: {} %.",
                  by_hypothesis(all, day.courses,
                                [](const Course& one) { return whole(one.tone_least) + " %"; }),
                  whole(typical.tone_alone)));
  out.push_back(fmt::format("Risen by {:g} points after: {}.", all.sudden,
                            by_hypothesis(all, day.courses, [](const Course& one) {
                              return one.onset ? long_text(*one.onset) : "not reached";
                            })));
  out.push_back(fmt::format("Moderate or worse ({:g} points up) in the time shown: {}.",
                            all.moderate, by_hypothesis(all, day.courses, [](const Course& one) {
                              return whole(one.moderate) + " h";
                            })));
  if (!all.peak_band) return;
  out.push_back(fmt::format(
      "Band: lowest and highest of {} runs ({} draws of what is uncertain, each under every "
      "hypothesis, and the typical patient). Worst COWS {} to {}, rise {} to {}.{}",
      (all.draws + 1) * all.hypotheses.size() - all.failed_draws, all.draws,
      whole(all.peak_band->low), whole(all.peak_band->high), whole(all.rise_band->low),
      whole(all.rise_band->high),
      all.failed_draws == 0 ? ""
                            : fmt::format(" {} runs failed and are left out.", all.failed_draws)));
}

void later(const Competition& all, const Check& check, CompetitionWords& words) {
  if (all.first_doses.size() < 2) return;
  words.later_title = fmt::format(
      "Each day later: COWS just before the first dose → at its worst within {:g} h", all.window);
  const auto earliest = check.earliest();
  words.later_before = !check.contraindicated() ? "No rule contraindicates the planned day."
                       : earliest ? fmt::format("By the rules not before {}.", text_of(*earliest))
                                  : "The rules give no date from which naltrexone may be begun.";
  words.later_after =
      "Typical patient; `without`: at its worst in the same time without naltrexone. The rules' "
      "date "
      "stands, whatever the rise. A day without a contraindication still needs a negative screen "
      "and, in doubt, a naloxone challenge.";
}

std::string ends_text(const Competition& all, const Block& block, std::size_t h) {
  const Block::Under& one = block.under[h];
  std::string text = all.hypotheses[h] + ": ";
  if (!one.blocked) {
    text += fmt::format("never blocked after the last dose (at most {} % prevented)",
                        whole(one.highest));
  } else if (one.ends) {
    text += fmt::format("blocked until {} after the last dose", long_text(*one.ends));
  } else {
    text += fmt::format("blocked for longer than {}", long_text(block.follow));
  }
  if (one.least_taken) {
    text += fmt::format("; while it is taken, at least {} % prevented before the next dose",
                        whole(*one.least_taken));
  }
  return text + ".";
}

// Warnings, never amounts to take.
void warn(const Competition& all, const Block& block, CompetitionWords& words) {
  const std::string last = long_text(block.at.back());
  std::string taken;
  if (block.under.front().times_least_taken) {
    taken = fmt::format("{} times the dose just before the next one is due, and to ",
                        by_hypothesis(all, block.under, [](const Block::Under& one) {
                          return fmt::format("{:.2g}", *one.times_least_taken);
                        }));
  }
  words.block_after.push_back(fmt::format(
      "Warning, and no amount to take: the block can be overcome. In the model it gives way to "
      "{}{} times the dose {} after the last. Trying it has killed.",
      taken,
      by_hypothesis(
          all, block.under,
          [](const Block::Under& one) { return fmt::format("{:.2g}", one.times.back()); }),
      last));
  double strongest = 0, low = 1e9, high = 0;
  for (const Block::Under& one : block.under) {
    strongest = std::max(strongest, one.halves_most);
    low = std::min(low, one.halves.back());
    high = std::max(high, one.halves.back());
  }
  words.block_after.push_back(fmt::format(
      "Warning, and no amount to stay below: in the model breathing is halved at about {:.0f} "
      "times "
      "heroin 25 mg under the strongest block, at {} of it {} after the last dose, and at {:.2g} "
      "without naltrexone. A dose meant to be felt through the block is a danger to life, and more "
      "so as the block fades.",
      strongest, span_text(low, high, "{:.2g}"), last, block.halves_open));
}

void block(const Competition& all, CompetitionWords& words) {
  const Block& block = *all.block;
  words.block_title = "How long it still blocks after the last dose";
  words.block_before.push_back(fmt::format(
      "{}: {}, then none. Asked: heroin 25 mg into a vein in someone without tolerance. Blocked: "
      "more than {:g} % of its feeling prevented.",
      fmt::join(block.lines, " and "),
      block.doses == 1 ? "one dose"
                       : fmt::format("{} doses over {}", block.doses, long_text(block.over)),
      all.blocked));
  for (std::size_t h = 0; h < block.under.size(); ++h) {
    words.block_after.push_back(ends_text(all, block, h));
  }
  warn(all, block, words);
}

void lost(const Competition& all, CompetitionWords& words) {
  const ToleranceLost& lost = *all.lost;
  bool none = false;
  for (std::size_t k = 0; k < lost.days.size(); ++k) {
    double low = 1e9, high = 0;
    for (const auto& factors : lost.factors) {
      none |= !factors[k];
      low = std::min(low, factors[k].value_or(low));
      high = std::max(high, factors[k].value_or(high));
    }
    if (none) break;
    words.lost.push_back(fmt::format(
        "{:g} days after the last opioid, a dose slows breathing as much as {} times that dose did "
        "before.",
        lost.days[k], span_text(low, high, "{:.1f}")));
  }
  if (none) {
    words.lost.push_back(
        "Buprenorphine leaves other opioids hardly any room in this model; that goes when it goes, "
        "and tolerance with it. No number is given.");
  }
  words.lost.push_back(
      "Under naltrexone this is hidden. When the block ends, the old dose can kill.");
}

}  // namespace

std::string whole(double value) {
  return fmt::format("{:.0f}", std::max(value, 0.0));
}

std::string short_text(double hours) {
  if (hours < 1 && hours > 0) return fmt::format("{:.0f}min", hours * 60);
  if (hours > 96 && std::fmod(hours, 24) == 0) return fmt::format("{:.0f} d", hours / 24);
  return fmt::format("{:.3g} h", hours);
}

std::string long_text(double hours) {
  if (hours < 1 && hours > 0) return fmt::format("{:.0f} min", hours * 60);
  if (hours >= 504 && std::fmod(hours, 168) == 0) return fmt::format("{:.0f} weeks", hours / 168);
  if (hours >= 120) return fmt::format("{:.3g} days", hours / 24);
  return fmt::format("{:.3g} h", hours);
}

CompetitionWords words_of(const Competition& all, const Check& check) {
  CompetitionWords words;
  went_in(all, words);
  if (all.withdrawal) {
    planned(all, check, words);
    later(all, check, words);
  } else if (!all.opioids.empty()) {
    const Course& one = all.first_doses.front().courses.front();
    words.gut = fmt::format(
        "Only opioids that stay in the gut are simulated: no withdrawal here. Gut held back: {} % "
        "just before the first dose, {} % at least in the day after.",
        whole(one.gut_before), whole(one.gut_least));
  }
  if (all.block) block(all, words);
  if (all.lost) lost(all, words);
  return words;
}

}  // namespace vesper::safety
