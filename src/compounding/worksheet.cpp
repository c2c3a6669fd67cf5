#include "compounding/worksheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compounding/directions.h"

namespace vesper::compounding {

namespace {

constexpr double stock_aliquot = 10;  // [mL] that is taken of a stock
constexpr double mg_per_g = 1000;

bool contains(const Recipe& recipe, const char* role) {
  const auto has = [&](const Excipient* one) {
    return one != nullptr && one->roles.count(role) == 1;
  };
  return has(recipe.filler) || has(recipe.base) ||
         std::ranges::any_of(recipe.ingredients,
                             [&](const Ingredient& one) { return has(one.excipient); });
}

class Making {
 public:
  Making(const Recipe& recipe, const Knowledge& knowledge, const files::SearchPath& search)
      : recipe_(recipe), knowledge_(knowledge), search_(search) {}

  Result<Worksheet> make() {
    VESPER_CHECK(drug());
    sheet_.least = minimum_weighable(recipe_.balance.sensitivity, recipe_.balance.error);
    if (recipe_.form.id == "capsule") VESPER_CHECK(capsules());
    if (recipe_.form.id == "troche") VESPER_CHECK(troches());
    if (recipe_.form.unit == "mL") VESPER_CHECK(liquid());
    if (recipe_.form.unit == "g") VESPER_CHECK(cream());
    sheet_.use_by = beyond_use(recipe_, knowledge_);
    warn();
    sheet_.procedure = procedure(recipe_, sheet_);
    VESPER_TRY(sheet_.label, label(recipe_, sheet_, search_));
    if (recipe_.prices) sheet_.cost = cost_of(recipe_, *recipe_.prices);
    return std::move(sheet_);
  }

 private:
  double batch() const { return recipe_.quantity * (1 + recipe_.overage); }

  // --- the drug ----------------------------------------------------------------------------------

  Result<void> drug() {
    dosing::Catalogue catalogue(search_);
    VESPER_TRY(const dosing::Drug drug, catalogue.drug(recipe_.drug, recipe_.source.whole()));
    const std::string& form = recipe_.powder ? recipe_.powder->form : recipe_.tablets->product.form;
    sheet_.salt_factor = drug.molar_mass.at(form) / drug.molar_mass.at(recipe_.as);
    sheet_.drug = recipe_.strength * batch();
    if (recipe_.powder) {
      sheet_.powder = powder_for(sheet_.drug, sheet_.salt_factor, *recipe_.powder);
    } else {
      const Tablets& tablets = *recipe_.tablets;
      sheet_.tablets = sheet_.drug * sheet_.salt_factor / tablets.product.strength;
      sheet_.powder = sheet_.tablets * tablets.mass;
      add(tablets.product.name, std::ceil(sheet_.tablets - 1e-9), "tablets", "count", tablets.lot);
    }
    if (recipe_.counted()) sheet_.powder_of_unit = sheet_.powder / batch();
    return {};
  }

  std::string powder_name() const {
    return recipe_.powder ? fmt::format("{} {}, powder", recipe_.drug, recipe_.powder->form)
                          : "the crushed tablets";
  }
  Lot powder_lot() const { return recipe_.powder ? recipe_.powder->lot : Lot{}; }

  void add(std::string name, double amount, const char* unit, const char* how, const Lot& lot) {
    sheet_.components.push_back({std::move(name), amount, unit, how, lot});
  }

  // What is weighed of the drug: itself, or where that is too little a multiple of it that is
  // diluted.  Leaves in `mixed_` [mg] what then goes into the batch, in `diluted_` the diluent in
  // it.
  void weigh(const std::string& diluent) {
    sheet_.dilutions = dilutions(sheet_.powder, sheet_.least, recipe_.aliquot);
    sheet_.diluent = diluent;
    mixed_ = sheet_.dilutions.empty() ? sheet_.powder : sheet_.dilutions.back().aliquot;
    diluted_ = mixed_ - sheet_.powder;
    const double weighed = sheet_.dilutions.empty() ? sheet_.powder : sheet_.dilutions.front().drug;
    add(powder_name(), weighed, "mg", "weigh", powder_lot());
    for (const Dilution& one : sheet_.dilutions) {
      add(diluent + (sheet_.dilutions.size() > 1 ? ", to dilute" : ", to dilute the drug"),
          one.diluent, "mg", "weigh", {});
    }
  }

