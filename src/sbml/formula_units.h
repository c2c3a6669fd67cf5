// Vesper lets a bare 0 stand beside anything; SBML wants to know which 0 it is.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "language/expression.h"

namespace vesper::sbml {

using UnitOfName = std::function<std::optional<units::Unit>(const std::string&)>;

// The unit of a bare 0 among the operands of `formula`: that of the operands beside it, where these
// are added or compared or one of them is chosen.  None where the unit of none of them is known.
std::optional<units::Unit> unit_of_zero(const language::Expression& formula,
                                        const UnitOfName& unit_of);

}  // namespace vesper::sbml
