#include "evidence/targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "evidence/fields.h"
#include "evidence/provenance.h"

namespace vesper::evidence {

namespace {

using files::Yaml;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Result<Concentration> read_concentration(const Yaml& name, const Yaml& entry) {
  VESPER_CHECK(entry.keys({"output", "fraction", "says"}));
  Concentration out;
  out.id = name.raw();
  out.place = name.place();
  VESPER_TRY(out.says, filled(entry, "says"));
  VESPER_TRY(out.output, filled(entry, "output"));
  out.output_place = entry.find("output")->place();
  if (const Yaml* fraction = entry.find("fraction")) {
    VESPER_TRY(out.fraction, filled(entry, "fraction"));
    out.fraction_place = fraction->place();
  }
  return out;
}

class Reader {
 public:
  Reader(std::vector<std::string> sources, std::vector<std::string> concentrations,
         units::Unit nanomolar)
      : sources_(std::move(sources)),
        concentrations_(std::move(concentrations)),
        nanomolar_(std::move(nanomolar)) {}

  Result<Target> target(const Yaml& entry) const {
    VESPER_CHECK(entry.keys({"id", "name", "claim", "action", "grade", "why", "claims", "sources",
                             "occupancy", "potency", "effect", "reference", "not-modelled"}));
    Target out;
    VESPER_TRY(out.id, filled(entry, "id"));
    out.place = entry.find("id")->place();
    VESPER_TRY(out.name, filled(entry, "name"));
    VESPER_TRY(out.claim, filled(entry, "claim"));
    VESPER_TRY(out.action, filled(entry, "action"));
    VESPER_TRY(const Yaml grade, entry.at("grade"));
    VESPER_TRY(out.grade, grade.choice({grades.begin(), grades.end()}));
    VESPER_TRY(out.why, filled(entry, "why"));
    for (const Yaml& id : entry.items("claims")) out.claims.push_back(id.raw());
    for (const Yaml& id : entry.items("sources")) {
      VESPER_CHECK(check_source(id.raw(), sources_, id.place()));
      out.sources.push_back(id.raw());
    }
    VESPER_CHECK(how_it_is_judged(entry, out));
    return out;
  }

 private:
  Result<void> how_it_is_judged(const Yaml& entry, Target& out) const {
    if (const Yaml* occupancy = entry.find("occupancy")) {
      VESPER_TRY(out.occupancy, filled(entry, "occupancy"));
      out.occupancy_place = occupancy->place();
    }
    for (const Yaml& item : entry.items("potency")) {
      VESPER_TRY(Potency potency, this->potency(item));
      out.potencies.push_back(std::move(potency));
    }
    if (const Yaml* effect = entry.find("effect")) {
      VESPER_TRY(out.effect, this->effect(*effect));
    }
    if (const Yaml* reference = entry.find("reference")) {
      VESPER_TRY(out.reference, this->reference(*reference));
    }
    VESPER_TRY(out.not_modelled, entry.text_or("not-modelled", ""));
    const bool judged = !out.occupancy.empty() || !out.potencies.empty() || out.effect;
    if (judged == out.not_modelled.empty()) return consistent(out);
    return fail(Code::bad_target,
                judged ? fmt::format("target '{}' is judged and said not to be", out.id)
                       : fmt::format("target '{}' has nothing to be judged by", out.id),
                out.place,
                judged ? "remove `not-modelled`"
                       : "give it `occupancy`, `potency` or `effect`, or say under `not-modelled` "
                         "why there is none");
  }

  static Result<void> consistent(const Target& out) {
    if (out.effect && (!out.occupancy.empty() || !out.potencies.empty())) {
      return fail(Code::bad_target, fmt::format("target '{}' is judged in two ways", out.id),
                  out.place, "make two targets of it, one by its effect");
    }
    const bool excluded = std::any_of(out.potencies.begin(), out.potencies.end(),
                                      [](const Potency& one) { return one.excluded(); });
    if (excluded && (out.potencies.size() > 1 || !out.occupancy.empty())) {
      return fail(Code::bad_target,
                  "where nothing was seen there is no potency for others to compete with",
                  out.potencies.front().place, "make two targets of it");
    }
    return {};
  }

  Result<Potency> potency(const Yaml& entry) const {
    VESPER_CHECK(entry.keys(
        {"at", "measure", "value", "range", "parameter", "source", "recalled", "notes"}));
    Potency out;
    out.place = entry.place();
    VESPER_TRY(const Yaml at, entry.at("at"));
    VESPER_TRY(out.at, at.choice(concentrations_));
    VESPER_TRY(const Yaml measure, entry.at("measure"));
    VESPER_TRY(out.measure,
               measure.choice({"Ki", "Kd", "IC50", "EC50", "effective at", "none up to"}));
    VESPER_TRY(out.source, filled(entry, "source"));
    VESPER_CHECK(check_source(out.source, sources_, entry.find("source")->place()));
    VESPER_TRY(out.recalled, entry.boolean_or("recalled", false));
    VESPER_TRY(out.notes, entry.text_or("notes", ""));
    VESPER_CHECK(figure(entry, out));
    return out;
  }