  tl::unexpected<Diagnostic> does_not_fit(const std::string& why, const std::string& mend) const {
    return fail(Code::does_not_fit, why, recipe_.source.whole(), mend);
  }

  Result<void> too_much_diluent(double room) const {
    if (diluted_ <= room * (1 + 1e-9)) return {};
    return does_not_fit(
        fmt::format("the aliquot brings {:.4g} mg of {}, and the batch has room for "
                    "{:.4g} mg",
                    diluted_, sheet_.diluent, room),
        "make a larger batch, or weigh on a finer balance");
  }

  // --- capsules ----------------------------------------------------------------------------------

  double powder_density() const {
    return recipe_.powder && recipe_.powder->density ? *recipe_.powder->density
                                                     : knowledge_.powder_density;
  }

  // The size asked for, or the preferred one or the next larger into which the drug goes.
  Result<CapsuleSize> size() const {
    const double room = sheet_.powder_of_unit / mg_per_g / powder_density();  // [mL]
    bool from = false;
    for (const CapsuleSize& one : knowledge_.sizes) {
      if (recipe_.size ? one.name != *recipe_.size
                       : one.name != knowledge_.preferred_size && !from) {
        continue;
      }
      from = true;
      if (room <= one.volume) return one;
      if (recipe_.size) break;
    }
    return does_not_fit(
        fmt::format("{:.4g} mg of powder take {:.3g} mL, more than a capsule{} holds",
                    sheet_.powder_of_unit, room,
                    recipe_.size ? fmt::format(" of size {}", *recipe_.size) : ""),
        "choose a larger size, a lower strength, or powder in place of tablets");
  }

  Result<void> capsules() {
    VESPER_TRY(const CapsuleSize chosen, size());
    sheet_.size = chosen.name;
    const double free = chosen.volume - sheet_.powder_of_unit / mg_per_g / powder_density();
    sheet_.filler_of_unit = free * mg_per_g * recipe_.filler_density;
    sheet_.fill = sheet_.powder_of_unit + sheet_.filler_of_unit;
    weigh(recipe_.filler->name);
    VESPER_CHECK(too_much_diluent(sheet_.filler_of_unit * batch()));
    add(recipe_.filler->name, sheet_.filler_of_unit * batch() - diluted_, "mg", "weigh",
        recipe_.filler_lot);
    add("empty capsules, size " + chosen.name, recipe_.quantity, "capsules", "count", {});
    sheet_.doublings = geometric_dilution(mixed_, sheet_.fill * batch());
    return {};
  }

  // --- troches -----------------------------------------------------------------------------------

  Result<void> troches() {
    sheet_.filler_of_unit = recipe_.mould - sheet_.powder_of_unit / recipe_.displacement;
    if (!(sheet_.filler_of_unit > 0)) {
      return does_not_fit(fmt::format("{:.4g} mg of powder fill a mould of {:.4g} mg and more",
                                      sheet_.powder_of_unit, recipe_.mould),
                          "choose a larger mould, or powder in place of tablets");
    }
    sheet_.fill = sheet_.powder_of_unit + sheet_.filler_of_unit;
    weigh(recipe_.base->name);
    VESPER_CHECK(too_much_diluent(sheet_.filler_of_unit * batch()));
    add(recipe_.base->name, sheet_.filler_of_unit * batch() - diluted_, "mg", "weigh",
        recipe_.base_lot);
    return {};
  }

