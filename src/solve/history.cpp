#include "solve/history.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>

namespace vesper::solve {

namespace {

// cos(k pi/5) on -1 .. 1, and the weights of such points but for a common factor.
template <std::size_t n>
std::array<double, n> chebyshev_points() {
  std::array<double, n> result{};
  for (std::size_t k = 0; k < n; ++k)
    result[k] = -std::cos(static_cast<double>(k) * std::numbers::pi / (n - 1));
  return result;
}

double weight(std::size_t k, std::size_t n) {
  const double size = k == 0 || k == n - 1 ? 0.5 : 1;
  return k % 2 == 0 ? size : -size;
}

}  // namespace

void History::begin(double t, std::span<const double> y, std::span<const double> parameters) {
  parameters_ = std::make_shared<const std::vector<double>>(parameters.begin(), parameters.end());
  end_ = t;
  y_end_.assign(y.begin(), y.begin() + static_cast<std::ptrdiff_t>(states_));
}

void History::add(double from, double to, const Interpolant& interpolant) {
  assert(parameters_ != nullptr && from < to);
  static const auto places = chebyshev_points<points>();
  Piece piece{from, to, std::vector<double>(points * states_), parameters_};
  for (std::size_t k = 0; k < points; ++k) {
    const double t = k == 0            ? from
                     : k == points - 1 ? to
                                       : from + (to - from) * (1 + places[k]) / 2;
    interpolant(t, std::span(piece.values).subspan(k * states_, states_));
  }
  const auto last = std::span(piece.values).last(states_);
  y_end_.assign(last.begin(), last.end());
  end_ = to;
  pieces_.push_back(std::move(piece));
}

History::Parameters History::at(double t, double now, std::span<const double> y_now,
                                std::span<double> y) const {
  assert(!empty() && y.size() == states_);
  // t was computed as a difference from `now`, and may have missed the start of a step by rounding.
  const double slack = 4 * std::numeric_limits<double>::epsilon() * std::fabs(now);
  if (t + slack >= end_ || pieces_.empty()) {
    const double share = t > end_ && now > end_ ? std::min(1.0, (t - end_) / (now - end_)) : 0;
    for (std::size_t i = 0; i < states_; ++i)
      y[i] = share > 0 ? y_end_[i] + share * (y_now[i] - y_end_[i]) : y_end_[i];
    return parameters_;
  }
  const auto after = std::ranges::upper_bound(pieces_, t + slack, {}, &Piece::from);
  const Piece& piece = after == pieces_.begin() ? pieces_.front() : *(after - 1);
  read(piece, std::clamp(t, piece.from, piece.to), y);
  return piece.parameters;
}

void History::read(const Piece& piece, double t, std::span<double> y) const {
  static const auto places = chebyshev_points<points>();
  const double x = 2 * ((t - piece.from) / (piece.to - piece.from)) - 1;
  std::ranges::fill(y, 0.0);
  double sum = 0;
  for (std::size_t k = 0; k < points; ++k) {
    const double* values = piece.values.data() + k * states_;
    if (x == places[k]) {
      std::copy_n(values, states_, y.begin());
      return;
    }
    const double share = weight(k, points) / (x - places[k]);
    sum += share;
    for (std::size_t i = 0; i < states_; ++i) y[i] += share * values[i];
  }
  for (double& value : y) value /= sum;
}

}  // namespace vesper::solve
