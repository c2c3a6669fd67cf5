// CVODE (SUNDIALS) on a system of ordinary differential equations dy/dt = f(t, y).
//
// Backward differentiation formulas of variable order 1 to 5 and variable step, Newton's iteration
// with the exact Jacobian, sparse LU by KLU.  Cohen & Hindmarsh (1996) Computers in Physics 10:138;
// Hindmarsh et al. (2005) ACM TOMS 31:363; Davis & Palamadai Natarajan (2010) ACM TOMS 37:36.
//
// One object belongs to one patient and one thread.  It prints nothing: every failure is a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
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

// What is integrated.  Numbers that are not finite may be returned: the integrator notices.
class Ode {
 public:
  virtual ~Ode() = default;
  virtual std::size_t size() const = 0;              // at least 1
  virtual const SparsePattern& pattern() const = 0;  // of df/dy, with the whole diagonal
  virtual void derivatives(double t, std::span<const double> y, std::span<double> dydt) = 0;
  virtual void jacobian(double t, std::span<const double> y, std::span<double> entries) = 0;
};

struct CvodeFailure {
  double time = 0;
  std::optional<std::size_t> state;  // to blame: the first rate that is not finite, or the state
                                     // with the largest weighted local error
  std::string reason;                // "the step size fell to zero", ...
};

struct CvodeStatistics {
  std::uint64_t steps = 0, evaluations = 0, jacobians = 0, newton_iterations = 0,
                error_test_failures = 0;
};

// Local errors are held below relative * |y_i| + max(absolute[i], relative * of_largest * (largest
// |y_i| since the integrator was made)); absolute[i] > 0.
struct CvodeTolerances {
  double relative = 1e-6;
  std::span<const double> absolute;
  double of_largest = 0;
};

class Cvode {
 public:
  // `ode` must outlive the integrator, not so the tolerances.
  Cvode(Ode& ode, const CvodeTolerances& tolerances);
  ~Cvode();
  Cvode(const Cvode&) = delete;
  Cvode& operator=(const Cvode&) = delete;

  // Forgets the past and starts at (t, y); before the first step, and after every jump of y or f.
  void restart(double t, std::span<const double> y);
  // Goes one internal step, never beyond `stop` (> time(), the same until the next restart), and
  // gives the time reached: exactly `stop` when it gets there.
  tl::expected<double, CvodeFailure> step(double stop);
  // No step longer than this from now on; infinity: no limit.
  void limit_step(double longest);

  double time() const;
  std::span<const double> state() const;  // at time()
  // y at a time within the last step, by the interpolating polynomial of the method.
  void interpolate(double t, std::span<double> y) const;
  // The state that is most to blame for short steps just now: one whose rate was lately not finite
  // or, when there is none, the one with the largest weighted local error.
  std::optional<std::size_t> blame() const;
  CvodeStatistics statistics() const;  // since construction

 private:
  struct Workspace;
  std::unique_ptr<Workspace> work_;
};

}  // namespace vesper::reference
