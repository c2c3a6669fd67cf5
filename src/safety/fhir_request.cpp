// Requests for naltrexone as a regimen: products of Vesper where strength and route fit one.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <regex>

#include "safety/fhir_record.h"

namespace vesper::safety::fhir {

namespace {

constexpr double day = 24;         // [h]
constexpr double most_units = 20;  // of a product in one dose
constexpr double same_strength = 1e-6;

// "50 mg" of "naltrexone hydrochloride 50 MG Oral Tablet", where one strength is named, or one
// stands next behind naltrexone's name.
std::optional<double> strength_in(const std::string& name) {
  static const std::regex strength(R"((\d{1,4}(?:[.,]\d{1,3})?)\s*mg\b)", std::regex::icase);
  static const std::regex own(
      R"(naltrexone(?: hydrochloride| hcl)?\s*(\d{1,4}(?:[.,]\d{1,3})?)\s*mg\b)",
      std::regex::icase);
  const std::string head = name.substr(0, 500);
  const auto only = [&head](const std::regex& pattern) -> std::optional<double> {
    std::optional<double> found;
    for (std::sregex_iterator one(head.begin(), head.end(), pattern), end; one != end; ++one) {
      const std::string digits = decimal_point((*one)[1]);
      if (digits.empty() || (found && *found != std::stod(digits))) return std::nullopt;
      found = std::stod(digits);
    }
    return found;
  };
  const auto found = only(strength);
  return found ? found : only(own);
}

struct Wanted {
  double mg = 0;     // as written
  double every = 0;  // [h]; 0: once
  std::string route;
};

// The naltrexone product of this route of which a small whole number is the dose; of several the
// one with the fewest.  Products with another drug beside only where that drug is named.
std::optional<dosing::Product> product_for(const Wanted& wanted, const std::string& name,
                                           const Reading& reading,
                                           const files::SearchPath& search) {
  dosing::Catalogue catalogue(search);
  std::vector<std::string> beside;
  bool other_named = false;
  for (const DrugTerm& drug : reading.vocabulary.drugs()) {
    if (drug.products.empty()) continue;
    beside.insert(beside.end(), drug.products.begin(), drug.products.end());
    other_named = other_named || spaced(name).find(spaced(drug.name)) != std::string::npos;
  }
  std::optional<dosing::Product> best;
  double fewest = most_units + 1;
  for (const auto& path : search.list("products", ".yaml")) {
    if (path.stem() == "drugs") continue;
    const auto product = catalogue.product(path.stem().string(), path.parent_path(), {});
    if (!product || product->drug != "naltrexone" || product->divisible) continue;
    if (product->route != wanted.route) continue;
    const bool holds_other = std::find(beside.begin(), beside.end(), product->id) != beside.end();
    if (holds_other != other_named) continue;
    const double count = wanted.mg / product->strength;
    const bool whole = std::abs(count - std::round(count)) <= same_strength * count;
    if (!whole || count < 0.5 || count >= fewest) continue;
    fewest = std::round(count);
    best = *product;
  }
  return best;
}

class Request {
 public:
  Request(const Json& resource, const Reading& reading, const files::SearchPath& search)
      : resource_(resource), reading_(reading), search_(search) {
    const Told told = medication(resource, reading);
    name_ = told.name.text;
    for (const Named& one : told.ingredients) name_ += (name_.empty() ? "" : " / ") + one.text;
    // A code or brand of a combination says what else is in it.
    for (const DrugTerm* drug : reading.vocabulary.drugs_in(told.name)) {
      if (drug->name.find('/') != std::string::npos) name_ += " / " + drug->name;
    }
  }

