// factor and stage against a dense solution of the same matrix, and the order of elimination.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <numeric>

#include "kernels/formulas.h"
#include "kernels/lanes.h"
#include "kernels/lu.h"

namespace vesper::kernels {
namespace {

using equations::testing::evaluate;
using equations::testing::Point;
using testing::Bench;
using testing::Draft;
using testing::NodeId;
using testing::number;
using testing::Op;
using testing::pick;

using Matrix = std::vector<std::vector<long double>>;

// Gauss-Jordan with row exchanges, in long double.
std::vector<long double> solve_dense(Matrix a, std::vector<long double> b) {
  const std::size_t n = b.size();
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t best = k;
    for (std::size_t i = k; i < n; ++i) {
      if (std::abs(a[i][k]) > std::abs(a[best][k])) best = i;
    }
    std::swap(a[k], a[best]);
    std::swap(b[k], b[best]);
    for (std::size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      const long double multiple = a[i][k] / a[k][k];
      for (std::size_t j = k; j < n; ++j) a[i][j] -= multiple * a[k][j];
      b[i] -= multiple * b[k];
    }
  }
  for (std::size_t k = 0; k < n; ++k) b[k] /= a[k][k];
  return b;
}

// Mass action, saturation and plain decay at random between n states; entries of the Jacobian that
// are literals, parameters alone, negated, and functions of the states all occur.
Draft random_network(std::uint32_t n, std::uint32_t parameters) {
  Draft draft;
  auto& graph = draft.graph;
  draft.parameters = parameters;
  for (std::uint32_t i = 0; i < n; ++i) {
    const auto state = [&] {
      return graph.state(static_cast<std::uint32_t>(pick(static_cast<int>(n))));
    };
    const auto parameter = [&] {
      return graph.parameter(static_cast<std::uint32_t>(pick(static_cast<int>(parameters))));
    };
    NodeId rate = graph.binary(Op::multiply, parameter(), graph.time());
    const int terms = pick(5);
    for (int k = 0; k < terms; ++k) {
      NodeId term = state();
      const int kind = pick(5);
      if (kind == 1) term = graph.unary(Op::negate, graph.binary(Op::multiply, parameter(), term));
      if (kind == 2) term = graph.binary(Op::multiply, term, state());
      if (kind == 3) {
        term = graph.binary(Op::divide, graph.binary(Op::multiply, parameter(), term),
                            graph.binary(Op::add, parameter(), term));
      }
      if (kind == 4) term = graph.binary(Op::multiply, graph.constant(0.25), term);
      rate = graph.binary(pick(2) == 0 ? Op::add : Op::subtract, rate, term);
    }
    draft.rates.push_back(rate);
  }
  return draft;
}

RC_GTEST_PROP(Stage, SolvesTheDenseSystem, ()) {
  const auto n = static_cast<std::uint32_t>(1 + pick(9));
  Draft draft = random_network(n, 3);
  const Request request = draft.request();
  const equations::System& system = *request.system;
  const unsigned lanes =
      widths()[static_cast<std::size_t>(pick(static_cast<int>(widths().size())))];
  Bench bench(request, lanes);
  std::vector<Point> points;
  for (unsigned lane = 0; lane < lanes; ++lane) {
    Point point;
    point.t = number(0, 2);
    for (std::uint32_t i = 0; i < n; ++i) point.y.push_back(number(0.1, 2));
    for (std::uint32_t i = 0; i < 3; ++i) point.p.push_back(number(0.1, 2));
    bench.set(lane, point);
    bench.d(0, lane) = number(60, 120);  // diagonally dominant: no pivoting is needed
    for (std::uint32_t i = 0; i < n; ++i) bench.g(i, lane) = number(-1, 1);
    points.push_back(point);
  }
  bench.run();
  for (unsigned lane = 0; lane < lanes; ++lane) {
    Matrix w(n, std::vector<long double>(n));
    std::vector<long double> b(n);
    for (std::uint32_t i = 0; i < n; ++i) {
      w[i][i] = bench.d(0, lane);
      b[i] = evaluate(*system.graph, system.states[i].derivative, points[lane]) + bench.g(i, lane);
    }
    for (std::uint32_t j = 0; j < n; ++j) {
      for (auto k = system.jacobian.column_start[j]; k < system.jacobian.column_start[j + 1]; ++k) {
        w[system.jacobian.row[k]][j] -=
            evaluate(*system.graph, system.jacobian.value[k], points[lane]);
      }
    }
    const std::vector<long double> x = solve_dense(w, b);
    for (std::uint32_t i = 0; i < n; ++i) {
      RC_ASSERT(std::abs(bench.k(i, lane) - x[i]) < 1e-14L);
    }
  }
}

TEST(Stage, MayWriteOverItsRightHandSide) {
  Draft draft;
  auto& graph = draft.graph;
  const NodeId a = graph.state(0), b = graph.state(1), c = graph.state(2);
  draft.rates = {graph.binary(Op::multiply, b, c), graph.binary(Op::subtract, a, c),
                 graph.binary(Op::multiply, a, graph.binary(Op::add, b, c))};
  const Request request = draft.request();
  for (const unsigned lanes : widths()) {
    Bench bench(request, lanes);
    for (unsigned lane = 0; lane < lanes; ++lane) {
      bench.set(lane, {0, {1.0, 2.0 + lane, 3.0}, {}});
      bench.d(0, lane) = 50;
      for (std::size_t i = 0; i < 3; ++i) bench.g(i, lane) = 1.0 + static_cast<double>(i);
    }
    bench.run();
    bench.code->call().stage(bench.t.data(), bench.y.data(), bench.c.data(), bench.lu.data(),
                             bench.g.data(), bench.g.data());
    for (unsigned lane = 0; lane < lanes; ++lane) {
      for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(bench.g(i, lane), bench.k(i, lane));
    }
  }
}

TEST(Stage, AZeroPivotIsNoNumberInItsLaneAlone) {
  Draft draft;
  auto& graph = draft.graph;
  draft.rates = {graph.binary(Op::multiply, graph.constant(3), graph.state(0))};
  const Request request = draft.request();
  for (const unsigned lanes : widths()) {
    Bench bench(request, lanes);
    for (unsigned lane = 0; lane < lanes; ++lane) {
      bench.set(lane, {0, {1.0}, {}});
      bench.d(0, lane) = lane == 1 ? 3 : 5;
    }
    bench.run();
    for (unsigned lane = 0; lane < lanes; ++lane) {
      if (lane == 1) {
        EXPECT_FALSE(std::isfinite(bench.k(0, lane)));
      } else {
        EXPECT_DOUBLE_EQ(bench.k(0, lane), 1.5);
      }
    }
  }
}

TEST(TimeDependence, IsSeenInTheDerivativeByTime) {
  Draft still, moving;
  still.rates = {still.graph.state(0)};
  moving.rates = {moving.graph.binary(
      Op::multiply, moving.graph.state(0),
      moving.graph.binary(Op::multiply, moving.graph.time(), moving.graph.time()))};
  const Request one = still.request(), other = moving.request();
  for (const unsigned lanes : widths()) {
    Bench without(one, lanes), with(other, lanes);
    EXPECT_FALSE(without.code->time_dependent());
    EXPECT_TRUE(with.code->time_dependent());
    for (unsigned lane = 0; lane < lanes; ++lane) {
      without.dfdt(0, lane) = 99;
      with.set(lane, {3, {2.0}, {}});
    }
    without.run();
    with.run();
    EXPECT_EQ(without.dfdt(0, lanes - 1), 0);
    EXPECT_EQ(with.dfdt(0, lanes - 1), 12);  // 2 t y
  }
}

std::size_t fill(std::uint32_t n, std::vector<std::pair<std::uint32_t, std::uint32_t>> entries) {
  return plan_elimination(n, entries).fill;
}

TEST(Elimination, ChoosesAnOrderThatFillsLittle) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> chain, arrow, ring;
  for (std::uint32_t i = 0; i + 1 < 20; ++i) {
    chain.emplace_back(i, i + 1);
    chain.emplace_back(i + 1, i);
    arrow.emplace_back(0, i + 1);  // eliminated first, state 0 would fill everything
    arrow.emplace_back(i + 1, 0);
  }
  ring = chain;
  ring.emplace_back(0, 19);
  ring.emplace_back(19, 0);
  EXPECT_EQ(fill(20, chain), 0u);
  EXPECT_EQ(fill(20, arrow), 0u);
  EXPECT_EQ(fill(20, ring), 34u);  // two for each of the 17 eliminations that leave a ring
}

