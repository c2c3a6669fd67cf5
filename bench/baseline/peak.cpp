// The core's peak, measured: independent chains of fused multiply-adds on whole vectors, and sums
// of whole vectors over 16 KiB, which the first-level cache holds.  The best of several tries,
// since a busy machine only ever makes it slower.
#include "baseline/peak.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace vesper::bench {

namespace {

#if defined(__AVX512F__)
constexpr std::size_t lanes = 8;
#elif defined(__AVX__)
constexpr std::size_t lanes = 4;
#else
constexpr std::size_t lanes = 2;
#endif
using Vector __attribute__((vector_size(lanes * sizeof(double)))) = double;

constexpr std::size_t chains = lanes == 8 ? 20 : 12;  // more than latency x units, all in registers
constexpr int tries = 200;                            // of a few milliseconds each

Vector all(double x) {
  Vector v = {};
  return v + x;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Where results go, so that they are computed.
volatile double sink;

double fused_per_second() {
  constexpr std::size_t rounds = 500'000;
  const Vector factor = all(0.999999), term = all(1e-6);
  double best = 0;
  for (int k = 0; k < tries; ++k) {
    std::array<Vector, chains> x;
    for (std::size_t i = 0; i < chains; ++i) x[i] = all(static_cast<double>(i));
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 20
      for (std::size_t i = 0; i < chains; ++i) x[i] = x[i] * factor + term;
    }
    best = std::max(best, static_cast<double>(rounds * chains * lanes) / seconds_since(start));
    for (const Vector& v : x) sink = sink + v[0];
  }
  return best;
}

double bytes_per_second() {
  constexpr std::size_t rounds = 25'000, sums = 16, vectors = 16384 / sizeof(Vector);
  alignas(64) static std::array<Vector, vectors> data;
  for (std::size_t i = 0; i < vectors; ++i) data[i] = all(static_cast<double>(i));
  double best = 0;
  for (int k = 0; k < tries; ++k) {
    std::array<Vector, sums> sum{};
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t round = 0; round < rounds; ++round) {
      for (std::size_t i = 0; i < vectors; i += sums) {
#pragma GCC unroll 16
        for (std::size_t j = 0; j < sums; ++j) sum[j] += data[i + j];
      }
    }
    best = std::max(best, static_cast<double>(rounds * sizeof(data)) / seconds_since(start));
    for (const Vector& v : sum) sink = sink + v[0];
  }
  return best;
}

}  // namespace

Peak measure_peak() {
  return {static_cast<unsigned>(lanes), fused_per_second(), bytes_per_second()};
}

}  // namespace vesper::bench
