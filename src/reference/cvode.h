// CVODE (SUNDIALS) on a system of ordinary differential equations dy/dt = f(t, y).
//
// Backward differentiation formulas of variable order 1 to 5 and variable step, Newton's iteration
// with the exact Jacobian, sparse LU by KLU.  Cohen & Hindmarsh (1996) Computers in Physics 10:138;
// Hindmarsh et al. (2005) ACM TOMS 31:363; Davis & Palamadai Natarajan (2010) ACM TOMS 37:36.
#pragma once

#include <memory>

#include "reference/integrator.h"

namespace vesper::reference {

class Cvode final : public Integrator {
 public:
  // `equations` must outlive the integrator, not so the tolerances.
  Cvode(Equations& equations, const IntegratorTolerances& tolerances);
  ~Cvode() override;

  void restart(double t, std::span<const double> y) override;
  tl::expected<double, IntegratorFailure> step(double stop) override;
  void limit_step(double longest) override;
  double time() const override;
  std::span<const double> state() const override;
  void interpolate(double t, std::span<double> y) const override;
  std::optional<std::size_t> blame() const override;
  IntegratorStatistics statistics() const override;

 private:
  struct Workspace;
  std::unique_ptr<Workspace> work_;
};

}  // namespace vesper::reference
