// Units between SBML's kinds with scale, exponent and multiplier, and ours.
#pragma once

#include <sbml/SBMLTypes.h>

#include <optional>
#include <string>
#include <vector>

#include "units/units.h"

namespace vesper::sbml {

// A unit of a model by its id: defined there, predefined by the Level, or a base kind.  None where
// it has no meaning as a scale (celsius) or is not defined.
std::optional<units::Unit> unit_of(const ::Model& model, const std::string& id);

// The unit definitions of a document that is being written, each made when it is first asked for.
class UnitWriter {
 public:
  explicit UnitWriter(::Model& model) : model_(model) {}
  // An id for the unit; "" where it cannot be said (a broken exponent).
  std::string id(const units::Unit& unit);

 private:
  std::string fresh(const std::string& text) const;

  ::Model& model_;
  std::vector<std::pair<units::Unit, std::string>> known_;
};

}  // namespace vesper::sbml
