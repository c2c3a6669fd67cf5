// Events, switches of the right-hand side, and what happens together at one time.

#include <gtest/gtest.h>

#include <cmath>

#include "solve/builder.h"
#include "solve/time_stops.h"

namespace vesper::test {
namespace {

using solve::Solution;

class EventOf : public OnEveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, EventOf, testing::ValuesIn(every_engine()), engine_name);

TEST_P(EventOf, ByTheClockHitsItsTimeExactly) {
  for (const bool inclusive : {true, false}) {
    Builder b;
    const Formula x = b.state("x", 1), when = b.parameter("when", 7.3), seen = b.state("seen");
    const Formula root = b.time() - when;
    b.event("stop", inclusive ? at_least(b.time(), when) : above(b.time(), when), {root},
            {{x, 5 * x}, {seen, b.time()}});
    b.rate(x, -x);
    const auto compiled = compile(b);
    solve::Problem problem = exact_problem(*compiled, 10);
    problem.grid = {0, 7.2999, 7.3, 10};
    const Solution solution = compiled->solve(problem);
    ASSERT_FALSE(solution.failure) << solution.failure->reason;
    EXPECT_EQ(solution.statistics.events, 1u);
    EXPECT_EQ(solution.final_states[1], 7.3);
    EXPECT_NEAR(value(solution, *compiled, 1, 0), std::exp(-7.2999), 1e-10);
    EXPECT_NEAR(value(solution, *compiled, 2, 0), 5 * std::exp(-7.3), 1e-10);
    EXPECT_NEAR(value(solution, *compiled, 3, 0), 5 * std::exp(-10), 1e-10);
  }
}

TEST_P(EventOf, TrueFromTheStartDoesNotFire) {
  Builder b;
  const Formula x = b.state("x", 1);
  b.event("late", at_least(b.time(), b.number(0)), {b.time()}, {{x, b.number(100)}});
  b.event("high", above(x, b.number(0.5)), {x - 0.5}, {{x, b.number(100)}});
  const auto compiled = compile(b);
  const Solution solution = compiled->solve(exact_problem(*compiled, 3));
  EXPECT_EQ(solution.statistics.events, 0u);
  EXPECT_EQ(solution.final_states[0], 1);
}

TEST_P(EventOf, JustAfterTheStartFires) {
  Builder b;
  const Formula x = b.state("x", 1);
  b.event("begin", above(b.time(), b.number(0)), {b.time()}, {{x, b.number(100)}});
  const auto compiled = compile(b);
  EXPECT_EQ(compiled->solve(exact_problem(*compiled, 3)).final_states[0], 100);
}

// dx/dt = 1 from 0; at x > 2.5 it falls back to 0: a saw of period 2.5.
TEST_P(EventOf, ThresholdRepeats) {
  Builder b;
  const Formula x = b.state("x"), count = b.parameter("count", 0), latest = b.state("latest");
  b.rate(x, b.number(1));
  b.event("fall", above(x, b.number(2.5)), {x - 2.5},
          {{x, b.number(0)}, {count, count + 1}, {latest, b.time()}});
  b.output("count", count);
  const auto compiled = compile(b);
  solve::Problem problem = exact_problem(*compiled, 101);
  problem.grid = {2.4, 2.6, 99, 101};
  const Solution solution = compiled->solve(problem);
  ASSERT_FALSE(solution.failure) << solution.failure->reason;
  EXPECT_EQ(solution.statistics.events, 40u);
  EXPECT_NEAR(value(solution, *compiled, 0, 0), 2.4, 1e-10);
  EXPECT_NEAR(value(solution, *compiled, 1, 0), 0.1, 1e-10);
  EXPECT_NEAR(solution.final_states[0], 1.0, 1e-9);
  EXPECT_NEAR(solution.final_states[1], 100.0, 1e-9);
  EXPECT_EQ(solution.final_parameters[0], 40);
  EXPECT_EQ(value(solution, *compiled, 2, 2), 39);
}

// Height h under gravity, speed reversed with loss at h <= 0: bounces at closed-form times.
TEST_P(EventOf, BallBounces) {
  const double g = 9.81, height = 10, kept = 0.9;
  Builder b;
  const Formula h = b.state("h", height), v = b.state("v");
  b.rate(h, v);
  b.rate(v, b.number(-g));
  const Formula down = both(below(h, b.number(0)), below(v, b.number(0)));
  b.event("bounce", down, {h, v}, {{v, -(kept * v)}});
  const auto compiled = compile(b);
  solve::Problem problem = exact_problem(*compiled, 12);
  const Solution solution = compiled->solve(problem);
  ASSERT_FALSE(solution.failure) << solution.failure->reason;

  double bounce = std::sqrt(2 * height / g), speed = kept * g * bounce;
  std::size_t bounces = 1;
  while (bounce + 2 * speed / g < 12) {
    bounce += 2 * speed / g;
    speed *= kept;
    ++bounces;
  }
  const double t = 12 - bounce;
  EXPECT_EQ(solution.statistics.events, bounces);
  EXPECT_NEAR(solution.final_states[0], speed * t - g * t * t / 2, 1e-7);
  EXPECT_NEAR(solution.final_states[1], speed - g * t, 1e-7);
}

TEST_P(EventOf, TogetherTakeValuesFromBefore) {
  Builder b;
  const Formula x = b.state("x", 1), y = b.state("y", 2);
  const Formula root = b.time() - 1;
  b.event("left", at_least(b.time(), b.number(1)), {root}, {{x, y}});
  b.event("right", at_least(b.time(), b.number(1)), {root}, {{y, x}});
  const auto compiled = compile(b);
  EXPECT_EQ(compiled->solve(exact_problem(*compiled, 2)).final_states, (std::vector<double>{2, 1}));
}

TEST_P(EventOf, SetOffByADoseAndByAnotherEvent) {
  Builder b;
  const Formula x = b.state("x"), y = b.state("y"), z = b.state("z");
  b.event("dosed", above(x, b.number(5)), {x - 5}, {{y, x}});
  b.event("chained", above(y, b.number(5)), {y - 5}, {{z, y + b.time()}, {x, b.number(0)}});
  const auto compiled = compile(b);
  solve::Problem problem = exact_problem(*compiled, 10);
  problem.inputs = {bolus(0, 4, 8)};
  problem.grid = {3.999, 4, 10};
  const Solution solution = compiled->solve(problem);
  EXPECT_EQ(solution.statistics.events, 2u);
  EXPECT_EQ(solution.values, (std::vector<double>{0, 0, 0, 0, 8, 12, 0, 8, 12}));
}

// A dose leaves x exactly on the threshold, from where it rises: a root function that is exactly 0.
TEST_P(EventOf, StartsOnTheThreshold) {
  Builder b;
  const Formula x = b.state("x"), seen = b.state("seen");
  b.rate(x, choose(above(x, b.number(0)), b.number(1), b.number(0)));
  b.event("over", above(x, b.number(5)), {x - 5}, {{seen, b.time()}});
  const auto compiled = compile(b);
  solve::Problem problem = exact_problem(*compiled, 10);
  problem.inputs = {bolus(0, 4, 5)};
  const Solution solution = compiled->solve(problem);
  EXPECT_EQ(solution.statistics.events, 1u);
  EXPECT_NEAR(solution.final_states[1], 4, 1e-12);
}

TEST_P(EventOf, FollowsTheDoseAtTheSameTime) {
  Builder b;
  const Formula x = b.state("x");
  b.event("empty", at_least(b.time(), b.number(6)), {b.time() - 6}, {{x, 0.5 * x}});
  const auto compiled = compile(b);
  solve::Problem problem = exact_problem(*compiled, 10);
  problem.inputs = {bolus(0, 6, 4)};
  EXPECT_EQ(compiled->solve(problem).final_states[0], 2);
}

TEST_P(EventOf, MovesAClockThatIsStillToCome) {
  Builder b;
  const Formula x = b.state("x"), next = b.parameter("next", 2);
  b.event("tick", at_least(b.time(), next), {b.time() - next}, {{x, x + 1}, {next, next + 2}});
  const auto compiled = compile(b);
  const Solution solution = compiled->solve(exact_problem(*compiled, 21));
  EXPECT_EQ(solution.final_states[0], 10);
  EXPECT_EQ(solution.final_parameters[0], 22);
}

TEST_P(EventOf, WithoutEndIsAFailure) {
  Builder b;
  const Formula x = b.state("x"), y = b.state("y");
  b.event("there", above(x, y), {x - y}, {{y, y + 2}});
  b.event("back", above(y, x), {y - x}, {{x, x + 2}});
  const auto compiled = compile(b);
  solve::Problem problem = exact_problem(*compiled, 10);
  problem.inputs = {bolus(0, 3, 1)};
  const Solution solution = compiled->solve(problem);
  ASSERT_TRUE(solution.failure);
  EXPECT_EQ(solution.failure->time, 3);
  EXPECT_NE(solution.failure->reason.find("set each other off"), std::string::npos);
}

TEST_P(EventOf, WithoutAFiniteValueIsAFailure) {
  Builder b;
  const Formula x = b.state("x");
  b.event("bad", at_least(b.time(), b.number(2)), {b.time() - 2}, {{x, b.number(1) / x}});
  const auto compiled = compile(b);
  const Solution solution = compiled->solve(exact_problem(*compiled, 10));
  ASSERT_TRUE(solution.failure);
  EXPECT_EQ(solution.failure->time, 2);
  EXPECT_EQ(solution.failure->state, "x");
  EXPECT_NE(solution.failure->reason.find("bad"), std::string::npos);
}

TEST_P(EventOf, WithoutStatesRunsByTheClock) {
  Builder b;
  const Formula level = b.parameter("level", 1);
  b.event("up", above(apply(equations::Op::sin, b.time()), b.number(0.5)),
          {apply(equations::Op::sin, b.time()) - 0.5}, {{level, level + 1}});
  b.output("level", level);
  const auto compiled = compile(b);
  const Solution solution = compiled->solve(exact_problem(*compiled, 30));
  ASSERT_FALSE(solution.failure) << solution.failure->reason;
  EXPECT_EQ(solution.statistics.events, 5u);
  EXPECT_EQ(solution.values.front(), 1);
  EXPECT_EQ(solution.values.back(), 6);
}

class Switch : public OnEveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, Switch, testing::ValuesIn(every_engine()), engine_name);

