#include "study.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "check.h"
#include "machine.h"

namespace vesper::bench {

namespace {

const Tolerance usual{1e-6, 1e-9};
constexpr double infinity = std::numeric_limits<double>::infinity();

Tolerance at(double relative) {
  return {relative, relative * 1e-3};
}

class Study {
 public:
  Study(const Workload& workload, const Baseline& baseline, const solve::FastOptions& options,
        const Extent& extent)
      : workload_(workload), baseline_(baseline), options_(options), extent_(extent) {}

  Expected<Report> run(std::span<const EngineKind> engines) {
    auto truth =
        Truth::make(workload_, baseline_, extent_.reference_patients, extent_.hourly_patients);
    if (!truth) return tl::unexpected(truth.error());
    truth_ = std::move(*truth);
    make_engines(engines);
    if (const auto done = headlines(); !done) return tl::unexpected(done.error());
    if (const auto done = work_precision(); !done) return tl::unexpected(done.error());
    return std::move(report_);
  }

 private:
  void say(const std::string& what) const { fmt::print(stderr, "{}: {}\n", workload_.name, what); }

  void make_engines(std::span<const EngineKind> engines) {
    for (const EngineKind kind : engines) {
      if (kind == EngineKind::dopri5 && workload_.model != Model::W1) continue;
      auto engine = make_engine(kind, workload_, baseline_, options_);
      if (engine)
        engines_[kind] = std::move(*engine);
      else
        report_.missing.push_back(
            fmt::format("{} on {}: {}", to_string(kind), workload_.name, engine.error()));
    }
  }

  std::vector<std::size_t> first_patients(EngineKind kind, std::size_t most) const {
    if (kind == EngineKind::reference) most = std::min(most, extent_.reference_engine);
    std::vector<std::size_t> patients(std::min(most, workload_.patients.size()));
    std::iota(patients.begin(), patients.end(), std::size_t{0});
    return patients;
  }

  Expected<Errors> errors(Engine& engine, Tolerance tolerance,
                          std::vector<std::size_t> patients) const {
    const Task task = make_task(workload_, std::move(patients), tolerance);
    Errors errors;
    const auto run = engine.run(task, [&](std::size_t patient, std::span<const double> rows) {
      truth_.judge(patient, rows, errors);
    });
    if (!run) return tl::unexpected(run.error());
    errors.steps = static_cast<double>(*run) / static_cast<double>(task.patients.size());
    return errors;
  }

  Expected<double> memory(EngineKind kind, Tolerance tolerance,
                          const std::vector<std::size_t>& patients) const {
    Task task;
    const auto growth = peak_growth_mb([&] { task = make_task(workload_, patients, tolerance); },
                                       [&] {
                                         const auto engine =
                                             make_engine(kind, workload_, baseline_, options_);
                                         return engine && (*engine)->run(task, ignore).has_value();
                                       });
    if (!growth)
      return tl::unexpected(fmt::format("{}: the memory of {} could not be measured",
                                        workload_.name, to_string(kind)));
    return *growth;
  }

  // A relative tolerance, with absolute ones that are a part of it: of 1, or of each state's scale.
  Tolerance with_scale(double relative, double part) const {
    Tolerance tolerance = at(relative);
    if (part == 0) return tolerance;
    tolerance.of_scale = part;
    tolerance.by_state = truth_.typical_scale();
    for (double& absolute : tolerance.by_state) absolute *= part * relative;
    return tolerance;
  }

  // Of the tolerances that make the fast engine as accurate as CVODE at the usual one, the one with
  // the fewest steps: the loosest relative tolerance for each way to choose the absolute ones.
  Expected<void> choose_tolerance(Row& row) {
    auto cvode = make_engine(EngineKind::cvode, workload_, baseline_, options_);
    if (!cvode) return tl::unexpected(cvode.error());
    const auto allowed = errors(**cvode, usual, truth_.patients());
    if (!allowed) return tl::unexpected(allowed.error());
    double fewest = infinity;
    row.as_accurate_as_cvode = false;
    const auto accept = [&](double decades, double part) {
      const Tolerance tolerance = with_scale(std::pow(10, -decades), part);
      const auto got = errors(*engines_.at(row.engine), tolerance, truth_.patients());
      // Too loose to get through is too loose.
      if (!got || got->at_reference_times > allowed->at_reference_times ||
          (extent_.every_hour_counts && got->hourly > allowed->hourly))
        return false;
      if (got->steps < fewest) {
        fewest = got->steps;
        row.tolerance = tolerance;
        row.errors = *got;
        row.as_accurate_as_cvode = true;
      }
      return true;
    };
    for (const double part : {0.0, 0.01, 0.03, 0.1, 0.3, 1.0}) {
      int twelfths = 36;
      while (twelfths <= 108 && !accept(twelfths / 12.0, part)) ++twelfths;
      for (int quarters = 3; quarters > 0; --quarters) {
        if (accept((twelfths - quarters / 4.0) / 12.0, part)) break;
      }
    }
    if (!row.as_accurate_as_cvode) row.errors = {infinity, infinity, 0};
    return {};
  }

