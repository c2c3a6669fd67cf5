#include "compounding/recipe.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compounding/fields.h"
#include "compounding/recipe_parts.h"
#include "evidence/fields.h"

namespace vesper::compounding {

namespace {

using files::Yaml;

class Reader {
 public:
  Reader(const Yaml& root, const Knowledge& knowledge, const files::SearchPath& search,
         const files::Source& source)
      : root_(root), knowledge_(knowledge), catalogue_(search) {
    recipe_.source = source;
    beside_ = std::filesystem::path(source.name()).parent_path();
  }

  Result<Recipe> read(Date today) {
    VESPER_CHECK(root_.keys({"title",        "product",      "form",         "drug",   "as",
                             "strength",     "quantity",     "overage",      "dose",   "powder",
                             "tablets",      "filler",       "capsule-size", "base",   "mould",
                             "displacement", "drops-per-mL", "ingredients",  "avoid",  "balance",
                             "aliquot",      "made",         "storage",      "mixing", "filling",
                             "prices",       "label"}));
    VESPER_TRY(recipe_.title, evidence::filled(root_, "title"));
    recipe_.made = today;
    if (const Yaml* made = root_.find("made")) {
      VESPER_TRY(recipe_.made, files::read_date(*made));
    }
    VESPER_CHECK(what());
    VESPER_CHECK(how_much());
    VESPER_CHECK(drug_source());
    VESPER_CHECK(avoided());
    VESPER_CHECK(excipients());
    VESPER_CHECK(weighed());
    VESPER_CHECK(variation());
    VESPER_CHECK(prices());
    VESPER_CHECK(label());
    return std::move(recipe_);
  }

 private:
  // --- what is made ------------------------------------------------------------------------------

  Result<void> what() {
    if (const Yaml* product = root_.find("product")) {
      VESPER_TRY(const std::string id, product->text());
      VESPER_TRY(recipe_.product, catalogue_.product(id, beside_, product->place()));
      VESPER_CHECK(compoundable(*recipe_.product, knowledge_, product->place()));
    }
    VESPER_TRY(const Yaml form, root_.at("form"));
    VESPER_TRY(const std::string name, form.text());
    VESPER_CHECK(form_is_made(form, knowledge_));
    recipe_.form = knowledge_.forms.at(name);
    if (recipe_.product && recipe_.product->route != recipe_.form.route) {
      return fail(Code::bad_recipe,
                  fmt::format("the product is {}, a {} is {}", recipe_.product->route, name,
                              recipe_.form.route),
                  root_.find("product")->place(), "name a product of the same route, or none");
    }
    const std::string drug = recipe_.product ? recipe_.product->drug : "";
    const std::string as = recipe_.product ? recipe_.product->form : "";
    VESPER_TRY(recipe_.drug,
               drug.empty() ? evidence::filled(root_, "drug") : root_.text_or("drug", drug));
    VESPER_TRY(recipe_.as, as.empty() ? evidence::filled(root_, "as") : root_.text_or("as", as));
    if (!drug.empty() && recipe_.drug != drug) {
      return fail(Code::bad_recipe,
                  fmt::format("the product holds {}, the recipe {}", drug, recipe_.drug),
                  root_.find("drug")->place());
    }
    if (!as.empty() && recipe_.as != as) {
      return fail(Code::bad_recipe,
                  fmt::format("the product's strength is of the {}, the recipe's of the {}", as,
                              recipe_.as),
                  root_.find("as")->place());
    }
    return known_form(recipe_.as, root_.has("as") ? root_.find("as")->place() : root_.place());
  }

  Result<void> known_form(const std::string& form, const Place& place) {
    VESPER_TRY(const dosing::Drug drug, catalogue_.drug(recipe_.drug, place));
    recipe_.molar_mass = drug.molar_mass;
    if (drug.molar_mass.count(form) == 1) return {};
    std::vector<std::string> known;
    for (const auto& [name, mass] : drug.molar_mass) known.push_back(name);
    return fail(Code::bad_recipe, fmt::format("{} has no form '{}'", recipe_.drug, form), place,
                suggest(form, known));
  }

  // --- how much ----------------------------------------------------------------------------------

  std::string strength_unit() const {
    return recipe_.counted() ? "mg" : recipe_.form.unit == "mL" ? "mg/mL" : "mg/g";
  }

