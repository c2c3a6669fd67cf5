#include "safety/comparators.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "evidence/fields.h"

namespace vesper::safety {

namespace {

using files::Yaml;

Result<std::vector<std::string>> texts(const Yaml& map, std::string_view key) {
  std::vector<std::string> all;
  for (const Yaml& item : map.items(key)) {
    VESPER_TRY(std::string text, item.text());
    all.push_back(std::move(text));
  }
  return all;
}

// --- reading -------------------------------------------------------------------------------------

class Reader {
 public:
  Reader(const Vocabulary& vocabulary, const files::SearchPath& search,
         const std::vector<std::string>& sources)
      : vocabulary_(vocabulary), search_(search), sources_(sources) {}

  Result<Comparator> comparator(const Yaml& entry) const {
    VESPER_CHECK(
        entry.keys({"name", "drug", "regimen", "mechanism", "dose", "kinetics", "evidence",
                    "contraindications", "monitoring", "needs-opioid-free", "sources", "grade"}));
    Comparator one;
    VESPER_TRY(one.name, evidence::filled(entry, "name"));
    VESPER_TRY(one.drug, drug(entry));
    VESPER_TRY(one.mechanism, evidence::filled(entry, "mechanism"));
    VESPER_TRY(one.dose, evidence::filled(entry, "dose"));
    VESPER_TRY(one.needs_opioid_free, entry.text_or("needs-opioid-free", ""));
    VESPER_TRY(one.grade, evidence::filled(entry, "grade"));
    VESPER_TRY(const Yaml kinetics, entry.at("kinetics"));
    VESPER_CHECK(kinetics.keys({"half-life", "onset"}));
    VESPER_TRY(one.half_life, evidence::filled(kinetics, "half-life"));
    VESPER_TRY(one.onset, evidence::filled(kinetics, "onset"));
    for (const Yaml& item : entry.items("evidence")) {
      VESPER_TRY(Effect effect, this->effect(item));
      one.effects.push_back(std::move(effect));
    }
    for (const Yaml& item : entry.items("contraindications")) {
      VESPER_TRY(Contraindication read, contraindication(item));
      one.contraindications.push_back(std::move(read));
    }
    VESPER_TRY(one.monitoring, texts(entry, "monitoring"));
    VESPER_TRY(one.sources, sources(entry));
    if (const Yaml* planned = entry.find("regimen")) {
      dosing::Catalogue catalogue(search_);
      VESPER_TRY(one.regimen, parse_regimen(*planned, catalogue, search_.working_folder));
    }
    return one;
  }

 private:
  Result<std::string> drug(const Yaml& entry) const {
    VESPER_TRY(const Yaml name, entry.at("drug"));
    if (const DrugTerm* term = vocabulary_.drug(name.raw())) return term->name;
    return fail(Code::unknown_term, fmt::format("drug '{}' is not in the vocabulary", name.raw()),
                name.place(), suggest(name.raw(), vocabulary_.drug_names()));
  }

  Result<std::vector<std::string>> sources(const Yaml& entry) const {
    VESPER_TRY(std::vector<std::string> ids, texts(entry, "sources"));
    if (ids.empty()) {
      return fail(Code::bad_comparator, "a comparator without 'sources'", entry.place(),
                  "add `sources: [ID]` of evidence/sources.yaml");
    }
    for (const Yaml& item : entry.items("sources")) {
      VESPER_CHECK(evidence::check_source(item.raw(), sources_, item.place()));
    }
    return ids;
  }

  Result<std::string> source(const Yaml& entry) const {
    VESPER_TRY(const Yaml id, entry.at("source"));
    VESPER_CHECK(evidence::check_source(id.raw(), sources_, id.place()));
    return id.raw();
  }

  Result<Effect> effect(const Yaml& entry) const {
    VESPER_CHECK(entry.keys({"measure", "value", "unit", "interval", "against", "n", "source"}));
    Effect one;
    VESPER_TRY(one.measure, evidence::filled(entry, "measure"));
    VESPER_TRY(one.value, entry.number("value"));
    VESPER_TRY(one.unit, entry.text_or("unit", ""));
    VESPER_TRY(one.interval, entry.text_or("interval", ""));
    VESPER_TRY(one.against, evidence::filled(entry, "against"));
    if (const Yaml* n = entry.find("n")) {
      VESPER_TRY(one.n, n->integer());
    }
    VESPER_TRY(one.source, source(entry));
    return one;
  }

