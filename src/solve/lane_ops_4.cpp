// Four lanes: AVX2 with FMA.  Compiled with the flags for it; called only where the machine has it.
#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#include <sleef.h>
#define VESPER_LANES 4
#define VESPER_TABLE lane_ops_4
#define VESPER_EXP(x) Sleef_finz_expd4_u10avx2(x)
#define VESPER_LOG(x) Sleef_finz_logd4_u10avx2(x)
#include "solve/lane_ops_body.h"
#endif
