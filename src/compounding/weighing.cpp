#include "compounding/weighing.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace vesper::compounding {

namespace {

constexpr double hair = 1e-9;  // of rounding

int ceiling(double value) {
  return static_cast<int>(std::ceil(value - hair));
}

}  // namespace

double minimum_weighable(double sensitivity, double error) {
  assert(sensitivity > 0 && error > 0);
  return sensitivity * 100 / error;
}

std::vector<Dilution> dilutions(double wanted, double least, std::optional<double> given) {
  assert(wanted > 0 && least > 0);
  if (wanted >= least * (1 - hair)) return {};
  const double whole = least / wanted;
  int stages = 1;
  while (std::pow(whole, 1.0 / stages) > most_factor) ++stages;
  // Rounded up once: the drug weighed is a whole multiple of what is wanted.
  const int factor = ceiling(std::pow(whole, 1.0 / stages));
  std::vector<Dilution> steps;
  double in = wanted * std::pow(factor, stages);  // of powder, then of the dilution before
  for (int stage = 0; stage < stages; ++stage) {
    // The diluent, factor * aliquot - in, is to be weighable too.
    const double room = (in + least) / factor;
    double aliquot = std::max({given.value_or(0), least, room});
    if (!given || aliquot > *given) aliquot = 5 * ceiling(aliquot / 5);
    const double total = factor * aliquot;
    steps.push_back({in, total - in, total, aliquot, factor});
    in = aliquot;
  }
  return steps;
}

int geometric_steps(double first, double total) {
  assert(first > 0);
  return total <= first ? 0 : ceiling(std::log2(total / first));
}

}  // namespace vesper::compounding
