#include "population/random.h"

#include <Random123/philox.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <vector>

#include "population/quantile.h"

namespace vesper::population {
namespace {

// Known answers of Random123 1.14 for philox4x64-10: counter and key of zeros, of ones, of digits
// of pi.
TEST(Philox, givesItsPublishedValues) {
  struct Known {
    r123::Philox4x64::ctr_type counter;
    r123::Philox4x64::key_type key;
    r123::Philox4x64::ctr_type result;
  };
  const std::uint64_t ones = ~std::uint64_t{0};
  const Known known[] = {
      {{{0, 0, 0, 0}},
       {{0, 0}},
       {{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b}}},
      {{{ones, ones, ones, ones}},
       {{ones, ones}},
       {{0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0}}},
      {{{0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89}},
       {{0x452821e638d01377, 0xbe5466cf34e90c6c}},
       {{0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6}}}};
  for (const Known& it : known) EXPECT_EQ(r123::Philox4x64()(it.counter, it.key), it.result);
}

// The layout in random.h, computed apart from this code (Philox by its definition in integers of
// any size).  A change here changes every published result.
TEST(Random, layoutIsFixedForEver) {
  const std::uint64_t most = ~std::uint64_t{0};
  struct Known {
    RandomKey key;
    std::uint64_t index;
    double uniform, normal;
  };
  const Known known[] = {
      {{1, 0, 1, Stream::covariates}, 0, 0x1.52a32537b0fa9p-1, 0.41628960379199026},
      {{1, 0, 1, Stream::covariates}, 1, 0x1.f6006ad93120ep-2, -0.024477244755947314},
      {{1, 0, 1, Stream::parameters}, 0, 0x1.78128613d5420p-6, -1.996244918705906},
      {{1, 0, 2, Stream::covariates}, 0, 0x1.081b83bb93952p-2, -0.6497791022447917},
      {{1, 1, 1, Stream::covariates}, 0, 0x1.b7311541217ebp-1, 1.0704711182508004},
      {{2, 0, 1, Stream::covariates}, 0, 0x1.6957cf0b973cfp-1, 0.5410053509671193},
      {{42, 7, 57, Stream::adherence}, 1000, 0x1.50499717613e0p-6, -2.043017401476702},
      {{most, 4294967295u, most, Stream::uncertainty},
       most,
       0x1.00fd13228667ap-2,
       -0.6714548591776658}};
  for (const Known& it : known) {
    EXPECT_EQ(uniform(it.key, it.index), it.uniform);
    EXPECT_NEAR(normal(it.key, it.index), it.normal, 2e-15);
  }
}

TEST(Random, everyPartOfTheKeyMatters) {
  const RandomKey key{5, 3, 9, Stream::parameters};
  const std::set<double> distinct = {uniform(key, 4),
                                     uniform({6, 3, 9, Stream::parameters}, 4),
                                     uniform({5, 4, 9, Stream::parameters}, 4),
                                     uniform({5, 3, 10, Stream::parameters}, 4),
                                     uniform({5, 3, 9, Stream::adherence}, 4),
                                     uniform(key, 5),
                                     uniform({3, 5, 9, Stream::parameters}, 4),
                                     uniform({5, 9, 3, Stream::parameters}, 4)};
  EXPECT_EQ(distinct.size(), 8u);
}

TEST(Random, isUniform) {
  const std::size_t n = 20000;
  std::vector<double> drawn;
  for (std::size_t i = 0; i < n; ++i) drawn.push_back(uniform({1, 0, 1, Stream::covariates}, i));
  std::sort(drawn.begin(), drawn.end());
  double distance = 0;
  for (std::size_t i = 0; i < n; ++i) {
    distance = std::max(distance, std::abs(drawn[i] - (static_cast<double>(i) + 0.5) / n));
  }
  EXPECT_LT(distance, 1.63 / std::sqrt(n));  // Kolmogorov, 1 %
  EXPECT_GT(drawn.front(), 0);
  EXPECT_LT(drawn.back(), 1);
}

TEST(Random, isOpenAtBothEndsAndSymmetric) {
  // The word's ends by the formula of random.h; the sum of mirrored draws is exactly 1.
  EXPECT_GT(0x1p-53, 0.0);
  EXPECT_LT(1 - 0x1p-53, 1.0);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const double u = uniform({7, 0, 1, Stream::covariates}, i);
    EXPECT_EQ(u + (1 - u), 1.0);
    EXPECT_EQ(std::fmod(u * 0x1p53, 2.0), 1.0);  // an odd multiple of 2^-53
  }
}

TEST(Quantile, invertsTheNormalToAFewUnitsInTheLastPlace) {
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-15);
  EXPECT_EQ(normal_quantile(0.5), 0);
  double worst = 0;
  for (int i = 0; i < 20000; ++i) {
    const double u = uniform({3, 0, 1, Stream::covariates}, static_cast<std::uint64_t>(i));
    for (const double p : {u, u * 0x1p-40}) {
      const long double exact =
          -std::sqrt(2.0L) * boost::math::erfc_inv(2 * static_cast<long double>(p));
      worst = std::max(worst, std::abs(static_cast<double>((normal_quantile(p) - exact) / exact)));
    }
  }
  EXPECT_LT(worst, 2 * std::numeric_limits<double>::epsilon());
  EXPECT_NEAR(normal_quantile(0x1p-53), -8.209536151601387, 1e-14);
}

TEST(Quantile, truncationKeepsItsPlaceInTheDistribution) {
  EXPECT_TRUE(rc::check([] {
    const double a = *rc::gen::inRange(-400, 400) / 100.0;
    const double b = a + *rc::gen::inRange(1, 600) / 100.0;
    const double z = *rc::gen::inRange(-600, 600) / 100.0;
    RC_PRE(normal_mass(a, b) >= least_mass);
    const double x = truncate_normal(z, a, b);
    RC_ASSERT(x >= a && x <= b);
    RC_ASSERT(std::abs(normal_mass(a, x) / normal_mass(a, b) - normal_cdf(z)) < 1e-12);
    // The mirror image gives the mirrored value.
    RC_ASSERT(std::abs(truncate_normal(-z, -b, -a) + x) < 1e-13 * (1 + std::abs(x)));
  }));
}

TEST(Quantile, truncationWithoutBoundsIsNone) {
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(truncate_normal(1.2345, -infinite, infinite), 1.2345);
  EXPECT_NEAR(truncate_normal(3, -infinite, 10), 3, 1e-12);
  // One-sided bounds deep in the upper tail keep their digits.
  const double x = truncate_normal(8, 4, infinite);
  EXPECT_NEAR(normal_cdf(-x) / normal_cdf(-4), normal_cdf(-8), 1e-28);
}

}  // namespace
}  // namespace vesper::population
