#include "population/correlation.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

namespace vesper::population {
namespace {

Matrix three(double ab, double ac, double bc) {
  Matrix matrix = Matrix::identity(3);
  matrix(0, 1) = matrix(1, 0) = ab;
  matrix(0, 2) = matrix(2, 0) = ac;
  matrix(1, 2) = matrix(2, 1) = bc;
  return matrix;
}

double correlation_drawn() {
  return *rc::gen::inRange(-99, 100) / 100.0;
}

TEST(Cholesky, factorMultipliesBack) {
  EXPECT_TRUE(rc::check([] {
    const Matrix matrix = three(correlation_drawn(), correlation_drawn(), correlation_drawn());
    const Factored factored = factor(matrix);
    const double determinant = 1 + 2 * matrix(0, 1) * matrix(0, 2) * matrix(1, 2) -
                               std::pow(matrix(0, 1), 2) - std::pow(matrix(0, 2), 2) -
                               std::pow(matrix(1, 2), 2);
    RC_ASSERT(factored.offence.has_value() == (determinant <= 1e-12));
    if (factored.offence) return;
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 3; ++j) {
        double sum = 0;
        for (std::size_t k = 0; k < 3; ++k) sum += factored.factor(i, k) * factored.factor(j, k);
        RC_ASSERT(std::abs(sum - matrix(i, j)) < 1e-12);
      }
    }
  }));
}

TEST(Cholesky, theRangeNamedIsTheRangeThatHolds) {
  EXPECT_TRUE(rc::check([] {
    Matrix matrix = three(correlation_drawn(), correlation_drawn(), correlation_drawn());
    const Factored factored = factor(matrix);
    RC_PRE(factored.offence.has_value());
    const auto& [row, column, range] = *factored.offence;
    RC_ASSERT(row > column);
    RC_ASSERT(range.has_value());  // of three, one can always give way
    const auto works = [&, i = row, j = column](double r) {
      matrix(i, j) = matrix(j, i) = r;
      return !factor(matrix).offence;
    };
    const double width = range->second - range->first;
    RC_PRE(width > 1e-4);
    RC_ASSERT(works(range->first + 0.01 * width));
    RC_ASSERT(works(range->second - 0.01 * width));
    RC_ASSERT(!works(range->first - 0.01 * width));
    RC_ASSERT(!works(range->second + 0.01 * width));
  }));
}

TEST(Cholesky, correlateIsTheProduct) {
  const Matrix lower = factor(three(0.5, 0.2, -0.3)).factor;
  const auto correlated = correlate(lower, {1, 2, 3});
  ASSERT_EQ(correlated.size(), 3u);
  EXPECT_DOUBLE_EQ(correlated[0], 1);
  EXPECT_DOUBLE_EQ(correlated[1], 0.5 + 2 * std::sqrt(0.75));
  EXPECT_DOUBLE_EQ(correlated[2], lower(2, 0) + 2 * lower(2, 1) + 3 * lower(2, 2));
}

}  // namespace
}  // namespace vesper::population
