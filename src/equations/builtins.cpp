// Reciprocal functions and their inverses, as SBML L3 defines them:
//
//   sec x = 1/cos x      csc x = 1/sin x      cot x = 1/tan x = cos x/sin x     likewise sech, ...
//   asec x = acos 1/x    acsc x = asin 1/x    acot x = atan 1/x                 likewise asech, ...
//   log(b, x) = ln x/ln b                     root(n, x) = x^(1/n)
#include "equations/builtins.h"

#include <algorithm>
#include <array>
#include <limits>

namespace vesper::equations {
namespace {

using Arguments = std::span<const NodeId>;
using Units = Builtin::Units;

constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

template <Op op>
NodeId unary(Graph& g, Arguments x) {
  return g.unary(op, x[0]);
}

template <Op op>
NodeId binary(Graph& g, Arguments x) {
  return g.binary(op, x[0], x[1]);
}

template <Op op>
NodeId over_all(Graph& g, Arguments x) {
  NodeId value = x[0];
  for (const NodeId next : x.subspan(1)) value = g.binary(op, value, next);
  return value;
}

NodeId reciprocal(Graph& g, NodeId x) {
  return g.binary(Op::divide, g.constant(1), x);
}

template <Op op>
NodeId one_over(Graph& g, Arguments x) {
  return reciprocal(g, g.unary(op, x[0]));
}

template <Op op>
NodeId of_reciprocal(Graph& g, Arguments x) {
  return g.unary(op, reciprocal(g, x[0]));
}

template <Op above, Op below>
NodeId quotient_of(Graph& g, Arguments x) {
  return g.binary(Op::divide, g.unary(above, x[0]), g.unary(below, x[0]));
}

NodeId logarithm(Graph& g, Arguments x) {
  if (g.is_constant(x[0], 10)) return g.unary(Op::log10, x[1]);
  return g.binary(Op::divide, g.unary(Op::ln, x[1]), g.unary(Op::ln, x[0]));
}

NodeId root(Graph& g, Arguments x) {
  if (x.size() == 1 || g.is_constant(x[0], 2)) return g.unary(Op::sqrt, x.back());
  return g.binary(Op::power, x[1], reciprocal(g, x[0]));
}

// piecewise(value, condition, value, condition, ..., otherwise); without an otherwise the value is
// not a number where no condition holds.
NodeId piecewise(Graph& g, Arguments x) {
  const bool otherwise = x.size() % 2 == 1;
  NodeId value = otherwise ? x.back() : g.constant(std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = x.size() - (otherwise ? 1 : 0); i >= 2; i -= 2) {
    value = g.select(x[i - 1], x[i - 2], value);
  }
  return value;
}

constexpr auto table = std::to_array<Builtin>({
    {"exp", 1, 1, Units::plain, unary<Op::exp>},
    {"ln", 1, 1, Units::plain, unary<Op::ln>},
    {"log10", 1, 1, Units::plain, unary<Op::log10>},
    {"log", 2, 2, Units::plain, logarithm},
    {"sqrt", 1, 1, Units::root, unary<Op::sqrt>},
    {"root", 1, 2, Units::root, root},
    {"abs", 1, 1, Units::keeps, unary<Op::abs>},
    {"floor", 1, 1, Units::keeps, unary<Op::floor>},
    {"ceil", 1, 1, Units::keeps, unary<Op::ceil>},
    {"factorial", 1, 1, Units::plain, unary<Op::factorial>},
    {"sin", 1, 1, Units::plain, unary<Op::sin>},
    {"cos", 1, 1, Units::plain, unary<Op::cos>},
    {"tan", 1, 1, Units::plain, unary<Op::tan>},
    {"sec", 1, 1, Units::plain, one_over<Op::cos>},
    {"csc", 1, 1, Units::plain, one_over<Op::sin>},
    {"cot", 1, 1, Units::plain, quotient_of<Op::cos, Op::sin>},
    {"sinh", 1, 1, Units::plain, unary<Op::sinh>},
    {"cosh", 1, 1, Units::plain, unary<Op::cosh>},
    {"tanh", 1, 1, Units::plain, unary<Op::tanh>},
    {"sech", 1, 1, Units::plain, one_over<Op::cosh>},
    {"csch", 1, 1, Units::plain, one_over<Op::sinh>},
    {"coth", 1, 1, Units::plain, one_over<Op::tanh>},
    {"asin", 1, 1, Units::plain, unary<Op::asin>},
    {"acos", 1, 1, Units::plain, unary<Op::acos>},
    {"atan", 1, 1, Units::plain, unary<Op::atan>},
    {"asec", 1, 1, Units::plain, of_reciprocal<Op::acos>},
    {"acsc", 1, 1, Units::plain, of_reciprocal<Op::asin>},
    {"acot", 1, 1, Units::plain, of_reciprocal<Op::atan>},
    {"asinh", 1, 1, Units::plain, unary<Op::asinh>},
    {"acosh", 1, 1, Units::plain, unary<Op::acosh>},
    {"atanh", 1, 1, Units::plain, unary<Op::atanh>},
    {"asech", 1, 1, Units::plain, of_reciprocal<Op::acosh>},
    {"acsch", 1, 1, Units::plain, of_reciprocal<Op::asinh>},
    {"acoth", 1, 1, Units::plain, of_reciprocal<Op::atanh>},
    {"min", 1, any_number, Units::alike, over_all<Op::min>},
    {"max", 1, any_number, Units::alike, over_all<Op::max>},
    {"rem", 2, 2, Units::alike, binary<Op::remainder>},
    {"quotient", 2, 2, Units::ratio, binary<Op::quotient>},
    {"piecewise", 1, any_number, Units::piecewise, piecewise},
});

struct Refusal {
  std::string_view name, reason;
};

constexpr std::string_view distribution = "a distribution belongs to a parameter's own value";

constexpr auto refused = std::to_array<Refusal>({
    {"log", "log(x) means different logarithms in different tools; write ln(x) or log10(x)"},
    {"normal", distribution},
    {"truncatedNormal", distribution},
    {"uniform", distribution},
    {"exponential", distribution},
    {"truncatedExponential", distribution},
    {"gamma", distribution},
    {"truncatedGamma", distribution},
    {"poisson", distribution},
    {"truncatedPoisson", distribution},
    {"bernoulli", distribution},
    {"binomial", distribution},
    {"truncatedBinomial", distribution},
    {"cauchy", distribution},
    {"truncatedCauchy", distribution},
    {"chisquare", distribution},
    {"truncatedChisquare", distribution},
    {"laplace", distribution},
    {"truncatedLaplace", distribution},
    {"lognormal", distribution},
    {"logNormal", distribution},
    {"truncatedLognormal", distribution},
    {"rayleigh", distribution},
    {"truncatedRayleigh", distribution},
});

}  // namespace

const Builtin* find_builtin(std::string_view name) {
  const auto* found = std::find_if(table.begin(), table.end(),
                                   [&](const Builtin& builtin) { return builtin.name == name; });
  return found == table.end() ? nullptr : found;
}

std::vector<std::string> builtin_names() {
  std::vector<std::string> names;
  for (const Builtin& builtin : table) names.emplace_back(builtin.name);
  names.emplace_back("rateOf");
  return names;
}

std::string_view refusal(std::string_view name) {
  for (const Refusal& entry : refused) {
    if (entry.name == name) return entry.reason;
  }
  return "";
}

}  // namespace vesper::equations
