// Eight lanes: AVX-512.  Compiled with the flags for it; called only where the machine has it.
#if defined(__AVX512F__)
#include <immintrin.h>
#include <sleef.h>
#define VESPER_LANES 8
#define VESPER_TABLE lane_ops_8
#define VESPER_EXP(x) Sleef_finz_expd8_u10avx512f(x)
#define VESPER_LOG(x) Sleef_finz_logd8_u10avx512f(x)
#include "solve/lane_ops_body.h"
#endif
