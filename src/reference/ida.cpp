// With M = diag(1 for differential states, 0 for algebraic ones), the residual and the matrix of
// Newton's iteration are
//
//   F(t, y, y') = M y' - f(t, y),      dF/dy + c dF/dy' = c M - J,      J = df/dy
//
// where c is the leading coefficient over the step size.  Hindmarsh et al. (2005) ACM TOMS 31:363.

#include "reference/ida.h"

#include <ida/ida.h>

#include <cassert>
#include <cmath>

#include "reference/sundials.h"

namespace vesper::reference {

namespace {

struct MemoryDeleter {
  void operator()(void* memory) const { IDAFree(&memory); }
};
using Memory = std::unique_ptr<void, MemoryDeleter>;

GivenUp why(int flag) {
  switch (flag) {
    case IDA_ERR_FAIL:
      return GivenUp::error_test;
    case IDA_CONV_FAIL:
    case IDA_LSETUP_FAIL:
    case IDA_LSOLVE_FAIL:
    case IDA_REP_RES_ERR:
      return GivenUp::newton;
    case IDA_TOO_MUCH_ACC:
      return GivenUp::too_much_accuracy;
    default:
      return GivenUp::other;
  }
}

}  // namespace

struct Ida::Workspace : Sundials {
  Workspace(Equations& to_solve, const IntegratorTolerances& tolerances);

  // Called by IDA.
  static int error_weights(N_Vector y, N_Vector weights, void* self);
  static int residual(double t, N_Vector y, N_Vector slope, N_Vector result, void* self);
  static int newton_matrix(double t, double c, N_Vector y, N_Vector slope, N_Vector residual,
                           SUNMatrix matrix, void* self, N_Vector, N_Vector, N_Vector);
  static void remember_error(int code, const char* module, const char* function, char* message,
                             void* self);

  IntegratorFailure failed(int flag) const;
  std::optional<std::size_t> worst() const;
  IntegratorStatistics statistics() const;

