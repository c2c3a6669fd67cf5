// Dosages: coded, or in words where each is said exactly once.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <regex>

#include "safety/fhir_record.h"

namespace vesper::safety::fhir {

namespace {

constexpr double day = 24;                 // [h]
constexpr std::size_t longest_text = 500;  // bytes of a dosage in words

// UCUM's units of time, in hours; a month is 28 days where doses are counted, since injections are
// given every four weeks.
std::optional<double> hours_of(const std::string& unit) {
  static const std::map<std::string, double> known = {
      {"min", 1.0 / 60}, {"h", 1}, {"d", day}, {"wk", 7 * day}, {"mo", 28 * day}, {"a", 365 * day}};
  const auto found = known.find(unit);
  return found == known.end() ? std::nullopt : std::optional(found->second);
}

// HL7's abbreviations of timing, in hours from dose to dose.
std::optional<double> hours_of_code(const Json& code) {
  static const std::vector<std::pair<std::vector<std::string>, double>> known = {
      {{"QD", "AM", "PM", "BED", "HS", "QHS", "daily", "once daily"}, day},
      {{"BID", "twice daily"}, day / 2},
      {{"TID"}, day / 3},
      {{"QID"}, day / 4},
      {{"QOD"}, 2 * day},
      {{"Q1H"}, 1},
      {{"Q2H"}, 2},
      {{"Q3H"}, 3},
      {{"Q4H"}, 4},
      {{"Q6H"}, 6},
      {{"Q8H"}, 8},
      {{"WK", "weekly"}, 7 * day},
      {{"MO", "monthly"}, 28 * day}};
  for (const auto& [names, hours] : known) {
    if (says(code, names)) return hours;
  }
  return std::nullopt;
}

std::optional<double> interval(const Json& repeat) {
  const auto period = number(repeat, "period");
  const auto unit = hours_of(text(repeat, "periodUnit"));
  const std::size_t clock = each(repeat, "timeOfDay").size();
  if (!period && at(repeat, "periodUnit").is_null() && clock > 0) {
    return day / static_cast<double>(clock);
  }
  if (!period || !unit || !(*period > 0)) return std::nullopt;
  const double frequency =
      number(repeat, "frequencyMax").value_or(number(repeat, "frequency").value_or(1));
  if (!(frequency > 0)) return std::nullopt;
  return *period * *unit / frequency;
}

void read_timing(const Json& timing, Dosage& out) {
  const Json& repeat = at(timing, "repeat");
  out.every = interval(repeat);
  if (!out.every) out.every = hours_of_code(at(timing, "code"));
  const Json& period = at(repeat, "boundsPeriod");
  out.from = stretch(text(period, "start"));
  out.to = stretch(text(period, "end"));
  const Json& length = at(repeat, "boundsDuration");
  const auto unit =
      hours_of(text(length, "code").empty() ? text(length, "unit") : text(length, "code"));
  const auto count = number(length, "value");
  if (unit && count && *count > 0) out.lasts = *count * *unit;
}

bool is_count(const Json& quantity) {
  static const std::vector<std::string> names = {"tablet", "tablets", "tab", "capsule", "capsules",
                                                 "cap",    "tbl",     "1",   "unit",    "units"};
  for (const char* key : {"code", "unit"}) {
    std::string unit = text(quantity, key);
    std::erase_if(unit, [](char c) { return c == '{' || c == '}'; });
    for (char& c : unit) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (std::find(names.begin(), names.end(), unit) != names.end()) return true;
  }
  return text(quantity, "code").empty() && text(quantity, "unit").empty();
}

void read_dose(const Json& amount, Dosage& out) {
  if (is_count(amount)) {
    out.units = number(amount, "value");
  } else {
    out.dose = quantity(amount);
  }
}

// UCUM to what units::Unit reads: annotations in braces say nothing, brackets are arbitrary units.
std::string plain_unit(std::string unit) {
  unit = without_surface(unit).first;
  static const std::regex annotation(R"(\{[^}]*\})"), times_ten(R"(10\*(-?\d+))");
  unit = std::regex_replace(unit, annotation, "");
  unit = std::regex_replace(unit, times_ten, "1e$1");
  std::erase_if(unit, [](char c) { return c == '[' || c == ']'; });
  while (!unit.empty() && (unit.back() == '/' || unit.back() == '.')) unit.pop_back();
  if (unit.starts_with("iU")) unit = "IU" + unit.substr(2);
  return unit;
}

// "1 tablet", "two capsules".
void read_count_text(const std::string& text, Dosage& dosage) {
  if (dosage.dose || dosage.units) return;
  static const std::regex count(R"( (\d|one|two|three|four) (tablet|capsule)s? )");
  const std::sregex_iterator begin(text.begin(), text.end(), count), end;
  if (std::distance(begin, end) != 1) return;
  const std::string word = (*begin)[1];
  dosage.units = word == "one"     ? 1
                 : word == "two"   ? 2
                 : word == "three" ? 3
                 : word == "four"  ? 4
                                   : word.front() - '0';
}

// "every 4 weeks", "every 12 h".
std::vector<double> numbered_intervals(const std::string& text) {
  static const std::regex every(R"( every (\d{1,3}) (h|hours|d|days|weeks|months) )");
  std::vector<double> all;
  for (std::sregex_iterator one(text.begin(), text.end(), every), end; one != end; ++one) {
    const double hours = (*one)[2].str()[0] == 'h'   ? 1
                         : (*one)[2].str()[0] == 'd' ? day
                         : (*one)[2].str()[0] == 'w' ? 7 * day
                                                     : 28 * day;
    const double count = std::stoi((*one)[1]);
    if (count > 0) all.push_back(count * hours);
  }
  return all;
}

}  // namespace

namespace {

// Whether unit and code of a quantity are both understood and mean different units.
bool contradicts(const Json& value) {
  std::vector<units::Unit> both;
  for (const char* key : {"code", "unit"}) {
    std::string written = plain_unit(text(value, key));
    if (written.starts_with("IU")) written.erase(0, 1);
    if (written.empty() || written.size() > 40) return false;
    auto unit = units::Unit::parse(written);
    if (!unit) return false;
    both.push_back(*unit);
  }
  if (!both[0].same_dimension(both[1])) return true;
  return std::abs(both[0].factor_to(both[1]) - 1) > 1e-6;
}

}  // namespace

std::optional<units::Quantity> quantity(const Json& value) {
  const auto amount = number(value, "value");
  if (!amount || !std::isfinite(*amount)) return std::nullopt;
  if (contradicts(value)) return std::nullopt;
  for (const char* key : {"code", "unit"}) {
    if (!at(value, key).is_string()) continue;
    const std::string unit = plain_unit(text(value, key));
    if (unit.size() > 40) continue;
    if (unit.empty() || unit == "1") return units::Quantity{*amount, units::Unit()};
    if (auto parsed = units::Unit::parse(unit)) return units::Quantity{*amount, *parsed};
  }
  const bool bare = text(value, "code").empty() && text(value, "unit").empty();
  return bare ? std::optional(units::Quantity{*amount, units::Unit()}) : std::nullopt;
}

std::string decimal_point(std::string digits) {
  const std::size_t comma = digits.find(',');
  if (comma == std::string::npos) return digits;
  if (digits.size() - comma == 4) return "";  // 1,500: thousands or thousandths
  digits[comma] = '.';
  return digits;
}

Dosage read_dosage(const Json& dosage) {
  Dosage out;
  out.text = text(dosage, "text");
  if (out.text.empty()) out.text = text(dosage, "patientInstruction");
  read_timing(at(dosage, "timing"), out);
  out.as_needed =
      truth(dosage, "asNeededBoolean") || !at(dosage, "asNeededCodeableConcept").is_null();
  for (const Json* one : each(dosage, "doseAndRate")) {
    if (at(*one, "doseQuantity").is_object()) read_dose(at(*one, "doseQuantity"), out);
    // Of a range the most.
    const Json& high = at(at(*one, "doseRange"), "high");
    if (high.is_object()) read_dose(high, out);
    const Json& rate = at(*one, "rateQuantity");
    if (rate.is_object() && !out.dose) out.dose = quantity(rate);
  }
  return out;
}

void read_dosage_text(const std::string& written, Dosage& dosage) {
  const std::string text = spaced(written.substr(0, longest_text));
  if (!dosage.dose && !dosage.units) {
    // Points are part of numbers here.
    static const std::regex amount(R"((\d+(?:[.,]\d+)?)\s*(mg|milligrams?|mcg|micrograms?)\b)",
                                   std::regex::icase);
    const std::string head = written.substr(0, longest_text);
    const std::sregex_iterator begin(head.begin(), head.end(), amount), end;
    if (std::distance(begin, end) == 1) {
      double value = 0;
      const std::string digits = decimal_point((*begin)[1]);
      std::from_chars(digits.data(), digits.data() + digits.size(), value);
      const std::string unit_word = spaced((*begin)[2].str());
      const bool milli = unit_word == " mg " || unit_word.starts_with(" mil");
      const auto unit = units::Unit::parse(milli ? "mg" : "ug");
      if (unit && !digits.empty()) dosage.dose = units::Quantity{value, *unit};
    }
  }
  read_count_text(text, dosage);
  if (dosage.every) return;
  static const std::vector<std::pair<std::vector<const char*>, double>> phrases = {
      {{" twice daily ", " two times a day ", " twice a day ", " bid "}, day / 2},
      {{" three times daily ", " three times a day ", " tid "}, day / 3},
      {{" every other day "}, 2 * day},
      {{" every third day "}, 3 * day},
      {{" every four weeks ", " once a month ", " monthly ", " every month "}, 28 * day},
      {{" weekly ", " once a week ", " every week "}, 7 * day}};
  std::vector<double> said = numbered_intervals(text);
  for (const auto& [words, hours] : phrases) {
    for (const char* word : words) {
      if (text.find(word) == std::string::npos) continue;
      said.push_back(hours);
      break;
    }
  }
  static const std::vector<const char*> once = {" daily ",
                                                " once a day ",
                                                " every day ",
                                                " at bedtime ",
                                                " at night ",
                                                " nightly ",
                                                " every night ",
                                                " each night ",
                                                " every evening ",
                                                " every morning ",
                                                " in the morning ",
                                                " in the evening ",
                                                " qhs ",
                                                " od ",
                                                " qd "};
  const bool day_by_day = std::any_of(once.begin(), once.end(), [&](const char* word) {
    return text.find(word) != std::string::npos;
  });
  if (day_by_day) said.push_back(day);
  std::sort(said.begin(), said.end());
  said.erase(std::unique(said.begin(), said.end()), said.end());
  if (said.size() == 1) dosage.every = said.front();
}

}  // namespace vesper::safety::fhir
