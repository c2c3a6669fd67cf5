// Formulas in LaTeX, with nothing that KaTeX does not know.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "equations/printer.h"

namespace vesper::equations {
namespace {

constexpr std::array<std::string_view, 24> greek = {
    "alpha", "beta",  "gamma",   "delta", "epsilon", "zeta", "eta",   "theta",
    "iota",  "kappa", "lambda",  "mu",    "nu",      "xi",   "pi",    "rho",
    "sigma", "tau",   "upsilon", "phi",   "chi",     "psi",  "omega", "Omega"};

// One part of a name: a single letter is italic, a word upright, a Greek letter itself.
std::string word(std::string_view text) {
  if (std::find(greek.begin(), greek.end(), text) != greek.end()) return fmt::format("\\{}", text);
  if (text.size() == 1) return std::string(text);
  return fmt::format("\\mathrm{{{}}}", latex_escape(text));
}

// "pk.k_on_MOR" is pk.k with the subscript "on MOR".
std::string name(std::string_view id) {
  if (id == "time") return "t";
  const std::size_t dot = id.rfind('.');
  const std::size_t from = dot == std::string_view::npos ? 0 : dot + 1;
  const std::size_t bar = id.find('_', from);
  if (bar == std::string_view::npos || bar == from || bar + 1 == id.size()) return word(id);
  std::string subscript(id.substr(bar + 1));
  return fmt::format("{}_{{\\mathrm{{{}}}}}", word(id.substr(0, bar)), latex_escape(subscript));
}

std::string amount(std::string_view id) {
  return fmt::format("n\\!\\left({}\\right)", name(id));
}

std::string number(double value) {
  if (std::isnan(value)) return "\\mathrm{NaN}";
  if (std::isinf(value)) return value > 0 ? "\\infty" : "-\\infty";
  const std::string text = fmt::format("{}", value);
  const std::size_t e = text.find('e');
  if (e == std::string::npos) return text;
  const std::string mantissa = text.substr(0, e);
  const int exponent = std::stoi(text.substr(e + 1));
  if (mantissa == "1") return fmt::format("10^{{{}}}", exponent);
  return fmt::format("{} \\cdot 10^{{{}}}", mantissa, exponent);
}

std::string braced(const Piece& piece, Rank least) {
  return in_parentheses_below(piece, least, "\\left(", "\\right)");
}

std::string relation(Op op) {
  switch (op) {
    case Op::less:
      return "<";
    case Op::less_equal:
      return "\\le";
    case Op::greater:
      return ">";
    case Op::greater_equal:
      return "\\ge";
    case Op::equal:
      return "=";
    default:
      assert(op == Op::not_equal);
      return "\\ne";
  }
}

std::string function(Op op) {
  switch (op) {
    case Op::ln:
      return "\\ln";
    case Op::log10:
      return "\\log_{10}";
    case Op::exp:
      return "\\exp";
    case Op::sin:
      return "\\sin";
    case Op::cos:
      return "\\cos";
    case Op::tan:
      return "\\tan";
    case Op::asin:
      return "\\arcsin";
    case Op::acos:
      return "\\arccos";
    case Op::atan:
      return "\\arctan";
    case Op::sinh:
      return "\\sinh";
    case Op::cosh:
      return "\\cosh";
    case Op::tanh:
      return "\\tanh";
    case Op::asinh:
      return "\\operatorname{arsinh}";
    case Op::acosh:
      return "\\operatorname{arcosh}";
    case Op::atanh:
      return "\\operatorname{artanh}";
    case Op::min:
      return "\\min";
    case Op::max:
      return "\\max";
    case Op::remainder:
      return "\\operatorname{rem}";
    case Op::quotient:
      return "\\operatorname{quotient}";
    default:
      assert(op == Op::logical_xor);
      return "\\operatorname{xor}";
  }
}

Piece unary(Op op, const Piece& x) {
  switch (op) {
    case Op::negate:
      return {"-" + braced(x, Rank::multiplicative), Rank::prefix};
    case Op::logical_not:
      return {"\\lnot " + braced(x, Rank::power), Rank::prefix};
    case Op::sqrt:
      return {fmt::format("\\sqrt{{{}}}", x.text)};
    case Op::abs:
      return {fmt::format("\\left|{}\\right|", x.text)};
    case Op::floor:
      return {fmt::format("\\left\\lfloor {} \\right\\rfloor", x.text)};
    case Op::ceil:
      return {fmt::format("\\left\\lceil {} \\right\\rceil", x.text)};
    case Op::factorial:
      return {braced(x, Rank::atom) + "!", Rank::power};
    default:
      return {fmt::format("{}\\left({}\\right)", function(op), x.text)};
  }
}

Piece binary(Op op, const Piece& a, const Piece& b) {
  switch (op) {
    case Op::add:
      return {fmt::format("{} + {}", braced(a, Rank::additive), braced(b, Rank::multiplicative)),
              Rank::additive};
    case Op::subtract:
      return {fmt::format("{} - {}", braced(a, Rank::additive), braced(b, Rank::multiplicative)),
              Rank::additive};
    case Op::multiply:
      return {fmt::format("{} \\, {}", braced(a, Rank::multiplicative), braced(b, Rank::power)),
              Rank::multiplicative};
    case Op::divide:
      return {fmt::format("\\frac{{{}}}{{{}}}", a.text, b.text), Rank::multiplicative};
    case Op::power:
      return {fmt::format("{{{}}}^{{{}}}", braced(a, Rank::atom), b.text), Rank::power};
    case Op::logical_and:
      return {
          fmt::format("{} \\land {}", braced(a, Rank::logical_and), braced(b, Rank::relational)),
          Rank::logical_and};
    case Op::logical_or:
      return {fmt::format("{} \\lor {}", braced(a, Rank::relational), braced(b, Rank::relational)),
              Rank::logical_or};
    default:
      break;
  }
  if (is_comparison(op)) {
    return {
        fmt::format("{} {} {}", braced(a, Rank::additive), relation(op), braced(b, Rank::additive)),
        Rank::relational};
  }
  return {fmt::format("{}\\left({}, {}\\right)", function(op), a.text, b.text)};
}

Piece select(const Piece& condition, const Piece& if_true, const Piece& if_false) {
  const std::string rest = if_false.cases.empty()
                               ? fmt::format("{} & \\text{{otherwise}}", if_false.text)
                               : if_false.cases;
  std::string cases =
      fmt::format("{} & \\text{{if }} {} \\\\ {}", if_true.text, condition.text, rest);
  return {fmt::format("\\begin{{cases}} {} \\end{{cases}}", cases), Rank::prefix, cases};
}

Piece operation(Op op, std::span<const Piece> x) {
  switch (operand_count(op)) {
    case 1:
      return unary(op, x[0]);
    case 2:
      return binary(op, x[0], x[1]);
    default:
      return select(x[0], x[1], x[2]);
  }
}

}  // namespace

std::string latex_escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
      case '%':
      case '$':
      case '#':
      case '_':
      case '{':
      case '}':
        escaped += '\\';
        escaped += c;
        break;
      case '~':
        escaped += "\\textasciitilde{}";
        break;
      case '^':
        escaped += "\\textasciicircum{}";
        break;
      case '\\':
        escaped += "\\textbackslash{}";
        break;
      case '\n':
      case '\r':
      case '\t':
        escaped += ' ';
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

const Notation& latex_notation() {
  static constexpr Notation notation{number, name, amount, operation};
  return notation;
}

}  // namespace vesper::equations
