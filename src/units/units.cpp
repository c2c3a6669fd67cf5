// Unit text is parsed and compared by UDUNITS-2; the names that a unit was written with are kept
// beside it for messages.  UDUNITS keeps one parser state per process, so parsing takes a lock.
#include "units/units.h"

#include <fmt/format.h>
#include <udunits2.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <mutex>
#include <vector>

namespace vesper::units {

struct Unit::Handle {
  explicit Handle(ut_unit* unit) : unit(unit) {}
  ~Handle() { ut_free(unit); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ut_unit* unit;
};

namespace {

class UnitSystem {
 public:
  UnitSystem() {
    ut_set_error_message_handler(ut_ignore);
    system_ = ut_read_xml(nullptr);
    if (system_ == nullptr) return;  // no database installed: every parse says so
    // Molar concentration and the dimensionless counts of biology, which UDUNITS leaves out.
    add("mol/L", {"M", "molar"});
    add("1", {"dimensionless", "item", "items", "IU", "U", "copies", "capsule", "capsules",
              "tablet", "tablets"});
    one_ = ut_get_dimensionless_unit_one(system_);
  }
  ~UnitSystem() {
    ut_free(one_);
    ut_free_system(system_);
  }
  UnitSystem(const UnitSystem&) = delete;
  UnitSystem& operator=(const UnitSystem&) = delete;

  ut_unit* parse(const std::string& text) const {
    return system_ == nullptr ? nullptr : ut_parse(system_, text.c_str(), UT_UTF8);
  }
  bool ready() const { return system_ != nullptr; }
  ut_unit* one() const { return ut_clone(one_); }
  std::mutex& lock() { return lock_; }