  Result<void> read(Regimen& regimen) {
    purposes(regimen);
    std::vector<const Json*> dosages = each(resource_, "dosageInstruction");
    if (dosages.empty()) return not_understood("it has none");
    std::stable_sort(dosages.begin(), dosages.end(), [](const Json* a, const Json* b) {
      return number(*a, "sequence").value_or(0) < number(*b, "sequence").value_or(0);
    });
    VESPER_TRY(std::vector<Dosage> read, read_all(dosages));
    const std::optional<Date> start = start_of(read);
    double after = 0;  // [h] from the start, when the next in sequence begins
    for (std::size_t i = 0; i < read.size(); ++i) {
      const bool follows =
          i > 0 && number(*dosages[i], "sequence") != number(*dosages[i - 1], "sequence");
      if (i > 0 && !follows) after = 0;
      if (follows && after == 0 && !read[i].from) {
        return not_understood("its doses follow each other, but not after how long");
      }
      VESPER_TRY(Line line, line_of(*dosages[i], read[i]));
      line.first = read[i].from && start ? days_between(*start, read[i].from->first) * day : after;
      if (read[i].lasts) line.until = line.first + *read[i].lasts;
      if (read[i].to && start) line.until = (days_between(*start, read[i].to->last) + 1) * day;
      if (line.until <= line.first) return not_understood("it ends before it begins");
      if (read[i].to && read[i].to->last < reading_.on && i + 1 == read.size()) {
        return not_understood(fmt::format("it ended on {}", text_of(read[i].to->last)));
      }
      after = std::isfinite(line.until) ? line.until : 0;
      add(std::move(line), start, regimen);
    }
    return {};
  }

 private:
  tl::unexpected<Diagnostic> not_understood(const std::string& why) const {
    return fail(Code::no_regimen,
                fmt::format("the dosage of {} ('{}') cannot be understood: {}", name_of(resource_),
                            name_, why),
                reading_.source.whole(),
                "give dose, route and timing in coded form, or the regimen with --regimen");
  }

  Result<std::vector<Dosage>> read_all(const std::vector<const Json*>& dosages) const {
    std::vector<Dosage> all;
    for (const Json* one : dosages) {
      Dosage dosage = read_dosage(*one);
      if (const std::string why = disagreement(dosage); !why.empty()) return not_understood(why);
      read_dosage_text(dosage.text, dosage);
      if (dosage.as_needed) return not_understood("it is as needed, without saying how often");
      all.push_back(std::move(dosage));
    }
    return all;
  }

  // Where codes and words of one dosage both say how much or how often, and not the same.
  static std::string disagreement(const Dosage& coded) {
    Dosage said;
    read_dosage_text(coded.text, said);
    if (coded.every && said.every && std::abs(*coded.every / *said.every - 1) > 1e-6) {
      return fmt::format("its codes say every {:g} h, its words '{}'", *coded.every, coded.text);
    }
    const auto mg = units::Unit::parse("mg");
    const auto mass = [&](const Dosage& one) {
      return one.dose && mg && one.dose->unit.same_dimension(*mg) ? std::optional(one.dose->in(*mg))
                                                                  : std::nullopt;
    };
    const auto a = mass(coded), b = mass(said);
    if (!a || !b) return "";
    const bool same = std::abs(*a - *b) < 1e-6 * *a;
    const bool of_units = said.units && std::abs(*a - *b * *said.units) < 1e-6 * *a;
    if (same || of_units) return "";
    return fmt::format("its codes say {:g} mg, its words '{}'", *a, coded.text);
  }

  static std::optional<Date> start_of(const std::vector<Dosage>& dosages) {
    std::optional<Date> start;
    for (const Dosage& one : dosages) {
      if (one.from && (!start || one.from->first < *start)) start = one.from->first;
    }
    return start;
  }

  Result<Line> line_of(const Json& written, const Dosage& dosage) const {
    Wanted wanted;
    const auto mg = units::Unit::parse("mg");
    if (dosage.dose && mg && dosage.dose->unit.same_dimension(*mg)) {
      wanted.mg = dosage.dose->in(*mg);
    } else if (const auto strength = strength_of_tablet(); dosage.units && strength) {
      wanted.mg = *dosage.units * *strength;
    }
    if (!(wanted.mg > 0)) {
      return not_understood(dosage.text.empty() ? "the dose is missing"
                                                : fmt::format("no one dose in '{}'", dosage.text));
    }
    const bool single = number(at(at(written, "timing"), "repeat"), "count") == 1.0;
    if (!dosage.every && !single) return not_understood("how often is missing");
    wanted.every = single ? 0 : *dosage.every;
    if (wanted.every < 0.25 && !single)
      return not_understood("it is more often than anyone takes it");
    wanted.route = reading_.words.route(at(written, "route"), name_ + " / " + dosage.text);
    if (wanted.route.empty()) return not_understood("the route is missing");
    return resolved(wanted);
  }

