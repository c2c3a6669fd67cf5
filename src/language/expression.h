// The syntax tree of a formula, as it stands in a model file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
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

// The operands of an expression, left to right.  They let go of what is below them one by one,
// not one inside another: a sum of 100,000 terms must not need 100,000 stack frames to end.
class Operands : public std::vector<ExpressionPtr> {
 public:
  using std::vector<ExpressionPtr>::vector;
  Operands(std::vector<ExpressionPtr> list) : std::vector<ExpressionPtr>(std::move(list)) {}
  Operands(const Operands&) = default;
  Operands(Operands&&) noexcept = default;
  Operands& operator=(const Operands&) = default;
  Operands& operator=(Operands&&) noexcept = default;
  ~Operands();
};

// Calls cover operators' functions too; names of calls are lower case, in SBML L3 terms:
//   exp ln log10 log(base, x) sqrt root(n, x) abs floor ceil factorial
//   sin cos tan sec csc cot and a-, -h, a..h forms (asin, sinh, arcsinh is asinh)
//   min max quotient rem piecewise(value, condition, ..., otherwise) rateOf delay
//   normal, lognormal, uniform ... (distributions; see Symbol::distribution)
struct Expression {
  enum class Kind {
    number,  // value; unit when written `5 mL`
    name,    // a symbol, `time`, `pi`, `avogadro`, `exponentiale`, `true`, `false`, `inf`, `nan`
    negate,
    add,
    subtract,
    multiply,
    divide,
    power,
    less,
    less_equal,
    greater,
    greater_equal,
    equal,
    not_equal,
    logical_and,
    logical_or,
    logical_xor,
    logical_not,
    implies,
    call,  // name(arguments)
  };
  Kind kind = Kind::number;
  double value = 0;
  std::shared_ptr<const units::Unit> unit;  // of a literal with a unit, else null
  // Of a name or call; flattened: "pk.CL".  Of a number in a parsed file: its unit's name until
  // the unit is known; empty in a Model.
  std::string name;
  Operands arguments;
  Span span;
};

// The formula as Antimony text, with the fewest parentheses.
std::string text(const Expression& expression);

// The same tree: kinds, values, names and units (by what they measure); places do not count.
bool same(const Expression& a, const Expression& b);

// Is this true or false by its form: a comparison, logic, or one of the two words?
bool is_truth(const Expression& expression);

ExpressionPtr make_number(double value, std::shared_ptr<const units::Unit> unit = nullptr,
                          Span span = {});
ExpressionPtr make_name(std::string name, Span span = {});
ExpressionPtr make_call(std::string name, std::vector<ExpressionPtr> arguments, Span span = {});
ExpressionPtr make(Expression::Kind kind, std::vector<ExpressionPtr> operands, Span span = {});

}  // namespace vesper::language
