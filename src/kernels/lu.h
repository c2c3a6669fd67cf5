// The elimination of a sparse matrix with pivots from its diagonal, planned by pattern alone.
//
// The order is chosen once, greedily: next comes the diagonal entry whose elimination makes the
// fewest new entries; among those the one that waits for the fewest others, one after the other,
// since each costs the time of a division; and among those the one with the least work (Markowitz
// 1957, Management Science 3:255; minimum local fill: Duff, Erisman & Reid 2017, Direct Methods for
// Sparse Matrices, chapter 7).  A row or column that is alone but for its diagonal fills nothing.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace vesper::kernels {

struct Elimination {
  std::vector<std::uint32_t> order;     // order[k]: the row and column that is eliminated k-th
  std::vector<std::uint32_t> position;  // its inverse
  // By position: the positions of the entries left and right of the diagonal, ascending.
  std::vector<std::vector<std::uint32_t>> lower, upper;
  std::size_t fill = 0;  // entries that the matrix does not have
};

// entries: (row, column) of an n x n matrix; the diagonal is present whether listed or not.
Elimination plan_elimination(std::uint32_t n,
                             const std::vector<std::pair<std::uint32_t, std::uint32_t>>& entries);

}  // namespace vesper::kernels
