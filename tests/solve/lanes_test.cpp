// What holds of lanes whatever the model: neighbours, order and splitting do not matter to the last
// bit, a lane that goes wrong leaves the others alone, and random linear systems and schedules come
// out as theory says.  Against the reference engine and across widths results agree to tolerance
// and not to the bit: the order of fused multiply-adds, elementary functions and steps differ.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <Eigen/Dense>
#include <cstring>
#include <numeric>
#include <random>
#include <unsupported/Eigen/MatrixFunctions>

#include "solve/builder.h"

namespace vesper::test {
namespace {

using solve::Compiled;
using solve::Method;
using solve::Problem;
using solve::Solution;

bool same_bytes(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}
bool same(const Solution& a, const Solution& b) {
  return same_bytes(a.values, b.values) && same_bytes(a.trace.times, b.trace.times) &&
         same_bytes(a.trace.values, b.trace.values) && same_bytes(a.final_states, b.final_states) &&
         a.failure.has_value() == b.failure.has_value() && a.statistics.steps == b.statistics.steps;
}

std::vector<Solution> solve_all(const Compiled& compiled, const std::vector<Problem>& problems) {
  std::vector<Solution> solutions(problems.size());
  std::vector<int> times(problems.size(), 0);
  compiled.solve_all(problems, [&](std::size_t i, Solution solution) {
    ++times.at(i);
    solutions[i] = std::move(solution);
    return true;
  });
  for (int count : times) EXPECT_EQ(count, 1);
  return solutions;
}

// Oral absorption, a distribution phase, saturable binding, an event and releases of all shapes.
std::unique_ptr<Compiled> everything() {
  Builder b;
  const Formula gut = b.state("gut"), central = b.state("central"), tissue = b.state("tissue"),
                bound = b.state("bound"), count = b.state("count");
  const Formula ka = b.parameter("ka", 1.2), k = b.parameter("k", 0.3), kon = b.parameter("kon", 5);
  const Formula koff = b.parameter("koff", 20);
  b.rate(gut, -(ka * gut));
  b.rate(central, ka * gut - k * central - 0.5 * central + 0.2 * tissue);
  b.rate(tissue, 0.5 * central - 0.2 * tissue);
  b.rate(bound, kon * central * (1 - bound) - koff * bound);
  b.event("peak", above(central, b.number(2)), {central - 2}, {{count, count + 1}});
  return compile(b);
}

std::vector<Problem> patients_of(const Compiled& compiled, std::size_t count) {
  std::mt19937_64 random(7);
  const auto uniform = [&](double low, double high) {
    return low + (high - low) * static_cast<double>(random() >> 11) * 0x1p-53;
  };
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < count; ++i) {
    Problem problem;
    problem.parameters = solve::initial_parameters(compiled.system(), {}).value();
    for (double& p : problem.parameters) p *= uniform(0.5, 2);
    problem.end = uniform(40, 100);
    problem.grid = evenly(0, problem.end, 37 + static_cast<int>(i % 5));
    problem.trace = i % 3 == 0;
    problem.trace_from = i % 6 == 0 ? 0.5 * problem.end : 0;
    for (double t = 0; t < problem.end; t += 12) {
      problem.inputs.push_back(bolus(0, t, uniform(1, 10)));
      if (i % 2 == 0) problem.inputs.push_back(first_order(0, t + 1, 5, uniform(0.2, 2)));
      if (i % 4 == 0) problem.inputs.push_back(gamma(1, t + 2, 5, uniform(1.2, 4), 0.5));
      if (i % 4 == 1) problem.inputs.push_back(zero_order(1, t + 2, 5, uniform(0.5, 3)));
    }
    problems.push_back(std::move(problem));
  }
  return problems;
}

class LanesOf : public OnEveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, LanesOf, testing::ValuesIn(fast_engines()), engine_name);

