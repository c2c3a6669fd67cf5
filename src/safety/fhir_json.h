// JSON of which nothing is sure: a part that is missing or of another type is simply not there.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "files/source.h"
#include "safety/dates.h"
#include "safety/vocabulary.h"

namespace vesper::safety::fhir {

using Json = nlohmann::json;

// Errors: V1108 with the place of what is no JSON; XML and several documents in one are named.
Result<Json> parse(const files::Source& source);

const Json& at(const Json& object, std::string_view key);  // null when absent
const Json& at(const Json& object, std::string_view a, std::string_view b);
std::string text(const Json& object, std::string_view key);  // "" when no text
std::optional<double> number(const Json& object, std::string_view key);
bool truth(const Json& object, std::string_view key);  // false when absent
// The elements of a list; a lone object is a list of one.
std::vector<const Json*> each(const Json& object, std::string_view key);

// What a CodeableConcept says: its text or display, and its codes of known systems.
Named named(const Json& coded);
// All that its text and displays say, and every code of any system; to look words up in.
std::vector<std::string> words(const Json& coded);
// Whether one of its codes, or its text, is this; case ignored.
bool says(const Json& coded, const std::vector<std::string>& any);

// A dateTime or date, to the day; with only a month or year, from its first to its last day.
struct Stretch {
  Date first, last;
};
std::optional<Stretch> stretch(const std::string& date_time);

}  // namespace vesper::safety::fhir
