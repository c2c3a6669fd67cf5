// The six functions of kernels.h as routines.
//
//   W = D - J,  J = df/dy.  With v = J off the diagonal and w_ii = d - J_ii, rows and columns in
//   the order of the elimination, for each row i:
//     v_ij += v_ik u_kj,  w_ii -= v_ik u_ki     for each k < i with v_ik not 0, and j > k
//     m_ik = v_ik / w_kk (k < i)                u_ij = v_ij / w_ii (j > i)
//   and then W x = b is solved by
//     b_i += m_ik b_k (k < i)                   x_i = b_i / w_ii + u_ij x_j (j > i)
//   so that no sign has to be turned, and one fused multiply-add is all that a row adds to the time
//   from the first to the last.  lu holds 1/w_ii by position, then m and u.
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
