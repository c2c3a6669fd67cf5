// The syntax tree of a formula, as it stands in a model file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "units/units.h"

namespace vesper::language {

// Where a piece of a model stands: an index into Model::sources and byte offsets.
struct Span {
  std::uint32_t source = 0;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
};

struct Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;

// Calls cover operators' functions too; names of calls are lower case, in SBML L3 terms:
//   exp ln log10 log(base, x) sqrt root(n, x) abs floor ceil factorial
//   sin cos tan sec csc cot and a-, -h, a..h forms (asin, sinh, arcsinh is asinh)
//   min max quotient rem piecewise(value, condition, ..., otherwise) rateOf delay
//   normal, lognormal, uniform ... (distributions; see Symbol::distribution)
struct Expression {
  enum class Kind {
    number,    // value; unit when written `5 mL`
    name,      // a symbol, `time`, `pi`, `avogadro`, `exponentiale`, `true`, `false`, `inf`, `nan`
    negate, add, subtract, multiply, divide, power,
    less, less_equal, greater, greater_equal, equal, not_equal,
    logical_and, logical_or, logical_xor, logical_not, implies,
    call,      // name(arguments)
  };
  Kind kind = Kind::number;
  double value = 0;
  std::shared_ptr<const units::Unit> unit;  // of a literal with a unit, else null
  std::string name;                         // of a name or call; flattened: "pk.CL"
  std::vector<ExpressionPtr> arguments;     // operands, left to right
  Span span;
};

// The formula as Antimony text, with the fewest parentheses.
std::string text(const Expression& expression);

}  // namespace vesper::language
