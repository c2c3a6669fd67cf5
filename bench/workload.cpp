#include "workload.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>

#include "equations/system.h"
#include "files/source.h"
#include "language/antimony.h"

namespace vesper::bench {

namespace fs = std::filesystem;

namespace {

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<double>> rows;
};

std::vector<std::string> split(std::string line) {
  if (!line.empty() && line.back() == '\r') line.pop_back();
  std::vector<std::string> fields;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, ',');) fields.push_back(field);
  return fields;
}

Expected<Table> read_table(const fs::path& path) {
  std::ifstream in(path);
  std::string line;
  if (!std::getline(in, line))
    return tl::unexpected(fmt::format("'{}' cannot be read", path.string()));
  Table table{split(line), {}};
  while (std::getline(in, line)) {
    std::vector<double> row;
    for (const std::string& field : split(line)) {
      char* end = nullptr;
      row.push_back(std::strtod(field.c_str(), &end));
      if (end == field.c_str() || *end != 0)
        return tl::unexpected(fmt::format("{}:{}: '{}' is not a number", path.string(),
                                          table.rows.size() + 2, field));
    }
    if (row.size() != table.columns.size())
      return tl::unexpected(fmt::format("{}:{}: {} fields where the header has {}", path.string(),
                                        table.rows.size() + 2, row.size(), table.columns.size()));
    table.rows.push_back(std::move(row));
  }
  return table;
}

Expected<std::vector<double>> column(const Table& table, const std::string& name,
                                     const fs::path& path) {
  const auto found = std::find(table.columns.begin(), table.columns.end(), name);
  if (found == table.columns.end())
    return tl::unexpected(fmt::format("'{}' has no column '{}'", path.string(), name));
  const auto index = static_cast<std::size_t>(found - table.columns.begin());
  std::vector<double> values;
  for (const std::vector<double>& row : table.rows) values.push_back(row[index]);
  return values;
}

// The patients, and their ids.
Expected<std::vector<double>> read_patients(const fs::path& path, std::vector<Patient>& patients) {
  const auto table = read_table(path);
  if (!table) return tl::unexpected(table.error());
  patients.assign(table->rows.size(), Patient{});
  const std::pair<const char*, double Patient::*> fields[] = {{"CL", &Patient::CL},
                                                              {"V2", &Patient::V2},
                                                              {"ka", &Patient::ka},
                                                              {"koffs", &Patient::koffs},
                                                              {"kouts", &Patient::kouts}};
  for (const auto& [name, field] : fields) {
    const auto values = column(*table, name, path);
    if (!values) return tl::unexpected(values.error());
    for (std::size_t i = 0; i < patients.size(); ++i) patients[i].*field = (*values)[i];
  }
  return column(*table, "ID", path);
}

Expected<void> read_reference(const fs::path& path, const std::vector<double>& ids, Workload& w) {
  const auto table = read_table(path);
  if (!table) return tl::unexpected(table.error());
  if (table->columns.size() < 3 || table->columns[0] != "patient" || table->columns[1] != "time_h")
    return tl::unexpected(
        fmt::format("'{}' does not start with the columns patient, time_h", path.string()));
  w.states.assign(table->columns.begin() + 2, table->columns.end());
  for (const std::vector<double>& row : table->rows) {
    const auto id = std::find(ids.begin(), ids.end(), row[0]);
    if (id == ids.end() || !(row[1] >= 0 && row[1] <= w.schedule.hours) ||
        row[1] != std::floor(row[1]))
      return tl::unexpected(fmt::format("'{}' has patient {} at {} h, who or which is unknown",
                                        path.string(), row[0], row[1]));
    const auto patient = static_cast<std::size_t>(id - ids.begin());
    if (w.reference.empty() || w.reference.back().patient != patient)
      w.reference.push_back({patient, {}, {}});
    w.reference.back().hours.push_back(static_cast<unsigned>(row[1]));
    w.reference.back().values.insert(w.reference.back().values.end(), row.begin() + 2, row.end());
  }
  return {};
}