  Result<void> how_much() {
    if (root_.has("strength")) {
      VESPER_TRY(recipe_.strength, within(root_, "strength", strength_unit(), 1e-3, 1e4));
    } else if (recipe_.product && recipe_.counted()) {
      recipe_.strength = recipe_.product->strength;
    } else {
      return fail(Code::missing_key, "'strength' is missing", root_.place(),
                  "such as strength: " +
                      (recipe_.counted() ? std::string("4.5 mg") : "1 " + strength_unit()));
    }
    if (recipe_.product && recipe_.counted() &&
        std::abs(recipe_.strength / recipe_.product->strength - 1) > 1e-9) {
      return fail(Code::bad_recipe,
                  fmt::format("the product holds {} mg, the recipe {} mg",
                              recipe_.product->strength, recipe_.strength),
                  root_.find("strength")->place());
    }
    if (recipe_.counted()) {
      VESPER_TRY(const Yaml quantity, root_.at("quantity"));
      VESPER_TRY(const long count, quantity.integer());
      if (count < 1 || count > 1'000'000) {
        return fail(Code::out_of_range, "'quantity' is a number of units from 1 to 1,000,000",
                    quantity.place());
      }
      recipe_.quantity = static_cast<double>(count);
    } else {
      VESPER_TRY(recipe_.quantity, within(root_, "quantity", recipe_.form.unit, 1e-2, 1e6));
    }
    if (root_.has("overage")) {
      VESPER_TRY(recipe_.overage, fraction(root_, "overage", 1));
    }
    if (root_.has("dose")) {
      VESPER_TRY(recipe_.dose, within(root_, "dose", "mg", 1e-3, 1e4));
      if (recipe_.counted() && std::abs(*recipe_.dose / recipe_.strength - 1) > 1e-9) {
        return fail(Code::bad_recipe, "a dose of what is counted is one unit",
                    root_.find("dose")->place(), "leave `dose` out");
      }
    }
    return {};
  }

  // --- of what -----------------------------------------------------------------------------------

  Result<Lot> lot(const Yaml& entry, std::string_view what) {
    Lot found;
    VESPER_TRY(found.number, entry.text_or("lot", ""));
    if (const Yaml* expires = entry.find("expires")) {
      VESPER_TRY(found.expires, files::read_date(*expires));
      if (*found.expires <= recipe_.made) {
        return fail(Code::expired_component,
                    fmt::format("the {} expires on {}, and is used on {}", what,
                                files::date_text(*found.expires), files::date_text(recipe_.made)),
                    expires->place());
      }
    }
    return found;
  }

  Result<void> drug_source() {
    if (root_.has("powder") == root_.has("tablets")) {
      return fail(Code::bad_recipe, "a recipe begins with `powder` or with `tablets`, one of them",
                  root_.place());
    }
    return root_.has("powder") ? from_powder() : from_tablets();
  }

  Result<void> from_powder() {
    VESPER_TRY(const Yaml entry, root_.at("powder"));
    VESPER_CHECK(entry.keys(
        {"form", "assay", "water", "assay-of", "density", "particles", "lot", "expires"}));
    Powder powder;
    powder.place = entry.place();
    VESPER_TRY(powder.form, evidence::filled(entry, "form"));
    VESPER_CHECK(known_form(powder.form, entry.find("form")->place()));
    if (entry.has("assay")) {
      VESPER_TRY(powder.assay, fraction(entry, "assay", 1.1));
      if (powder.assay < 0.5) {
        return fail(Code::out_of_range, "'assay' is from 50 to 110 %",
                    entry.find("assay")->place());
      }
    } else {
      recipe_.assumed.push_back(
          "assay of the powder: 100 %; take it from the certificate of the lot");
    }
    if (entry.has("water")) {
      VESPER_TRY(powder.water, fraction(entry, "water", 0.3));
    } else {
      recipe_.assumed.push_back(
          "water of the powder: none; take it from the certificate of the lot");
    }
    if (const Yaml* of = entry.find("assay-of")) {
      VESPER_TRY(const std::string basis, of->choice({"dry", "as-is"}));
      powder.as_is = basis == "as-is";
    }
    if (entry.has("density")) {
      VESPER_TRY(powder.density, within(entry, "density", "g/mL", 0.05, 5));
    }
    VESPER_TRY(powder.lot, lot(entry, "powder"));
    VESPER_CHECK(particles(entry));
    recipe_.powder = std::move(powder);
    return {};
  }

