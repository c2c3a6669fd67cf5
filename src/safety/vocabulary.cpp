#include "safety/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <functional>

namespace vesper::safety {

namespace {

using files::Yaml;
using Index = std::map<std::string, std::size_t, std::less<>>;

const std::vector<std::string>& systems() {
  static const std::vector<std::string> known = {"rxnorm", "atc", "snomed", "icd10", "loinc"};
  return known;
}

Result<std::vector<std::string>> texts(const Yaml& entry, std::string_view key) {
  std::vector<std::string> all;
  for (const Yaml& item : entry.items(key)) {
    VESPER_TRY(std::string text, item.text());
    if (text.empty()) {
      return fail(Code::missing_key, fmt::format("an empty entry in '{}'", key), item.place());
    }
    all.push_back(std::move(text));
  }
  return all;
}

Result<void> read_term(const Yaml& entry, Term& term) {
  VESPER_TRY(const Yaml name, entry.at("name"));
  VESPER_TRY(term.name, name.text());
  term.place = name.place();
  if (folded(term.name).empty()) {
    return fail(Code::missing_key, "'name' is empty", name.place());
  }
  VESPER_TRY(term.also, texts(entry, "also"));
  VESPER_TRY(term.sources, texts(entry, "sources"));
  const Yaml* codes = entry.find("codes");
  if (codes == nullptr) return {};
  VESPER_CHECK(codes->keys(systems()));
  for (const auto& [system, list] : codes->entries()) {
    VESPER_TRY(const std::vector<std::string> all, texts(*codes, system.raw()));
    for (const std::string& code : all) term.codings.push_back({system.raw(), code});
  }
  return {};
}

Result<std::optional<DrugTerm::HalfLife>> read_half_life(const Yaml& entry) {
  const Yaml* written = entry.find("half-life");
  if (written == nullptr) return std::optional<DrugTerm::HalfLife>();
  VESPER_TRY(const std::string text, written->text());
  VESPER_TRY(const units::Unit hour, units::Unit::parse("h"));
  const std::size_t dots = text.find("..");
  DrugTerm::HalfLife range;
  VESPER_TRY(range.low, units::parse_in(text.substr(0, dots), hour, written->place()));
  range.high = range.low;
  if (dots != std::string::npos) {
    VESPER_TRY(range.high, units::parse_in(text.substr(dots + 2), hour, written->place()));
  }
  if (!(range.low > 0) || range.high < range.low) {
    return fail(Code::out_of_range, fmt::format("'{}' is no range of half-lives", text),
                written->place(), "the lower end first, such as `8 h .. 59 h`");
  }
  return std::optional(range);
}

Result<DrugTerm> read_drug(const Yaml& entry) {
  VESPER_CHECK(entry.keys({"name", "also", "codes", "classes", "half-life", "opioid", "products",
                           "by-route", "sources", "notes"}));
  DrugTerm drug;
  VESPER_CHECK(read_term(entry, drug));
  VESPER_TRY(drug.classes, texts(entry, "classes"));
  VESPER_TRY(drug.products, texts(entry, "products"));
  VESPER_TRY(drug.half_life, read_half_life(entry));
  if (const Yaml* routes = entry.find("by-route")) {
    for (const auto& [route, name] : routes->entries()) drug.by_route[route.raw()] = name.raw();
  }
  if (const Yaml* opioid = entry.find("opioid")) {
    VESPER_CHECK(opioid->keys({"free-days", "notes"}));
    VESPER_TRY(const Yaml written, opioid->at("free-days"));
    VESPER_TRY(const double days, written.number());
    if (!(days > 0 && days <= 366)) {
      return fail(Code::out_of_range,
                  fmt::format("free-days '{}' is no number of days", written.raw()),
                  written.place());
    }
    drug.free_days = days;
  }
  return drug;
}

Result<ConditionTerm> read_condition(const Yaml& entry) {
  VESPER_CHECK(entry.keys({"name", "also", "codes", "kind-of", "sources", "notes"}));
  ConditionTerm condition;
  VESPER_CHECK(read_term(entry, condition));
  VESPER_TRY(condition.kind_of, texts(entry, "kind-of"));
  return condition;
}

Result<TestTerm> read_test(const Yaml& entry) {
  VESPER_CHECK(entry.keys({"name", "also", "codes", "unit", "upper-limit", "molar-mass", "results",
                           "ask", "sources", "notes"}));
  TestTerm test;
  VESPER_CHECK(read_term(entry, test));
  VESPER_TRY(test.results, texts(entry, "results"));
  VESPER_TRY(test.expected, entry.boolean_or("ask", true));
  if (const Yaml* unit = entry.find("unit")) {
    VESPER_TRY(const std::string text, unit->text());
    VESPER_TRY(test.unit, units::Unit::parse(text, unit->place()));
  }
  if (const Yaml* limit = entry.find("upper-limit")) {
    if (!test.unit) {
      return fail(Code::missing_key, "'upper-limit' without 'unit'", limit->place(),
                  "add `unit: ...`");
    }
    VESPER_TRY(test.upper_limit, limit->in(*test.unit));
  }
  if (const Yaml* mass = entry.find("molar-mass")) {
    VESPER_TRY(const units::Unit unit, units::Unit::parse("g/mol"));
    VESPER_TRY(test.molar_mass, mass->in(unit));
    if (!(*test.molar_mass > 0)) {
      return fail(Code::out_of_range, "'molar-mass' must be above 0", mass->place());
    }
  }
  if (!test.unit && test.results.empty()) {
    return fail(Code::missing_key, fmt::format("'{}' has neither 'unit' nor 'results'", test.name),
                test.place, "add `unit: U/L`, or `results: [positive, negative]`");
  }
  return test;
}

Result<void> enter(Index& index, const Term& term, std::size_t at, auto name_of) {
  std::vector<std::string> keys = {folded(term.name)};
  for (const std::string& also : term.also) keys.push_back(folded(also));
  for (const Coding& coding : term.codings) keys.push_back(coding.system + "|" + coding.code);
  for (const std::string& key : keys) {
    const auto [found, added] = index.emplace(key, at);
    if (added || found->second == at) continue;
    return fail(
        Code::ambiguous_term,
        fmt::format("'{}' stands for '{}' and for '{}'", key, name_of(found->second), term.name),
        term.place, "keep it at one of them");
  }
  return {};
}

template <class T>
Result<std::vector<T>> read_list(const Yaml& root, Result<T> (*read)(const Yaml&), Index& index) {
  if (!root.is_list()) {
    return fail(Code::wrong_type, "a list is wanted here", root.place(),
                "begin each entry with `- name: ...`");
  }
  std::vector<T> all;
  for (const Yaml& entry : root.items()) {
    VESPER_TRY(T term, read(entry));
    all.push_back(std::move(term));
  }
  const auto name_of = [&](std::size_t at) { return all[at].name; };
  for (std::size_t at = 0; at < all.size(); ++at) {
    VESPER_CHECK(enter(index, all[at], at, name_of));
  }
  return all;
}

template <class T>
const T* by_name(const std::vector<T>& all, const Index& index, std::string_view name) {
  const auto found = index.find(folded(name));
  return found == index.end() ? nullptr : &all[found->second];
}

template <class T>
const T* by_codes(const std::vector<T>& all, const Index& index, const Named& named) {
  for (const Coding& coding : named.codings) {
    auto found = index.find(coding.system + "|" + coding.code);
    // ICD-10's national fifth and sixth places say more than is asked: F11.20 is an F11.2.
    for (std::size_t length = coding.code.size();
         found == index.end() && coding.system == "icd10" && length > 5;) {
      found = index.find(coding.system + "|" + coding.code.substr(0, --length));
    }
    if (found != index.end()) return &all[found->second];
  }
  return by_name(all, index, named.text);
}

// Drugs that the words contain ("Methadone HCl 10 mg tablet"), none inside the name of another.
std::vector<const DrugTerm*> contained(const std::string& text, const std::vector<DrugTerm>& all) {
  const std::string whole = spaced(text);
  std::vector<std::pair<std::string, const DrugTerm*>> found;
  for (const DrugTerm& drug : all) {
    std::vector<std::string> names = drug.also;
    names.push_back(drug.name);
    for (const std::string& name : names) {
      const std::string inner = spaced(name);
      if (inner.size() < 6 || whole.find(inner) == std::string::npos) continue;
      found.emplace_back(inner, &drug);
    }
  }
  std::vector<const DrugTerm*> drugs;
  for (const auto& [name, drug] : found) {
    const bool within_other = std::ranges::any_of(found, [&, &name = name](const auto& other) {
      return other.first.size() > name.size() && other.first.find(name) != std::string::npos;
    });
    if (!within_other && std::ranges::find(drugs, drug) == drugs.end()) drugs.push_back(drug);
  }
  return drugs;
}

template <class T>
std::vector<std::string> names(const std::vector<T>& all) {
  std::vector<std::string> out;
  for (const T& term : all) {
    out.push_back(term.name);
    out.insert(out.end(), term.also.begin(), term.also.end());
  }
  return out;
}

}  // namespace

std::string spaced(std::string_view text) {
  std::string out = " ";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = std::isalnum(byte) != 0 || byte >= 0x80;
    if (letter) out += static_cast<char>(std::tolower(byte));
    if (!letter && out.back() != ' ') out += ' ';
  }
  if (out.back() != ' ') out += ' ';
  return out;
}

