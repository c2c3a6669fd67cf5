#include "compounding/worksheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "compounding/steps.h"
#include "compounding/uniformity.h"

namespace vesper::compounding {

namespace {

constexpr double hair = 1e-9;  // of rounding
constexpr double most_tablets = 1e5;
constexpr double most_particle_cv = 0.5, most_skewness = 5;

class Worker {
 public:
  Worker(const Recipe& recipe, const Knowledge& knowledge)
      : recipe_(recipe), knowledge_(knowledge) {}

  Result<Worksheet> work() {
    VESPER_CHECK(drug());
    VESPER_CHECK(coarse());
    if (recipe_.form.id == "capsule") {
      VESPER_CHECK(capsule());
    } else if (recipe_.form.id == "troche") {
      VESPER_CHECK(troche());
    } else if (recipe_.form.unit == "g") {
      VESPER_CHECK(cream());
    } else {
      VESPER_CHECK(liquid());
    }
    small_parts();
    crowded();
    VESPER_TRY(sheet_.beyond_use, beyond_use(recipe_, knowledge_));
    if (!sheet_.beyond_use.studied) {
      sheet_.warnings.push_back(
          "No stability study of naltrexone in this form and excipient was found: the date rests "
          "on "
          "the table alone.");
    }
    sheet_.cost = cost_of(recipe_);
    sheet_.steps = steps(recipe_, sheet_);
    sheet_.label = label(recipe_, sheet_);
    return std::move(sheet_);
  }

 private:
  // --- the drug ----------------------------------------------------------------------------------

  Result<void> drug() {
    sheet_.ordered = recipe_.strength * recipe_.quantity;
    sheet_.drug = sheet_.ordered * (1 + recipe_.overage);
    sheet_.units = recipe_.quantity * (1 + recipe_.overage);
    if (recipe_.counted()) {  // whole units are filled
      sheet_.units = std::ceil(sheet_.units - hair);
      sheet_.drug = recipe_.strength * sheet_.units;
    }
    sheet_.least = minimum_weighable(recipe_.balance.sensitivity, recipe_.balance.error);
    const double as = recipe_.molar_mass.at(recipe_.as);
    if (recipe_.powder) {
      const Powder& powder = *recipe_.powder;
      sheet_.salt_factor = recipe_.molar_mass.at(powder.form) / as;
      sheet_.content = powder.as_is ? powder.assay : powder.assay * (1 - powder.water);
    } else {
      const Tablets& tablets = *recipe_.tablets;
      sheet_.salt_factor = recipe_.molar_mass.at(tablets.product.form) / as;
      sheet_.content = tablets.product.strength / tablets.mass;
      const double needed = sheet_.drug * sheet_.salt_factor / tablets.product.strength;
      if (needed > most_tablets) {
        return fail(Code::does_not_fit,
                    fmt::format("{:.3g} tablets would have to be crushed", needed),
                    recipe_.source.whole(), "begin with powder");
      }
      sheet_.tablets = static_cast<int>(std::ceil(needed - hair));
      sheet_.warnings.push_back(
          "The tablets are taken to hold what their label says; the pharmacopoeia allows less and "
          "more.");
      sheet_.whole_tablets = std::abs(needed - sheet_.tablets) < hair * needed + hair;
    }
    sheet_.powder = sheet_.drug * sheet_.salt_factor / sheet_.content;
    sheet_.powder_per_unit = sheet_.powder / sheet_.units;
    return {};
  }

  // A few large particles would decide what is in a unit, and three moments not describe it.
  Result<void> coarse() const {
    if (!recipe_.counted()) return {};
    const double cv = particle_cv(recipe_.particles, recipe_.strength * sheet_.salt_factor);
    if (cv <= most_particle_cv && particle_skewness(recipe_.particles, cv) <= most_skewness) {
      return {};
    }
    return fail(Code::bad_recipe,
                fmt::format("particles of {:.3g} um, geometric sd {:.3g}, are too coarse for units "
                            "of {}",
                            recipe_.particles.median * 1000, recipe_.particles.geometric_sd,
                            strength_text(recipe_)),
                recipe_.source.whole(),
                "use a finer or sieved powder, and write its `particles` into the recipe");
  }

