// Compiled functions against equations::apply over the graph, on every width.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <thread>

#include "kernels/formulas.h"
#include "kernels/lanes.h"

namespace vesper::kernels {
namespace {

using equations::testing::Point;
using testing::Bench;
using testing::Draft;
using testing::evaluate_known;
using testing::formula;
using testing::Known;
using testing::Lanes;
using testing::NodeId;
using testing::Op;
using testing::pick;
using testing::same;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

bool close(double value, const Known& expected) {
  if (std::isinf(expected.error)) return true;
  if (same(value, expected.value)) return true;
  return std::abs(value - expected.value) <= 4 * expected.error;
}

// Two states, two parameters, random right-hand sides, outputs and conditions.
Draft random_draft(int depth) {
  Draft draft;
  draft.parameters = 2;
  for (int i = 0; i < 2; ++i) {
    draft.rates.push_back(formula(draft.graph, 2, 2, depth));
    draft.outputs.push_back(formula(draft.graph, 2, 2, depth));
    draft.conditions.push_back(formula(draft.graph, 2, 2, depth));
  }
  return draft;
}

RC_GTEST_PROP(Functions, AgreeWithTheMeaningOfEveryOperation, ()) {
  const Draft made = random_draft(3);
  Draft draft = made;
  const Request request = draft.request();
  const unsigned lanes =
      widths()[static_cast<std::size_t>(pick(static_cast<int>(widths().size())))];
  Bench bench(request, lanes);
  std::vector<Point> points;
  for (unsigned lane = 0; lane < lanes; ++lane) {
    points.push_back(testing::point(2, 2));
    bench.set(lane, points.back());
  }
  bench.run();
  equations::Graph graph = *request.system->graph;
  equations::Differentiator differentiator(graph);
  for (unsigned lane = 0; lane < lanes; ++lane) {
    const auto expect = [&](NodeId node, double value, const char* what) {
      const Known expected = evaluate_known(graph, node, points[lane]);
      if (!close(value, expected)) {
        RC_FAIL(std::string(what) + ": " + std::to_string(value) + " instead of " +
                std::to_string(expected.value) + " +- " + std::to_string(expected.error));
      }
    };
    for (std::size_t i = 0; i < 2; ++i) {
      expect(draft.rates[i], bench.dydt(i, lane), "rate");
      expect(draft.outputs[i], bench.outputs(i, lane), "output");
      expect(draft.conditions[i], bench.conditions(i, lane), "condition");
      expect(differentiator.derivative_by_time(draft.rates[i]), bench.dfdt(i, lane), "df/dt");
    }
  }
}

// Every operation on arguments where its meaning has corners.
TEST(Functions, HaveTheCornersOfTheReference) {
  const double values[] = {0.0,
                           -0.0,
                           1.0,
                           -1.0,
                           2.0,
                           2.5,
                           -2.5,
                           3.0,
                           0.3,
                           -0.3,
                           infinity,
                           -infinity,
                           nan,
                           4503599627370497.0,
                           -4503599627370496.5,
                           1e300,
                           170.0,
                           0.5,
                           -0.5};
  Draft draft;
  const NodeId a = draft.graph.state(0), b = draft.graph.state(1);
  draft.rates = {b, a};
  std::vector<Op> ops;
  for (int op = static_cast<int>(Op::negate); op <= static_cast<int>(Op::select); ++op) {
    const Op exact = static_cast<Op>(op);
    if (exact >= Op::exp && exact <= Op::log10) continue;  // maths_test.cpp
    if ((exact >= Op::sin && exact <= Op::atanh) || exact == Op::power) continue;
    ops.push_back(exact);
    draft.outputs.push_back(draft.graph.make(exact, a, b, draft.graph.constant(7)));
  }
  const Request request = draft.request();
  for (const unsigned lanes : widths()) {
    Bench bench(request, lanes);
    std::vector<std::pair<double, double>> waiting;
    const auto look = [&] {
      for (unsigned lane = 0; lane < lanes; ++lane) {
        const auto [x, y] = waiting[std::min<std::size_t>(lane, waiting.size() - 1)];
        bench.set(lane, {0, {x, y}, {}});
      }
      bench.run();
      for (unsigned lane = 0; lane < waiting.size(); ++lane) {
        const auto [x, y] = waiting[lane];
        for (std::size_t k = 0; k < ops.size(); ++k) {
          const double expected = equations::apply(ops[k], x, y, 7);
          EXPECT_TRUE(same(bench.outputs(k, lane), expected))
              << "operation " << static_cast<int>(ops[k]) << " of " << x << ", " << y << " is "
              << bench.outputs(k, lane) << ", not " << expected << " on " << lanes;
        }
      }
      waiting.clear();
    };
    for (const double x : values) {
      for (const double y : values) {
        waiting.emplace_back(x, y);
        if (waiting.size() == lanes) look();
      }
    }
    if (!waiting.empty()) look();
  }
}

TEST(Functions, PowersOfWholeAndHalfNumbersHaveTheMeaningOfPow) {
  const double exponents[] = {-9, -8, -3, -2, -1, -0.5, 0.5, 1.5, 2, 3, 4, 5, 7, 8, 9};
  Draft draft;
  const NodeId a = draft.graph.state(0);
  draft.rates = {a};
  for (const double exponent : exponents) {
    draft.outputs.push_back(draft.graph.binary(Op::power, a, draft.graph.constant(exponent)));
  }
  const Request request = draft.request();
  const double values[] = {0.0,  1.0,      -1.0,      0.3, -0.3, 7.0,
                           -7.0, infinity, -infinity, nan, 1e40, 1e-40};
  for (const unsigned lanes : widths()) {
    Bench bench(request, lanes);
    for (const double x : values) {
      for (unsigned lane = 0; lane < lanes; ++lane) bench.y(0, lane) = x;
      bench.run();
      for (std::size_t k = 0; k < std::size(exponents); ++k) {
        const double expected = std::pow(x, exponents[k]), value = bench.outputs(k, lanes - 1);
        EXPECT_TRUE(same(value, expected) || std::abs(value / expected - 1) < 1e-15)
            << x << "^" << exponents[k] << " is " << value << " on " << lanes;
      }
    }
  }
}

TEST(Functions, LeaveTheOtherLanesAloneWhateverOneHolds) {
  Draft draft;
  auto& graph = draft.graph;
  draft.parameters = 1;
  const NodeId a = graph.state(0), b = graph.state(1), p = graph.parameter(0);
  for (const NodeId x : {a, b}) {
    NodeId sum = graph.binary(Op::divide, p, x);
    for (int op = static_cast<int>(Op::negate); op <= static_cast<int>(Op::logical_not); ++op) {
      sum = graph.binary(Op::add, sum, graph.unary(static_cast<Op>(op), x));
      draft.outputs.push_back(graph.unary(static_cast<Op>(op), x));
    }
    draft.rates.push_back(graph.binary(Op::add, sum, graph.binary(Op::power, a, b)));
  }
  draft.outputs.push_back(graph.binary(Op::power, a, b));
  const Request request = draft.request();
  for (const unsigned lanes : widths()) {
    Bench plain(request, lanes);
    for (unsigned lane = 0; lane < lanes; ++lane) plain.set(lane, {1, {0.3 + lane, 0.7}, {2}});
    plain.run();
    for (const double poison : {nan, infinity, -infinity, 0.0, -1.0, 1e308, 1e17, 5e-324}) {
      for (unsigned bad = 0; bad < lanes; ++bad) {
        Bench bench = plain;
        bench.set(bad, {poison, {poison, poison}, {poison}});
        bench.d(0, bad) = poison;
        bench.g(0, bad) = poison;
        bench.run();
        for (unsigned lane = 0; lane < lanes; ++lane) {
          if (lane == bad) continue;
          const auto untouched = [&](const Lanes& before, const Lanes& after, std::size_t items) {
            for (std::size_t i = 0; i < items; ++i) {
              const double x = before(i, lane), y = after(i, lane);
              ASSERT_EQ(std::memcmp(&x, &y, sizeof x), 0)
                  << poison << " in lane " << bad << " of " << lanes << " reached lane " << lane;
            }
          };
          untouched(plain.dydt, bench.dydt, 2);
          untouched(plain.k, bench.k, 2);
          untouched(plain.outputs, bench.outputs, draft.outputs.size());
        }
      }
    }
  }
}

TEST(Functions, GiveTheSameBytesInEveryLane) {
  Draft draft;
  auto& graph = draft.graph;
  const NodeId a = graph.state(0);
  draft.rates = {graph.binary(Op::multiply, graph.unary(Op::exp, a), graph.unary(Op::sin, a))};
  const Request request = draft.request();
  for (const unsigned lanes : widths()) {
    Bench bench(request, lanes);
    for (const double x : {0.1, 3.7, -2.9, 12.5, 1e5, 1e10}) {
      std::vector<double> found;
      for (unsigned lane = 0; lane < lanes; ++lane) {
        for (unsigned other = 0; other < lanes; ++other) bench.y(0, other) = 1e3 * other - 17;
        bench.y(0, lane) = x;
        bench.run();
        found.push_back(bench.dydt(0, lane));
      }
      for (const double value : found) EXPECT_EQ(value, found.front()) << x << " on " << lanes;
    }
  }
}

// Thousands of operations with shared parts: more than one piece of code a function.
TEST(Functions, MayBeLarge) {
  Draft draft;
  auto& graph = draft.graph;
  draft.parameters = 40;
  const std::uint32_t n = 60;
  NodeId sum = graph.constant(0);
  std::vector<NodeId> terms;
  for (std::uint32_t i = 0; i < 900; ++i) {
    const NodeId x = graph.state(i % n), p = graph.parameter(i % 40);
    const NodeId scale = graph.binary(Op::add, p, graph.constant(0.01 * i));
    terms.push_back(graph.binary(Op::divide, graph.binary(Op::multiply, p, x),
                                 graph.binary(Op::add, scale, graph.binary(Op::multiply, x, x))));
    sum = graph.binary(Op::add, graph.binary(Op::multiply, graph.constant(0.5), sum), terms.back());
    if (i % 15 == 14) draft.outputs.push_back(sum);
  }
  for (std::uint32_t i = 0; i < n; ++i) {
    NodeId rate = graph.unary(Op::negate, graph.state(i));
    for (std::uint32_t k = 0; k < 15; ++k) {
      rate = graph.binary(Op::add, rate, terms[k * n + i]);
      rate = graph.binary(Op::subtract, rate, terms[k * n + (i + 1) % n]);
    }
    draft.rates.push_back(rate);
    draft.conditions.push_back(graph.binary(Op::less, graph.constant(0.5), draft.outputs[i]));
  }
  const Request request = draft.request();
  EXPECT_NE(text(request, {}, Stage::llvm)->find("@rates.1("), std::string::npos);
  for (const unsigned lanes : widths()) {
    Bench bench(request, lanes);
    Point point;
    for (std::uint32_t i = 0; i < n; ++i) point.y.push_back(0.5 + 0.01 * i);
    for (std::uint32_t i = 0; i < 40; ++i) point.p.push_back(1 + 0.1 * i);
    for (unsigned lane = 0; lane < lanes; ++lane) {
      bench.set(lane, point);
      bench.d(0, lane) = 100;
    }
    bench.run();
    const auto value = [&](NodeId node) {
      return equations::testing::evaluate(graph, node, point);
    };
    std::vector<double> residual(n);
    for (std::uint32_t i = 0; i < n; ++i) {
      EXPECT_NEAR(bench.dydt(i, lanes - 1), value(draft.rates[i]), 1e-12);
      EXPECT_NEAR(bench.outputs(i, lanes - 1), value(draft.outputs[i]), 1e-12);
      EXPECT_EQ(bench.conditions(i, 0), value(draft.conditions[i]));
      residual[i] = 100 * bench.k(i, 0) - value(draft.rates[i]);
    }
    const equations::Jacobian& jacobian = request.system->jacobian;
    for (std::uint32_t j = 0; j < n; ++j) {
      for (auto e = jacobian.column_start[j]; e < jacobian.column_start[j + 1]; ++e) {
        residual[jacobian.row[e]] -=
            equations::testing::evaluate(*request.system->graph, jacobian.value[e], point) *
            bench.k(j, 0);
      }
    }
    for (const double rest : residual) EXPECT_NEAR(rest, 0, 1e-12);
  }
}

TEST(Functions, AreSharedBetweenThreads) {
  Draft draft;
  auto& graph = draft.graph;
  const NodeId a = graph.state(0);
  draft.rates = {graph.unary(Op::exp, graph.unary(Op::sin, a))};
  const Request request = draft.request();
  const Bench first(request, 0 + widths().front());
  std::vector<std::thread> threads;
  std::vector<double> sums(4);
  for (std::size_t k = 0; k < sums.size(); ++k) {
    threads.emplace_back([&, k] {
      Bench own = first;
      for (int i = 0; i < 2000; ++i) {
        own.y(0, 0) = 0.001 * i;
        own.run();
        sums[k] += own.dydt(0, 0);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const double sum : sums) EXPECT_EQ(sum, sums.front());
  EXPECT_GT(sums.front(), 2000);
}

TEST(Widths, AreWidestFirstAndOthersAreRefused) {
  const std::vector<unsigned> known = widths();
  ASSERT_FALSE(known.empty());
  EXPECT_EQ(known.back(), 2u);
  EXPECT_TRUE(std::is_sorted(known.rbegin(), known.rend()));
  Draft draft;
  draft.rates = {draft.graph.state(0)};
  const Request request = draft.request();
  EXPECT_EQ(compile(request, {}).value()->lanes(), known.front());
  const auto refused = compile(request, {3, {}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().find("3"), std::string::npos) << refused.error();
  EXPECT_FALSE(text(request, {5, {}}, Stage::llvm).has_value());
}

}  // namespace
}  // namespace vesper::kernels
