// A recipe worked out: what to weigh, in what order to mix it, until when it may be used.
//
//   powder = drug * (M of the powder's form / M of the strength's form) / content
//   content = assay * (1 - water) where the assay is of the dry part, assay where it is as is
//   filler of a capsule = (volume - drug / its density) * density of the filler
//   base of a troche = mould - drug / displacement
//
// Molar masses M: products/drugs.yaml.  Packed volumes are taken to add up.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compounding/beyond_use.h"
#include "compounding/cost.h"
#include "compounding/recipe.h"
#include "compounding/weighing.h"

namespace vesper::compounding {

// A solution of which a part is taken, where the drug of a liquid is too little to weigh.
struct Stock {
  double drug = 0;    // [mg] of powder weighed
  double volume = 0;  // [mL] it is made up to
  double take = 0;    // [mL] goes into the batch
  int factor = 1;
};

// What goes into the batch.
struct Part {
  std::string what;
  double amount = 0;  // in `unit`
  std::string unit;   // "mg", "g", "mL"
  Lot lot;
  bool drug = false;     // holds the drug
  bool make_up = false;  // added up to the volume; the amount is what is left for it
};

struct Worksheet {
  // Drug, as the strength means it [mg].
  double ordered = 0;  // in what was ordered
  double drug = 0;     // with the overage
  double salt_factor = 1, content = 1;
  // Powder, or crushed tablets, that hold it [mg].
  double powder = 0, powder_per_unit = 0;
  double units = 0;  // made, overage included: units, [mL] or [g]

  double least = 0;  // [mg] that the balance weighs
  std::vector<Dilution> dilutions;
  std::optional<Stock> stock;
  int tablets = 0;             // to be crushed; 0: none
  bool whole_tablets = false;  // all that is crushed is used
  int doublings = 0;           // of geometric dilution

  // Of one capsule or troche [mg]; capsule by `size`.
  std::string size;
  double volume = 0;  // [mL]
  double fill = 0, filler_per_unit = 0;
  double drug_volume = 0;  // fraction of the volume of the fill

  std::vector<Part> parts;
  std::vector<std::string> steps, label, warnings;
  BeyondUse beyond_use;
  std::optional<Cost> cost;

  double total() const;  // [mg] of all parts that are weighed; NaN where one is measured by volume
};

// Errors: V1203 where the powders do not fit, the drug does not dissolve, or an aliquot is more
// than the batch; V1207 where the storage forbids it.
Result<Worksheet> work_out(const Recipe& recipe, const Knowledge& knowledge);

// "4.5 mg", "12.35 g".
std::string weight_text(double mg);
// "naltrexone hydrochloride 4.5 mg capsules", "... 1 mg/mL oral liquid"
std::string name_of(const Recipe& recipe);
std::string strength_text(const Recipe& recipe);

inline constexpr std::string_view caution =
    "For research and teaching; not medical advice. A pharmacist must check every figure before "
    "anything is made.";

}  // namespace vesper::compounding
