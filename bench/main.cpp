// bench: how fast the engines are, how accurate, and what they need.  docs/performance.md says
// what is measured and how; ./scripts/bench builds and runs it.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <string>

#include "against.h"
#include "engine.h"
#include "machine.h"
#include "measure.h"
#include "print.h"
#include "study.h"
#include "workload.h"

namespace vesper::bench {

namespace {

constexpr int ended_well = 0, went_wrong = 1, bad_input = 2;

struct Arguments {
  std::vector<Model> workloads = {Model::W1, Model::W2};
  std::vector<EngineKind> engines{std::begin(all_engines), std::end(all_engines)};
  std::optional<std::size_t> patients;
  std::optional<unsigned> repeat;
  bool quick = false, headline = false, by_reference = false, as_json = false, peak = false;
  std::optional<EngineKind> only;
  double relative = 1e-6;
  solve::FastOptions fast;
  std::string against;
};

int fail(int code, const std::string& why) {
  fmt::print(stderr, "bench: {}\n", why);
  return code;
}

// A word for each value of an enumeration.
template <class Enumeration>
CLI::Validator words(const std::map<std::string, Enumeration>& meaning) {
  std::string known;
  for (const auto& [word, value] : meaning) known += (known.empty() ? "" : ", ") + word;
  return CLI::Validator(
      [meaning, known](std::string& word) {
        const auto found = meaning.find(word);
        if (found == meaning.end()) return fmt::format("'{}' is none of: {}", word, known);
        word = std::to_string(static_cast<int>(found->second));
        return std::string();
      },
      "WORD");
}

void declare(CLI::App& app, Arguments& a) {
  const std::map<std::string, Model> models{{"W1", Model::W1}, {"W2", Model::W2}};
  const std::map<std::string, solve::Method> methods{{"automatic", solve::Method::automatic},
                                                     {"rosenbrock", solve::Method::rosenbrock},
                                                     {"explicit", solve::Method::explicit_}};
  std::map<std::string, EngineKind> engines;
  for (const EngineKind kind : all_engines) engines[to_string(kind)] = kind;

  app.add_option("--workload", a.workloads, "W1 or W2; both unless given")
      ->delimiter(',')
      ->transform(words(models));
  app.add_option("--engine", a.engines, "fast, reference, cvode, dopri5; all unless given")
      ->delimiter(',')
      ->transform(words(engines));
  app.add_option("--patients", a.patients, "time this many patients, the first of 200")
      ->check(CLI::Range(1, 200));
  app.add_option("--repeat", a.repeat, "repetitions of each measurement (5)")
      ->check(CLI::Range(1, 1000));
  app.add_flag("--quick", a.quick, "fewer patients, repetitions and tolerances");
  app.add_flag("--headline", a.headline, "the first table alone, without work and precision");
  app.add_flag(
      "--by-reference", a.by_reference,
      "choose the fast engine's tolerance by the reference values alone, not by every hour");
  app.add_flag("--json", a.as_json, "a list of objects, and nothing else, on standard output");
  app.add_option("--lanes", a.fast.lanes, "lanes of the fast engine; the widest unless given")
      ->check(CLI::IsMember({2, 4, 8}));
  app.add_option("--method", a.fast.method, "of the fast engine: automatic, rosenbrock, explicit")
      ->transform(words(methods));
  app.add_option("--only", a.only,
                 "run one engine and nothing else, for a profiler: no checks, no errors")
      ->transform(words(engines));
  app.add_option("--rtol", a.relative, "with --only: relative tolerance (1e-6); atol is rtol/1000")
      ->check(CLI::Range(1e-12, 1e-1));
  app.add_flag("--peak", a.peak, "measure what the core can do at most, and nothing else");
  app.add_option("--against", a.against,
                 "another build of this program: print the ratio of the times of the fast engine");
}

Extent extent_of(const Arguments& a) {
  Extent extent;
  if (a.quick) {
    extent.repetitions = 3;
    extent.patients = 16;
    extent.reference_engine = 1;
    extent.reference_patients = 8;
    extent.hourly_patients = 2;
    extent.decades_apart = 2;
  }
  if (a.headline) extent.decades_apart = 0;
  extent.every_hour_counts = !a.by_reference;
  if (a.patients) extent.patients = *a.patients;
  if (a.repeat) extent.repetitions = *a.repeat;
  return extent;
}

// One engine as often as asked, with nothing around it.
int run_only(const Arguments& a, const std::vector<Workload>& workloads, const Baseline& baseline) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Workload& workload : workloads) {
    // Of both workloads, which is what it gets unless told, dopri5 can do one.
    if (a.only == EngineKind::dopri5 && workload.model == Model::W2 && workloads.size() > 1)
      continue;
    const auto engine = make_engine(*a.only, workload, baseline, a.fast);
    if (!engine) return fail(went_wrong, engine.error());
    std::vector<std::size_t> patients(a.patients.value_or(workload.patients.size()));
    std::iota(patients.begin(), patients.end(), std::size_t{0});
    const Task task = make_task(workload, patients, {a.relative, a.relative * 1e-3});
    const Contender contender{engine->get(), &task};
    const auto timings = measure({&contender, 1}, a.repeat.value_or(5));
    if (!timings) return fail(went_wrong, timings.error());
    const double ms = median((*timings)[0].ms_per_patient);
    const double steps = (*timings)[0].steps_per_patient;
    list.push_back({{"workload", workload.name},
                    {"engine", to_string(*a.only)},
                    {"rtol", a.relative},
                    {"ms_per_patient", ms},
                    {"steps", steps},
                    {"compile_s", (*engine)->compile_seconds()}});
    if (!a.as_json)
      fmt::print("{} {} rtol {:.1e}: {:.4g} ms per patient, {:.0f} steps\n", workload.name,
                 to_string(*a.only), a.relative, ms, steps);
  }
  if (a.as_json) fmt::print("{}\n", list.dump(2));
  return ended_well;
}

