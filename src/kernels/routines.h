// The six functions of kernels.h as routines.
//
//   W = D - J,  J = df/dy.  With v = J off the diagonal and w_ii = d - J_ii, rows and columns in
//   the order of the elimination, for each row i, for each k < i with v_ik not 0:
//     m_ik = v_ik / w_kk       v_ij += m_ik v_kj (j > k, j != i)       w_ii -= m_ik v_ki
//   and then W x = b is solved by
//     b_i += m_ik b_k (k < i)        x_i = (b_i + v_ij x_j (j > i)) / w_ii
//   so that no sign has to be turned.  lu holds 1/w_ii, m_ik, and those v_kj that are neither
//   literals nor in the table of constants.
#pragma once

#include <array>

#include "kernels/kernels.h"
#include "kernels/lu.h"
#include "kernels/plan.h"
#include "kernels/routine.h"

namespace vesper::kernels {

enum class Purpose : std::uint8_t { prepare, rates, factor, stage, outputs, conditions };

struct Routines {
  std::array<Routine, 6> routines;  // by purpose
  Counts counts;
  bool time_dependent = false;
  const Routine& operator[](Purpose purpose) const {
    return routines[static_cast<std::size_t>(purpose)];
  }
  Routine& operator[](Purpose purpose) { return routines[static_cast<std::size_t>(purpose)]; }
};

Routines make_routines(const Plan& plan);

}  // namespace vesper::kernels
