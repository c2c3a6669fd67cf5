// A step of order q of the backward differentiation formulas solves, by Newton's iteration,
//
//   y_n - gamma f(t_n, y_n) = a_n,      (I - gamma J) delta = -(y - gamma f - a),     J = df/dy
//
// where a_n comes from the past and gamma is the step size times the leading coefficient.
// Hindmarsh et al. (2005) ACM TOMS 31:363.
//
// We form I - gamma J ourselves: SUNDIALS' own way empties and refills the sparse pattern each
// time.

#include "reference/cvode.h"

#include <cvode/cvode.h>

#include <cassert>
#include <cmath>

#include "reference/sundials.h"

namespace vesper::reference {

namespace {

struct MemoryDeleter {
  void operator()(void* memory) const { CVodeFree(&memory); }
};
using Memory = std::unique_ptr<void, MemoryDeleter>;

GivenUp why(int flag) {
  switch (flag) {
    case CV_ERR_FAILURE:
      return GivenUp::error_test;
    case CV_CONV_FAILURE:
    case CV_LSETUP_FAIL:
    case CV_LSOLVE_FAIL:
      return GivenUp::newton;
    case CV_TOO_MUCH_ACC:
      return GivenUp::too_much_accuracy;
    default:
      return GivenUp::other;
  }
}

}  // namespace

struct Cvode::Workspace : Sundials {
  Workspace(Equations& to_solve, const IntegratorTolerances& tolerances);

  // Called by CVODE.
  static int error_weights(N_Vector y, N_Vector weights, void* self);
  static int derivatives(double t, N_Vector y, N_Vector dydt, void* self);
  static int newton_matrix(double t, N_Vector y, N_Vector dydt, SUNMatrix matrix,
                           int jacobian_is_ok, int* jacobian_is_new, double gamma, void* self,
                           N_Vector, N_Vector, N_Vector);
  static void remember_error(int code, const char* module, const char* function, char* message,
                             void* self);

  IntegratorFailure failed(int flag) const;
  std::optional<std::size_t> worst() const;
  IntegratorStatistics statistics() const;

