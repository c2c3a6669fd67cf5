// Whole runs: numbers, files, threads, failures, cancelling.
#include "simulate/run.h"

#include <gtest/gtest.h>
#include <netcdf.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "files/hash.h"
#include "files/source.h"
#include "simulate/band.h"
#include "simulate/bench.h"
#include "simulate/tables.h"
#include "simulate/timecourses.h"

namespace vesper::simulate {
namespace {

namespace fs = std::filesystem;

const std::string trial = R"(title: A trial
model: one
population: adults
patients: 9
duration: 2 days
arms:
  drug, daily: [{product: tablet, every: 24 h, at: "08:00", adherence: 80 %}]
  placebo: []
hypotheses: all
watch: [plasma drug, target occupancy in %]
output: [{every: 2 h}]
window: last day
uncertainty-draws: 3
)";

// A CSV file as columns of text.
std::map<std::string, std::vector<std::string>> read_csv(const fs::path& path) {
  std::istringstream stream(slurp(path));
  std::string line;
  std::vector<std::string> names;
  std::map<std::string, std::vector<std::string>> columns;
  while (std::getline(stream, line)) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (const char c : line) {
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        fields.emplace_back();
      } else {
        fields.back() += c;
      }
    }
    if (names.empty()) {
      names = fields;
      continue;
    }
    EXPECT_EQ(fields.size(), names.size()) << line;
    for (std::size_t i = 0; i < names.size(); ++i) columns[names[i]].push_back(fields[i]);
  }
  return columns;
}

std::vector<std::string> lines_of_patient(const fs::path& path, const std::string& patient) {
  std::istringstream stream(slurp(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with(patient + ",")) lines.push_back(line);
  }
  return lines;
}

TEST(Run, typical_patient_to_closed_form) {
  const Bench bench;
  const Summary summary = bench.run(
      "model: one\nduration: 48 h\narms: {drug: [{product: tablet}]}\noutput: [{every: 1 h}]\n"
      "watch: [plasma drug]\ntolerances: {relative: 1e-9, absolute: 1e-12}\n",
      testing::options_in_force(), bench.out());
  ASSERT_EQ(summary.series.size(), 1u);
  for (std::size_t i = 0; i <= 48; ++i) {
    EXPECT_NEAR(summary.series[0].typical[i], oral(static_cast<double>(i)), 1e-5 * oral(2));
  }
  std::map<std::string, double> metric;
  for (const Metric& one : summary.metrics) metric[one.name] = one.typical;
  const double tmax = std::log(5.0) / 0.8;
  EXPECT_NEAR(metric["Cmax"] / oral(tmax), 1, 1e-5);
  EXPECT_NEAR(metric["Tmax"], tmax, 2e-2);
  const double area =
      4000 / 10.0 - 4000 / 40.0 * (std::exp(-0.2 * 48) / 0.2 - std::exp(-48.0)) / 1.0;
  EXPECT_NEAR(metric["AUC"] / area, 1, 1e-4);
  EXPECT_NEAR(metric["mean"] / (area / 48), 1, 1e-4);
  EXPECT_NEAR(metric["half-life"] / (std::log(2.0) / 0.2), 1, 1e-4);
  EXPECT_NEAR(metric["trough"], 0, 1e-12);
  // Also in patients.csv, as patient 0.
  const auto csv = read_csv(bench.out() / "patients.csv");
  ASSERT_EQ(csv.at("patient").size(), 1u);
  EXPECT_EQ(csv.at("patient")[0], "0");
  EXPECT_NEAR(std::stod(csv.at("plasma_drug_cmax_nM")[0]) / oral(tmax), 1, 1e-5);
  EXPECT_NEAR(std::stod(csv.at("plasma_drug_auc_h_nM")[0]) / area, 1, 1e-4);
}

TEST(Run, the_same_bytes_for_any_number_of_threads) {
  const Bench bench;
  Options one = testing::options_in_force(), two = one;
  one.threads = 1;
  two.threads = 2;
  const Summary a = bench.run(trial, one, bench.out("a"));
  const Summary b = bench.run(trial, two, bench.out("b"));
  ASSERT_EQ(a.files.size(), 4u);
  EXPECT_EQ(a.patients, 9u);
  EXPECT_EQ(a.solved, (9u + 1 + 3) * 4);
  EXPECT_EQ(a.statistics.steps, b.statistics.steps);
  for (const char* name : {"patients.csv", "summary.csv"}) {
    const std::string text = slurp(bench.out("a") / name);
    EXPECT_GT(text.size(), 500u);
    EXPECT_EQ(text, slurp(bench.out("b") / name)) << name;
  }
}

