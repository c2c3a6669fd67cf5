#include "evidence/library.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "evidence/text.h"

namespace vesper::evidence {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t page = 100;  // columns

std::string lower(std::string_view text) {
  std::string out(text);
  // Bytes of UTF-8 beyond ASCII are left as they are.
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(c < 0x80 ? std::tolower(c) : c); });
  return out;
}

// Fields in the order in which they are shown; a field may have several lines.
struct Field {
  std::string name;
  std::vector<std::string> values;
};

struct Entry {
  std::string kind, id;
  std::vector<Field> fields;
};

void add(Entry& entry, const std::string& name, const std::string& value) {
  if (!value.empty()) entry.fields.push_back({name, {value}});
}

void add(Entry& entry, const std::string& name, std::vector<std::string> values) {
  if (!values.empty()) entry.fields.push_back({name, std::move(values)});
}

class Shower {
 public:
  explicit Shower(const Library& library) : library_(library) {}

  Result<Entry> entry(const std::string& id) const {
    for (const Claim& one : library_.claims) {
      if (one.id == id) return claim(one);
    }
    for (const Target& one : library_.targets.targets) {
      if (one.id == id) return target(one);
    }
    for (const Observation& one : library_.observations) {
      if (one.id == id) return observation(one);
    }
    for (const SourceEntry& one : library_.sources) {
      if (one.id == id) return source(one);
    }
    const std::string near = nearest(id, all_ids());
    return fail(Code::unknown_evidence, fmt::format("no claim, source or observation '{}'", id), {},
                near.empty() ? "`vesper evidence WORDS` searches their texts"
                             : fmt::format("did you mean '{}'?", near));
  }

 private:
  std::vector<std::string> all_ids() const {
    std::vector<std::string> ids;
    for (const Claim& one : library_.claims) ids.push_back(one.id);
    for (const Target& one : library_.targets.targets) ids.push_back(one.id);
    for (const Observation& one : library_.observations) ids.push_back(one.id);
    for (const SourceEntry& one : library_.sources) ids.push_back(one.id);
    return ids;
  }

  std::string cited(const std::string& id) const {
    for (const SourceEntry& one : library_.sources) {
      if (one.id == id) return id + ": " + one.citation;
    }
    return id;
  }

  std::vector<std::string> cited(const std::vector<std::string>& ids) const {
    std::vector<std::string> lines;
    for (const std::string& id : ids) lines.push_back(cited(id));
    return lines;
  }

  Entry claim(const Claim& one) const {
    Entry entry{"claim", one.id, {}};
    add(entry, "says", one.says);
    add(entry, "kind", one.kind);
    add(entry, "verdict", one.verdict);
    add(entry, "why", one.why);
    add(entry, "for", cited(one.sources_for));
    add(entry, "against", cited(one.sources_against));
    std::vector<std::string> answers;
    for (const Answer& answer : one.answers) {
      answers.push_back(text_of(answer) +
                        (answer.planned.empty() ? "" : " (planned: " + answer.planned + ")"));
    }
    add(entry, "answered by", std::move(answers));
    return entry;
  }

  Entry target(const Target& one) const {
    Entry entry{"target", one.id, {}};
    add(entry, "name", one.name);
    add(entry, "claimed", one.claim);
    add(entry, "grade", one.grade);
    add(entry, "why", one.why);
    std::vector<std::string> potencies;
    for (const Potency& potency : one.potencies) {
      const std::string figure =
          potency.parameter.empty()
              ? (potency.low == potency.high
                     ? fmt::format("{:g} nM", potency.low)
                     : fmt::format("{:g} to {:g} nM", potency.low, potency.high))
              : fmt::format("{} of the model", potency.parameter);
      potencies.push_back(fmt::format("{} {} ({}{}){}", potency.measure, figure, potency.source,
                                      potency.recalled ? ", recalled" : "",
                                      potency.notes.empty() ? "" : "; " + potency.notes));
    }
    add(entry, "potency", std::move(potencies));
    add(entry, "not modelled", one.not_modelled);
    add(entry, "claims", one.claims);
    add(entry, "sources", cited(one.sources));
    return entry;
  }