// A rate that switches by the clock, and one that switches by a state.
TEST_P(Switch, OfTheClockIsHitExactly) {
  Builder b;
  const Formula x = b.state("x"), from = b.parameter("from", 3.7);
  b.rate(x, choose(below(b.time(), from), b.number(1), b.number(-2)));
  b.jump_of_rates(b.time() - from);
  const auto compiled = compile(b);
  const Solution solution = compiled->solve(exact_problem(*compiled, 5));
  EXPECT_NEAR(solution.final_states[0], 3.7 - 2 * 1.3, 1e-13);
  EXPECT_EQ(solution.statistics.error_test_failures, 0u);
}

TEST_P(Switch, OfAStateIsFoundOnTheWay) {
  Builder b;
  const Formula x = b.state("x"), y = b.state("y");
  b.rate(x, b.number(1));
  b.rate(y, choose(below(x, b.number(2.2)), b.number(1), b.number(-3)));
  b.jump_of_rates(x - 2.2);
  const auto compiled = compile(b);
  const Solution solution = compiled->solve(exact_problem(*compiled, 5));
  EXPECT_NEAR(solution.final_states[1], 2.2 - 3 * 2.8, 1e-9);
}

TEST_P(Switch, BackAndForthIsAFailureAndNoHang) {
  Builder b;
  const Formula x = b.state("x", 1);
  b.rate(x, choose(above(x, b.number(0)), b.number(-1), b.number(1)));
  b.jump_of_rates(x);
  const auto compiled = compile(b);
  const Solution solution = compiled->solve(exact_problem(*compiled, 5));
  ASSERT_TRUE(solution.failure);
  EXPECT_NEAR(solution.failure->time, 1, 1e-3);
}

