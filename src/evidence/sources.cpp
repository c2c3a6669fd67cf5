#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "evidence/evidence.h"
#include "evidence/fields.h"

namespace vesper::evidence {

namespace {

Result<void> read_year(const files::Yaml& entry, SourceEntry& source) {
  const files::Yaml* year = entry.find("year");
  if (year == nullptr) return {};
  VESPER_TRY(const long value, year->integer());
  if (value < 1500 || value > 2200) {
    return fail(Code::out_of_range, fmt::format("{} is no year of a publication", value),
                year->place());
  }
  source.year = static_cast<int>(value);
  return {};
}

Result<void> read_numbers(const files::Yaml& entry, SourceEntry& source) {
  VESPER_TRY(source.doi, entry.text_or("doi", ""));
  if (!source.doi.empty() && !source.doi.starts_with("10.")) {
    return fail(Code::bad_source, fmt::format("'{}' is no DOI", source.doi),
                entry.find("doi")->place(),
                "a DOI begins with 10., without `doi:` or a web address");
  }
  VESPER_TRY(source.pmid, entry.text_or("pmid", ""));
  if (source.pmid.find_first_not_of("0123456789") != std::string::npos) {
    return fail(Code::bad_source, fmt::format("'{}' is no PubMed number", source.pmid),
                entry.find("pmid")->place(), "a PubMed number has digits alone");
  }
  return {};
}

Result<SourceEntry> read_source(const files::Yaml& entry) {
  VESPER_CHECK(entry.keys(
      {"id", "citation", "locator", "authors", "title", "container", "year", "doi", "pmid"}));
  SourceEntry source;
  VESPER_TRY(source.id, filled(entry, "id"));
  source.place = entry.find("id")->place();
  VESPER_TRY(source.citation, filled(entry, "citation"));
  VESPER_TRY(source.locator, entry.text_or("locator", ""));
  for (const files::Yaml& author : entry.items("authors")) {
    VESPER_TRY(std::string name, author.text());
    source.authors.push_back(std::move(name));
  }
  VESPER_TRY(source.title, entry.text_or("title", ""));
  VESPER_TRY(source.container, entry.text_or("container", ""));
  VESPER_CHECK(read_year(entry, source));
  VESPER_CHECK(read_numbers(entry, source));
  return source;
}

}  // namespace

Result<std::vector<std::string>> source_ids(const files::SearchPath& search) {
  VESPER_TRY(const std::vector<SourceEntry> entries, read_sources(search));
  std::vector<std::string> ids;
  for (const SourceEntry& entry : entries) ids.push_back(entry.id);
  return ids;
}

Result<void> check_source(const std::string& id, const std::vector<std::string>& known,
                          const Place& place) {
  if (std::find(known.begin(), known.end(), id) != known.end()) return {};
  const std::string near = nearest(id, known);
  return fail(
      Code::unknown_source, fmt::format("source '{}' is not in evidence/sources.yaml", id), place,
      near.empty() ? "add it there with its citation" : fmt::format("did you mean '{}'?", near));
}

Result<std::vector<SourceEntry>> read_sources(const files::SearchPath& search) {
  VESPER_TRY(const std::filesystem::path path, search.find("sources", "evidence", ".yaml", {}));
  VESPER_TRY(const files::Yaml root, files::read_yaml(path));
  if (!root.is_list()) {
    return fail(Code::wrong_type, "a list of sources is wanted here", root.place(),
                "begin each source with `- id: ...`");
  }
  std::vector<SourceEntry> sources;
  std::map<std::string, int> line_of;
  for (const files::Yaml& entry : root.items()) {
    VESPER_TRY(SourceEntry source, read_source(entry));
    const Place place = source.place;
    if (const auto [first, added] = line_of.emplace(source.id, place.line); !added) {
      return fail(Code::duplicate_id, fmt::format("source '{}' is listed twice", source.id), place,
                  "keep one of them", {fmt::format("the first is in line {}", first->second)});
    }
    sources.push_back(std::move(source));
  }
  return sources;
}

}  // namespace vesper::evidence
