// Units and quantities, over UDUNITS-2.  Used at the borders (files, models, reports); inside the
// numeric rooms every physical field says its unit in a comment.
//
// A Unit knows what it measures and its scale (through UDUNITS), and keeps the names it was
// written with, so that a message can say "nmol/h" and not "2.8e-13 mol.s-1".
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "diagnostics/diagnostic.h"

namespace vesper::units {

class Unit {
 public:
  Unit();  // dimensionless, "1"

  // UDUNITS-2 text with a few additions and comforts: "ng/mL", "L/h", "/h" (per hour), "nM",
  // "%", "IU", "weeks".  Units with an offset (degC) are refused.
  static Result<Unit> parse(std::string_view text, const Place& place = {});
  // The same unit under a new name: `unit L_per_h = ...` in a model.
  Unit named(std::string name) const;

  Unit operator*(const Unit& other) const;
  Unit operator/(const Unit& other) const;
  Unit scaled(double factor) const;                  // 3600 * second
  std::optional<Unit> power(double exponent) const;  // none where the result is no unit (m^0.3)

  bool dimensionless() const;  // no dimension; the scale may differ from 1 (percent)
  bool same_dimension(const Unit& other) const;
  bool same(const Unit& other) const;  // dimension and scale (to 1e-9)
  double factor_to(
      const Unit& other) const;  // value [this] * factor = value [other]; same_dimension
  std::string text() const;      // as written; "1" for dimensionless

 private:
  struct Handle;
  std::shared_ptr<const Handle> handle_;
  std::map<std::string, double> names_;  // display: name -> exponent
};

struct Quantity {
  double value = 0;
  Unit unit;
  double in(const Unit& target) const { return value * unit.factor_to(target); }
};

// "4.5 mg", "24 h", "30 %", "0.5 /h"; a bare number is dimensionless.  NaN and infinity are
// refused.
Result<Quantity> parse_quantity(std::string_view text, const Place& place = {});

// The value of `text` in `target`; wrong dimension and missing units are errors that show both.
Result<double> parse_in(std::string_view text, const Unit& target, const Place& place = {});

}  // namespace vesper::units
