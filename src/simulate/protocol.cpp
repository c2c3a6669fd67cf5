#include "simulate/protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "dosing/times.h"

namespace vesper::simulate {
namespace {

using files::Yaml;

constexpr std::size_t most_arms = 1000;
constexpr unsigned most_draws = 100'000;

// One reading of a protocol: each method takes one key.
class Reader {
 public:
  Reader(const files::Source& source, const files::SearchPath& search, const Yaml& root)
      : search_(search), root_(root) {
    protocol_.source = source;
    protocol_.path = source.name();
    beside_ = protocol_.path.parent_path();
  }

  Result<Protocol> read() {
    VESPER_CHECK(root_.keys({"title", "model", "population", "patients", "seed", "duration", "arms",
                             "hypotheses", "watch", "output", "window", "thresholds", "set",
                             "uncertainty-draws", "tolerances"}));
    VESPER_TRY(protocol_.title, root_.text_or("title", protocol_.path.stem().string()));
    VESPER_CHECK(model());
    VESPER_CHECK(duration());
    VESPER_CHECK(population());
    VESPER_CHECK(patients());
    VESPER_CHECK(arms());
    VESPER_CHECK(hypotheses());
    VESPER_CHECK(watch());
    VESPER_CHECK(output());
    VESPER_CHECK(window());
    VESPER_CHECK(thresholds());
    VESPER_CHECK(settings());
    VESPER_CHECK(uncertainty());
    VESPER_CHECK(tolerances());
    return std::move(protocol_);
  }

 private:
  Result<void> model();
  Result<void> duration();
  Result<void> population();
  Result<void> patients();
  Result<void> arms();
  Result<Arm> arm(const Yaml& node, dosing::Catalogue& catalogue);
  Result<void> hypotheses();
  Result<void> watch();
  Result<void> output();
  Result<GridPart> grid_part(const Yaml& part);
  Result<void> window();
  Result<void> thresholds();
  Result<void> settings();
  Result<void> uncertainty();
  Result<void> tolerances();

