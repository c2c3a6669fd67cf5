#include "dosing/checks.h"

#include <fmt/format.h>

#include <cassert>
#include <string>

namespace vesper::dosing {

namespace {

units::Unit known(std::string_view text) {
  auto unit = units::Unit::parse(text);
  assert(unit && "the unit database of UDUNITS-2 lacks a unit of ours");
  return unit ? *unit : units::Unit();
}

}  // namespace

units::Unit hours() {
  return known("h");
}
units::Unit per_hour() {
  return known("/h");
}
units::Unit milligrams() {
  return known("mg");
}
units::Unit nanomoles() {
  return known("nmol");
}
units::Unit grams_per_mole() {
  return known("g/mol");
}

Result<double> in_range(const files::Yaml& value, std::string_view what, const units::Unit& unit,
                        Range range) {
  VESPER_TRY(const double number, value.in(unit));
  const char* wanted = nullptr;
  switch (range) {
    case Range::positive:
      if (!(number > 0)) wanted = "must be above 0";
      break;
    case Range::not_negative:
      if (!(number >= 0)) wanted = "cannot be negative";
      break;
    case Range::fraction:
      if (!(number >= 0 && number <= 1)) wanted = "must lie between 0 and 1 (100 %)";
      break;
    case Range::positive_fraction:
      if (!(number > 0 && number <= 1)) wanted = "must lie above 0 and be at most 1 (100 %)";
      break;
  }
  if (wanted == nullptr) return number;
  const bool percent_forgotten = number > 1 && number <= 100 && unit.dimensionless() &&
                                 value.raw().find('%') == std::string::npos;
  return fail(Code::out_of_range, fmt::format("{} '{}' {}", what, value.raw(), wanted),
              value.place(),
              percent_forgotten ? fmt::format("did you mean '{} %'?", value.raw()) : "");
}

}  // namespace vesper::dosing
