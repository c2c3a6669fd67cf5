#include "safety/fhir_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "files/yaml.h"

namespace vesper::safety::fhir {

namespace {

using files::Yaml;

Result<void> append(const Yaml& entry, std::string_view key, std::vector<std::string>& words) {
  for (const Yaml& item : entry.items(key)) {
    VESPER_TRY(std::string word, item.text());
    words.push_back(std::move(word));
  }
  return {};
}

Result<std::vector<Saying>> sayings(const Yaml& root, std::string_view key) {
  std::vector<Saying> all;
  for (const Yaml& entry : root.items(key)) {
    VESPER_CHECK(entry.keys({"name", "also", "snomed"}));
    Saying one;
    VESPER_TRY(one.name, entry.text("name"));
    one.said = {one.name};
    VESPER_CHECK(append(entry, "also", one.said));
    VESPER_CHECK(append(entry, "snomed", one.said));
    all.push_back(std::move(one));
  }
  return all;
}

Result<OwnDatum> read_own(const Yaml& entry) {
  VESPER_CHECK(entry.keys({"sets", "unit", "also", "loinc", "snomed", "yes", "no"}));
  OwnDatum one;
  VESPER_TRY(const Yaml sets, entry.at("sets"));
  VESPER_TRY(one.sets, sets.choice({"weight", "height", "pregnant", "breastfeeding"}));
  VESPER_TRY(one.unit, entry.text_or("unit", ""));
  for (const char* key : {"also", "loinc", "snomed"}) VESPER_CHECK(append(entry, key, one.said));
  VESPER_CHECK(append(entry, "yes", one.yes));
  VESPER_CHECK(append(entry, "no", one.no));
  return one;
}

}  // namespace

std::string spaced(std::string_view text) {
  std::string out = " ";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80u || std::isalnum(byte) != 0) {
      out += static_cast<char>(std::tolower(byte));
    } else if (out.back() != ' ') {
      out += ' ';
    }
  }
  if (out.back() != ' ') out += ' ';
  return out;
}

Result<Words> Words::read(const files::SearchPath& search) {
  VESPER_TRY(const auto path, search.find("fhir", "evidence/safety/vocabulary", ".yaml", {}));
  VESPER_TRY(const Yaml root, files::read_yaml(path));
  VESPER_CHECK(root.keys({"routes", "results", "no-allergy", "patient"}));
  Words words;
  VESPER_TRY(words.routes, sayings(root, "routes"));
  VESPER_TRY(words.results, sayings(root, "results"));
  if (const Yaml* none = root.find("no-allergy")) {
    VESPER_CHECK(none->keys({"also", "snomed"}));
    VESPER_CHECK(append(*none, "also", words.no_allergy));
    VESPER_CHECK(append(*none, "snomed", words.no_allergy));
  }
  for (const Yaml& entry : root.items("patient")) {
    VESPER_TRY(OwnDatum one, read_own(entry));
    words.own.push_back(std::move(one));
  }
  return words;
}

std::string Words::route(const Json& coded, const std::string& more_text) const {
  for (const Saying& one : routes) {
    if (says(coded, one.said)) return one.name;
  }
  std::string found, name;
  for (const std::string& text : {fhir::text(coded, "text"), more_text}) {
    const std::string whole = spaced(text);
    for (const Saying& one : routes) {
      for (const std::string& word : one.said) {
        const std::string inner = spaced(word);
        if (inner.size() <= found.size() || whole.find(inner) == std::string::npos) continue;
        found = inner;
        name = one.name;
      }
    }
    if (!name.empty()) return name;
  }
  return "";
}

std::string Words::result(const Json& coded) const {
  for (const Saying& one : results) {
    if (says(coded, one.said)) return one.name;
  }
  return "";
}

const OwnDatum* Words::own_datum(const Json& code) const {
  for (const OwnDatum& one : own) {
    if (says(code, one.said)) return &one;
  }
  return nullptr;
}

}  // namespace vesper::safety::fhir