  Memory memory;
};

Cvode::Workspace::Workspace(Equations& to_solve, const IntegratorTolerances& tolerances)
    : Sundials(to_solve, tolerances), memory(own<Memory>(CVodeCreate(CV_BDF, context.get()))) {
  void* cvode = memory.get();
  int flag = CVodeSetErrHandlerFn(cvode, remember_error, this);
  if (flag == CV_SUCCESS) flag = CVodeInit(cvode, derivatives, 0.0, y.get());
  if (flag == CV_SUCCESS) flag = CVodeSetUserData(cvode, this);
  if (flag == CV_SUCCESS) flag = CVodeWFtolerances(cvode, error_weights);
  if (flag == CV_SUCCESS) flag = CVodeSetLinearSolver(cvode, solver.get(), matrix.get());
  if (flag == CV_SUCCESS) flag = CVodeSetLinSysFn(cvode, newton_matrix);
  if (flag == CV_SUCCESS) flag = CVodeSetMaxHnilWarns(cvode, -1);
  // Of the set-up calls none fails on numbers that the checks above let through, so what is left
  // is memory.
  if (flag != CV_SUCCESS) throw std::bad_alloc();
}

// Asked for once a step, with the state that the step begins from.
int Cvode::Workspace::error_weights(N_Vector y, N_Vector weights, void* self) {
  auto& work = *static_cast<Workspace*>(self);
  work.weigh(work.values(y), work.values(weights));
  return 0;
}

int Cvode::Workspace::derivatives(double t, N_Vector y, N_Vector dydt, void* self) {
  return static_cast<Workspace*>(self)->evaluate(t, y, dydt);
}

int Cvode::Workspace::newton_matrix(double t, N_Vector y, N_Vector, SUNMatrix matrix,
                                    int jacobian_is_ok, int* jacobian_is_new, double gamma,
                                    void* self, N_Vector, N_Vector, N_Vector) {
  auto& work = *static_cast<Workspace*>(self);
  *jacobian_is_new = jacobian_is_ok ? SUNFALSE : SUNTRUE;
  if (!jacobian_is_ok) work.evaluate_jacobian(t, y);
  double* entries = SUNSparseMatrix_Data(matrix);
  for (std::size_t k = 0; k < work.jacobian.size(); ++k) entries[k] = -gamma * work.jacobian[k];
  for (std::size_t state = 0; state < work.size; ++state) {
    double& entry = entries[work.diagonal[state]];
    entry += 1.0;
    // What grows by itself within less than a step is not followed but damped: an implicit method
    // would bring it to rest in silence while it is still below the absolute tolerance.
    if (entry < 0) return work.refuse({BadTrial::Kind::growth_not_followed, state, 0});
  }
  return 0;
}

void Cvode::Workspace::remember_error(int, const char*, const char*, char* message, void* self) {
  static_cast<Workspace*>(self)->message = message;
}

std::optional<std::size_t> Cvode::Workspace::worst() const {
  if (CVodeGetErrWeights(memory.get(), weights.get()) != CV_SUCCESS) return std::nullopt;
  if (CVodeGetEstLocalErrors(memory.get(), errors.get()) != CV_SUCCESS) return std::nullopt;
  return largest_error(weights.get(), errors.get());
}

IntegratorFailure Cvode::Workspace::failed(int flag) const {
  double reached = t;
  if (CVodeGetCurrentTime(memory.get(), &reached) != CV_SUCCESS) reached = t;
  return failure(reached, why(flag), "CVODE", bad_trial ? std::nullopt : worst());
}

IntegratorStatistics Cvode::Workspace::statistics() const {
  long steps = 0, error_test_failures = 0, newton_iterations = 0;
  CVodeGetNumSteps(memory.get(), &steps);
  CVodeGetNumErrTestFails(memory.get(), &error_test_failures);
  CVodeGetNumNonlinSolvIters(memory.get(), &newton_iterations);
  IntegratorStatistics total = before;
  total.steps += static_cast<std::uint64_t>(steps);
  total.error_test_failures += static_cast<std::uint64_t>(error_test_failures);
  total.newton_iterations += static_cast<std::uint64_t>(newton_iterations);
  return total;
}

Cvode::Cvode(Equations& equations, const IntegratorTolerances& tolerances)
    : work_(std::make_unique<Workspace>(equations, tolerances)) {}

Cvode::~Cvode() = default;

void Cvode::restart(double t, std::span<const double> y) {
  Workspace& work = *work_;
  work.before = work.statistics();  // CVODE counts anew from here
  work.begin(t, y);
  [[maybe_unused]] const int flag = CVodeReInit(work.memory.get(), t, work.y.get());
  assert(flag == CV_SUCCESS);
}

tl::expected<double, IntegratorFailure> Cvode::step(double stop) {
  Workspace& work = *work_;
  assert(work.started && stop > work.t);
  assert(!work.stop_is_set || stop == work.stop);
  if (!work.stop_is_set) {
    CVodeSetStopTime(work.memory.get(), stop);
    work.stop = stop;
    work.stop_is_set = true;
  }
  work.bad_trial.reset();
  double reached = work.t;
  const int flag = CVode(work.memory.get(), stop, work.y.get(), &reached, CV_ONE_STEP);
  if (flag < 0) return tl::unexpected(work.failed(flag));
  return work.arrived(reached);
}

void Cvode::limit_step(double longest) {
  Workspace& work = *work_;
  if (longest == work.longest_step) return;
  work.longest_step = longest;
  CVodeSetMaxStep(work.memory.get(), std::isfinite(longest) ? longest : 0.0);  // 0: no limit
}

double Cvode::time() const {
  return work_->t;
}

std::span<const double> Cvode::state() const {
  return work_->values(work_->y.get());
}

void Cvode::interpolate(double t, std::span<double> y) const {
  Workspace& work = *work_;
  assert(y.size() == work.size);
  N_VSetArrayPointer(y.data(), work.view.get());
  [[maybe_unused]] const int flag = CVodeGetDky(work.memory.get(), t, 0, work.view.get());
  assert(flag == CV_SUCCESS && "the time lies within the last step");
}

std::optional<std::size_t> Cvode::blame() const {
  return work_->lately_bad ? work_->lately_bad : work_->worst();
}

IntegratorStatistics Cvode::statistics() const {
  return work_->statistics();
}

}  // namespace vesper::reference