  Entry observation(const Observation& one) const {
    Entry entry{"observation", one.id, {}};
    add(entry, "says", one.says);
    add(entry, "module", one.module);
    std::string observed = fmt::format("{:g} {}", one.value, one.unit);
    if (one.low && one.high) observed += fmt::format(" ({:g} to {:g})", *one.low, *one.high);
    add(entry, "observed", observed);
    add(entry, "use", std::string(use_name(one.use)));
    add(entry, "source", cited(one.source));
    add(entry, "predicted by",
        fmt::format("{} of protocol {}{}", one.readout, one.protocol,
                    one.arm.empty() ? "" : ", arm " + one.arm));
    add(entry, "notes", one.notes);
    std::vector<std::string> claims;
    for (const Claim& claim : library_.claims) {
      for (const Answer& answer : claim.answers) {
        if (answer.kind == Answer::Kind::observation && answer.name == one.id) {
          claims.push_back(claim.id + ": " + claim.says);
        }
      }
    }
    add(entry, "answers", std::move(claims));
    return entry;
  }

  Entry source(const SourceEntry& one) const {
    Entry entry{"source", one.id, {}};
    add(entry, "citation", one.citation);
    add(entry, "authors", one.authors);
    add(entry, "title", one.title);
    add(entry, "container", one.container);
    if (one.year != 0) add(entry, "year", fmt::format("{}", one.year));
    add(entry, "doi", one.doi);
    add(entry, "pmid", one.pmid);
    add(entry, "locator", one.locator);
    add(entry, "cited for", citing(one.id));
    return entry;
  }

  std::vector<std::string> citing(const std::string& id) const {
    const auto holds = [&](const std::vector<std::string>& ids) {
      return std::find(ids.begin(), ids.end(), id) != ids.end();
    };
    std::vector<std::string> lines;
    for (const Claim& one : library_.claims) {
      if (holds(one.sources_for))
        lines.push_back(fmt::format("for claim {}: {}", one.id, one.says));
      if (holds(one.sources_against)) {
        lines.push_back(fmt::format("against claim {}: {}", one.id, one.says));
      }
    }
    for (const Target& one : library_.targets.targets) {
      const bool potency = std::any_of(one.potencies.begin(), one.potencies.end(),
                                       [&](const Potency& p) { return p.source == id; });
      if (holds(one.sources) || potency) {
        lines.push_back(fmt::format("target {}: {}", one.id, one.name));
      }
    }
    for (const Observation& one : library_.observations) {
      if (one.source == id) lines.push_back(fmt::format("observation {}: {}", one.id, one.says));
    }
    return lines;
  }

  const Library& library_;
};

// All that is searched.
std::vector<std::pair<Hit, std::string>> searched(const Library& library) {
  std::vector<std::pair<Hit, std::string>> all;
  const auto add_hit = [&](Hit hit, const std::string& more) {
    std::string text =
        lower(hit.kind + " " + hit.id + " " + hit.label + " " + hit.text + " " + more);
    all.emplace_back(std::move(hit), std::move(text));
  };
  const auto joined = [](const std::vector<std::string>& ids) {
    return fmt::format("{}", fmt::join(ids, " "));
  };
  for (const Claim& one : library.claims) {
    add_hit({"claim", one.id, one.verdict, one.says}, one.kind + " " + one.why + " " +
                                                          joined(one.sources_for) + " " +
                                                          joined(one.sources_against));
  }
  for (const Target& one : library.targets.targets) {
    add_hit({"target", one.id, one.grade, one.name + ": " + one.claim},
            one.why + " " + joined(one.sources) + " " + one.not_modelled);
  }
  for (const Observation& one : library.observations) {
    add_hit({"observation", one.id, std::string(use_name(one.use)), one.says},
            one.module + " " + one.source + " " + one.notes + " " + one.protocol);
  }
  for (const SourceEntry& one : library.sources) {
    add_hit({"source", one.id, "", one.citation},
            one.title + " " + one.container + " " + one.locator + " " + joined(one.authors));
  }
  return all;
}

}  // namespace