  std::string drug_name() const {
    return recipe_.powder ? fmt::format("{} {} powder", recipe_.drug, recipe_.powder->form)
                          : fmt::format("{}, crushed", recipe_.tablets->product.name);
  }
  const Lot& drug_lot() const {
    return recipe_.powder ? recipe_.powder->lot : recipe_.tablets->lot;
  }

  // The drug as it goes into a batch of `room` mg of diluent, with what dilutes it; returns the
  // diluent that comes along [mg].
  Result<double> add_drug(double room, const std::string& diluent) {
    if (!sheet_.whole_tablets) {
      sheet_.dilutions = dilutions(sheet_.powder, sheet_.least, recipe_.aliquot);
    }
    if (sheet_.dilutions.empty()) {
      add(drug_name(), sheet_.powder, "mg", drug_lot(), true);
      return 0.0;
    }
    const double aliquot = sheet_.dilutions.back().aliquot;
    const double along = aliquot - sheet_.powder;
    if (along > room * (1 + hair)) {
      return fail(Code::does_not_fit,
                  fmt::format("the aliquot of {} holds more {} than the batch takes, {}",
                              weight_text(aliquot), diluent, weight_text(room)),
                  recipe_.source.whole(), "make more at a time, or use a finer balance");
    }
    add(fmt::format("aliquot of the dilution of {} in {}", drug_name(), diluent), aliquot, "mg",
        drug_lot(), true);
    return along;
  }

  Part& add(std::string what, double amount, std::string unit, const Lot& lot, bool drug = false) {
    sheet_.parts.push_back({std::move(what), amount, std::move(unit), lot, drug, false});
    return sheet_.parts.back();
  }

  // --- the forms ---------------------------------------------------------------------------------

  double drug_density() const {
    return recipe_.powder && recipe_.powder->density ? *recipe_.powder->density
                                                     : knowledge_.powder_density;
  }

  // The size that is named, or the usual one, or the smallest that holds a unit.
  Result<CapsuleSize> size() const {
    const double needed = sheet_.powder_per_unit / 1000 / drug_density();  // [mL]
    const std::string& wanted = recipe_.size ? *recipe_.size : knowledge_.preferred_size;
    const auto named = std::find_if(knowledge_.sizes.begin(), knowledge_.sizes.end(),
                                    [&](const CapsuleSize& one) { return one.name == wanted; });
    assert(named != knowledge_.sizes.end());  // read_knowledge() and read_recipe() checked it
    if (named->volume >= needed) return *named;
    const auto fits = std::find_if(knowledge_.sizes.begin(), knowledge_.sizes.end(),
                                   [&](const CapsuleSize& one) { return one.volume >= needed; });
    if (!recipe_.size && fits != knowledge_.sizes.end()) return *fits;
    return fail(Code::does_not_fit,
                fmt::format("the powder of one capsule takes {:.3g} mL; size {} holds {:.3g} mL",
                            needed, named->name, named->volume),
                recipe_.source.whole(),
                fits == knowledge_.sizes.end() ? "begin with powder, or make a lower strength"
                                               : "use size " + fits->name);
  }

  Result<void> capsule() {
    VESPER_TRY(const CapsuleSize chosen, size());
    sheet_.size = chosen.name;
    sheet_.volume = chosen.volume;
    const double drug_volume = sheet_.powder_per_unit / 1000 / drug_density();
    sheet_.drug_volume = drug_volume / chosen.volume;
    sheet_.filler_per_unit = (chosen.volume - drug_volume) * recipe_.filler_density * 1000;
    sheet_.fill = sheet_.powder_per_unit + sheet_.filler_per_unit;
    const double filler = sheet_.filler_per_unit * sheet_.units;
    VESPER_TRY(const double along, add_drug(filler, recipe_.filler->name));
    add(recipe_.filler->name, filler - along, "mg", recipe_.filler_lot);
    geometric(sheet_.fill * sheet_.units);
    return {};
  }