  Result<void> figure(const Yaml& entry, Potency& out) const {
    const Yaml* value = entry.find("value");
    const Yaml* range = entry.find("range");
    const Yaml* parameter = entry.find("parameter");
    if ((value != nullptr) + (range != nullptr) + (parameter != nullptr) != 1) {
      return fail(Code::bad_target, "a potency is one of a value, a range and a parameter",
                  out.place, "such as `range: [0.08 nM, 1 nM]`");
    }
    out.low = out.high = nan;
    if (parameter != nullptr) {
      VESPER_TRY(out.parameter, filled(entry, "parameter"));
      out.parameter_place = parameter->place();
      return {};
    }
    if (value != nullptr) {
      VESPER_TRY(out.low, value->in(nanomolar_));
      out.high = out.low;
    } else {
      if (!range->is_list() || range->items().size() != 2) {
        return fail(Code::wrong_type, "a range is a list of two values", range->place(),
                    "such as [0.08 nM, 1 nM]");
      }
      VESPER_TRY(out.low, range->items()[0].in(nanomolar_));
      VESPER_TRY(out.high, range->items()[1].in(nanomolar_));
    }
    if (out.low > 0 && out.low <= out.high) return {};
    return fail(Code::out_of_range, "a potency is above 0, the lower end first",
                (value != nullptr ? value : range)->place());
  }

  static Result<Effect> effect(const Yaml& entry) {
    VESPER_CHECK(entry.keys({"output", "link"}));
    Effect out;
    VESPER_TRY(out.output, filled(entry, "output"));
    out.output_place = entry.find("output")->place();
    if (const Yaml* link = entry.find("link")) {
      VESPER_TRY(out.link, filled(entry, "link"));
      out.link_place = link->place();
    }
    return out;
  }

  Result<Reference> reference(const Yaml& entry) const {
    VESPER_CHECK(entry.keys({"occupancy", "says", "source"}));
    Reference out;
    VESPER_TRY(out.occupancy, entry.in("occupancy", units::Unit()));
    if (!(out.occupancy > 0 && out.occupancy <= 1)) {
      return fail(Code::out_of_range, "an occupancy lies between 0 and 100 %",
                  entry.find("occupancy")->place());
    }
    VESPER_TRY(out.says, filled(entry, "says"));
    VESPER_TRY(out.source, filled(entry, "source"));
    VESPER_CHECK(check_source(out.source, sources_, entry.find("source")->place()));
    return out;
  }

  std::vector<std::string> sources_, concentrations_;
  units::Unit nanomolar_;
};

Result<std::vector<Concentration>> read_concentrations(const Yaml& root) {
  VESPER_TRY(const Yaml map, root.at("concentrations"));
  if (!map.is_map()) {
    return fail(Code::wrong_type, "a mapping from names to concentrations is wanted here",
                map.place(), "such as `brain: {output: brain naltrexone, says: ...}`");
  }
  std::vector<Concentration> all;
  for (const auto& [name, entry] : map.entries()) {
    VESPER_TRY(Concentration one, read_concentration(name, entry));
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace

Result<Targets> read_targets(const files::SearchPath& search) {
  VESPER_TRY(std::vector<std::string> sources, source_ids(search));
  VESPER_TRY(const std::filesystem::path path, search.find("targets", "evidence", ".yaml", {}));
  VESPER_TRY(const Yaml root, files::read_yaml(path));
  VESPER_CHECK(root.keys({"model", "concentrations", "targets"}));
  Targets all;
  VESPER_TRY(all.model, filled(root, "model"));
  all.model_place = root.find("model")->place();
  VESPER_TRY(all.concentrations, read_concentrations(root));
  std::vector<std::string> names;
  for (const Concentration& one : all.concentrations) names.push_back(one.id);
  VESPER_TRY(const units::Unit nanomolar, units::Unit::parse("nmol/L"));
  const Reader reader(std::move(sources), std::move(names), nanomolar);
  std::map<std::string, int> line_of;
  for (const Yaml& entry : root.items("targets")) {
    VESPER_TRY(Target target, reader.target(entry));
    if (const auto [first, added] = line_of.emplace(target.id, target.place.line); !added) {
      return fail(Code::duplicate_id, fmt::format("target '{}' is listed twice", target.id),
                  target.place, "rename or remove one of them",
                  {fmt::format("the first is in line {}", first->second)});
    }
    all.targets.push_back(std::move(target));
  }
  if (all.targets.empty()) {
    return fail(Code::missing_key, "there is no target under `targets`", root.place());
  }
  return all;
}

}  // namespace vesper::evidence
