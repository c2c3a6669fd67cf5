// The graph: hash-consing, folding, simplification, derivatives.
#include "equations/graph.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <memory>

#include "equations/analysis.h"
#include "equations/evaluate.h"

namespace vesper::equations {
namespace {

using testing::evaluate;
using testing::Point;

const Op every_unary[] = {Op::negate, Op::exp,   Op::ln,          Op::log10,    Op::sqrt, Op::abs,
                          Op::floor,  Op::ceil,  Op::sin,         Op::cos,      Op::tan,  Op::asin,
                          Op::acos,   Op::atan,  Op::sinh,        Op::cosh,     Op::tanh, Op::asinh,
                          Op::acosh,  Op::atanh, Op::logical_not, Op::factorial};
const Op every_binary[] = {Op::add,           Op::subtract,   Op::multiply,   Op::divide,
                           Op::power,         Op::min,        Op::max,        Op::remainder,
                           Op::quotient,      Op::less,       Op::less_equal, Op::greater,
                           Op::greater_equal, Op::equal,      Op::not_equal,  Op::logical_and,
                           Op::logical_or,    Op::logical_xor};

bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

// Any of [0, n), however small RapidCheck means the case to be.
int pick(int n) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, n));
}

// A formula kept as a tree, evaluated without any simplification, beside its node.
struct Tree {
  double value;
  NodeId node;
  bool finite = true;  // so are all values on the way

  Tree(double v, NodeId n, bool operands_are_finite = true)
      : value(v), node(n), finite(operands_are_finite && std::isfinite(v)) {}
};

// Grows a random formula over two states, two parameters, time and small constants.
Tree grow(Graph& graph, const Point& point, int depth) {
  const int kind = pick(depth == 0 ? 4 : 10);
  switch (kind) {
    case 0: {
      const double value = *rc::gen::element(0.0, 1.0, -1.0, 2.0, 0.5, -3.0, 10.0);
      return {value, graph.constant(value)};
    }
    case 1: {
      const auto i = static_cast<std::uint32_t>(pick(2));
      return {point.y[i], graph.state(i)};
    }
    case 2: {
      const auto i = static_cast<std::uint32_t>(pick(2));
      return {point.p[i], graph.parameter(i)};
    }
    case 3:
      return {point.t, graph.time()};
    case 4:
    case 5: {
      const Op op = every_unary[pick(std::size(every_unary))];
      const Tree a = grow(graph, point, depth - 1);
      return {apply(op, a.value), graph.unary(op, a.node), a.finite};
    }
    case 6: {
      const Tree c = grow(graph, point, depth - 1), a = grow(graph, point, depth - 1),
                 b = grow(graph, point, depth - 1);
      return {apply(Op::select, c.value, a.value, b.value), graph.select(c.node, a.node, b.node),
              c.finite && a.finite && b.finite};
    }
    default: {
      const Op op = every_binary[pick(std::size(every_binary))];
      const Tree a = grow(graph, point, depth - 1), b = grow(graph, point, depth - 1);
      return {apply(op, a.value, b.value), graph.binary(op, a.node, b.node), a.finite && b.finite};
    }
  }
}

Point some_point() {
  const auto number = [] { return (pick(80) - 40) / 8.0; };
  return {number(), {number(), number()}, {number(), number()}};
}

RC_GTEST_PROP(Graph, SimplificationNeverChangesAValue, ()) {
  Graph graph;
  const Point point = some_point();
  for (int k = 0; k < 50; ++k) {
    const Tree tree = grow(graph, point, 1 + pick(5));
    // Only the sign of a zero may differ; what a division by it makes of that is not compared.
    if (!tree.finite) continue;
    RC_ASSERT(same(evaluate(graph, tree.node, point), tree.value));
  }
}

RC_GTEST_PROP(Graph, FoldingAgreesWithApply, ()) {
  Graph graph;
  const double a = (pick(120) - 60) / 7.0;
  const double b = (pick(120) - 60) / 7.0;
  for (const Op op : every_unary) {
    const Node& node = graph[graph.unary(op, graph.constant(a))];
    RC_ASSERT(node.op == Op::constant);
    RC_ASSERT(same(node.value, apply(op, a)));
  }
  for (const Op op : every_binary) {
    const Node& node = graph[graph.binary(op, graph.constant(a), graph.constant(b))];
    RC_ASSERT(node.op == Op::constant);
    RC_ASSERT(same(node.value, apply(op, a, b)));
  }
}

