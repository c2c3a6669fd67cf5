#include "kernels/lu.h"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

namespace vesper::kernels {
namespace {

// Above this many, only the work is counted, not the fill.
constexpr std::uint32_t most_rows_for_fill = 400;

// The part of the matrix that is not eliminated yet, without its diagonal.
class Remaining {
 public:
  Remaining(std::uint32_t n, const std::vector<std::pair<std::uint32_t, std::uint32_t>>& entries)
      : rows_(n), columns_(n), waiting_(n), level_(n) {
    for (const auto& [row, column] : entries) add(row, column);
    for (std::uint32_t k = 0; k < n; ++k) waiting_[k] = k;
  }

  bool empty() const { return waiting_.empty(); }
  const std::set<std::uint32_t>& row(std::uint32_t k) const { return rows_[k]; }
  const std::set<std::uint32_t>& column(std::uint32_t k) const { return columns_[k]; }

  std::uint32_t cheapest() const {
    std::tuple<std::size_t, std::size_t, std::size_t, std::uint32_t> least{
        std::numeric_limits<std::size_t>::max(), 0, 0, 0};
    for (const std::uint32_t k : waiting_) {
      const std::size_t work = rows_[k].size() * columns_[k].size();
      const std::size_t fill = rows_.size() > most_rows_for_fill ? 0 : fill_of(k);
      least = std::min(least, std::tuple(fill, level_[k], work, k));
    }
    return std::get<3>(least);
  }

  // Returns how many entries it made.
  std::size_t eliminate(std::uint32_t k) {
    std::size_t fill = 0;
    for (const std::uint32_t i : columns_[k]) {
      rows_[i].erase(k);
      for (const std::uint32_t j : rows_[k]) fill += add(i, j) ? 1 : 0;
    }
    for (const std::uint32_t j : rows_[k]) columns_[j].erase(k);
    for (const std::uint32_t i : columns_[k]) level_[i] = std::max(level_[i], level_[k] + 1);
    std::erase(waiting_, k);
    return fill;
  }

 private:
  bool add(std::uint32_t row, std::uint32_t column) {
    if (row == column || !rows_[row].insert(column).second) return false;
    columns_[column].insert(row);
    return true;
  }

  std::size_t fill_of(std::uint32_t k) const {
    std::size_t fill = 0;
    for (const std::uint32_t i : columns_[k]) {
      for (const std::uint32_t j : rows_[k]) fill += i != j && !rows_[i].contains(j) ? 1 : 0;
    }
    return fill;
  }

  std::vector<std::set<std::uint32_t>> rows_, columns_;
  std::vector<std::uint32_t> waiting_;
  std::vector<std::size_t> level_;  // eliminations that must be done before, one after the other
};

}  // namespace

Elimination plan_elimination(std::uint32_t n,
                             const std::vector<std::pair<std::uint32_t, std::uint32_t>>& entries) {
  Elimination plan;
  plan.position.resize(n);
  std::vector<std::vector<std::uint32_t>> left(n), right(n);  // by state, of states
  for (Remaining matrix(n, entries); !matrix.empty();) {
    const std::uint32_t k = matrix.cheapest();
    plan.position[k] = static_cast<std::uint32_t>(plan.order.size());
    plan.order.push_back(k);
    right[k].assign(matrix.row(k).begin(), matrix.row(k).end());
    for (const std::uint32_t i : matrix.column(k)) left[i].push_back(k);
    plan.fill += matrix.eliminate(k);
  }
  const auto positions = [&](std::vector<std::uint32_t> of) {
    for (std::uint32_t& k : of) k = plan.position[k];
    std::sort(of.begin(), of.end());
    return of;
  };
  for (const std::uint32_t k : plan.order) {
    plan.lower.push_back(positions(left[k]));
    plan.upper.push_back(positions(right[k]));
  }
  return plan;
}

}  // namespace vesper::kernels
