// One integrator for all patients, started anew at each dose; stop times keep it from stepping
// over a dose.  Rows come from the interpolating polynomial of the method (CVodeGetDky) after each
// internal step, which costs the same as CV_NORMAL.
//
// Cohen & Hindmarsh (1996) Computers in Physics 10:138; Hindmarsh et al. (2005) ACM TOMS 31:363;
// Davis & Palamadai Natarajan (2010) ACM TOMS 37:36.
#include "baseline/cvode.h"

#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_klu.h>
#include <sunmatrix/sunmatrix_sparse.h>

#include <cstring>
#include <stdexcept>

#include "baseline/models.h"

namespace vesper::bench {

namespace {

template <class M>
int right_hand_side(realtype, N_Vector y, N_Vector dydt, void* model) {
  static_cast<const M*>(model)->derivatives(N_VGetArrayPointer_Serial(y),
                                            N_VGetArrayPointer_Serial(dydt));
  return 0;
}

// CVODE may have emptied the matrix, pattern and all, so the pattern is copied each time.
struct Pattern {
  std::vector<sunindextype> column_start, row;
};

template <class M>
const Pattern& pattern() {
  static const Pattern known = [] {
    Pattern made;
    made.column_start.assign(M::states + 1, 0);
    const std::vector<double> y(M::states, 0.5);
    M(Patient{1, 1, 1, 1, 1}).jacobian(y.data(), [&](int row, int column, double) {
      made.row.push_back(row);
      ++made.column_start[static_cast<std::size_t>(column) + 1];
    });
    for (std::size_t j = 0; j < M::states; ++j) made.column_start[j + 1] += made.column_start[j];
    return made;
  }();
  return known;
}

template <class M>
int jacobian(realtype, N_Vector y, N_Vector, SUNMatrix matrix, void* model, N_Vector, N_Vector,
             N_Vector) {
  const Pattern& p = pattern<M>();
  std::memcpy(SM_INDEXPTRS_S(matrix), p.column_start.data(),
              p.column_start.size() * sizeof(sunindextype));
  std::memcpy(SM_INDEXVALS_S(matrix), p.row.data(), p.row.size() * sizeof(sunindextype));
  double* value = SM_DATA_S(matrix);
  static_cast<const M*>(model)->jacobian(N_VGetArrayPointer_Serial(y),
                                         [&](int, int, double v) { *value++ = v; });
  return 0;
}

void keep_message(int, const char*, const char*, char* message, void* text) {
  *static_cast<std::string*>(text) = message;
}

void check(int flag, const char* what) {
  if (flag != CV_SUCCESS) throw std::runtime_error(what);
}

template <class M>
class Cvode final : public Peer {
 public:
  Cvode(double relative, double absolute) : model_(Patient{1, 1, 1, 1, 1}) {
    check(SUNContext_Create(nullptr, &context_), "SUNContext_Create");
    y_ = N_VNew_Serial(M::states, context_);
    dky_ = N_VNewEmpty_Serial(M::states, context_);
    cvode_ = CVodeCreate(CV_BDF, context_);
    matrix_ =
        SUNSparseMatrix(M::states, M::states, static_cast<sunindextype>(pattern<M>().row.size()),
                        CSC_MAT, context_);
    solver_ = SUNLinSol_KLU(y_, matrix_, context_);
    if (!y_ || !dky_ || !cvode_ || !matrix_ || !solver_) throw std::bad_alloc();
    M::start(N_VGetArrayPointer_Serial(y_));
    check(CVodeInit(cvode_, right_hand_side<M>, 0, y_), "CVodeInit");
    check(CVodeSStolerances(cvode_, relative, absolute), "CVodeSStolerances");
    check(CVodeSetUserData(cvode_, &model_), "CVodeSetUserData");
    check(CVodeSetLinearSolver(cvode_, solver_, matrix_), "CVodeSetLinearSolver");
    check(CVodeSetJacFn(cvode_, jacobian<M>), "CVodeSetJacFn");
    check(CVodeSetErrHandlerFn(cvode_, keep_message, &message_), "CVodeSetErrHandlerFn");
  }
  ~Cvode() override {
    CVodeFree(&cvode_);
    SUNLinSolFree(solver_);
    SUNMatDestroy(matrix_);
    N_VDestroy(dky_);
    N_VDestroy(y_);
    SUNContext_Free(&context_);
  }
  Cvode(const Cvode&) = delete;
  Cvode& operator=(const Cvode&) = delete;

  Outcome solve(const Patient& patient, const Schedule& schedule, double* values) override {
    model_ = M(patient);
    Outcome outcome;
    double* y = N_VGetArrayPointer_Serial(y_);
    M::start(y);
    for (unsigned dose = 0; dose < schedule.doses(); ++dose) {
      y[A1] += schedule.dose;
      const unsigned from = dose * schedule.interval;
      if (!cover(from, from + schedule.interval, values, outcome)) return outcome;
    }
    std::memcpy(values + schedule.hours * M::states, y, M::states * sizeof(double));
    return outcome;
  }

 private:
  // From just after the dose at `from` to just before the one at `to`, with the rows but the last.
  bool cover(unsigned from, unsigned to, double* values, Outcome& outcome) {
    if (CVodeReInit(cvode_, from, y_) != CV_SUCCESS || CVodeSetStopTime(cvode_, to) != CV_SUCCESS)
      return failed(outcome);
    std::memcpy(values + from * M::states, N_VGetArrayPointer_Serial(y_),
                M::states * sizeof(double));
    unsigned hour = from + 1;
    double t = from;
    while (t < to) {
      if (CVode(cvode_, to, y_, &t, CV_ONE_STEP) < 0) return failed(outcome);
      for (; hour < to && hour <= t; ++hour) {
        N_VSetArrayPointer_Serial(values + hour * M::states, dky_);
        if (CVodeGetDky(cvode_, hour, 0, dky_) != CV_SUCCESS) return failed(outcome);
      }
    }
    long steps = 0, evaluations = 0;
    CVodeGetNumSteps(cvode_, &steps);
    CVodeGetNumRhsEvals(cvode_, &evaluations);
    outcome.steps += static_cast<std::uint64_t>(steps);
    outcome.evaluations += static_cast<std::uint64_t>(evaluations);
    return true;
  }

  bool failed(Outcome& outcome) {
    outcome.failure = message_.empty() ? "CVODE failed" : message_;
    return false;
  }

  M model_;
  SUNContext context_ = nullptr;
  N_Vector y_ = nullptr, dky_ = nullptr;
  void* cvode_ = nullptr;
  SUNMatrix matrix_ = nullptr;
  SUNLinearSolver solver_ = nullptr;
  std::string message_;
};

}  // namespace

std::unique_ptr<Peer> make_cvode(Model model, double relative, double absolute) {
  if (model == Model::W1) return std::make_unique<Cvode<W1>>(relative, absolute);
  return std::make_unique<Cvode<W2>>(relative, absolute);
}

const void* address_of_cvode() {
  return reinterpret_cast<const void*>(&CVode);
}

}  // namespace vesper::bench