  // In the name; of a combination, whose name has two, the one that a product with both holds.
  std::optional<double> strength_of_tablet() const {
    if (const auto named = strength_in(name_)) return named;
    dosing::Catalogue catalogue(search_);
    for (const DrugTerm& drug : reading_.vocabulary.drugs()) {
      if (spaced(name_).find(spaced(drug.name)) == std::string::npos) continue;
      for (const std::string& id : drug.products) {
        const auto product = catalogue.product(id, {}, {});
        if (!product || product->drug != "naltrexone") continue;
        const std::string strength = fmt::format(" {:g} mg ", product->strength);
        if (spaced(name_).find(strength) != std::string::npos) return product->strength;
      }
    }
    return std::nullopt;
  }

  Result<Line> resolved(const Wanted& wanted) const {
    Line line;
    line.drug = "naltrexone";
    line.route = wanted.route;
    line.every = wanted.every;
    line.title = name_;
    line.mg = wanted.mg;
    const auto product = product_for(wanted, name_, reading_, search_);
    if (!product) {
      reading_.unread(fmt::format("{:g} mg {} of {}", wanted.mg, wanted.route, name_),
                      "no product of Vesper has this strength and route, so that what holds of "
                      "single products was not looked at");
      return line;
    }
    line.product = product->id;
    line.title = product->name;
    dosing::Catalogue catalogue(search_);
    VESPER_TRY(const dosing::Drug drug, catalogue.drug("naltrexone", product->file.whole()));
    if (const auto salt = drug.molar_mass.find("hydrochloride"); salt != drug.molar_mass.end()) {
      line.labelled = wanted.mg;
      line.mg = wanted.mg * product->nmol_per_mg * salt->second / 1e6;
    }
    reading_.say(fmt::format("'{}' is read as {} ({:g} mg {})", name_, product->id, wanted.mg,
                             every_text(wanted.every)));
    return line;
  }

  // Hours count from the earliest start of all requests.
  static void add(Line line, const std::optional<Date>& start, Regimen& regimen) {
    if (start && !regimen.start) regimen.start = start;
    if (start && *start < *regimen.start) {
      const double shift = days_between(*start, *regimen.start) * day;
      for (Line& other : regimen.lines) {
        other.first += shift;
        other.until += shift;
      }
      regimen.start = start;
    } else if (start) {
      const double shift = days_between(*regimen.start, *start) * day;
      line.first += shift;
      line.until += shift;
    }
    regimen.lines.push_back(std::move(line));
  }

  void purposes(Regimen& regimen) const {
    std::vector<const Json*> reasons = each(resource_, "reasonCode");
    for (const Json* reference : each(resource_, "reasonReference")) {
      const Json* found = reading_.resources.resolve(text(*reference, "reference"), resource_);
      if (found != nullptr) reasons.push_back(&at(*found, "code"));
    }
    for (const Json* reason : reasons) {
      Named name = named(*reason);
      for (const std::string& word : words(*reason)) {
        if (reading_.vocabulary.condition(name) != nullptr) break;
        if (reading_.vocabulary.condition(std::string_view(word)) != nullptr) name.text = word;
      }
      if (!name.text.empty()) regimen.purpose.push_back(std::move(name));
    }
  }

  const Json& resource_;
  const Reading& reading_;
  const files::SearchPath& search_;
  std::string name_;
};

}  // namespace

Result<void> read_request(const Json& resource, const Reading& reading,
                          const files::SearchPath& search, Regimen& regimen) {
  return Request(resource, reading, search).read(regimen);
}

}  // namespace vesper::safety::fhir
