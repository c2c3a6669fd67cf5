// IDA (SUNDIALS) on a differential-algebraic system of index 1,
//
//   dy_i/dt = f_i(t, y) for the differential states,   0 = f_i(t, y) for the algebraic ones.
//
// Backward differentiation formulas of variable order 1 to 5 with fixed leading coefficient,
// Newton's iteration with the exact Jacobian, sparse LU by KLU.  Brown, Hindmarsh & Petzold (1994)
// SIAM J Sci Comput 15:1467; Hindmarsh et al. (2005) ACM TOMS 31:363.
#pragma once

#include <memory>

#include "reference/integrator.h"

namespace vesper::reference {

class Ida final : public Integrator {
 public:
  // `equations` must outlive the integrator, not so the tolerances.
  Ida(Equations& equations, const IntegratorTolerances& tolerances);
  ~Ida() override;

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
