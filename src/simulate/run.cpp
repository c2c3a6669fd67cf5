#include "simulate/run.h"

#include <fmt/format.h>
#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <mutex>
#include <optional>

#include "files/write.h"
#include "simulate/bands.h"
#include "simulate/record.h"
#include "simulate/tables.h"
#include "simulate/timecourses.h"

namespace vesper::simulate {
namespace {

namespace fs = std::filesystem;
using Ensemble = Timecourses::Ensemble;

constexpr unsigned most_threads = 1024;
constexpr std::size_t chunks_in_flight = 2;  // per thread
constexpr Bands::Limits of_metrics{32u << 20, 16u << 20};

// The files of a run under temporary names; none without a folder to put them into.
class Files {
 public:
  static Result<Files> open(const fs::path& out, bool timecourses) {
    Files files;
    if (out.empty()) return files;
    std::vector<const char*> names{"patients.csv", "summary.csv", "timecourses.nc", "run.json"};
    if (!timecourses) std::erase(names, names[2]);
    for (const char* name : names) {
      VESPER_TRY(auto pending, files::Pending::open(out / name));
      files.pending_.push_back(std::move(pending));
      files.targets_.push_back(out / name);
    }
    return files;
  }
  // "" where there is no such file.
  fs::path path(std::string_view name) const {
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      if (targets_[i].filename() == name) return pending_[i].temporary();
    }
    return {};
  }
  // run.json last: a folder with one is complete.
  Result<std::vector<fs::path>> commit() {
    for (files::Pending& pending : pending_) VESPER_CHECK(pending.commit());
    return targets_;
  }

 private:
  std::vector<files::Pending> pending_;
  std::vector<fs::path> targets_;
};

Result<void> finished(std::ofstream& stream, const fs::path& path) {
  stream.close();
  if (stream) return {};
  return fail(Code::cannot_write, fmt::format("'{}' cannot be written", path.string()), {},
              "see whether the disk is full");
}

// Units with the rows that patients.csv gets of them.
struct Chunk {
  std::vector<UnitResult> units;
  std::vector<std::string> rows;
};

// Spread over the units of one kind: of the curves and of the metrics.
struct Ensembles {
  Bands curves, metrics;
  Ensembles(const Shape& shape, std::uint64_t units)
      : curves(shape.runs() * shape.outputs * shape.times, units, {}),
        metrics(shape.runs() * shape.kinds, units, of_metrics) {}

  void add(const std::vector<const UnitResult*>& units) {
    std::vector<const std::vector<double>*> values;
    for (const UnitResult* unit : units) values.push_back(&unit->curves);
    curves.add(values);
    values.clear();
    for (const UnitResult* unit : units) values.push_back(&unit->metrics);
    metrics.add(values);
  }
};

class Run {
 public:
  Run(const Study& study, const Options& options, const Progress& progress, Files& files,
      std::optional<Timecourses>& timecourses, const std::vector<MetricKind>& kinds)
      : study_(study),
        options_(options),
        progress_(progress),
        files_(files),
        timecourses_(timecourses),
        kinds_(kinds),
        shape_(shape_of(study, kinds)),
        table_(study, kinds),
        arena_(options.threads == 0 ? tbb::task_arena::automatic
                                    : static_cast<int>(std::min(options.threads, most_threads))),
        draws_(study.protocol().uncertainty_draws),
        units_(1 + draws_ + study.patients()),
        patient_bands_(shape_, study.patients()),
        draw_bands_(shape_, draws_) {}

  Result<Summary> go() {
    const auto start = std::chrono::steady_clock::now();
    if (const fs::path path = files_.path("patients.csv"); !path.empty()) {
      patients_csv_.open(path, std::ios::binary);
      patients_csv_ << table_.header();
    }
    VESPER_CHECK(solve_in_order());
    if (timecourses_) VESPER_CHECK(timecourses_->flush());
    const bool worth_keeping =
        typical_.finished && (study_.patients() == 0 || summary_.patients > 0);
    if (!worth_keeping) return std::move(summary_);
    summarise();
    summary_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    VESPER_CHECK(write());
    return std::move(summary_);
  }