  void geometric(double total) {
    const Part& first = sheet_.parts.front();
    sheet_.doublings = geometric_steps(first.amount, total);
  }

  Result<void> troche() {
    const double room = sheet_.powder_per_unit / recipe_.displacement;
    if (room >= recipe_.mould) {
      return fail(Code::does_not_fit,
                  fmt::format("the powder of one troche takes the room of {} of base; the mould "
                              "holds {}",
                              weight_text(room), weight_text(recipe_.mould)),
                  recipe_.source.whole(), "use a larger mould or a lower strength");
    }
    sheet_.filler_per_unit = recipe_.mould - room;
    sheet_.fill = sheet_.powder_per_unit + sheet_.filler_per_unit;
    sheet_.drug_volume = room / recipe_.mould;
    const double base = sheet_.filler_per_unit * sheet_.units;
    VESPER_TRY(const double along, add_drug(base, recipe_.base->name));
    add(recipe_.base->name, base - along, "mg", recipe_.base_lot);
    return {};
  }

  Result<void> cream() {
    const double total = sheet_.units * 1000;  // [mg]
    double others = 0;
    for (const Ingredient& one : recipe_.ingredients) {
      if (one.unit != "g") {
        return fail(Code::bad_recipe,
                    fmt::format("{} of a cream is weighed, not measured", one.excipient->name),
                    recipe_.source.whole(), "give per-100 in g");
      }
      others += one.per_hundred / 100 * total;
    }
    const double base = total - others - sheet_.powder;
    if (!(base > 0)) {
      return fail(Code::does_not_fit, "drug and ingredients leave no room for the base",
                  recipe_.source.whole());
    }
    VESPER_TRY(const double along, add_drug(base, recipe_.base->name));
    for (const Ingredient& one : recipe_.ingredients) {
      add(one.excipient->name, one.per_hundred / 100 * total, "mg", one.lot);
    }
    add(recipe_.base->name, base - along, "mg", recipe_.base_lot);
    geometric(total);
    return {};
  }

  // [mg of powder in mL] that is known to dissolve in what the batch is made up with.
  std::optional<double> solubility() const {
    if (!recipe_.powder || recipe_.base->roles.count("water") == 0) return std::nullopt;
    const auto drug = knowledge_.solubility.find(recipe_.drug);
    if (drug == knowledge_.solubility.end()) return std::nullopt;
    const auto form = drug->second.find(recipe_.powder->form);
    return form == drug->second.end() ? std::nullopt : std::optional(form->second);
  }

  Result<void> liquid() {
    const double volume = sheet_.units;  // [mL]
    const auto dissolves = solubility();
    const double concentration = sheet_.powder / volume;
    if (dissolves && concentration > *dissolves) {
      return fail(
          Code::does_not_fit,
          fmt::format("{:.4g} mg/mL of {} do not dissolve: at most {:.4g} mg/mL do", concentration,
                      recipe_.powder->form, *dissolves),
          recipe_.source.whole(), "make a lower strength",
          {"source: " + knowledge_.citation(knowledge_.solubility_source.at(recipe_.drug))});
    }
    if (!dissolves) {
      sheet_.warnings.push_back(
          recipe_.tablets
              ? "Not all of a crushed tablet dissolves: a suspension, to be shaken before each "
                "dose."
              : "How much of the drug dissolves in this is not known: take it as a suspension, to "
                "be shaken before each dose.");
    }
    double poured = 0;
    if (sheet_.powder < sheet_.least * (1 - hair) && !sheet_.whole_tablets) {
      VESPER_CHECK(stock(dissolves));
      poured = sheet_.stock->take;
    } else {
      add(drug_name(), sheet_.powder, "mg", drug_lot(), true);
    }
    for (const Ingredient& one : recipe_.ingredients) {
      const double amount = one.per_hundred / 100 * volume;
      if (one.unit == "mL") poured += amount;
      add(one.excipient->name, one.unit == "g" ? amount * 1000 : amount,
          one.unit == "g" ? "mg" : "mL", one.lot);
    }
    if (poured >= volume) {
      return fail(Code::does_not_fit, "what is measured leaves no room to make up with",
                  recipe_.source.whole());
    }
    add(recipe_.base->name, volume - poured, "mL", recipe_.base_lot).make_up = true;
    return {};
  }