TEST(Run, a_patient_alone_is_the_patient_among_others) {
  const Bench bench;
  bench.run(trial, testing::options_in_force(), bench.out("all"));
  Options alone = testing::options_in_force();
  alone.only_patient = 7;
  const Summary summary = bench.run(trial, alone, bench.out("alone"));
  EXPECT_EQ(summary.patients, 1u);
  const auto lines = lines_of_patient(bench.out("alone") / "patients.csv", "7");
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines, lines_of_patient(bench.out("all") / "patients.csv", "7"));
}

TEST(Run, summary_holds_the_quantiles_of_the_curves) {
  const Bench bench;
  const Summary summary = bench.run(trial, testing::options_in_force(), bench.out());
  const auto study = bench.study(trial);
  const std::size_t outputs = 2, time = 17;
  std::vector<double> values;
  for (PatientNumber number = 1; number <= 9; ++number) {
    values.push_back(study->solve(number, 0, 1).values[time * outputs]);
  }
  const Band expected = band(values);
  const Series& series = summary.series[1 * outputs];  // arm 0, hypothesis 1, output 0
  EXPECT_EQ(series.arm, 0u);
  EXPECT_EQ(series.hypothesis, 1u);
  EXPECT_EQ(series.patients[time].n, 9u);
  EXPECT_DOUBLE_EQ(series.patients[time].q50, expected.q50);
  EXPECT_DOUBLE_EQ(series.patients[time].q95, expected.q95);
  EXPECT_DOUBLE_EQ(series.patients[time].sd, expected.sd);
  EXPECT_EQ(series.uncertainty[time].n, 3u);
  const auto csv = read_csv(bench.out() / "summary.csv");
  const std::size_t row = (1 * outputs) * 25 + time;
  EXPECT_EQ(csv.at("arm")[row], "drug, daily");
  EXPECT_EQ(csv.at("hypothesis")[row], "fast");
  EXPECT_EQ(csv.at("time")[row], "34");
  EXPECT_EQ(csv.at("output")[row], "plasma drug");
  EXPECT_EQ(csv.at("unit")[row], "nM");
  EXPECT_EQ(csv.at("n")[row], "9");
  EXPECT_EQ(csv.at("p50")[row], csv_number(expected.q50));
  EXPECT_EQ(csv.at("typical")[row], csv_number(study->solve(0, 0, 1).values[time * outputs]));
  EXPECT_EQ(csv.at("arm").size(), 2u * 2 * 2 * 25);
}

TEST(Run, patients_csv_names_and_units) {
  const Bench bench;
  bench.run(trial, testing::options_in_force(), bench.out());
  const std::string text = slurp(bench.out() / "patients.csv");
  EXPECT_EQ(text.substr(0, text.find('\n')),
            "patient,arm,hypothesis,weight_kg,sex,CL_L_per_h,V_L,"
            "plasma_drug_cmax_nM,plasma_drug_tmax_h,plasma_drug_auc_h_nM,plasma_drug_half_life_h,"
            "plasma_drug_mean_nM,plasma_drug_trough_nM,"
            "target_occupancy_max_percent,target_occupancy_tmax_h,target_occupancy_auc_h_percent,"
            "target_occupancy_half_life_h,target_occupancy_mean_percent,"
            "target_occupancy_trough_percent,target_occupancy_hours_a_day_above_50_percent,"
            "target_occupancy_hours_a_day_above_80_percent");
  const auto csv = read_csv(bench.out() / "patients.csv");
  ASSERT_EQ(csv.at("patient").size(), 9u * 4);
  EXPECT_EQ(csv.at("arm")[2], "placebo");
  EXPECT_EQ(csv.at("plasma_drug_cmax_nM")[2], "0");
  EXPECT_EQ(csv.at("plasma_drug_half_life_h")[2], "");  // missing, never zero
  EXPECT_TRUE(csv.at("sex")[0] == "female" || csv.at("sex")[0] == "male");
  const double above = std::stod(csv.at("target_occupancy_hours_a_day_above_50_percent")[0]);
  EXPECT_GE(above, 0);
  EXPECT_LE(above, 24);
}