 private:
  void add(const char* definition, const std::vector<const char*>& names) {
    ut_unit* unit = ut_parse(system_, definition, UT_UTF8);
    for (const char* name : names) ut_map_symbol_to_unit(name, UT_UTF8, unit);
    ut_free(unit);
  }
  ut_system* system_ = nullptr;
  ut_unit* one_ = nullptr;
  std::mutex lock_;
};

UnitSystem& unit_system() {
  static UnitSystem system;
  return system;
}

std::string trimmed(std::string_view text) {
  const auto space = [](unsigned char c) { return std::isspace(c) != 0; };
  while (!text.empty() && space(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && space(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return std::string(text);
}

// Splits "L/h", "1/h", "nmol.L-1", "ng mL-1", "m^2" into names and exponents for display; any
// other form is kept whole as one name.
std::map<std::string, double> names_of(const std::string& text) {
  std::map<std::string, double> names;
  double sign = 1;
  std::size_t i = 0;
  while (i < text.size()) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '/') {
      sign = -1;
      ++i;
      continue;
    }
    if (c == '*' || c == '.' || c == ' ') {
      sign = c == ' ' ? sign : 1;
      ++i;
      continue;
    }
    if (c == '1' && (i + 1 == text.size() || text[i + 1] == '/')) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() &&
           (std::isalpha(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_' ||
            text[end] == '%' || static_cast<unsigned char>(text[end]) >= 0x80)) {
      ++end;
    }
    if (end == i) return {{text, 1.0}};
    const std::string name = text.substr(i, end - i);
    i = end;
    if (i < text.size() && text[i] == '^') ++i;
    int exponent = 1;
    const auto parsed = std::from_chars(text.data() + i, text.data() + text.size(), exponent);
    if (parsed.ec == std::errc()) i = static_cast<std::size_t>(parsed.ptr - text.data());
    names[name] += sign * exponent;
    sign = 1;
  }
  std::erase_if(names, [](const auto& entry) { return entry.second == 0; });
  return names;
}

// People write "/h"; UDUNITS wants "1/h".  A number inside the unit ("3600 s") is no unit of ours.
std::string udunits_text(const std::string& text) {
  return text.front() == '/' ? "1" + text : text;
}

// UDUNITS takes a prefix on any unit, so that a slip such as "8 hh" would be 8 hectohours.  Nobody
// writes hours, minutes or days with a prefix.
bool prefixed_clock_time(const std::string& name) {
  if (name == "cd") return false;  // candela
  for (const std::string_view clock : {"h", "hr", "hour", "hours", "min", "minute", "minutes", "d",
                                       "day", "days", "week", "weeks", "year", "years"}) {
    if (!name.ends_with(clock)) continue;
    const std::string_view prefix(name.data(), name.size() - clock.size());
    for (const std::string_view known : {"Y", "Z", "E", "P", "T", "G", "M", "k", "h", "da", "d",
                                         "c", "m", "u", "µ", "n", "p", "f", "a", "z", "y"}) {
      if (prefix == known) return true;
    }
  }
  return false;
}

const std::vector<std::string>& common_units() {
  static const std::vector<std::string> list = {
      "mg",    "g",     "kg",   "ug",   "ng",     "pg",    "mol",   "mmol", "umol",  "nmol",
      "pmol",  "h",     "min",  "s",    "days",   "day",   "weeks", "week", "years", "year",
      "L",     "mL",    "dL",   "uL",   "nM",     "uM",    "mM",    "pM",   "L/h",   "mL/min",
      "ng/mL", "pg/mL", "mg/L", "ug/L", "nmol/L", "/h",    "/min",  "/day", "%",     "cm",
      "m",     "IU",    "mV",   "mm",   "hours",  "months"};
  return list;
}

}  // namespace

Unit::Unit() {
  if (unit_system().ready()) handle_ = std::make_shared<const Handle>(unit_system().one());
}

Result<Unit> Unit::parse(std::string_view given, const Place& place) {
  const std::string text = trimmed(given);
  UnitSystem& system = unit_system();
  if (!system.ready()) {
    return fail(Code::unknown_unit, "the unit database of UDUNITS-2 is not installed", place,
                "install the Debian package libudunits2-data");
  }
  if (text.empty()) return fail(Code::missing_unit, "a unit is missing", place);
  if (text == "1") return Unit();
  // A leading digit would be a factor, and letters beside digits an exponent by accident; UDUNITS
  // also knows time origins ("since", "@", "from", "after") and logarithmic references.
  const std::map<std::string, double> names = names_of(text);
  const bool clock = std::any_of(names.begin(), names.end(),
                                 [](const auto& name) { return prefixed_clock_time(name.first); });
  const bool odd =
      clock ||
      (std::isdigit(static_cast<unsigned char>(text[0])) != 0 && text.rfind("1/", 0) != 0) ||
      text.find('@') != std::string::npos || text.size() > 64;
  ut_unit* parsed = nullptr;
  if (!odd) {
    const std::lock_guard guard(system.lock());
    parsed = system.parse(udunits_text(text));
  }
  if (parsed == nullptr) {
    return fail(Code::unknown_unit, fmt::format("unknown unit '{}'", text), place,
                suggest(text, common_units()));
  }
  Unit unit;
  unit.handle_ = std::make_shared<const Handle>(parsed);
  unit.names_ = names;
  // A unit with an origin of its own (degC, "days since ...") cannot be multiplied.
  const Unit one;
  ut_unit* squared = ut_multiply(parsed, parsed);
  const bool plain = squared != nullptr && [&] {
    ut_unit* base = ut_divide(squared, parsed);
    cv_converter* back = ut_get_converter(parsed, base);
    const bool same = back != nullptr && cv_convert_double(back, 0.0) == 0.0 &&
                      std::abs(cv_convert_double(back, 1.0) - 1.0) < 1e-9;
    cv_free(back);
    ut_free(base);
    return same;
  }();
  ut_free(squared);
  if (!plain) {
    return fail(Code::unknown_unit, fmt::format("unit '{}' has an origin of its own", text), place,
                "use a unit that measures from zero, such as K for temperatures");
  }
  return unit;
}

Unit Unit::named(std::string name) const {
  Unit unit = *this;
  unit.names_ = {{std::move(name), 1.0}};
  return unit;
}

Unit Unit::operator*(const Unit& other) const {
  Unit unit;
  unit.handle_ = std::make_shared<const Handle>(ut_multiply(handle_->unit, other.handle_->unit));
  unit.names_ = names_;
  for (const auto& [name, exponent] : other.names_) unit.names_[name] += exponent;
  std::erase_if(unit.names_, [](const auto& entry) { return entry.second == 0; });
  return unit;
}

Unit Unit::operator/(const Unit& other) const {
  Unit unit;
  unit.handle_ = std::make_shared<const Handle>(ut_divide(handle_->unit, other.handle_->unit));
  unit.names_ = names_;
  for (const auto& [name, exponent] : other.names_) unit.names_[name] -= exponent;
  std::erase_if(unit.names_, [](const auto& entry) { return entry.second == 0; });
  return unit;
}

Unit Unit::scaled(double factor) const {
  Unit unit;
  unit.handle_ = std::make_shared<const Handle>(ut_scale(factor, handle_->unit));
  unit.names_ = {{factor == 1 ? text() : fmt::format("{:g} {}", factor, text()), 1.0}};
  return unit;
}

std::optional<Unit> Unit::power(double exponent) const {
  if (exponent == 0) return Unit();
  Unit unit;
  const double whole = std::round(exponent);
  if (std::abs(exponent - whole) < 1e-12 && std::abs(whole) < 100) {
    ut_unit* raised = ut_raise(handle_->unit, static_cast<int>(whole));
    if (raised == nullptr) return std::nullopt;
    unit.handle_ = std::make_shared<const Handle>(raised);
  } else {
    const double root = 1 / exponent;
    if (std::abs(root - std::round(root)) > 1e-9 || root < 0 || root > 100) {
      if (dimensionless() && same(Unit())) return Unit();
      return std::nullopt;
    }
    ut_unit* rooted = ut_root(handle_->unit, static_cast<int>(std::round(root)));
    if (rooted == nullptr)
      return dimensionless() && same(Unit()) ? std::optional(Unit()) : std::nullopt;
    unit.handle_ = std::make_shared<const Handle>(rooted);
  }
  for (const auto& [name, power] : names_) unit.names_[name] = power * exponent;
  return unit;
}

bool Unit::dimensionless() const {
  return same_dimension(Unit());
}

// UDUNITS calls reciprocal units convertible (s and Hz); a quotient tells them apart.
bool Unit::same_dimension(const Unit& other) const {
  ut_unit* ratio = ut_divide(handle_->unit, other.handle_->unit);
  const bool same = ratio != nullptr && ut_is_dimensionless(ratio) != 0 &&
                    ut_are_convertible(handle_->unit, other.handle_->unit) != 0;
  ut_free(ratio);
  return same;
}

bool Unit::same(const Unit& other) const {
  return same_dimension(other) && std::abs(factor_to(other) - 1) < 1e-9;
}

double Unit::factor_to(const Unit& other) const {
  cv_converter* converter = ut_get_converter(handle_->unit, other.handle_->unit);
  const double factor = converter == nullptr ? std::nan("") : cv_convert_double(converter, 1.0);
  cv_free(converter);
  return factor;
}

std::string Unit::text() const {
  std::string above, below;
  const auto piece = [](const std::string& name, double exponent) {
    return exponent == 1 ? name : fmt::format("{}^{:g}", name, exponent);
  };
  int below_count = 0;
  for (const auto& [name, exponent] : names_) {
    if (exponent > 0) {
      above += (above.empty() ? "" : "*") + piece(name, exponent);
    } else {
      below += (below.empty() ? "" : "*") + piece(name, -exponent);
      ++below_count;
    }
  }
  if (below.empty()) return above.empty() ? "1" : above;
  return (above.empty() ? "1" : above) + "/" + (below_count > 1 ? "(" + below + ")" : below);
}

Result<Quantity> parse_quantity(std::string_view given, const Place& place) {
  const std::string text = trimmed(given);
  const char* begin = text.data();
  const char* end = begin + text.size();
  const char* digits = begin != end && *begin == '+' ? begin + 1 : begin;
  double value = 0;
  const auto [rest, error] = std::from_chars(digits, end, value);
  if (error == std::errc::result_out_of_range) {
    return fail(Code::bad_number, fmt::format("'{}' is too large or too small a number", text),
                place);
  }
  if (error != std::errc() || !std::isfinite(value)) {
    return fail(Code::bad_quantity, fmt::format("'{}' is not a quantity", text), place,
                "write a number and a unit, such as `4.5 mg`");
  }
  const auto used = static_cast<std::size_t>(rest - begin);
  const std::string unit_text = trimmed(std::string_view(text).substr(used));
  if (unit_text.empty()) return Quantity{value, Unit()};
  Place at = place;
  if (const auto where =
          place.line_text.find(text, static_cast<std::size_t>(std::max(0, place.column - 1)));
      place.line > 0 && where != std::string::npos) {
    at.column = static_cast<int>(where + text.size() - unit_text.size()) + 1;
    at.length = static_cast<int>(unit_text.size());
  }
  auto unit = Unit::parse(unit_text, at);
  if (!unit) {
    Diagnostic error_in_unit = unit.error();
    if (error_in_unit.code == Code::unknown_unit &&
        error_in_unit.message.rfind("unknown unit", 0) == 0) {
      error_in_unit.message = fmt::format("'{}' has an unknown unit '{}'", text, unit_text);
    }
    return tl::unexpected<Diagnostic>(std::move(error_in_unit));
  }
  return Quantity{value, *unit};
}

Result<double> parse_in(std::string_view text, const Unit& target, const Place& place) {
  VESPER_TRY(const Quantity quantity, parse_quantity(text, place));
  if (!quantity.unit.same_dimension(target)) {
    if (quantity.unit.text() == "1") {
      return fail(Code::missing_unit, fmt::format("'{}' needs a unit", trimmed(text)), place,
                  fmt::format("such as `{} {}`", trimmed(text), target.text()));
    }
    return fail(Code::wrong_dimension,
                fmt::format("'{}' is in {}, but {} is wanted here", trimmed(text),
                            quantity.unit.text(), target.text()),
                place);
  }
  return quantity.in(target);
}

}  // namespace vesper::units
