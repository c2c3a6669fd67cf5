// Two lanes: what every x86-64 or AArch64 processor has.
#include <sleef.h>
#define VESPER_LANES 2
#define VESPER_TABLE lane_ops_2
#if defined(__aarch64__)
#define VESPER_EXP(x) Sleef_finz_expd2_u10advsimd(x)
#define VESPER_LOG(x) Sleef_finz_logd2_u10advsimd(x)
#else
#define VESPER_EXP(x) Sleef_cinz_expd2_u10sse2(x)
#define VESPER_LOG(x) Sleef_cinz_logd2_u10sse2(x)
#endif
#include "solve/lane_ops_body.h"
