#include "safety/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "evidence/fields.h"

namespace vesper::safety {

namespace {

using files::Yaml;

Result<std::vector<std::string>> texts(const Yaml& map, std::string_view key) {
  std::vector<std::string> all;
  for (const Yaml& item : map.items(key)) {
    VESPER_TRY(std::string text, item.text());
    VESPER_CHECK(check_placeholders(text, item.place()));
    all.push_back(std::move(text));
  }
  return all;
}

Result<std::string> prose(const Yaml& map, std::string_view key) {
  VESPER_TRY(std::string text, map.text_or(key, ""));
  if (!text.empty()) VESPER_CHECK(check_placeholders(text, map.find(key)->place()));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

Result<Until> read_until(const Yaml& value) {
  Until until;
  if (value.is_scalar()) {
    until.kind = Until::Kind::words;
    VESPER_TRY(until.words, value.text());
    VESPER_CHECK(check_placeholders(until.words, value.place()));
    return until;
  }
  VESPER_CHECK(value.keys({"last", "first-dose", "stop"}));
  if (value.entries().size() != 1) {
    return fail(Code::bad_rule, "'until' counts from one thing", value.place(),
                "one of: last, first-dose, stop");
  }
  const auto& [key, span] = value.entries().front();
  until.kind = key.raw() == "last"         ? Until::Kind::last
               : key.raw() == "first-dose" ? Until::Kind::first_dose
                                           : Until::Kind::stop;
  until.free_days = until.kind == Until::Kind::last && span.raw() == "free-days";
  if (!until.free_days) {
    VESPER_TRY(until.days, read_days(span));
  }
  return until;
}

Result<Monitor> read_monitor(const Yaml& entry) {
  VESPER_CHECK(entry.keys({"what", "at", "then-every", "why"}));
  Monitor monitor;
  VESPER_TRY(monitor.what, evidence::filled(entry, "what"));
  VESPER_TRY(monitor.why, entry.text_or("why", ""));
  for (const Yaml& at : entry.items("at")) {
    VESPER_TRY(Span span, read_span(at));
    monitor.at.push_back(std::move(span));
  }
  if (const Yaml* every = entry.find("then-every")) {
    VESPER_TRY(monitor.then_every, read_span(*every));
    if (monitor.then_every->months == 0 && monitor.then_every->days < 1) {
      return fail(Code::bad_rule, "'then-every' is shorter than a day", every->place());
    }
  }
  if (monitor.at.empty() && !monitor.then_every) {
    return fail(Code::bad_rule, fmt::format("nothing says when '{}' is due", monitor.what),
                entry.place(), "add `at: [baseline, 1 month]`");
  }
  return monitor;
}

Result<Selector> read_selector(const Yaml& rule, const Vocabulary& words) {
  Selector selector;
  const Yaml* map = rule.find("for");
  if (map == nullptr) {
    selector.drugs = {"naltrexone"};
    return selector;
  }
  VESPER_CHECK(map->keys({"drug", "route", "product"}));
  for (const Yaml& drug : map->items("drug")) {
    const DrugTerm* known = words.drug(drug.raw());
    if (known == nullptr) {
      return fail(Code::unknown_term, fmt::format("drug '{}' is not in the vocabulary", drug.raw()),
                  drug.place(), suggest(drug.raw(), words.drug_names()));
    }
    selector.drugs.push_back(known->name);
  }
  VESPER_TRY(selector.routes, texts(*map, "route"));
  VESPER_TRY(selector.products, texts(*map, "product"));
  if (selector.drugs.empty() && selector.products.empty()) selector.drugs = {"naltrexone"};
  return selector;
}

Result<void> read_texts(const Yaml& entry, Rule& rule) {
  VESPER_TRY(rule.title, evidence::filled(entry, "title"));
  VESPER_TRY(rule.why, prose(entry, "why"));
  VESPER_TRY(rule.actions, texts(entry, "do"));
  VESPER_TRY(rule.steps, texts(entry, "steps"));
  return {};
}

Result<Rule> read_rule(const Yaml& entry, const Vocabulary& words,
                       const std::vector<std::string>& sources) {
  VESPER_CHECK(entry.keys({"id", "title", "for", "when", "severity", "until", "finding", "do",
                           "why", "steps", "monitor", "sources", "grade", "notes"}));
  Rule rule;
  rule.place = entry.place();
  VESPER_TRY(rule.id, evidence::filled(entry, "id"));
  VESPER_CHECK(read_texts(entry, rule));
  VESPER_TRY(rule.about, read_selector(entry, words));
  if (const Yaml* when = entry.find("when")) {
    VESPER_TRY(rule.when, parse_when(*when, words));
  }
  if (const Yaml* until = entry.find("until")) {
    VESPER_TRY(rule.until, read_until(*until));
  }
  for (const Yaml& monitor : entry.items("monitor")) {
    VESPER_TRY(Monitor one, read_monitor(monitor));
    rule.monitor.push_back(std::move(one));
  }
  // A plan of monitoring needs no more than that.
  if (entry.has("severity") || rule.monitor.empty()) {
    VESPER_TRY(const Yaml severity, entry.at("severity"));
    VESPER_TRY(rule.severity, read_severity(severity));
  }
  if (entry.has("finding") || rule.monitor.empty()) {
    VESPER_CHECK(evidence::filled(entry, "finding"));
    VESPER_TRY(rule.finding, prose(entry, "finding"));
  }
  VESPER_TRY(const Yaml grade, entry.at("grade"));
  VESPER_TRY(rule.grade, grade.choice({"established", "supported", "hypothesis", "contradicted",
                                       "fitted", "assumed"}));
  VESPER_TRY(const Yaml cited, entry.at("sources"));
  for (const Yaml& source : entry.items("sources")) {
    VESPER_TRY(std::string id, source.text());
    VESPER_CHECK(evidence::check_source(id, sources, source.place()));
    rule.sources.push_back(std::move(id));
  }
  if (rule.sources.empty()) {
    return fail(Code::bad_rule, fmt::format("rule '{}' names no source", rule.id), cited.place());
  }
  return rule;
}

}  // namespace

std::string_view text_of(Severity severity) {
  switch (severity) {
    case Severity::contraindicated:
      return "contraindicated";
    case Severity::serious:
      return "serious";
    case Severity::not_checked:
      return "not checked";
    case Severity::caution:
      return "caution";
    case Severity::note:
      return "note";
  }
  return "";
}

Result<Severity> read_severity(const Yaml& value) {
  VESPER_TRY(const std::string word,
             value.choice({"contraindicated", "serious", "caution", "note"}));
  return word == "contraindicated" ? Severity::contraindicated
         : word == "serious"       ? Severity::serious
         : word == "caution"       ? Severity::caution
                                   : Severity::note;
}

Result<void> check_placeholders(const std::string& text, const Place& place) {
  static const std::vector<std::string> known = {"medicine", "last",  "taken", "until", "condition",
                                                 "test",     "value", "limit", "start", "product",
                                                 "dose",     "age",   "days"};
  for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1)) {
    const std::size_t end = text.find('}', at);
    const std::string word = text.substr(at + 1, end == std::string::npos ? end : end - at - 1);
    if (end != std::string::npos && std::ranges::find(known, word) != known.end()) continue;
    return fail(Code::unknown_placeholder, fmt::format("nothing fills in '{{{}}}'", word), place,
                suggest(word, known));
  }
  return {};
}