  Vector slope, kind;  // dy/dt; 1 for a differential state, 0 for an algebraic one
  Memory memory;
};

Ida::Workspace::Workspace(Equations& to_solve, const IntegratorTolerances& tolerances)
    : Sundials(to_solve, tolerances),
      slope(own<Vector>(N_VClone(y.get()))),
      kind(own<Vector>(N_VClone(y.get()))),
      memory(own<Memory>(IDACreate(context.get()))) {
  N_VConst(0, slope.get());
  for (std::size_t k = 0; k < size; ++k) values(kind.get())[k] = equations.algebraic(k) ? 0 : 1;
  void* ida = memory.get();
  int flag = IDASetErrHandlerFn(ida, remember_error, this);
  if (flag == IDA_SUCCESS) flag = IDAInit(ida, residual, 0.0, y.get(), slope.get());
  if (flag == IDA_SUCCESS) flag = IDASetUserData(ida, this);
  if (flag == IDA_SUCCESS) flag = IDAWFtolerances(ida, error_weights);
  if (flag == IDA_SUCCESS) flag = IDASetLinearSolver(ida, solver.get(), matrix.get());
  if (flag == IDA_SUCCESS) flag = IDASetJacFn(ida, newton_matrix);
  if (flag == IDA_SUCCESS) flag = IDASetId(ida, kind.get());
  // Steps are counted by who asks for them, so IDA's own limit is none.
  if (flag == IDA_SUCCESS) flag = IDASetMaxNumSteps(ida, -1);
  // Of the set-up calls none fails on numbers that the checks above let through, so what is left
  // is memory.
  if (flag != IDA_SUCCESS) throw std::bad_alloc();
}

int Ida::Workspace::error_weights(N_Vector y, N_Vector weights, void* self) {
  auto& work = *static_cast<Workspace*>(self);
  work.weigh(work.values(y), work.values(weights));
  return 0;
}

int Ida::Workspace::residual(double t, N_Vector y, N_Vector slope, N_Vector result, void* self) {
  auto& work = *static_cast<Workspace*>(self);
  if (const int flag = work.evaluate(t, y, result); flag != 0) return flag;
  const std::span<const double> kind = work.values(work.kind.get()), rates = work.values(slope);
  const std::span<double> f = work.values(result);
  for (std::size_t k = 0; k < work.size; ++k) f[k] = kind[k] * rates[k] - f[k];
  return 0;
}

int Ida::Workspace::newton_matrix(double t, double c, N_Vector y, N_Vector, N_Vector,
                                  SUNMatrix matrix, void* self, N_Vector, N_Vector, N_Vector) {
  auto& work = *static_cast<Workspace*>(self);
  work.evaluate_jacobian(t, y);
  // The linear solver hands the matrix over emptied, its pattern too.
  const SparsePattern& pattern = work.equations.pattern();
  std::copy(pattern.column_start.begin(), pattern.column_start.end(),
            SUNSparseMatrix_IndexPointers(matrix));
  std::copy(pattern.row.begin(), pattern.row.end(), SUNSparseMatrix_IndexValues(matrix));
  const std::span<const double> kind = work.values(work.kind.get());
  double* entries = SUNSparseMatrix_Data(matrix);
  for (std::size_t k = 0; k < work.jacobian.size(); ++k) entries[k] = -work.jacobian[k];
  for (std::size_t state = 0; state < work.size; ++state) {
    double& entry = entries[work.diagonal[state]];
    entry += c * kind[state];
    // As in CVODE: growth within less than a step is not followed but damped.
    if (kind[state] != 0 && entry < 0)
      return work.refuse({BadTrial::Kind::growth_not_followed, state, 0});
  }
  return 0;
}

void Ida::Workspace::remember_error(int, const char*, const char*, char* message, void* self) {
  static_cast<Workspace*>(self)->message = message;
}

std::optional<std::size_t> Ida::Workspace::worst() const {
  if (IDAGetErrWeights(memory.get(), weights.get()) != IDA_SUCCESS) return std::nullopt;
  if (IDAGetEstLocalErrors(memory.get(), errors.get()) != IDA_SUCCESS) return std::nullopt;
  return largest_error(weights.get(), errors.get());
}

IntegratorFailure Ida::Workspace::failed(int flag) const {
  double reached = t;
  if (IDAGetCurrentTime(memory.get(), &reached) != IDA_SUCCESS) reached = t;
  return failure(reached, why(flag), "IDA", bad_trial ? std::nullopt : worst());
}

IntegratorStatistics Ida::Workspace::statistics() const {
  long steps = 0, error_test_failures = 0, newton_iterations = 0;
  IDAGetNumSteps(memory.get(), &steps);
  IDAGetNumErrTestFails(memory.get(), &error_test_failures);
  IDAGetNumNonlinSolvIters(memory.get(), &newton_iterations);
  IntegratorStatistics total = before;
  total.steps += static_cast<std::uint64_t>(steps);
  total.error_test_failures += static_cast<std::uint64_t>(error_test_failures);
  total.newton_iterations += static_cast<std::uint64_t>(newton_iterations);
  return total;
}

Ida::Ida(Equations& equations, const IntegratorTolerances& tolerances)
    : work_(std::make_unique<Workspace>(equations, tolerances)) {}

Ida::~Ida() = default;

// The slopes of the differential states are known; those of the algebraic ones, which only the
// first prediction uses, begin at 0.
void Ida::restart(double t, std::span<const double> y) {
  Workspace& work = *work_;
  work.before = work.statistics();  // IDA counts anew from here
  work.begin(t, y);
  const std::span<double> slope = work.values(work.slope.get());
  work.equations.derivatives(t, y, slope);
  ++work.before.evaluations;
  for (std::size_t k = 0; k < work.size; ++k)
    if (work.equations.algebraic(k) || !std::isfinite(slope[k])) slope[k] = 0;
  [[maybe_unused]] const int flag = IDAReInit(work.memory.get(), t, work.y.get(), work.slope.get());
  assert(flag == IDA_SUCCESS);
}

tl::expected<double, IntegratorFailure> Ida::step(double stop) {
  Workspace& work = *work_;
  assert(work.started && stop > work.t);
  assert(!work.stop_is_set || stop == work.stop);
  if (!work.stop_is_set) {
    IDASetStopTime(work.memory.get(), stop);
    work.stop = stop;
    work.stop_is_set = true;
  }
  work.bad_trial.reset();
  double reached = work.t;
  const int flag =
      IDASolve(work.memory.get(), stop, &reached, work.y.get(), work.slope.get(), IDA_ONE_STEP);
  if (flag < 0) return tl::unexpected(work.failed(flag));
  // IDA itself goes on with steps that are too short to move the clock.
  if (!(reached > work.t)) return tl::unexpected(work.failed(IDA_CONV_FAIL));
  return work.arrived(reached);
}

void Ida::limit_step(double longest) {
  Workspace& work = *work_;
  if (longest == work.longest_step) return;
  work.longest_step = longest;
  IDASetMaxStep(work.memory.get(), std::isfinite(longest) ? longest : 0.0);  // 0: no limit
}

double Ida::time() const {
  return work_->t;
}

std::span<const double> Ida::state() const {
  return work_->values(work_->y.get());
}

void Ida::interpolate(double t, std::span<double> y) const {
  Workspace& work = *work_;
  assert(y.size() == work.size);
  N_VSetArrayPointer(y.data(), work.view.get());
  [[maybe_unused]] const int flag = IDAGetDky(work.memory.get(), t, 0, work.view.get());
  assert(flag == IDA_SUCCESS && "the time lies within the last step");
}

std::optional<std::size_t> Ida::blame() const {
  return work_->lately_bad ? work_->lately_bad : work_->worst();
}

IntegratorStatistics Ida::statistics() const {
  return work_->statistics();
}

}  // namespace vesper::reference
