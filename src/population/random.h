// Random numbers as a function of what they are for, by Random123's Philox4x64-10: the same bytes
// at any thread, rank or lane count, in any order.
#pragma once

#include <cstdint>

namespace vesper::population {

// Streams never overlap; new ones are added at the end.
enum class Stream : std::uint32_t { covariates = 1, parameters = 2, adherence = 3, uncertainty = 4 };

struct RandomKey {
  std::uint64_t seed = 0;
  std::uint32_t replicate = 0;
  std::uint64_t patient = 0;
  Stream stream = Stream::covariates;
};

// In (0, 1), never 0 or 1.
double uniform(const RandomKey& key, std::uint64_t index);
// Standard normal, by the inverse of its distribution function: one number a draw.
double normal(const RandomKey& key, std::uint64_t index);

}  // namespace vesper::population