Result<std::vector<Rule>> parse_rules(const Yaml& root, const Vocabulary& vocabulary,
                                      const std::vector<std::string>& sources) {
  if (!root.is_list()) {
    return fail(Code::wrong_type, "a list of rules is wanted here", root.place(),
                "begin each rule with `- id: ...`");
  }
  std::vector<Rule> rules;
  for (const Yaml& entry : root.items()) {
    VESPER_TRY(Rule rule, read_rule(entry, vocabulary, sources));
    rules.push_back(std::move(rule));
  }
  return rules;
}

Result<std::vector<Rule>> read_rules(const files::SearchPath& search,
                                     const Vocabulary& vocabulary) {
  VESPER_TRY(const std::vector<std::string> sources, evidence::source_ids(search));
  std::map<std::string, Rule> by_id;
  for (const auto& path : search.list("evidence/safety", ".yaml")) {
    VESPER_TRY(const Yaml root, files::read_yaml(path));
    VESPER_TRY(std::vector<Rule> read, parse_rules(root, vocabulary, sources));
    for (Rule& rule : read) {
      const auto [first, added] = by_id.emplace(rule.id, rule);
      if (added) continue;
      return fail(Code::duplicate_id, fmt::format("rule '{}' is listed twice", rule.id), rule.place,
                  "ids are unique over all files of evidence/safety/",
                  {fmt::format("the first is in {}:{}", first->second.place.file,
                               first->second.place.line)});
    }
  }
  if (by_id.empty()) {
    return fail(Code::no_rules, "evidence/safety/ holds no rule", {},
                "run in a folder with it, or set VESPER_PATH to one");
  }
  std::vector<Rule> rules;
  for (auto& [id, rule] : by_id) rules.push_back(std::move(rule));
  return rules;
}

}  // namespace vesper::safety
