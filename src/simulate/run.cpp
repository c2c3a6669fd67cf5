#include "simulate/run.h"

#include <fmt/format.h>
#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <mutex>

#include "files/write.h"
#include "simulate/record.h"
#include "simulate/tables.h"
#include "simulate/timecourses.h"

namespace vesper::simulate {
namespace {

namespace fs = std::filesystem;
using Ensemble = Timecourses::Ensemble;

constexpr unsigned most_threads = 1024;
constexpr std::size_t units_in_flight = 2;  // per thread

// Where results are kept while a run goes on: in the `out` folder under temporary names, or in a
// temporary folder that goes with the run.
class Scratch {
 public:
  static Result<Scratch> open(const fs::path& out) {
    Scratch scratch;
    if (!out.empty()) {
      VESPER_TRY(auto patients, files::Pending::open(out / "patients.csv"));
      VESPER_TRY(auto summary, files::Pending::open(out / "summary.csv"));
      VESPER_TRY(auto timecourses, files::Pending::open(out / "timecourses.nc"));
      VESPER_TRY(auto record, files::Pending::open(out / "run.json"));
      for (auto* pending : {&patients, &summary, &timecourses, &record}) {
        scratch.pending_.push_back(std::move(*pending));
      }
      scratch.targets_ = {out / "patients.csv", out / "summary.csv", out / "timecourses.nc",
                          out / "run.json"};
      return scratch;
    }
    std::error_code error;
    std::string folder = (fs::temp_directory_path(error) / "vesper-XXXXXX").string();
    if (error || ::mkdtemp(folder.data()) == nullptr) {
      return fail(Code::cannot_write, "no temporary folder can be made", {},
                  "set TMPDIR to a folder that can be written");
    }
    scratch.folder_ = folder;
    return scratch;
  }
  Scratch(Scratch&& other) noexcept
      : folder_(std::exchange(other.folder_, {})),
        pending_(std::move(other.pending_)),
        targets_(std::move(other.targets_)) {}
  Scratch& operator=(Scratch&&) = delete;
  ~Scratch() {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }

  bool kept() const { return folder_.empty(); }
  fs::path patients() const { return path(0, "patients.csv"); }
  fs::path summary() const { return path(1, "summary.csv"); }
  fs::path timecourses() const { return path(2, "timecourses.nc"); }
  fs::path record() const { return path(3, "run.json"); }

  // run.json last: a folder with one is complete.
  Result<std::vector<fs::path>> commit() {
    for (files::Pending& pending : pending_) VESPER_CHECK(pending.commit());
    return targets_;
  }

 private:
  Scratch() = default;
  fs::path path(std::size_t i, const char* name) const {
    return kept() ? pending_[i].temporary() : folder_ / name;
  }
  fs::path folder_;
  std::vector<files::Pending> pending_;
  std::vector<fs::path> targets_;
};

Result<void> finished(std::ofstream& stream, const fs::path& path) {
  stream.close();
  if (stream) return {};
  return fail(Code::cannot_write, fmt::format("'{}' cannot be written", path.string()), {},
              "see whether the disk is full");
}

class Run {
 public:
  Run(const Study& study, const Options& options, const Progress& progress, Scratch& scratch,
      Timecourses& timecourses, const std::vector<MetricKind>& kinds)
      : study_(study),
        options_(options),
        progress_(progress),
        scratch_(scratch),
        timecourses_(timecourses),
        kinds_(kinds),
        shape_(shape_of(study, kinds)),
        table_(study, kinds),
        arena_(options.threads == 0 ? tbb::task_arena::automatic
                                    : static_cast<int>(std::min(options.threads, most_threads))) {
    total_ = shape_.runs() * (1 + study.protocol().uncertainty_draws + study.patients());
  }