 private:
  // The typical patient, then it under every draw, then the patients, each in order of number.
  UnitKey key(std::uint64_t i) const {
    if (i <= draws_) return {0, static_cast<unsigned>(i)};
    return {study_.first_patient() + (i - draws_ - 1), 0};
  }
  void count_one();
  Chunk solve(std::uint64_t first, std::uint64_t count);
  Result<void> solve_in_order();
  Result<void> take(Chunk& chunk);
  void summarise();
  void summarise(std::size_t arm, std::size_t hypothesis);
  Band band(const Bands& bands, std::size_t series);
  Result<void> write();

  const Study& study_;
  const Options& options_;
  const Progress& progress_;
  Files& files_;
  std::optional<Timecourses>& timecourses_;
  const std::vector<MetricKind>& kinds_;
  Shape shape_;
  PatientsTable table_;
  tbb::task_arena arena_;
  std::uint64_t draws_, units_;
  Ensembles patient_bands_, draw_bands_;
  std::ofstream patients_csv_;
  UnitResult typical_;
  Summary summary_;
  std::mutex progress_lock_;
  std::uint64_t done_ = 0;
};

void Run::count_one() {
  const std::lock_guard guard(progress_lock_);
  ++done_;
  if (progress_.update) progress_.update(done_, units_ * shape_.runs());
}

Chunk Run::solve(std::uint64_t first, std::uint64_t count) {
  std::vector<UnitKey> keys;
  for (std::uint64_t i = first; i < first + count; ++i) keys.push_back(key(i));
  Chunk chunk;
  chunk.units = solve_units(study_, kinds_, keys, progress_.cancel, [this] { count_one(); });
  for (const UnitResult& unit : chunk.units) {
    const bool listed = unit.patient > 0 || (study_.patients() == 0 && unit.draw == 0);
    chunk.rows.push_back(listed && patients_csv_.is_open() ? table_.rows(unit) : "");
  }
  return chunk;
}

// Chunks of units are solved on all threads and taken one by one in order of their numbers.  No
// more than a few a thread exist at a time.  The first unit that was cut short, or could not be
// taken, is the end.
Result<void> Run::solve_in_order() {
  std::uint64_t next = 0, taken = 0;
  std::atomic<bool> stop = false;
  Result<void> outcome;
  const auto threads = static_cast<std::size_t>(arena_.max_concurrency());
  const std::uint64_t together = units_together(study_, shape_, units_, threads);
  // oneTBB hands chunks from thread to thread; a checker of threads that does not know its inside
  // sees the order by this lock.
  std::mutex order;
  const auto meet = [&order] { const std::lock_guard guard(order); };
  const auto begin = [&](tbb::flow_control& flow) -> std::uint64_t {
    meet();
    const bool cancel = progress_.cancel != nullptr && progress_.cancel->load();
    if (next >= units_ || cancel || stop) {
      flow.stop();
      return 0;
    }
    const std::uint64_t first = std::exchange(next, next + together);
    meet();
    return first;
  };
  const auto work = [&](std::uint64_t first) {
    meet();
    auto chunk = std::make_shared<Chunk>(solve(first, std::min(together, units_ - first)));
    meet();
    return chunk;
  };
  const auto keep = [&](const std::shared_ptr<Chunk>& chunk) {
    meet();
    if (stop) return;
    const std::size_t all = chunk->units.size();
    const auto cut = std::ranges::find(chunk->units, false, &UnitResult::finished);
    chunk->units.erase(cut, chunk->units.end());
    outcome = take(*chunk);
    taken += chunk->units.size();
    stop = chunk->units.size() < all || !outcome;
    meet();
  };
  arena_.execute([&] {
    tbb::parallel_pipeline(
        chunks_in_flight * threads,
        tbb::make_filter<void, std::uint64_t>(tbb::filter_mode::serial_in_order, begin) &
            tbb::make_filter<std::uint64_t, std::shared_ptr<Chunk>>(tbb::filter_mode::parallel,
                                                                    work) &
            tbb::make_filter<std::shared_ptr<Chunk>, void>(tbb::filter_mode::serial_in_order,
                                                           keep));
  });
  meet();
  summary_.cancelled = taken < units_;
  return outcome;
}

Result<void> Run::take(Chunk& chunk) {
  std::vector<const UnitResult*> draws, patients;
  for (std::size_t i = 0; i < chunk.units.size(); ++i) {
    UnitResult& unit = chunk.units[i];
    summary_.statistics += unit.statistics;
    summary_.solved += unit.solved;
    std::ranges::move(unit.failures, std::back_inserter(summary_.failures));
    if (unit.patient > 0) patients.push_back(&unit);
    if (unit.draw > 0) draws.push_back(&unit);
    if (patients_csv_.is_open()) patients_csv_ << chunk.rows[i];
  }
  summary_.patients += patients.size();
  draw_bands_.add(draws);
  patient_bands_.add(patients);
  for (UnitResult& unit : chunk.units) {
    if (unit.patient == 0 && unit.draw == 0) {
      typical_ = std::move(unit);
      if (timecourses_) VESPER_CHECK(timecourses_->write_typical(typical_));
    } else if (timecourses_) {
      VESPER_CHECK(timecourses_->append(unit.draw > 0 ? Ensemble::draws : Ensemble::patients,
                                        std::move(unit)));
    }
  }
  return {};
}

void Run::summarise() {
  for (std::size_t arm = 0; arm < shape_.arms; ++arm) {
    for (std::size_t hypothesis = 0; hypothesis < shape_.hypotheses; ++hypothesis) {
      summarise(arm, hypothesis);
    }
  }
}

Band Run::band(const Bands& bands, std::size_t series) {
  const Band band = bands.band(series);
  summary_.quantile_error = std::max(summary_.quantile_error, band.quantile_error);
  return band;
}

void Run::summarise(std::size_t arm, std::size_t hypothesis) {
  const std::size_t run = arm * shape_.hypotheses + hypothesis;
  for (std::size_t output = 0; output < shape_.outputs; ++output) {
    Series series{arm, hypothesis, output, {}, {}, {}};
    const std::size_t first = (run * shape_.outputs + output) * shape_.times;
    for (std::size_t i = first; i < first + shape_.times; ++i) {
      series.typical.push_back(typical_.curves[i]);
      if (summary_.patients > 0) series.patients.push_back(band(patient_bands_.curves, i));
      if (draw_bands_.curves.count() > 0) series.uncertainty.push_back(band(draw_bands_.curves, i));
    }
    summary_.series.push_back(std::move(series));
  }
  for (std::size_t kind = 0; kind < shape_.kinds; ++kind) {
    const std::size_t i = run * shape_.kinds + kind;
    summary_.metrics.push_back({kinds_[kind].name, kinds_[kind].column, kinds_[kind].unit, arm,
                                hypothesis, kinds_[kind].watched, band(patient_bands_.metrics, i),
                                typical_.metrics[i], band(draw_bands_.metrics, i)});
  }
}

Result<void> Run::write() {
  if (timecourses_) VESPER_CHECK(timecourses_->close());
  if (!patients_csv_.is_open()) return {};
  VESPER_CHECK(finished(patients_csv_, files_.path("patients.csv")));
  std::ofstream summary(files_.path("summary.csv"), std::ios::binary);
  write_summary(summary, study_, summary_.series);
  VESPER_CHECK(finished(summary, files_.path("summary.csv")));
  std::ofstream record(files_.path("run.json"), std::ios::binary);
  record << run_record(study_, options_, summary_, table_.columns());
  VESPER_CHECK(finished(record, files_.path("run.json")));
  VESPER_TRY(summary_.files, files_.commit());
  return {};
}

}  // namespace

Result<Summary> run(const Study& study, const Options& options, const std::filesystem::path& out,
                    const Progress& progress) {
  VESPER_TRY(Files files, Files::open(out, options.timecourses));
  const std::vector<MetricKind> kinds = metric_kinds(study);
  std::optional<Timecourses> timecourses;
  if (const fs::path path = files.path("timecourses.nc"); !path.empty()) {
    VESPER_TRY(auto created, Timecourses::create(path, study, kinds, {}));
    timecourses.emplace(std::move(created));
  }
  return Run(study, options, progress, files, timecourses, kinds).go();
}

}  // namespace vesper::simulate