TEST(Elimination, CostsNothingWithoutCycles) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> triangle;
  for (std::uint32_t i = 0; i < 12; ++i) {
    for (std::uint32_t j = 0; j < i; ++j) triangle.emplace_back((i * 5) % 12, (j * 5) % 12);
  }
  const Elimination plan = plan_elimination(12, triangle);
  EXPECT_EQ(plan.fill, 0u);
}

RC_GTEST_PROP(Elimination, KeepsEveryEntryOnce, ()) {
  const auto n = static_cast<std::uint32_t>(1 + pick(12));
  std::vector<std::pair<std::uint32_t, std::uint32_t>> entries;
  for (std::uint32_t i = 0; i < n; ++i) {
    for (std::uint32_t j = 0; j < n; ++j) {
      if (pick(4) == 0) entries.emplace_back(i, j);
    }
  }
  const Elimination plan = plan_elimination(n, entries);
  std::vector<std::uint32_t> sorted = plan.order;
  std::sort(sorted.begin(), sorted.end());
  for (std::uint32_t k = 0; k < n; ++k) RC_ASSERT(sorted[k] == k);
  std::size_t off_diagonal = 0, kept = 0;
  for (const auto& [row, column] : entries) {
    if (row == column) continue;
    ++off_diagonal;
    const std::uint32_t i = plan.position[row], j = plan.position[column];
    const auto& side = j < i ? plan.lower[i] : plan.upper[i];
    RC_ASSERT(std::binary_search(side.begin(), side.end(), j));
  }
  for (std::uint32_t i = 0; i < n; ++i) kept += plan.lower[i].size() + plan.upper[i].size();
  RC_ASSERT(kept == off_diagonal + plan.fill);
}

}  // namespace
}  // namespace vesper::kernels