Result<Library> read_library(const files::SearchPath& search) {
  Library library;
  VESPER_TRY(library.claims, read_claims(search));
  VESPER_TRY(library.sources, read_sources(search));
  VESPER_TRY(library.observations, read_observations(search, {}));
  VESPER_TRY(library.targets, read_targets(search));
  return library;
}

std::vector<Hit> find(const Library& library, const std::vector<std::string>& words) {
  std::vector<std::string> wanted;
  for (const std::string& word : words) {
    // A phrase in quotes is several words.
    std::string rest = lower(word);
    while (!rest.empty()) {
      const std::size_t space = rest.find(' ');
      if (space != 0) wanted.push_back(rest.substr(0, space));
      rest = space == std::string::npos ? "" : rest.substr(space + 1);
    }
  }
  std::vector<Hit> exact, others;
  for (auto& [hit, text] : searched(library)) {
    const bool all = std::all_of(wanted.begin(), wanted.end(), [&](const std::string& word) {
      return text.find(word) != std::string::npos;
    });
    if (!all || wanted.empty()) continue;
    const bool by_id = std::find(wanted.begin(), wanted.end(), lower(hit.id)) != wanted.end();
    (by_id ? exact : others).push_back(std::move(hit));
  }
  exact.insert(exact.end(), others.begin(), others.end());
  return exact;
}

std::string hits_text(const std::vector<Hit>& hits) {
  if (hits.empty()) return "  nothing found; all words must stand in one entry\n";
  std::size_t width = 0, label = 0;
  for (const Hit& hit : hits) {
    width = std::max(width, text_width(hit.id));
    label = std::max(label, text_width(hit.label));
  }
  width = std::min<std::size_t>(width, 30);
  std::string out;
  for (const Hit& hit : hits) {
    const std::string first = fmt::format("  {} {}  {}  ", padded(hit.kind, 11),
                                          padded(hit.id, width), padded(hit.label, label));
    out += wrapped(hit.text, page, first, std::string(text_width(first), ' '));
  }
  return out + "  `vesper evidence show ID` shows one of them whole.\n";
}

std::string hits_json(const std::vector<Hit>& hits) {
  Json list = Json::array();
  for (const Hit& hit : hits) {
    list.push_back({{"kind", hit.kind}, {"id", hit.id}, {"label", hit.label}, {"text", hit.text}});
  }
  return list.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<std::string> show_text(const Library& library, const std::string& id) {
  VESPER_TRY(const Entry entry, Shower(library).entry(id));
  std::string out = fmt::format("{} {}\n", entry.kind, entry.id);
  for (const Field& field : entry.fields) {
    for (std::size_t i = 0; i < field.values.size(); ++i) {
      const std::string first = "  " + padded(i == 0 ? field.name : "", 13) + " ";
      out += wrapped(field.values[i], page, first, std::string(18, ' '));
    }
  }
  return out;
}

Result<std::string> show_json(const Library& library, const std::string& id) {
  VESPER_TRY(const Entry entry, Shower(library).entry(id));
  Json object = {{"kind", entry.kind}, {"id", entry.id}};
  for (const Field& field : entry.fields) {
    object[field.name] = field.values.size() == 1 ? Json(field.values.front()) : Json(field.values);
  }
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string library_text(const Library& library) {
  return fmt::format(
      "  {} claims of the source texts, {} targets, {} observations, {} sources\n"
      "  `vesper evidence WORDS` searches them, `vesper evidence show ID` shows one,\n"
      "  `vesper evidence coverage` says what answers each claim.\n",
      library.claims.size(), library.targets.targets.size(), library.observations.size(),
      library.sources.size());
}

}  // namespace vesper::evidence
