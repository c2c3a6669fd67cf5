#include "equations/cost.h"

#include <gtest/gtest.h>

#include "language/antimony.h"

namespace vesper::equations {
namespace {

std::vector<ModuleCost> cost(const std::string& text) {
  const auto model = language::parse_antimony(files::Source("test.ant", text), {});
  EXPECT_TRUE(model.has_value()) << (model ? "" : model.error().text());
  auto system = build(*model);
  EXPECT_TRUE(system.has_value()) << (system ? "" : system.error().text());
  return cost_by_module(*system);
}

// What depends on parameters alone does not count; what two need counts for the one that has it.
TEST(Cost, ByModule) {
  const auto costs = cost(R"(
model first()
  k = 2; x = 1; level := exp(x) + k^2;  x' = -k * level;
end
model second(level)
  y = 1; y' = level - y;
end
model whole()
  a: first(); b: second(a.level);
end)");
  ASSERT_EQ(costs.size(), 2u);
  EXPECT_EQ(costs[0].module, "a");
  EXPECT_EQ(costs[0].states, 1u);
  EXPECT_EQ(costs[0].functions, 1u);
  EXPECT_EQ(costs[0].operations, 3u);  // the sum, the product and its sign
  EXPECT_EQ(costs[1].module, "b");
  EXPECT_EQ(costs[1].operations, 1u);
  EXPECT_EQ(costs[1].functions, 0u);
  EXPECT_EQ(costs[0].jacobian, 1u);
  EXPECT_EQ(costs[1].jacobian, 2u);
  EXPECT_NEAR(costs[0].share, 23.0 / 24, 1e-12);
}

TEST(Cost, OfAModelInOnePiece) {
  const auto costs = cost("x = 1; x' = -x;");
  ASSERT_EQ(costs.size(), 1u);
  EXPECT_EQ(costs[0].module, "");
  EXPECT_EQ(costs[0].share, 1);
}

}  // namespace
}  // namespace vesper::equations
