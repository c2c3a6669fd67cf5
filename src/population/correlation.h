// Correlation matrices and their Cholesky factors.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace vesper::population {

class Matrix {
 public:
  explicit Matrix(std::size_t size = 0) : size_(size), values_(size * size) {}
  static Matrix identity(std::size_t size);
  std::size_t size() const { return size_; }
  double& operator()(std::size_t row, std::size_t column) { return values_[row * size_ + column]; }
  double operator()(std::size_t row, std::size_t column) const {
    return values_[row * size_ + column];
  }

 private:
  std::size_t size_;
  std::vector<double> values_;
};

// Why a correlation matrix is not positive definite: the first variable that cannot join those
// before it, and the one among these whose correlation with it is to blame.
struct Offence {
  std::size_t row = 0, column = 0;  // row > column
  // What that correlation may be with all others as they stand; none: more than one is to blame.
  std::optional<std::pair<double, double>> admissible;
};

// The lower factor L with L L^T = correlation (unit diagonal, symmetric), or the offence.
struct Factored {
  Matrix factor;
  std::optional<Offence> offence;
};
Factored factor(const Matrix& correlation);

// L x: independent standard normals to correlated ones.
std::vector<double> correlate(const Matrix& factor, const std::vector<double>& independent);

}  // namespace vesper::population
