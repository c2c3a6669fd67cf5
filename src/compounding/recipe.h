// What is to be made, of what.  Format: docs/how-to/compound.md.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compounding/knowledge.h"
#include "dosing/dosing.h"
#include "files/dates.h"

namespace vesper::compounding {

using files::Date;

struct Lot {
  std::string number;  // empty where it is not given
  std::optional<Date> expires;
};

struct Powder {
  std::string form;               // "hydrochloride"
  double assay = 1;               // fraction of the powder, or of its dry part, that is drug
  double water = 0;               // fraction of the powder
  bool as_is = false;             // the assay is of the powder as it is, its water counted
  std::optional<double> density;  // [g/mL] packed
  Lot lot;
  Place place;
};

struct Tablets {
  dosing::Product product;
  double mass = 0;  // [mg] of one tablet
  Lot lot;
};

struct Ingredient {
  const Excipient* excipient = nullptr;  // of the knowledge, which outlives the recipe
  double per_hundred = 0;                // [g or mL] in 100 mL or 100 g
  std::string unit;                      // "g", "mL"
  Lot lot;
};

struct Pack {
  double doses = 0, price = 0;
  struct Discount {
    double from = 0;  // packs
    double off = 0;   // fraction
  };
  std::vector<Discount> discounts;  // by `from`
};

struct Prices {
  std::string currency;
  std::optional<double> materials, work;  // of the batch
  std::vector<Pack> packs;
  std::optional<double> course;  // doses
};

struct Recipe {
  std::string title;
  files::Source source;
  Form form;
  std::optional<dosing::Product> product;  // as patients are simulated with
  std::string drug, as;                    // what the strength means: "naltrexone", "hydrochloride"
  std::map<std::string, double> molar_mass;  // [g/mol] of the drug's forms
  double strength = 0;                       // [mg] a unit, [mg/mL] or [mg/g]
  double quantity = 0;                       // units, [mL] or [g]
  double overage = 0;                        // fraction made beyond that, for what is lost
  std::optional<double> dose;                // [mg] that is taken at a time; none: one unit
  std::optional<Powder> powder;              // or
  std::optional<Tablets> tablets;
  const Excipient* filler = nullptr;  // of capsules
  double filler_density = 0;          // [g/mL]
  Lot filler_lot;
  std::optional<std::string> size;  // of capsules
  const Excipient* base = nullptr;  // of troches and creams, or what a liquid is made up with
  Lot base_lot;
  double mould = 0;         // [mg] of base that fills one troche
  double displacement = 1;  // mg of drug that takes the room of 1 mg of base
  std::optional<int> drops_per_mL;
  std::vector<Ingredient> ingredients;
  std::set<std::string> avoid;
  Balance balance;
  std::optional<double> aliquot;  // [mg]
  Date made;
  bool cold = false;  // kept in the refrigerator
  Particles particles;
  double mixing_cv = 0, filling_cv = 0;
  std::vector<std::string> assumed;  // what the recipe does not say, and what is taken instead
  std::optional<Prices> prices;
  std::string directions;  // on the label

  // Counted in units (capsules, troches), not by volume or weight.
  bool counted() const { return form.unit != "mL" && form.unit != "g"; }
  // What may be told apart as doses in the batch.
  double doses() const { return counted() || !dose ? quantity : quantity * strength / *dose; }
};

// Errors: V1201 for what is not compounded, V1202 for a refused or avoided excipient, V1205 for a
// component out of date, V1207 for what does not go together; those of files.
Result<Recipe> read_recipe(const files::Source& source, const Knowledge& knowledge,
                           const files::SearchPath& search, Date today);

}  // namespace vesper::compounding
