#include "solve/lane_ops.h"

namespace vesper::solve {

extern const LaneOps lane_ops_2;
#if defined(__x86_64__)
extern const LaneOps lane_ops_4, lane_ops_8;
#endif

const LaneOps* lane_ops(unsigned lanes) {
  if (lanes == 2) return &lane_ops_2;
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (lanes == 4 && avx2) return &lane_ops_4;
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl");
  if (lanes == 8 && avx512) return &lane_ops_8;
#endif
  return nullptr;
}

}  // namespace vesper::solve
