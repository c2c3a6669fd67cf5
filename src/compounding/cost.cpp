#include "compounding/cost.h"

#include <algorithm>
#include <cmath>

namespace vesper::compounding {

namespace {

double off_at(const Pack& pack, double packs) {
  double off = 0;
  double reached = 0;
  for (const Pack::Discount& one : pack.discounts) {
    if (one.from > packs || one.from < reached) continue;
    reached = one.from;
    off = one.off;
  }
  return off;
}

Cost::Offer offer(const Pack& pack, double packs, double taken) {
  Cost::Offer one;
  one.doses = pack.doses;
  one.packs = packs;
  one.off = off_at(pack, packs);
  one.price = packs * pack.price * (1 - one.off);
  one.per_dose = one.price / taken;
  one.left = packs * pack.doses - taken;
  return one;
}

}  // namespace

std::optional<Cost> cost_of(const Recipe& recipe) {
  if (!recipe.prices) return std::nullopt;
  const Prices& prices = *recipe.prices;
  Cost cost;
  cost.currency = prices.currency;
  cost.course = prices.course;
  if (prices.materials || prices.work) {
    cost.batch = prices.materials.value_or(0) + prices.work.value_or(0);
    cost.made_dose = *cost.batch / recipe.doses();
  }
  for (const Pack& pack : prices.packs) {
    if (prices.course) {
      const double packs = std::ceil(*prices.course / pack.doses - 1e-9);
      cost.offers.push_back(offer(pack, packs, *prices.course));
      continue;
    }
    cost.offers.push_back(offer(pack, 1, pack.doses));
    for (const Pack::Discount& one : pack.discounts) {
      if (one.from > 1) cost.offers.push_back(offer(pack, one.from, one.from * pack.doses));
    }
  }
  if (!cost.offers.empty()) {
    const auto least =
        std::min_element(cost.offers.begin(), cost.offers.end(),
                         [](const auto& a, const auto& b) { return a.per_dose < b.per_dose; });
    cost.best = static_cast<std::size_t>(least - cost.offers.begin());
  }
  return cost;
}

}  // namespace vesper::compounding
