// Periodic steady states against closed forms and against repetition, and the refusals.
#include "solve/steady.h"

#include <gtest/gtest.h>

#include <cmath>

#include "solve/builder.h"

namespace vesper::test {
namespace {

using solve::PeriodicProblem;

PeriodicProblem every(double period, std::vector<solve::Input> inputs,
                      const solve::Compiled& compiled) {
  PeriodicProblem problem;
  problem.parameters = solve::initial_parameters(compiled.system(), {}).value();
  problem.period = period;
  problem.inputs = std::move(inputs);
  return problem;
}

class SteadyStateOf : public OnEveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, SteadyStateOf, testing::ValuesIn(every_engine()), engine_name);

// One compartment with the elimination rate k, a bolus D each tau: before a dose
// D e / (1 - e), e = exp(-k tau).
TEST_P(SteadyStateOf, OneCompartmentThatForgetsSlowly) {
  for (const double k : {0.5, 0.02, 1e-4}) {
    Builder b;
    const Formula x = b.state("x");
    b.rate(x, -(k * x));
    const auto compiled = compile(b);
    const auto found = periodic_state(*compiled, every(24, {bolus(0, 0, 100)}, *compiled));
    ASSERT_TRUE(found) << found.error().reason;
    const double left = std::exp(-k * 24), expected = 100 * left / (1 - left);
    EXPECT_NEAR(found->states[0], expected, 1e-5 * (expected + 100)) << k;
    EXPECT_LE(found->error, 1e-6);
    EXPECT_NEAR(found->by_repetition, std::ceil(std::log(1e-6) / std::log(left)),
                1e-3 * found->by_repetition + 1);
    if (k < 1e-3) {
      EXPECT_GT(found->saved(), 5000);
    }
  }
}

// The infusion of depot medicine goes on for many periods: rate-in equals rate-out on average, and
// the state is what repetition comes to.
TEST_P(SteadyStateOf, ReleasesThatOutlastThePeriod) {
  Builder b;
  const Formula x = b.state("x"), slow = b.state("slow");
  b.rate(x, -(0.3 * x));
  b.rate(slow, 0.3 * x - 0.01 * slow);
  const auto compiled = compile(b);
  const std::vector<solve::Input> inputs = {first_order(0, 5, 100, 0.02), gamma(0, 7, 40, 3, 20),
                                            zero_order(0, 1, 30, 60)};
  const auto found = periodic_state(*compiled, every(24, inputs, *compiled));
  ASSERT_TRUE(found) << found.error().reason;
  solve::Problem repeated;
  repeated.end = 24 * 120;
  repeated.tolerances = {1e-9, 1e-9, {}};
  for (int day = 0; day < 120; ++day)
    for (solve::Input input : inputs) {
      input.time += 24 * day;
      repeated.inputs.push_back(input);
    }
  const solve::Solution solution = compiled->solve(repeated);
  ASSERT_FALSE(solution.failure);
  for (std::size_t k = 0; k < 2; ++k)
    EXPECT_NEAR(found->states[k], solution.final_states[k], 1e-5 * solution.final_states[k]);
}

// Saturable elimination and slow binding: Newton needs more than one step.
TEST_P(SteadyStateOf, NonlinearKinetics) {
  Builder b;
  const Formula x = b.state("x"), bound = b.state("bound"), effect = b.state("effect", 1);
  b.rate(x, -(30 * (x / (x + 50))));
  b.rate(bound, 0.002 * x * (1 - bound) - 0.004 * bound);
  b.rate(effect, 0.01 * (bound + 1) - 0.01 * effect);
  const auto compiled = compile(b);
  const auto found = periodic_state(*compiled, every(24, {bolus(0, 3, 400)}, *compiled));
  ASSERT_TRUE(found) << found.error().reason;
  EXPECT_GT(found->iterations, 1u);
  // One more period changes nothing.
  solve::Problem next;
  next.initial_states = found->states;
  next.end = 24;
  next.inputs = {bolus(0, 3, 400)};
  next.tolerances = {1e-9, 1e-9, {}};
  const solve::Solution solution = compiled->solve(next);
  for (std::size_t k = 0; k < 3; ++k)
    EXPECT_NEAR(solution.final_states[k], found->states[k], 1e-5 * (1 + found->states[k]));
}

// What is kept (all receptors, free and bound) stays what it was at the start.
TEST_P(SteadyStateOf, WhatIsKeptIsKept) {
  Builder b;
  const Formula x = b.state("x"), unbound = b.state("free", 3), bound = b.state("bound", 1);
  b.rate(x, -(0.1 * x));
  b.rate(unbound, 0.05 * bound - 0.01 * x * unbound);
  b.rate(bound, 0.01 * x * unbound - 0.05 * bound);
  const auto compiled = compile(b);
  const auto found = periodic_state(*compiled, every(24, {bolus(0, 0, 10)}, *compiled));
  ASSERT_TRUE(found) << found.error().reason;
  EXPECT_NEAR(found->states[1] + found->states[2], 4, 1e-5);
}

TEST_P(SteadyStateOf, WhatNothingDependsOnMayGrow) {
  Builder b;
  const Formula x = b.state("x"), eliminated = b.state("eliminated", 3), seen = b.state("seen");
  b.rate(x, -(0.2 * x));
  b.rate(eliminated, 0.2 * x);
  b.rate(seen, 0.1 * eliminated);
  const auto compiled = compile(b);
  const auto found = periodic_state(*compiled, every(24, {bolus(0, 0, 10)}, *compiled));
  ASSERT_TRUE(found) << found.error().reason;
  EXPECT_NEAR(found->states[0], 10 * std::exp(-4.8) / (1 - std::exp(-4.8)), 1e-6);
  EXPECT_EQ(found->states[1], 3);
  EXPECT_EQ(found->states[2], 0);
}

TEST_P(SteadyStateOf, WhatGrowsForeverIsRefused) {
  Builder b;
  const Formula x = b.state("x"), eliminated = b.state("eliminated");
  b.rate(x, -(0.2 * x) / (1 + 1e-12 * eliminated));
  b.rate(eliminated, 0.2 * x);
  const auto compiled = compile(b);
  const auto refused = periodic_state(*compiled, every(24, {bolus(0, 0, 10)}, *compiled));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().state, "eliminated");
  EXPECT_NE(refused.error().reason.find("grows by 10 each period"), std::string::npos)
      << refused.error().reason;
}

