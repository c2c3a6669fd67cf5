#include "compounding/directions.h"

#include <fmt/format.h>

#include <cmath>

#include "titration/schedule.h"

namespace vesper::compounding {

namespace {

// Powder in water; in other liquids it is taken as a suspension.
bool dissolves(const Recipe& recipe) {
  return recipe.powder && recipe.base != nullptr && recipe.base->roles.count("water") == 1;
}

std::string dose_text(const Recipe& recipe) {
  const std::string unit = recipe.form.unit;
  if (recipe.counted()) return fmt::format("1 {} ({:g} mg)", unit, recipe.strength);
  if (!recipe.dose) return "";
  const double amount = *recipe.dose / recipe.strength;
  std::string text = fmt::format("{:.3g} {} ({:g} mg)", amount, unit, *recipe.dose);
  if (recipe.drops_per_mL) {
    text += fmt::format(", which is {:.3g} drops", amount * *recipe.drops_per_mL);
  }
  return text;
}

void weighing(const Recipe& recipe, const Worksheet& sheet, std::vector<std::string>& steps) {
  if (recipe.tablets) {
    steps.push_back(fmt::format(
        "Crush {:.0f} tablets to a fine powder and weigh out {} of it.",
        std::ceil(sheet.tablets - 1e-9),
        mass_text(sheet.dilutions.empty() ? sheet.powder : sheet.dilutions.front().drug)));
  }
  if (sheet.stock) {
    steps.push_back(fmt::format(
        "Weigh {} of the powder ({} cannot be weighed on this balance), {} it in {} and make up to "
        "{:.4g} mL. Take {:.3g} mL of this stock: it holds what is wanted. Discard the rest.",
        mass_text(sheet.stock->powder), mass_text(sheet.powder),
        dissolves(recipe) ? "dissolve" : "rub and suspend", sheet.diluent, sheet.stock->volume,
        sheet.stock->aliquot));
    return;
  }
  if (sheet.dilutions.empty()) {
    if (recipe.powder)
      steps.push_back(fmt::format("Weigh {} of the powder.", mass_text(sheet.powder)));
    return;
  }
  steps.push_back(fmt::format(
      "{} of the drug is less than the {} that can be weighed: weigh {} and dilute.",
      mass_text(sheet.powder), mass_text(sheet.least), mass_text(sheet.dilutions.front().drug)));
  for (const Dilution& one : sheet.dilutions) {
    steps.push_back(fmt::format(
        "Mix it with {} of {} by doubling to {}, and weigh {} of this mixture (one part in {}). "
        "Discard the rest.",
        mass_text(one.diluent), sheet.diluent, mass_text(one.total), mass_text(one.aliquot),
        one.factor));
  }
}

void doubling(const Worksheet& sheet, const std::string& with, std::vector<std::string>& steps) {
  double there = sheet.dilutions.empty() ? sheet.powder : sheet.dilutions.back().aliquot;
  for (std::size_t k = 0; k < sheet.doublings.size(); ++k) {
    const double added = sheet.doublings[k];
    there += added;
    steps.push_back(
        fmt::format("Doubling {}: add {} of {} and mix until it looks the same all over ({}).",
                    k + 1, mass_text(added), with, mass_text(there)));
  }
}

void capsules(const Recipe& recipe, const Worksheet& sheet, std::vector<std::string>& steps) {
  doubling(sheet, recipe.filler->name, steps);
  steps.push_back(fmt::format("Fill {:.0f} capsules of size {}: {:.4g} mg of mixture each.",
                              recipe.quantity, sheet.size, sheet.fill));
  steps.push_back(fmt::format(
      "Weigh ten filled capsules: their fill is {:.4g} mg, each within 10 %.", sheet.fill));
}

void troches(const Recipe& recipe, const Worksheet& sheet, std::vector<std::string>& steps) {
  steps.push_back(fmt::format("Melt the rest of {} gently and stir the drug in until it is even.",
                              recipe.base->name));
  steps.push_back(fmt::format("Pour {:.0f} troches, stirring all the while, and let them set.",
                              recipe.quantity));
  steps.push_back(fmt::format("Weigh ten troches: {:.4g} mg, each within 10 %.", sheet.fill));
}

void liquid(const Recipe& recipe, const Worksheet& sheet, std::vector<std::string>& steps) {
  for (const Component& one : sheet.components) {
    const bool own = one.how != "make up to" && one.unit != "tablets" && one.unit != "mg";
    if (own)
      steps.push_back(fmt::format("Add {:.4g} {} of {} and mix.", one.amount, one.unit, one.name));
  }
  steps.push_back(fmt::format("Make up to {:.4g} mL with {} and mix.",
                              sheet.components.back().amount, recipe.base->name));
  steps.push_back(dissolves(recipe)
                      ? "Look for undissolved drug against the light; none may be left."
                      : "It is a suspension: do not filter; bottle it with a shake-well label.");
}

void cream(const Recipe& recipe, const Worksheet& sheet, std::vector<std::string>& steps) {
  steps.push_back(
      fmt::format("Rub the drug with a little of {} to a smooth paste.", recipe.base->name));
  doubling(sheet, "base and ingredients", steps);
}

}  // namespace

std::string mass_text(double mg) {
  return mg >= 10000 ? fmt::format("{:.5g} g", mg / 1000) : fmt::format("{:.4g} mg", mg);
}

std::vector<std::string> procedure(const Recipe& recipe, const Worksheet& sheet) {
  std::vector<std::string> steps = {
      "Check identity, lot and expiry of every component against the table; initial each."};
  weighing(recipe, sheet, steps);
  if (recipe.form.id == "capsule") capsules(recipe, sheet, steps);
  if (recipe.form.id == "troche") troches(recipe, sheet, steps);
  if (recipe.form.unit == "mL") liquid(recipe, sheet, steps);
  if (recipe.form.unit == "g") cream(recipe, sheet, steps);
  steps.push_back("Pack, label, and have a second person check label, count and calculation.");
  return steps;
}

Result<std::vector<std::string>> label(const Recipe& recipe, const Worksheet& sheet,
                                       const files::SearchPath& search) {
  const bool liquid = recipe.form.unit == "mL", cream = recipe.form.unit == "g";
  std::vector<std::string> lines;
  lines.push_back(recipe.title);
  lines.push_back(fmt::format("{} {:g} {} (as {}), {:.6g} {}{}", recipe.drug, recipe.strength,
                              recipe.counted() ? "mg"
                              : liquid         ? "mg/mL"
                                               : "mg/g",
                              recipe.as, recipe.quantity, recipe.form.unit,
                              recipe.counted() && recipe.quantity != 1 ? "s" : ""));
  if (recipe.plan.empty()) {
    const std::string dose = dose_text(recipe);
    lines.push_back(!recipe.directions.empty() ? recipe.directions
                    : dose.empty()
                        ? "Take as directed."
                        : fmt::format("{} {} as directed.", cream ? "Apply" : "Take", dose));
  } else {
    VESPER_TRY(const titration::Knowledge knowledge, titration::read_knowledge(search));
    auto plan = knowledge.plan(recipe.plan);
    if (!plan) plan.error().place = recipe.plan_place;
    titration::ScheduleRequest request;
    VESPER_TRY(request.plan, std::move(plan));
    if (!recipe.product) {
      return fail(Code::bad_recipe, "a titration plan on the label needs a `product`",
                  recipe.plan_place, "name the product that these are");
    }
    VESPER_TRY(request.strengths,
               titration::read_strengths({recipe.product->id}, knowledge, search));
    request.usual = knowledge.target;
    request.start = recipe.made;
    request.at = knowledge.times.front().at;
    request.course = knowledge.course;
    auto schedule = titration::make_schedule(request);
    if (!schedule) schedule.error().place = recipe.plan_place;
    VESPER_TRY(const titration::Schedule made, std::move(schedule));
    if (!recipe.directions.empty()) lines.push_back(recipe.directions);
    for (std::string& line : titration::label_lines(made)) lines.push_back(std::move(line));
  }
  lines.push_back(recipe.form.label);
  lines.push_back(sheet.use_by.cold ? "Keep in the refrigerator, in the dark."
                                    : "Keep at room temperature, dry and in the dark.");
  lines.push_back(fmt::format("Made {}. Do not use after {}.", files::date_text(recipe.made),
                              files::date_text(sheet.use_by.on())));
  lines.push_back("No opioids with it, cough and diarrhoea medicines included: ask first.");
  lines.push_back("Keep out of the reach of children.");
  return lines;
}

}  // namespace vesper::compounding
