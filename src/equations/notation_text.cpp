// Formulas as they would stand in a model file.
#include <fmt/format.h>

#include <cassert>
#include <cmath>

#include "equations/printer.h"

namespace vesper::equations {
namespace {

std::string number(double value) {
  return fmt::format("{}", value);
}

std::string name(std::string_view id) {
  return std::string(id);
}

std::string amount(std::string_view id) {
  return fmt::format("amount({})", id);
}

struct Sign {
  std::string_view text;
  Rank rank;
  Rank left, right;  // operands that bind less tightly stand in parentheses
};

std::optional<Sign> sign(Op op) {
  switch (op) {
    case Op::add:
      return Sign{" + ", Rank::additive, Rank::additive, Rank::multiplicative};
    case Op::subtract:
      return Sign{" - ", Rank::additive, Rank::additive, Rank::multiplicative};
    case Op::multiply:
      return Sign{"*", Rank::multiplicative, Rank::prefix, Rank::power};
    case Op::divide:
      return Sign{"/", Rank::multiplicative, Rank::prefix, Rank::power};
    case Op::power:
      return Sign{"^", Rank::power, Rank::atom, Rank::atom};
    case Op::less:
      return Sign{" < ", Rank::relational, Rank::additive, Rank::additive};
    case Op::less_equal:
      return Sign{" <= ", Rank::relational, Rank::additive, Rank::additive};
    case Op::greater:
      return Sign{" > ", Rank::relational, Rank::additive, Rank::additive};
    case Op::greater_equal:
      return Sign{" >= ", Rank::relational, Rank::additive, Rank::additive};
    case Op::equal:
      return Sign{" == ", Rank::relational, Rank::additive, Rank::additive};
    case Op::not_equal:
      return Sign{" != ", Rank::relational, Rank::additive, Rank::additive};
    case Op::logical_and:
      return Sign{" && ", Rank::logical_and, Rank::logical_and, Rank::relational};
    case Op::logical_or:
      return Sign{" || ", Rank::logical_or, Rank::relational, Rank::relational};
    default:
      return std::nullopt;
  }
}

std::string_view function(Op op) {
  switch (op) {
    case Op::exp:
      return "exp";
    case Op::ln:
      return "ln";
    case Op::log10:
      return "log10";
    case Op::sqrt:
      return "sqrt";
    case Op::abs:
      return "abs";
    case Op::floor:
      return "floor";
    case Op::ceil:
      return "ceil";
    case Op::factorial:
      return "factorial";
    case Op::sin:
      return "sin";
    case Op::cos:
      return "cos";
    case Op::tan:
      return "tan";
    case Op::asin:
      return "asin";
    case Op::acos:
      return "acos";
    case Op::atan:
      return "atan";
    case Op::sinh:
      return "sinh";
    case Op::cosh:
      return "cosh";
    case Op::tanh:
      return "tanh";
    case Op::asinh:
      return "asinh";
    case Op::acosh:
      return "acosh";
    case Op::atanh:
      return "atanh";
    case Op::min:
      return "min";
    case Op::max:
      return "max";
    case Op::remainder:
      return "rem";
    case Op::quotient:
      return "quotient";
    case Op::logical_xor:
      return "xor";
    default:
      assert(false && "an operator, not a function");
      return "";
  }
}

Piece operation(Op op, std::span<const Piece> x) {
  if (const auto s = sign(op)) {
    return {fmt::format("{}{}{}", in_parentheses_below(x[0], s->left), s->text,
                        in_parentheses_below(x[1], s->right)),
            s->rank};
  }
  if (op == Op::negate) {
    return {"-" + in_parentheses_below(x[0], Rank::multiplicative), Rank::prefix};
  }
  if (op == Op::logical_not) return {"!" + in_parentheses_below(x[0], Rank::power), Rank::prefix};
  if (op == Op::select) {
    const std::string& rest = x[2].cases.empty() ? x[2].text : x[2].cases;
    std::string cases = fmt::format("{}, {}, {}", x[1].text, x[0].text, rest);
    return {fmt::format("piecewise({})", cases), Rank::atom, cases};
  }
  std::string arguments = x[0].text;
  for (const Piece& next : x.subspan(1)) arguments += ", " + next.text;
  return {fmt::format("{}({})", function(op), arguments)};
}

}  // namespace

const Notation& text_notation() {
  static constexpr Notation notation{number, name, amount, operation};
  return notation;
}

}  // namespace vesper::equations
