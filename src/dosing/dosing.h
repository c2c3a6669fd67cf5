// Products and regimens to one timeline of doses.  File formats: docs/files.md.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "files/source.h"
#include "files/yaml.h"
#include "units/units.h"

namespace vesper::dosing {

// products/drugs.yaml: molar masses of a drug's forms.
struct Drug {
  std::string name;
  std::map<std::string, double> molar_mass;  // "base", "hydrochloride", ... -> [g/mol]
  std::string source;
};

// A part of the release, after the lag.
struct Release {
  enum class Kind { bolus, zero_order, first_order, gamma } kind = Kind::bolus;
  double fraction = 1;
  double duration = 0;  // zero_order [h]
  double rate = 0;      // first_order [1/h]
  double shape = 0;     // gamma [-]
  double scale = 0;     // gamma [h]
};

struct Product {
  std::string id;  // the file's name without .yaml
  std::string name;
  std::string drug, form;  // "naltrexone", "hydrochloride"
  double strength = 0;     // [mg of `form`] in one unit of the product
  double nmol_per_mg = 0;  // of the form; one molecule of base per molecule of salt
  std::string route;
  std::vector<Release> release;  // fractions sum to 1
  double bioavailability = 1;    // of the product itself, beside the model's first pass
  double lag = 0;                // [h]
  struct Food {
    double bioavailability = 1;  // factor
    double lag = 0;              // [h] added to the product's own
    double rate = 1;             // factor on the rates of release; boluses are not touched
  };
  std::optional<Food> food;  // what a meal changes
  bool divisible = false;    // a dose that is no whole number of units is allowed
  bool compoundable = true;  // a pharmacy can make it
  std::vector<std::string> sources;
  std::string notes;
  files::Source file;
};

// One line of an arm.
struct RegimenItem {
  Product product;
  double count = 1;      // units a dose
  double first = 0;      // [h] time of the first dose, clock time included
  double every = 0;      // [h]; 0: once
  double until = 0;      // [h] no dose at or after this; infinity: none
  double adherence = 1;  // probability that a dose is taken
  bool with_food = false;
  bool steady_state = false;  // taken like that before the start, since ever
  Place place;
};

struct Regimen {
  std::vector<RegimenItem> items;
};

// One dose that is taken.
struct Dose {
  double time = 0;       // [h] when it is taken
  double amount = 0;     // [nmol] released in all, after product bioavailability and food
  double taken_mg = 0;   // [mg of the product's form], as swallowed
  std::size_t item = 0;  // of the regimen
  double lag = 0;        // [h]
  const Product* product = nullptr;
  std::vector<Release> release;  // after food
};

// [h] after which the doses from before the start repeat: the longest interval of the items that
// are at steady state, a multiple of the others'.  0 where there are none.
double steady_period(const Regimen& regimen);

// The doses of one such period, as they were taken before the start: in [0, period) by time, none
// missed.
std::vector<Dose> steady_doses(const Regimen& regimen);

// All doses in [0, end) by time, those of one moment in the order of the items.  `uniform(item, k)`
// gives the draw in (0, 1) that decides whether dose k (from 0, missed ones counted) of an item is
// taken; doses with adherence 1 do not ask.  Items with count 0 give none.  The doses point into
// `regimen`, which must outlive them.
std::vector<Dose> timeline(const Regimen& regimen, double end,
                           const std::function<double(std::size_t item, std::size_t k)>& uniform);

// Drugs and products, found and read once.  Not for several threads at a time.
class Catalogue {
 public:
  explicit Catalogue(files::SearchPath search);
  // `beside`: the folder of the file that names the product.
  Result<Product> product(const std::string& id, const std::filesystem::path& beside,
                          const Place& named_at);
  // From the first products/drugs.yaml on the search path that has it, beginning beside the file of
  // `named_at`: a drugs.yaml of one's own adds to the installed one.
  Result<Drug> drug(const std::string& name, const Place& named_at);

 private:
  Result<void> read_drugs(const std::filesystem::path& path);

  files::SearchPath search_;
  std::map<std::filesystem::path, std::map<std::string, Drug>> drugs_;  // by drugs.yaml
  std::map<std::filesystem::path, Product> products_;
};

Result<Product> read_product(const std::filesystem::path& path, Catalogue& drugs);

// A regimen as it stands in a protocol's arm: a list of items, possibly empty.  Errors: a dose that
// is no whole number of units, a line without any dose, two lines that give one dose twice, and
// whatever is wrong with a product; see V04xx.
Result<Regimen> read_regimen(const files::Yaml& list, Catalogue& catalogue,
                             const std::filesystem::path& beside);

// "12 weeks", "90 min".  [h] above 0 and at most 1e6 h.
Result<double> read_duration(const files::Yaml& value);
// "day 15" and "week 3" (their start: 14 * 24 h) or "36 h".  [h] since midnight of day 1, not
// negative, at most 1e6 h.
Result<double> read_time_point(const files::Yaml& value);

}  // namespace vesper::dosing