  Result<void> from_tablets() {
    VESPER_TRY(const Yaml entry, root_.at("tablets"));
    VESPER_CHECK(entry.keys({"product", "mass", "particles", "lot", "expires"}));
    VESPER_TRY(const std::string id, evidence::filled(entry, "product"));
    const Place place = entry.find("product")->place();
    VESPER_TRY(dosing::Product product, catalogue_.product(id, beside_, place));
    const bool plain =
        product.route == "oral" && product.drug == recipe_.drug && product.compoundable &&
        std::all_of(product.release.begin(), product.release.end(),
                    [](const auto& r) { return r.kind == dosing::Release::Kind::bolus; });
    if (!plain) {
      return fail(Code::cannot_compound,
                  fmt::format("'{}' is not opened for this: only plain tablets of {} are",
                              product.name, recipe_.drug),
                  place);
    }
    VESPER_TRY(const double mass, within(entry, "mass", "mg", 1, 1e4));
    if (mass <= product.strength) {
      return fail(
          Code::bad_recipe,
          fmt::format("a tablet with {} mg of drug weighs more than {} mg", product.strength, mass),
          entry.find("mass")->place(), "weigh ten tablets and give the mean");
    }
    VESPER_TRY(Lot found, lot(entry, "lot of tablets"));
    VESPER_CHECK(particles(entry));
    recipe_.tablets = Tablets{std::move(product), mass, std::move(found)};
    return {};
  }

  Result<void> particles(const Yaml& entry) {
    recipe_.particles = knowledge_.particles;
    const Yaml* given = entry.find("particles");
    if (!recipe_.counted()) {
      if (given == nullptr) return {};
      return fail(Code::bad_recipe,
                  fmt::format("the particles decide nothing in a {}", recipe_.form.id),
                  given->place(), "leave `particles` out");
    }
    if (given == nullptr) {
      const Particles& p = knowledge_.particles;
      recipe_.assumed.push_back(fmt::format(
          "particles of the drug: median {:.3g} um by volume, geometric sd {:.3g}, {:.3g} "
          "g/mL ({})",
          p.median * 1000, p.geometric_sd, p.density, knowledge_.why[0]));
      return {};
    }
    VESPER_CHECK(given->keys({"median", "geometric-sd", "density"}));
    VESPER_TRY(recipe_.particles.median, within(*given, "median", "mm", 1e-4, 2));
    VESPER_TRY(recipe_.particles.geometric_sd, given->number("geometric-sd"));
    if (recipe_.particles.geometric_sd < 1 || recipe_.particles.geometric_sd > 3) {
      return fail(Code::out_of_range, "'geometric-sd' is from 1 to 3",
                  given->find("geometric-sd")->place());
    }
    if (given->has("density")) {
      VESPER_TRY(recipe_.particles.density, within(*given, "density", "g/mL", 0.05, 5));
    }
    return {};
  }

  Result<void> avoided() {
    std::set<std::string> known;
    for (const Excipient& one : knowledge_.excipients) {
      known.insert(one.contains.begin(), one.contains.end());
      known.insert(one.id);
    }
    for (const auto& [id, one] : knowledge_.products) {
      known.insert(one.contains.begin(), one.contains.end());
    }
    for (const Yaml& one : root_.items("avoid")) {
      VESPER_TRY(std::string word, one.choice({known.begin(), known.end()}));
      recipe_.avoid.insert(std::move(word));
    }
    if (!recipe_.tablets) return {};
    const auto opened = knowledge_.products.find(recipe_.tablets->product.id);
    for (const std::string& word : recipe_.avoid) {
      if (opened != knowledge_.products.end() && opened->second.contains.count(word) == 0) continue;
      return fail(Code::excipient_refused,
                  opened == knowledge_.products.end()
                      ? fmt::format("what else is in '{}' is not known, and {} is to be avoided",
                                    recipe_.tablets->product.name, word)
                      : fmt::format("'{}' contains {}, which is to be avoided",
                                    recipe_.tablets->product.name, word),
                  root_.find("tablets")->place(), "begin with powder");
    }
    return {};
  }

  Result<const Excipient*> excipient(const Yaml& value,
                                     const std::vector<std::string>& roles) const {
    return read_excipient(value, roles, recipe_.avoid, knowledge_);
  }

  Result<void> excipients() {
    const std::string& form = recipe_.form.id;
    VESPER_CHECK(only("filler", form == "capsule"));
    VESPER_CHECK(only("capsule-size", form == "capsule"));
    VESPER_CHECK(only("mould", form == "troche"));
    VESPER_CHECK(only("displacement", form == "troche"));
    VESPER_CHECK(only("drops-per-mL", form == "drops"));
    VESPER_CHECK(only("base", form != "capsule"));
    VESPER_CHECK(only("filling", recipe_.counted()));
    VESPER_CHECK(only("mixing", recipe_.counted()));
    VESPER_CHECK(only("aliquot", recipe_.form.unit != "mL"));
    if (form == "capsule") VESPER_CHECK(filler());
    if (form != "capsule") VESPER_CHECK(base());
    for (const Yaml& entry : root_.items("ingredients")) VESPER_CHECK(ingredient(entry));
    return {};
  }

