// A step of order q of the backward differentiation formulas solves, by Newton's iteration,
//
//   y_n - gamma f(t_n, y_n) = a_n,      (I - gamma J) delta = -(y - gamma f - a),     J = df/dy
//
// where a_n comes from the past and gamma is the step size times the leading coefficient.  A step
// is accepted when the root mean square of the local errors e_i / (relative |y_i| + absolute_i) is
// below 1.  Hindmarsh et al. (2005) ACM TOMS 31:363.
//
// We form I - gamma J ourselves: SUNDIALS' own way empties and refills the sparse pattern each
// time.

#include "reference/cvode.h"

#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_klu.h>
#include <sunmatrix/sunmatrix_sparse.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <new>

#include "reference/vector_operations.h"

namespace vesper::reference {

namespace {

// SUNDIALS' objects with their destructors.
struct ContextDeleter {
  void operator()(SUNContext context) const { SUNContext_Free(&context); }
};
struct VectorDeleter {
  void operator()(N_Vector vector) const { N_VDestroy(vector); }
};
struct MatrixDeleter {
  void operator()(SUNMatrix matrix) const { SUNMatDestroy(matrix); }
};
struct SolverDeleter {
  void operator()(SUNLinearSolver solver) const { SUNLinSolFree(solver); }
};
struct MemoryDeleter {
  void operator()(void* memory) const { CVodeFree(&memory); }
};
using Context = std::unique_ptr<std::remove_pointer_t<SUNContext>, ContextDeleter>;
using Vector = std::unique_ptr<std::remove_pointer_t<N_Vector>, VectorDeleter>;
using Matrix = std::unique_ptr<std::remove_pointer_t<SUNMatrix>, MatrixDeleter>;
using Solver = std::unique_ptr<std::remove_pointer_t<SUNLinearSolver>, SolverDeleter>;
using Memory = std::unique_ptr<void, MemoryDeleter>;

template <class Owner, class Raw>
Owner own(Raw raw) {
  if (raw == nullptr) throw std::bad_alloc();
  return Owner(raw);
}

Context make_context() {
  SUNContext context = nullptr;
  SUNContext_Create(nullptr, &context);
  return own<Context>(context);
}

std::optional<std::size_t> first_not_finite(std::span<const double> values) {
  for (std::size_t k = 0; k < values.size(); ++k)
    if (!std::isfinite(values[k])) return k;
  return std::nullopt;
}

const char* what_it_is(double value) {
  return std::isnan(value) ? "not a number" : "infinite";
}

// A trial step that asked for something that cannot be.
struct BadTrial {
  enum class Kind { rate_not_finite, growth_not_followed } kind;
  std::size_t state;
  double value;  // the rate
};

// How the callbacks tell CVODE that this try failed but a shorter step may do.
constexpr int try_a_shorter_step = 1;

}  // namespace

struct Cvode::Workspace {
  Workspace(Ode& ode_to_solve, const CvodeTolerances& tolerances);

  // Called by CVODE.
  static int error_weights(N_Vector y, N_Vector weights, void* self);
  static int derivatives(double t, N_Vector y, N_Vector dydt, void* self);
  static int newton_matrix(double t, N_Vector y, N_Vector dydt, SUNMatrix matrix,
                           int jacobian_is_ok, int* jacobian_is_new, double gamma, void* self,
                           N_Vector, N_Vector, N_Vector);
  static void remember_error(int code, const char* module, const char* function, char* message,
                             void* self);

  std::span<double> values(N_Vector vector) const { return {N_VGetArrayPointer(vector), size}; }
  int refuse(const BadTrial& trial);
  CvodeFailure failure(int flag);
  std::optional<std::size_t> largest_error() const;
  CvodeStatistics statistics() const;

