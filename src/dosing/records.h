// NONMEM-style data sets: one row an event, in any order of columns, and the small mapping file
// that says what the rows mean for a model.  File formats: docs/how-to/records.md.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "files/source.h"
#include "files/yaml.h"
#include "units/units.h"

namespace vesper::dosing {

enum class RecordKind {
  observation = 0,
  dose = 1,
  other = 2,
  reset = 3,
  reset_and_dose = 4
};  // EVID

struct Record {
  RecordKind kind = RecordKind::observation;
  double time = 0;       // of the data set; clock times: [h] since the patient's first row
  double amount = 0;     // AMT
  double rate = 0;       // RATE: above 0, 0 (bolus), -1 (the model's rate), -2 (its duration)
  double interval = 0;   // II
  long additional = 0;   // ADDL
  int steady = 0;        // SS: 0, 1 (from nothing), 2 (on top of what is there)
  long compartment = 0;  // CMT; 0: the first of the mapping
  std::vector<double> covariates;  // as the mapping lists them, gaps filled
  Place place;                     // of the row
  bool gives_dose() const { return kind == RecordKind::dose || kind == RecordKind::reset_and_dose; }
  bool resets() const { return kind == RecordKind::reset || kind == RecordKind::reset_and_dose; }
};

struct RecordSubject {
  std::string id;
  std::vector<Record> records;  // at ascending times, but for resets
};

struct Records {
  std::vector<RecordSubject> subjects;
  bool clock = false;  // times were clock times or dates, and are in hours
};

// A name of the model in the mapping file.
struct MappedName {
  std::string name;
  Place place;
};

struct RecordMap {
  struct Compartment {
    long number = 0;
    MappedName state;
    // Parameters of the model: fraction that arrives, delay, rate of RATE -1, duration of RATE -2.
    std::optional<MappedName> bioavailability, lag, rate, duration;
  };
  struct Covariate {
    MappedName parameter;
    std::string column;
  };
  // Between two rows: the values of the later one (as NONMEM does), or of the earlier one.
  enum class Carry { backward, forward } carry = Carry::backward;
  std::vector<Compartment> compartments;
  std::vector<Covariate> covariates;
  std::optional<units::Unit> time;  // of TIME; none: the model's own
};

Result<RecordMap> read_record_map(const std::filesystem::path& path);
// Every bad row is an error with its place.
Result<Records> read_records(const std::filesystem::path& path, const RecordMap& map);

}  // namespace vesper::dosing
