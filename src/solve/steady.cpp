#include "solve/steady.h"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <complex>

#include "solve/times.h"

namespace vesper::solve {

namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double tightest = 1e-9;    // relative tolerance of the integrations
constexpr double difference = 1e-4;  // of a state, in the columns of M
constexpr unsigned most_iterations = 20;
constexpr std::size_t plain_periods = 3;  // by repetition, before anything else
// A release is over when so little of it is left; and no more periods are looked back than these.
constexpr double nothing_left = 1e-13;
constexpr int longest_memory = 5000;
// Multipliers within this of 1 cannot be told from 1 by differences.
constexpr double resolution = 1e-5;

// States that appear in no rate but, it may be, in those of other such states.  Events may look at
// any state: where there are some, there are no such states.
std::vector<Eigen::Index> dead_ends(const equations::System& system) {
  const equations::Jacobian& jacobian = system.jacobian;
  const std::size_t n = system.states.size();
  std::vector<char> ends(n, 0);
  for (bool more = system.events.empty(); more;) {
    more = false;
    for (std::size_t column = 0; column < n; ++column) {
      if (ends[column] != 0) continue;
      const auto first = jacobian.row.begin() + jacobian.column_start[column];
      const auto last = jacobian.row.begin() + jacobian.column_start[column + 1];
      if (!std::all_of(first, last, [&](std::uint32_t row) { return ends[row] != 0; })) continue;
      ends[column] = 1;
      more = true;
    }
  }
  std::vector<Eigen::Index> indices;
  for (std::size_t k = 0; k < n; ++k)
    if (ends[k] != 0) indices.push_back(static_cast<Eigen::Index>(k));
  return indices;
}

class Periodic {
 public:
  Periodic(const Compiled& compiled, const PeriodicProblem& problem)
      : compiled_(compiled),
        given_(problem),
        n_(static_cast<Eigen::Index>(compiled.system().states.size())),
        ends_(dead_ends(compiled.system())) {}

  tl::expected<PeriodicState, NoPeriodicState> solve();

 private:
  using Outcome = tl::expected<VectorXd, NoPeriodicState>;

  std::optional<NoPeriodicState> prepare();
  // Phi of each column, the period beginning `late` periods after the start.
  tl::expected<MatrixXd, NoPeriodicState> advance(const MatrixXd& from, double late = 0);
  tl::expected<MatrixXd, NoPeriodicState> multipliers(const VectorXd& y, const VectorXd& after);
  Outcome newton_step(const MatrixXd& m, const VectorXd& change) const;
  std::optional<NoPeriodicState> judge(const MatrixXd& m);
  std::optional<NoPeriodicState> forgets_the_clock(const VectorXd& y, const VectorXd& after);
  void note_scale(const VectorXd& y) { scale_ = scale_.cwiseMax(y.cwiseAbs()); }
  double size(const VectorXd& change) const;  // as `accuracy` counts
  const std::string& label(Eigen::Index state) const {
    return compiled_.system().states[static_cast<std::size_t>(state)].label();
  }

