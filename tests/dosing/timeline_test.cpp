#include <rapidcheck.h>

#include <cmath>
#include <limits>
#include <map>

#include "dosing/folder.h"

namespace vesper::dosing {
namespace {

Product plain(double strength = 1) {
  Product product;
  product.id = "plain";
  product.strength = strength;
  product.nmol_per_mg = 1e6 / 341.41;
  product.release = {Release{}};
  return product;
}

RegimenItem every(double first, double interval, double until, Product product = plain()) {
  RegimenItem item;
  item.product = std::move(product);
  item.first = first;
  item.every = interval;
  item.until = until;
  return item;
}

constexpr double never = std::numeric_limits<double>::infinity();

double nobody(std::size_t, std::size_t) {
  ADD_FAILURE() << "a dose with adherence 1 asked";
  return 0.5;
}

// A number that depends on its arguments alone, in (0, 1).
double scattered(std::size_t item, std::size_t k) {
  const double x =
      0.5 + 0.754877666 * static_cast<double>(k) + 0.569840291 * static_cast<double>(item);
  return x - std::floor(x);
}

rc::Gen<RegimenItem> any_item() {
  return rc::gen::map(
      rc::gen::tuple(rc::gen::inRange(0, 500), rc::gen::inRange(0, 100), rc::gen::inRange(1, 600),
                     rc::gen::inRange(0, 101), rc::gen::arbitrary<bool>()),
      [](const auto& drawn) {
        const auto [first, interval, length, adherence, bounded] = drawn;
        RegimenItem item = every(first, interval, bounded ? first + length : never);
        item.adherence = adherence / 100.0;
        return item;
      });
}

TEST(Timeline, isSortedAndWithinBounds) {
  EXPECT_TRUE(rc::check([] {
    const auto items = *rc::gen::container<std::vector<RegimenItem>>(any_item());
    const double end = *rc::gen::inRange(0, 2000);
    const Regimen regimen{items};
    const std::vector<Dose> doses = timeline(regimen, end, scattered);
    for (std::size_t i = 0; i < doses.size(); ++i) {
      const RegimenItem& item = items[doses[i].item];
      RC_ASSERT(doses[i].time >= item.first);
      RC_ASSERT(doses[i].time < std::min(end, item.until));
      RC_ASSERT(doses[i].product == &regimen.items[doses[i].item].product);
      if (i == 0) continue;
      RC_ASSERT(doses[i - 1].time <= doses[i].time);
      if (doses[i - 1].time == doses[i].time) RC_ASSERT(doses[i - 1].item <= doses[i].item);
    }
  }));
}

TEST(Timeline, holdsEveryDoseThatIsTaken) {
  EXPECT_TRUE(rc::check([] {
    const auto items = *rc::gen::container<std::vector<RegimenItem>>(any_item());
    const double end = *rc::gen::inRange(0, 2000);
    const Regimen regimen{items};
    std::map<std::size_t, std::size_t> given;
    for (const Dose& dose : timeline(regimen, end, scattered)) ++given[dose.item];
    for (std::size_t i = 0; i < items.size(); ++i) {
      std::size_t expected = 0;
      for (std::size_t k = 0; k < 2100; ++k) {
        const double time = items[i].first + static_cast<double>(k) * items[i].every;
        if (time >= std::min(end, items[i].until)) break;
        if (items[i].adherence == 1 || scattered(i, k) < items[i].adherence) ++expected;
        if (items[i].every == 0) break;
      }
      RC_ASSERT(given[i] == expected);
    }
  }));
}

TEST(Timeline, oneLineDoesNotChangeAnother) {
  EXPECT_TRUE(rc::check([] {
    auto items = *rc::gen::nonEmpty(rc::gen::container<std::vector<RegimenItem>>(any_item()));
    const Regimen all{items};
    const Regimen alone{{items[0]}};
    std::vector<double> among, single;
    for (const Dose& dose : timeline(all, 1000, scattered)) {
      if (dose.item == 0) among.push_back(dose.time);
    }
    for (const Dose& dose : timeline(alone, 1000, scattered)) single.push_back(dose.time);
    RC_ASSERT(among == single);
  }));
}

TEST(Timeline, endsAreExclusiveInSpiteOfRounding) {
  const double ten_minutes = 10.0 / 60;
  EXPECT_EQ(timeline({{every(0, ten_minutes, 1)}}, 100, nobody).size(), 6u);
  ASSERT_GT(2.1 / 0.3, 7);
  EXPECT_EQ(timeline({{every(0, 0.3, 2.1)}}, 100, nobody).size(), 7u);
  EXPECT_EQ(timeline({{every(0, ten_minutes, never)}}, 24, nobody).size(), 144u);
  EXPECT_EQ(timeline({{every(0, 24, never)}}, 24, nobody).size(), 1u);
  EXPECT_EQ(timeline({{every(0, 24, never)}}, 24.01, nobody).size(), 2u);
  EXPECT_TRUE(timeline({{every(24, 24, never)}}, 24, nobody).empty());
}

TEST(Timeline, timesDoNotDrift) {
  const auto doses = timeline({{every(0, 0.1, never)}}, 1e4, nobody);
  ASSERT_EQ(doses.size(), 100000u);
  EXPECT_DOUBLE_EQ(doses.back().time, 9999.9);
}

TEST(Timeline, adherenceIsAProbability) {
  RegimenItem item = every(0, 1, never);
  item.adherence = 0.3;
  const auto doses = timeline({{item}}, 10000, scattered);
  EXPECT_NEAR(static_cast<double>(doses.size()), 3000, 30);
  item.adherence = 0;
  EXPECT_TRUE(timeline({{item}}, 10000, scattered).empty());
}

TEST(Timeline, zeroUnitsGiveNoDose) {
  RegimenItem item = every(0, 24, never);
  item.count = 0;
  EXPECT_TRUE(timeline({{item}}, 1000, nobody).empty());
}

TEST(Timeline, amountsAreMoleculesReleased) {
  const Folder folder;
  const Regimen regimen =
      expect_value(folder.regimen("- {product: tablet}\n- {product: capsule, count: 2, at: 01:00}\n"
                                  "- {product: capsule, count: 2, at: 02:00, with-food: yes}\n"));
  const auto doses = timeline(regimen, 24, nobody);
  ASSERT_EQ(doses.size(), 3u);
  EXPECT_DOUBLE_EQ(doses[0].amount, 0.96 * 50e6 / 377.86);
  EXPECT_DOUBLE_EQ(doses[0].taken_mg, 50);
  EXPECT_DOUBLE_EQ(doses[1].amount, 3e6 / 377.86);
  EXPECT_DOUBLE_EQ(doses[1].lag, 1.0 / 6);
  EXPECT_DOUBLE_EQ(doses[2].amount, 1.2 * 3e6 / 377.86);
  EXPECT_DOUBLE_EQ(doses[2].taken_mg, 3);
  EXPECT_DOUBLE_EQ(doses[2].lag, 1.0 / 6 + 0.5);
  ASSERT_EQ(doses[2].release.size(), 4u);
  EXPECT_DOUBLE_EQ(doses[2].release[1].duration, 4);  // half the rate, twice as long
  EXPECT_DOUBLE_EQ(doses[2].release[2].rate, 0.25);
  EXPECT_DOUBLE_EQ(doses[2].release[3].scale, 44);
  EXPECT_DOUBLE_EQ(doses[2].release[3].shape, 3.5);
  double sum = 0;
  for (const Release& part : doses[2].release) sum += part.fraction;
  EXPECT_DOUBLE_EQ(sum, 1);
  EXPECT_DOUBLE_EQ(doses[1].release[2].rate, 0.5);  // fasting is as the product says
}

}  // namespace
}  // namespace vesper::dosing
