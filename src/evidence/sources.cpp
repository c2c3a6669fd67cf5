#include <fmt/format.h>

#include <map>

#include "evidence/evidence.h"
#include "evidence/fields.h"

namespace vesper::evidence {

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
    VESPER_CHECK(entry.keys({"id", "citation", "locator"}));
    SourceEntry source;
    VESPER_TRY(source.id, filled(entry, "id"));
    VESPER_TRY(source.citation, filled(entry, "citation"));
    VESPER_TRY(source.locator, entry.text_or("locator", ""));
    const Place place = entry.find("id")->place();
    if (const auto [first, added] = line_of.emplace(source.id, place.line); !added) {
      return fail(Code::duplicate_id, fmt::format("source '{}' is listed twice", source.id), place,
                  "keep one of them", {fmt::format("the first is in line {}", first->second)});
    }
    sources.push_back(std::move(source));
  }
  return sources;
}

}  // namespace vesper::evidence
