#include "engine.h"

#include <dlfcn.h>
#include <fmt/core.h>

#include <filesystem>
#include <utility>

#include "machine.h"

namespace vesper::bench {

namespace {

class Vesper final : public Engine {
 public:
  Vesper(std::unique_ptr<solve::Compiled> compiled, double seconds)
      : compiled_(std::move(compiled)) {
    compile_seconds_ = seconds;
  }

  Expected<std::uint64_t> run(const Task& task, const Consumer& consume) override {
    std::uint64_t steps = 0;
    std::string failure;
    compiled_->solve_all(task.problems, [&](std::size_t i, const solve::Solution& solution) {
      steps += solution.statistics.steps;
      if (solution.failure)
        failure =
            fmt::format("patient {} at {} h: {} {}", task.patients[i] + 1, solution.failure->time,
                        solution.failure->state, solution.failure->reason);
      else
        consume(task.patients[i], solution.values);
      return true;
    });
    if (!failure.empty()) return tl::unexpected(failure);
    return steps;
  }

 private:
  std::unique_ptr<solve::Compiled> compiled_;
};

class HandWritten final : public Engine {
 public:
  using Make = std::function<std::unique_ptr<Peer>(Tolerance)>;
  HandWritten(const Workload& workload, Make make)
      : workload_(workload),
        make_(std::move(make)),
        values_(workload.schedule.rows() * workload.states.size()) {}

  Expected<std::uint64_t> run(const Task& task, const Consumer& consume) override {
    const std::unique_ptr<Peer> peer = make_(task.tolerance);
    std::uint64_t steps = 0;
    for (const std::size_t patient : task.patients) {
      const Outcome outcome =
          peer->solve(workload_.patients[patient], workload_.schedule, values_.data());
      if (!outcome.failure.empty())
        return tl::unexpected(fmt::format("patient {}: {}", patient + 1, outcome.failure));
      steps += outcome.steps;
      consume(patient, values_);
    }
    return steps;
  }

 private:
  const Workload& workload_;
  Make make_;
  std::vector<double> values_;
};

Expected<std::unique_ptr<Engine>> make_vesper(EngineKind kind, const Workload& workload,
                                              const solve::FastOptions& options) {
  const double start = wall_seconds();
  std::unique_ptr<solve::Compiled> compiled;
  if (kind == EngineKind::reference) {
    compiled = solve::compile_reference(workload.system, workload.outputs);
  } else {
    auto made = solve::compile_fast(workload.system, workload.outputs, options);
    if (!made) return tl::unexpected(made.error());
    compiled = std::move(*made);
  }
  const double seconds = wall_seconds() - start;
  return std::make_unique<Vesper>(std::move(compiled), seconds);
}

}  // namespace

std::string to_string(EngineKind kind) {
  switch (kind) {
    case EngineKind::fast:
      return "fast";
    case EngineKind::reference:
      return "reference";
    case EngineKind::cvode:
      return "cvode";
    case EngineKind::dopri5:
      return "dopri5";
  }
  return {};
}

Task make_task(const Workload& workload, std::vector<std::size_t> patients, Tolerance tolerance) {
  auto problems = workload.problems(patients, tolerance.relative, tolerance.absolute);
  for (solve::Problem& problem : problems)
    problem.tolerances.absolute_by_state = tolerance.by_state;
  return {std::move(patients), std::move(tolerance), std::move(problems)};
}

Expected<std::unique_ptr<Engine>> make_engine(EngineKind kind, const Workload& workload,
                                              const Baseline& baseline,
                                              const solve::FastOptions& options) {
  if (kind == EngineKind::fast || kind == EngineKind::reference)
    return make_vesper(kind, workload, options);
  const Model model = workload.model;
  if (kind == EngineKind::cvode)
    return std::make_unique<HandWritten>(workload, [&baseline, model](Tolerance tolerance) {
      return baseline.cvode(model, tolerance.relative, tolerance.absolute);
    });
  if (model != Model::W1)
    return tl::unexpected(std::string("an explicit method is for W1: W2 is too stiff"));
  return std::make_unique<HandWritten>(workload, [&baseline](Tolerance tolerance) {
    return baseline.dopri5(tolerance.relative, tolerance.absolute);
  });
}

Expected<const Baseline*> load_baseline() {
  void* library = dlopen(VESPER_BENCH_BASELINE, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return tl::unexpected(std::string(dlerror()));
  const auto entry = reinterpret_cast<const Baseline* (*)()>(dlsym(library, "vesper_baseline"));
  if (entry == nullptr) return tl::unexpected(std::string(dlerror()));
  const Baseline* baseline = entry();
  Dl_info owner{};
  if (dladdr(baseline->cvode_address(), &owner) == 0 ||
      !std::filesystem::equivalent(owner.dli_fname, VESPER_BENCH_BASELINE))
    return tl::unexpected(
        fmt::format("the baseline would run the CVODE of '{}', not its own",
                    owner.dli_fname == nullptr ? "an unknown library" : owner.dli_fname));
  return baseline;
}

}  // namespace vesper::bench
