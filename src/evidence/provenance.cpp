#include "evidence/provenance.h"

#include <fmt/format.h>

#include <algorithm>

namespace vesper::evidence {

namespace {

std::vector<std::string> source_ids(const std::vector<SourceEntry>& sources) {
  std::vector<std::string> ids;
  for (const SourceEntry& one : sources) ids.push_back(one.id);
  return ids;
}

// Where an argument and what is bound to it both name a source, there are two: "a; b".
std::vector<std::string> named_sources(std::string_view description) {
  std::vector<std::string> named;
  while (true) {
    const std::size_t end = description.find("; ");
    named.emplace_back(description.substr(0, end));
    if (end == std::string_view::npos) return named;
    description.remove_prefix(end + 2);
  }
}

bool is_known(const std::string& id, const std::vector<std::string>& ids) {
  return id == "assumed" || id == "derived" || id.starts_with("fit-") ||
         std::find(ids.begin(), ids.end(), id) != ids.end();
}

class Audit {
 public:
  explicit Audit(const std::vector<SourceEntry>& sources) : ids_(source_ids(sources)) {}

  void parameter(const equations::Parameter& parameter) {
    if (!parameter.unit) {
      add(parameter, "has no unit", "declare it: `" + parameter.id + " has UNIT`");
    }
    if (parameter.initial) return;
    source(parameter);
    grade(parameter);
  }

  std::vector<Diagnostic> take() { return std::move(found_); }

 private:
  void add(const equations::Parameter& parameter, const std::string& what, std::string mend) {
    found_.push_back({Code::missing_provenance,
                      fmt::format("parameter '{}' {}", parameter.id, what),
                      parameter.place,
                      std::move(mend),
                      {}});
  }

  void source(const equations::Parameter& parameter) {
    if (parameter.description.empty()) {
      add(parameter, "names no source", "`NAME description \"ID\"`, of evidence/sources.yaml");
      return;
    }
    for (const std::string& id : named_sources(parameter.description)) {
      if (is_known(id, ids_)) continue;
      const std::string near = nearest(id, ids_);
      add(parameter, fmt::format("names a source '{}' that is not in evidence/sources.yaml", id),
          near.empty() ? "add it there with its citation"
                       : fmt::format("did you mean '{}'?", near));
    }
  }

  void grade(const equations::Parameter& parameter) {
    const std::string_view notes = parameter.notes;
    const std::string_view grade = grade_of(notes);
    if (grade.empty()) {
      add(parameter,
          notes.empty() ? std::string("has no grade")
                        : fmt::format("has notes that do not begin with a grade"),
          fmt::format("`NAME notes \"GRADE; why\"`, GRADE one of {}", fmt::join(grades, ", ")));
      return;
    }
    const bool reason = notes.find_first_not_of("; ", grade.size()) != std::string_view::npos;
    if (!reason && (parameter.description == "assumed" || grade == "assumed")) {
      add(parameter, "is assumed without a reason", "say why: `assumed; because ...`");
    }
  }

  std::vector<std::string> ids_;
  std::vector<Diagnostic> found_;
};

}  // namespace

std::string_view grade_of(std::string_view notes) {
  const std::string_view word = notes.substr(0, notes.find(';'));
  const auto* const found = std::find(grades.begin(), grades.end(), word);
  return found == grades.end() ? std::string_view() : *found;
}

std::vector<Diagnostic> missing_provenance(const language::Model& model,
                                           const equations::System& system,
                                           const std::vector<SourceEntry>& sources) {
  Audit audit(sources);
  for (const equations::Parameter& parameter : system.parameters) audit.parameter(parameter);
  std::vector<Diagnostic> found = audit.take();
  if (!model.check_units) {
    found.push_back({Code::missing_provenance,
                     fmt::format("model '{}' opts out of the check of units", model.id),
                     model.sources.at(0).whole(),
                     "remove `//@ units unchecked` and give every value its unit",
                     {}});
  }
  return found;
}

}  // namespace vesper::evidence