RC_GTEST_PROP(Graph, OperandsHaveSmallerIds, ()) {
  Graph graph;
  grow(graph, some_point(), 6);
  for (NodeId id = 0; id < graph.size(); ++id) {
    const NodeId operands[] = {graph[id].a, graph[id].b, graph[id].c};
    for (int k = 0; k < operand_count(graph[id].op); ++k) RC_ASSERT(operands[k] < id);
  }
}

TEST(Graph, EqualFormulasAreOneNode) {
  Graph g;
  const NodeId x = g.state(0), p = g.parameter(0);
  const NodeId product = g.binary(Op::multiply, p, x);
  EXPECT_EQ(product, g.binary(Op::multiply, g.parameter(0), g.state(0)));
  EXPECT_EQ(product, g.binary(Op::multiply, x, p)) << "products commute";
  EXPECT_NE(g.binary(Op::subtract, x, p), g.binary(Op::subtract, p, x));
  EXPECT_EQ(g.constant(std::nan("")), g.constant(std::nan("")));
  EXPECT_EQ(g.constant(0.0), g.constant(-0.0));
  EXPECT_NE(g.state(0), g.parameter(0));
  const std::size_t size = g.size();
  g.binary(Op::multiply, p, x);
  EXPECT_EQ(g.size(), size);
}

TEST(Graph, Simplifies) {
  Graph g;
  const NodeId x = g.state(0), y = g.state(1), zero = g.constant(0), one = g.constant(1);
  const auto minus_x = g.unary(Op::negate, x);
  EXPECT_EQ(g.binary(Op::add, x, zero), x);
  EXPECT_EQ(g.binary(Op::subtract, x, zero), x);
  EXPECT_EQ(g.binary(Op::subtract, zero, x), minus_x);
  EXPECT_EQ(g.binary(Op::multiply, one, x), x);
  EXPECT_EQ(g.binary(Op::divide, x, one), x);
  EXPECT_EQ(g.binary(Op::multiply, g.constant(-1), x), minus_x);
  EXPECT_EQ(g.unary(Op::negate, minus_x), x);
  EXPECT_EQ(g.binary(Op::add, x, g.unary(Op::negate, y)), g.binary(Op::subtract, x, y));
  EXPECT_EQ(g.binary(Op::subtract, x, g.unary(Op::negate, y)), g.binary(Op::add, x, y));
  EXPECT_EQ(g.binary(Op::multiply, minus_x, g.unary(Op::negate, y)), g.binary(Op::multiply, x, y));
  EXPECT_EQ(g.binary(Op::power, x, one), x);
  EXPECT_EQ(g.binary(Op::power, x, zero), one);
  EXPECT_EQ(g.binary(Op::subtract, x, x), zero);
  EXPECT_EQ(g.binary(Op::multiply, x, zero), zero);
  EXPECT_EQ(g.select(g.constant(1), x, y), x);
  EXPECT_EQ(g.select(y, x, x), x);
  EXPECT_EQ(g.binary(Op::min, x, x), x);
  const NodeId positive = g.binary(Op::greater, x, zero);
  EXPECT_EQ(g.binary(Op::logical_and, positive, one), positive);
  EXPECT_EQ(g.binary(Op::logical_and, positive, zero), zero);
  EXPECT_EQ(g.binary(Op::logical_or, x, zero), g.binary(Op::not_equal, x, zero));
}

// 0 * exp(x) is no number where exp(x) overflows, so it must stay.
TEST(Graph, KeepsWhatMayBeInfinite) {
  Graph g;
  const NodeId x = g.state(0), zero = g.constant(0);
  for (const NodeId infinite :
       {g.unary(Op::exp, x), g.binary(Op::divide, g.constant(1), x), g.unary(Op::ln, x)}) {
    EXPECT_NE(g.binary(Op::multiply, infinite, zero), zero);
    EXPECT_NE(g.binary(Op::subtract, infinite, infinite), zero);
  }
  const NodeId product = g.binary(Op::multiply, g.unary(Op::exp, x), zero);
  EXPECT_TRUE(std::isnan(evaluate(g, product, {0, {1e4}, {}})));
  EXPECT_EQ(g.binary(Op::multiply, g.unary(Op::tanh, x), zero), zero);
}

