#include "simulate/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cctype>
#include <cmath>
#include <set>

namespace vesper::simulate {
namespace {

units::Unit known_unit(std::string_view text) {
  auto unit = units::Unit::parse(text);
  assert(unit && "a unit of our own that UDUNITS does not know");
  return *unit;
}

bool ends_in_occupancy(std::string_view label) {
  constexpr std::string_view word = "occupancy";
  if (label.size() < word.size()) return false;
  label.remove_prefix(label.size() - word.size());
  return std::equal(label.begin(), label.end(), word.begin(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
}

// `watch` left out: what has a display name; in a model without any, its states.
Result<std::vector<Watch>> default_watch(const Protocol& protocol,
                                         const equations::System& system) {
  std::vector<Watch> watch;
  const Place place = protocol.source.whole();
  for (const equations::Output& output : system.outputs) {
    if (!output.display_name.empty()) watch.push_back({output.id, std::nullopt, place});
  }
  if (watch.empty()) {
    std::set<std::string_view> states;
    for (const equations::State& state : system.states) states.insert(state.id);
    for (const equations::Output& output : system.outputs) {
      if (states.contains(output.id)) watch.push_back({output.id, std::nullopt, place});
    }
  }
  if (watch.empty()) {
    return fail(Code::nothing_to_watch, fmt::format("'{}' has nothing to watch", system.id), place,
                "list its outputs under `watch`");
  }
  return watch;
}

// An unknown name with " in " may be a known one with an unknown unit: say so.
Result<std::uint32_t> find_output(const Watch& watch, const equations::System& system) {
  auto index = system.output(watch.name, watch.place);
  const auto in = watch.name.rfind(" in ");
  if (index || watch.unit || in == std::string::npos) return index;
  if (!system.output(watch.name.substr(0, in), watch.place)) return index;
  VESPER_TRY(const auto unit, units::Unit::parse(watch.name.substr(in + 4), watch.place));
  return index;  // the unit was fine after all: the name as a whole is what is unknown
}

Result<WatchedOutput> resolve_one(const Watch& watch, const Protocol& protocol,
                                  const equations::System& system) {
  WatchedOutput watched;
  VESPER_TRY(watched.output, find_output(watch, system));
  const equations::Output& output = system.outputs[watched.output];
  watched.label = output.label();
  if (watch.unit && !(output.unit && output.unit->same_dimension(*watch.unit))) {
    return fail(
        Code::watch_unit,
        fmt::format("'{}' is in {} and cannot be shown in {}", watched.label,
                    output.unit ? output.unit->text() : "no known unit", watch.unit->text()),
        watch.place);
  }
  const std::optional<units::Unit>& shown = watch.unit ? watch.unit : output.unit;
  watched.unit = shown_unit(shown);
  if (watch.unit) watched.scale = output.unit->factor_to(*watch.unit);
  if (ends_in_occupancy(watched.label) && (!shown || shown->dimensionless())) {
    const double one = shown ? units::Unit().factor_to(*shown) : 1;
    for (const double threshold : protocol.thresholds) {
      watched.thresholds.push_back(threshold * one);
    }
  }
  return watched;
}

// [g/mol] that a mass of drug in a state is counted with: the base's, or that of the only form.
Result<double> molar_mass(const dosing::RegimenItem& item, dosing::Catalogue& drugs) {
  VESPER_TRY(const dosing::Drug drug,
             drugs.drug(item.product.drug,
                        item.product.file.name().empty() ? item.place : item.product.file.whole()));
  if (const auto base = drug.molar_mass.find("base"); base != drug.molar_mass.end()) {
    return base->second;
  }
  if (drug.molar_mass.size() == 1) return drug.molar_mass.begin()->second;
  return fail(
      Code::dose_unit,
      fmt::format("'{}' has several forms and none is called base, so its mass in the model "
                  "is not clear",
                  drug.name),
      item.place, "give the model an amount of substance (nmol)");
}

}  // namespace

std::string identifier(std::string_view text) {
  std::string name;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      name += c;
    } else if (!name.empty() && name.back() != '_') {
      name += '_';
    }
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0) {
    name.insert(0, "x");
  }
  return name;
}

std::string unit_suffix(std::string_view unit) {
  std::string text;
  for (const char c : unit) {
    if (c == '/') {
      text += text.empty() || text == "1" ? "per_" : "_per_";
      if (text == "1per_" || text == "1_per_") text = "per_";
    } else if (c == '%') {
      text += "percent";
    } else {
      text += c;
    }
  }
  if (text.empty() || text == "1") return "";
  return identifier(text);
}

// A model can only name its units with letters; where the name read with slashes is the same unit,
// that is how it is shown.
std::string shown_unit(const std::optional<units::Unit>& unit) {
  if (!unit || unit->text() == "1" || (unit->dimensionless() && unit->same(units::Unit())))
    return "";
  std::string text = unit->text();
  if (text.starts_with("per_")) text.replace(0, 4, "1/");
  for (auto at = text.find("_per_"); at != std::string::npos; at = text.find("_per_")) {
    text.replace(at, 5, "/");
  }
  const auto read = units::Unit::parse(text);
  return read && read->same(*unit) ? text : unit->text();
}

Result<std::vector<WatchedOutput>> resolve_watch(const Protocol& protocol,
                                                 const equations::System& system) {
  std::vector<Watch> watch = protocol.watch;
  if (watch.empty()) {
    VESPER_TRY(watch, default_watch(protocol, system));
  }
  std::vector<WatchedOutput> all;
  std::set<std::uint32_t> seen;
  std::set<std::string> names;
  for (const Watch& one : watch) {
    VESPER_TRY(WatchedOutput watched, resolve_one(one, protocol, system));
    if (!seen.insert(watched.output).second) {
      return fail(Code::watched_twice, fmt::format("'{}' is watched twice", watched.label),
                  one.place, "keep one of them");
    }
    const std::string name = identifier(watched.label);
    watched.variable = name;
    for (int k = 2; !names.insert(watched.variable).second; ++k) {
      watched.variable = fmt::format("{}_{}", name, k);
    }
    all.push_back(std::move(watched));
  }
  return all;
}

Result<std::vector<equations::Hypothesis>> resolve_hypotheses(const std::vector<std::string>& ids,
                                                              const std::vector<Place>& places,
                                                              const equations::System& system) {
  std::vector<equations::Hypothesis> chosen;
  const bool all = std::find(ids.begin(), ids.end(), "all") != ids.end();
  if (all) chosen = system.hypotheses;
  for (std::size_t i = 0; i < ids.size() && !all; ++i) {
    const auto found = std::find_if(system.hypotheses.begin(), system.hypotheses.end(),
                                    [&](const auto& known) { return known.id == ids[i]; });
    if (found == system.hypotheses.end()) {
      std::vector<std::string> known = {"all"};
      for (const auto& hypothesis : system.hypotheses) known.push_back(hypothesis.id);
      return fail(Code::unknown_hypothesis,
                  fmt::format("the model '{}' has no hypothesis '{}'", system.id, ids[i]),
                  i < places.size() ? places[i] : Place{},
                  system.hypotheses.empty() ? "it has none: leave `hypotheses` out"
                                            : suggest(ids[i], known));
    }
    const bool again = std::any_of(chosen.begin(), chosen.end(),
                                   [&](const auto& known) { return known.id == ids[i]; });
    if (!again) chosen.push_back(*found);
  }
  if (chosen.empty()) chosen.emplace_back();
  return chosen;
}

Result<std::pair<std::uint32_t, double>> resolve_setting(const Setting& setting,
                                                         const equations::System& system) {
  VESPER_TRY(const std::uint32_t index, system.parameter(setting.name, setting.place));
  const equations::Parameter& parameter = system.parameters[index];
  double value = setting.value;
  if (setting.unit) {
    if (!(parameter.unit && parameter.unit->same_dimension(*setting.unit))) {
      return fail(Code::setting_unit,
                  fmt::format("'{}' is in {}, so it cannot be set to {:g} {}", parameter.id,
                              parameter.unit ? parameter.unit->text() : "no known unit", value,
                              setting.unit->text()),
                  setting.place,
                  parameter.unit ? fmt::format("give it in {}", parameter.unit->text())
                                 : "give it without a unit");
    }
    value *= setting.unit->factor_to(*parameter.unit);
  }
  if (!std::isfinite(value)) {
    return fail(Code::bad_setting, fmt::format("'{}' cannot be set to {}", parameter.id, value),
                setting.place, "give a finite number");
  }
  return std::pair{index, value};
}

Result<DoseRoute> resolve_dose(const dosing::RegimenItem& item, const equations::System& system,
                               dosing::Catalogue& drugs) {
  DoseRoute route;
  VESPER_TRY(route.state, system.dose_state(item.product.route, item.product.drug, item.place));
  const equations::State& state = system.states[route.state];
  static constexpr double grams_per_nmol = 1e-9;  // times g/mol
  if (state.unit && state.unit->same_dimension(known_unit("nmol"))) {
    route.per_nmol = known_unit("nmol").factor_to(*state.unit);
    return route;
  }
  if (state.unit && state.unit->same_dimension(known_unit("g"))) {
    VESPER_TRY(const double mass, molar_mass(item, drugs));
    route.per_nmol = grams_per_nmol * mass * known_unit("g").factor_to(*state.unit);
    return route;
  }
  return fail(
      Code::dose_unit,
      fmt::format("a dose of '{}' enters '{}', which is in {}: neither an amount nor a mass",
                  item.product.id, state.id, state.unit ? state.unit->text() : "no known unit"),
      item.place, "give the state an amount unit, such as nmol, in the model");
}

std::vector<double> output_times(const std::vector<GridPart>& parts) {
  std::vector<double> times;
  for (const GridPart& part : parts) {
    const double nearly = part.to - 1e-9 * part.every;
    for (std::size_t k = 0;; ++k) {
      const double time = part.from + static_cast<double>(k) * part.every;
      if (time >= nearly) break;
      times.push_back(time);
    }
    times.push_back(part.to);
  }
  std::sort(times.begin(), times.end());
  const double room = times.empty() ? 0 : 1e-12 * times.back();
  times.erase(
      std::unique(times.begin(), times.end(), [room](double a, double b) { return b - a <= room; }),
      times.end());
  return times;
}

std::vector<double> absolute_tolerances(const equations::System& system, double absolute) {
  std::vector<units::Unit> customary;
  for (const char* text : {"nmol", "nmol/L", "ug", "ug/L"}) customary.push_back(known_unit(text));
  std::vector<double> tolerances;
  for (const equations::State& state : system.states) {
    double tolerance = absolute;
    for (const units::Unit& unit : customary) {
      if (state.unit && unit.same_dimension(*state.unit)) {
        tolerance = absolute * unit.factor_to(*state.unit);
      }
    }
    tolerances.push_back(tolerance);
  }
  return tolerances;
}

}  // namespace vesper::simulate
