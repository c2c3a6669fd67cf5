// Published figures as people write them.  Everything that can be told without a model is checked
// here; arms, outputs and units of readouts wait for the protocol (validate.cpp).
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "evidence/evidence.h"
#include "evidence/fields.h"

namespace vesper::evidence {

namespace {

using files::Yaml;

struct Listed {
  Observation observation;
  std::string stem;  // of its file
};

// A bare number is in `unit`, as the observed value is; a quantity is converted to it.
Result<double> in_unit_of(const Yaml& value, const units::Unit& unit) {
  VESPER_TRY(const std::string text, value.text());
  if (const auto bare = value.number()) return *bare;
  return value.in(unit);
}

Result<std::pair<double, double>> read_range(const Yaml& list, const units::Unit& unit) {
  if (!list.is_list() || list.items().size() != 2) {
    return fail(Code::wrong_type, "a range is a list of two values", list.place(),
                "such as [10, 17]");
  }
  VESPER_TRY(const double low, in_unit_of(list.items()[0], unit));
  VESPER_TRY(const double high, in_unit_of(list.items()[1], unit));
  if (low > high) {
    return fail(Code::out_of_range, fmt::format("the range from {:g} to {:g} is empty", low, high),
                list.place(), "the lower end comes first");
  }
  return std::pair{low, high};
}

Result<void> read_observed(const Yaml& observed, Observation& out, units::Unit& unit) {
  VESPER_CHECK(observed.keys({"value", "unit", "range"}));
  VESPER_TRY(out.value, observed.number("value"));
  VESPER_TRY(out.unit, filled(observed, "unit"));
  VESPER_TRY(unit, units::Unit::parse(out.unit, observed.find("unit")->place()));
  const Yaml* range = observed.find("range");
  if (range == nullptr) return {};
  VESPER_TRY(const auto ends, read_range(*range, unit));
  if (out.value < ends.first || out.value > ends.second) {
    return fail(Code::bad_observation,
                fmt::format("the value {:g} lies outside its own range from {:g} to {:g}",
                            out.value, ends.first, ends.second),
                range->place());
  }
  out.low = ends.first;
  out.high = ends.second;
  return {};
}

Result<void> read_accept(const Yaml& accept, const units::Unit& unit, Observation& out) {
  VESPER_CHECK(accept.keys({"fold", "within", "range"}));
  if (accept.entries().size() != 1) {
    return fail(
        Code::bad_acceptance,
        fmt::format("'accept' holds {} rules; it takes exactly one", accept.entries().size()),
        accept.place(), "one of `fold: 1.25`, `within: 12 %` and `range: [60 %, 90 %]`");
  }
  const Yaml& rule = accept.entries()[0].second;
  if (accept.has("fold")) {
    VESPER_TRY(out.accept_fold, rule.number());
    if (*out.accept_fold < 1) {
      return fail(
          Code::bad_acceptance,
          fmt::format("a fold error is never below 1, so {:g} accepts nothing", *out.accept_fold),
          rule.place(), "25 % off is `fold: 1.25`");
    }
  } else if (accept.has("within")) {
    auto within = in_unit_of(rule, unit);
    if (!within && rule.raw().ends_with('%')) {
      within.error().mend =
          "`within` is a difference in the observed unit; 25 % off is `fold: 1.25`";
    }
    VESPER_TRY(out.accept_within, std::move(within));
    if (*out.accept_within < 0) {
      return fail(
          Code::bad_acceptance,
          fmt::format("a difference is never below 0, so {:g} accepts nothing", *out.accept_within),
          rule.place());
    }
  } else {
    VESPER_TRY(out.accept_range, read_range(rule, unit));
  }
  return {};
}

// A ratio decides nothing about a figure that is not positive.
Result<void> check_decidable(const Observation& observation, const Place& place) {
  if (observation.value > 0 || observation.accept_within || observation.accept_range) return {};
  return fail(
      Code::bad_acceptance,
      fmt::format("a fold error means nothing for the observed value {:g}", observation.value),
      place, "add `accept: {within: ...}` or `accept: {range: [...]}`");
}

// Where the readout's own text begins: after the quote, if it is quoted.
Place text_place(const Yaml& scalar) {
  Place place = scalar.place();
  if (place.line == 0 || place.column < 1) return place;
  const auto at = static_cast<std::size_t>(place.column - 1);
  if (at >= place.line_text.size()) return place;
  if (place.line_text[at] != '"' && place.line_text[at] != '\'') return place;
  if (place.line_text.compare(at + 1, scalar.raw().size(), scalar.raw()) != 0) return place;
  ++place.column;
  place.length = std::max(1, place.length - 2);
  return place;
}

Result<void> read_predict(const Yaml& predict, Observation& out) {
  // First: between { and } an unquoted readout ends at its comma, and the rest looks like a key.
  if (const Yaml* readout = predict.find("readout"); readout != nullptr && readout->is_scalar()) {
    VESPER_TRY(out.readout, readout->text());
    VESPER_TRY(out.tree, parse_readout(out.readout, text_place(*readout)));
  }
  VESPER_CHECK(predict.keys({"protocol", "arm", "set", "readout"}));
  VESPER_TRY(out.readout, filled(predict, "readout"));
  if (readings(out.tree).empty()) {
    return fail(Code::readout_syntax, "the readout reads no output, so it predicts nothing",
                predict.find("readout")->place(), "such as `max(plasma naltrexone)`");
  }
  VESPER_TRY(out.protocol, filled(predict, "protocol"));
  out.protocol_place = predict.find("protocol")->place();
  out.arm_place = predict.place();
  if (const Yaml* arm = predict.find("arm")) {
    VESPER_TRY(out.arm, filled(predict, "arm"));
    out.arm_place = arm->place();
  }
  if (const Yaml* set = predict.find("set")) {
    VESPER_TRY(out.set, simulate::read_settings(*set));
  }
  return {};
}

Result<void> check_id(const Observation& observation) {
  const auto ordinary = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c >= 0x80;
  };
  if (std::all_of(observation.id.begin(), observation.id.end(), ordinary)) return {};
  return fail(Code::bad_observation, fmt::format("the id '{}' is no single word", observation.id),
              observation.place, "use letters, digits, -, _ and . alone");
}

Result<Use> read_use(const Yaml& entry) {
  std::vector<std::string> names;
  for (const Use use : all_uses) names.emplace_back(use_name(use));
  VESPER_TRY(const std::string name, entry.choice(names));
  return all_uses[static_cast<std::size_t>(std::find(names.begin(), names.end(), name) -
                                           names.begin())];
}

Result<Observation> read_observation(const Yaml& entry, const std::vector<std::string>& sources) {
  Observation out;
  VESPER_CHECK(entry.keys(
      {"id", "says", "module", "observed", "source", "use", "predict", "accept", "notes"}));
  VESPER_TRY(out.id, filled(entry, "id"));
  out.place = entry.find("id")->place();
  VESPER_CHECK(check_id(out));
  VESPER_TRY(out.says, filled(entry, "says"));
  VESPER_TRY(out.module, filled(entry, "module"));
  VESPER_TRY(const Yaml observed, entry.at("observed"));
  units::Unit unit;
  VESPER_CHECK(read_observed(observed, out, unit));
  VESPER_TRY(out.source, filled(entry, "source"));
  VESPER_CHECK(check_source(out.source, sources, entry.find("source")->place()));
  VESPER_TRY(const Yaml use, entry.at("use"));
  VESPER_TRY(out.use, read_use(use));
  VESPER_TRY(const Yaml predict, entry.at("predict"));
  VESPER_CHECK(read_predict(predict, out));
  if (const Yaml* accept = entry.find("accept")) VESPER_CHECK(read_accept(*accept, unit, out));
  VESPER_CHECK(check_decidable(out, observed.place()));
  VESPER_TRY(out.notes, entry.text_or("notes", ""));
  return out;
}

Result<std::vector<Listed>> read_all(const files::SearchPath& search) {
  VESPER_TRY(const std::vector<std::string> sources, source_ids(search));
  std::vector<Listed> all;
  std::map<std::string, Place> first;
  for (const std::filesystem::path& path : search.list("evidence/observations", ".yaml")) {
    VESPER_TRY(const Yaml root, files::read_yaml(path));
    if (!root.is_list()) {
      return fail(Code::wrong_type, "a list of observations is wanted here", root.place(),
                  "begin each observation with `- id: ...`");
    }
    for (const Yaml& entry : root.items()) {
      VESPER_TRY(Observation observation, read_observation(entry, sources));
      if (const auto [other, added] = first.emplace(observation.id, observation.place); !added) {
        return fail(Code::duplicate_id,
                    fmt::format("observation '{}' is given twice", observation.id),
                    observation.place, "rename or remove one of them",
                    {fmt::format("the first is in {}:{}", other->second.file, other->second.line)});
      }
      all.push_back({std::move(observation), path.stem().string()});
    }
  }
  return all;
}

// What `ids` may name.
std::vector<std::string> known_names(const std::vector<Listed>& all) {
  std::vector<std::string> known;
  std::set<std::string> seen;
  const auto add = [&](const std::string& name) {
    if (seen.insert(name).second) known.push_back(name);
  };
  for (const Listed& one : all) add(one.observation.id);
  for (const Listed& one : all) {
    add(one.observation.module);
    add(one.stem);
  }
  return known;
}

}  // namespace

