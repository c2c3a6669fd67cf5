#include "print.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace vesper::bench {

namespace {

std::string ratio(const std::vector<double>& ratios) {
  return ratios.empty() ? "-" : fmt::format("{:.1f}", median(ratios));
}

std::string spread(const Timing& timing) {
  const auto [low, high] =
      std::minmax_element(timing.ms_per_patient.begin(), timing.ms_per_patient.end());
  return fmt::format("{:.3g}-{:.3g}", *low, *high);
}

std::string headline(const Row& row) {
  return fmt::format(
      "{:<10}{:>9.1e}{:>8}{:>11.4g}{:>14}{:>9.0f}{:>11.1e}{:>11.1e}{:>9.1f}{:>9.3f}{:>8}{:>8}\n",
      to_string(row.engine), row.tolerance.relative, row.patients,
      median(row.timing.ms_per_patient), spread(row.timing), row.timing.steps_per_patient,
      row.errors.at_reference_times, row.errors.hourly, row.memory_mb, row.compile_seconds,
      ratio(row.over_cvode), ratio(row.over_dopri5));
}

std::string headlines(std::span<const Row> rows, const std::string& workload) {
  std::string text = fmt::format(
      "\n{}: hourly rows of all states, one core\n"
      "{:<10}{:>9}{:>8}{:>11}{:>14}{:>9}{:>11}{:>11}{:>9}{:>9}{:>8}{:>8}\n",
      workload, "engine", "rtol", "timed", "ms/patient", "spread", "steps", "error", "hourly", "MB",
      "compile", "cvode/", "dopri5/");
  for (const Row& row : rows)
    if (row.headline && row.workload == workload) text += headline(row);
  for (const Row& row : rows)
    if (row.headline && row.workload == workload && row.tolerance.of_scale > 0)
      text += fmt::format(
          "Absolute tolerances of {}: {:g} of the relative one, times the scale of each state.\n",
          to_string(row.engine), row.tolerance.of_scale);
  for (const Row& row : rows)
    if (row.headline && row.workload == workload && !row.as_accurate_as_cvode)
      text += fmt::format("No tolerance down to {:.0e} makes {} as accurate as cvode at 1e-6.\n",
                          row.tolerance.relative, to_string(row.engine));
  return text;
}

std::string work_precision(std::span<const Row> rows, const std::string& workload) {
  if (std::ranges::all_of(rows, [](const Row& row) { return row.headline; })) return "";
  std::string text = fmt::format(
      "\n{}: work and precision\n{:>9}  {:<10}{:>8}{:>8}{:>12}{:>10}{:>11}{:>11}\n", workload,
      "rtol", "engine", "timed", "judged", "ms/patient", "steps", "error", "hourly");
  for (const Row& row : rows)
    if (!row.headline && row.workload == workload)
      text += fmt::format("{:>9.0e}  {:<10}{:>8}{:>8}{:>12.4g}{:>10.0f}{:>11.1e}{:>11.1e}\n",
                          row.tolerance.relative, to_string(row.engine), row.patients,
                          row.error_patients, median(row.timing.ms_per_patient),
                          row.timing.steps_per_patient, row.errors.at_reference_times,
                          row.errors.hourly);
  return text;
}

}  // namespace

std::string tables(std::span<const Row> rows) {
  std::string text;
  std::vector<std::string> workloads;
  for (const Row& row : rows)
    if (workloads.empty() || workloads.back() != row.workload) workloads.push_back(row.workload);
  for (const std::string& workload : workloads) text += headlines(rows, workload);
  for (const std::string& workload : workloads) text += work_precision(rows, workload);
  return text;
}

std::string json(std::span<const Row> rows) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    nlohmann::ordered_json one = {
        {"workload", row.workload},
        {"engine", to_string(row.engine)},
        {"rtol", row.tolerance.relative},
        {"atol", row.tolerance.absolute},
        {"atol_of_scale", row.tolerance.of_scale},
        {"table", row.headline ? "headline" : "work-precision"},
        {"patients", row.patients},
        {"ms_per_patient", median(row.timing.ms_per_patient)},
        {"steps", row.timing.steps_per_patient},
        {"max_error", row.errors.at_reference_times},
        {"max_error_hourly", row.errors.hourly},
        {"memory_mb", row.memory_mb},
        {"compile_s", row.compile_seconds},
    };
    if (!row.over_cvode.empty()) one["ratio_to_cvode"] = median(row.over_cvode);
    if (!row.over_dopri5.empty()) one["ratio_to_dopri5"] = median(row.over_dopri5);
    if (row.headline && row.engine == EngineKind::fast)
      one["as_accurate_as_cvode"] = row.as_accurate_as_cvode;
    list.push_back(std::move(one));
  }
  return list.dump(2) + "\n";
}

std::string text(const Peak& peak) {
  return fmt::format(
      "vectors of {} doubles\n"
      "fused multiply-adds   {:.1f} G/s ({:.1f} Gflop/s)\n"
      "first-level loads     {:.0f} GB/s\n",
      peak.lanes, peak.fused_per_second * 1e-9, 2e-9 * peak.fused_per_second,
      peak.bytes_per_second * 1e-9);
}

}  // namespace vesper::bench
