// Compartment models against their closed forms (Gibaldi & Perrier 1982, Pharmacokinetics, 2nd ed.;
// Bateman 1910 for chains), to 1e-7 relative.
//
// The response of a linear compartment to a unit bolus is sum_i c_i exp(-l_i t).  Everything else
// follows by convolution with the input.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "solve/builder.h"

namespace vesper::test {
namespace {

using solve::Input;

struct Exponential {
  double coefficient, rate;
};
using Response = std::vector<Exponential>;

double at(const Response& response, const Input& input, double t) {
  const double age = t - input.time;
  if (age < 0) return 0;
  double sum = 0;
  for (const auto [c, l] : response) {
    switch (input.kind) {
      case Input::Shape::bolus:
        sum += c * std::exp(-l * age);
        break;
      case Input::Shape::zero_order: {
        const double on = std::min(age, input.duration);
        sum += c / (l * input.duration) * std::exp(-l * (age - on)) * -std::expm1(-l * on);
        break;
      }
      case Input::Shape::first_order:
        sum +=
            c * input.rate * (std::exp(-l * age) - std::exp(-input.rate * age)) / (input.rate - l);
        break;
      case Input::Shape::gamma: {  // needs l < 1 / scale
        const double tilt = 1 - l * input.scale;
        sum += c * std::exp(-l * age) * std::pow(tilt, -input.shape) *
               (age > 0 ? boost::math::gamma_p(input.shape, age / input.scale * tilt) : 0);
        break;
      }
    }
  }
  return input.amount * sum;
}

// Central compartment after a bolus: eigenvalues of the two-compartment matrix.
Response two_compartments(double k10, double k12, double k21) {
  const double sum = k10 + k12 + k21;
  const double root = std::sqrt(sum * sum - 4 * k10 * k21);
  const double alpha = (sum + root) / 2, beta = 2 * k10 * k21 / (sum + root);
  return {{(alpha - k21) / (alpha - beta), alpha}, {(k21 - beta) / (alpha - beta), beta}};
}

// After first-order absorption from a gut compartment.
Response absorbed(const Response& response, double ka) {
  Response result;
  double gut = 0;
  for (const auto [c, l] : response) {
    result.push_back({c * ka / (ka - l), l});
    gut -= c * ka / (ka - l);
  }
  result.push_back({gut, ka});
  return result;
}

constexpr double CL = 140, V = 192, Q = 60, V3 = 700, ka = 1.2;
constexpr double k10 = CL / V, k12 = Q / V, k21 = Q / V3;

enum class Kinetics { one_compartment, two_compartments };
constexpr std::uint32_t gut = 0, central = 1;

// States: Gut, Central (, Peripheral).
std::unique_ptr<solve::Compiled> kinetics(Kinetics kind) {
  Builder b;
  const Formula clearance = b.parameter("CL", CL), volume = b.parameter("V", V);
  const Formula rate = b.parameter("ka", ka);
  const Formula a0 = b.state("Gut"), a1 = b.state("Central");
  b.rate(a0, -(rate * a0));
  const Formula linear = rate * a0 - clearance / volume * a1;
  if (kind == Kinetics::one_compartment) {
    b.rate(a1, linear);
  } else {
    const Formula flow = b.parameter("Q", Q), peripheral = b.parameter("V3", V3);
    const Formula a2 = b.state("Peripheral");
    b.rate(a1, linear - flow / volume * a1 + flow / peripheral * a2);
    b.rate(a2, flow / volume * a1 - flow / peripheral * a2);
  }
  return compile(b);
}

Response response(Kinetics kind) {
  if (kind == Kinetics::one_compartment) return {{1, k10}};
  return two_compartments(k10, k12, k21);
}

// Into the gut (oral) or the central compartment, once or every 8 h.
void expect_closed_form(Kinetics kind, const Input& first, int doses) {
  const auto compiled = kinetics(kind);
  solve::Problem problem = exact_problem(*compiled, 48);
  problem.tolerances.absolute = 1e-10;  // of 10^4 given
  for (int k = 0; k < doses; ++k) {
    problem.inputs.push_back(first);
    problem.inputs.back().time = first.time + 8 * k;
  }
  const solve::Solution solution = compiled->solve(problem);
  ASSERT_FALSE(solution.failure) << solution.failure->reason;
  const Response unit = first.state == gut ? absorbed(response(kind), ka) : response(kind);
  double peak = 0;
  for (std::size_t k = 0; k < problem.grid.size(); ++k) {
    double expected = 0;
    for (const Input& input : problem.inputs) expected += at(unit, input, problem.grid[k]);
    peak = std::max(peak, expected);
    ASSERT_NEAR(value(solution, *compiled, k, central), expected, 1e-7 * expected + 1e-13 * peak)
        << "at " << problem.grid[k];
  }
  EXPECT_GT(peak, 100);
}

struct Case {
  const char* name;
  Input input;
};

class ClosedForm : public testing::TestWithParam<std::tuple<Kinetics, Case, int, Engine>> {
 protected:
  void SetUp() override { current_engine() = std::get<Engine>(GetParam()); }
  void TearDown() override { current_engine() = {}; }
};

TEST_P(ClosedForm, HoldsToSevenDigits) {
  const auto& [kind, given, doses, engine] = GetParam();
  expect_closed_form(kind, given.input, doses);
}

std::string name_of(const testing::TestParamInfo<ClosedForm::ParamType>& info) {
  const auto& [kind, given, doses, engine] = info.param;
  return std::string(kind == Kinetics::one_compartment ? "one" : "two") + "_" + given.name +
         (doses == 1 ? "_once_" : "_repeated_") + engine.name();
}

INSTANTIATE_TEST_SUITE_P(
    Kinetics, ClosedForm,
    testing::Combine(testing::Values(Kinetics::one_compartment, Kinetics::two_compartments),
                     testing::Values(Case{"intravenous", bolus(central, 0, 13181)},
                                     Case{"intravenous_later", bolus(central, 2.5, 13181)},
                                     Case{"infusion", zero_order(central, 0, 13181, 2)},
                                     Case{"infusion_later", zero_order(central, 1.1, 13181, 3.3)},
                                     Case{"oral", bolus(gut, 0, 13181)},
                                     Case{"oral_after_lag", bolus(gut, 0.5, 13181)},
                                     Case{"slow_release", first_order(central, 0, 13181, 0.3)},
                                     Case{"slow_release_oral", first_order(gut, 1, 13181, 0.3)},
                                     Case{"microspheres", gamma(central, 0, 13181, 3.5, 0.6)},
                                     Case{"microspheres_late", gamma(central, 2, 13181, 1.3, 0.7)}),
                     testing::Values(1, 6), testing::ValuesIn(every_engine())),
    name_of);

class ClosedFormOf : public OnEveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, ClosedFormOf, testing::ValuesIn(every_engine()), engine_name);

// A release so narrow that an integrator at rest could step across it.
TEST_P(ClosedFormOf, NarrowPulseIsNotMissed) {
  expect_closed_form(Kinetics::one_compartment, gamma(central, 20, 13181, 400, 1e-4), 1);
}

TEST_P(ClosedFormOf, ReleaseTooFastForTimeIsABolus) {
  const auto compiled = kinetics(Kinetics::one_compartment);
  for (const Input& input : {zero_order(central, 8, 100, 1e-15), first_order(central, 8, 100, 1e20),
                             gamma(central, 8, 100, 2, 1e-18)}) {
    solve::Problem problem = exact_problem(*compiled, 16);
    problem.inputs = {input};
    const solve::Solution solution = compiled->solve(problem);
    ASSERT_FALSE(solution.failure) << solution.failure->reason;
    EXPECT_NEAR(value(solution, *compiled, 100, central), 100, 1e-9);
    EXPECT_NEAR(value(solution, *compiled, 200, central), 100 * std::exp(-8 * k10), 1e-9);
  }
}

class MassBalance : public OnEveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, MassBalance, testing::ValuesIn(every_engine()), engine_name);