  Ode& ode;
  std::size_t size;
  Context context;
  double relative, floor;
  Vector y, absolute, weights, errors;
  Vector view;  // owns no numbers: points to the caller's in interpolate()
  Matrix matrix;
  Solver solver;
  Memory memory;
  std::vector<double> jacobian;           // latest, in the order of the pattern
  std::vector<std::uint32_t> diagonal;    // position of each diagonal entry in the pattern
  std::optional<BadTrial> bad_trial;      // of the latest step
  std::optional<std::size_t> lately_bad;  // state of the latest bad trial since the restart
  std::string message;                    // CVODE's own, of the latest failure
  double t = 0;
  double longest_step = std::numeric_limits<double>::infinity();
  double stop = 0;
  bool started = false;  // a restart has been given
  bool stop_is_set = false;
  // Steps, iterations and failures up to the latest restart; evaluations and Jacobians, counted in
  // the callbacks, up to now.
  CvodeStatistics before;
};

Cvode::Workspace::Workspace(Ode& ode_to_solve, const CvodeTolerances& tolerances)
    : ode(ode_to_solve),
      size(ode.size()),
      context(make_context()),
      relative(tolerances.relative),
      floor(tolerances.relative * tolerances.of_largest) {
  assert(size > 0 && tolerances.absolute.size() == size);
  const auto n = static_cast<sunindextype>(size);
  const SparsePattern& pattern = ode.pattern();
  const auto entries = static_cast<sunindextype>(pattern.row.size());

  y = own<Vector>(N_VNew_Serial(n, context.get()));
  use_own_operations(y.get());
  absolute = own<Vector>(N_VClone(y.get()));
  weights = own<Vector>(N_VClone(y.get()));
  errors = own<Vector>(N_VClone(y.get()));
  view = own<Vector>(N_VMake_Serial(n, N_VGetArrayPointer(y.get()), context.get()));
  use_own_operations(view.get());
  std::ranges::copy(tolerances.absolute, values(absolute.get()).begin());
  std::ranges::fill(values(y.get()), 0.0);

  matrix = own<Matrix>(SUNSparseMatrix(n, n, entries, CSC_MAT, context.get()));
  std::copy(pattern.column_start.begin(), pattern.column_start.end(),
            SUNSparseMatrix_IndexPointers(matrix.get()));
  std::copy(pattern.row.begin(), pattern.row.end(), SUNSparseMatrix_IndexValues(matrix.get()));
  jacobian.resize(pattern.row.size());
  for (std::uint32_t column = 0; column < size; ++column)
    for (std::uint32_t k = pattern.column_start[column]; k < pattern.column_start[column + 1]; ++k)
      if (pattern.row[k] == column) diagonal.push_back(k);
  assert(diagonal.size() == size && "the pattern holds the whole diagonal");
  solver = own<Solver>(SUNLinSol_KLU(y.get(), matrix.get(), context.get()));

  memory = own<Memory>(CVodeCreate(CV_BDF, context.get()));
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

int Cvode::Workspace::refuse(const BadTrial& trial) {
  bad_trial = trial;
  lately_bad = trial.state;
  return try_a_shorter_step;
}

// Asked for once a step, with the state that the step begins from.
int Cvode::Workspace::error_weights(N_Vector y, N_Vector weights, void* self) {
  auto& work = *static_cast<Workspace*>(self);
  const std::span<const double> state = work.values(y);
  const std::span<double> absolute = work.values(work.absolute.get()), weight = work.values(weights);
  for (std::size_t k = 0; k < work.size; ++k) {
    const double size = std::fabs(state[k]);
    absolute[k] = std::max(absolute[k], work.floor * size);
    weight[k] = 1 / (work.relative * size + absolute[k]);
  }
  return 0;
}

int Cvode::Workspace::derivatives(double t, N_Vector y, N_Vector dydt, void* self) {
  auto& work = *static_cast<Workspace*>(self);
  const std::span<double> rates = work.values(dydt);
  ++work.before.evaluations;
  work.ode.derivatives(t, work.values(y), rates);
  const auto bad = first_not_finite(rates);
  if (!bad) return 0;
  return work.refuse({BadTrial::Kind::rate_not_finite, *bad, rates[*bad]});
}

int Cvode::Workspace::newton_matrix(double t, N_Vector y, N_Vector, SUNMatrix matrix,
                                    int jacobian_is_ok, int* jacobian_is_new, double gamma,
                                    void* self, N_Vector, N_Vector, N_Vector) {
  auto& work = *static_cast<Workspace*>(self);
  *jacobian_is_new = jacobian_is_ok ? SUNFALSE : SUNTRUE;
  if (!jacobian_is_ok) {
    ++work.before.jacobians;
    work.ode.jacobian(t, work.values(y), work.jacobian);
    // The slope of sqrt(y) at 0 is infinite though the rate is not.  The matrix only steers
    // Newton's iteration, which is tested for convergence: an entry left out costs steps, never
    // accuracy.
    for (double& entry : work.jacobian)
      if (!std::isfinite(entry)) entry = 0;
  }
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

// The state whose local error at the failed step is largest against its tolerance.
std::optional<std::size_t> Cvode::Workspace::largest_error() const {
  if (CVodeGetErrWeights(memory.get(), weights.get()) != CV_SUCCESS) return std::nullopt;
  if (CVodeGetEstLocalErrors(memory.get(), errors.get()) != CV_SUCCESS) return std::nullopt;
  const std::span<const double> weight = values(weights.get()), error = values(errors.get());
  std::optional<std::size_t> worst;
  double largest = 0;
  for (std::size_t k = 0; k < size; ++k) {
    const double weighted = std::fabs(error[k] * weight[k]);
    if (std::isnan(weighted)) return k;
    if (weighted > largest) {
      largest = weighted;
      worst = k;
    }
  }
  return worst;
}

CvodeFailure Cvode::Workspace::failure(int flag) {
  CvodeFailure result;
  result.time = t;
  double reached = t;
  if (CVodeGetCurrentTime(memory.get(), &reached) == CV_SUCCESS && std::isfinite(reached))
    result.time = std::max(t, reached);

  if (bad_trial) {
    result.state = bad_trial->state;
    result.reason = bad_trial->kind == BadTrial::Kind::rate_not_finite
                        ? std::string("its rate of change became ") + what_it_is(bad_trial->value)
                        : "it grows faster than the shortest step can follow";
    return result;
  }
  result.state = largest_error();
  switch (flag) {
    case CV_ERR_FAILURE:
      result.reason = "the step size fell to zero: the error test failed however short the step";
      break;
    case CV_CONV_FAILURE:
    case CV_LSETUP_FAIL:
    case CV_LSOLVE_FAIL:
      result.reason = "the step size fell to zero: Newton's iteration did not converge";
      break;
    case CV_TOO_MUCH_ACC:
      result.reason = "the tolerances ask for more digits than a number of this size has";
      break;
    default:
      result.reason = "CVODE gave up: " + message;
      break;
  }
  return result;
}

CvodeStatistics Cvode::Workspace::statistics() const {
  long steps = 0, error_test_failures = 0, newton_iterations = 0;
  CVodeGetNumSteps(memory.get(), &steps);
  CVodeGetNumErrTestFails(memory.get(), &error_test_failures);
  CVodeGetNumNonlinSolvIters(memory.get(), &newton_iterations);
  CvodeStatistics total = before;
  total.steps += static_cast<std::uint64_t>(steps);
  total.error_test_failures += static_cast<std::uint64_t>(error_test_failures);
  total.newton_iterations += static_cast<std::uint64_t>(newton_iterations);
  return total;
}

Cvode::Cvode(Ode& ode, const CvodeTolerances& tolerances)
    : work_(std::make_unique<Workspace>(ode, tolerances)) {
  assert(tolerances.relative > 0 && tolerances.of_largest >= 0);
  assert(std::ranges::all_of(tolerances.absolute, [](double a) { return a > 0; }));
}

Cvode::~Cvode() = default;

void Cvode::restart(double t, std::span<const double> y) {
  Workspace& work = *work_;
  assert(y.size() == work.size && std::isfinite(t));
  work.before = work.statistics();  // CVODE counts anew from here
  std::ranges::copy(y, work.values(work.y.get()).begin());
  work.t = t;
  work.started = true;
  work.stop_is_set = false;
  work.bad_trial.reset();
  work.lately_bad.reset();
  [[maybe_unused]] const int flag = CVodeReInit(work.memory.get(), t, work.y.get());
  assert(flag == CV_SUCCESS);
}

tl::expected<double, CvodeFailure> Cvode::step(double stop) {
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
  if (flag < 0) return tl::unexpected(work.failure(flag));

  if (const auto bad = first_not_finite(state())) {
    const std::string reason = std::string("it became ") + what_it_is(state()[*bad]);
    return tl::unexpected(CvodeFailure{work.t, bad, reason});
  }
  work.t = reached;
  return reached;
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
  return work_->lately_bad ? work_->lately_bad : work_->largest_error();
}

CvodeStatistics Cvode::statistics() const {
  return work_->statistics();
}

}  // namespace vesper::reference