struct NetCdf {
  explicit NetCdf(const fs::path& path) { EXPECT_EQ(nc_open(path.c_str(), NC_NOWRITE, &id), 0); }
  ~NetCdf() { nc_close(id); }
  std::size_t dimension(const char* name) const {
    int dim = -1;
    std::size_t length = 0;
    EXPECT_EQ(nc_inq_dimid(id, name, &dim), 0) << name;
    EXPECT_EQ(nc_inq_dimlen(id, dim, &length), 0);
    return length;
  }
  int variable(const char* name) const {
    int var = -1;
    EXPECT_EQ(nc_inq_varid(id, name, &var), 0) << name;
    return var;
  }
  std::string text(int var, const char* name) const {
    std::size_t length = 0;
    EXPECT_EQ(nc_inq_attlen(id, var, name, &length), 0) << name;
    std::string value(length, ' ');
    EXPECT_EQ(nc_get_att_text(id, var, name, value.data()), 0);
    return value;
  }
  double at(const char* name, const std::vector<std::size_t>& index) const {
    double value = 0;
    EXPECT_EQ(nc_get_var1_double(id, variable(name), index.data(), &value), 0);
    return value;
  }
  int id = -1;
};

TEST(Run, timecourses_read_back) {
  const Bench bench;
  bench.run(trial, testing::options_in_force(), bench.out());
  const NetCdf file(bench.out() / "timecourses.nc");
  EXPECT_EQ(file.dimension("arm"), 2u);
  EXPECT_EQ(file.dimension("hypothesis"), 2u);
  EXPECT_EQ(file.dimension("patient"), 9u);
  EXPECT_EQ(file.dimension("draw"), 3u);
  EXPECT_EQ(file.dimension("time"), 25u);
  EXPECT_EQ(file.at("time", {17}), 34);
  EXPECT_EQ(file.at("patient", {8}), 9);
  const int plasma = file.variable("plasma_drug");
  EXPECT_EQ(file.text(plasma, "units"), "nM");
  EXPECT_EQ(file.text(plasma, "long_name"), "plasma drug");
  EXPECT_EQ(file.text(file.variable("time"), "units"), "h");
  EXPECT_EQ(file.text(file.variable("target_occupancy"), "units"), "%");
  double fill = 0;
  EXPECT_EQ(nc_get_att_double(file.id, plasma, "_FillValue", &fill), 0);
  EXPECT_TRUE(std::isnan(fill));
  EXPECT_EQ(file.text(NC_GLOBAL, "title"), "A trial");
  EXPECT_EQ(file.text(NC_GLOBAL, "seed"), "1");
  EXPECT_EQ(file.text(NC_GLOBAL, "disclaimer"), disclaimer);
  EXPECT_NE(file.text(NC_GLOBAL, "inputs").find("one.ant"), std::string::npos);
  const auto study = bench.study(trial);
  EXPECT_EQ(file.at("plasma_drug", {0, 1, 4, 17}), study->solve(5, 0, 1).values[17 * 2]);
  EXPECT_EQ(file.at("typical_target_occupancy", {0, 0, 10}),
            study->solve(0, 0, 0).values[10 * 2 + 1]);
  EXPECT_EQ(file.at("uncertainty_plasma_drug", {0, 0, 2, 9}),
            study->solve(0, 0, 0, 3).values[9 * 2]);
  std::vector<char*> arms(2);
  ASSERT_EQ(nc_get_var_string(file.id, file.variable("arm"), arms.data()), 0);
  EXPECT_STREQ(arms[0], "drug, daily");
  nc_free_string(2, arms.data());
}

