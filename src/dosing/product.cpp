// The reader of a product file.  Strengths are mass of one form; the model counts molecules:
//   nmol per mg = 1e6 / molar mass [g/mol]
// where the molar mass is that of the form for each molecule of base.
#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "dosing/checks.h"
#include "dosing/dosing.h"

namespace vesper::dosing {

namespace {

using files::Yaml;

constexpr double fraction_tolerance = 1e-6;
constexpr double largest_shape = 1000;  // a gamma release as sharp as 3 % of its time

// Where a dose can go in; the model says which of them it knows (`//@ dose ROUTE into ...`).
const std::vector<std::string>& routes() {
  static const std::vector<std::string> all = {
      "oral",       "intravenous", "intramuscular", "subcutaneous",    "sublingual",
      "buccal",     "intranasal",  "inhaled",       "rectal",          "vaginal",
      "topical",    "transdermal", "implant",       "intraperitoneal", "intrathecal",
      "ophthalmic", "intradermal", "epidural",      "intraarticular",  "intracerebroventricular"};
  return all;
}

Result<double> positive(const Yaml& map, std::string_view key, const units::Unit& unit) {
  VESPER_TRY(const Yaml value, map.at(key));
  return in_range(value, key, unit, Range::positive);
}

Result<double> optional_in(const Yaml& map, std::string_view key, const units::Unit& unit,
                           Range range, double fallback) {
  const Yaml* value = map.find(key);
  return value == nullptr ? Result<double>(fallback) : in_range(*value, key, unit, range);
}

Result<void> read_content(const Yaml& content, Catalogue& catalogue, Product& product) {
  VESPER_CHECK(content.keys({"drug", "amount", "as"}));
  VESPER_TRY(const Yaml drug_name, content.at("drug"));
  VESPER_TRY(product.drug, drug_name.text());
  VESPER_TRY(product.strength, positive(content, "amount", milligrams()));
  VESPER_TRY(const Yaml as, content.at("as"));
  VESPER_TRY(product.form, as.text());

  VESPER_TRY(const Drug drug, catalogue.drug(product.drug, drug_name.place()));
  const auto form = drug.molar_mass.find(product.form);
  if (form == drug.molar_mass.end()) {
    std::vector<std::string> known;
    for (const auto& [name, mass] : drug.molar_mass) known.push_back(name);
    return fail(Code::unknown_form,
                fmt::format("'{}' is no form of {} that drugs.yaml lists", product.form, drug.name),
                as.place(), suggest(product.form, known));
  }
  product.nmol_per_mg = 1e6 / form->second;
  return {};
}

Result<void> read_gamma(const Yaml& gamma, Release& part) {
  VESPER_CHECK(gamma.keys({"shape", "scale"}));
  VESPER_TRY(const Yaml shape, gamma.at("shape"));
  VESPER_TRY(part.shape, shape.in(units::Unit()));
  if (!(part.shape >= 1 && part.shape <= largest_shape)) {
    return fail(
        Code::out_of_range,
        fmt::format("gamma shape '{}' must lie between 1 and {}", shape.raw(), largest_shape),
        shape.place(), "below 1 the release would begin at an infinite rate");
  }
  VESPER_TRY(part.scale, positive(gamma, "scale", hours()));
  return {};
}

Result<Release> read_part(const Yaml& written, bool alone) {
  VESPER_CHECK(written.keys({"fraction", "bolus", "zero-order", "first-order", "gamma"}));
  Release part;
  if (const Yaml* fraction = written.find("fraction"); fraction != nullptr || !alone) {
    VESPER_TRY(const Yaml value, written.at("fraction"));
    VESPER_TRY(part.fraction, in_range(value, "fraction", units::Unit(), Range::positive_fraction));
  }
  int kinds = 0;
  for (const char* kind : {"bolus", "zero-order", "first-order", "gamma"}) {
    kinds += written.has(kind) ? 1 : 0;
  }
  if (kinds != 1) {
    return fail(Code::bad_release,
                kinds == 0 ? "this part does not say how it is released"
                           : "this part is released in more than one way",
                written.place(), "give one of bolus, zero-order, first-order, gamma");
  }
  if (const Yaml* bolus = written.find("bolus")) {
    VESPER_TRY(const bool yes, bolus->boolean());
    if (!yes) {
      return fail(Code::bad_release, "'bolus: no' does not say how this part is released",
                  bolus->place(), "give one of zero-order, first-order, gamma instead");
    }
    part.kind = Release::Kind::bolus;
  } else if (written.has("zero-order")) {
    part.kind = Release::Kind::zero_order;
    VESPER_TRY(part.duration, positive(written, "zero-order", hours()));
  } else if (written.has("first-order")) {
    part.kind = Release::Kind::first_order;
    VESPER_TRY(part.rate, positive(written, "first-order", per_hour()));
  } else {
    part.kind = Release::Kind::gamma;
    VESPER_TRY(const Yaml gamma, written.at("gamma"));
    VESPER_CHECK(read_gamma(gamma, part));
  }
  return part;
}

Result<std::vector<Release>> read_release(const Yaml* written) {
  if (written == nullptr) return std::vector<Release>{Release{}};
  if (!written->is_list()) {
    return fail(Code::wrong_type, "'release' is a list of parts", written->place(),
                "begin each part with `- `");
  }
  if (written->items().empty()) {
    return fail(Code::bad_release, "'release' has no part", written->place(),
                "leave it out for all at once");
  }
  std::vector<Release> parts;
  double sum = 0;
  for (const Yaml& item : written->items()) {
    VESPER_TRY(const Release part, read_part(item, written->items().size() == 1));
    sum += part.fraction;
    parts.push_back(part);
  }
  if (std::abs(sum - 1) > fraction_tolerance) {
    return fail(Code::release_fractions,
                fmt::format("the fractions of the release sum to {:.7g}, not to 1", sum),
                written->place(),
                sum < 1 ? fmt::format("{:.7g} is unaccounted for", 1 - sum)
                        : fmt::format("{:.7g} is too much", sum - 1));
  }
  for (Release& part : parts) part.fraction /= sum;  // mass is conserved to the last digit
  return parts;
}

Result<Product::Food> read_food(const Yaml& written, const std::vector<Release>& release) {
  VESPER_CHECK(written.keys({"bioavailability", "lag", "rate"}));
  Product::Food food;
  VESPER_TRY(food.bioavailability,
             optional_in(written, "bioavailability", units::Unit(), Range::positive, 1));
  VESPER_TRY(food.lag, optional_in(written, "lag", hours(), Range::not_negative, 0));
  VESPER_TRY(food.rate, optional_in(written, "rate", units::Unit(), Range::positive, 1));
  if (food.bioavailability == 1 && food.lag == 0 && food.rate == 1) {
    return fail(Code::no_effect_of_food, "'food' changes nothing", written.place(),
                "give a factor, or leave 'food' out");
  }
  const bool only_boluses = std::all_of(release.begin(), release.end(), [](const Release& part) {
    return part.kind == Release::Kind::bolus;
  });
  if (const Yaml* rate = written.find("rate"); rate != nullptr && only_boluses) {
    return fail(Code::no_effect_of_food,
                "a food 'rate' means nothing where all is released at once", rate->place(),
                "give the product a `release`, or use `lag`");
  }
  return food;
}

}  // namespace

Result<Product> read_product(const std::filesystem::path& path, Catalogue& drugs) {
  Product product;
  VESPER_TRY(product.file, files::read(path));
  VESPER_TRY(const Yaml root, files::parse_yaml(product.file));
  VESPER_CHECK(root.keys({"name", "content", "route", "release", "bioavailability", "lag", "food",
                          "divisible", "compoundable", "sources", "notes"}));
  product.id = path.stem().string();
  VESPER_TRY(product.name, root.text("name"));
  VESPER_TRY(const Yaml content, root.at("content"));
  VESPER_CHECK(read_content(content, drugs, product));
  VESPER_TRY(const Yaml route, root.at("route"));
  VESPER_TRY(product.route, route.choice(routes()));
  VESPER_TRY(product.release, read_release(root.find("release")));
  VESPER_TRY(product.bioavailability,
             optional_in(root, "bioavailability", units::Unit(), Range::positive_fraction, 1));
  VESPER_TRY(product.lag, optional_in(root, "lag", hours(), Range::not_negative, 0));
  if (const Yaml* food = root.find("food")) {
    VESPER_TRY(product.food, read_food(*food, product.release));
  }
  VESPER_TRY(product.divisible, root.boolean_or("divisible", false));
  VESPER_TRY(product.compoundable, root.boolean_or("compoundable", true));
  for (const Yaml& source : root.items("sources")) {
    VESPER_TRY(std::string id, source.text());
    product.sources.push_back(std::move(id));
  }
  VESPER_TRY(product.notes, root.text_or("notes", ""));
  return product;
}

}  // namespace vesper::dosing
