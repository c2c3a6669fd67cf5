// The interpreter against the meaning of each operation, and against formulas written in C++.

#include "reference/program.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace vesper::test {
namespace {

using equations::Graph;
using equations::NodeId;
using equations::Op;
using reference::Program;

std::vector<double> evaluate(const Graph& graph, const std::vector<NodeId>& wanted, double t,
                             const std::vector<double>& y, const std::vector<double>& p) {
  const Program program(graph, wanted);
  // What the scratch holds before must not matter.
  std::vector<double> scratch(program.scratch_size(), std::numeric_limits<double>::quiet_NaN());
  std::vector<double> results(program.result_count());
  program.evaluate(t, y, p, scratch, results);
  return results;
}

bool same(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) ||
         std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

const double numbers[] = {0.0,
                          -0.0,
                          1.0,
                          -1.0,
                          0.3,
                          -2.7,
                          5.0,
                          1e300,
                          -1e-300,
                          std::numeric_limits<double>::infinity(),
                          std::numeric_limits<double>::quiet_NaN()};

TEST(Program, AgreesWithTheMeaningOfEachOperation) {
  int operations = 0;
  for (int code = static_cast<int>(Op::negate); code <= static_cast<int>(Op::select); ++code) {
    const Op op = static_cast<Op>(code);
    Graph graph;
    const NodeId a = graph.state(0), b = graph.parameter(0), c = graph.time();
    const int operands = equations::operand_count(op);
    const NodeId node = operands == 1   ? graph.unary(op, a)
                        : operands == 2 ? graph.binary(op, a, b)
                                        : graph.select(a, b, c);
    for (double x : numbers)
      for (double y : numbers)
        for (double z : {3.0, -7.0})
          ASSERT_TRUE(same(evaluate(graph, {node}, z, {x}, {y})[0], equations::apply(op, x, y, z)))
              << "operation " << code << " of " << x << ", " << y << ", " << z;
    ++operations;
  }
  EXPECT_GT(operations, 35);
}

TEST(Program, TakesOnlyWhatIsNeeded) {
  Graph graph;
  const NodeId x = graph.state(0), unused = graph.state(9), two = graph.constant(2);
  graph.binary(Op::add, unused, graph.parameter(9));  // would read beyond y and p
  const NodeId wanted = graph.binary(Op::multiply, two, x);
  EXPECT_EQ(evaluate(graph, {wanted, x, two, wanted}, 0, {21}, {}),
            (std::vector<double>{42, 21, 2, 42}));
  EXPECT_EQ(Program(graph, std::vector<NodeId>{wanted}).scratch_size(), 3u);
  EXPECT_TRUE(evaluate(graph, {}, 0, {}, {}).empty());
}

// C = A/V; (1 - R) kon C - koff R, with parts shared between two results.
RC_GTEST_PROP(Program, EvaluatesBinding, ()) {
  const auto real = rc::gen::map(rc::gen::inRange(1, 1'000'000), [](int k) { return k / 1000.0; });
  const std::vector<double> y{*real, *real}, p{*real, *real, *real};
  Graph graph;
  const NodeId C = graph.binary(Op::divide, graph.state(0), graph.parameter(0));
  const NodeId free = graph.binary(Op::subtract, graph.constant(1), graph.state(1));
  const NodeId on =
      graph.binary(Op::multiply, graph.parameter(1), graph.binary(Op::multiply, C, free));
  const NodeId off = graph.binary(Op::multiply, graph.parameter(2), graph.state(1));
  const auto found = evaluate(graph, {C, graph.binary(Op::subtract, on, off)}, 0, y, p);
  const double c = y[0] / p[0];
  RC_ASSERT(found[0] == c);
  RC_ASSERT(std::fabs(found[1] - (p[1] * c * (1 - y[1]) - p[2] * y[1])) <=
            1e-12 * (p[1] * c * y[1] + p[1] * c + p[2] * y[1]));
}

}  // namespace
}  // namespace vesper::test
