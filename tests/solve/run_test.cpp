// What a run promises beside its numbers: hard problems, failures with a name, traces, determinism.

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <thread>

#include "solve/builder.h"

namespace vesper::test {
namespace {

using solve::Input;
using solve::Problem;
using solve::Solution;

class Robertson : public OnEveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, Robertson, testing::ValuesIn(every_engine()), engine_name);

// Robertson (1966): y1' = -0.04 y1 + 1e4 y2 y3, y3' = 3e7 y2^2.  Values up to 4e4 as printed in the
// CVODE example cvRoberts; at 4e10 as in its check; at 1e11 from the Test Set for IVP Solvers
// (Mazzia & Magherini 2008).
TEST_P(Robertson, ReachesItsPublishedValues) {
  Builder b;
  const Formula y1 = b.state("y1", 1), y2 = b.state("y2"), y3 = b.state("y3");
  const Formula slow = 0.04 * y1, back = 1e4 * (y2 * y3), fast = 3e7 * (y2 * y2);
  b.rate(y1, back - slow);
  b.rate(y2, slow - back - fast);
  b.rate(y3, fast);
  const auto compiled = compile(b);
  Problem problem = exact_problem(*compiled, 1e11);
  problem.tolerances.relative = 1e-10;
  problem.tolerances.absolute_by_state = {1e-16, 1e-20, 1e-14};
  struct Published {
    double t, y1, y2, y3, digits;
  };
  const Published published[] = {
      {0.4, 9.8517e-01, 3.3864e-05, 1.4794e-02, 1e-4},
      {4, 9.0553e-01, 2.2404e-05, 9.4452e-02, 1e-4},
      {40, 7.1583e-01, 9.1855e-06, 2.8416e-01, 1e-4},
      {4e10, 5.2083474251394888e-08, 2.0833390772616859e-13, 9.9999994791631752e-01, 1e-5},
      {1e11, 2.083340149701255e-08, 8.333360770334713e-14, 9.999999791665050e-01, 1e-6}};
  problem.grid.clear();
  for (const Published& row : published) problem.grid.push_back(row.t);
  const Solution solution = compiled->solve(problem);
  ASSERT_FALSE(solution.failure) << solution.failure->reason;
  for (std::size_t k = 0; k < problem.grid.size(); ++k) {
    const Published& row = published[k];
    EXPECT_NEAR(value(solution, *compiled, k, 0), row.y1, row.digits * row.y1) << row.t;
    EXPECT_NEAR(value(solution, *compiled, k, 1), row.y2, row.digits * row.y2) << row.t;
    EXPECT_NEAR(value(solution, *compiled, k, 2), row.y3, row.digits * row.y3) << row.t;
  }
  EXPECT_LT(solution.statistics.steps, 5000u);
}

class Oscillator : public OnEveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, Oscillator, testing::ValuesIn(every_engine()), engine_name);

TEST_P(Oscillator, KeepsItsEnergy) {
  Builder b;
  const Formula x = b.state("x", 1), v = b.state("v");
  b.rate(x, v);
  b.rate(v, -x);
  b.output("energy", x * x + v * v);
  const auto compiled = compile(b);
  Problem problem = exact_problem(*compiled, 100);
  const Solution solution = compiled->solve(problem);
  for (std::size_t k = 0; k < problem.grid.size(); ++k) {
    ASSERT_NEAR(value(solution, *compiled, k, 0), std::cos(problem.grid[k]), 1e-7);
    ASSERT_NEAR(value(solution, *compiled, k, 2), 1, 1e-7);
  }
}

class Binding : public OnEveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, Binding, testing::ValuesIn(every_engine()), engine_name);

// Binding to a receptor, on- and off-rates eight decades apart from the loss of ligand: at the end
// the quasi-steady state.
TEST_P(Binding, StiffReachesItsSteadyState) {
  Builder b;
  const Formula bound = b.state("bound");
  const double kon = 1e6, koff = 2e6, ligand = 3;
  b.rate(bound, kon * (ligand * (1 - bound)) - koff * bound);
  const auto compiled = compile(b);
  Problem problem = exact_problem(*compiled, 1000);
  const Solution solution = compiled->solve(problem);
  ASSERT_FALSE(solution.failure) << solution.failure->reason;
  EXPECT_NEAR(value(solution, *compiled, 1, 0), 3.0 / 5.0, 1e-9);
  EXPECT_LT(solution.statistics.steps, 1000u);
}

std::unique_ptr<solve::Compiled> elimination() {
  Builder b;
  const Formula x = b.state("x"), k = b.parameter("k", 0.5);
  b.rate(x, -(k * x));
  return compile(b);
}

