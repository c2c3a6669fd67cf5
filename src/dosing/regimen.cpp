// The reader of a regimen.  A dose in mass becomes a number of units of its product,
//   count = dose * (M_product / M_dose) / strength
// with the molar masses M of the product's form and of the form that the dose names.
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "dosing/checks.h"
#include "dosing/dosing.h"
#include "dosing/overlap.h"
#include "dosing/times.h"

namespace vesper::dosing {

namespace {

using files::Yaml;

constexpr double shortest_interval = 1.0 / 60;  // [h]
constexpr double same_count = 1e-6;             // relative; a dose in the product's own form
constexpr double same_count_converted = 5e-3;   // labels round converted doses
constexpr double largest_dose = 1e6;            // [mg] beyond any dose of anything

struct Mass {
  double mg = 0;  // of the product's form
  bool converted = false;
};

// "1.36 mg base": the quantity and, where one is named, the form.
struct WrittenDose {
  std::string quantity, form;
  Place form_place;
};

std::string trimmed(const std::string& text) {
  const std::size_t start = text.find_first_not_of(" \t");
  if (start == std::string::npos) return "";
  return text.substr(start, text.find_last_not_of(" \t") - start + 1);
}

// The place of the end of a scalar, from an offset in its text.
Place from_offset(const Yaml& value, const std::string& text, std::size_t offset) {
  Place place = value.place();
  const auto start = static_cast<std::size_t>(std::max(0, place.column - 1));
  if (const auto at = place.line_text.find(text, start); at != std::string::npos) {
    place.column = static_cast<int>(at + offset) + 1;
    place.length = static_cast<int>(text.size() - offset);
  }
  return place;
}

Result<WrittenDose> split(const Yaml& value, const Drug& drug) {
  VESPER_TRY(const std::string written, value.text());
  const std::string text = trimmed(written);
  // The longest form that ends the text: "hydrochloride dihydrate" before "dihydrate".
  std::string form;
  std::vector<std::string> known;
  for (const auto& [name, mass] : drug.molar_mass) {
    known.push_back(name);
    const bool ends = text.size() > name.size() + 1 &&
                      text.compare(text.size() - name.size(), name.size(), name) == 0 &&
                      text[text.size() - name.size() - 1] == ' ';
    if (ends && name.size() > form.size()) form = name;
  }
  if (!form.empty()) {
    const std::size_t offset = text.size() - form.size();
    return WrittenDose{trimmed(text.substr(0, offset)), form, from_offset(value, text, offset)};
  }
  const std::size_t unit = text.find_first_not_of(' ', text.find(' '));
  const std::size_t third = text.find_first_not_of(' ', text.find(' ', unit));
  if (unit == std::string::npos || third == std::string::npos) return WrittenDose{text, "", {}};
  return fail(
      Code::unknown_form,
      fmt::format("'{}' is no form of {} that drugs.yaml lists", text.substr(third), drug.name),
      from_offset(value, text, third), suggest(text.substr(third), known));
}

Result<Mass> read_mass(const Yaml& value, const Product& product, Catalogue& catalogue) {
  VESPER_TRY(const Drug drug, catalogue.drug(product.drug, product.file.whole()));
  VESPER_TRY(const WrittenDose written, split(value, drug));
  VESPER_TRY(const units::Quantity quantity,
             units::parse_quantity(written.quantity, value.place()));
  Mass mass;
  if (quantity.unit.same_dimension(nanomoles())) {
    if (!written.form.empty()) {
      return fail(
          Code::unknown_form,
          fmt::format("'{}' needs no form: a mole of salt holds a mole of base", value.raw()),
          written.form_place, fmt::format("write `{}`", written.quantity));
    }
    mass = {quantity.in(nanomoles()) / product.nmol_per_mg, true};
  } else {
    VESPER_TRY(mass.mg, units::parse_in(written.quantity, milligrams(), value.place()));
    if (!written.form.empty() && written.form != product.form) {
      mass.mg *= drug.molar_mass.at(product.form) / drug.molar_mass.at(written.form);
      mass.converted = true;
    }
  }
  if (!(mass.mg >= 0)) {
    return fail(Code::out_of_range, fmt::format("dose '{}' cannot be negative", value.raw()),
                value.place());
  }
  return mass;
}

std::string units_text(double count, const Product& product) {
  return fmt::format("{:g} mg (count: {:g})", count * product.strength, count);
}

// The whole number that `count` stands for; an indivisible product has no other.
Result<double> whole_units(double count, double tolerance, const Yaml& value,
                           const Product& product) {
  const double whole = std::round(count);
  if (std::abs(count - whole) <= tolerance * whole) return whole;
  if (product.divisible) return count;
  const double below = std::floor(count);
  const std::string nearest =
      below > 0 ? units_text(below, product) + " or " + units_text(below + 1, product)
                : units_text(1, product);
  return fail(Code::not_whole_units,
              fmt::format("'{}' is {:.4g} units of '{}', which holds {:g} mg of {} and cannot be "
                          "divided",
                          value.raw(), count, product.id, product.strength, product.form),
              value.place(), "nearest: " + nearest);
}

Result<double> read_count(const Yaml& written, const Product& product, Catalogue& catalogue) {
  const Yaml* count = written.find("count");
  const Yaml* dose = written.find("dose");
  if (count != nullptr && dose != nullptr) {
    return fail(Code::contradictory_item, "'count' and 'dose' both say how much", count->place(),
                "keep one of them");
  }
  if (count != nullptr) {
    VESPER_TRY(const double number, in_range(*count, "count", units::Unit(), Range::not_negative));
    return whole_units(number, same_count, *count, product);
  }
  if (dose != nullptr) {
    VESPER_TRY(const Mass mass, read_mass(*dose, product, catalogue));
    return whole_units(mass.mg / product.strength,
                       mass.converted ? same_count_converted : same_count, *dose, product);
  }
  return 1.0;
}

Result<double> read_amount(const Yaml& written, const Product& product, Catalogue& catalogue) {
  VESPER_TRY(const double count, read_count(written, product, catalogue));
  if (count * product.strength > largest_dose) {
    const Yaml* value = written.has("dose") ? written.find("dose") : written.find("count");
    return fail(Code::out_of_range, "this dose is more than 1 kg",
                value == nullptr ? written.place() : value->place());
  }
  return count;
}

Result<void> read_when(const Yaml& written, RegimenItem& item) {
  double from = 0;
  if (const Yaml* value = written.find("from")) {
    VESPER_TRY(from, read_time_point(*value));
  }
  item.first = from;
  if (const Yaml* value = written.find("at")) {
    VESPER_TRY(const double clock, read_clock_time(*value));
    item.first = first_clock_time(from, clock);
  }
  if (const Yaml* value = written.find("every")) {
    VESPER_TRY(item.every, in_range(*value, "every", hours(), Range::positive));
    if (item.every < shortest_interval) {
      return fail(Code::out_of_range,
                  fmt::format("every '{}' is shorter than a minute", value->raw()), value->place(),
                  "an infusion is a product with `zero-order` release");
    }
  }
  item.until = std::numeric_limits<double>::infinity();
  if (const Yaml* value = written.find("until")) {
    VESPER_TRY(item.until, read_end_point(*value));
    if (item.every == 0) {
      return fail(Code::contradictory_item, "'until' without 'every': a single dose has no end",
                  value->place(), "add `every: 24 h`, or leave 'until' out");
    }
    if (item.until <= from) {
      return fail(Code::no_dose_falls, fmt::format("until '{}' lies before 'from'", value->raw()),
                  value->place(), "exchange them");
    }
    if (item.until <= item.first) {
      return fail(
          Code::no_dose_falls,
          fmt::format("until '{}' lies before the first dose, at {:g} h", value->raw(), item.first),
          value->place());
    }
  }
  return {};
}

Result<void> read_steady_state(const Yaml& written, RegimenItem& item) {
  VESPER_TRY(item.steady_state, written.boolean_or("steady-state", false));
  if (!item.steady_state) return {};
  const Place place = written.find("steady-state")->place();
  if (item.every == 0)
    return fail(Code::contradictory_item, "'steady-state' without 'every'", place,
                "say how often the dose was taken: `every: 24 h`");
  if (item.first >= item.every)
    return fail(Code::contradictory_item,
                fmt::format("steady state of doses that begin at {:g} h", item.first), place,
                "leave 'from' out: these doses were taken before the start too");
  return {};
}

Result<RegimenItem> read_item(const Yaml& written, Catalogue& catalogue,
                              const std::filesystem::path& beside) {
  VESPER_CHECK(written.keys({"product", "count", "dose", "every", "at", "from", "until",
                             "adherence", "with-food", "steady-state"}));
  RegimenItem item;
  item.place = written.place();
  VESPER_TRY(const Yaml product, written.at("product"));
  VESPER_TRY(const std::string id, product.text());
  VESPER_TRY(item.product, catalogue.product(id, beside, product.place()));
  VESPER_TRY(item.count, read_amount(written, item.product, catalogue));
  VESPER_CHECK(read_when(written, item));
  if (const Yaml* adherence = written.find("adherence")) {
    VESPER_TRY(item.adherence, in_range(*adherence, "adherence", units::Unit(), Range::fraction));
  }
  VESPER_TRY(item.with_food, written.boolean_or("with-food", false));
  if (item.with_food && !item.product.food) {
    return fail(Code::no_effect_of_food,
                fmt::format("'{}' does not say what a meal changes", item.product.id),
                written.find("with-food")->place(),
                "add `food:` to the product, or leave 'with-food' out");
  }
  VESPER_CHECK(read_steady_state(written, item));
  return item;
}

// Periods that repeat together: the longest is a multiple of each.
Result<void> check_steady_periods(const Regimen& regimen) {
  const double period = steady_period(regimen);
  for (const RegimenItem& item : regimen.items) {
    if (!item.steady_state) continue;
    const double times = period / item.every;
    if (std::abs(times - std::round(times)) <= 1e-9 * times) continue;
    return fail(Code::contradictory_item,
                fmt::format("doses every {:g} h and every {:g} h do not repeat together",
                            item.every, period),
                item.place, "let the longest interval be a multiple of the others");
  }
  return {};
}

}  // namespace

Result<Regimen> read_regimen(const Yaml& list, Catalogue& catalogue,
                             const std::filesystem::path& beside) {
  if (!list.is_list()) {
    return fail(Code::wrong_type, "a regimen is a list", list.place(),
                list.is_map() ? "begin each line with `- `" : "write [] for no treatment");
  }
  Regimen regimen;
  for (const Yaml& written : list.items()) {
    VESPER_TRY(RegimenItem item, read_item(written, catalogue, beside));
    regimen.items.push_back(std::move(item));
  }
  VESPER_CHECK(check_overlap(regimen));
  VESPER_CHECK(check_steady_periods(regimen));
  return regimen;
}

}  // namespace vesper::dosing
