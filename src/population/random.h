// Random numbers as a function of what they are for, by Random123's Philox4x64-10: the same bytes
// at any thread, rank or lane count, in any order.
//
//   counter = (index, patient, replicate, stream)   four 64-bit words
//   key     = (seed, 0)                             two 64-bit words
//   word    = first word of philox4x64_10(counter, key)
//   uniform = (floor(word / 2^12) + 1/2) / 2^52     odd multiples of 2^-53
//   normal  = the standard normal quantile at uniform
//
// Salmon, Moraes, Dror, Shaw (2011), Parallel random numbers: as easy as 1, 2, 3, SC '11,
// doi:10.1145/2063384.2063405.  This layout is part of every published result: the tests hold it.
#pragma once

#include <cstdint>

namespace vesper::population {

// Streams never overlap; new ones are added at the end.
enum class Stream : std::uint32_t {
  covariates = 1,
  parameters = 2,
  adherence = 3,
  uncertainty = 4,
  compounding = 5
};

struct RandomKey {
  std::uint64_t seed = 0;
  std::uint32_t replicate = 0;
  std::uint64_t patient = 0;
  Stream stream = Stream::covariates;
};

// In (0, 1), from 2^-53 to 1 - 2^-53: never 0 or 1, and 1 - u is exact.
double uniform(const RandomKey& key, std::uint64_t index);
// Standard normal, by the inverse of its distribution function: one number a draw, within
// +-8.21, to 4e-16 relative (a few units in the last place; tests/population holds it).
double normal(const RandomKey& key, std::uint64_t index);

}  // namespace vesper::population