class Grid : public OnEveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, Grid, testing::ValuesIn(every_engine()), engine_name);

TEST_P(Grid, ShowsValuesJustAfterADose) {
  const auto compiled = elimination();
  Problem problem = exact_problem(*compiled, 24);
  problem.grid = {0, 12, 24};
  problem.inputs = {bolus(0, 24, 5), bolus(0, 0, 10), bolus(0, 12, 20)};
  const Solution solution = compiled->solve(problem);
  EXPECT_EQ(solution.values[0], 10);
  EXPECT_NEAR(solution.values[1], 20 + 10 * std::exp(-6), 1e-9);
  EXPECT_NEAR(solution.values[2], 5 + 20 * std::exp(-6) + 10 * std::exp(-12), 1e-9);
  EXPECT_EQ(solution.final_states[0], solution.values[2]);
}

// 0.1 added up is not 2.4: a dose and a grid point that rounding has parted are still together.
TEST_P(Grid, ForgivesRounding) {
  const auto compiled = elimination();
  double dose_time = 0;
  for (int k = 0; k < 24; ++k) dose_time += 0.1;
  ASSERT_NE(dose_time, 2.4);
  for (const auto& [dose, point] : {std::pair{dose_time, 2.4}, std::pair{2.4, dose_time}}) {
    Problem problem = exact_problem(*compiled, 5);
    problem.grid = {point};
    problem.inputs = {bolus(0, dose, 5)};
    EXPECT_EQ(compiled->solve(problem).values, std::vector<double>{5});
  }
}

TEST_P(Grid, OfNoLength) {
  const auto compiled = elimination();
  Problem problem = exact_problem(*compiled, 0);
  problem.grid = {0};
  problem.trace = true;
  problem.inputs = {bolus(0, 0, 3), first_order(0, 0, 3, 1)};
  const Solution solution = compiled->solve(problem);
  EXPECT_FALSE(solution.failure);
  EXPECT_EQ(solution.values, std::vector<double>{3});
  EXPECT_EQ(solution.trace.times, (std::vector<double>{0, 0}));
  EXPECT_EQ(solution.trace.values, (std::vector<double>{0, 3}));
}

TEST_P(Grid, IgnoresDosesAfterTheEnd) {
  const auto compiled = elimination();
  Problem problem = exact_problem(*compiled, 10);
  problem.inputs = {bolus(0, 11, 3)};
  EXPECT_EQ(compiled->solve(problem).final_states[0], 0);
}

class States : public OnEveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, States, testing::ValuesIn(every_engine()), engine_name);

TEST_P(States, MayBeNone) {
  Builder b;
  const Formula p = b.parameter("p", 2);
  b.output("wave", p * apply(equations::Op::sin, b.time()));
  const auto compiled = compile(b);
  Problem problem = exact_problem(*compiled, 10);
  problem.trace = true;
  const Solution solution = compiled->solve(problem);
  ASSERT_FALSE(solution.failure) << solution.failure->reason;
  for (std::size_t k = 0; k < problem.grid.size(); ++k)
    EXPECT_DOUBLE_EQ(solution.values[k], 2 * std::sin(problem.grid[k]));
  EXPECT_TRUE(solution.final_states.empty());
  EXPECT_GT(solution.trace.times.size(), 100u);
}

class TraceOf : public OnEveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, TraceOf, testing::ValuesIn(every_engine()), engine_name);

// Peak and area of oral doses, read off the trace by straight lines, at default tolerances.
// Linear-up log-down, as a trace is to be read.
double area_as_read(double width, double from, double to) {
  if (!(from > to && to > 0)) return width * (from + to) / 2;
  const double fall = std::log(from / to);
  return width * (fall > 1e-6 ? (from - to) / fall : (from + to) / 2);
}

