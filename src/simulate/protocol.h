// A protocol: model + population + arms with regimens + what to watch.  Format: docs/files.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dosing/dosing.h"
#include "files/source.h"
#include "population/population.h"

namespace vesper::simulate {

struct Watch {
  std::string name;                 // as written: an output's display name or id
  std::optional<units::Unit> unit;  // `MOR occupancy in %`: shown in this unit; none: the model's
  Place place;
};

struct Arm {
  std::string name;
  dosing::Regimen regimen;
};

struct GridPart { double from = 0, to = 0, every = 0; };  // [h]

struct Setting {                    // `--set NAME=VALUE` or a protocol's `set:`
  std::string name;
  double value = 0;
  std::optional<units::Unit> unit;  // of the value, when one was written; converted to the parameter's
  Place place;
};

struct Protocol {
  files::Source source;
  std::string title;
  std::filesystem::path path, model;
  std::optional<population::Population> population;  // none: one typical patient
  std::uint64_t patients = 1;
  std::uint64_t seed = 1;
  double duration = 0;               // [h]
  std::vector<Arm> arms;
  std::vector<std::string> hypotheses;   // ids, or {"all"}; empty: the model as it stands
  std::vector<Watch> watch;
  std::vector<GridPart> grid;        // output times
  double window_from = 0;            // [h] metrics are taken over [window_from, duration]
  std::string window_label;          // "last week"
  std::vector<double> thresholds;    // for outputs named ...occupancy: fractions, default 0.5, 0.8
  std::vector<Setting> settings;
  unsigned uncertainty_draws = 0;    // typical patient under this many draws of uncertain parameters
  double relative_tolerance = 1e-6, absolute_tolerance = 1e-9;
};

Result<Protocol> read_protocol(const std::filesystem::path& path, const files::SearchPath& search);

// "CL=120", "CL=120 L/h", "pk.CL=0.1": a --set argument.
Result<Setting> parse_setting(std::string_view text);

}  // namespace vesper::simulate
