// Exposure metrics against curves whose metrics are known.
#include "simulate/metrics.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <vector>

namespace vesper::simulate {
namespace {

struct Table {
  std::vector<double> times, values;
  operator Curve() const { return {times, values}; }  // NOLINT: the tests read better
};

Table sampled(double from, double to, double step, const std::function<double(double)>& f) {
  Table table;
  const auto count = static_cast<std::size_t>(std::lround((to - from) / step));
  for (std::size_t i = 0; i <= count; ++i) {
    table.times.push_back(from + static_cast<double>(i) * step);
    table.values.push_back(f(table.times.back()));
  }
  return table;
}

const Table triangle{{0, 1, 3}, {0, 1, 0}};
const Table jump{{0, 2, 2, 4}, {1, 1, 5, 5}};
const Table flat{{0, 10}, {2, 2}};
const Table zero{{0, 10}, {0, 0}};

TEST(Metrics, triangle_is_exact) {
  EXPECT_DOUBLE_EQ(maximum(triangle, 0, 3).value, 1);
  EXPECT_DOUBLE_EQ(maximum(triangle, 0, 3).time, 1);
  EXPECT_DOUBLE_EQ(area(triangle, 0, 3), 1.5);
  EXPECT_DOUBLE_EQ(mean(triangle, 0, 3), 0.5);
  EXPECT_DOUBLE_EQ(hours_above(triangle, 0.5, 0, 3), 1.5);
  EXPECT_DOUBLE_EQ(minimum(triangle, 0.5, 2).value, 0.5);
  EXPECT_DOUBLE_EQ(at(triangle, 2), 0.5);
}

// A trough before the next dose: a slow fall in long steps, then a rise that is fast at first, in
// short ones.
RC_GTEST_PROP(Metrics, kink_is_not_overshot_whatever_the_spacing, ()) {
  const double before = std::pow(10, *rc::gen::inRange(-30, 1) / 10.0);
  const double after = std::pow(10, *rc::gen::inRange(-50, 1) / 10.0);
  const double rise = std::pow(10, *rc::gen::inRange(-20, 31) / 10.0);
  const double sign = *rc::gen::element(-1.0, 1.0);
  Table table;
  for (int k = 20; k > 0; --k) {
    table.times.push_back(10 - k * before);
    table.values.push_back(std::exp(0.1 * k * before));
  }
  for (int k = 0; k < 20; ++k) {
    table.times.push_back(10 + k * after);
    table.values.push_back(2 - std::exp(-rise * k * after));
  }
  for (double& value : table.values) value = sign * (value - 1) + 3;
  const double from = table.times.front(), to = table.times.back();
  const double found = (sign > 0 ? minimum(table, from, to) : maximum(table, from, to)).value;
  RC_ASSERT(std::abs(found - 3) < 0.02);
}

TEST(Metrics, kinked_peak_is_not_overshot) {
  // The end of an infusion on a fine trace: straight up, exponential down.
  const auto f = [](double t) { return t <= 2 ? t : 2 * std::exp(-(t - 2)); };
  const Peak peak = maximum(sampled(0, 6, 0.25, f), 0, 6);
  EXPECT_DOUBLE_EQ(peak.value, 2);
  EXPECT_DOUBLE_EQ(peak.time, 2);
}

TEST(Metrics, smooth_peak_is_refined) {
  // Bateman curve: t_max = ln(ka/ke)/(ka - ke), between two samples.
  const auto f = [](double t) { return std::exp(-0.2 * t) - std::exp(-t); };
  const double time = std::log(5.0) / 0.8;
  const Peak peak = maximum(sampled(0, 24, 0.25, f), 0, 24);
  EXPECT_NEAR(peak.time, time, 2e-2);
  EXPECT_NEAR(peak.value, f(time), 5e-5);  // a highest sample may be 8e-4 off
  EXPECT_LT(std::abs(maximum(sampled(0, 24, 0.05, f), 0, 24).value - f(time)), 1e-6);
}

// At steady state every interval peaks alike, and the integrator's error must not choose the day.
TEST(Metrics, time_of_the_first_of_equal_peaks) {
  for (const double error : {-1e-5, 1e-5}) {
    const auto f = [&](double t) {
      return 3 - std::cos(t * 2 * std::numbers::pi / 24) + error * t / 168;
    };
    const Table week = sampled(0, 168, 0.25, f);
    const Exposure all = exposure(week, {});
    EXPECT_NEAR(all.highest.time, 12, 0.05);
    EXPECT_NEAR(all.highest.value, 4 + std::max(error * 12 / 168, error * 156 / 168), 1e-7);
    EXPECT_NEAR(all.lowest.time, 0, 0.05);
    EXPECT_NEAR(maximum(week, 0, 168).time, 12, 0.05);
    EXPECT_NEAR(minimum(week, 6, 168).time, 24, 0.05);
  }
  // Still rising to the plateau: the last is the highest.
  const auto rising = [](double t) {
    return (1 - std::exp(-t / 48)) * (2 - std::cos(t * 2 * std::numbers::pi / 24));
  };
  EXPECT_GT(maximum(sampled(0, 168, 0.25, rising), 0, 168).time, 150);
}

TEST(Metrics, jump_counts_at_its_time) {
  EXPECT_DOUBLE_EQ(at(jump, 2), 5);
  EXPECT_DOUBLE_EQ(at(jump, 1.999), 1);
  EXPECT_DOUBLE_EQ(area(jump, 0, 4), 12);
  EXPECT_DOUBLE_EQ(area(jump, 0, 2), 2);
  EXPECT_DOUBLE_EQ(area(jump, 2, 4), 10);
  EXPECT_DOUBLE_EQ(maximum(jump, 0, 4).time, 2);
  EXPECT_DOUBLE_EQ(minimum(jump, 2, 4).value, 5);  // the value before the jump lies before 2
  EXPECT_DOUBLE_EQ(hours_above(jump, 3, 0, 4), 2);
}

TEST(Metrics, flat_and_zero_curves) {
  EXPECT_DOUBLE_EQ(area(flat, 2, 7), 10);
  EXPECT_DOUBLE_EQ(mean(flat, 0, 10), 2);
  EXPECT_DOUBLE_EQ(hours_above(flat, 2, 0, 10), 0);  // strictly above
  EXPECT_DOUBLE_EQ(hours_above(flat, 1.9, 0, 10), 10);
  EXPECT_DOUBLE_EQ(maximum(flat, 3, 10).time, 3);
  EXPECT_FALSE(half_life(flat, 0, 10));
  EXPECT_FALSE(terminal_half_life(flat, 0, 10));
  EXPECT_DOUBLE_EQ(area(zero, 0, 10), 0);
  EXPECT_DOUBLE_EQ(maximum(zero, 0, 10).value, 0);
  EXPECT_FALSE(half_life(zero, 0, 10));
  EXPECT_FALSE(terminal_half_life(zero, 0, 10));
}

TEST(Metrics, outside_the_curve_there_is_nothing) {
  EXPECT_TRUE(std::isnan(at(flat, 11)));
  EXPECT_TRUE(std::isnan(area(flat, 5, 11)));
  EXPECT_TRUE(std::isnan(maximum(flat, -1, 5).value));
  EXPECT_TRUE(std::isnan(hours_above(flat, 1, 8, 3)));
  EXPECT_FALSE(half_life(flat, 0, 11));
  EXPECT_TRUE(std::isnan(maximum(Table{}, 0, 1).value));
}

TEST(Metrics, a_nan_is_never_a_number) {
  const Table gap{{0, 1, 2}, {1, std::numeric_limits<double>::quiet_NaN(), 1}};
  EXPECT_TRUE(std::isnan(maximum(gap, 0, 2).value));
  EXPECT_TRUE(std::isnan(area(gap, 0, 2)));
  EXPECT_TRUE(std::isnan(hours_above(gap, 0.5, 0, 2)));
  EXPECT_FALSE(half_life(gap, 0, 2));
  EXPECT_FALSE(terminal_half_life(gap, 0, 2));
}

RC_GTEST_PROP(Metrics, exponential_falls_are_exact, ()) {
  const double half = *rc::gen::inRange(5, 500) / 10.0;
  const double lambda = std::log(2.0) / half;
  const double step = *rc::gen::inRange(1, 40) / 10.0;
  const Table curve =
      sampled(0, 40 * step, step, [&](double t) { return 7 * std::exp(-lambda * t); });
  const double from = 3.3 * step, to = 31.7 * step;
  const double exact = 7 / lambda * (std::exp(-lambda * from) - std::exp(-lambda * to));
  RC_ASSERT(std::abs(area(curve, from, to) / exact - 1) < 1e-9);
  RC_ASSERT(std::abs(*half_life(curve, from, to) / half - 1) < 1e-9);
  const double level = 7 * std::exp(-lambda * 12.6 * step);
  RC_ASSERT(std::abs(hours_above(curve, level, from, to) - 9.3 * step) < 1e-9 * step);
  if (std::exp(-lambda * 40 * step) < 1 / 3.1) {
    RC_ASSERT(std::abs(*terminal_half_life(curve, 0, 40 * step) / half - 1) < 1e-6);
  }
}

RC_GTEST_PROP(Metrics, area_is_additive, ()) {
  Table curve;
  for (int i = 0; i < 12; ++i) {
    curve.times.push_back(i);
    curve.values.push_back(*rc::gen::inRange(0, 100));
  }
  const double cut = *rc::gen::inRange(1, 1090) / 100.0;
  const double whole = area(curve, 0, 11);
  RC_ASSERT(std::abs(area(curve, 0, cut) + area(curve, cut, 11) - whole) <= 1e-9 * (1 + whole));
  const double above = hours_above(curve, 40, 0, cut) + hours_above(curve, 40, cut, 11);
  RC_ASSERT(std::abs(above - hours_above(curve, 40, 0, 11)) < 1e-9);
}

TEST(Metrics, terminal_half_life_is_of_the_last_phase) {
  const auto two = [](double t) { return 100 * std::exp(-2 * t) + std::exp(-0.1 * t); };
  const auto half = terminal_half_life(sampled(0, 48, 0.1, two), 0, 48);
  ASSERT_TRUE(half);
  EXPECT_NEAR(*half, std::log(2.0) / 0.1, 1e-4);
}

TEST(Metrics, terminal_half_life_wants_a_three_fold_fall) {
  const auto f = [](double t) { return std::exp(-0.1 * t); };
  EXPECT_FALSE(terminal_half_life(sampled(0, 10, 0.1, f), 0, 10));  // falls 2.7-fold
  EXPECT_TRUE(terminal_half_life(sampled(0, 12, 0.1, f), 0, 12));
  // A dose near the end starts the last fall anew.
  const auto again = [](double t) { return t < 40 ? std::exp(-0.1 * t) : 1 + std::exp(-(t - 40)); };
  EXPECT_FALSE(terminal_half_life(sampled(0, 42, 0.1, again), 0, 42));
}

TEST(Metrics, noise_at_the_tail_is_no_phase) {
  const auto f = [](double t) {
    return std::exp(-t) + (t > 30 ? 1e-12 * (1 + std::sin(40 * t)) : 0);
  };
  const auto half = terminal_half_life(sampled(0, 60, 0.1, f), 0, 60);
  ASSERT_TRUE(half);
  EXPECT_NEAR(*half, std::log(2.0), 1e-6);
}

TEST(Metrics, crowded_points_weigh_no_more) {
  // Two phases; half the points crowd into the first hour.
  Table curve;
  const auto f = [](double t) { return t < 1 ? std::exp(-t) : std::exp(-1 - 0.1 * (t - 1)); };
  for (int i = 0; i < 1000; ++i) curve.times.push_back(i / 1000.0);
  for (int i = 0; i <= 190; ++i) curve.times.push_back(1 + i / 10.0);
  for (const double t : curve.times) curve.values.push_back(f(t));
  const double crowded = *half_life(curve, 0, 20);
  EXPECT_NEAR(crowded, *half_life(sampled(0, 20, 0.1, f), 0, 20), 2e-2 * crowded);
}

}  // namespace
}  // namespace vesper::simulate