TEST(Run, record_says_what_was_run) {
  const Bench bench;
  Options options = testing::options_in_force();
  options.settings = {*parse_setting("ka=2")};
  options.threads = 1;
  bench.run(trial, options, bench.out());
  const auto record = nlohmann::json::parse(slurp(bench.out() / "run.json"));
  EXPECT_EQ(record["title"], "A trial");
  EXPECT_EQ(record["disclaimer"], "For research and teaching; not medical advice.");
  EXPECT_EQ(record["outcome"]["status"], "complete");
  EXPECT_EQ(record["outcome"]["patients_run"], 9);
  EXPECT_EQ(record["outcome"]["runs_failed"], 0);
  EXPECT_GT(record["outcome"]["solver"]["steps"], 100);
  EXPECT_EQ(record["options"]["seed"], 1);
  EXPECT_EQ(record["options"]["set"][0]["name"], "ka");
  EXPECT_EQ(record["options"]["set"][0]["value"], 2);
  EXPECT_EQ(record["design"]["hypotheses"][1]["parameters"]["CL"]["value"], 20);
  EXPECT_EQ(record["versions"]["vesper"], VESPER_VERSION);
  EXPECT_EQ(record["versions"]["SUNDIALS"].get<std::string>().substr(0, 2), "6.");
  std::map<std::string, std::string> hash;
  for (const auto& input : record["inputs"]) {
    hash[fs::path(input["file"].get<std::string>()).filename()] = input["sha256"];
  }
  for (const char* name : {"protocols/p.yaml", "models/one.ant", "populations/adults.yaml",
                           "products/tablet.yaml", "products/drugs.yaml"}) {
    EXPECT_EQ(hash[fs::path(name).filename()], files::sha256(slurp(bench.path() / name))) << name;
  }
  EXPECT_EQ(record["columns"]["patients.csv"][3]["name"], "weight_kg");
  EXPECT_EQ(record["metrics"].size(), 4u * 14);
  EXPECT_EQ(record["metrics"][0]["metric"], "Cmax");
  EXPECT_EQ(record["metrics"][0]["patients"]["n"], 9);
}

// x' = 1 + (a x)^2 reaches infinity at t = pi / (2 a): patients with a large one fail within 48 h.
const std::string explosive =
    "unit time_unit = 3600 second;\nmodel explosive\n  a = lognormal(0.03, 0.015);\n"
    "  x = 0;  x' = 1 + (a * x)^2;\n  //@ units unchecked\nend\n";

TEST(Run, a_failed_patient_is_named_and_the_others_finish) {
  const Bench bench;
  bench.write("models/explosive.ant", explosive);
  const std::string text =
      "model: explosive\nduration: 48 h\narms: {a: []}\npatients: 20\noutput: [{every: 4 h}]\n";
  const Summary summary = bench.run(text, testing::options_in_force(), bench.out());
  ASSERT_FALSE(summary.failures.empty());
  ASSERT_LT(summary.failures.size(), 20u);
  const auto study = bench.study(text);
  std::vector<PatientNumber> expected, failed;
  for (PatientNumber number = 1; number <= 20; ++number) {
    const double a = (*study->parameters(number, 0))[0];
    if (std::acos(-1.0) / 2 / a < 48) expected.push_back(number);
  }
  for (const PatientFailure& failure : summary.failures) {
    failed.push_back(failure.patient);
    const double a = (*study->parameters(failure.patient, 0))[0];
    EXPECT_NEAR(failure.failure.time, std::acos(-1.0) / 2 / a, 0.01);
    EXPECT_FALSE(failure.failure.reason.empty());
  }
  EXPECT_EQ(failed, expected);
  EXPECT_EQ(summary.patients, 20u);
  EXPECT_EQ(summary.solved, 21 - failed.size());
  for (const Band& band : summary.series[0].patients) EXPECT_EQ(band.n, 20 - failed.size());
  EXPECT_EQ(summary.metrics[0].patients.n, 20 - failed.size());
  // Missing in the files, never zero.
  const auto csv = read_csv(bench.out() / "patients.csv");
  EXPECT_EQ(csv.at("x_cmax")[failed[0] - 1], "");
  const NetCdf file(bench.out() / "timecourses.nc");
  EXPECT_TRUE(std::isnan(file.at("x", {0, 0, failed[0] - 1, 0})));
  const auto record = nlohmann::json::parse(slurp(bench.out() / "run.json"));
  EXPECT_EQ(record["failures"].size(), failed.size());
  EXPECT_EQ(record["failures"][0]["patient"], failed[0]);
  EXPECT_EQ(record["failures"][0]["arm"], "a");
}