  Result<void> only(std::string_view key, bool here) const {
    const Yaml* value = root_.find(key);
    if (here || value == nullptr) return {};
    return fail(Code::bad_recipe, fmt::format("a {} has no '{}'", recipe_.form.id, key),
                value->place());
  }

  Result<void> filler() {
    VESPER_TRY(const Yaml entry, root_.at("filler"));
    const Yaml* id = &entry;
    if (entry.is_map()) {
      VESPER_CHECK(entry.keys({"excipient", "density", "lot", "expires"}));
      VESPER_CHECK(evidence::filled(entry, "excipient"));
      id = entry.find("excipient");
      VESPER_TRY(recipe_.filler_lot, lot(entry, "filler"));
    }
    VESPER_TRY(recipe_.filler, excipient(*id, {"filler"}));
    if (entry.is_map() && entry.has("density")) {
      VESPER_TRY(recipe_.filler_density, within(entry, "density", "g/mL", 0.05, 5));
    } else if (recipe_.filler->density) {
      recipe_.filler_density = *recipe_.filler->density;
      recipe_.assumed.push_back(fmt::format("packed density of {}: {:.3g} g/mL, {}; {}",
                                            recipe_.filler->name, recipe_.filler_density,
                                            recipe_.filler->grade, recipe_.filler->notes));
    } else {
      return fail(Code::missing_key,
                  fmt::format("the packed density of {} is not known", recipe_.filler->name),
                  entry.place(), "write filler: {excipient: ..., density: 0.5 g/mL}");
    }
    if (const Yaml* size = root_.find("capsule-size")) {
      std::vector<std::string> known;
      for (const CapsuleSize& one : knowledge_.sizes) known.push_back(one.name);
      VESPER_TRY(recipe_.size, size->choice(known));
    }
    if (!recipe_.powder || !recipe_.powder->density) {
      recipe_.assumed.push_back(fmt::format("packed density of the drug's powder: {:.3g} g/mL ({})",
                                            knowledge_.powder_density, knowledge_.why[3]));
    }
    return {};
  }

  Result<void> base() {
    VESPER_TRY(const Yaml entry, root_.at("base"));
    const Yaml* id = &entry;
    if (entry.is_map()) {
      VESPER_CHECK(entry.keys({"excipient", "lot", "expires"}));
      VESPER_CHECK(evidence::filled(entry, "excipient"));
      id = entry.find("excipient");
      VESPER_TRY(recipe_.base_lot, lot(entry, "base"));
    }
    const std::vector<std::string> roles = recipe_.form.unit == "mL"
                                               ? std::vector<std::string>{"water", "liquid"}
                                               : std::vector<std::string>{"base"};
    VESPER_TRY(recipe_.base, excipient(*id, roles));
    if (recipe_.form.id == "troche") {
      VESPER_TRY(recipe_.mould, within(root_, "mould", "mg", 10, 1e5));
      if (root_.has("displacement")) {
        VESPER_TRY(recipe_.displacement, root_.number("displacement"));
        if (!(recipe_.displacement >= 0.1 && recipe_.displacement <= 10)) {
          return fail(Code::out_of_range, "'displacement' is from 0.1 to 10",
                      root_.find("displacement")->place());
        }
      } else {
        recipe_.assumed.push_back(
            "displacement: 1 mg of drug takes the room of 1 mg of base; at a few mg a troche it "
            "hardly matters");
      }
    }
    if (const Yaml* drops = root_.find("drops-per-mL")) {
      if (!recipe_.dose) {
        return fail(Code::bad_recipe, "drops are counted for a dose, and the recipe has none",
                    drops->place(), "such as dose: 4.5 mg");
      }
      VESPER_TRY(const long count, drops->integer());
      if (count < 5 || count > 100) {
        return fail(Code::out_of_range, "'drops-per-mL' is from 5 to 100", drops->place(),
                    "count the drops of this dropper in 1 mL of this liquid");
      }
      recipe_.drops_per_mL = static_cast<int>(count);
    }
    return {};
  }