TEST_P(LanesOf, OrderAndSplittingDoNotMatter) {
  const auto compiled = everything();
  const std::vector<Problem> problems = patients_of(*compiled, 21);
  const std::vector<Solution> whole = solve_all(*compiled, problems);
  for (const Solution& solution : whole) EXPECT_FALSE(solution.failure);
  // A dozen orders, since every one costs a run of all patients.
  for (unsigned seed = 0; seed < 12; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<std::size_t> order(problems.size());
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random);
    const std::size_t piece = 1 + random() % problems.size();
    for (std::size_t from = 0; from < order.size(); from += piece) {
      std::vector<Problem> some;
      const std::size_t to = std::min(from + piece, order.size());
      for (std::size_t i = from; i < to; ++i) some.push_back(problems[order[i]]);
      const std::vector<Solution> solutions = solve_all(*compiled, some);
      for (std::size_t i = from; i < to; ++i)
        ASSERT_TRUE(same(solutions[i - from], whole[order[i]]))
            << "patient " << order[i] << " in pieces of " << piece << ", seed " << seed;
    }
  }
}

TEST_P(LanesOf, AgreeWithTheReferenceToTolerance) {
  const auto fast = everything();
  current_engine() = {};
  const auto reference = everything();
  std::vector<Problem> problems = patients_of(*fast, 8);
  for (Problem& problem : problems) problem.tolerances = {1e-9, 1e-12, {}};
  const auto ours = solve_all(*fast, problems), theirs = solve_all(*reference, problems);
  for (std::size_t i = 0; i < problems.size(); ++i) {
    ASSERT_EQ(ours[i].values.size(), theirs[i].values.size());
    for (std::size_t k = 0; k < ours[i].values.size(); ++k)
      ASSERT_NEAR(ours[i].values[k], theirs[i].values[k], 1e-6 + 1e-6 * theirs[i].values[k]);
    EXPECT_EQ(ours[i].statistics.events, theirs[i].statistics.events);
  }
}

// One patient whose numbers overflow, divide by zero, make the matrix singular or turn into no
// number, in every place: the neighbours' bytes stay, and only that one fails.
TEST_P(LanesOf, OneThatGoesWrongLeavesTheOthersAlone) {
  Builder b;
  const Formula x = b.state("x", 1), y = b.state("y", 1);
  const Formula blow_up = b.parameter("blow_up", 0), denominator = b.parameter("denominator", 1);
  const Formula logarithm = b.parameter("logarithm", 1), wave = b.parameter("wave", 1);
  b.rate(x, blow_up * x * x - 0.5 * x / denominator);
  b.rate(y, apply(equations::Op::ln, logarithm - 0.001 * b.time()) -
                apply(equations::Op::sin, wave * y));
  const auto compiled = compile(b);
  const auto sane = [&](double wave_number) {
    Problem problem;
    problem.parameters = {0, 1, 1, wave_number};
    problem.end = 50;
    problem.grid = evenly(0, 50, 20);
    return problem;
  };
  std::vector<Problem> good;
  for (int i = 0; i < 9; ++i) good.push_back(sane(1 + 0.1 * i));
  const std::vector<Solution> alone = solve_all(*compiled, good);
  for (const Solution& solution : alone) EXPECT_FALSE(solution.failure);

  const std::vector<std::vector<double>> wrong = {
      {10, 1, 1, 1}, {0, 0, 1, 1}, {0, 1, 0.01, 1}, {1e200, 1, 1, 1}, {0, -1e-200, 1, 1}};
  for (const std::vector<double>& parameters : wrong) {
    for (std::size_t place = 0; place < good.size(); ++place) {
      std::vector<Problem> problems = good;
      problems[place].parameters = parameters;
      const std::vector<Solution> solutions = solve_all(*compiled, problems);
      for (std::size_t i = 0; i < problems.size(); ++i) {
        EXPECT_EQ(solutions[i].failure.has_value(), i == place) << i;
        if (i == place) continue;
        EXPECT_TRUE(same(solutions[i], alone[i])) << i << " beside " << place;
      }
    }
  }
}

