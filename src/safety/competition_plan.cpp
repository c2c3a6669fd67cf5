// Scenes as protocols: text that `vesper run` reads too.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "safety/competition_scene.h"

namespace vesper::safety {

namespace {

constexpr double day = 24;     // [h]
constexpr double fine = 0.25;  // [h] of output while withdrawal is looked for

std::string number(double value) {
  return fmt::format("{:.9g}", value);
}

std::size_t doses(const OpioidTaken& opioid) {
  return static_cast<std::size_t>(
      std::max(1.0, std::floor(opioid.days * day / opioid.every + 1e-9)));
}

double span(const OpioidTaken& opioid) {
  return static_cast<double>(doses(opioid) - 1) * opioid.every;
}

// `lead`: [h] of the first naltrexone dose.
std::string line(const OpioidTaken& opioid, double lead) {
  const double last = lead - opioid.gap;
  const double first = std::max(0.0, last - span(opioid));
  std::string text = fmt::format("    - {{product: {}, dose: {} mg, from: {} h", opioid.product,
                                 number(opioid.dose), number(first));
  if (doses(opioid) > 1) {
    text += fmt::format(", every: {} h, until: {} h", number(opioid.every),
                        number(last + opioid.every / 2));
  }
  return text + "}\n";
}

// `end`: [h] where the run ends; nothing is taken from there on.
std::string line(const NaltrexoneLine& taken, double shift, double end) {
  const double first = shift + taken.first;
  if (first >= end) return "";
  std::string text = fmt::format("    - {{product: {}, count: {}, from: {} h", taken.product.id,
                                 number(taken.count), number(first));
  if (taken.every > 0) {
    text += fmt::format(", every: {} h", number(taken.every));
    if (std::isfinite(taken.until))
      text += fmt::format(", until: {} h", number(shift + taken.until));
  }
  return text + "}\n";
}

std::string head(const std::string& title, const std::string& model, double end) {
  return fmt::format("title: {}\nmodel: {}\nduration: {} h\nhypotheses: all\narms:\n", title, model,
                     number(end));
}

}  // namespace

double Scene::lead() const {
  double longest = 0;
  for (const OpioidTaken& one : opioids) longest = std::max(longest, one.gap + span(one));
  return longest;
}

double Scene::gap() const {
  double least = opioids.empty() ? 0 : opioids.front().gap;
  for (const OpioidTaken& one : opioids) least = std::min(least, one.gap);
  return least;
}

double WithdrawalPlan::at(unsigned later) const {
  return later == 0 ? first : first + later * day - same_day;
}

WithdrawalPlan withdrawal_plan(const Scene& scene, const CompetitionData& data, unsigned days) {
  WithdrawalPlan plan;
  plan.first = scene.lead();
  plan.last_opioid = plan.first - scene.gap();
  if (scene.gap() < day) plan.same_day = scene.gap();
  const double watched = plan.at(days) + data.window;
  plan.end = std::max({watched, plan.first + scene.horizon.course.back(),
                       plan.last_opioid + data.tolerance_days.back() * day}) +
             1;
  std::string opioids;
  for (const OpioidTaken& one : scene.opioids) opioids += line(one, plan.first);
  plan.text =
      head("Opioids and then naltrexone, on the planned day and later", data.model, plan.end);
  plan.text += "  none:\n" + opioids;
  for (unsigned later = 0; later <= days; ++later) {
    plan.text += fmt::format("  day {}:\n{}", later, opioids);
    for (const NaltrexoneLine& one : scene.lines) {
      plan.text += line(one, plan.at(later), plan.end);
    }
  }
  plan.text +=
      "watch:\n"
      "  - COWS\n  - MOR agonist tone in %\n  - mu receptors held by agonists in %\n"
      "  - COWS if every receptor were blocked now\n  - dependence level in %\n"
      "  - gut held back by loperamide in %\n"
      "  - \"doses of heroin 25 mg that halve breathing, without naltrexone\"\n"
      "output:\n";
  if (plan.last_opioid > 0) {
    plan.text += fmt::format("  - {{until: {} h, every: 24 h}}\n", number(plan.last_opioid));
  }
  plan.text += fmt::format("  - {{from: {} h, until: {} h, every: {} h}}\n",
                           number(plan.last_opioid), number(watched), number(fine));
  plan.text += fmt::format("  - {{from: {} h, every: 1 h}}\n", number(watched));
  return plan;
}

BlockPlan block_plan(const Scene& scene, const CompetitionData& data) {
  const std::vector<const NaltrexoneLine*> lines = last_lines(scene);
  BlockPlan plan;
  double begin = lines.front()->first, longest = 0;
  for (const NaltrexoneLine* one : lines) {
    begin = std::min(begin, one->first);
    longest = std::max(longest, one->every);
  }
  double lead = std::max(scene.horizon.lead, (scene.horizon.doses - 1) * longest);
  std::string text;
  for (const NaltrexoneLine* one : lines) {
    NaltrexoneLine taken = *one;
    taken.first -= begin;
    const double last = std::min(taken.last() - begin, lead);
    int doses = 1;
    if (taken.every > 0) {
      doses += static_cast<int>(std::floor((last - taken.first) / taken.every + 1e-9));
      taken.until = taken.first + (doses - 0.5) * taken.every;
    }
    plan.doses += doses;
    plan.last = std::max(plan.last, taken.first + (doses - 1) * taken.every);
    text += line(taken, 0, scene.horizon.follow + lead);
  }
  plan.before = plan.doses > 1 ? longest : 0;
  plan.end = plan.last + scene.horizon.follow;
  plan.text = head("Naltrexone and then none", data.model, plan.end) + "  block:\n" + text;
  plan.text +=
      "watch:\n"
      "  - feeling of heroin 25 mg prevented in %\n  - times the dose that overcomes the block\n"
      "  - doses of heroin 25 mg that halve breathing\n"
      "  - \"doses of heroin 25 mg that halve breathing, without naltrexone\"\n"
      "output:\n";
  const std::string step = number(scene.horizon.step);
  if (plan.last > 0) {
    plan.text += fmt::format("  - {{until: {} h, every: {} h}}\n", number(plan.last), step);
  }
  plan.text += fmt::format("  - {{from: {} h, every: {} h}}\n", number(plan.last), step);
  return plan;
}

}  // namespace vesper::safety