  // --- liquids and creams ------------------------------------------------------------------------

  void ingredients() {
    for (const Ingredient& one : recipe_.ingredients) {
      add(one.excipient->name, one.per_hundred * batch() / 100, one.unit.c_str(),
          one.unit == "g" ? "weigh" : "measure", one.lot);
    }
  }

  // A stock of the least that can be weighed, of which so much is taken as is wanted.
  void stock_or_weigh() {
    if (sheet_.powder >= sheet_.least * (1 - 1e-9)) {
      add(powder_name(), sheet_.powder, "mg", "weigh", powder_lot());
      return;
    }
    const double weighed = 5 * std::ceil(sheet_.least / 5 - 1e-9);
    sheet_.stock = Stock{weighed, stock_aliquot * weighed / sheet_.powder, stock_aliquot};
    sheet_.diluent = recipe_.base->name;
    add(powder_name(), weighed, "mg", "weigh", powder_lot());
    add(recipe_.base->name + ", stock made up to", sheet_.stock->volume, "mL", "make up to", {});
  }

  Result<void> liquid() {
    const bool aqueous = recipe_.base->roles.count("water") == 1;
    const auto known = knowledge_.solubility.find(recipe_.drug);
    if (aqueous && recipe_.powder && known != knowledge_.solubility.end()) {
      const auto limit = known->second.find(recipe_.powder->form);
      const double dissolved = recipe_.strength * sheet_.salt_factor;  // [mg/mL]
      if (limit != known->second.end() && dissolved > limit->second) {
        return does_not_fit(fmt::format("{:.4g} mg/mL of {} do not dissolve: {:.4g} mg/mL do",
                                        dissolved, recipe_.powder->form, limit->second),
                            "lower the strength");
      }
    }
    stock_or_weigh();
    ingredients();
    double others = sheet_.stock ? sheet_.stock->aliquot : 0;
    for (const Ingredient& one : recipe_.ingredients) {
      if (one.unit == "mL") others += one.per_hundred * batch() / 100;
    }
    if (others > batch()) {
      return does_not_fit("the ingredients are more than the whole", "lower `per-100`");
    }
    add(recipe_.base->name, batch(), "mL", "make up to", recipe_.base_lot);
    return {};
  }

  Result<void> cream() {
    weigh(recipe_.base->name);
    ingredients();
    double others = mixed_ / mg_per_g;
    for (const Ingredient& one : recipe_.ingredients) others += one.per_hundred * batch() / 100;
    if (others > batch()) {
      return does_not_fit("drug and ingredients are more than the whole",
                          "make more, lower `per-100`, or weigh on a finer balance");
    }
    add(recipe_.base->name, batch() - others, "g", "weigh", recipe_.base_lot);
    sheet_.doublings = geometric_dilution(mixed_, batch() * mg_per_g);
    return {};
  }

  void warn() {
    if (!recipe_.powder) {
      sheet_.warnings.push_back(
          "From tablets: the drug content of the tablets varies too, and their coating and fillers "
          "go "
          "in. Powder with a certificate is better.");
    }
    for (const Ingredient& one : recipe_.ingredients) {
      const double mg = one.per_hundred * batch() / 100 * mg_per_g;
      if (one.unit != "g" || mg >= sheet_.least * (1 - 1e-9)) continue;
      sheet_.warnings.push_back(fmt::format("{:.4g} mg of {} is less than this balance can weigh.",
                                            mg, one.excipient->name));
    }
    if (recipe_.form.unit == "mL" && recipe_.base->roles.count("water") == 0) {
      sheet_.warnings.push_back(
          fmt::format("Whether naltrexone dissolves in {} is not known here: it is handled as a "
                      "suspension, and "
                      "each dose depends on shaking.",
                      recipe_.base->name));
    }
    if (recipe_.form.route != "oral") {
      sheet_.warnings.push_back(fmt::format(
          "How much of it is absorbed ({}) was hardly measured in people: a dose by mouth does not "
          "carry over.",
          recipe_.form.route));
    }
  }