TEST_P(SteadyStateOf, AClockOfAnotherPeriodIsRefused) {
  for (const double of_the_clock : {24.0, 30.0}) {
    Builder b;
    const Formula x = b.state("x");
    const Formula wave = apply(equations::Op::sin, (2 * M_PI / of_the_clock) * b.time());
    b.rate(x, wave + 2 * b.number(1) - 0.1 * x);
    const auto compiled = compile(b);
    const auto found = periodic_state(*compiled, every(24, {bolus(0, 0, 10)}, *compiled));
    EXPECT_EQ(found.has_value(), of_the_clock == 24);
    if (!found) {
      EXPECT_NE(found.error().reason.find("does not repeat"), std::string::npos);
    }
  }
}

TEST_P(SteadyStateOf, WhatDosesDoNotLeadToIsRefused) {
  Builder growing;
  const Formula y = growing.state("y", 1);
  growing.rate(y, 0.05 * y);
  const auto grows = compile(growing);
  const auto refused = periodic_state(*grows, every(24, {bolus(0, 0, 1)}, *grows));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().state, "y");
  EXPECT_NE(refused.error().reason.find("grows"), std::string::npos) << refused.error().reason;
}

TEST_P(SteadyStateOf, FailuresAreNamed) {
  Builder b;
  const Formula x = b.state("x", 1);
  b.rate(x, x * x);
  const auto compiled = compile(b);
  const auto refused = periodic_state(*compiled, every(24, {bolus(0, 0, 1)}, *compiled));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().state, "x");
}

}  // namespace
}  // namespace vesper::test