// dy/dt = A y with A = -(V D V^-1): rates from slow to very fast, mixed by a random
// well-conditioned V; against the exponential of the matrix.
TEST_P(LanesOf, StiffLinearSystemsFollowTheExponential) {
  rc::check("exp(At) y", [&] {
    const auto n = *rc::gen::inRange(2, 6);
    std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> decade(-2, 4);
    Eigen::MatrixXd mix = Eigen::MatrixXd::Identity(n, n);
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j) mix(i, j) += 0.2 * normal(random);
    RC_PRE(mix.jacobiSvd().singularValues()(n - 1) > 0.2);
    Eigen::VectorXd rates(n), start(n);
    for (int i = 0; i < n; ++i) {
      rates(i) = -std::pow(10.0, decade(random));
      start(i) = normal(random);
    }
    const Eigen::MatrixXd a = mix * rates.asDiagonal() * mix.inverse();

    Builder b;
    std::vector<Formula> y;
    for (int i = 0; i < n; ++i) y.push_back(b.state("y" + std::to_string(i), start(i)));
    for (int i = 0; i < n; ++i) {
      Formula sum = a(i, 0) * y[0];
      for (int j = 1; j < n; ++j) sum = sum + a(i, j) * y[static_cast<std::size_t>(j)];
      b.rate(y[static_cast<std::size_t>(i)], sum);
    }
    const auto compiled = compile(b);
    Problem problem;
    problem.end = 10;
    problem.grid = {0.01, 0.1, 1, 10};
    problem.tolerances = {1e-8, 1e-11, {}};
    const Solution solution = compiled->solve(problem);
    RC_ASSERT(!solution.failure);
    for (std::size_t k = 0; k < problem.grid.size(); ++k) {
      const Eigen::VectorXd expected =
          mix * (rates * problem.grid[k]).array().exp().matrix().asDiagonal() * mix.inverse() *
          start;
      for (int i = 0; i < n; ++i)
        RC_ASSERT(
            std::fabs(
                solution.values[k * static_cast<std::size_t>(n) + static_cast<std::size_t>(i)] -
                expected(i)) < 2e-6);
    }
  });
}

// Of a linear model the response to all doses is the sum of the responses to each.
TEST_P(LanesOf, DosesSuperpose) {
  Builder b;
  const Formula gut = b.state("gut"), central = b.state("central"), tissue = b.state("tissue");
  b.rate(gut, -(1.2 * gut));
  b.rate(central, 1.2 * gut - 0.8 * central + 0.2 * tissue);
  b.rate(tissue, 0.5 * central - 0.2 * tissue);
  const auto compiled = compile(b);
  rc::check("sum of single doses", [&] {
    const auto count = *rc::gen::inRange<std::size_t>(1, 8);
    std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
    std::uniform_real_distribution<double> unit(0, 1);
    std::vector<Problem> problems(count + 1);
    for (Problem& problem : problems) {
      problem.end = 48;
      problem.grid = evenly(0, 48, 30);
      problem.tolerances = {1e-9, 1e-12, {}};
    }
    for (std::size_t i = 0; i < count; ++i) {
      const double at = 40 * unit(random), amount = 1 + 9 * unit(random);
      const auto state = static_cast<std::uint32_t>(random() % 2);
      solve::Input input = bolus(state, at, amount);
      if (i % 4 == 1) input = zero_order(state, at, amount, 0.1 + 5 * unit(random));
      if (i % 4 == 2) input = first_order(state, at, amount, 0.1 + unit(random));
      if (i % 4 == 3) input = gamma(state, at, amount, 1.5 + unit(random), 0.3 + unit(random));
      problems[i].inputs = {input};
      problems[count].inputs.push_back(input);
    }
    const std::vector<Solution> solutions = solve_all(*compiled, problems);
    for (std::size_t k = 0; k < solutions[count].values.size(); ++k) {
      double sum = 0;
      for (std::size_t i = 0; i < count; ++i) sum += solutions[i].values[k];
      RC_ASSERT(std::fabs(sum - solutions[count].values[k]) < 1e-5);
    }
  });
}

TEST_P(LanesOf, StopWhenNoMoreIsWanted) {
  const auto compiled = everything();
  const std::vector<Problem> problems = patients_of(*compiled, 21);
  std::size_t taken = 0;
  compiled->solve_all(problems, [&](std::size_t, const Solution&) { return ++taken < 5; });
  EXPECT_EQ(taken, 5u);
}

TEST(LanesThat, ThisMachineLacksAreRefused) {
  Builder b;
  b.rate(b.state("x"), b.number(1));
  const auto refused = solve::compile_fast(b.build(), {}, {16, Method::automatic, {}});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("16"), std::string::npos) << refused.error();
}

}  // namespace
}  // namespace vesper::test
