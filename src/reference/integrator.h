// What the reference engine asks of an integrator, and what an integrator asks of the equations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace vesper::reference {

// Structurally non-zero entries of a square matrix, by columns; rows ascend within a column.
struct SparsePattern {
  std::vector<std::uint32_t> column_start;  // size + 1
  std::vector<std::uint32_t> row;           // of each entry
};

// What is integrated: dy/dt = f(t, y), and 0 = f(t, y) for the states that are algebraic.  Numbers
// that are not finite may be returned: the integrator notices.
class Equations {
 public:
  virtual ~Equations() = default;
  virtual std::size_t size() const = 0;              // at least 1
  virtual const SparsePattern& pattern() const = 0;  // of df/dy, with the whole diagonal
  virtual bool algebraic(std::size_t /*state*/) const { return false; }
  virtual void derivatives(double t, std::span<const double> y, std::span<double> f) = 0;
  virtual void jacobian(double t, std::span<const double> y, std::span<double> entries) = 0;
};

struct IntegratorFailure {
  double time = 0;
  std::optional<std::size_t> state;  // to blame: the first rate that is not finite, or the state
                                     // with the largest weighted local error
  std::string reason;                // "the step size fell to zero", ...
};

struct IntegratorStatistics {
  std::uint64_t steps = 0, evaluations = 0, jacobians = 0, newton_iterations = 0,
                error_test_failures = 0;
};

// Local errors are held below relative * |y_i| + max(absolute[i], relative * of_largest * (largest
// |y_i| since the integrator was made)); absolute[i] > 0.
struct IntegratorTolerances {
  double relative = 1e-6;
  std::span<const double> absolute;
  double of_largest = 0;
};

// One object belongs to one patient and one thread.  It prints nothing: every failure is a value.
class Integrator {
 public:
  virtual ~Integrator() = default;

  // Forgets the past and starts at (t, y); before the first step, and after every jump of y or f.
  // Algebraic states fulfil their equations there.
  virtual void restart(double t, std::span<const double> y) = 0;
  // Goes one internal step, never beyond `stop` (> time(), the same until the next restart), and
  // gives the time reached: exactly `stop` when it gets there.
  virtual tl::expected<double, IntegratorFailure> step(double stop) = 0;
  // No step longer than this from now on; infinity: no limit.
  virtual void limit_step(double longest) = 0;

  virtual double time() const = 0;
  virtual std::span<const double> state() const = 0;  // at time()
  // y at a time within the last step, by the interpolating polynomial of the method.
  virtual void interpolate(double t, std::span<double> y) const = 0;
  // The state that is most to blame for short steps just now: one whose rate was lately not finite
  // or, when there is none, the one with the largest weighted local error.
  virtual std::optional<std::size_t> blame() const = 0;
  virtual IntegratorStatistics statistics() const = 0;  // since construction
};

}  // namespace vesper::reference