  Result<void> ingredient(const Yaml& entry) {
    VESPER_CHECK(entry.keys({"excipient", "per-100", "lot", "expires"}));
    VESPER_CHECK(evidence::filled(entry, "excipient"));
    Ingredient one;
    VESPER_TRY(one.excipient, excipient(*entry.find("excipient"),
                                        {"preservative", "liquid", "other", "water", "base"}));
    VESPER_TRY(const Yaml value, entry.at("per-100"));
    VESPER_TRY(const std::string text, value.text());
    VESPER_TRY(const units::Quantity quantity, units::parse_quantity(text, value.place()));
    VESPER_TRY(const units::Unit gram, units::Unit::parse("g"));
    one.unit = quantity.unit.same_dimension(gram) ? "g" : "mL";
    VESPER_TRY(one.per_hundred, within(entry, "per-100", one.unit, 1e-6, 100));
    VESPER_TRY(one.lot, lot(entry, one.excipient->name));
    if (recipe_.counted()) {
      return fail(Code::bad_recipe, "further ingredients belong to liquids and creams",
                  entry.place());
    }
    recipe_.ingredients.push_back(std::move(one));
    return {};
  }

  // --- the rest ----------------------------------------------------------------------------------

  Result<void> weighed() {
    VESPER_TRY(const Yaml balance, root_.at("balance"));
    if (balance.is_map()) {
      VESPER_CHECK(balance.keys({"sensitivity", "error"}));
      recipe_.balance.name = "balance of the recipe";
      VESPER_TRY(recipe_.balance.sensitivity, within(balance, "sensitivity", "mg", 1e-3, 1e3));
      VESPER_TRY(recipe_.balance.error, within(balance, "error", "%", 0.1, 10));
    } else {
      std::vector<std::string> known;
      for (const auto& [name, one] : knowledge_.balances) known.push_back(name);
      VESPER_TRY(const std::string name, balance.choice(known));
      recipe_.balance = knowledge_.balances.at(name);
    }
    if (root_.has("aliquot")) {
      VESPER_TRY(recipe_.aliquot, within(root_, "aliquot", "mg", 1e-2, 1e6));
      if (*recipe_.aliquot < recipe_.balance.sensitivity * 100 / recipe_.balance.error) {
        return fail(Code::bad_recipe, "the aliquot is less than the balance can weigh",
                    root_.find("aliquot")->place());
      }
    }
    if (const Yaml* storage = root_.find("storage")) {
      VESPER_TRY(const std::string where, storage->choice({"room", "refrigerator"}));
      recipe_.cold = where == "refrigerator";
    }
    return {};
  }

  Result<double> spread(std::string_view key, double usual, const std::string& why) {
    if (const Yaml* given = root_.find(key)) {
      VESPER_CHECK(given->keys({"cv"}));
      return fraction(*given, "cv", 0.5);
    }
    recipe_.assumed.push_back(fmt::format("{}: CV {:.3g} % ({})", key, usual * 100, why));
    return usual;
  }

  Result<void> variation() {
    if (!recipe_.counted()) return {};
    VESPER_TRY(recipe_.mixing_cv, spread("mixing", knowledge_.mixing_cv, knowledge_.why[1]));
    VESPER_TRY(recipe_.filling_cv, spread("filling", knowledge_.filling_cv, knowledge_.why[2]));
    return {};
  }

  Result<void> prices() {
    const Yaml* entry = root_.find("prices");
    if (entry == nullptr) return {};
    if (!recipe_.counted() && !recipe_.dose) {
      return fail(Code::bad_recipe, "prices are by the dose, and the recipe has no `dose`",
                  entry->place(), "such as dose: 1.5 mg");
    }
    VESPER_TRY(recipe_.prices, read_prices(*entry));
    return {};
  }

  Result<void> label() {
    const Yaml* entry = root_.find("label");
    if (entry == nullptr) return {};
    VESPER_CHECK(entry->keys({"directions"}));
    VESPER_TRY(recipe_.directions, entry->text_or("directions", ""));
    return {};
  }

  const Yaml& root_;
  const Knowledge& knowledge_;
  dosing::Catalogue catalogue_;
  std::filesystem::path beside_;
  Recipe recipe_;
};

}  // namespace

Result<Recipe> read_recipe(const files::Source& source, const Knowledge& knowledge,
                           const files::SearchPath& search, Date today) {
  VESPER_TRY(const Yaml root, files::parse_yaml(source));
  return Reader(root, knowledge, search, source).read(today);
}

}  // namespace vesper::compounding
