// Twelve weeks of every product: absorbed = in the body + metabolised + in urine, to 1e-8.
#include <gtest/gtest.h>

#include <cmath>

#include "engine_in_force.h"
#include "simulate/study.h"

namespace vesper::simulate {
namespace {

TEST(MassBalance, NoNaltrexoneIsLostInTwelveWeeksOfAnyProduct) {
  files::SearchPath search;
  search.working_folder = VESPER_SOURCE_DIR;
  auto protocol = read_protocol(
      std::filesystem::path(VESPER_SOURCE_DIR) / "protocols/mass-balance.yaml", search);
  ASSERT_TRUE(protocol.has_value()) << protocol.error().text();
  const auto study = Study::prepare(std::move(*protocol), testing::options_in_force(), search);
  ASSERT_TRUE(study.has_value()) << study.error().text();
  ASSERT_EQ(study->watched().size(), 4u);
  ASSERT_GE(study->protocol().arms.size(), 7u);
  for (std::size_t arm = 0; arm < study->protocol().arms.size(); ++arm) {
    for (std::size_t hypothesis = 0; hypothesis < study->hypotheses().size(); ++hypothesis) {
      const solve::Solution solution = study->solve(0, arm, hypothesis);
      ASSERT_FALSE(solution.failure.has_value()) << solution.failure->reason;
      ASSERT_FALSE(solution.values.empty());
      const double most = solution.values[solution.values.size() - 4];  // absorbed in all
      EXPECT_GT(most, 1000);                                            // [nmol]
      for (std::size_t row = 0; row + 3 < solution.values.size(); row += 4) {
        const double* value = &solution.values[row];
        EXPECT_LE(std::fabs(value[0] - value[1] - value[2] - value[3]), 1e-8 * most)
            << study->protocol().arms[arm].name << " " << study->hypotheses()[hypothesis].id
            << " on day " << row / 4;
      }
    }
  }
}

}  // namespace
}  // namespace vesper::simulate
