#include "population/random.h"

#include <Random123/philox.h>
#include <Random123/u01fixedpt.h>

#include "population/quantile.h"

namespace vesper::population {

double uniform(const RandomKey& key, std::uint64_t index) {
  const r123::Philox4x64::ctr_type counter = {
      {index, key.patient, key.replicate, static_cast<std::uint64_t>(key.stream)}};
  const r123::Philox4x64::key_type philox_key = {{key.seed, 0}};
  static_assert(philox4x64_rounds == 10);
  const std::uint64_t word = r123::Philox4x64()(counter, philox_key)[0];
  return u01fixedpt_open_open_64_double(word);
}

double normal(const RandomKey& key, std::uint64_t index) {
  return normal_quantile(uniform(key, index));
}

}  // namespace vesper::population