TEST(Graph, NeverFoldsParameters) {
  Graph g;
  EXPECT_EQ(g[g.binary(Op::multiply, g.constant(2), g.parameter(0))].op, Op::multiply);
}

TEST(Apply, MeansWhatTheHeaderSays) {
  const double nan = std::nan(""), inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(apply(Op::divide, 1, 0), inf);
  EXPECT_TRUE(std::isnan(apply(Op::ln, -1)));
  EXPECT_TRUE(std::isnan(apply(Op::min, nan, 1)));
  EXPECT_TRUE(std::isnan(apply(Op::min, 1, nan)));
  EXPECT_TRUE(std::isnan(apply(Op::max, 1, nan)));
  EXPECT_EQ(apply(Op::remainder, -7, 3), -1);
  EXPECT_EQ(apply(Op::quotient, -7, 3), -2);
  EXPECT_EQ(apply(Op::factorial, 5), 120);
  EXPECT_EQ(apply(Op::factorial, 0), 1);
  EXPECT_TRUE(std::isnan(apply(Op::factorial, 2.5)));
  EXPECT_TRUE(std::isnan(apply(Op::factorial, -1)));
  EXPECT_EQ(apply(Op::factorial, 171), inf);
  EXPECT_EQ(apply(Op::select, 0, 1, 2), 2);
  EXPECT_EQ(apply(Op::logical_xor, 2, 3), 0);
}

// A smooth formula by construction, so that finite differences mean something.
NodeId smooth(Graph& g, int depth) {
  const auto next = [&] { return smooth(g, depth - 1); };
  const auto positive = [&](NodeId x) {  // 1.5 + x^2
    return g.binary(Op::add, g.constant(1.5), g.binary(Op::multiply, x, x));
  };
  const auto small = [&](NodeId x) {  // within (-0.9, 0.9)
    return g.binary(Op::multiply, g.constant(0.9), g.unary(Op::sin, x));
  };
  switch (pick(depth == 0 ? 3 : 22)) {
    case 0:
      return g.state(static_cast<std::uint32_t>(pick(2)));
    case 1:
      return g.parameter(0);
    case 2:
      return g.constant(*rc::gen::element(0.5, 2.0, -1.0));
    case 3:
      return g.binary(Op::add, next(), next());
    case 4:
      return g.binary(Op::subtract, next(), next());
    case 5:
      return g.binary(Op::multiply, next(), next());
    case 6:
      return g.binary(Op::divide, next(), positive(next()));
    case 7:
      return g.binary(Op::power, positive(next()), small(next()));
    case 8:
      return g.unary(Op::exp, small(next()));
    case 9:
      return g.unary(Op::ln, positive(next()));
    case 10:
      return g.unary(Op::log10, positive(next()));
    case 11:
      return g.unary(Op::sqrt, positive(next()));
    case 12:
      return g.unary(*rc::gen::element(Op::sin, Op::cos, Op::tanh, Op::atan, Op::asinh), next());
    case 13:
      return g.unary(*rc::gen::element(Op::asin, Op::acos, Op::atanh, Op::tan), small(next()));
    case 14:
      return g.unary(Op::acosh, positive(next()));
    case 15:
      return g.unary(*rc::gen::element(Op::sinh, Op::cosh), small(next()));
    case 16:
      return g.unary(Op::negate, next());
    case 17:
      return g.unary(Op::abs, positive(next()));
    case 18:
      return g.binary(Op::min, next(), g.binary(Op::add, g.constant(1e3), positive(next())));
    case 19:
      return g.binary(Op::max, positive(next()), g.constant(1));
    case 20:
      return g.select(g.binary(Op::greater, positive(next()), g.constant(1)), next(), next());
    default:
      return g.binary(Op::remainder, small(next()), g.constant(1));
  }
}