TEST_P(TraceOf, GivesPeaksAndAreas) {
  Builder b;
  const Formula gut = b.state("gut"), x = b.state("x");
  const double ka = 1.2, k = 0.3, dose = 100;
  b.rate(gut, -(ka * gut));
  b.rate(x, ka * gut - k * x);
  const auto compiled = compile(b);
  Problem problem;
  problem.end = 200;
  problem.trace = true;
  problem.parameters = {};
  problem.inputs = {bolus(0, 5, dose), bolus(1, 100, dose)};
  const Solution solution = compiled->solve(problem);
  ASSERT_FALSE(solution.failure) << solution.failure->reason;
  const solve::Trace& trace = solution.trace;
  ASSERT_EQ(trace.values.size(), 2 * trace.times.size());

  double area = 0, peak = 0;
  int jumps = 0;
  for (std::size_t i = 1; i < trace.times.size(); ++i) {
    const double width = trace.times[i] - trace.times[i - 1];
    ASSERT_GE(width, 0);
    if (width == 0) ++jumps;
    area += area_as_read(width, trace.values[2 * i - 1], trace.values[2 * i + 1]);
    if (trace.times[i] < 100) peak = std::max(peak, trace.values[2 * i + 1]);
  }
  const double at_peak = std::log(ka / k) / (ka - k);
  EXPECT_NEAR(peak, dose * ka / (ka - k) * (std::exp(-k * at_peak) - std::exp(-ka * at_peak)),
              1e-4 * peak);
  EXPECT_NEAR(area, 2 * dose / k, 1e-4 * area);
  EXPECT_EQ(jumps, 2);
  // The steps of a method of order 5 are long, and each is divided.
  EXPECT_LT(trace.times.size(), (current_engine().lanes == 0 ? 6 : 20) * solution.statistics.steps);
}

// An output that bends far more within a step than the states do.
TEST_P(TraceOf, FollowsBendsWithinAStep) {
  Builder b;
  b.output("fall", apply(equations::Op::exp, -(10.0 * b.time())));
  const auto compiled = compile(b);
  Problem problem = exact_problem(*compiled, 10);
  problem.trace = true;
  const solve::Trace trace = compiled->solve(problem).trace;
  double area = 0;
  for (std::size_t i = 1; i < trace.times.size(); ++i)
    area += area_as_read(trace.times[i] - trace.times[i - 1], trace.values[i - 1], trace.values[i]);
  EXPECT_NEAR(area, 0.1, 1e-5);
}

TEST_P(TraceOf, KeepsBothSidesOfASwitch) {
  Builder b;
  b.output("step", choose(below(b.time(), b.number(3)), b.number(1), b.number(2)));
  b.jump_of_rates(b.time() - 3);
  const auto compiled = compile(b);
  Problem problem = exact_problem(*compiled, 6);
  problem.trace = true;
  const solve::Trace trace = compiled->solve(problem).trace;
  double area = 0;
  for (std::size_t i = 1; i < trace.times.size(); ++i)
    area += area_as_read(trace.times[i] - trace.times[i - 1], trace.values[i - 1], trace.values[i]);
  EXPECT_NEAR(area, 9, 1e-12);
}

class Statistics : public OnEveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, Statistics, testing::ValuesIn(every_engine()), engine_name);

TEST_P(Statistics, CountWhatWasDone) {
  const auto compiled = elimination();
  Problem problem = exact_problem(*compiled, 24);
  problem.inputs = {bolus(0, 0, 10), bolus(0, 12, 20)};
  const solve::Statistics s = compiled->solve(problem).statistics;
  EXPECT_EQ(s.restarts, 2u);
  EXPECT_GT(s.steps, 50u);
  EXPECT_LT(s.steps, 5000u);
  EXPECT_GT(s.evaluations, s.steps);
  if (current_engine().lanes == 0) {
    EXPECT_GE(s.newton_iterations, s.steps);
    EXPECT_GT(s.jacobians, 1u);
    EXPECT_LT(s.jacobians, s.steps);
  } else if (current_engine().method == solve::Method::rosenbrock) {
    EXPECT_EQ(s.jacobians, s.steps + s.error_test_failures);
    EXPECT_EQ(s.evaluations, 8 * s.jacobians);
  }
}

// ---- failures ----

Solution fails(Builder& b, const std::function<void(Problem&)>& change = {}) {
  const auto compiled = compile(b);
  Problem problem = exact_problem(*compiled, 10);
  problem.tolerances = {};
  if (change) change(problem);
  Solution solution = compiled->solve(problem);
  EXPECT_TRUE(solution.failure);
  if (!solution.failure) solution.failure = solve::Failure{-1, "", "none"};
  EXPECT_FALSE(solution.failure->reason.empty());
  // What is recorded lies before the failure, and nothing stands in for the rest.
  for (std::size_t k = 0; k < solution.values.size() / compiled->outputs().size(); ++k)
    EXPECT_LE(problem.grid[k], solution.failure->time);
  for (double v : solution.values) EXPECT_TRUE(std::isfinite(v));
  return solution;
}

bool says(const Solution& solution, const std::string& words) {
  return solution.failure->reason.find(words) != std::string::npos;
}

class FailureOf : public OnEveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, FailureOf, testing::ValuesIn(every_engine()), engine_name);