  // A tenth of the batch's volume or more, in whole mL, holds what is wanted.
  Result<void> stock(std::optional<double> dissolves) {
    const auto too_small = [&](const std::string& why) {
      return fail(Code::does_not_fit,
                  fmt::format("{} of powder is less than this balance weighs, {}, and {}",
                              weight_text(sheet_.powder), weight_text(sheet_.least), why),
                  recipe_.source.whole(), "make more at a time, or use a finer balance");
    };
    if (recipe_.tablets || !dissolves) {
      return too_small("a part of a solution can be taken only of what is known to dissolve");
    }
    Stock found;
    found.factor = static_cast<int>(std::ceil(sheet_.least / sheet_.powder - hair));
    found.take = std::max(1.0, std::ceil(std::max(sheet_.units / 10, sheet_.powder / *dissolves)));
    if (found.factor > most_factor || found.take >= sheet_.units) {
      return too_small("a solution to take a part of would be too large");
    }
    found.drug = sheet_.powder * found.factor;
    found.volume = found.take * found.factor;
    add(fmt::format("stock solution of {}", drug_name()), found.take, "mL", drug_lot(), true);
    sheet_.stock = found;
    return {};
  }

  void small_parts() {
    for (const Part& one : sheet_.parts) {
      if (one.unit != "mg" || one.amount >= sheet_.least * (1 - hair) || one.amount <= 0) continue;
      if (one.drug) continue;  // diluted above, or whole tablets that are not weighed
      sheet_.warnings.push_back(
          fmt::format("{}, {}, is less than this balance weighs ({}): use a "
                      "finer one.",
                      one.what, weight_text(one.amount), weight_text(sheet_.least)));
    }
  }

  // The Poisson law of the particles is for a drug that is thinly spread.
  void crowded() {
    if (!(sheet_.drug_volume > knowledge_.poisson_limit) || recipe_.tablets) return;
    sheet_.warnings.push_back(fmt::format(
        "The drug takes {:.0f} % of the volume, more than {:.0f} %: the variation by particles is "
        "overstated ({}).",
        100 * sheet_.drug_volume, 100 * knowledge_.poisson_limit,
        knowledge_.citation(knowledge_.poisson_source)));
  }

  const Recipe& recipe_;
  const Knowledge& knowledge_;
  Worksheet sheet_;
};

}  // namespace

double Worksheet::total() const {
  double sum = 0;
  for (const Part& one : parts) {
    if (one.unit != "mg") return std::numeric_limits<double>::quiet_NaN();
    sum += one.amount;
  }
  return sum;
}

Result<Worksheet> work_out(const Recipe& recipe, const Knowledge& knowledge) {
  return Worker(recipe, knowledge).work();
}

std::string weight_text(double mg) {
  if (mg >= 10'000) return fmt::format("{:.2f} g", mg / 1000);
  if (mg >= 1000) return fmt::format("{:.3f} g", mg / 1000);
  return fmt::format("{:.4g} mg", mg);
}

std::string strength_text(const Recipe& recipe) {
  return fmt::format("{:g} {}", recipe.strength,
                     recipe.counted() ? "mg" : "mg/" + recipe.form.unit);
}

std::string name_of(const Recipe& recipe) {
  std::string form = recipe.form.id;
  std::replace(form.begin(), form.end(), '-', ' ');
  return fmt::format("{}{} {} {}{}", recipe.drug, recipe.as == "base" ? "" : " " + recipe.as,
                     strength_text(recipe), form, recipe.counted() ? "s" : "");
}

}  // namespace vesper::compounding