std::string folded(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == ' ' || c == '-' || c == '_' || c == '.' || c == '\t' || c == '\n') continue;
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

Result<Vocabulary> Vocabulary::read(const files::SearchPath& search) {
  std::map<std::string, Yaml> documents;
  for (const auto& path : search.list("evidence/safety/vocabulary", ".yaml")) {
    VESPER_TRY(documents[path.stem().string()], files::read_yaml(path));
  }
  for (const char* name : {"drugs", "conditions", "tests"}) {
    if (documents.contains(name)) continue;
    return fail(Code::no_rules,
                fmt::format("evidence/safety/vocabulary/{}.yaml is not there", name), {},
                "run in a folder with it, or set VESPER_PATH to one");
  }
  return parse(documents["drugs"], documents["conditions"], documents["tests"]);
}

Result<Vocabulary> Vocabulary::parse(const Yaml& drugs, const Yaml& conditions, const Yaml& tests) {
  Vocabulary all;
  VESPER_TRY(all.drugs_, read_list<DrugTerm>(drugs, read_drug, all.drug_index_));
  VESPER_TRY(all.conditions_,
             read_list<ConditionTerm>(conditions, read_condition, all.condition_index_));
  VESPER_TRY(all.tests_, read_list<TestTerm>(tests, read_test, all.test_index_));
  VESPER_CHECK(all.check_kinds());
  for (const DrugTerm& drug : all.drugs_) {
    for (const auto& [route, name] : drug.by_route) {
      if (all.drug(std::string_view(name)) != nullptr) continue;
      return fail(Code::unknown_term, fmt::format("'{}' is no drug here", name), drug.place,
                  suggest(name, all.drug_names()));
    }
  }
  return all;
}