  const Recipe& recipe_;
  const Knowledge& knowledge_;
  const files::SearchPath& search_;
  Worksheet sheet_;
  double mixed_ = 0, diluted_ = 0;
};

}  // namespace

double powder_for(double drug, double salt_factor, const Powder& powder) {
  return drug * salt_factor / powder.assay / (powder.as_is ? 1 : 1 - powder.water);
}

std::vector<double> geometric_dilution(double first, double total) {
  std::vector<double> added;
  double there = first;
  while (there < total * (1 - 1e-9)) {
    added.push_back(std::min(there, total - there));
    there += added.back();
  }
  return added;
}

BeyondUse beyond_use(const Recipe& recipe, const Knowledge& knowledge) {
  const std::string& id = !contains(recipe, "water")         ? recipe.form.dry
                          : contains(recipe, "preservative") ? recipe.form.preserved
                                                             : recipe.form.unpreserved;
  BeyondUse found;
  found.cold = recipe.cold;
  const auto in = [&](int days) { return recipe.made + std::chrono::days(days); };
  for (const Ceiling& one : knowledge.ceilings) {
    if (one.id != id) continue;
    found.limits.push_back(
        {fmt::format("{}: {} days", one.says, one.days), one.source, in(one.days)});
    found.cold |= one.cold;
  }
  const auto uses = [&](const std::string& excipient) {
    const auto is = [&](const Excipient* one) { return one != nullptr && one->id == excipient; };
    return is(recipe.filler) || is(recipe.base) ||
           std::ranges::any_of(recipe.ingredients,
                               [&](const Ingredient& one) { return is(one.excipient); });
  };
  for (const Stability& one : knowledge.stability) {
    if (one.form != recipe.form.id || one.cold != found.cold || !uses(one.excipient)) continue;
    found.limits.push_back({fmt::format("stable for {} days in a study ({})", one.days, one.says),
                            one.source, in(one.days)});
  }
  const auto expires = [&](const std::string& name, const Lot& lot) {
    if (lot.expires) found.limits.push_back({fmt::format("{} expires", name), "", *lot.expires});
  };
  if (recipe.powder) expires("the powder", recipe.powder->lot);
  if (recipe.tablets) expires("the lot of tablets", recipe.tablets->lot);
  if (recipe.filler != nullptr) expires(recipe.filler->name, recipe.filler_lot);
  if (recipe.base != nullptr) expires(recipe.base->name, recipe.base_lot);
  for (const Ingredient& one : recipe.ingredients) expires(one.excipient->name, one.lot);
  std::ranges::stable_sort(found.limits, {}, &Limit::on);
  return found;
}

Cost cost_of(const Recipe& recipe, const Prices& prices) {
  Cost cost;
  cost.currency = prices.currency;
  if (prices.materials || prices.work) {
    cost.batch = prices.materials.value_or(0) + prices.work.value_or(0);
    cost.dose = *cost.batch / recipe.doses();
  }
  cost.course_doses = prices.course.value_or(recipe.doses());
  for (const Pack& one : prices.packs) {
    Cost::PerPack pack;
    pack.doses = one.doses;
    pack.price = one.price;
    pack.packs = std::ceil(cost.course_doses / one.doses - 1e-9);
    for (const Pack::Discount& discount : one.discounts) {
      if (pack.packs >= discount.from) pack.off = std::max(pack.off, discount.off);
    }
    pack.course = pack.packs * one.price * (1 - pack.off);
    pack.dose = pack.course / cost.course_doses;
    cost.packs.push_back(pack);
  }
  return cost;
}

Result<Worksheet> make_worksheet(const Recipe& recipe, const Knowledge& knowledge,
                                 const files::SearchPath& search) {
  return Making(recipe, knowledge, search).make();
}

}  // namespace vesper::compounding
