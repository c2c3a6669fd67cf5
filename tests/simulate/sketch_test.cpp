// Sketched quantiles against exact ones, and the bands made of them.
#include "simulate/sketch.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "simulate/band.h"
#include "simulate/bands.h"

namespace vesper::simulate {
namespace {

constexpr double first_error = 1e-3;
constexpr double infinity = std::numeric_limits<double>::infinity();
const std::vector<double> places{0, 0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999, 1};

QuantileSketch sketch_of(const std::vector<double>& values, std::size_t bins) {
  QuantileSketch sketch(first_error, bins);
  for (const double value : values) sketch.add(value);
  return sketch;
}

// Numbers as curves have them: both signs, zeros, equal ones, and many decades.
rc::Gen<std::vector<double>> numbers() {
  const auto number = rc::gen::map(
      rc::gen::tuple(rc::gen::inRange(0, 12), rc::gen::inRange(-9000, 9000)), [](auto pair) {
        const auto [kind, part] = pair;
        const double magnitude = std::exp(0.002 * part);
        if (kind == 0) return 0.0;
        if (kind == 1) return std::nan("");
        if (kind == 2) return 42.0;
        if (kind < 6) return -magnitude;
        return magnitude;
      });
  return rc::gen::container<std::vector<double>>(number);
}

std::vector<double> ascending(std::vector<double> values) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  std::ranges::sort(values);
  return values;
}

RC_GTEST_PROP(Sketch, order_statistics_are_within_the_bound, ()) {
  const auto values = *numbers();
  const auto bins = *rc::gen::element<std::size_t>(16, 64, 1024, 100'000);
  const QuantileSketch sketch = sketch_of(values, bins);
  const auto exact = ascending(values);
  RC_ASSERT(sketch.count() == exact.size());
  RC_ASSERT(sketch.error() >= first_error * (1 - 1e-12));
  if (bins == 100'000) RC_ASSERT(sketch.error() < 1.0000001 * first_error);
  for (std::size_t rank = 0; rank < exact.size(); ++rank) {
    const double p =
        exact.size() == 1 ? 0.5 : static_cast<double>(rank) / static_cast<double>(exact.size() - 1);
    const double near = exact.size() == 1 ? exact[0] : quantile(exact, p);
    const double found = sketch.quantile(p);
    // p (n - 1) may round below the rank: then it lies between two order statistics.
    const double room = (sketch.error() + 1e-12) * std::max(std::abs(near), std::abs(exact[rank]));
    RC_ASSERT(std::abs(found - near) <= room + 1e-9 * std::abs(exact[rank == 0 ? 0 : rank - 1]));
  }
}

RC_GTEST_PROP(Sketch, quantiles_of_one_sign_are_within_the_bound, ()) {
  const auto values = *rc::gen::suchThat(numbers(), [](const auto& v) { return v.size() > 3; });
  std::vector<double> positive;
  for (const double value : values) positive.push_back(std::abs(value));
  const QuantileSketch sketch = sketch_of(positive, 256);
  const auto exact = ascending(positive);
  RC_PRE(!exact.empty());
  for (const double p : places) {
    const double expected = quantile(exact, p);
    RC_ASSERT(std::abs(sketch.quantile(p) - expected) <= (sketch.error() + 1e-12) * expected);
  }
}

RC_GTEST_PROP(Sketch, order_and_merging_change_nothing, ()) {
  auto values = *numbers();
  const auto bins = *rc::gen::element<std::size_t>(16, 64, 1024);
  const QuantileSketch whole = sketch_of(values, bins);
  const auto cut = values.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, std::ssize(values) + 1);
  QuantileSketch merged = sketch_of({values.begin(), cut}, bins);
  merged.merge(sketch_of({cut, values.end()}, bins));
  std::ranges::sort(values, std::greater<>{}, [](double v) { return std::isnan(v) ? 0 : v; });
  QuantileSketch sorted = sketch_of(values, bins);
  for (const QuantileSketch* other : {&merged, &sorted}) {
    RC_ASSERT(whole.count() == other->count());
    RC_ASSERT(whole.error() == other->error());
    if (whole.count() == 0) continue;
    for (const double p : places) RC_ASSERT(whole.quantile(p) == other->quantile(p));
  }
}

RC_GTEST_PROP(Sketch, many_at_once_are_as_one_by_one, ()) {
  auto values = *numbers();
  const auto bins = *rc::gen::element<std::size_t>(16, 64, 4096);
  const QuantileSketch singly = sketch_of(values, bins);
  QuantileSketch together(first_error, bins);
  together.add(values);
  // Again: now that every value has its bin.
  QuantileSketch twice = singly;
  for (const double value : values) twice.add(value);
  QuantileSketch twice_together = together;
  twice_together.add(values);
  for (const double p : places) {
    RC_ASSERT(singly.count() == 0 || together.quantile(p) == singly.quantile(p));
    RC_ASSERT(twice.count() == 0 || twice_together.quantile(p) == twice.quantile(p));
  }
  RC_ASSERT(twice_together.count() == twice.count());
  RC_ASSERT(twice_together.error() == twice.error());
}

TEST(Sketch, equal_values_and_ends_are_exact) {
  const QuantileSketch equal = sketch_of({0.3, 0.3, 0.3}, 64);
  for (const double p : places) EXPECT_EQ(equal.quantile(p), 0.3);
  const QuantileSketch zeros = sketch_of({0, 0, -0.0}, 64);
  EXPECT_EQ(zeros.quantile(0.5), 0);
  const QuantileSketch ends = sketch_of({-3.7, 1, 2, 9.1}, 64);
  EXPECT_EQ(ends.quantile(0), -3.7);
  EXPECT_EQ(ends.quantile(1), 9.1);
  for (double low = 1; low < 2; low += 0.0123) {  // wherever in its bin
    EXPECT_EQ(sketch_of({low, low + 1e-9, 3}, 64).quantile(0), low);
    EXPECT_EQ(sketch_of({-3, -low - 1e-9, -low}, 64).quantile(1), -low);
  }
  EXPECT_TRUE(std::isnan(sketch_of({}, 64).quantile(0.5)));
  EXPECT_TRUE(std::isnan(sketch_of({std::nan("")}, 64).quantile(0.5)));
}

TEST(Sketch, extremes_of_the_number_line) {
  const double tiny = std::numeric_limits<double>::denorm_min();
  const double huge = std::numeric_limits<double>::max();
  const QuantileSketch sketch = sketch_of({-infinity, -huge, -tiny, 0, tiny, huge, infinity}, 1024);
  EXPECT_EQ(sketch.quantile(0), -infinity);
  EXPECT_EQ(sketch.quantile(1), infinity);
  EXPECT_EQ(sketch.quantile(0.5), 0);
  EXPECT_EQ(sketch.quantile(1.0 / 6), -huge);
  EXPECT_LT(sketch.quantile(2.0 / 6), 0);
  EXPECT_GT(sketch.quantile(4.0 / 6), 0);
  EXPECT_LT(sketch.error(), 1);
}

std::vector<std::vector<double>> drawn_units(std::size_t series) {
  std::vector<std::vector<double>> units;
  std::uint64_t state = 1;
  for (int i = 0; i < 301; ++i) {
    std::vector<double>& unit = units.emplace_back();
    for (std::size_t k = 0; k < series; ++k) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      const double u = static_cast<double>(state >> 11) * 0x1p-53;
      unit.push_back(k == 0 && i % 7 == 0 ? std::nan("") : std::exp(4 * u) + 1e6 * (k == 2));
    }
  }
  return units;
}

Bands bands_of(const std::vector<std::vector<double>>& units, const Bands::Limits& limits,
               std::size_t together) {
  Bands bands(units[0].size(), units.size(), limits);
  for (std::size_t i = 0; i < units.size(); i += together) {
    std::vector<const std::vector<double>*> some;
    for (std::size_t k = i; k < std::min(units.size(), i + together); ++k) {
      some.push_back(&units[k]);
    }
    bands.add(some);
  }
  return bands;
}

TEST(Bands, are_exact_within_their_memory_and_sketched_beyond) {
  const auto units = drawn_units(3);
  const Bands exact = bands_of(units, {units.size() * 3 * sizeof(double), 1 << 20}, 10);
  const Bands sketched = bands_of(units, {units.size() * 3 * sizeof(double) - 1, 1 << 20}, 10);
  ASSERT_TRUE(exact.exact());
  ASSERT_FALSE(sketched.exact());
  EXPECT_EQ(sketched.count(), units.size());
  for (std::size_t series = 0; series < 3; ++series) {
    std::vector<double> column;
    for (const auto& unit : units) column.push_back(unit[series]);
    const Band expected = band(column), a = exact.band(series), b = sketched.band(series);
    EXPECT_EQ(a.q25, expected.q25);
    EXPECT_EQ(a.sd, expected.sd);
    EXPECT_EQ(a.quantile_error, 0);
    EXPECT_EQ(b.n, expected.n);
    EXPECT_EQ(b.n, series == 0 ? 258u : 301u);
    EXPECT_GT(b.quantile_error, 0);
    EXPECT_LT(b.quantile_error, 2 * first_error);
    EXPECT_NEAR(b.mean, expected.mean, 1e-13 * expected.mean);
    // Stable: the spread is a hundred-thousandth of the mean in the last series.
    EXPECT_NEAR(b.sd, expected.sd, 1e-9 * expected.sd);
    for (const auto quantile : {&Band::q05, &Band::q25, &Band::q50, &Band::q75, &Band::q95}) {
      EXPECT_NEAR(b.*quantile, expected.*quantile, b.quantile_error * expected.*quantile);
    }
  }
}

TEST(Bands, do_not_depend_on_how_units_come) {
  const auto units = drawn_units(2000);
  const Bands one = bands_of(units, {0, 1 << 20}, 1), many = bands_of(units, {0, 1 << 20}, 64);
  for (std::size_t series = 0; series < 2000; ++series) {
    const Band a = one.band(series), b = many.band(series);
    EXPECT_EQ(a.mean, b.mean);
    EXPECT_EQ(a.sd, b.sd);
    EXPECT_EQ(a.q05, b.q05);
    EXPECT_EQ(a.quantile_error, b.quantile_error);
  }
}

TEST(Bands, widen_their_bound_where_bins_run_out) {
  std::vector<std::vector<double>> units;
  for (int i = 0; i < 1000; ++i) units.push_back({std::exp(0.03 * i), 1 + 1e-4 * i});
  const Bands bands = bands_of(units, {0, 0}, 100);  // the fewest bins
  EXPECT_GT(bands.band(0).quantile_error, 0.1);      // 30 units of the logarithm in 128 bins
  EXPECT_LT(bands.band(0).quantile_error, 0.25);
  EXPECT_NEAR(bands.band(1).quantile_error, first_error, 1e-9);  // a narrow one keeps its own
}

}  // namespace
}  // namespace vesper::simulate