  // The typical patient, then it under every draw, then the patients, each in order of number.
  Result<Summary> go() {
    const auto start = std::chrono::steady_clock::now();
    patients_csv_.open(scratch_.patients(), std::ios::binary);
    patients_csv_ << table_.header();
    VESPER_CHECK(typical());
    VESPER_CHECK(draws());
    VESPER_CHECK(patients());
    VESPER_CHECK(timecourses_.flush());
    summary_.cancelled = incomplete_;
    const bool worth_keeping =
        typical_.finished && (study_.patients() == 0 || summary_.patients > 0);
    if (!worth_keeping) return std::move(summary_);
    VESPER_CHECK(summarise());
    summary_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    VESPER_CHECK(write());
    return std::move(summary_);
  }

 private:
  using Take = std::function<Result<void>(UnitResult)>;

  void count_one();
  Result<void> typical();
  Result<void> draws();
  Result<void> patients();
  Result<void> solve_in_order(std::uint64_t count,
                              const std::function<UnitResult(std::uint64_t)>& solve,
                              const Take& take);
  UnitResult solve(PatientNumber patient, unsigned draw) {
    return solve_unit(study_, kinds_, patient, draw, progress_.cancel, [this] { count_one(); });
  }
  void note(UnitResult& unit);
  Result<void> summarise();
  Result<void> summarise(std::size_t arm, std::size_t hypothesis);
  Result<void> write();

