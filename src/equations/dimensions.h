// Dimensional analysis of a model's formulas, on the syntax trees, so that an error has the place
// of the part that is wrong.
//
//   a + b, a < b, min, max, rem   both in one unit, scale included (mL and L do not agree)
//   exp, ln, exponents, ...       numbers without a unit (percent is a unit)
//   x := f                        f in the unit of x
//   x' = f                        f in the unit of x per time
//   reaction                      rate in the unit of its species' amounts per time
//
// A literal 0 (and inf, nan) fits anything, other literals have no unit; a value or initial value
// that is a plain number is in its symbol's own unit.  A symbol without a declared unit has the
// unit of its formula, where it has one that names other symbols; else its unit is unknown, and
// what an unknown touches is unknown and never an error.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "equations/names.h"
#include "units/units.h"

namespace vesper::equations {

// The unit of a formula.
struct Dimension {
  enum class Kind { unknown, known, any } kind = Kind::unknown;
  units::Unit unit = {};              // when known
  std::optional<double> number = {};  // where the formula is a plain number
  bool bare = false;                  // made of numbers alone
  bool known() const { return kind == Kind::known; }
};

// The same unit under a name that people use: "h" for "3600 second", "nmol" for "1e-09 mole".
// Units that have such a name or none stay as they are.
units::Unit readable(const units::Unit& unit);

class Dimensions {
 public:
  // Derives the units that are not declared.  When the model is checked, a formula that does not
  // agree with itself is an error; otherwise its unit is unknown.
  static Result<Dimensions> derive(const Names& names);
  // Every rule, reaction, initial value and event.
  Result<void> check();

  // Of what the symbol's name means; and of a species' amount.
  const std::optional<units::Unit>& of_symbol(std::size_t symbol) const { return symbols_[symbol]; }
  const std::optional<units::Unit>& amount(std::size_t symbol) const { return amounts_[symbol]; }
  const std::optional<units::Unit>& of_reaction(std::size_t index) const {
    return reactions_[index];
  }

 private:
  struct Scope {
    const language::Function* function = nullptr;
    std::span<const Dimension> arguments = {};
  };
  using Arguments = std::span<const Dimension>;
  using Expression = language::Expression;

  explicit Dimensions(const Names& names);
  void declare(std::size_t symbol);
  void declare_species(std::size_t symbol);
  Result<void> derive_symbol(std::size_t symbol);
  Result<void> derive_reaction(std::size_t reaction);
  const Expression* deriving_formula(std::size_t symbol) const;
  std::vector<std::vector<std::size_t>> derivation_uses() const;

  Result<void> check_rule(const language::Rule& rule);
  Result<void> check_reaction(std::size_t reaction);
  Result<void> check_initial(std::size_t symbol);
  Result<void> check_event(const language::Event& event);

  Result<Dimension> of(const Expression& formula) { return of_in(formula, Scope()); }
  Result<Dimension> of_in(const Expression& formula, const Scope& scope);
  Result<Dimension> combine(const Expression& e, Arguments arguments, const Scope& scope);
  Dimension name(const Expression& e, const Scope& scope) const;
  Result<Dimension> call(const Expression& e, Arguments arguments);
  Result<Dimension> call_function(const language::Function& function, const Expression& e,
                                  Arguments arguments);
  Result<Dimension> power(const Expression& e, const Dimension& base, const Dimension& exponent);
  Result<Dimension> raised(const Expression& e, const Dimension& base, double exponent);
  Result<Dimension> piecewise(const Expression& e, Arguments arguments);
  Result<Dimension> alike(const Expression& e, const std::vector<std::size_t>& which,
                          Arguments arguments, std::string_view verb);
  Result<void> plain(const Expression& e, const Dimension& dimension, const std::string& who) const;
  Result<void> agrees(const Expression& formula, const Dimension& dimension,
                      const units::Unit& wanted, const std::string& what,
                      const std::string& hint = {}) const;
  std::optional<units::Unit> extent_of(std::size_t species) const;
  std::optional<units::Unit> per_time(const std::optional<units::Unit>& unit) const;
  units::Unit tidy(const units::Unit& unit) const;
  Place place(const Expression& e) const { return names_->place(e.span); }

  const Names* names_;
  std::optional<units::Unit> time_, substance_, extent_, volume_;  // the model's defaults
  std::vector<std::optional<units::Unit>> symbols_, amounts_, reactions_;
  std::vector<units::Unit> declared_;  // units that the model names
  std::size_t visited_ = 0;
};

}  // namespace vesper::equations