Result<void> Vocabulary::check_kinds() const {
  for (const ConditionTerm& one : conditions_) {
    for (const std::string& kind : one.kind_of) {
      if (condition(kind) == nullptr) {
        return fail(
            Code::unknown_term,
            fmt::format("'{}' is a kind of '{}', which is no condition here", one.name, kind),
            one.place, suggest(kind, condition_names()));
      }
      if (kinds(*condition(kind)).contains(one.name)) {
        return fail(Code::ambiguous_term, fmt::format("'{}' is a kind of itself", one.name),
                    one.place, fmt::format("through '{}'", kind));
      }
    }
  }
  return {};
}

const DrugTerm* Vocabulary::drug(const Named& named) const {
  return by_codes(drugs_, drug_index_, named);
}
const ConditionTerm* Vocabulary::condition(const Named& named) const {
  return by_codes(conditions_, condition_index_, named);
}
const TestTerm* Vocabulary::test(const Named& named) const {
  return by_codes(tests_, test_index_, named);
}
const DrugTerm* Vocabulary::drug(std::string_view name) const {
  return by_name(drugs_, drug_index_, name);
}
const ConditionTerm* Vocabulary::condition(std::string_view name) const {
  return by_name(conditions_, condition_index_, name);
}
const TestTerm* Vocabulary::test(std::string_view name) const {
  return by_name(tests_, test_index_, name);
}

std::vector<const DrugTerm*> Vocabulary::drugs_in(const Named& named) const {
  std::vector<const DrugTerm*> found;
  const auto add = [&](const DrugTerm* drug) {
    if (drug != nullptr && std::ranges::find(found, drug) == found.end()) found.push_back(drug);
  };
  for (const Coding& coding : named.codings) {
    const auto at = drug_index_.find(coding.system + "|" + coding.code);
    if (at != drug_index_.end()) add(&drugs_[at->second]);
  }
  if (const DrugTerm* whole = drug(std::string_view(named.text))) {
    add(whole);
    return found;
  }
  for (const DrugTerm* drug : contained(named.text, drugs_)) {
    // A code of the combination says its parts too.
    const bool part = std::ranges::any_of(found, [&](const DrugTerm* other) {
      return spaced(other->name).find(spaced(drug->name)) != std::string::npos;
    });
    if (!part) add(drug);
  }
  return found;
}

bool Vocabulary::has_class(std::string_view name) const {
  return std::ranges::any_of(drugs_, [&](const DrugTerm& drug) {
    return std::ranges::find(drug.classes, name) != drug.classes.end();
  });
}

std::set<std::string> Vocabulary::kinds(const ConditionTerm& condition) const {
  std::set<std::string> found;
  const std::function<void(const ConditionTerm&)> add = [&](const ConditionTerm& one) {
    if (!found.insert(one.name).second) return;
    for (const std::string& kind : one.kind_of) {
      if (const ConditionTerm* above = this->condition(kind)) add(*above);
    }
  };
  add(condition);
  return found;
}

std::vector<std::string> Vocabulary::drug_names() const {
  return names(drugs_);
}
std::vector<std::string> Vocabulary::condition_names() const {
  return names(conditions_);
}
std::vector<std::string> Vocabulary::test_names() const {
  return names(tests_);
}
std::vector<std::string> Vocabulary::class_names() const {
  std::set<std::string> all;
  for (const DrugTerm& drug : drugs_) all.insert(drug.classes.begin(), drug.classes.end());
  return {all.begin(), all.end()};
}

}  // namespace vesper::safety