  const Study& study_;
  const Options& options_;
  const Progress& progress_;
  Scratch& scratch_;
  Timecourses& timecourses_;
  const std::vector<MetricKind>& kinds_;
  Shape shape_;
  PatientsTable table_;
  tbb::task_arena arena_;
  std::ofstream patients_csv_;
  UnitResult typical_;
  Summary summary_;
  std::mutex progress_lock_;
  std::uint64_t done_ = 0, total_ = 0;
  bool incomplete_ = false;  // a unit was cut short or never begun
};

void Run::count_one() {
  const std::lock_guard guard(progress_lock_);
  ++done_;
  if (progress_.update) progress_.update(done_, total_);
}

void Run::note(UnitResult& unit) {
  summary_.statistics += unit.statistics;
  summary_.solved += unit.solved;
  std::move(unit.failures.begin(), unit.failures.end(), std::back_inserter(summary_.failures));
  unit.failures.clear();
}

// Units are solved on all threads and taken one by one in order of their number.  No more than a
// few a thread exist at a time.  The first unit that was cut short, or could not be taken, is the
// end.
Result<void> Run::solve_in_order(std::uint64_t count,
                                 const std::function<UnitResult(std::uint64_t)>& solve,
                                 const Take& take) {
  std::uint64_t next = 0, taken = 0;
  std::atomic<bool> stop = incomplete_;
  Result<void> outcome;
  const auto begin = [&](tbb::flow_control& flow) -> std::uint64_t {
    const bool cancel = progress_.cancel != nullptr && progress_.cancel->load();
    if (next == count || cancel || stop) {
      flow.stop();
      return 0;
    }
    return next++;
  };
  const auto keep = [&](const std::shared_ptr<UnitResult>& unit) {
    if (stop) return;
    if (unit->finished) {
      outcome = take(std::move(*unit));
      ++taken;
    }
    stop = !unit->finished || !outcome;
  };
  arena_.execute([&] {
    const auto tokens = units_in_flight * static_cast<std::size_t>(arena_.max_concurrency());
    tbb::parallel_pipeline(
        tokens, tbb::make_filter<void, std::uint64_t>(tbb::filter_mode::serial_in_order, begin) &
                    tbb::make_filter<std::uint64_t, std::shared_ptr<UnitResult>>(
                        tbb::filter_mode::parallel,
                        [&](std::uint64_t i) { return std::make_shared<UnitResult>(solve(i)); }) &
                    tbb::make_filter<std::shared_ptr<UnitResult>, void>(
                        tbb::filter_mode::serial_in_order, keep));
  });
  incomplete_ = incomplete_ || taken < count;
  return outcome;
}

Result<void> Run::typical() {
  return solve_in_order(
      1, [this](std::uint64_t) { return solve(0, 0); },
      [this](UnitResult unit) -> Result<void> {
        note(unit);
        if (study_.patients() == 0) patients_csv_ << table_.rows(unit);
        typical_ = std::move(unit);
        typical_.finished = true;
        return timecourses_.write_typical(typical_);
      });
}

Result<void> Run::draws() {
  return solve_in_order(
      study_.protocol().uncertainty_draws,
      [this](std::uint64_t i) { return solve(0, static_cast<unsigned>(i + 1)); },
      [this](UnitResult unit) -> Result<void> {
        note(unit);
        return timecourses_.append(Ensemble::draws, std::move(unit));
      });
}

Result<void> Run::patients() {
  return solve_in_order(
      study_.patients(), [this](std::uint64_t i) { return solve(study_.first_patient() + i, 0); },
      [this](UnitResult unit) -> Result<void> {
        note(unit);
        ++summary_.patients;
        patients_csv_ << table_.rows(unit);
        return timecourses_.append(Ensemble::patients, std::move(unit));
      });
}

Result<void> Run::summarise() {
  for (std::size_t arm = 0; arm < shape_.arms; ++arm) {
    for (std::size_t hypothesis = 0; hypothesis < shape_.hypotheses; ++hypothesis) {
      VESPER_CHECK(summarise(arm, hypothesis));
    }
  }
  return {};
}

Result<void> Run::summarise(std::size_t arm, std::size_t hypothesis) {
  const std::size_t run = arm * shape_.hypotheses + hypothesis;
  for (std::size_t output = 0; output < shape_.outputs; ++output) {
    Series series{arm, hypothesis, output, {}, {}, {}};
    const double* first = typical_.curves.data() + (run * shape_.outputs + output) * shape_.times;
    series.typical.assign(first, first + shape_.times);
    VESPER_TRY(series.patients, timecourses_.bands(Ensemble::patients, arm, hypothesis, output));
    VESPER_TRY(series.uncertainty, timecourses_.bands(Ensemble::draws, arm, hypothesis, output));
    summary_.series.push_back(std::move(series));
  }
  for (std::size_t kind = 0; kind < shape_.kinds; ++kind) {
    Metric metric{kinds_[kind].name,
                  kinds_[kind].column,
                  kinds_[kind].unit,
                  arm,
                  hypothesis,
                  kinds_[kind].watched,
                  {},
                  typical_.metrics[run * shape_.kinds + kind],
                  {}};
    VESPER_TRY(metric.patients,
               timecourses_.metric_band(Ensemble::patients, arm, hypothesis, kind));
    VESPER_TRY(metric.uncertainty,
               timecourses_.metric_band(Ensemble::draws, arm, hypothesis, kind));
    summary_.metrics.push_back(std::move(metric));
  }
  return {};
}

Result<void> Run::write() {
  VESPER_CHECK(timecourses_.close());
  VESPER_CHECK(finished(patients_csv_, scratch_.patients()));
  if (!scratch_.kept()) return {};
  std::ofstream summary(scratch_.summary(), std::ios::binary);
  write_summary(summary, study_, summary_.series);
  VESPER_CHECK(finished(summary, scratch_.summary()));
  std::ofstream record(scratch_.record(), std::ios::binary);
  record << run_record(study_, options_, summary_, table_.columns());
  VESPER_CHECK(finished(record, scratch_.record()));
  VESPER_TRY(summary_.files, scratch_.commit());
  return {};
}

}  // namespace

Result<Summary> run(const Study& study, const Options& options, const std::filesystem::path& out,
                    const Progress& progress) {
  VESPER_TRY(Scratch scratch, Scratch::open(out));
  const std::vector<MetricKind> kinds = metric_kinds(study);
  VESPER_TRY(Timecourses timecourses, Timecourses::create(scratch.timecourses(), study, kinds, {}));
  return Run(study, options, progress, scratch, timecourses, kinds).go();
}

}  // namespace vesper::simulate
