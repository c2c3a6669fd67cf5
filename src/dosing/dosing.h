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
  std::string id;              // the file's name without .yaml
  std::string name;
  std::string drug, form;      // "naltrexone", "hydrochloride"
  double strength = 0;         // [mg of `form`] in one unit of the product
  double nmol_per_mg = 0;      // of the form; one molecule of base per molecule of salt
  std::string route;
  std::vector<Release> release;  // fractions sum to 1
  double bioavailability = 1;    // of the product itself, beside the model's first pass
  double lag = 0;                // [h]
  struct Food { double bioavailability = 1, lag = 0, rate = 1; };  // factors, [h], factor on release rates
  std::optional<Food> food;      // what a meal changes
  bool divisible = false;        // a dose that is no whole number of units is allowed
  std::vector<std::string> sources;
  files::Source file;
};

// One line of an arm.
struct RegimenItem {
  Product product;
  double count = 1;            // units a dose
  double first = 0;            // [h] time of the first dose, clock time included
  double every = 0;            // [h]; 0: once
  double until = 0;            // [h] no dose at or after this; infinity: none
  double adherence = 1;        // probability that a dose is taken
  bool with_food = false;
  Place place;
};

struct Regimen {
  std::vector<RegimenItem> items;
};

// One dose that is taken.
struct Dose {
  double time = 0;             // [h] when it is taken
  double amount = 0;           // [nmol] released in all, after product bioavailability and food
  double taken_mg = 0;         // [mg of the product's form], as swallowed
  std::size_t item = 0;        // of the regimen
  double lag = 0;              // [h]
  const Product* product = nullptr;
  std::vector<Release> release;  // after food
};

// All doses in [0, end) by time.  `uniform(item, k)` gives the draw in (0, 1) that decides whether
// dose k of an item is taken; doses with adherence 1 do not ask.
std::vector<Dose> timeline(const Regimen& regimen, double end,
                           const std::function<double(std::size_t item, std::size_t k)>& uniform);

// Drugs and products, found and read once.
class Catalogue {
 public:
  explicit Catalogue(files::SearchPath search);
  Result<Product> product(const std::string& id, const std::filesystem::path& beside,
                          const Place& named_at);
  Result<Drug> drug(const std::string& name, const Place& named_at);

 private:
  files::SearchPath search_;
  std::map<std::string, Drug> drugs_;
  std::map<std::filesystem::path, Product> products_;
};

Result<Product> read_product(const std::filesystem::path& path, Catalogue& drugs);

// A regimen as it stands in a protocol's arm: a list of items, possibly empty.
Result<Regimen> read_regimen(const files::Yaml& list, Catalogue& catalogue,
                             const std::filesystem::path& beside);

// "12 weeks", "day 14" (its start: 13 * 24 h), "week 3", "22:00" as hours.
Result<double> read_duration(const files::Yaml& value);     // [h], > 0
Result<double> read_time_point(const files::Yaml& value);   // [h] "day 15" or "36 h"

}  // namespace vesper::dosing
