// Accepted steps on ten small models, within 10 %: a change of a method or of the step control
// shows here before anyone measures time.  rtol 1e-6, atol 1e-9; the same on every width within the
// same margin.
#include <gtest/gtest.h>

#include "solve/builder.h"

namespace vesper::test {
namespace {

using solve::Method;

struct Small {
  const char* name;
  void (*build)(Builder&);
  double end;
  std::vector<solve::Input> inputs;
  std::uint64_t rosenbrock, automatic;
};

void decay(Builder& b) {
  const Formula x = b.state("x", 1);
  b.rate(x, -x);
}
void oscillator(Builder& b) {
  const Formula x = b.state("x", 1), v = b.state("v");
  b.rate(x, v);
  b.rate(v, -x);
}
void two_compartments(Builder& b) {
  const Formula gut = b.state("gut"), central = b.state("central"), tissue = b.state("tissue");
  b.rate(gut, -(1.2 * gut));
  b.rate(central, 1.2 * gut - 0.8 * central + 0.2 * tissue);
  b.rate(tissue, 0.5 * central - 0.2 * tissue);
}
void saturable(Builder& b) {
  const Formula x = b.state("x", 100);
  b.rate(x, -(30 * (x / (x + 50))));
}
void binding(Builder& b) {
  const Formula drug = b.state("drug", 10), bound = b.state("bound");
  b.rate(drug, -(0.1 * drug));
  b.rate(bound, 1000 * drug * (1 - bound) - 5000 * bound);
}
void robertson(Builder& b) {
  const Formula x = b.state("x", 1), y = b.state("y"), z = b.state("z");
  b.rate(x, -(0.04 * x) + 1e4 * y * z);
  b.rate(y, 0.04 * x - 1e4 * y * z - 3e7 * y * y);
  b.rate(z, 3e7 * y * y);
}
void van_der_pol(Builder& b) {
  const Formula x = b.state("x", 2), v = b.state("v");
  b.rate(x, v);
  b.rate(v, 100 * (1 - x * x) * v - x);
}
void predator(Builder& b) {
  const Formula prey = b.state("prey", 10), hunter = b.state("hunter", 5);
  b.rate(prey, prey - 0.1 * prey * hunter);
  b.rate(hunter, 0.075 * prey * hunter - 1.5 * hunter);
}
void logistic(Builder& b) {
  const Formula x = b.state("x", 0.01);
  b.rate(x, x * (1 - x));
}
void turnover(Builder& b) {
  const Formula drug = b.state("drug"), response = b.state("response", 10);
  b.rate(drug, -(0.3 * drug));
  b.rate(response, b.number(1) / (drug + 1) - 0.1 * response);
}

const std::vector<Small>& models() {
  static const std::vector<Small> list = {
      {"decay", decay, 10, {}, 32, 37},
      {"oscillator", oscillator, 50, {}, 174, 234},
      {"two_compartments", two_compartments, 48, {bolus(0, 0, 10), bolus(0, 24, 10)}, 109, 135},
      {"saturable", saturable, 24, {}, 44, 45},
      {"binding", binding, 100, {}, 81, 81},
      {"robertson", robertson, 4e4, {}, 80, 109},
      {"van_der_pol", van_der_pol, 200, {}, 474, 495},
      {"predator", predator, 30, {}, 239, 146},
      {"logistic", logistic, 20, {}, 41, 35},
      {"turnover", turnover, 96, {gamma(0, 0, 20, 3, 2), first_order(0, 40, 10, 0.2)}, 97, 102},
  };
  return list;
}

class StepsOf : public OnEveryEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, StepsOf, testing::ValuesIn(fast_engines()), engine_name);

TEST_P(StepsOf, SmallModelsStayAsTheyAre) {
  for (const Small& model : models()) {
    Builder b;
    model.build(b);
    const auto compiled = compile(b);
    solve::Problem problem;
    problem.end = model.end;
    problem.inputs = model.inputs;
    problem.grid = evenly(0, model.end, 10);
    const solve::Solution solution = compiled->solve(problem);
    ASSERT_FALSE(solution.failure) << model.name << ": " << solution.failure->reason;
    const auto expected = static_cast<double>(
        GetParam().method == Method::rosenbrock ? model.rosenbrock : model.automatic);
    EXPECT_NEAR(static_cast<double>(solution.statistics.steps), expected, 0.1 * expected)
        << model.name;
  }
}

}  // namespace
}  // namespace vesper::test
