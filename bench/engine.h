// The engines behind one door: Vesper's two, and the hand-written baselines.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "baseline/baseline.h"
#include "solve/solve.h"
#include "workload.h"

namespace vesper::bench {

enum class EngineKind { fast, reference, cvode, dopri5 };
inline constexpr EngineKind all_engines[] = {EngineKind::fast, EngineKind::reference,
                                             EngineKind::cvode, EngineKind::dopri5};
std::string to_string(EngineKind kind);

struct Tolerance {
  double relative = 1e-6, absolute = 1e-9;
  // Of Vesper's engines, instead of `absolute`, where it is not empty: one a state.
  std::vector<double> by_state = {};
  double of_scale = 0;  // how by_state was made: this part of the relative one, times the scale
};

// Patients to solve.  The problems, which are Vesper's way to say so, are made beforehand.
struct Task {
  std::vector<std::size_t> patients;
  Tolerance tolerance;
  std::vector<solve::Problem> problems;  // one per patient
};
Task make_task(const Workload& workload, std::vector<std::size_t> patients, Tolerance tolerance);

// What the rows of one patient are for; schedule.rows() x states, gone when it returns.
using Consumer = std::function<void(std::size_t patient, std::span<const double> rows)>;
inline void ignore(std::size_t, std::span<const double>) {}

class Engine {
 public:
  virtual ~Engine() = default;
  // Solves all; a failure names the patient.
  virtual Expected<std::uint64_t> run(const Task& task, const Consumer& consume) = 0;  // steps
  double compile_seconds() const { return compile_seconds_; }

 protected:
  double compile_seconds_ = 0;  // while the program runs; baselines are compiled ahead
};

// `workload` and `baseline` must outlive the engine.
Expected<std::unique_ptr<Engine>> make_engine(EngineKind kind, const Workload& workload,
                                              const Baseline& baseline,
                                              const solve::FastOptions& options);

// The library of the baselines; refused when its CVODE is not its own.
Expected<const Baseline*> load_baseline();

}  // namespace vesper::bench