TEST_P(FailureOf, NamesTheStateThatIsNotANumber) {
  Builder b;
  const Formula good = b.state("good", 1), bad = b.state("bad", 1);
  b.rate(good, -good);
  b.rate(bad, apply(equations::Op::ln, b.number(2) - b.time()));  // NaN from t = 2
  const Solution solution = fails(b);
  EXPECT_EQ(solution.failure->state, "bad");
  EXPECT_NEAR(solution.failure->time, 2, 1e-2);
}

// Growth that starts from 0 stays below the absolute tolerance for a while, where an implicit
// method with long steps would damp it away.
TEST_P(FailureOf, GrowthIsFollowedOrRefused) {
  for (const double rate : {30.0, 1e4, 1e12, 1e200}) {
    Builder b;
    const Formula x = b.state("x");
    b.rate(x, b.number(1e-12) + rate * x);
    EXPECT_EQ(
        fails(b, [](Problem& p) { p.end = 100, p.grid = evenly(0, 100, 100); }).failure->state,
        "x");
  }
}

TEST_P(FailureOf, NamesTheStateThatOverflows) {
  Builder b;
  const Formula calm = b.state("calm", 1), wild = b.state("wild", 1);
  b.rate(calm, -calm);
  b.rate(wild, 500 * wild);
  const Solution solution = fails(b);
  EXPECT_EQ(solution.failure->state, "wild");
  EXPECT_NEAR(solution.failure->time, 709.78 / 500, 0.05);
}

TEST_P(FailureOf, NamesTheStateThatEscapesInFiniteTime) {
  Builder b;
  const Formula calm = b.state("calm", 1), wild = b.state("wild", 1);
  b.rate(calm, -calm);
  b.rate(wild, wild * wild);  // 1 / (1 - t)
  const Solution solution = fails(b);
  EXPECT_EQ(solution.failure->state, "wild");
  EXPECT_NEAR(solution.failure->time, 1, 1e-4);
}

TEST_P(FailureOf, AtTheStart) {
  Builder b;
  const Formula x = b.state("x", b.number(1) / b.parameter("zero", 0));
  b.rate(x, -x);
  EXPECT_EQ(fails(b).failure->state, "x");
  Builder rate;
  const Formula y = rate.state("y");
  rate.rate(y, rate.number(1) / y);
  const Solution solution = fails(rate);
  EXPECT_EQ(solution.failure->time, 0);
  EXPECT_EQ(solution.failure->state, "y");
  EXPECT_TRUE(says(solution, "infinite")) << solution.failure->reason;
}

TEST_P(FailureOf, OfTooManySteps) {
  Builder b;
  const Formula x = b.state("x", 1), v = b.state("v");
  b.rate(x, v);
  b.rate(v, -(1e6 * x));
  EXPECT_TRUE(says(fails(b, [](Problem& p) { p.most_steps = 1000; }), "more than 1000 steps"));
}

TEST_P(FailureOf, OfInputs) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const Input bad[] = {bolus(0, 1, -5),
                       bolus(0, 1, nan),
                       bolus(0, 1, infinity),
                       bolus(0, -1, 5),
                       bolus(0, nan, 5),
                       bolus(7, 1, 5),
                       zero_order(0, 1, 5, 0),
                       zero_order(0, 1, 5, -1),
                       first_order(0, 1, 5, 0),
                       first_order(0, 1, 5, nan),
                       gamma(0, 1, 5, 0.5, 1),
                       gamma(0, 1, 5, 2, 0),
                       gamma(0, 1, 5, infinity, 1)};
  for (const Input& input : bad) {
    Builder b;
    b.rate(b.state("x"), b.number(0));
    EXPECT_TRUE(says(fails(b, [&](Problem& p) { p.inputs = {bolus(0, 0, 1), input}; }), "input 2"));
  }
}

TEST_P(FailureOf, OfTolerancesAndTimes) {
  const auto refused = [](const std::function<void(Problem&)>& change, const char* words) {
    Builder b;
    b.rate(b.state("x"), b.number(0));
    const Solution solution = fails(b, change);
    EXPECT_TRUE(says(solution, words)) << solution.failure->reason;
  };
  refused([](Problem& p) { p.tolerances.relative = 0; }, "relative tolerance");
  refused([](Problem& p) { p.tolerances.relative = NAN; }, "relative tolerance");
  refused([](Problem& p) { p.tolerances.absolute = 0; }, "absolute tolerance");
  refused([](Problem& p) { p.tolerances.absolute_by_state = {-1}; }, "absolute tolerance");
  refused([](Problem& p) { p.end = INFINITY; }, "time runs");
  refused([](Problem& p) { p.grid.clear(), p.end = -1; }, "time runs");
}

