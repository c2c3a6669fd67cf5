// Antimony to SBML and back: the same trajectories.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>

#include "equations/system.h"
#include "language/antimony.h"
#include "sbml/sbml.h"
#include "solve/solve.h"

namespace vesper {
namespace {

std::string sbml_name(std::string id) {
  for (auto dot = id.find('.'); dot != std::string::npos; dot = id.find('.')) {
    id.replace(dot, 1, "__");
  }
  return id;
}

constexpr double put_in = 100;  // into each place that doses enter

using Curves = std::map<std::string, std::vector<double>>;

Curves curves(const language::Model& model) {
  auto built = equations::build(model);
  if (!built) {
    ADD_FAILURE() << built.error().text();
    return {};
  }
  const auto system = std::make_shared<const equations::System>(std::move(*built));
  std::vector<std::uint32_t> outputs(system->outputs.size());
  for (std::uint32_t i = 0; i < outputs.size(); ++i) outputs[i] = i;
  const auto compiled = solve::compile_reference(system, outputs);
  solve::Problem problem;
  problem.parameters = solve::initial_parameters(*system, {}).value();
  problem.end = 12;
  for (int i = 0; i <= 24; ++i) problem.grid.push_back(0.5 * i);
  for (const auto& target : system->dose_targets) {
    solve::Input input;
    input.state = target.state;
    input.amount = put_in;
    problem.inputs.push_back(input);
  }
  problem.tolerances.relative = 1e-11;
  problem.tolerances.absolute = 1e-13;
  const auto solution = compiled->solve(problem);
  EXPECT_FALSE(solution.failure.has_value());
  Curves curves;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    auto& curve = curves[sbml_name(system->outputs[i].id)];
    for (std::size_t t = 0; t < problem.grid.size(); ++t) {
      curve.push_back(solution.values.at(t * outputs.size() + i));
    }
  }
  return curves;
}

void expect_same(const Curves& a, const Curves& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, curve] : a) {
    const auto found = b.find(name);
    ASSERT_NE(found, b.end()) << name;
    double largest = 0;
    for (const double value : curve) largest = std::max(largest, std::abs(value));
    // What a balance of masses leaves over is rounding in sums of what was put in.
    const double floor = name.ends_with("unaccounted") ? 1e-12 * put_in : 1e-15;
    for (std::size_t t = 0; t < curve.size(); ++t) {
      EXPECT_NEAR(curve[t], found->second.at(t), 1e-9 * largest + floor) << name << " row " << t;
    }
  }
}

void expect_round_trip(const language::Model& model) {
  const auto text = sbml::to_sbml(model);
  ASSERT_TRUE(text) << text.error().text();
  const auto again = sbml::parse_sbml(files::Source("/nowhere/again.xml", *text));
  ASSERT_TRUE(again) << again.error().text() << *text;
  EXPECT_EQ(again->dose_targets.size(), model.dose_targets.size());
  EXPECT_EQ(again->hypotheses.size(), model.hypotheses.size());
  expect_same(curves(model), curves(*again));
}

TEST(SbmlRoundTrip, ShippedModels) {
  int models = 0;
  const std::filesystem::path folder = std::filesystem::path(VESPER_SOURCE_DIR) / "models";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".ant" || entry.path().stem() == "units") continue;
    SCOPED_TRACE(entry.path().filename().string());
    const auto model = language::read_antimony(entry.path(), files::SearchPath::from_environment());
    if (!model) continue;  // a part, which runs only within another model
    expect_round_trip(*model);
    ++models;
  }
  EXPECT_GE(models, 2);
}

TEST(SbmlRoundTrip, EventsFunctionsAndSizes) {
  const auto model = language::parse_antimony(files::Source("/nowhere/m.ant", R"(
function hill(x, k, n)
  x^n / (k^n + x^n)
end
model m
  compartment c = 2;
  species A in c = 3, B in c = 0;
  substanceOnly species D in c = 4 * k;
  $E in c = 1.5;
  k = 0.3;  var level = 1;  w := log10(A + 10) + sqrt(B + 1) + log(3, B + 2) + (time > 2);
  z = 1;  z' = -0.2 * z + max(A, B, 0.5) * pi / 10;
  J: 2 A -> B; c * k * hill(A, 1.2, 2) * level
  K: D + E -> ; 0.1 * D * E
  at time > 3: level = 2.5, A = A / 2
  q := piecewise(1, A < 1, 2, A < 2, 3)
end
)"),
                                              files::SearchPath());
  ASSERT_TRUE(model) << model.error().text();
  expect_round_trip(*model);
}

}  // namespace
}  // namespace vesper