TEST_P(MassBalance, HoldsOverTwelveWeeksOfAllReleases) {
  Builder b;
  const Formula k = b.parameter("k", 0.7), a0 = b.state("Gut"), a1 = b.state("Central"),
                out = b.state("Eliminated");
  b.rate(a0, -(1.2 * a0));
  b.rate(a1, 1.2 * a0 - k * a1);
  b.rate(out, k * a1);
  b.output("total", a0 + a1 + out);
  const auto compiled = compile(b);
  solve::Problem problem = exact_problem(*compiled, 12 * 168);
  problem.tolerances.relative = 1e-10;
  for (int day = 0; day < 84; ++day) {
    problem.inputs.push_back(bolus(0, 24 * day + 22, 4000));
    problem.inputs.push_back(first_order(0, 24 * day + 22.25, 4000, 0.5));
    problem.inputs.push_back(zero_order(0, 24 * day + 22, 1000, 3));
  }
  problem.inputs.push_back(gamma(1, 0, 1e6, 3.5, 22));
  problem.inputs.push_back(gamma(1, 672, 1e6, 2, 170));
  const solve::Solution solution = compiled->solve(problem);
  ASSERT_FALSE(solution.failure) << solution.failure->reason;
  for (std::size_t point = 1; point < problem.grid.size(); ++point) {
    double released = 0;
    for (const Input& input : problem.inputs)
      released += solve::input_released(input, problem.grid[point]);
    ASSERT_NEAR(value(solution, *compiled, point, 3), released, 1e-8 * released);
  }
}

