#include "compounding/steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "compounding/worksheet.h"

namespace vesper::compounding {

namespace {

std::string measure(const Part& part) {
  return part.unit == "mg" ? weight_text(part.amount)
                           : fmt::format("{:.4g} {}", part.amount, part.unit);
}

void crush(const Recipe& recipe, const Worksheet& sheet, std::vector<std::string>& all) {
  if (!recipe.tablets) return;
  const double crushed = sheet.tablets * recipe.tablets->mass;
  all.push_back(
      fmt::format("Count {} tablets, weigh them together (about {}), and crush them to a "
                  "fine, even powder.",
                  sheet.tablets, weight_text(crushed)));
  if (sheet.whole_tablets) {
    all.push_back("All of the crushed tablets are used: nothing of the drug is weighed.");
    return;
  }
  const double weighed = sheet.dilutions.empty() ? sheet.powder : sheet.dilutions.front().drug;
  all.push_back(
      fmt::format("Of the crushed tablets {} are used; what is left over is discarded "
                  "and written down.",
                  weight_text(weighed)));
}

void dilute(const Worksheet& sheet, const std::string& diluent, std::vector<std::string>& all) {
  for (std::size_t i = 0; i < sheet.dilutions.size(); ++i) {
    const Dilution& one = sheet.dilutions[i];
    all.push_back(fmt::format(
        "{} {}, mix with {} of {} by geometric dilution: {} in all.",
        i == 0 ? "Weigh" : "To the aliquot of",
        i == 0 ? weight_text(one.drug) + " of the drug's powder" : weight_text(one.drug),
        weight_text(one.diluent), diluent, weight_text(one.total)));
    all.push_back(
        fmt::format("Weigh an aliquot of {}, one part in {}; discard the rest and write "
                    "it down.",
                    weight_text(one.aliquot), one.factor));
  }
}

// "add 0.2 g, then 0.4 g, ...": as much again each time, until all is in.
std::string doubling(double first, double total, int times) {
  std::string text;
  double in = first;
  for (int i = 0; i < times; ++i) {
    const double next = std::min(in, total - in);
    text += (i == 0 ? "" : ", then ") + weight_text(next);
    in += next;
  }
  return text;
}

void mix_dry(const Recipe& recipe, const Worksheet& sheet, const std::string& with, double total,
             std::vector<std::string>& all) {
  const Part& first = sheet.parts.front();
  all.push_back(fmt::format("Put {} of the {} into the mortar.", measure(first),
                            sheet.dilutions.empty()
                                ? (recipe.powder ? "drug's powder" : "crushed tablets")
                                : "last dilution"));
  if (sheet.doublings > 0) {
    all.push_back(
        fmt::format("Add {} in {} steps, each as much as is in the mortar, and mix well "
                    "each time: {}.",
                    with, sheet.doublings, doubling(first.amount, total, sheet.doublings)));
  }
}

void capsules(const Recipe& recipe, const Worksheet& sheet, std::vector<std::string>& all) {
  dilute(sheet, recipe.filler->name, all);
  mix_dry(recipe, sheet, recipe.filler->name, sheet.fill * sheet.units, all);
  all.push_back(fmt::format("Fill {:g} capsules of size {} with {} each.", sheet.units, sheet.size,
                            weight_text(sheet.fill)));
  all.push_back(
      "Weigh ten filled capsules one by one, less the shells, and write the fill weights "
      "down.");
}

void liquids(const Recipe& recipe, const Worksheet& sheet, std::vector<std::string>& all) {
  const std::string& base = recipe.base->name;
  if (sheet.stock) {
    const Stock& stock = *sheet.stock;
    all.push_back(
        fmt::format("Weigh {} of the drug's powder, dissolve it in {} and make up to "
                    "{:g} mL.",
                    weight_text(stock.drug), base, stock.volume));
    all.push_back(
        fmt::format("Take {:g} mL of it, one part in {}; discard the rest and write it "
                    "down.",
                    stock.take, stock.factor));
  } else if (recipe.powder) {
    all.push_back(fmt::format("Weigh {} of the drug's powder.", weight_text(sheet.powder)));
  }
  for (const Part& part : sheet.parts) {
    if (part.drug || part.make_up) continue;
    all.push_back(fmt::format("{} {} of {}.", part.unit == "mg" ? "Weigh" : "Measure",
                              measure(part), part.what));
  }
  all.push_back(
      fmt::format("Bring all of it together with some of the {}, the drug wetted first, "
                  "and make up to {:g} mL (about {:.4g} mL).",
                  base, sheet.units, sheet.parts.back().amount));
  all.push_back("Fill into amber bottles with a tight cap and an oral syringe or dropper.");
}

void troches(const Recipe& recipe, const Worksheet& sheet, std::vector<std::string>& all) {
  dilute(sheet, recipe.base->name, all);
  all.push_back(
      fmt::format("Melt {} of {} gently.", measure(sheet.parts.back()), recipe.base->name));
  all.push_back(fmt::format("Stir in {} of {} until it is even, and keep stirring.",
                            measure(sheet.parts.front()),
                            sheet.dilutions.empty() ? "the drug's powder" : "the last dilution"));
  all.push_back(fmt::format("Pour {:g} troches of {} each; let them set.", sheet.units,
                            weight_text(sheet.fill)));
}

void creams(const Recipe& recipe, const Worksheet& sheet, std::vector<std::string>& all) {
  dilute(sheet, recipe.base->name, all);
  for (std::size_t i = 1; i + 1 < sheet.parts.size(); ++i) {
    all.push_back(fmt::format("Weigh {} of {} and work it into the base.", measure(sheet.parts[i]),
                              sheet.parts[i].what));
  }
  mix_dry(recipe, sheet, recipe.base->name, sheet.units * 1000, all);
  all.push_back("Rub until no grain is felt, and fill into tubes or a metered pump.");
}

std::string per_dose(const Recipe& recipe) {
  if (!recipe.dose) return "";
  const double amount = *recipe.dose / recipe.strength;
  std::string text =
      fmt::format("One dose is {:g} mg: {:.4g} {}", *recipe.dose, amount, recipe.form.unit);
  if (recipe.drops_per_mL) {
    const double drops = amount * *recipe.drops_per_mL;
    const double whole = std::max(1.0, std::round(drops));
    text += fmt::format(", {:g} drops", whole);
    if (std::abs(drops - whole) > 1e-6) {
      text += fmt::format(" ({:.3g} mg)", whole / *recipe.drops_per_mL * recipe.strength);
    }
  }
  return text + ".";
}

}  // namespace

std::vector<std::string> steps(const Recipe& recipe, const Worksheet& sheet) {
  std::vector<std::string> all;
  crush(recipe, sheet, all);
  if (recipe.form.id == "capsule") {
    capsules(recipe, sheet, all);
  } else if (recipe.form.id == "troche") {
    troches(recipe, sheet, all);
  } else if (recipe.form.unit == "g") {
    creams(recipe, sheet, all);
  } else {
    liquids(recipe, sheet, all);
  }
  all.push_back("Label it, and have another pharmacist check the worksheet and the label.");
  return all;
}

std::vector<std::string> label(const Recipe& recipe, const Worksheet& sheet) {
  std::vector<std::string> all;
  std::string name = name_of(recipe);
  name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  all.push_back(name);
  all.push_back(recipe.counted() ? fmt::format("{:g} {}s", recipe.quantity, recipe.form.unit)
                                 : fmt::format("{:g} {}", recipe.quantity, recipe.form.unit));
  if (!recipe.directions.empty()) all.push_back(recipe.directions);
  if (const std::string dose = per_dose(recipe); !dose.empty()) all.push_back(dose);
  all.push_back(recipe.form.label);
  std::string contains;
  for (const Part& one : sheet.parts) {
    if (!one.drug) contains += (contains.empty() ? "" : ", ") + one.what;
  }
  if (recipe.tablets) contains += (contains.empty() ? "" : ", ") + std::string("crushed tablets");
  all.push_back("Contains: " + contains + ".");
  all.push_back("Keep " + sheet.beyond_use.storage + ", away from children.");
  all.push_back("Do not use after " + files::date_text(sheet.beyond_use.date) + ".");
  all.push_back(
      "Naltrexone blocks opioid medicines. Do not take it with them; tell everyone who "
      "treats you.");
  all.push_back("Made in a pharmacy; not an approved product.");
  return all;
}

}  // namespace vesper::compounding