  Result<Contraindication> contraindication(const Yaml& entry) const {
    VESPER_CHECK(entry.keys({"says", "severity", "when", "source"}));
    Contraindication one;
    VESPER_TRY(one.says, evidence::filled(entry, "says"));
    VESPER_CHECK(check_placeholders(one.says, entry.find("says")->place()));
    const Yaml* when = entry.find("when");
    if (when == nullptr) {
      if (one.says.find('{') == std::string::npos) return one;
      return fail(Code::bad_comparator, "without `when` nothing fills in the words in braces",
                  entry.find("says")->place(), "add `when`, or say it in general words");
    }
    VESPER_TRY(const Yaml severity, entry.at("severity"));
    VESPER_TRY(one.severity, read_severity(severity));
    VESPER_TRY(one.when, parse_when(*when, vocabulary_));
    VESPER_TRY(one.source, source(entry));
    return one;
  }

  const Vocabulary& vocabulary_;
  const files::SearchPath& search_;
  const std::vector<std::string>& sources_;
};

// --- deciding ------------------------------------------------------------------------------------

std::string either(const std::vector<std::string>& words) {
  if (words.size() < 2) return words.empty() ? "" : words.front();
  const std::vector<std::string> first(words.begin(), words.end() - 1);
  return fmt::format("{} or {}", fmt::join(first, ", "), words.back());
}

// What a `when` asks for, in words: for {condition} and {medicine} where there is no patient.
void asked(const std::vector<When>& all, std::vector<std::string>& conditions,
           std::vector<std::string>& medicines) {
  for (const When& one : all) {
    if (const auto* any = std::get_if<AnyAsk>(&one.ask)) asked(any->parts, conditions, medicines);
    if (const auto* condition = std::get_if<ConditionAsk>(&one.ask)) {
      conditions.insert(conditions.end(), condition->names.begin(), condition->names.end());
    }
    if (const auto* medicine = std::get_if<MedicineAsk>(&one.ask)) {
      medicines.insert(medicines.end(), medicine->names.begin(), medicine->names.end());
      medicines.insert(medicines.end(), medicine->classes.begin(), medicine->classes.end());
    }
  }
}

void replace(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), with);
    at += with.size();
  }
}

std::string general(const Contraindication& one) {
  std::vector<std::string> conditions, medicines;
  asked(one.when, conditions, medicines);
  std::string text = one.says;
  replace(text, "{condition}", either(conditions));
  replace(text, "{medicine}", either(medicines));
  replace(text, " {value}", "");
  return text;
}

std::string of_patient(const Contraindication& one, const Outcome& outcome) {
  std::set<std::string> conditions, medicines, values;
  for (const Match& match : outcome.matches) {
    if (match.kind == Match::Kind::condition) conditions.insert(match.name);
    if (match.kind == Match::Kind::medicine) medicines.insert(match.name);
    if (match.kind == Match::Kind::test) values.insert(match.value);
  }
  const auto joined = [](const std::set<std::string>& all) {
    return fmt::format("{}", fmt::join(all, " and "));
  };
  std::string text = one.says;
  replace(text, "{condition}", joined(conditions));
  replace(text, "{medicine}", joined(medicines));
  replace(text, "{value}", joined(values));
  return text;
}

void decide(const Comparator& what, const Facts& facts, const About& about, Compared& row) {
  std::set<std::string> needs;
  for (const Contraindication& one : what.contraindications) {
    if (one.when.empty()) continue;
    const Outcome outcome = evaluate(one.when, facts, about);
    if (outcome.truth == Truth::unknown) needs.insert(outcome.needs.begin(), outcome.needs.end());
    if (outcome.truth != Truth::yes) continue;
    row.against.push_back({one.severity, of_patient(one, outcome), {one.source}, ""});
  }
  row.not_known.assign(needs.begin(), needs.end());
}