// A rate by the hour of the day: rem(time, 24) has jumps of its own at midnight.
TEST_P(Switch, OfTheHourOfTheDay) {
  Builder b;
  const Formula x = b.state("x"), period = b.number(24);
  const Formula hour = binary(equations::Op::remainder, b.time(), period);
  b.rate(x, choose(below(hour, b.number(2)), b.number(1), b.number(0)));
  b.jump_of_rates(hour - 2);
  b.jump_of_rates(apply(equations::Op::sin, b.number(M_PI) * (b.time() / period)));
  const auto compiled = compile(b);
  const Solution solution = compiled->solve(exact_problem(*compiled, 24 * 30));
  ASSERT_FALSE(solution.failure) << solution.failure->reason;
  EXPECT_NEAR(solution.final_states[0], 60, 1e-8);
}

TEST(TimeStops, RepeatWithASine) {
  equations::Graph graph;
  const Formula t{&graph, graph.time()}, p{&graph, graph.parameter(0)};
  const Formula turns = number(&graph, M_PI) * ((t - 1) / p);
  const std::vector<equations::NodeId> roots = {apply(equations::Op::sin, turns).id};
  const solve::TimeStops stops(graph, roots);
  for (const double period : {24.0, -24.0}) {
    const std::vector<double> parameters{period};
    double next = 0;
    for (int k = 0; k < 100; ++k) {
      next = stops.next(next, parameters);
      EXPECT_DOUBLE_EQ(next, 24 * k + 1);
    }
  }
  EXPECT_TRUE(solve::TimeStops::foreseen(graph, roots[0]));
}

TEST(TimeStops, AreExactWhereTheyAreLinear) {
  equations::Graph graph;
  const Formula t{&graph, graph.time()}, p{&graph, graph.parameter(0)}, y{&graph, graph.state(0)};
  const std::vector<equations::NodeId> roots = {(t - 1000.3).id, (p - t).id, (y - t).id,
                                                (t * t - 4).id, (t / p - 3).id};
  const solve::TimeStops stops(graph, roots);
  const std::vector<double> parameters{7.0};
  EXPECT_EQ(stops.next(0, parameters), 7);
  EXPECT_EQ(stops.next(7, parameters), 21);
  EXPECT_EQ(stops.next(21, parameters), 1000.3);
  EXPECT_TRUE(std::isinf(stops.next(1000.3, parameters)));
  EXPECT_FALSE(solve::TimeStops::foreseen(graph, roots[2]));
  EXPECT_FALSE(solve::TimeStops::foreseen(graph, roots[3]));
}

}  // namespace
}  // namespace vesper::test