Result<std::vector<Observation>> read_observations(const files::SearchPath& search,
                                                   const std::vector<std::string>& ids) {
  VESPER_TRY(std::vector<Listed> all, read_all(search));
  if (all.empty()) {
    return fail(Code::no_observations, "no observation in evidence/observations/", {},
                "run from a folder that holds evidence/, or set VESPER_PATH");
  }
  const auto selects = [](const std::string& id, const Listed& one) {
    return id == one.observation.id || id == one.observation.module || id == one.stem;
  };
  for (const std::string& id : ids) {
    const bool known =
        std::any_of(all.begin(), all.end(), [&](const Listed& one) { return selects(id, one); });
    if (!known) {
      const std::string near = nearest(id, known_names(all));
      return fail(Code::unknown_observation, fmt::format("no observation '{}'", id), {},
                  near.empty() ? "name an observation, a module or a file of evidence/observations/"
                               : fmt::format("did you mean '{}'?", near));
    }
  }
  std::vector<Observation> selected;
  for (Listed& one : all) {
    const bool wanted =
        ids.empty() || std::any_of(ids.begin(), ids.end(),
                                   [&](const std::string& id) { return selects(id, one); });
    if (wanted) selected.push_back(std::move(one.observation));
  }
  return selected;
}

}  // namespace vesper::evidence
