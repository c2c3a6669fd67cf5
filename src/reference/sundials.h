// What CVODE and IDA need alike: SUNDIALS' objects with their destructors, the weights of errors,
// the sparse matrix and its solver, and the record of what went wrong.
#pragma once

#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_klu.h>
#include <sunmatrix/sunmatrix_sparse.h>

#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "reference/integrator.h"

namespace vesper::reference {

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
using Context = std::unique_ptr<std::remove_pointer_t<SUNContext>, ContextDeleter>;
using Vector = std::unique_ptr<std::remove_pointer_t<N_Vector>, VectorDeleter>;
using Matrix = std::unique_ptr<std::remove_pointer_t<SUNMatrix>, MatrixDeleter>;
using Solver = std::unique_ptr<std::remove_pointer_t<SUNLinearSolver>, SolverDeleter>;

template <class Owner, class Raw>
Owner own(Raw raw) {
  if (raw == nullptr) throw std::bad_alloc();
  return Owner(raw);
}

std::optional<std::size_t> first_not_finite(std::span<const double> values);
const char* what_it_is(double value);  // of one that is not finite

// How the callbacks say that this try failed but a shorter step may do.
constexpr int try_a_shorter_step = 1;

// A trial step that asked for something that cannot be.
struct BadTrial {
  enum class Kind { rate_not_finite, growth_not_followed } kind;
  std::size_t state;
  double value;  // the rate
};

// Why a step was given up, whichever integrator says so.
enum class GivenUp { error_test, newton, too_much_accuracy, other };

struct Sundials {
  Sundials(Equations& to_solve, const IntegratorTolerances& tolerances);

  std::span<double> values(N_Vector vector) const { return {N_VGetArrayPointer(vector), size}; }
  void weigh(std::span<const double> state, std::span<double> weight);
  int refuse(const BadTrial& trial);
  // f(t, y); what a callback returns.
  int evaluate(double t, N_Vector y, N_Vector f);
  // df/dy into `jacobian`, with 0 for what is not finite.
  void evaluate_jacobian(double t, N_Vector y);
  // The state whose local error is largest against its tolerance.
  std::optional<std::size_t> largest_error(N_Vector weights, N_Vector errors) const;
  IntegratorFailure failure(double reached, GivenUp why, std::string_view integrator,
                            std::optional<std::size_t> worst) const;
  void begin(double at, std::span<const double> start);
  tl::expected<double, IntegratorFailure> arrived(double reached);

  Equations& equations;
  std::size_t size;
  Context context;
  double relative, floor;
  Vector y, absolute, weights, errors;
  Vector view;  // owns no numbers: points to the caller's in interpolate()
  Matrix matrix;
  Solver solver;
  std::vector<double> jacobian;           // latest, in the order of the pattern
  std::vector<std::uint32_t> diagonal;    // position of each diagonal entry in the pattern
  std::optional<BadTrial> bad_trial;      // of the latest step
  std::optional<std::size_t> lately_bad;  // state of the latest bad trial since the restart
  std::string message;                    // SUNDIALS' own, of the latest failure
  double t = 0;
  double longest_step = std::numeric_limits<double>::infinity();
  double stop = 0;
  bool started = false;  // a restart has been given
  bool stop_is_set = false;
  // Steps, iterations and failures up to the latest restart; evaluations and Jacobians, counted in
  // the callbacks, up to now.
  IntegratorStatistics before;
};

}  // namespace vesper::reference
