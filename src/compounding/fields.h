// Quantities under a key, in a unit named by its text.
#pragma once

#include <fmt/format.h>

#include <string_view>

#include "files/yaml.h"

namespace vesper::compounding {

inline Result<double> amount(const files::Yaml& entry, std::string_view key,
                             std::string_view unit) {
  VESPER_TRY(const units::Unit target, units::Unit::parse(unit));
  VESPER_TRY(const double value, entry.in(key, target));
  if (value > 0) return value;
  return fail(Code::out_of_range, "'" + std::string(key) + "' must be above 0",
              entry.find(key)->place());
}

// The same between two ends that a pharmacy stays within.
inline Result<double> within(const files::Yaml& entry, std::string_view key, std::string_view unit,
                             double low, double high) {
  VESPER_TRY(const double value, amount(entry, key, unit));
  if (value >= low && value <= high) return value;
  return fail(Code::out_of_range, fmt::format("'{}' is from {:g} to {:g} {}", key, low, high, unit),
              entry.find(key)->place());
}

// A fraction written in percent, from 0 to `most`.
inline Result<double> fraction(const files::Yaml& entry, std::string_view key, double most) {
  VESPER_TRY(const double value, entry.in(key, units::Unit()));
  if (value >= 0 && value <= most) return value;
  return fail(Code::out_of_range, "'" + std::string(key) + "' is out of range",
              entry.find(key)->place(), "a percentage, such as 5 %");
}

}  // namespace vesper::compounding
