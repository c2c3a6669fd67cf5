// The units of a model: those it defines, SBML's base kinds, and UDUNITS-2 names.
#pragma once

#include <map>
#include <set>
#include <string>

#include "language/program.h"

namespace vesper::language {

class UnitTable {
 public:
  explicit UnitTable(const Program& program) : program_(program) {}

  // Two definitions of one name must mean the same; that is checked by `finish`.
  void define(const UnitStatement& statement);
  // Every definition resolved and compared.
  Result<void> finish();

  Result<units::Unit> named(const std::string& name, const Span& at);
  // A formula of units: `litre / (3600 second)`.
  Result<units::Unit> evaluate(const Expression& formula);

  bool is_unit(const std::string& name);  // known here or to UDUNITS-2
  const std::map<std::string, units::Unit>& known() const { return defined_; }
  std::map<std::string, std::string> texts() const;

 private:
  Result<units::Unit> define_now(const std::string& name);
  Result<units::Unit> foreign(const std::string& name, const Span& at);
  Result<double> number(const Expression& formula) const;

  const Program& program_;
  std::map<std::string, std::vector<const UnitStatement*>> statements_;
  std::set<const Expression*> seen_;  // definitions; a model used twice brings one twice
  std::map<std::string, units::Unit> defined_;
  std::map<std::string, units::Unit> foreign_;
  std::vector<std::string> open_;  // being resolved, outermost first
};

// The names that set the model's own units (SBML's timeUnits, substanceUnits, ...).
bool is_model_unit(std::string_view name);

}  // namespace vesper::language
