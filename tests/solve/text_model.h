// Models from Antimony text on the engine that the test is run on.
#pragma once

#include <map>
#include <string>

#include "language/antimony.h"
#include "solve/builder.h"

namespace vesper::test {

struct Course {
  solve::Solution solution;
  std::map<std::string, std::vector<double>> of;  // values at the grid, by output
};

// Runs to the last time of the grid.
inline Course run_text(const std::string& text, std::vector<double> grid) {
  const auto model = language::parse_antimony(files::Source("test.ant", text), {});
  EXPECT_TRUE(model.has_value()) << (model ? "" : model.error().text());
  if (!model) return {};
  auto system = equations::build(*model);
  EXPECT_TRUE(system.has_value()) << (system ? "" : system.error().text());
  if (!system) return {};
  const auto shared = std::make_shared<const equations::System>(std::move(*system));
  std::vector<std::uint32_t> outputs(shared->outputs.size());
  for (std::uint32_t k = 0; k < outputs.size(); ++k) outputs[k] = k;
  const Engine& engine = current_engine();
  const auto compiled =
      engine.lanes == 0
          ? solve::compile_reference(shared, outputs)
          : solve::compile_fast(shared, outputs, {engine.lanes, engine.method, {}}).value();
  solve::Problem problem = exact_problem(*compiled, grid.back());
  problem.grid = grid;
  Course course{compiled->solve(problem), {}};
  if (course.solution.failure) return course;
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    for (std::size_t i = 0; i < grid.size(); ++i) {
      course.of[shared->outputs[k].id].push_back(value(course.solution, *compiled, i, k));
    }
  }
  return course;
}

}  // namespace vesper::test