  const Compiled& compiled_;
  const PeriodicProblem& given_;
  const Eigen::Index n_;
  Problem period_;                  // everything but its initial states
  VectorXd scale_;                  // of each state, above 0
  std::vector<Eigen::Index> ends_;  // states that nothing depends on: held still
  PeriodicState result_;
};

double Periodic::size(const VectorXd& change) const {
  return n_ > 0 ? change.cwiseAbs().cwiseQuotient(scale_).maxCoeff() : 0;
}

// One period with all that earlier doses still release into it.
std::optional<NoPeriodicState> Periodic::prepare() {
  if (!(given_.period > 0) || !std::isfinite(given_.period))
    return NoPeriodicState{"", fmt::format("the period is {}", given_.period)};
  period_.parameters = given_.parameters;
  period_.start = given_.start;
  period_.end = given_.start + given_.period;
  period_.continued = true;
  period_.tolerances = given_.tolerances;
  period_.tolerances.relative = std::min(given_.tolerances.relative, tightest);
  const double tighter = period_.tolerances.relative / given_.tolerances.relative;
  period_.tolerances.absolute *= tighter;
  for (double& absolute : period_.tolerances.absolute_by_state) absolute *= tighter;
  for (const Input& input : given_.inputs) {
    assert(input.time >= given_.start && input.time < period_.end);
    Input earlier = input;
    for (int back = 0;; ++back) {
      earlier.time = input.time - back * given_.period;
      const double released = input_released(earlier, period_.start);
      if (back > 0 && input.amount - released <= nothing_left * input.amount) break;
      if (back == longest_memory)
        return NoPeriodicState{
            "", fmt::format("a release goes on for more than {} periods", longest_memory)};
      period_.inputs.push_back(earlier);
      if (back > 0) result_.earlier.push_back(earlier);
    }
  }
  return std::nullopt;
}

tl::expected<MatrixXd, NoPeriodicState> Periodic::advance(const MatrixXd& from, double late) {
  std::vector<Problem> problems(static_cast<std::size_t>(from.cols()), period_);
  for (Eigen::Index k = 0; k < from.cols(); ++k) {
    Problem& problem = problems[static_cast<std::size_t>(k)];
    problem.initial_states.assign(from.col(k).begin(), from.col(k).end());
    problem.start += late * given_.period;
    problem.end += late * given_.period;
    for (Input& input : problem.inputs) input.time += late * given_.period;
  }
  MatrixXd to(n_, from.cols());
  std::optional<Failure> failure;
  compiled_.solve_all(problems, [&](std::size_t k, Solution solution) {
    if (solution.failure) {
      failure = std::move(solution.failure);
      return false;
    }
    to.col(static_cast<Eigen::Index>(k)) =
        Eigen::Map<const VectorXd>(solution.final_states.data(), n_);
    for (const Eigen::Index state : ends_)
      to(state, static_cast<Eigen::Index>(k)) = from(state, static_cast<Eigen::Index>(k));
    return true;
  });
  result_.periods += problems.size();
  if (failure) return tl::unexpected(NoPeriodicState{failure->state, failure->reason});
  return to;
}

tl::expected<MatrixXd, NoPeriodicState> Periodic::multipliers(const VectorXd& y,
                                                              const VectorXd& after) {
  MatrixXd from = y.replicate(1, n_);
  for (Eigen::Index k = 0; k < n_; ++k) from(k, k) += difference * scale_(k);
  auto to = advance(from);
  if (!to) return to;
  for (Eigen::Index k = 0; k < n_; ++k) to->col(k) = (to->col(k) - after) / (from(k, k) - y(k));
  return to;
}

// Is there a steady state that doses lead to?
std::optional<NoPeriodicState> Periodic::judge(const MatrixXd& m) {
  const Eigen::EigenSolver<MatrixXd> eigen(
      MatrixXd(scale_.cwiseInverse().asDiagonal() * m * scale_.asDiagonal()));
  double slowest = 0;
  for (Eigen::Index k = 0; k < n_; ++k) {
    const double size = std::abs(eigen.eigenvalues()(k));
    if (size > 1 + 100 * resolution) {
      Eigen::Index worst = 0;
      eigen.eigenvectors().col(k).cwiseAbs().maxCoeff(&worst);
      return NoPeriodicState{
          label(worst), fmt::format("a small difference grows {:.3g}-fold each period, so that "
                                    "doses do not lead to a steady state",
                                    size)};
    }
    if (std::abs(eigen.eigenvalues()(k) - 1.0) > resolution) slowest = std::max(slowest, size);
  }
  result_.by_repetition =
      slowest > 0 && slowest < 1 ? std::ceil(std::log(given_.accuracy) / std::log(slowest)) : 1;
  return std::nullopt;
}

// d from (I - M) d = change.  Where (I - M) is nothing from the left, w (I - M) = 0, the amount w y
// is kept from period to period: it must not grow, and d must not change it.
Periodic::Outcome Periodic::newton_step(const MatrixXd& m, const VectorXd& change) const {
  const MatrixXd scaled =
      scale_.cwiseInverse().asDiagonal() * (MatrixXd::Identity(n_, n_) - m) * scale_.asDiagonal();
  const Eigen::JacobiSVD<MatrixXd> svd(scaled, Eigen::ComputeFullU | Eigen::ComputeFullV);
  const VectorXd right = svd.matrixU().transpose() * change.cwiseQuotient(scale_);
  VectorXd step = VectorXd::Zero(n_);
  Eigen::Index kept = 0;  // singular values come in descending order
  for (Eigen::Index k = 0; k < n_; ++k) {
    const double value = svd.singularValues()(k);
    if (value > resolution) {
      step += right(k) / value * svd.matrixV().col(k);
      continue;
    }
    ++kept;
    if (std::fabs(right(k)) > 1e-3 * given_.accuracy + 1e3 * period_.tolerances.relative) {
      Eigen::Index worst = 0;
      svd.matrixV().col(k).cwiseAbs().maxCoeff(&worst);
      return tl::unexpected(NoPeriodicState{
          label(worst),
          fmt::format("it grows by {:.3g} each period and never comes to rest", change(worst))});
    }
  }
  if (kept > 0) {
    const auto amounts = svd.matrixU().rightCols(kept), free = svd.matrixV().rightCols(kept);
    step -=
        free * (amounts.transpose() * free).colPivHouseholderQr().solve(amounts.transpose() * step);
  }
  return VectorXd(scale_.cwiseProduct(step));
}

// A model that knows the time must do the same in the next period.
std::optional<NoPeriodicState> Periodic::forgets_the_clock(const VectorXd& y,
                                                           const VectorXd& after) {
  const auto next = advance(y, 1);
  if (!next) return next.error();
  const VectorXd apart = next->col(0) - after;
  if (size(apart) <= std::max(given_.accuracy, 1e3 * period_.tolerances.relative))
    return std::nullopt;
  Eigen::Index worst = 0;
  apart.cwiseAbs().cwiseQuotient(scale_).maxCoeff(&worst);
  return NoPeriodicState{
      label(worst), "the model depends on the time in a way that does not repeat with the period"};
}

tl::expected<PeriodicState, NoPeriodicState> Periodic::solve() {
  if (auto refused = prepare()) return tl::unexpected(*refused);
  Problem at_start = period_;
  at_start.end = at_start.start;
  at_start.inputs.clear();
  const Solution begun = compiled_.solve(at_start);
  if (begun.failure)
    return tl::unexpected(NoPeriodicState{begun.failure->state, begun.failure->reason});
  VectorXd y = Eigen::Map<const VectorXd>(begun.final_states.data(), n_);

  // What moves decides what is large: doses and a few periods show the scale of each state.
  scale_ = VectorXd::Constant(n_, 1e-30);
  for (Eigen::Index k = 0; k < n_; ++k) {
    const auto& by_state = given_.tolerances.absolute_by_state;
    const double absolute =
        by_state.empty() ? given_.tolerances.absolute : by_state[static_cast<std::size_t>(k)];
    scale_(k) = absolute / std::max(given_.tolerances.relative, 1e-12);
  }
  note_scale(y);
  VectorXd change = VectorXd::Zero(n_);
  for (std::size_t k = 0; k < plain_periods; ++k) {
    const auto after = advance(y);
    if (!after) return tl::unexpected(after.error());
    change = after->col(0) - y;
    y = after->col(0);
    note_scale(y);
    if (size(change) == 0) break;
  }

  for (;;) {
    const auto after = advance(y);
    if (!after) return tl::unexpected(after.error());
    change = after->col(0) - y;
    if (auto refused = result_.iterations == 0 ? forgets_the_clock(y, after->col(0)) : std::nullopt)
      return tl::unexpected(*refused);
    const auto m = multipliers(y, after->col(0));
    if (!m) return tl::unexpected(m.error());
    if (auto refused = judge(*m)) return tl::unexpected(*refused);
    const Outcome step = newton_step(*m, change);
    if (!step) return tl::unexpected(step.error());
    y += *step;
    ++result_.iterations;
    result_.error = size(*step);
    note_scale(y);
    // Newton's step is the error of where it started; the next error is far smaller, by as much as
    // the differences resolve M.
    if (result_.error <= std::max(given_.accuracy, 1e-8)) break;
    if (result_.iterations == most_iterations) {
      Eigen::Index worst = 0;
      step->cwiseAbs().cwiseQuotient(scale_).maxCoeff(&worst);
      return tl::unexpected(NoPeriodicState{
          label(worst), fmt::format("no steady state was found in {} iterations of Newton's method",
                                    most_iterations)});
    }
  }
  result_.states.assign(y.begin(), y.end());
  return result_;
}

}  // namespace

tl::expected<PeriodicState, NoPeriodicState> periodic_state(const Compiled& compiled,
                                                            const PeriodicProblem& problem) {
  return Periodic(compiled, problem).solve();
}

}  // namespace vesper::solve