// The rules of evidence/safety/ on a regimen of naltrexone: what a check would find.
void check_regimen(const Comparator& what, const Patient& patient, const Knowledge& knowledge,
                   Date on, Compared& row, std::vector<NotChecked>& not_checked) {
  Regimen regimen = *what.regimen;
  regimen.start = on;
  const Check done = check(patient, regimen, knowledge, on);
  std::set<std::string> told;
  for (const Finding& finding : done.findings) {
    if (finding.severity == Severity::not_checked) {
      NotChecked one{"", finding.title, finding.text};
      const bool known = std::ranges::any_of(
          not_checked, [&](const NotChecked& other) { return other.what == one.what; });
      if (!known) not_checked.push_back(std::move(one));
    }
    const bool grave =
        finding.severity == Severity::contraindicated || finding.severity == Severity::serious;
    if (!grave || !told.insert(finding.text).second) continue;
    row.against.push_back({finding.severity, finding.text, finding.sources, finding.rule});
  }
  for (const Missing& one : done.missing) {
    if (one.severity == Severity::contraindicated) row.not_known.push_back(one.what);
  }
}

}  // namespace

Result<std::vector<Comparator>> parse_comparators(const Yaml& root, const std::string& use,
                                                  const Vocabulary& vocabulary,
                                                  const files::SearchPath& search,
                                                  const std::vector<std::string>& sources) {
  VESPER_CHECK(root.keys({"alcohol", "opioid"}));
  const Reader reader(vocabulary, search, sources);
  std::vector<Comparator> all;
  for (const Yaml& entry : root.items(use)) {
    VESPER_TRY(Comparator one, reader.comparator(entry));
    all.push_back(std::move(one));
  }
  if (all.empty()) {
    return fail(Code::bad_comparator, fmt::format("nothing is listed for '{}'", use), root.place());
  }
  return all;
}

Result<std::vector<Comparator>> read_comparators(const files::SearchPath& search,
                                                 const Vocabulary& vocabulary,
                                                 const std::string& use) {
  VESPER_TRY(const std::vector<std::string> sources, evidence::source_ids(search));
  for (const auto& path : search.list("evidence", ".yaml")) {
    if (path.stem() != "comparators") continue;
    VESPER_TRY(const Yaml root, files::read_yaml(path));
    return parse_comparators(root, use, vocabulary, search, sources);
  }
  return fail(Code::no_rules, "evidence/comparators.yaml is not there", {},
              "run in a folder with it, or set VESPER_PATH to one");
}

Comparison compare(const std::string& use, const std::vector<Comparator>& all,
                   const std::optional<Patient>& patient, const Knowledge& knowledge, Date on) {
  Comparison result;
  result.use = use;
  result.on = on;
  result.for_patient = patient.has_value();
  if (patient) result.patient = patient->name;
  for (const Comparator& one : all) {
    Compared row;
    row.what = one;
    for (const Contraindication& what : one.contraindications) row.always.push_back(general(what));
    if (patient) {
      const Regimen none{{}, on, {}};
      const Facts facts = gather(*patient, none, knowledge.vocabulary, on);
      if (result.not_checked.empty()) result.not_checked = facts.not_checked;
      decide(one, facts, About{{}, {}, on, std::nullopt}, row);
      std::vector<NotChecked> again;
      if (one.regimen) check_regimen(one, *patient, knowledge, on, row, again);
      std::ranges::stable_sort(row.against, {}, &Against::severity);
    }
    result.rows.push_back(std::move(row));
  }
  return result;
}

std::string standing(const Compared& row, bool for_patient) {
  if (!for_patient) return "";
  const bool unknown = !row.not_known.empty();
  if (row.against.empty()) return unknown ? "not decided" : "nothing found against it";
  return std::string(text_of(row.against.front().severity));
}

std::string effect_text(const Effect& effect) {
  // "risk ratio 0.86", but "12 patients treated".
  const bool before = effect.unit.ends_with("ratio") || effect.unit.ends_with(" g");
  const std::string unit = before ? effect.unit + " " : "", after = before ? "" : " " + effect.unit;
  std::string text = fmt::format("{}: {}{:g}{}", effect.measure, unit, effect.value,
                                 effect.unit.empty() ? "" : after);
  if (!effect.interval.empty()) text += fmt::format(" ({})", effect.interval);
  text += " against " + effect.against;
  if (effect.n) text += fmt::format(", n {}", *effect.n);
  return text;
}

std::string comparison_caveat() {
  return "Effects are of different trials against different controls: they say what each is worth "
         "against its own control, not which is better.";
}

}  // namespace vesper::safety
