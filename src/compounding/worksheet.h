// From a recipe to what is weighed, mixed and written on the label.
//
//   drug [mg of `as`] = strength x quantity x (1 + overage)
//   powder = drug x M(powder's form) / M(as) / assay [/ (1 - water), where the assay is of the dry
//   part] tablets = drug x M(tablet's form) / M(as) / strength of a tablet filler of a capsule [mg]
//   = (volume - powder / its density) x density of the filler base of a troche [mg] = mould -
//   powder / displacement
// Molar masses: products/drugs.yaml.  Dilutions: weighing.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compounding/recipe.h"
#include "compounding/weighing.h"

namespace vesper::compounding {

// Something that goes in, over the batch.
struct Component {
  std::string name;
  double amount = 0;
  std::string unit;  // "mg", "g", "mL", "tablets"
  std::string how;   // "weigh", "measure", "count", "make up to"
  Lot lot;
};

// A day that ends the use, and why.
struct Limit {
  std::string says, source;
  files::Date on;  // the last day of use
};

struct BeyondUse {
  std::vector<Limit> limits;  // earliest first
  bool cold = false;          // to be kept in the refrigerator
  files::Date on() const { return limits.front().on; }
};

// Less powder than can be weighed, for a liquid: a stock is made and a part of it taken.
struct Stock {
  double powder = 0;   // [mg]
  double volume = 0;   // [mL]
  double aliquot = 0;  // [mL]
};

struct Cost {
  struct PerPack {
    double doses = 0, price = 0;  // of one pack
    double packs = 0, off = 0;    // for the course, and the discount that they reach
    double course = 0;            // what they cost
    double dose = 0;              // by the dose of the course
  };
  std::string currency;
  std::optional<double> batch, dose;  // materials and work
  double course_doses = 0;
  std::vector<PerPack> packs;
};

struct Worksheet {
  double salt_factor = 1;     // mg of the powder's form for 1 mg of `as`
  double drug = 0;            // [mg of `as`] in the batch, overage too
  double powder = 0;          // [mg] of powder, or of crushed tablets
  double tablets = 0;         // from which it is taken, a fraction too; 0 without tablets
  double powder_of_unit = 0;  // [mg]; of what is counted
  double least = 0;           // [mg] that can be weighed
  std::vector<Dilution> dilutions;
  std::optional<Stock> stock;
  std::string diluent;                 // of the dilutions
  std::string size;                    // of capsules
  double fill = 0;                     // [mg] of one capsule, or the weight of one troche
  double filler_of_unit = 0;           // [mg] of filler or base in one unit, that of dilutions too
  std::vector<Component> components;   // in the order in which they are used
  std::vector<double> doublings;       // [mg] added at each step of geometric dilution
  std::vector<std::string> procedure;  // steps with a box to tick each
  BeyondUse use_by;
  std::vector<std::string> label;  // its lines
  std::optional<Cost> cost;
  std::vector<std::string> warnings;
  double percent_of_unit() const { return fill > 0 ? 100 * powder_of_unit / fill : 0; }
};

// Errors: V1203 for what does not fit or dissolve, those of titration plans with the recipe's
// place.
Result<Worksheet> make_worksheet(const Recipe& recipe, const Knowledge& knowledge,
                                 const files::SearchPath& search);

// Parts of it, for tests.
double powder_for(double drug, double salt_factor, const Powder& powder);  // [mg]
std::vector<double> geometric_dilution(double first, double total);        // [mg] added each time
BeyondUse beyond_use(const Recipe& recipe, const Knowledge& knowledge);
Cost cost_of(const Recipe& recipe, const Prices& prices);

}  // namespace vesper::compounding
