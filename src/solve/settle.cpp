// The implicit states z that an algebraic rule determines, 0 = g(t, x, z), after something jumped:
//
//   z <- z - s (dg/dz)^-1 g,      s = 1, 1/2, 1/4, ... until the step predicted from there is
//   shorter
//
// Newton's method with the natural monotonicity test, from the values before the jump: of several
// solutions the one that is reached from there is meant.  Deuflhard (2004) Newton Methods for
// Nonlinear Problems, section 3.3.

#include <Eigen/LU>
#include <cmath>

#include "solve/course.h"

namespace vesper::solve {

namespace {

constexpr int most_iterations = 100;
constexpr int most_halvings = 40;
constexpr double enough = 1e-13;  // of a value, where a step is as good as rounding

// g and dg/dz of the implicit states alone.
class Rules {
 public:
  explicit Rules(Course& course)
      : course_(course),
        engine_(course.engine()),
        all_(engine_.system->states.size()),
        slopes_(engine_.jacobian.result_count()),
        place_(all_.size(), -1) {
    for (std::size_t k = 0; k < engine_.implicit.size(); ++k)
      place_[engine_.implicit[k]] = static_cast<int>(k);
  }

  Eigen::VectorXd residual(double t, std::span<const double> y) {
    engine_.derivatives.evaluate(t, course_.whole(t, y), course_.parameters(), course_.scratch(),
                                 all_);
    Eigen::VectorXd g(engine_.implicit.size());
    for (std::size_t k = 0; k < engine_.implicit.size(); ++k)
      g[static_cast<Eigen::Index>(k)] = all_[engine_.implicit[k]];
    return g;
  }

  Eigen::MatrixXd slopes(double t, std::span<const double> y) {
    engine_.jacobian.evaluate(t, course_.whole(t, y), course_.parameters(), course_.scratch(),
                              slopes_);
    const equations::Jacobian& pattern = engine_.system->jacobian;
    const auto n = static_cast<Eigen::Index>(engine_.implicit.size());
    Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(n, n);
    for (std::uint32_t j : engine_.implicit)
      for (std::uint32_t k = pattern.column_start[j]; k < pattern.column_start[j + 1]; ++k)
        if (place_[pattern.row[k]] >= 0) matrix(place_[pattern.row[k]], place_[j]) = slopes_[k];
    return matrix;
  }

 private:
  Course& course_;
  const Engine& engine_;
  std::vector<double> all_, slopes_;
  std::vector<int> place_;  // of a state among the implicit ones; -1: it is none
};

}  // namespace

void Course::settle(double t, std::span<double> y) {
  if (engine_.implicit.empty()) return;
  Rules rules(*this);
  const auto n = static_cast<Eigen::Index>(engine_.implicit.size());
  Eigen::VectorXd z(n);
  for (Eigen::Index k = 0; k < n; ++k) z[k] = y[engine_.implicit[static_cast<std::size_t>(k)]];
  const auto put = [&](const Eigen::VectorXd& values) {
    for (Eigen::Index k = 0; k < n; ++k)
      y[engine_.implicit[static_cast<std::size_t>(k)]] = values[k];
  };
  const auto no_solution = [&](const char* why) {
    put(z);
    fail(t, state_label(engine_.implicit.front()),
         std::string("no value was found that fulfils the algebraic rule: ") + why);
  };
  // By its size or, near 0, by the tolerance of the run.
  const auto length = [&](const Eigen::VectorXd& step) {
    double longest = 0;
    for (Eigen::Index k = 0; k < n; ++k) {
      const std::size_t state = engine_.implicit[static_cast<std::size_t>(k)];
      const Tolerances& tolerances = problem_.tolerances;
      const double absolute = tolerances.absolute_by_state.empty()
                                  ? tolerances.absolute
                                  : tolerances.absolute_by_state[state];
      longest = std::max(longest, std::fabs(step[k]) / (std::fabs(z[k]) + absolute));
    }
    return longest;
  };

  Eigen::VectorXd g = rules.residual(t, y);
  for (int iteration = 0; iteration < most_iterations; ++iteration) {
    if (!g.allFinite()) return no_solution("it is not finite there");
    if (g.isZero(0)) return;
    const Eigen::FullPivLU<Eigen::MatrixXd> lu(rules.slopes(t, y));
    if (!lu.isInvertible()) return no_solution("its slope is 0 there");
    const Eigen::VectorXd step = lu.solve(g);
    const double ahead = length(step);
    if (!std::isfinite(ahead)) return no_solution("its slope is not finite there");
    if (ahead < enough) return;
    double share = 1;
    for (int halving = 0;; ++halving, share /= 2) {
      if (halving == most_halvings) {
        // Rounding keeps the next step from being shorter.
        if (ahead < 1e-9) return put(z);
        return no_solution("the search does not come closer");
      }
      put(z - share * step);
      g = rules.residual(t, y);
      if (g.allFinite() && length(lu.solve(g)) <= (1 - share / 4) * ahead) break;
    }
    z -= share * step;
  }
  no_solution("the search does not come to an end");
}

}  // namespace vesper::solve