RC_GTEST_PROP(Differentiator, AgreesWithFiniteDifferences, ()) {
  Graph g;
  const NodeId f = smooth(g, 1 + pick(5));
  Differentiator differentiator(g);
  const auto number = [] { return (pick(40) - 20) / 13.0; };
  const Point point{0, {number(), number()}, {number()}};
  for (std::uint32_t j = 0; j < 2; ++j) {
    const NodeId slope = differentiator.derivative(f, j);
    const auto at = [&](double shift) {
      Point moved = point;
      moved.y[j] += shift;
      return evaluate(g, f, moved);
    };
    // Fourth-order central difference.
    const double h = 1e-3;
    const double numeric = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
    const double rougher = (8 * (at(2 * h) - at(-2 * h)) - (at(4 * h) - at(-4 * h))) / (24 * h);
    const double scale = 1 + std::abs(numeric) + std::abs(at(0));
    const double uncertain = std::abs(numeric - rougher);
    RC_PRE(std::isfinite(numeric) && uncertain < 1e-5 * scale);  // too wild to be compared
    RC_ASSERT(std::abs(evaluate(g, slope, point) - numeric) < 10 * uncertain + 1e-8 * scale);
  }
}

TEST(Differentiator, KnownDerivatives) {
  Graph g;
  Differentiator d(g);
  const NodeId x = g.state(0), p = g.parameter(0), t = g.time();
  EXPECT_EQ(d.derivative(g.binary(Op::multiply, p, x), 0), p);
  EXPECT_EQ(d.derivative(g.unary(Op::exp, x), 0), g.unary(Op::exp, x));
  EXPECT_TRUE(g.is_constant(d.derivative(g.unary(Op::exp, p), 0), 0)) << "no state in it";
  EXPECT_TRUE(g.is_constant(d.derivative(g.unary(Op::floor, x), 0), 0));
  EXPECT_TRUE(g.is_constant(d.derivative(g.binary(Op::less, x, p), 0), 0));
  EXPECT_EQ(d.derivative_by_parameter(g.binary(Op::multiply, p, x), 0), x);
  EXPECT_EQ(d.derivative_by_time(g.binary(Op::multiply, p, t)), p);
  EXPECT_TRUE(g.is_constant(d.derivative_by_time(x), 0));
  // d(x^p)/dx at 0 for p = 1 is 1, and d|x|/dx has the sign of x.
  EXPECT_EQ(evaluate(g, d.derivative(g.binary(Op::power, x, p), 0), {0, {0}, {1}}), 1);
  EXPECT_EQ(evaluate(g, d.derivative(g.unary(Op::abs, x), 0), {0, {-2}, {}}), -1);
}

TEST(Differentiator, DeepChainsNeedNoStack) {
  Graph g;
  NodeId sum = g.state(0);
  for (int k = 0; k < 60'000; ++k) {
    sum = g.binary(Op::add, sum, g.binary(Op::multiply, g.constant(k + 2), g.state(0)));
  }
  Differentiator d(g);
  EXPECT_EQ(evaluate(g, d.derivative(sum, 0), {0, {1}, {}}), 1 + 60'000.0 * 60'003.0 / 2);
}

TEST(Roots, FollowWhatChangesSmoothly) {
  Graph g;
  const NodeId x = g.state(0), p = g.parameter(0), t = g.time();
  Changes changes(g);
  const auto roots = [&](NodeId node) { return switching_roots(g, changes, std::span(&node, 1)); };
  EXPECT_EQ(roots(g.binary(Op::greater, x, p)), std::vector{g.binary(Op::subtract, x, p)});
  EXPECT_EQ(roots(g.binary(Op::less, x, p)), std::vector{g.binary(Op::subtract, p, x)});
  EXPECT_TRUE(roots(g.binary(Op::greater, p, g.constant(1))).empty()) << "never changes";
  const NodeId both = g.binary(Op::logical_and, g.binary(Op::greater, t, p),
                               g.binary(Op::less_equal, x, g.constant(2)));
  EXPECT_EQ(roots(both).size(), 2U);
  const NodeId either =
      g.binary(Op::logical_or, g.binary(Op::greater, x, p), g.binary(Op::less, x, p));
  EXPECT_EQ(roots(either).size(), 1U) << "a - b and b - a change sign together";
  const NodeId day = g.unary(Op::floor, g.binary(Op::divide, t, g.constant(24)));
  const auto jumps = roots(day);
  ASSERT_EQ(jumps.size(), 1U);
  EXPECT_LT(evaluate(g, jumps[0], {47.9, {}, {}}) * evaluate(g, jumps[0], {48.1, {}, {}}), 0);
  EXPECT_EQ(roots(g.binary(Op::greater, day, p)).size(), 1U) << "only where the day turns";
}

}  // namespace
}  // namespace vesper::equations
