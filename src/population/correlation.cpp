// Cholesky factorisation by rows, and for a matrix that has none the interval in which a single
// correlation r_jk would have to lie: with S the variables before k without j, the partial
// correlation of j and k given S is below 1 in magnitude exactly when
//   |r_jk - r_jS R_SS^-1 r_Sk| < sqrt((1 - r_jS R_SS^-1 r_Sj) (1 - r_kS R_SS^-1 r_Sk))
// Golub & Van Loan (2013), Matrix Computations, 4th ed., section 4.2; Joe (2006), Generating random
// correlation matrices based on partial correlations, J. Multivariate Analysis 97:2177-2189.
#include "population/correlation.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vesper::population {

namespace {

constexpr double smallest_pivot = 1e-12;  // of a unit diagonal; below, two variables are one

// Fills row k of the factor; false where the pivot is not positive.
bool factor_row(Matrix& lower, const Matrix& correlation, std::size_t k) {
  double pivot = correlation(k, k);
  for (std::size_t j = 0; j < k; ++j) {
    double sum = correlation(k, j);
    for (std::size_t i = 0; i < j; ++i) sum -= lower(k, i) * lower(j, i);
    lower(k, j) = sum / lower(j, j);
    pivot -= lower(k, j) * lower(k, j);
  }
  if (!(pivot > smallest_pivot)) return false;
  lower(k, k) = std::sqrt(pivot);
  return true;
}

// The rows and columns in `order`, as a matrix of their own.
Matrix reordered(const Matrix& matrix, const std::vector<std::size_t>& order) {
  Matrix picked(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = 0; j < order.size(); ++j) picked(i, j) = matrix(order[i], order[j]);
  }
  return picked;
}

std::optional<std::pair<double, double>> admissible(const Matrix& correlation, std::size_t k,
                                                    std::size_t j) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < k; ++i) {
    if (i != j) order.push_back(i);
  }
  const std::size_t others = order.size();
  order.push_back(j);
  Matrix matrix = reordered(correlation, order);
  Matrix lower(order.size());
  for (std::size_t row = 0; row <= others; ++row) {
    if (!factor_row(lower, matrix, row)) return std::nullopt;
  }
  order.back() = k;
  matrix = reordered(correlation, order);
  Matrix beside = lower;
  if (!factor_row(beside, matrix, others)) return std::nullopt;  // k clashes without j as well
  double centre = 0;
  for (std::size_t i = 0; i < others; ++i) centre += lower(others, i) * beside(others, i);
  const double half = lower(others, others) * beside(others, others);
  return std::pair(centre - half, centre + half);
}

Offence offence_at(const Matrix& correlation, std::size_t k) {
  Offence found{k, 0, std::nullopt};
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t j = 0; j < k; ++j) {
    const auto range = admissible(correlation, k, j);
    if (!range) continue;
    const double r = correlation(k, j);
    // Most often a 0 was never thought of; else the one that is nearest to what could be.
    const double outside = r == 0 ? 0 : std::max(range->first - r, r - range->second);
    if (outside < least) {
      least = outside;
      found = {k, j, range};
    }
  }
  if (found.admissible) return found;
  for (std::size_t j = 1; j < k; ++j) {
    if (std::abs(correlation(k, j)) > std::abs(correlation(k, found.column))) found.column = j;
  }
  return found;
}

}  // namespace

Matrix Matrix::identity(std::size_t size) {
  Matrix matrix(size);
  for (std::size_t i = 0; i < size; ++i) matrix(i, i) = 1;
  return matrix;
}

Factored factor(const Matrix& correlation) {
  Factored result{Matrix(correlation.size()), std::nullopt};
  for (std::size_t k = 0; k < correlation.size(); ++k) {
    if (!factor_row(result.factor, correlation, k)) {
      result.offence = offence_at(correlation, k);
      return result;
    }
  }
  return result;
}

std::vector<double> correlate(const Matrix& factor, const std::vector<double>& independent) {
  std::vector<double> correlated(factor.size());
  for (std::size_t i = 0; i < factor.size(); ++i) {
    for (std::size_t j = 0; j <= i; ++j) correlated[i] += factor(i, j) * independent[j];
  }
  return correlated;
}

}  // namespace vesper::population