TEST(Run, cancelled_keeps_the_finished_patients) {
  const Bench bench;
  std::atomic<bool> cancel = false;
  Progress progress;
  progress.cancel = &cancel;
  // 4 runs of the typical patient, 12 of draws, then 4 a patient.
  progress.update = [&](std::uint64_t done, std::uint64_t total) {
    EXPECT_EQ(total, (1u + 3 + 9) * 4);
    if (done == 4 * 8 + 2) cancel = true;
  };
  Options options = testing::options_in_force();
  options.threads = 1;
  const Summary part = bench.run(trial, options, bench.out("part"), progress);
  EXPECT_TRUE(part.cancelled);
  ASSERT_GT(part.patients, 0u);
  ASSERT_LT(part.patients, 9u);
  EXPECT_EQ(part.files.size(), 4u);
  bench.run(trial, options, bench.out("whole"));
  const std::string text = slurp(bench.out("part") / "patients.csv");
  EXPECT_TRUE(slurp(bench.out("whole") / "patients.csv").starts_with(text));
  const auto record = nlohmann::json::parse(slurp(bench.out("part") / "run.json"));
  EXPECT_EQ(record["outcome"]["status"], "cancelled");
  EXPECT_EQ(record["outcome"]["patients_run"], part.patients);
  EXPECT_EQ(NetCdf(bench.out("part") / "timecourses.nc").dimension("patient"), part.patients);
}

TEST(Run, cancelled_at_once_leaves_nothing) {
  const Bench bench;
  const std::atomic<bool> cancel = true;
  Progress progress;
  progress.cancel = &cancel;
  const Summary summary = bench.run(trial, testing::options_in_force(), bench.out(), progress);
  EXPECT_TRUE(summary.cancelled);
  EXPECT_TRUE(summary.files.empty());
  EXPECT_TRUE(fs::is_empty(bench.out()));
}

TEST(Run, without_a_folder_nothing_is_written) {
  const Bench bench;
  const fs::path scratch = bench.path() / "scratch";
  fs::create_directories(scratch);
  ::setenv("TMPDIR", scratch.c_str(), 1);
  const Summary summary = bench.run(trial, testing::options_in_force(), {});
  ::unsetenv("TMPDIR");
  EXPECT_TRUE(summary.files.empty());
  EXPECT_EQ(summary.series.size(), 8u);
  EXPECT_TRUE(fs::is_empty(scratch));
}

TEST(Run, a_folder_that_cannot_be_made_is_refused) {
  const Bench bench;
  const fs::path blocked = bench.write("blocked", "a file");
  const auto study = bench.study(trial);
  const auto summary = run(*study, {}, blocked / "out", {});
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().code, Code::cannot_write);
}

// Blocks that do not divide the patients, in both widths of number.
TEST(Timecourses, hold_every_curve_however_they_are_written) {
  const Bench bench;
  const auto study = bench.study(trial);
  ASSERT_TRUE(study) << study.error().text();
  const auto kinds = metric_kinds(*study);
  const std::vector<UnitKey> keys{{1, 0}, {2, 0}, {3, 0}, {4, 0}, {5, 0}, {6, 0}, {7, 0}};
  const std::vector<UnitResult> units = solve_units(*study, kinds, keys, nullptr, [] {});
  const std::size_t times = study->grid().size(), run = 1, output = 1;
  for (const bool full : {true, false}) {
    Timecourses::Limits limits;
    limits.largest_in_full = full ? 1e9 : 0;
    limits.most_in_block = 3;
    auto store = Timecourses::create(bench.path() / "t.nc", *study, kinds, limits);
    ASSERT_TRUE(store) << store.error().text();
    for (const UnitResult& unit : units) {
      ASSERT_TRUE(store->append(Timecourses::Ensemble::patients, unit));
    }
    ASSERT_TRUE(store->flush());
    ASSERT_TRUE(store->close());
    const NetCdf file(bench.path() / "t.nc");
    ASSERT_EQ(file.dimension("patient"), units.size());
    for (std::size_t unit = 0; unit < units.size(); ++unit) {
      for (std::size_t time = 0; time < times; ++time) {
        const double value = units[unit].curves[(run * 2 + output) * times + time];
        EXPECT_NEAR(file.at("target_occupancy", {0, run, unit, time}), value,
                    full ? 0 : 1.6e-5 * std::abs(value));
      }
      EXPECT_NEAR(file.at("plasma_drug_cmax", {0, run, unit}),
                  units[unit].metrics[run * kinds.size()],
                  full ? 0 : 1e-6 * units[unit].metrics[run * kinds.size()]);
    }
  }
}

