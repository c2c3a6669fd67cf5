#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "cli/commands.h"
#include "cli/progress.h"
#include "evidence/evidence.h"
#include "report/report.h"
#include "report/terminal.h"
#include "simulate/run.h"

namespace vesper::cli {

namespace fs = std::filesystem;

namespace {

std::string count_of(std::size_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

std::string duration_text(double hours) {
  if (std::fmod(hours, 168) == 0)
    return count_of(static_cast<std::size_t>(hours / 168), "week", "weeks");
  if (std::fmod(hours, 24) == 0)
    return count_of(static_cast<std::size_t>(hours / 24), "day", "days");
  return fmt::format("{:g} h", hours);
}

// Low-dose naltrexone at bedtime · naltrexone.ant (21 states) · 200 adults · 2 arms · ...
std::string headline(const simulate::Study& study) {
  const simulate::Protocol& protocol = study.protocol();
  const bool hypothetical = !study.hypotheses().empty() && !study.hypotheses()[0].id.empty();
  std::string who = "one typical patient";
  if (study.patients() > 0) {
    who = fmt::format("{} {}", study.patients(),
                      protocol.population ? protocol.population->noun() : "patients");
  }
  return fmt::format(
      "{} · {} ({}) · {} · {}{} · {}", protocol.title, protocol.model.filename().string(),
      count_of(study.system().states.size(), "state", "states"), who,
      count_of(protocol.arms.size(), "arm", "arms"),
      hypothetical ? " · " + count_of(study.hypotheses().size(), "hypothesis", "hypotheses") : "",
      duration_text(protocol.duration));
}

void print_failures(const simulate::Study& study, const simulate::Summary& summary) {
  constexpr std::size_t most = 10;
  for (std::size_t i = 0; i < std::min(most, summary.failures.size()); ++i) {
    const simulate::PatientFailure& failure = summary.failures[i];
    const std::string hypothesis = study.hypotheses()[failure.hypothesis].id;
    const std::string who =
        failure.uncertainty_draw > 0
            ? fmt::format("typical patient, parameter draw {}", failure.uncertainty_draw)
        : failure.patient == 0 ? "typical patient"
                               : fmt::format("patient {}", failure.patient);
    fmt::print(stderr, "failed: {}, arm {}{}, at {:.6g} h{}: {}\n", who,
               study.protocol().arms[failure.arm].name, hypothesis.empty() ? "" : ", " + hypothesis,
               failure.failure.time,
               failure.failure.state.empty() ? "" : ", state " + failure.failure.state,
               failure.failure.reason);
  }
  if (summary.failures.size() > most) {
    fmt::print(stderr, "and {} more failures; run.json names them all\n",
               summary.failures.size() - most);
  }
}

void print_files(const fs::path& out, const simulate::Summary& summary) {
  std::string data;
  for (const fs::path& file : summary.files) {
    if (file.filename() != "run.json")
      data += (data.empty() ? "" : "  ") + file.filename().string();
  }
  fmt::print("  report  {}     data  {}\n", (out / "report.html").string(), data);
}

}  // namespace

Result<int> run(const RunArguments& arguments, const Context& context) {
  VESPER_TRY(const fs::path path,
             context.search.find(arguments.protocol, "protocols", ".yaml", {}));
  VESPER_TRY(simulate::Protocol protocol, simulate::read_protocol(path, context.search));
  VESPER_TRY(simulate::Options chosen,
             options(arguments.hypotheses, arguments.settings, arguments.engine));
  chosen.patients = arguments.patients;
  chosen.only_patient = arguments.only_patient;
  chosen.typical = arguments.typical;
  chosen.seed = arguments.seed;
  chosen.threads = arguments.threads;
  chosen.relative_tolerance = arguments.relative_tolerance;
  chosen.absolute_tolerance = arguments.absolute_tolerance;
  chosen.timecourses = !arguments.no_timecourses;
  VESPER_TRY(const simulate::Study study,
             simulate::Study::prepare(std::move(protocol), chosen, context.search));
  VESPER_TRY(const auto sources, evidence::read_sources(context.search));
  VESPER_CHECK(report::check_bundle(context.search));
  const fs::path out = arguments.out ? fs::path(*arguments.out) : fs::path("runs") / path.stem();

  fmt::print("{}\n", headline(study));
  std::fflush(stdout);
  ProgressBar bar("simulating", "runs");
  simulate::Progress progress;
  progress.cancel = context.interrupted;
  progress.update = [&](std::uint64_t done, std::uint64_t total) { bar.update(done, total); };
  auto ran = simulate::run(study, chosen, out, progress);
  bar.finish();
  VESPER_TRY(const simulate::Summary summary, std::move(ran));

  if (summary.cancelled) {
    fmt::print(stderr, "interrupted: {} patient runs had finished{}\n", summary.solved,
               summary.files.empty() ? "; nothing was written"
                                     : fmt::format(", kept in {}:", out.string()));
    for (const fs::path& file : summary.files) fmt::print(stderr, "  {}\n", file.string());
    return 130;
  }
  VESPER_CHECK(report::write_report(study, summary, sources, context.search, out));
  fmt::print("\n{}\n", report::key_table(study, summary, 100));
  if (summary.quantile_error > 0) {
    fmt::print(
        "  Quantiles of this many patients are sketched, each within {:.2g} % of its value.\n",
        100 * summary.quantile_error);
  }
  print_failures(study, summary);
  print_files(out, summary);
  fmt::print("  For research and teaching; not medical advice.\n");
  return summary.failures.empty() ? 0 : 1;
}

}  // namespace vesper::cli