  Expected<Row> row_of(EngineKind kind, Tolerance tolerance, bool headline) {
    Row row;
    row.workload = workload_.name;
    row.engine = kind;
    row.tolerance = tolerance;
    row.headline = headline;
    row.compile_seconds = engines_.at(kind)->compile_seconds();
    auto judged = truth_.patients();
    // The reference engine is slow: in the table it is judged by the patients that it is timed on.
    if (!headline && kind == EngineKind::reference)
      judged.resize(std::min(judged.size(), extent_.reference_engine));
    row.error_patients = judged.size();
    if (headline && kind == EngineKind::fast) {
      if (const auto chosen = choose_tolerance(row); !chosen) return tl::unexpected(chosen.error());
      return row;
    }
    const auto got = errors(*engines_.at(kind), tolerance, judged);
    if (!got) return tl::unexpected(got.error());
    row.errors = *got;
    return row;
  }

  Expected<void> headlines() {
    std::vector<Row> rows;
    for (const auto& [kind, engine] : engines_) {
      say(fmt::format("accuracy and memory of {}", to_string(kind)));
      auto row = row_of(kind, usual, true);
      if (!row) return tl::unexpected(row.error());
      const auto growth = memory(kind, row->tolerance, first_patients(kind, extent_.patients));
      if (!growth) return tl::unexpected(growth.error());
      row->memory_mb = *growth;
      rows.push_back(std::move(*row));
    }
    say(fmt::format("time, {} repetitions", extent_.repetitions));
    if (const auto timed = time(rows, extent_.patients, extent_.repetitions); !timed)
      return tl::unexpected(timed.error());
    for (Row& row : rows) {
      for (const Row& other : rows) {
        if (row.patients != other.patients) continue;
        if (other.engine == EngineKind::cvode) row.over_cvode = ratios(other.timing, row.timing);
        if (other.engine == EngineKind::dopri5) row.over_dopri5 = ratios(other.timing, row.timing);
      }
    }
    report_.rows.insert(report_.rows.end(), rows.begin(), rows.end());
    return {};
  }

  Expected<void> work_precision() {
    const std::size_t headline_rows = report_.rows.size();
    for (unsigned decade = 3; extent_.decades_apart > 0 && decade <= 9;
         decade += extent_.decades_apart) {
      const Tolerance tolerance = at(std::pow(10, -static_cast<double>(decade)));
      say(fmt::format("work and precision at rtol {:.0e}", tolerance.relative));
      std::vector<Row> rows;
      for (const auto& [kind, engine] : engines_) {
        auto row = row_of(kind, tolerance, false);
        if (row)
          rows.push_back(std::move(*row));
        else
          report_.missing.push_back(fmt::format("{} on {} at rtol {:.0e}: {}", to_string(kind),
                                                workload_.name, tolerance.relative, row.error()));
      }
      if (const auto timed = time(rows, 16, 3); !timed) return tl::unexpected(timed.error());
      for (Row& row : rows) {
        for (std::size_t k = 0; k < headline_rows; ++k)
          if (report_.rows[k].engine == row.engine) row.memory_mb = report_.rows[k].memory_mb;
        report_.rows.push_back(row);
      }
    }
    return {};
  }

  Expected<void> time(std::vector<Row>& rows, std::size_t most, unsigned repetitions) {
    std::vector<Task> tasks;
    for (Row& row : rows) {
      tasks.push_back(make_task(workload_, first_patients(row.engine, most), row.tolerance));
      row.patients = tasks.back().patients.size();
    }
    std::vector<Contender> contenders;
    for (std::size_t i = 0; i < rows.size(); ++i)
      contenders.push_back({engines_.at(rows[i].engine).get(), &tasks[i]});
    const auto timings = measure(contenders, repetitions);
    if (!timings) return tl::unexpected(timings.error());
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].timing = (*timings)[i];
    return {};
  }

  const Workload& workload_;
  const Baseline& baseline_;
  const solve::FastOptions& options_;
  const Extent& extent_;
  Truth truth_;
  std::map<EngineKind, std::unique_ptr<Engine>> engines_;
  Report report_;
};

}  // namespace

Expected<Report> study(const Workload& workload, const Baseline& baseline,
                       std::span<const EngineKind> engines, const solve::FastOptions& options,
                       const Extent& extent) {
  if (const auto same = check_equations(workload, baseline); !same)
    return tl::unexpected(same.error());
  return Study(workload, baseline, options, extent).run(engines);
}

}  // namespace vesper::bench
