// What an event means (SBML Level 3 Version 2 Core, section 4.11), on every engine.

#include <gtest/gtest.h>

#include <cmath>

#include "solve/text_model.h"

namespace vesper::test {
namespace {

using Values = std::vector<double>;

class EventMeaning : public OnEveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, EventMeaning, testing::ValuesIn(every_engine()), engine_name);

void expect_near(const Values& found, const Values& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i], expected[i], 1e-8) << "at " << i;
  }
}

TEST_P(EventMeaning, ADelayIsKeptExactly) {
  Course c = run_text(R"(
    x = 0; x' = 1; y = 0; w = 0; seen = 0; d = 2.5;
    E: at d after (x > 3): y = x, seen = time;
    F: at d after (x > 3), fromTrigger = false: w = x + 10 * time;
    G: at x > 4: d = 100;)",
                      {3, 5.4, 5.6, 6});
  ASSERT_FALSE(c.solution.failure);
  expect_near(c.of["y"], {0, 0, 3, 3});
  expect_near(c.of["seen"], {0, 0, 3, 3});
  expect_near(c.of["w"], {0, 0, 60.5, 60.5});
}

TEST_P(EventMeaning, DelayedOnesOfOneEventFollowEachOther) {
  Course c = run_text(R"(
    x = 0; x' = 1; n = 0; last = 0;
    tick: at x > 1: x = 0;
    late: at 2.5 after (x > 0.5): n = n + 1, last = last + time;)",
                      {2.9, 3.1, 4.1, 5.1});
  expect_near(c.of["n"], {0, 1, 1, 1});  // values are those at the trigger
  expect_near(c.of["last"], {0, 0.5, 1.5, 2.5});
}

TEST_P(EventMeaning, TheHighestPriorityGoesFirstAndPrioritiesAreAskedAgain) {
  Course c = run_text(R"(
    order = 0; p = 2; var q = 1;
    A: at time > 5, priority = p, fromTrigger = false: order = 10 * order + 1;
    B: at time > 5, priority = 3, fromTrigger = false: order = 10 * order + 2, p = 0;
    C: at time > 5, priority = q, fromTrigger = false: order = 10 * order + 3;
    D: at time > 5, fromTrigger = false: order = 10 * order + 4;)",
                      {4, 6});
  expect_near(c.of["order"], {0, 2314});
}

TEST_P(EventMeaning, AmongEqualsTheOrderOfTheModelDecides) {
  Course c = run_text(R"(
    order = 0;
    A: at time > 5, fromTrigger = false: order = 10 * order + 1;
    B: at time >= 5, fromTrigger = false: order = 10 * order + 2;)",
                      {4, 6});
  expect_near(c.of["order"], {0, 21});
}

TEST_P(EventMeaning, OneThatIsNotPersistentIsCancelled) {
  Course c = run_text(R"(
    x = 0; x' = 1; y = 0; z = 0; a = 0; b = 0;
    fall: at time > 4: x = 0;
    weak: at 2 after (x > 3), persistent = false: y = 1;
    firm: at 2 after (x > 3): z = 1;
    first: at time > 8, priority = 2: a = 1;
    second: at time > 8 && a < 0.5, priority = 1, persistent = false: b = 1;)",
                      {4.5, 5.5, 7, 9.5});
  expect_near(c.of["z"], {0, 1, 1, 1});
  expect_near(c.of["y"], {0, 0, 0, 1});  // x is above 3 again at 7
  expect_near(c.of["a"], {0, 0, 0, 1});
  expect_near(c.of["b"], {0, 0, 0, 0});  // cancelled while it waited for its turn
}

// x swings: above 0.9 for a short while only.
TEST_P(EventMeaning, ATriggerThatTurnsFalseBetweenStopsCancels) {
  Course c = run_text(R"(
    x = 0; v = 1; x' = v; v' = -x; y = 0; z = 0;
    weak: at 1.2 after (x > 0.9), persistent = false: y = y + 1;
    weaker: at 0.5 after (x > 0.9), persistent = false: z = z + 1;)",
                      {6});
  expect_near(c.of["y"], {0});
  expect_near(c.of["z"], {1});
}

TEST_P(EventMeaning, TheStartCountsWhereTheTriggerWasFalseBefore) {
  Course c = run_text(R"(
    x = 5; a = 0; b = 0; d = 0;
    A: at x > 3: a = 1;
    B: at x > 3, t0 = false: b = 1;
    C: at 1 after (x > 3), t0 = false: d = x;)",
                      {0, 0.5, 1, 2});
  expect_near(c.of["a"], {0, 0, 0, 0});
  expect_near(c.of["b"], {1, 1, 1, 1});
  expect_near(c.of["d"], {0, 0, 5, 5});
}

