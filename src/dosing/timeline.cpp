// Regimen lines to doses in order of time.  Dose k of a line is taken at first + k * every, for all
// k with that time before `until` and the end, and with probability `adherence`.
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "dosing/dosing.h"

namespace vesper::dosing {

namespace {

// A dose that would fall onto the end but for rounding falls onto the end.
constexpr double rounding = 1e-9;  // of an interval

std::size_t doses_before(const RegimenItem& item, double end) {
  const double stop = std::min(end, item.until);
  if (item.first >= stop || item.count == 0) return 0;
  if (item.every == 0) return 1;
  return static_cast<std::size_t>(std::ceil((stop - item.first) / item.every - rounding));
}

std::vector<Release> with_meal(std::vector<Release> release, double rate) {
  for (Release& part : release) {
    part.duration /= rate;
    part.rate *= rate;
    part.scale /= rate;
  }
  return release;
}

Dose dose_of(const RegimenItem& item, std::size_t index) {
  const Product& product = item.product;
  Dose dose;
  dose.item = index;
  dose.product = &product;
  dose.taken_mg = item.count * product.strength;
  dose.amount = dose.taken_mg * product.nmol_per_mg * product.bioavailability;
  dose.lag = product.lag;
  dose.release = product.release;
  if (item.with_food) {
    assert(product.food && "read_regimen refuses a meal without known effect");
    dose.amount *= product.food->bioavailability;
    dose.lag += product.food->lag;
    dose.release = with_meal(std::move(dose.release), product.food->rate);
  }
  return dose;
}

}  // namespace

std::vector<Dose> timeline(const Regimen& regimen, double end,
                           const std::function<double(std::size_t item, std::size_t k)>& uniform) {
  std::vector<Dose> doses;
  for (std::size_t index = 0; index < regimen.items.size(); ++index) {
    const RegimenItem& item = regimen.items[index];
    const Dose dose = dose_of(item, index);
    const std::size_t count = doses_before(item, end);
    for (std::size_t k = 0; k < count; ++k) {
      if (item.adherence < 1 && !(uniform(index, k) < item.adherence)) continue;
      doses.push_back(dose);
      doses.back().time = item.first + static_cast<double>(k) * item.every;
    }
  }
  std::stable_sort(doses.begin(), doses.end(),
                   [](const Dose& a, const Dose& b) { return a.time < b.time; });
  return doses;
}

double steady_period(const Regimen& regimen) {
  double period = 0;
  for (const RegimenItem& item : regimen.items)
    if (item.steady_state) period = std::max(period, item.every);
  return period;
}

std::vector<Dose> steady_doses(const Regimen& regimen) {
  Regimen before = regimen;  // items keep their numbers
  for (RegimenItem& item : before.items) {
    item.until = std::numeric_limits<double>::infinity();
    item.adherence = 1;
    if (!item.steady_state) item.count = 0;
  }
  auto doses = timeline(before, steady_period(regimen), nullptr);
  for (Dose& dose : doses) dose.product = &regimen.items[dose.item].product;
  return doses;
}

}  // namespace vesper::dosing
