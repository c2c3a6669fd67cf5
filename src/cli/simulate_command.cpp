#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>

#include "cli/commands.h"
#include "files/write.h"
#include "sbml/sbml.h"
#include "simulate/engine.h"
#include "simulate/records.h"
#include "simulate/single.h"

namespace vesper::cli {

namespace {

// Compiling pays when many patients share the code.
bool reference_is_faster(const SimulateArguments& arguments) {
  return !arguments.data && arguments.engine.method == "auto" && arguments.engine.lanes == 0;
}

Result<simulate::Options> chosen_engine(const SimulateArguments& arguments) {
  EngineArguments engine = arguments.engine;
  if (!engine.engine || *engine.engine == "auto") {
    engine.engine = reference_is_faster(arguments) ? "reference" : "fast";
  }
  return options({}, arguments.settings, engine);
}

Result<std::vector<double>> grid_of(const SimulateArguments& arguments) {
  const auto wrong = [](std::string message, std::string mend) {
    return fail(Code::bad_argument, std::move(message), {}, std::move(mend));
  };
  if (!arguments.duration) return wrong("--duration is missing", "such as --duration 24");
  if (!std::isfinite(arguments.start)) {
    return wrong(fmt::format("--start {:g} is no time", arguments.start),
                 "give a number, in the model's time unit");
  }
  const double last = arguments.start + *arguments.duration;
  if (!std::isfinite(last) || !(*arguments.duration > 0))
    return wrong(fmt::format("--duration {:g} is no length of time", *arguments.duration),
                 "give a number above 0, in the model's time unit");
  std::vector<double> grid =
      simulate::even_grid(arguments.start, *arguments.duration, arguments.steps);
  if (std::ranges::adjacent_find(grid, std::greater_equal<>()) != grid.end()) {
    return wrong(fmt::format("--start {:g} is so far from 0 that {} rows in {:g} after it cannot "
                             "be told apart",
                             arguments.start, grid.size(), *arguments.duration),
                 "take fewer --steps or a longer --duration");
  }
  return grid;
}

std::string header(const simulate::Watched& watched) {
  std::string line;
  for (const std::string& name : watched.names) {
    // A display name may hold anything.
    const bool quoted = name.find_first_of(",\"\n\r") != std::string::npos;
    std::string shown;
    for (const char c : name) shown += c == '"' ? "\"\"" : std::string(1, c);
    line += quoted ? ",\"" + shown + '"' : ',' + name;
  }
  return line + '\n';
}

std::string table(const simulate::Watched& watched, const std::vector<double>& grid,
                  const solve::Solution& solution) {
  std::string text = "time" + header(watched);
  const std::size_t width = watched.outputs.size();
  for (std::size_t row = 0; row < grid.size(); ++row) {
    simulate::append_number(text, grid[row]);
    for (std::size_t k = 0; k < width; ++k) {
      text += ',';
      simulate::append_number(text, solution.values[row * width + k]);
    }
    text += '\n';
  }
  return text;
}

// One row for each row of data; a patient whose run failed has none, and is told.
std::string table(const simulate::Watched& watched, const dosing::Records& records,
                  const std::vector<simulate::RecordResult>& results) {
  std::string text = "ID,time" + header(watched);
  const std::size_t width = watched.outputs.size();
  for (std::size_t k = 0; k < results.size(); ++k) {
    const dosing::RecordSubject& subject = records.subjects[k];
    if (results[k].failure) continue;
    for (std::size_t row = 0; row < subject.records.size(); ++row) {
      text += subject.id + ',';
      simulate::append_number(text, subject.records[row].time);
      for (std::size_t column = 0; column < width; ++column) {
        text += ',';
        simulate::append_number(text, results[k].values[row * width + column]);
      }
      text += '\n';
    }
  }
  return text;
}

Result<int> deliver(const std::string& text, const std::optional<std::string>& out) {
  if (out) {
    VESPER_CHECK(files::write_whole(*out, text));
    return 0;
  }
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!written) return fail(Code::cannot_write, "standard output cannot be written");
  return 0;
}

Result<dosing::RecordMap> map_of(const SimulateArguments& arguments) {
  if (!arguments.map) {
    return fail(Code::bad_argument, "--data needs --map, which ties its columns to the model", {},
                "see docs/how-to/records.md");
  }
  if (arguments.duration) {
    return fail(Code::bad_argument, "--data and --duration do not go together", {},
                "with --data there is a row for each row of the data");
  }
  return dosing::read_record_map(*arguments.map);
}

Result<int> simulate_data(const SimulateArguments& arguments, const simulate::Watched& watched,
                          const solve::Compiled& compiled, const solve::Tolerances& tolerances) {
  VESPER_TRY(const dosing::RecordMap map, map_of(arguments));
  VESPER_TRY(const dosing::Records records, dosing::read_records(*arguments.data, map));
  VESPER_TRY(const simulate::RecordPlan plan, simulate::resolve_records(map, records, watched));
  VESPER_TRY(const auto results,
             simulate::simulate_records(watched, compiled, records, plan, tolerances));
  int code = 0;
  for (std::size_t k = 0; k < results.size(); ++k) {
    if (!results[k].failure) continue;
    const std::string who = fmt::format("ID {}", records.subjects[k].id);
    fmt::print(stderr, "{}\n", simulate::run_failure(*results[k].failure, who).text());
    code = 1;
  }
  VESPER_CHECK(deliver(table(watched, records, results), arguments.out).map([](int) {}));
  return code;
}

}  // namespace

Result<int> simulate_model(const SimulateArguments& arguments, const Context& context) {
  VESPER_TRY(const std::filesystem::path path,
             context.search.find(arguments.model, "models", ".ant", {}));
  VESPER_TRY(const simulate::Options options, chosen_engine(arguments));
  VESPER_TRY(language::Model model, sbml::read_model(path, context.search));
  VESPER_TRY(const simulate::Watched watched,
             simulate::watch(std::move(model), arguments.columns, options.settings));
  VESPER_TRY(const auto compiled, simulate::compile(watched.system, watched.outputs, options));
  solve::Tolerances tolerances;
  tolerances.relative = arguments.relative_tolerance;
  tolerances.absolute = arguments.absolute_tolerance;
  if (arguments.data) return simulate_data(arguments, watched, *compiled, tolerances);
  VESPER_TRY(const std::vector<double> grid, grid_of(arguments));
  VESPER_TRY(const solve::Solution solution,
             simulate::solve_single(watched, *compiled, grid, tolerances));
  return deliver(table(watched, grid, solution), arguments.out);
}

}  // namespace vesper::cli