int run_against(const Arguments& a, const std::vector<Workload>& workloads) {
  const auto own = std::filesystem::read_symlink("/proc/self/exe");
  const unsigned pairs = a.repeat.value_or(9);
  std::vector<std::string> further;
  if (a.patients) further = {"--patients", std::to_string(*a.patients)};
  bool slower = false;
  fmt::print("time of this build over the other's (quartiles of {} pairs)\n", pairs);
  for (const Workload& workload : workloads) {
    const auto compared = compare_builds(own, a.against, workload.name, pairs, further);
    if (!compared) return fail(bad_input, compared.error());
    fmt::print("{}  {:.3f}  ({:.3f} to {:.3f}){}\n", workload.name, compared->median, compared->low,
               compared->high, compared->slower() ? "  slower" : "");
    slower = slower || compared->slower();
  }
  return slower ? went_wrong : ended_well;
}

int run_study(const Arguments& a, const std::vector<Workload>& workloads,
              const Baseline& baseline) {
  const double wall = wall_seconds(), cpu = cpu_seconds();
  std::vector<Row> rows;
  std::vector<std::string> missing;
  for (const Workload& workload : workloads) {
    const auto report = study(workload, baseline, a.engines, a.fast, extent_of(a));
    if (!report) return fail(went_wrong, report.error());
    rows.insert(rows.end(), report->rows.begin(), report->rows.end());
    missing.insert(missing.end(), report->missing.begin(), report->missing.end());
  }
  fmt::print("{}", a.as_json ? json(rows) : tables(rows));
  if (wall_seconds() - wall > 1.3 * (cpu_seconds() - cpu))
    fmt::print(stderr, "bench: other programs use this core: times are less certain\n");
  for (const std::string& what : missing) fmt::print(stderr, "bench: without {}\n", what);
  return missing.empty() ? ended_well : went_wrong;
}

int run(const Arguments& a) {
  const auto baseline = load_baseline();
  if (!baseline) return fail(went_wrong, baseline.error());
  pin_to_one_core();
  if (a.peak) {
    fmt::print("{}", text((*baseline)->peak()));
    return ended_well;
  }
  const auto folder = benchmarks_folder();
  if (!folder) return fail(bad_input, folder.error());
  std::vector<Workload> workloads;
  for (const Model model : a.workloads) {
    auto workload = read_workload(*folder, model);
    if (!workload) return fail(bad_input, workload.error());
    workloads.push_back(std::move(*workload));
  }
  if (!a.against.empty()) return run_against(a, workloads);
  if (a.only) return run_only(a, workloads, **baseline);
  return run_study(a, workloads, **baseline);
}

}  // namespace

}  // namespace vesper::bench

int main(int argc, char** argv) {
  CLI::App app{"How fast Vesper's engines are, beside CVODE and dopri5"};
  vesper::bench::Arguments arguments;
  vesper::bench::declare(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : vesper::bench::bad_input;
  }
  try {
    return vesper::bench::run(arguments);
  } catch (const std::exception& error) {  // memory, or a folder that cannot be looked into
    return vesper::bench::fail(vesper::bench::went_wrong, error.what());
  }
}
