#include "simulate/record.h"

#include <fmt/format.h>
#include <netcdf.h>
#include <oneapi/tbb/version.h>
#include <openssl/crypto.h>
#include <sundials/sundials_version.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "equations/cost.h"
#include "simulate/engine.h"
#include "simulate/resolve.h"

namespace vesper::simulate {
namespace {

using Json = nlohmann::ordered_json;

std::string sundials_version() {
  std::array<char, 32> text{};
  SUNDIALSGetVersion(text.data(), static_cast<int>(text.size()));
  return text.data();
}

// "4.9.0 of Oct 11 2022 ...": the number alone.
std::string netcdf_version() {
  const std::string text = nc_inq_libvers();
  return text.substr(0, text.find(' '));
}

Json versions() {
  return {{"vesper", VESPER_VERSION},
          {"SUNDIALS", sundials_version()},
          {"netCDF", netcdf_version()},
          {"oneTBB", TBB_runtime_version()},
          {"OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING)},
          {"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100,
                              FMT_VERSION % 100)},
          {"compiler", __VERSION__}};
}

Json inputs(const Study& study) {
  Json list = Json::array();
  for (const InputFile& input : study.inputs()) {
    list.push_back({{"role", input.role}, {"file", input.path}, {"sha256", input.sha256}});
  }
  return list;
}

Json named_values(const Study& study, const std::vector<std::pair<std::uint32_t, double>>& values) {
  Json object = Json::object();
  for (const auto& [index, value] : values) {
    const equations::Parameter& parameter = study.system().parameters[index];
    object[parameter.id] = {{"value", value}, {"unit", shown_unit(parameter.unit)}};
  }
  return object;
}

Json hypotheses(const Study& study) {
  Json list = Json::array();
  for (const equations::Hypothesis& hypothesis : study.hypotheses()) {
    if (hypothesis.id.empty()) continue;
    list.push_back({{"id", hypothesis.id},
                    {"label", hypothesis.label},
                    {"parameters", named_values(study, hypothesis.settings)}});
  }
  return list;
}

Json listed(const std::vector<Setting>& settings) {
  Json list = Json::array();
  for (const Setting& setting : settings) {
    list.push_back({{"name", setting.name},
                    {"value", setting.value},
                    {"unit", setting.unit ? setting.unit->text() : ""}});
  }
  return list;
}

Json options_of(const Study& study, const Options& options) {
  const Protocol& protocol = study.protocol();
  Json of_arms = Json::object();
  for (const Arm& arm : protocol.arms) {
    if (!arm.settings.empty()) of_arms[arm.name] = listed(arm.settings);
  }
  Json list = {{"patients", study.patients()},
               {"first_patient", study.first_patient()},
               {"typical_only", study.patients() == 0},
               {"seed", study.seed()},
               {"threads", options.threads},
               {"engine", name_of(options.engine)},
               {"timecourses", options.timecourses},
               {"uncertainty_draws", protocol.uncertainty_draws},
               {"relative_tolerance", protocol.relative_tolerance},
               {"absolute_tolerance", protocol.absolute_tolerance},
               {"tolerance_of_largest", protocol.tolerance_of_largest},
               {"set", listed(protocol.settings)}};
  if (!of_arms.empty()) list["set_of_arms"] = of_arms;
  if (options.engine == Engine::fast) {
    list["method"] = name_of(options.method);
    list["lanes"] = study.compiled().lanes();
    list["code"] = {{"from_cache", study.compiled().from_cache()},
                    {"compile_seconds", study.compiled().compile_seconds()}};
  }
  return list;
}

Json design(const Study& study) {
  const Protocol& protocol = study.protocol();
  Json arms = Json::array(), outputs = Json::array();
  for (const Arm& arm : protocol.arms) arms.push_back(arm.name);
  for (const WatchedOutput& output : study.watched()) {
    outputs.push_back(
        {{"label", output.label}, {"variable", output.variable}, {"unit", output.unit}});
  }
  return {{"duration_h", protocol.duration},
          {"window",
           {{"label", protocol.window_label},
            {"from_h", protocol.window_from},
            {"to_h", protocol.duration}}},
          {"arms", arms},
          {"hypotheses", hypotheses(study)},
          {"outputs", outputs},
          {"output_times", study.grid().size()}};
}

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

Json band(const Band& band) {
  return {{"n", band.n},
          {"mean", number(band.mean)},
          {"sd", number(band.sd)},
          {"p05", number(band.q05)},
          {"p25", number(band.q25)},
          {"p50", number(band.q50)},
          {"p75", number(band.q75)},
          {"p95", number(band.q95)}};
}

Json metrics(const Study& study, const Summary& summary) {
  Json list = Json::array();
  for (const Metric& metric : summary.metrics) {
    Json entry = {{"arm", study.protocol().arms[metric.arm].name},
                  {"hypothesis", study.hypotheses()[metric.hypothesis].id},
                  {"output", study.watched()[metric.watched].label},
                  {"metric", metric.name},
                  {"column", metric.column},
                  {"unit", metric.unit},
                  {"typical", number(metric.typical)}};
    if (metric.patients.n > 0) entry["patients"] = band(metric.patients);
    if (metric.uncertainty.n > 0) entry["uncertainty"] = band(metric.uncertainty);
    list.push_back(std::move(entry));
  }
  return list;
}

Json failures(const Study& study, const Summary& summary) {
  Json list = Json::array();
  for (const PatientFailure& failed : summary.failures) {
    list.push_back({{"patient", failed.patient},
                    {"uncertainty_draw", failed.uncertainty_draw},
                    {"arm", study.protocol().arms[failed.arm].name},
                    {"hypothesis", study.hypotheses()[failed.hypothesis].id},
                    {"time_h", number(failed.failure.time)},
                    {"state", failed.failure.state},
                    {"reason", failed.failure.reason}});
  }
  return list;
}

Json columns(const std::vector<Column>& columns) {
  Json list = Json::array();
  for (const Column& column : columns) {
    list.push_back({{"name", column.name}, {"unit", column.unit}, {"meaning", column.meaning}});
  }
  return list;
}

// By the outermost submodel, in one evaluation of the rates; see equations/cost.h.
Json costs(const Study& study) {
  Json list = Json::array();
  for (const equations::ModuleCost& cost : equations::cost_by_module(study.system())) {
    list.push_back({{"module", cost.module},
                    {"states", cost.states},
                    {"operations", cost.operations},
                    {"functions", cost.functions},
                    {"jacobian_entries", cost.jacobian},
                    {"share", cost.share}});
  }
  return list;
}

Json outcome(const Summary& summary) {
  const solve::Statistics& s = summary.statistics;
  return {{"status", summary.cancelled ? "cancelled" : "complete"},
          {"patients_run", summary.patients},
          {"runs_finished", summary.solved},
          {"runs_failed", summary.failures.size()},
          {"quantile_error", summary.quantile_error},
          {"wall_seconds", summary.seconds},
          {"solver",
           {{"steps", s.steps},
            {"evaluations", s.evaluations},
            {"jacobians", s.jacobians},
            {"newton_iterations", s.newton_iterations},
            {"error_test_failures", s.error_test_failures},
            {"restarts", s.restarts},
            {"events", s.events},
            {"steady_periods", s.steady_periods},
            {"steady_periods_by_repetition", s.steady_periods_by_repetition}}}};
}

}  // namespace

std::string run_record(const Study& study, const Options& options, const Summary& summary,
                       const std::vector<Column>& patient_columns) {
  const Json record = {
      {"title", study.protocol().title},
      {"disclaimer", disclaimer},
      {"outcome", outcome(summary)},
      {"failures", failures(study, summary)},
      {"protocol", study.protocol().path.string()},
      {"model", study.protocol().model.string()},
      {"inputs", inputs(study)},
      {"options", options_of(study, options)},
      {"cost_by_module", costs(study)},
      {"design", design(study)},
      {"versions", versions()},
      {"metrics", metrics(study, summary)},
      {"columns",
       {{"patients.csv", columns(patient_columns)}, {"summary.csv", columns(summary_columns())}}}};
  return record.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace vesper::simulate