// Bateman (1910): the n-th member of a chain x1 -> x2 -> ... after a unit of x1,
//   x_n = (l_1 ... l_{n-1}) sum_i exp(-l_i t) / prod_{j != i} (l_j - l_i)
RC_GTEST_PROP(Chain, FollowsBateman, ()) {
  const int length = *rc::gen::inRange(2, 7);
  std::vector<double> rates;
  for (int k = 0; k < length; ++k)  // kept apart, else the sum cancels
    rates.push_back(0.05 * std::pow(2.2, k) * (1 + *rc::gen::inRange(0, 500) / 1000.0));
  const auto order = *rc::gen::container<std::vector<int>>(static_cast<std::size_t>(length),
                                                           rc::gen::inRange(0, 1 << 20));
  for (int k = length - 1; k > 0; --k) std::swap(rates[k], rates[order[k] % (k + 1)]);
  const double dose = *rc::gen::inRange(1, 100000) / 10.0;

  Builder b;
  std::vector<Formula> x, l;
  for (int k = 0; k < length; ++k) {
    x.push_back(b.state("x" + std::to_string(k)));
    l.push_back(b.parameter("l" + std::to_string(k), rates[k]));
    b.rate(x[k], k == 0 ? -(l[k] * x[k]) : l[k - 1] * x[k - 1] - l[k] * x[k]);
  }
  const auto compiled = compile(b);
  solve::Problem problem = exact_problem(*compiled, 20);
  problem.grid = evenly(0, 20, 20);
  problem.inputs = {bolus(0, 0, dose)};
  const solve::Solution solution = compiled->solve(problem);
  RC_ASSERT(!solution.failure.has_value());

  for (std::size_t point = 0; point < problem.grid.size(); ++point) {
    double expected = 0;
    for (int i = 0; i < length; ++i) {
      double term = std::exp(-rates[i] * problem.grid[point]);
      for (int j = 0; j + 1 < length; ++j) term *= rates[j];
      for (int j = 0; j < length; ++j)
        if (j != i) term /= rates[j] - rates[i];
      expected += term;
    }
    const double found = value(solution, *compiled, point, static_cast<std::size_t>(length - 1));
    RC_ASSERT(std::fabs(found - dose * expected) < 1e-8 * dose);
  }
}

}  // namespace
}  // namespace vesper::test