TEST(Run, without_time_courses_the_tables_are_the_same) {
  const Bench bench;
  bench.run(trial, testing::options_in_force(), bench.out("with"));
  Options options = testing::options_in_force();
  options.timecourses = false;
  const Summary summary = bench.run(trial, options, bench.out("without"));
  EXPECT_EQ(summary.files.size(), 3u);
  EXPECT_FALSE(fs::exists(bench.out("without") / "timecourses.nc"));
  for (const char* name : {"patients.csv", "summary.csv"}) {
    EXPECT_EQ(slurp(bench.out("with") / name), slurp(bench.out("without") / name)) << name;
  }
}

// However units are put together, each is the same.
TEST(Units, do_not_depend_on_those_beside_them) {
  const Bench bench;
  const auto study = bench.study(trial);
  ASSERT_TRUE(study) << study.error().text();
  const auto kinds = metric_kinds(*study);
  const std::vector<UnitKey> keys{{0, 0}, {0, 2}, {1, 0}, {2, 0}, {3, 0}};
  std::size_t done = 0;
  const auto together = solve_units(*study, kinds, keys, nullptr, [&] { ++done; });
  EXPECT_EQ(done, keys.size() * 4);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto alone = solve_units(*study, kinds, {&keys[i], 1}, nullptr, [] {});
    ASSERT_EQ(alone.size(), 1u);
    EXPECT_TRUE(together[i].finished);
    EXPECT_EQ(together[i].patient, keys[i].patient);
    EXPECT_EQ(together[i].draw, keys[i].draw);
    EXPECT_EQ(together[i].curves, alone[0].curves);
    EXPECT_EQ(together[i].statistics.steps, alone[0].statistics.steps);
    for (std::size_t k = 0; k < alone[0].metrics.size(); ++k) {
      const double a = together[i].metrics[k], b = alone[0].metrics[k];
      EXPECT_TRUE(a == b || (std::isnan(a) && std::isnan(b)));
    }
  }
}

TEST(Units, are_put_together_so_that_every_thread_has_work) {
  const Bench bench;
  const auto study = bench.study(trial);
  ASSERT_TRUE(study) << study.error().text();
  const Shape shape = shape_of(*study, metric_kinds(*study));
  for (const std::uint64_t all : {1u, 2u, 10u, 200u, 100'000u}) {
    for (const std::size_t threads : {1u, 2u, 16u}) {
      const std::size_t together = units_together(*study, shape, all, threads);
      EXPECT_GE(together, 1u);
      EXPECT_TRUE(together == 1 || together * threads <= all);
      EXPECT_LE(together, (study->batch() + shape.runs() - 1) / shape.runs());
    }
  }
}

TEST(Band, of_known_values) {
  const std::vector<double> values{4, 1, std::nan(""), 3, 2};
  const Band b = band(values);
  EXPECT_EQ(b.n, 4u);
  EXPECT_DOUBLE_EQ(b.mean, 2.5);
  EXPECT_DOUBLE_EQ(b.sd, std::sqrt(5.0 / 3));
  EXPECT_DOUBLE_EQ(b.q05, 1.15);  // R: quantile(1:4, 0.05)
  EXPECT_DOUBLE_EQ(b.q25, 1.75);
  EXPECT_DOUBLE_EQ(b.q50, 2.5);
  EXPECT_DOUBLE_EQ(b.q95, 3.85);
  const Band none = band({});
  EXPECT_EQ(none.n, 0u);
  EXPECT_TRUE(std::isnan(none.mean));
  EXPECT_TRUE(std::isnan(none.q50));
  const std::vector<double> single{7};
  EXPECT_TRUE(std::isnan(band(single).sd));
  EXPECT_EQ(band(single).q95, 7);
}

TEST(Tables, csv_fields) {
  EXPECT_EQ(csv_field("plain"), "plain");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_number(std::nan("")), "");
  EXPECT_EQ(csv_number(0.1 + 0.2), "0.3");
  EXPECT_EQ(csv_number(-0.0), "0");
  EXPECT_EQ(csv_number(1e-12), "1e-12");
}

}  // namespace
}  // namespace vesper::simulate
