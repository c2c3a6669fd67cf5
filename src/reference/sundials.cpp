// The root mean square of the local errors e_i / (relative |y_i| + absolute_i) is held below 1.
#include "reference/sundials.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "reference/vector_operations.h"

namespace vesper::reference {

namespace {

Context make_context() {
  SUNContext context = nullptr;
  SUNContext_Create(nullptr, &context);
  return own<Context>(context);
}

}  // namespace

std::optional<std::size_t> first_not_finite(std::span<const double> values) {
  for (std::size_t k = 0; k < values.size(); ++k)
    if (!std::isfinite(values[k])) return k;
  return std::nullopt;
}

const char* what_it_is(double value) {
  return std::isnan(value) ? "not a number" : "infinite";
}

Sundials::Sundials(Equations& to_solve, const IntegratorTolerances& tolerances)
    : equations(to_solve),
      size(to_solve.size()),
      context(make_context()),
      relative(tolerances.relative),
      floor(tolerances.relative * tolerances.of_largest) {
  assert(size > 0 && tolerances.absolute.size() == size);
  assert(tolerances.relative > 0 && tolerances.of_largest >= 0);
  assert(std::ranges::all_of(tolerances.absolute, [](double a) { return a > 0; }));
  const auto n = static_cast<sunindextype>(size);
  const SparsePattern& pattern = equations.pattern();
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
}

void Sundials::weigh(std::span<const double> state, std::span<double> weight) {
  const std::span<double> least = values(absolute.get());
  for (std::size_t k = 0; k < size; ++k) {
    const double magnitude = std::fabs(state[k]);
    least[k] = std::max(least[k], floor * magnitude);
    weight[k] = 1 / (relative * magnitude + least[k]);
  }
}

int Sundials::refuse(const BadTrial& trial) {
  bad_trial = trial;
  lately_bad = trial.state;
  return try_a_shorter_step;
}

int Sundials::evaluate(double at, N_Vector state, N_Vector f) {
  const std::span<double> rates = values(f);
  ++before.evaluations;
  equations.derivatives(at, values(state), rates);
  const auto bad = first_not_finite(rates);
  if (!bad) return 0;
  return refuse({BadTrial::Kind::rate_not_finite, *bad, rates[*bad]});
}

// The slope of sqrt(y) at 0 is infinite though the rate is not.  The matrix only steers Newton's
// iteration, which is tested for convergence: an entry left out costs steps, never accuracy.
void Sundials::evaluate_jacobian(double at, N_Vector state) {
  ++before.jacobians;
  equations.jacobian(at, values(state), jacobian);
  for (double& entry : jacobian)
    if (!std::isfinite(entry)) entry = 0;
}

std::optional<std::size_t> Sundials::largest_error(N_Vector of_weights, N_Vector of_errors) const {
  const std::span<const double> weight = values(of_weights), error = values(of_errors);
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

IntegratorFailure Sundials::failure(double reached, GivenUp why, std::string_view integrator,
                                    std::optional<std::size_t> worst) const {
  IntegratorFailure result;
  result.time = std::isfinite(reached) ? std::max(t, reached) : t;
  if (bad_trial) {
    result.state = bad_trial->state;
    result.reason = bad_trial->kind == BadTrial::Kind::rate_not_finite
                        ? std::string("its rate of change became ") + what_it_is(bad_trial->value)
                        : "it grows faster than the shortest step can follow";
    return result;
  }
  result.state = worst;
  switch (why) {
    case GivenUp::error_test:
      result.reason = "the step size fell to zero: the error test failed however short the step";
      break;
    case GivenUp::newton:
      result.reason = "the step size fell to zero: Newton's iteration did not converge";
      break;
    case GivenUp::too_much_accuracy:
      result.reason = "the tolerances ask for more digits than a number of this size has";
      break;
    case GivenUp::other:
      result.reason = std::string(integrator) + " gave up: " + message;
      break;
  }
  return result;
}

void Sundials::begin(double at, std::span<const double> start) {
  assert(start.size() == size && std::isfinite(at));
  std::ranges::copy(start, values(y.get()).begin());
  t = at;
  started = true;
  stop_is_set = false;
  bad_trial.reset();
  lately_bad.reset();
}

tl::expected<double, IntegratorFailure> Sundials::arrived(double reached) {
  const std::span<const double> state = values(y.get());
  if (const auto bad = first_not_finite(state)) {
    const std::string reason = std::string("it became ") + what_it_is(state[*bad]);
    return tl::unexpected(IntegratorFailure{t, bad, reason});
  }
  t = reached;
  return reached;
}

}  // namespace vesper::reference
