// Fields that the files of this room have in common.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "files/yaml.h"

namespace vesper::evidence {

// A text that must be there and hold something.
inline Result<std::string> filled(const files::Yaml& entry, std::string_view key) {
  VESPER_TRY(const files::Yaml value, entry.at(key));
  VESPER_TRY(std::string text, value.text());
  if (text.empty()) {
    return fail(Code::missing_key, fmt::format("'{}' is empty", key), value.place());
  }
  return text;
}

// The ids of evidence/sources.yaml.
Result<std::vector<std::string>> source_ids(const files::SearchPath& search);

// An unknown source is an error with the nearest known one.
Result<void> check_source(const std::string& id, const std::vector<std::string>& known,
                          const Place& place);

}  // namespace vesper::evidence