TEST_P(EventMeaning, OneSetsOffTheNextAtTheSameTime) {
  Course c = run_text(R"(
    x = 0; y = 0; z = 0; n = 0;
    A: at time > 2: x = 1;
    B: at x > 0.5, priority = 1: y = 1, x = 0;
    C: at y > 0.5, priority = 9: z = time;
    again: at x > 0.5, fromTrigger = false: n = n + 1, x = piecewise(1, n < 2, 0);)",
                      {1, 3});
  expect_near(c.of["y"], {0, 1});
  expect_near(c.of["z"], {0, 2});
  expect_near(c.of["n"], {0, 3});
}

TEST_P(EventMeaning, FallingAndRisingAtOneTimeFiresAgain) {
  Course c = run_text(R"(
    x = 0; n = 0;
    A: at time > 2: x = 1;
    down: at x > 0.5: x = 0, n = n + 1;
    up: at x < 0.5 && n > 0.5 && n < 2.5: x = 1;)",
                      {1, 3});
  expect_near(c.of["n"], {0, 3});
  expect_near(c.of["x"], {0, 0});
}

TEST_P(EventMeaning, AmountsStayWhereAVolumeChanges) {
  Course c = run_text(R"(
    compartment V = 2; V' = 0;
    species S in V = 3, T in V = 1; J: S -> T; 0 * S;
    half: at time > 1: V = 1;
    set: at time > 2: V = 4, S = 10;
    later: at 1 after (time > 2): S = 7;)",
                      {0.5, 1.5, 2.5, 3.5});
  expect_near(c.of["S"], {3, 6, 2.5, 7});
  expect_near(c.of["T"], {1, 2, 0.5, 0.5});
}

TEST_P(EventMeaning, StoichiometriesMayChange) {
  Course c = run_text(R"(
    species A = 10, B = 0; n = 1; f = 2;
    J: n A -> 2 B; 1;
    //@ conversion of B by f
    E: at time > 2: n = 3;)",
                      {1, 2, 3});
  expect_near(c.of["A"], {9, 8, 5});
  expect_near(c.of["B"], {4, 8, 12});
}

TEST_P(EventMeaning, AClockMayBeMetExactly) {
  Course c = run_text(R"(
    x = 0; when = 2.5;
    E: at time == when: x = x + 1, when = 4;)",
                      {2, 3, 5});
  expect_near(c.of["x"], {0, 1, 2});
}

TEST_P(EventMeaning, WithoutEndOrWithADelayBelowZeroIsAFailure) {
  Course endless = run_text("x = 0; A: at x < 0.5 && time > 1: x = 1; B: at x > 0.5: x = 0;", {3});
  ASSERT_TRUE(endless.solution.failure);
  EXPECT_EQ(endless.solution.failure->time, 1);
  EXPECT_NE(endless.solution.failure->reason.find("without end"), std::string::npos);
  Course past = run_text("x = 0; d = -1; A: at d after (time > 1): x = 1;", {3});
  ASSERT_TRUE(past.solution.failure);
  EXPECT_NE(past.solution.failure->reason.find("the delay of event 'A' is -1"), std::string::npos);
}

TEST_P(EventMeaning, AlgebraicRulesAreSolved) {
  Course c = run_text(R"(
    species A = 10; J: A -> ; 0.5 * A;
    total = 12; k = 1; var rest, part;
    //@ algebraic 0 = A + rest - total
    //@ algebraic 0 = (k + 1) * part - 2 * rest - part
    E: at time > 1: total = 20;)",
                      {0, 0.5, 2});
  const Values a = {10, 10 * std::exp(-0.25), 10 * std::exp(-1.0)};
  expect_near(c.of["rest"], {2, 12 - a[1], 20 - a[2]});
  expect_near(c.of["part"], {4, 24 - 2 * a[1], 40 - 2 * a[2]});
}

TEST_P(EventMeaning, RatesInCompartmentsThatGrow) {
  Course c = run_text(R"(
    compartment V = 1; V' = 0.5;
    species S in V = 2, R in V = 2; J: S -> ; 0 * S;
    R' = 1;
    slope := rateOf(S); slope_R := rateOf(R); slope_V := rateOf(V);)",
                      {0, 2});
  expect_near(c.of["S"], {2, 1});
  expect_near(c.of["R"], {2, 4});
  expect_near(c.of["slope"], {-1, -0.25});
  expect_near(c.of["slope_R"], {1, 1});
  expect_near(c.of["slope_V"], {0.5, 0.5});
}

// At 0 of the clock numbers have no end of smallness; the switch is found all the same.
TEST_P(EventMeaning, ARunMayBeginOnASwitch) {
  const auto [solution, of] =
      run_text("model m\n x = 0; x' = piecewise(-1, x < 0, -2)\nend\n", {0, 1, 1000});
  ASSERT_FALSE(solution.failure.has_value()) << solution.failure->reason;
  expect_near(of.at("x"), {0, -1, -1000});
}

}  // namespace
}  // namespace vesper::test
