#include "safety/fhir_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

namespace vesper::safety::fhir {

namespace {

constexpr int deepest = 64;

const Json& nothing() {
  static const Json null;
  return null;
}

// Systems of codes, as R4 writes them and as OIDs, to the names of the vocabulary.
std::string system_name(const std::string& uri) {
  static const std::map<std::string, std::string> known = {
      {"http://www.nlm.nih.gov/research/umls/rxnorm", "rxnorm"},
      {"urn:oid:2.16.840.1.113883.6.88", "rxnorm"},
      {"http://www.whocc.no/atc", "atc"},
      {"urn:oid:2.16.840.1.113883.6.73", "atc"},
      {"http://snomed.info/sct", "snomed"},
      {"urn:oid:2.16.840.1.113883.6.96", "snomed"},
      {"http://loinc.org", "loinc"},
      {"urn:oid:2.16.840.1.113883.6.1", "loinc"},
      {"http://hl7.org/fhir/sid/icd-10", "icd10"},
      {"http://hl7.org/fhir/sid/icd-10-cm", "icd10"},
      {"urn:oid:2.16.840.1.113883.6.90", "icd10"}};
  const auto found = known.find(uri);
  return found == known.end() ? "" : found->second;
}

std::string trimmed(const std::string& text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string::npos) return "";
  return text.substr(start, text.find_last_not_of(" \t\r\n") - start + 1);
}

// Ends the parse where lists and objects nest too deeply.
Result<Json> parse_text(const files::Source& source) {
  bool too_deep = false;
  std::string twice;  // a key that stands twice in one object
  std::vector<std::set<std::string>> keys;
  const auto shallow = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end && !keys.empty()) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.empty()) {
      const std::string key = parsed.get<std::string>();
      if (!keys.back().insert(key).second) twice = key;
    }
    too_deep = too_deep || depth > deepest;
    return depth <= deepest;
  };
  try {
    Json json = Json::parse(source.text(), shallow);
    if (too_deep) {
      return fail(Code::too_deep, "the document nests too deeply", source.whole());
    }
    if (!twice.empty()) {
      return fail(Code::bad_document, fmt::format("an object has the key '{}' twice", twice),
                  source.whole(), "only one of them can be meant");
    }
    return json;
  } catch (const Json::parse_error& error) {
    const std::size_t at = error.byte == 0 ? 0 : error.byte - 1;
    const std::string_view before = source.text().substr(0, at + 1);
    // A newline between two whole documents.
    const bool several = at > 0 && (before.ends_with("}\n{") || before.ends_with("}\r\n{"));
    return fail(Code::bad_document, "the document is not JSON from here on", source.place(at),
                several ? "several documents in one (NDJSON) are not read: put them in a Bundle"
                        : "a comma, bracket or quote is missing or too many here or just before");
  } catch (const Json::exception&) {
    return fail(Code::bad_document, "the document holds a number that is none", source.whole());
  }
}

}  // namespace

Result<Json> parse(const files::Source& source) {
  const std::size_t start = source.text().find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) {
    return fail(Code::empty_file, "the document is empty", source.whole());
  }
  if (source.text()[start] == '<') {
    return fail(Code::bad_document, "this is XML", source.place(start),
                "FHIR is read in its JSON form");
  }
  return parse_text(source);
}

const Json& at(const Json& object, std::string_view key) {
  if (!object.is_object()) return nothing();
  const auto found = object.find(std::string(key));
  return found == object.end() ? nothing() : *found;
}

const Json& at(const Json& object, std::string_view a, std::string_view b) {
  return at(at(object, a), b);
}

std::string text(const Json& object, std::string_view key) {
  const Json& value = at(object, key);
  return value.is_string() ? trimmed(value.get<std::string>()) : "";
}

std::optional<double> number(const Json& object, std::string_view key) {
  const Json& value = at(object, key);
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

bool truth(const Json& object, std::string_view key) {
  const Json& value = at(object, key);
  return value.is_boolean() && value.get<bool>();
}

std::vector<const Json*> each(const Json& object, std::string_view key) {
  const Json& value = at(object, key);
  std::vector<const Json*> all;
  if (value.is_array()) {
    for (const Json& one : value) all.push_back(&one);
  } else if (!value.is_null()) {
    all.push_back(&value);
  }
  return all;
}

Named named(const Json& coded) {
  Named out;
  out.text = text(coded, "text");
  for (const Json* coding : each(coded, "coding")) {
    const std::string system = system_name(text(*coding, "system"));
    const std::string code = text(*coding, "code");
    if (out.text.empty()) out.text = text(*coding, "display");
    if (!system.empty() && !code.empty()) out.codings.push_back({system, code});
  }
  if (out.text.empty() && !out.codings.empty()) {
    out.text = fmt::format("{} {}", out.codings.front().system, out.codings.front().code);
  }
  if (out.text.empty()) {
    for (const Json* coding : each(coded, "coding")) {
      if (out.text.empty()) out.text = text(*coding, "code");
    }
  }
  return out;
}

std::vector<std::string> words(const Json& coded) {
  std::vector<std::string> all;
  const auto add = [&](std::string word) {
    if (!word.empty() && std::find(all.begin(), all.end(), word) == all.end()) {
      all.push_back(std::move(word));
    }
  };
  add(text(coded, "text"));
  for (const Json* coding : each(coded, "coding")) {
    add(text(*coding, "display"));
    add(text(*coding, "code"));
  }
  return all;
}

bool says(const Json& coded, const std::vector<std::string>& any) {
  for (const std::string& word : words(coded)) {
    for (const std::string& one : any) {
      if (folded(word) == folded(one)) return true;
    }
  }
  return false;
}

std::optional<Stretch> stretch(const std::string& date_time) {
  namespace chrono = std::chrono;
  const std::string date = date_time.substr(0, date_time.find('T'));
  if (date.size() == 10) {
    const auto day = files::parse_date(date);
    return day ? std::optional(Stretch{*day, *day}) : std::nullopt;
  }
  if (date.size() != 4 && date.size() != 7) return std::nullopt;
  const auto first = files::parse_date(date + (date.size() == 4 ? "-01-01" : "-01"));
  if (!first) return std::nullopt;
  const chrono::year_month_day from(*first);
  const chrono::month end = date.size() == 4 ? chrono::December : from.month();
  return Stretch{*first, Date(from.year() / end / chrono::last)};
}

}  // namespace vesper::safety::fhir