  const files::SearchPath& search_;
  const Yaml& root_;
  std::filesystem::path beside_;
  Protocol protocol_;
};

Result<std::uint64_t> whole_number(const Yaml& value, std::string_view what, std::uint64_t least,
                                   std::uint64_t most, Code code) {
  VESPER_TRY(const long number, value.integer());
  if (number < 0 || static_cast<std::uint64_t>(number) < least ||
      static_cast<std::uint64_t>(number) > most) {
    return fail(code,
                fmt::format("{} must lie between {} and {}, not {}", what, least, most, number),
                value.place());
  }
  return static_cast<std::uint64_t>(number);
}

Result<void> Reader::model() {
  VESPER_TRY(const Yaml name, root_.at("model"));
  VESPER_TRY(const std::string text, name.text());
  VESPER_TRY(protocol_.model, search_.find(text, "models", ".ant", beside_, name.place()));
  return {};
}

Result<void> Reader::duration() {
  VESPER_TRY(const Yaml value, root_.at("duration"));
  VESPER_TRY(protocol_.duration, dosing::read_duration(value));
  if (!(protocol_.duration > 0 && protocol_.duration <= longest_duration)) {
    return fail(Code::out_of_range,
                fmt::format("a run lasts more than 0 and at most 100 years, not {}", value.raw()),
                value.place());
  }
  return {};
}

Result<void> Reader::population() {
  const Yaml* name = root_.find("population");
  if (name == nullptr) return {};
  VESPER_TRY(const std::string text, name->text());
  VESPER_TRY(const auto path, search_.find(text, "populations", ".yaml", beside_, name->place()));
  VESPER_TRY(protocol_.population, population::Population::read(path));
  return {};
}

Result<void> Reader::patients() {
  protocol_.patients_place = protocol_.source.whole();
  protocol_.patients = protocol_.population ? default_patients : 0;
  if (const Yaml* value = root_.find("patients")) {
    VESPER_TRY(protocol_.patients, whole_number(*value, "the number of patients", 1, most_patients,
                                                Code::too_many_patients));
    protocol_.patients_place = value->place();
  }
  if (const Yaml* value = root_.find("seed")) {
    VESPER_TRY(protocol_.seed,
               whole_number(*value, "a seed", 0, 1'000'000'000'000'000, Code::out_of_range));
  }
  return {};
}

Result<void> Reader::arms() {
  VESPER_TRY(const Yaml map, root_.at("arms"));
  if (!map.is_map()) {
    return fail(Code::wrong_type, "arms are a mapping from a name to a list of regimen lines",
                map.place(), "such as `arms: {placebo: []}`");
  }
  if (map.entries().empty() || map.entries().size() > most_arms) {
    return fail(Code::no_arms,
                fmt::format("{} arms; a protocol has 1 to {}", map.entries().size(), most_arms),
                map.place());
  }
  dosing::Catalogue catalogue(search_);
  for (const auto& [name, list] : map.entries()) {
    if (name.raw().empty()) return fail(Code::no_arms, "an arm without a name", name.place());
    VESPER_TRY(Arm one, arm(list, catalogue));
    one.name = name.raw();
    protocol_.arms.push_back(std::move(one));
  }
  return {};
}

// Regimen lines, or `{regimen: lines, set: values of this arm alone}`.
Result<Arm> Reader::arm(const Yaml& node, dosing::Catalogue& catalogue) {
  Arm result;
  if (!node.is_map()) {
    VESPER_TRY(result.regimen, dosing::read_regimen(node, catalogue, beside_));
    return result;
  }
  VESPER_CHECK(node.keys({"regimen", "set"}));
  VESPER_TRY(const Yaml lines, node.at("regimen"));
  VESPER_TRY(result.regimen, dosing::read_regimen(lines, catalogue, beside_));
  if (const Yaml* map = node.find("set")) {
    VESPER_TRY(result.settings, read_settings(*map));
  }
  return result;
}

Result<void> Reader::hypotheses() {
  std::set<std::string> seen;
  for (const Yaml& item : root_.items("hypotheses")) {
    VESPER_TRY(std::string id, item.text());
    if (!seen.insert(id).second) {
      return fail(Code::duplicate_key, fmt::format("hypothesis '{}' is given twice", id),
                  item.place(), "keep one of them");
    }
    protocol_.hypotheses.push_back(std::move(id));
    protocol_.hypothesis_places.push_back(item.place());
  }
  if (seen.size() > 1 && seen.contains("all")) {
    return fail(Code::unknown_choice, "'all' stands alone, or single hypotheses are listed",
                protocol_.hypothesis_places.front());
  }
  return {};
}

// "MOR occupancy in %": the part after the last " in " is a unit when it reads as one; otherwise
// it belongs to the name ("naltrexone in brain").
Result<Watch> parse_watch(const Yaml& item) {
  VESPER_TRY(const std::string text, item.text());
  if (text.empty()) return fail(Code::wrong_type, "the name of an output is wanted", item.place());
  Watch watch{text, std::nullopt, item.place()};
  if (const auto in = text.rfind(" in "); in != std::string::npos) {
    if (auto unit = units::Unit::parse(std::string_view(text).substr(in + 4))) {
      watch.name = text.substr(0, in);
      watch.unit = std::move(*unit);
    }
  }
  return watch;
}

Result<void> Reader::watch() {
  for (const Yaml& item : root_.items("watch")) {
    VESPER_TRY(auto watch, parse_watch(item));
    protocol_.watch.push_back(std::move(watch));
  }
  return {};
}

// The shortest customary step that gives at most about 500 output times.
double customary_step(double duration) {
  constexpr double minute = 1.0 / 60;
  for (const double step :
       {minute / 60, minute / 30, minute / 12, minute / 6,  minute / 4,  minute / 2,
        minute,      2 * minute,  5 * minute,  10 * minute, 15 * minute, 30 * minute,
        1.0,         2.0,         3.0,         4.0,         6.0,         8.0,
        12.0,        24.0,        48.0,        168.0,       672.0}) {
    if (duration / step <= 500) return duration / step >= 20 ? step : duration / 100;
  }
  return duration / 500;
}

Result<GridPart> Reader::grid_part(const Yaml& part) {
  VESPER_CHECK(part.keys({"from", "until", "every"}));
  GridPart grid{0, protocol_.duration, 0};
  VESPER_TRY(const Yaml every, part.at("every"));
  VESPER_TRY(grid.every, dosing::read_duration(every));
  if (const Yaml* from = part.find("from")) {
    VESPER_TRY(grid.from, dosing::read_time_point(*from));
  }
  if (const Yaml* until = part.find("until")) {
    VESPER_TRY(grid.to, dosing::read_end_point(*until));
  }
  if (grid.from < 0 || grid.from >= grid.to || grid.to > protocol_.duration) {
    return fail(
        Code::bad_stretch,
        fmt::format("output from {:.6g} h to {:.6g} h does not lie within the run of {:.6g} h",
                    grid.from, grid.to, protocol_.duration),
        part.place());
  }
  return grid;
}

Result<void> Reader::output() {
  double points = 0;
  for (const Yaml& part : root_.items("output")) {
    VESPER_TRY(const GridPart grid, grid_part(part));
    points += (grid.to - grid.from) / grid.every + 2;
    if (points > static_cast<double>(most_grid_points)) {
      return fail(Code::too_many_points,
                  fmt::format("this makes {:.3g} output times; at most {} are kept", points,
                              most_grid_points),
                  part.place(), "use a longer `every`");
    }
    protocol_.grid.push_back(grid);
  }
  if (protocol_.grid.empty()) {
    protocol_.grid.push_back({0, protocol_.duration, customary_step(protocol_.duration)});
  }
  return {};
}

Result<void> Reader::window() {
  const Yaml* window = root_.find("window");
  protocol_.window_label = "all";
  if (window == nullptr) return {};
  double from = 0;
  if (window->is_map()) {
    VESPER_CHECK(window->keys({"from"}));
    VESPER_TRY(const Yaml start, window->at("from"));
    VESPER_TRY(from, dosing::read_time_point(start));
    protocol_.window_label = "from " + start.raw();
  } else {
    VESPER_TRY(protocol_.window_label, window->choice({"last week", "last day", "all"}));
    if (protocol_.window_label == "last week") from = protocol_.duration - 168;
    if (protocol_.window_label == "last day") from = protocol_.duration - 24;
  }
  if (from < 0 || from >= protocol_.duration) {
    return fail(Code::bad_stretch,
                fmt::format("the window '{}' does not lie within the run of {:.6g} h",
                            protocol_.window_label, protocol_.duration),
                window->place());
  }
  protocol_.window_from = from;
  return {};
}

Result<void> Reader::thresholds() {
  protocol_.thresholds = {0.5, 0.8};
  if (!root_.has("thresholds")) return {};
  protocol_.thresholds.clear();
  for (const Yaml& item : root_.items("thresholds")) {
    VESPER_TRY(const double value, item.in(units::Unit()));
    if (!(value > 0 && value < 1)) {
      return fail(Code::out_of_range,
                  fmt::format("a threshold lies between 0 and 100 %, not at {}", item.raw()),
                  item.place());
    }
    if (std::find(protocol_.thresholds.begin(), protocol_.thresholds.end(), value) !=
        protocol_.thresholds.end()) {
      return fail(Code::duplicate_key, fmt::format("threshold {} is given twice", item.raw()),
                  item.place(), "keep one of them");
    }
    protocol_.thresholds.push_back(value);
  }
  return {};
}

// A bare number has the unit of what it is put into.
std::optional<units::Unit> written_unit(const units::Quantity& quantity) {
  if (quantity.unit.text() == "1") return std::nullopt;
  return quantity.unit;
}

Result<void> Reader::settings() {
  if (const Yaml* map = root_.find("set")) {
    VESPER_TRY(protocol_.settings, read_settings(*map));
  }
  return {};
}

Result<void> Reader::uncertainty() {
  const Yaml* value = root_.find("uncertainty-draws");
  if (value == nullptr) return {};
  VESPER_TRY(const std::uint64_t draws,
             whole_number(*value, "uncertainty-draws", 0, most_draws, Code::out_of_range));
  protocol_.uncertainty_draws = static_cast<unsigned>(draws);
  protocol_.uncertainty_place = value->place();
  return {};
}

Result<void> Reader::tolerances() {
  const Yaml* map = root_.find("tolerances");
  if (map == nullptr) return {};
  VESPER_CHECK(map->keys({"relative", "absolute", "of-largest"}));
  VESPER_TRY(protocol_.relative_tolerance,
             map->number_or("relative", protocol_.relative_tolerance));
  VESPER_TRY(protocol_.absolute_tolerance,
             map->number_or("absolute", protocol_.absolute_tolerance));
  VESPER_TRY(protocol_.tolerance_of_largest,
             map->number_or("of-largest", protocol_.tolerance_of_largest));
  if (!(protocol_.relative_tolerance >= least_relative_tolerance &&
        protocol_.relative_tolerance <= most_relative_tolerance)) {
    return fail(Code::out_of_range,
                fmt::format("a relative tolerance lies between {:g} and {:g}",
                            least_relative_tolerance, most_relative_tolerance),
                map->find("relative")->place());
  }
  if (!(protocol_.absolute_tolerance > 0)) {
    return fail(Code::out_of_range, "an absolute tolerance is above 0",
                map->find("absolute")->place());
  }
  if (!(protocol_.tolerance_of_largest >= 0 && protocol_.tolerance_of_largest <= 1)) {
    return fail(Code::out_of_range, "the part of the largest value lies between 0 and 1",
                map->find("of-largest")->place());
  }
  return {};
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

Result<Protocol> parse_protocol(const files::Source& source, const files::SearchPath& search) {
  VESPER_TRY(const Yaml root, files::parse_yaml(source));
  return Reader(source, search, root).read();
}

Result<Protocol> read_protocol(const std::filesystem::path& path, const files::SearchPath& search) {
  VESPER_TRY(const files::Source source, files::read(path));
  return parse_protocol(source, search);
}

Result<std::vector<Setting>> read_settings(const Yaml& map) {
  if (!map.is_map()) {
    return fail(Code::wrong_type, "`set` is a mapping from parameters to values", map.place(),
                "such as `set: {CL: 120 L/h}`");
  }
  std::vector<Setting> settings;
  for (const auto& [name, value] : map.entries()) {
    VESPER_TRY(const units::Quantity quantity, value.quantity());
    settings.push_back({name.raw(), quantity.value, written_unit(quantity), name.place()});
  }
  return settings;
}

Result<Setting> parse_setting(std::string_view text) {
  const auto equals = text.find('=');
  const auto name = trimmed(text.substr(0, equals));
  if (equals == std::string_view::npos || name.empty()) {
    return fail(Code::bad_setting, fmt::format("'{}' is not a setting", text), {},
                "write NAME=VALUE, such as CL=120 or \"CL=120 L/h\"");
  }
  VESPER_TRY(const units::Quantity quantity, units::parse_quantity(text.substr(equals + 1)));
  return Setting{std::string(name), quantity.value, written_unit(quantity), {}};
}

}  // namespace vesper::simulate