Expected<void> read_system(const fs::path& path, Workload& w) {
  const auto model = language::read_antimony(path, files::SearchPath::from_environment());
  if (!model) return tl::unexpected(model.error().text());
  auto system = equations::build(*model);
  if (!system) return tl::unexpected(system.error().text());
  w.system = std::make_shared<const equations::System>(std::move(*system));
  for (const std::string& state : w.states) {
    const auto output = w.system->output(state);
    if (!output) return tl::unexpected(output.error().text());
    w.outputs.push_back(*output);
  }
  if (w.system->states.size() != w.states.size())
    return tl::unexpected(fmt::format("'{}' has {} states, its reference values {}", path.string(),
                                      w.system->states.size(), w.states.size()));
  return {};
}

std::uint32_t state_index(const equations::System& system, std::string_view id) {
  for (std::uint32_t i = 0; i < system.states.size(); ++i)
    if (system.states[i].id == id) return i;
  return std::numeric_limits<std::uint32_t>::max();
}

}  // namespace

Expected<fs::path> benchmarks_folder() {
  if (const char* given = std::getenv("VESPER_BENCHMARKS"); given != nullptr && *given != 0) {
    if (fs::exists(fs::path(given) / "W1.ant")) return fs::path(given);
    return tl::unexpected(fmt::format("VESPER_BENCHMARKS says '{}': no W1.ant is there", given));
  }
  const fs::path beside = fs::path(VESPER_BENCH_SOURCE).parent_path() / "shared" / "benchmarks";
  if (fs::exists(beside / "W1.ant")) return beside;
  return tl::unexpected(
      fmt::format("the workloads are not here: '{}' does not exist; name the folder that holds "
                  "W1.ant, W2.ant, patients.csv and their reference values in VESPER_BENCHMARKS",
                  beside.string()));
}

Expected<Workload> read_workload(const fs::path& folder, Model model) {
  Workload w;
  w.model = model;
  w.name = model == Model::W1 ? "W1" : "W2";
  const auto ids = read_patients(folder / "patients.csv", w.patients);
  if (!ids) return tl::unexpected(ids.error());
  if (const auto read = read_reference(folder / (w.name + "-reference.csv"), *ids, w); !read)
    return tl::unexpected(read.error());
  if (const auto read = read_system(folder / (w.name + ".ant"), w); !read)
    return tl::unexpected(read.error());
  return w;
}

std::vector<double> Workload::parameters(const Patient& patient) const {
  const std::pair<const char*, double> given[] = {{"CL", patient.CL},
                                                  {"V2", patient.V2},
                                                  {"ka", patient.ka},
                                                  {"koffs", patient.koffs},
                                                  {"kouts", patient.kouts}};
  std::vector<std::pair<std::uint32_t, double>> overrides;
  for (const auto& [name, value] : given)
    overrides.emplace_back(system->parameter(name).value(), value);
  return solve::initial_parameters(*system, overrides).value();
}

std::vector<solve::Problem> Workload::problems(std::span<const std::size_t> which, double relative,
                                               double absolute) const {
  solve::Problem problem;
  problem.end = schedule.hours;
  for (unsigned hour = 0; hour <= schedule.hours; ++hour) problem.grid.push_back(hour);
  const std::uint32_t target = state_index(*system, "A1");
  for (unsigned dose = 0; dose < schedule.doses(); ++dose) {
    solve::Input input;
    input.state = target;
    input.time = static_cast<double>(dose) * schedule.interval;
    input.amount = schedule.dose;
    problem.inputs.push_back(input);
  }
  problem.tolerances.relative = relative;
  problem.tolerances.absolute = absolute;

  std::vector<solve::Problem> problems;
  for (const std::size_t patient : which) {
    problem.parameters = parameters(patients[patient]);
    problems.push_back(problem);
  }
  return problems;
}

}  // namespace vesper::bench
