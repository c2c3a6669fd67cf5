// The populations that come with Vesper are read without complaint.
#include <gtest/gtest.h>

#include "population/population.h"

namespace vesper::population {
namespace {

TEST(Shipped, populationsAreRead) {
  const files::SearchPath search{VESPER_SOURCE_DIR, {}, {}};
  std::size_t read = 0;
  for (const auto& path : search.list("populations", ".yaml")) {
    const auto population = Population::read(path);
    EXPECT_TRUE(population) << population.error().text();
    ++read;
  }
  EXPECT_GE(read, 1u);
}

}  // namespace
}  // namespace vesper::population