class Absurd : public OnEveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, Absurd, testing::ValuesIn(every_engine()), engine_name);

// Absurd values of a clearance: a finished run or a failure, soon.
TEST_P(Absurd, ClearancesEndSoon) {
  for (const double clearance : {0.0, 1e9, 1e30, 1e300, -1.0, -1e3, -1e9, -1e300}) {
    Builder b;
    const Formula gut = b.state("gut"), x = b.state("x"), CL = b.parameter("CL", clearance);
    b.rate(gut, -(1.2 * gut));
    b.rate(x, 1.2 * gut - CL / b.number(192) * x);
    const auto compiled = compile(b);
    Problem problem = exact_problem(*compiled, 2016);
    problem.tolerances = {};
    for (int day = 0; day < 84; ++day) problem.inputs.push_back(bolus(0, 24 * day, 13181));
    const Solution solution = compiled->solve(problem);
    EXPECT_EQ(solution.failure.has_value(), clearance < -1) << clearance;
    EXPECT_LT(solution.statistics.evaluations, 200'000u) << clearance;
    if (clearance == 0) {
      EXPECT_NEAR(solution.final_states[1], 84 * 13181.0, 1);
    }
  }
}

// ---- the same bytes ----

class Bytes : public OnEveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, Bytes, testing::ValuesIn(every_engine()), engine_name);

TEST_P(Bytes, AreTheSameAgainAndInThreads) {
  Builder b;
  const Formula gut = b.state("gut"), x = b.state("x"), bound = b.state("bound");
  const Formula k = b.parameter("k", 0.3), level = b.parameter("level", 1);
  b.rate(gut, -(1.2 * gut));
  b.rate(x, 1.2 * gut - k * x);
  b.rate(bound, 4.0 * (x * (1 - bound)) - 20.0 * bound);
  b.event("high", above(x, b.number(30)), {x - 30}, {{level, level + 1}});
  const auto compiled = compile(b);
  const auto solve = [&](double rate) {
    Problem problem = exact_problem(*compiled, 240);
    problem.parameters[0] = rate;
    problem.tolerances = {};
    problem.trace = true;
    for (int day = 0; day < 10; ++day) {
      problem.inputs.push_back(bolus(0, 24 * day, 50));
      problem.inputs.push_back(gamma(1, 24 * day + 1, 50, 2.5, 2));
    }
    return compiled->solve(problem);
  };
  const Solution expected = solve(0.3);
  ASSERT_FALSE(expected.failure);
  std::vector<std::thread> threads;
  std::vector<Solution> found(4);
  for (int k = 0; k < 4; ++k)
    threads.emplace_back([&, k] {
      solve(0.1 * (k + 1));  // another patient first
      found[k] = solve(0.3);
    });
  for (std::thread& thread : threads) thread.join();
  for (const Solution& again : found) {
    EXPECT_EQ(again.values, expected.values);
    EXPECT_EQ(again.trace.times, expected.trace.times);
    EXPECT_EQ(again.trace.values, expected.trace.values);
    EXPECT_EQ(again.final_parameters, expected.final_parameters);
  }
}

TEST(Parameters, FollowOverridesAndInitialAssignments) {
  Builder b;
  b.parameter("CL", 10);
  b.parameter("V", 5);
  b.parameter("k", 0);
  b.parameter("half", 0);
  const Formula x = b.state("x");
  b.rate(x, x);
  auto system = std::make_shared<equations::System>(*b.build());
  auto graph = std::make_shared<equations::Graph>(*system->graph);
  const Formula CL{graph.get(), graph->parameter(0)}, V{graph.get(), graph->parameter(1)},
      k{graph.get(), graph->parameter(2)};
  system->parameters[2].initial = (CL / V).id;
  system->parameters[3].initial = (0.5 * k).id;
  system->initial_order = {2, 3};
  system->graph = graph;
  using Overrides = std::vector<std::pair<std::uint32_t, double>>;
  EXPECT_EQ(*solve::initial_parameters(*system, {}), (std::vector<double>{10, 5, 2, 1}));
  EXPECT_EQ(*solve::initial_parameters(*system, Overrides{{1, 2}}),
            (std::vector<double>{10, 2, 5, 2.5}));
  EXPECT_EQ(*solve::initial_parameters(*system, Overrides{{2, 8}}),
            (std::vector<double>{10, 5, 8, 4}));
  const auto bad = solve::initial_parameters(*system, Overrides{{1, 0}});
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().state, "k");
}

}  // namespace
}  // namespace vesper::test
