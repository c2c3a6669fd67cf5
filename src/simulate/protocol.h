// A protocol: model + population + arms with regimens + what to watch.  Format: docs/files.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dosing/dosing.h"
#include "files/source.h"
#include "files/yaml.h"
#include "population/population.h"

namespace vesper::simulate {

struct Watch {
  std::string name;                 // as written: an output's display name or id
  std::optional<units::Unit> unit;  // `MOR occupancy in %`: shown in this unit; none: the model's
  Place place;
};

struct GridPart {
  double from = 0, to = 0, every = 0;  // [h]; both ends are output times
};

struct Setting {  // `--set NAME=VALUE`, a protocol's or an arm's `set:`
  std::string name;
  double value = 0;  // finite
  std::optional<units::Unit>
      unit;  // of the value, when one was written; converted to the parameter's
  Place place;
};

struct Arm {
  std::string name;
  dosing::Regimen regimen;
  std::vector<Setting> settings;  // of this arm alone
};

inline constexpr std::uint64_t most_patients = 10'000'000;
inline constexpr std::uint64_t most_grid_points = 1'000'000;
inline constexpr std::uint64_t default_patients =
    100;  // of a protocol that names a population only
inline constexpr double longest_duration = 100 * 365.25 * 24;  // [h]
inline constexpr double least_relative_tolerance = 1e-13, most_relative_tolerance = 0.1;

struct Protocol {
  files::Source source;
  std::string title;  // the file's name when left out
  std::filesystem::path path, model;
  std::optional<population::Population> population;  // none: one typical patient
  std::uint64_t patients = 0;                        // 0: the typical patient alone
  Place patients_place;                              // where `patients` stands, else the whole file
  std::uint64_t seed = 1;
  double duration = 0;                   // [h]
  std::vector<Arm> arms;                 // at least one
  std::vector<std::string> hypotheses;   // ids, or {"all"}; empty: the model as it stands
  std::vector<Place> hypothesis_places;  // of each
  std::vector<Watch> watch;              // empty: every output with a display name
  std::vector<GridPart> grid;            // output times; never empty
  double window_from = 0;                // [h] metrics are taken over [window_from, duration]
  std::string window_label;              // "last week"; "all" when left out
  std::vector<double> thresholds;  // for outputs named ...occupancy: fractions, default 0.5, 0.8
  std::vector<Setting> settings;
  unsigned uncertainty_draws = 0;  // typical patient under this many draws of uncertain parameters
  Place uncertainty_place;
  double relative_tolerance = 1e-6;
  // Of states that are amounts [nmol], masses [ug] or concentrations [nM, ug/L]; of others in the
  // state's own unit.
  double absolute_tolerance = 1e-9;
  double tolerance_of_largest = 1e-3;  // see solve::Tolerances
};

// Reads a protocol with its population and products.  The model is found, not read: what needs it
// (names of outputs, parameters and hypotheses) is checked by Study::prepare().
Result<Protocol> read_protocol(const std::filesystem::path& path, const files::SearchPath& search);

// The same for text in hand; files are looked for from `source.name()`'s folder.
Result<Protocol> parse_protocol(const files::Source& source, const files::SearchPath& search);

// `{CL: 120 L/h, ka: 2}`: a protocol's `set:`, and what else sets parameters in a file.
Result<std::vector<Setting>> read_settings(const files::Yaml& map);

// "CL=120", "CL=120 L/h", "pk.CL=0.1": a --set argument.
Result<Setting> parse_setting(std::string_view text);

}  // namespace vesper::simulate
