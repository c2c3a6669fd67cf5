// What is read off within a step of the Rosenbrock method, where something fast follows something
// slow: the method's own polynomial is of a lower order there than the ends of the steps.

#include <gtest/gtest.h>

#include <cmath>

#include "solve/text_model.h"

namespace vesper::test {
namespace {

// z follows x at 1e5 a unit of time, on z + 0.3 z^2 = x^2 + x/2.
constexpr const char* slaved = R"(
  x = 1; x' = -x;
  z = 0.9574271077563381; z' = 1e5 * (x^2 + 0.5 * x - z - 0.3 * z^2);)";

// The largest error of z at 601 times, relative to its largest value.
double error_of_rows(unsigned lanes, double tolerance) {
  const auto model = language::parse_antimony(files::Source("test.ant", slaved), {});
  const auto system = std::make_shared<const equations::System>(equations::build(*model).value());
  const std::uint32_t z = system->output("z").value();
  const auto exact = solve::compile_reference(system, {z});
  const auto fast =
      solve::compile_fast(system, {z}, {lanes, solve::Method::rosenbrock, {}}).value();
  solve::Problem problem = exact_problem(*exact, 3);
  problem.grid = evenly(0, 3, 600);
  const solve::Solution truth = exact->solve(problem);
  problem.tolerances.relative = tolerance;
  problem.tolerances.absolute = tolerance;
  const solve::Solution found = fast->solve(problem);
  double worst = 0;
  for (std::size_t i = 0; i < truth.values.size(); ++i)
    worst = std::max(worst, std::fabs(found.values[i] - truth.values[i]));
  return worst;
}

TEST(DenseOutput, KeepsToTheToleranceWhereSomethingFastFollows) {
  for (const unsigned lanes : kernels::widths()) {
    for (const double tolerance : {1e-4, 1e-5}) {
      EXPECT_LT(error_of_rows(lanes, tolerance), tolerance) << lanes << " " << tolerance;
    }
  }
}

}  // namespace
}  // namespace vesper::test
