#include "safety/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

namespace vesper::safety {

namespace {

std::string days_text(double days) {
  return fmt::format("{:g} day{}", days, days == 1 ? "" : "s");
}

std::string joined(const std::set<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " and "));
}

class Checking {
 public:
  Checking(const Patient& patient, const Regimen& regimen, const Knowledge& knowledge, Date on)
      : regimen_(regimen),
        knowledge_(knowledge),
        facts_(gather(patient, regimen, knowledge.vocabulary, on)) {
    result_.patient = patient.name;
    result_.on = on;
    result_.start = facts_.start;
    result_.start_assumed = !regimen.start;
  }

  Check run() {
    describe();
    std::vector<bool> asked(facts_.lines.size(), false);
    for (const Rule& rule : knowledge_.rules) {
      const auto lines = about(rule.about, facts_);
      if (!lines) continue;
      ++result_.rules;
      for (const std::size_t line : lines->lines) asked[line] = true;
      apply(rule, *lines);
    }
    for (std::size_t line = 0; line < asked.size(); ++line) {
      if (asked[line] || facts_.lines[line].drugs.empty()) continue;
      facts_.not_checked.push_back({"medicine", facts_.lines[line].line->title,
                                    "no rule is about this part of the regimen"});
    }
    for (const NotChecked& one : facts_.not_checked) not_checked(one);
    for (auto& [what, missing] : missing_) result_.missing.push_back(std::move(missing));
    sort();
    result_.side_effects = expected(knowledge_.side_effects, regimen_);
    return std::move(result_);
  }

 private:
  void describe() {
    bool goes_on = false;
    for (const LineFact& fact : facts_.lines) {
      const Line& line = *fact.line;
      const auto last = line.last_day(facts_.start);
      std::string days = text_of(line.first_day(facts_.start));
      if (last && *last != line.first_day(facts_.start)) days += " to " + text_of(*last);
      if (!last) days = "from " + days;
      result_.regimen.push_back(fmt::format(
          "{}: {}, {}", line.product.empty() ? line.title : line.product, line.text(), days));
      if (!last) goes_on = true;
      if (last) result_.last = result_.last ? std::max(*result_.last, *last) : *last;
    }
    if (goes_on) result_.last.reset();
    for (const Named& one : regimen_.purpose) result_.purpose.push_back(one.text);
    for (const TestFact& test : facts_.tests) {
      if (test.how.empty()) continue;
      result_.derived.push_back(
          fmt::format("{} {}: {}", test.term->name, value_text(test), test.how));
    }
    result_.readings = facts_.readings;
  }

  void apply(const Rule& rule, const About& lines) {
    const Outcome outcome = evaluate(rule.when, facts_, lines);
    if (outcome.truth == Truth::no) return;
    if (outcome.truth == Truth::unknown) {
      for (const std::string& need : outcome.needs) {
        Missing& one = missing_[need];
        if (one.what.empty()) one = {need, {}, rule.severity};
        if (std::ranges::find(one.rules, rule.id) == one.rules.end()) one.rules.push_back(rule.id);
        one.severity = std::min(one.severity, rule.severity);
      }
      return;
    }
    // One finding for each medicine: each has its own last intake.
    std::vector<const Match*> medicines;
    for (const Match& match : outcome.matches) {
      if (match.kind == Match::Kind::medicine) medicines.push_back(&match);
    }
    if (medicines.empty()) medicines.push_back(nullptr);
    std::set<std::string> seen;
    for (const Match* medicine : medicines) {
      Finding finding = find(rule, lines, outcome, medicine);
      if (seen.insert(finding.text + finding.until_text).second) {
        result_.findings.push_back(std::move(finding));
      }
    }
    monitor(rule, lines);
  }

  Finding find(const Rule& rule, const About& lines, const Outcome& outcome,
               const Match* medicine) const {
    Finding finding;
    finding.rule = rule.id;
    finding.severity = rule.severity;
    finding.grade = rule.grade;
    finding.sources = rule.sources;
    auto words = placeholders(lines, outcome, medicine);
    set_until(rule.until, lines, medicine, words, finding);
    words["until"] = finding.until_text.empty() ? "a day that is not known" : finding.until_text;
    finding.title = rule.title;
    finding.text = filled(rule.finding, words);
    if (!finding.text.empty()) {
      // Names of drugs and conditions often stand first.
      finding.text[0] =
          static_cast<char>(std::toupper(static_cast<unsigned char>(finding.text[0])));
    }
    finding.why = filled(rule.why, words);
    for (const std::string& action : rule.actions) finding.actions.push_back(filled(action, words));
    for (const std::string& step : rule.steps) finding.steps.push_back(filled(step, words));
    for (const Match& match : outcome.matches) {
      const bool other = match.kind == Match::Kind::medicine && &match != medicine;
      if (!other && std::ranges::find(finding.grounds, match.says) == finding.grounds.end()) {
        finding.grounds.push_back(match.says);
      }
    }
    return finding;
  }

  using Words = std::map<std::string, std::string, std::less<>>;

  Words placeholders(const About& lines, const Outcome& outcome, const Match* medicine) const {
    std::set<std::string> allergies, conditions, tests, values, limits, titles;
    for (const Match& match : outcome.matches) {
      using Kind = Match::Kind;
      if (match.kind == Kind::allergy) allergies.insert(match.name);
      if (match.kind == Kind::condition || match.kind == Kind::plan) conditions.insert(match.name);
      if (match.kind == Kind::test || match.kind == Kind::missing) tests.insert(match.name);
      if (match.kind == Kind::test) values.insert(match.value);
      if (match.kind == Kind::test && !match.limit.empty()) limits.insert(match.limit);
    }
    std::vector<const Line*> own;
    for (const std::size_t line : lines.lines) {
      own.push_back(facts_.lines[line].line);
      titles.insert(own.back()->title);
    }
    const auto or_else = [](const std::set<std::string>& all, const char* otherwise) {
      return all.empty() ? std::string(otherwise) : joined(all);
    };
    Words words;
    words["medicine"] = medicine != nullptr ? medicine->name : or_else(allergies, "the medicine");
    words["last"] = medicine == nullptr ? "on a day that is not known"
                    : medicine->goes_on ? "(still taken)"
                    : !medicine->last   ? "on a day that is not known"
                                        : text_of(*medicine->last);
    words["taken"] =
        medicine != nullptr && medicine->goes_on ? "still taken" : "last taken " + words["last"];
    words["condition"] = or_else(conditions, "the condition");
    words["test"] = or_else(tests, "the test");
    words["value"] = or_else(values, "not given");
    words["limit"] = or_else(limits, "not given");
    words["start"] = text_of(lines.first);
    words["product"] = or_else(titles, "naltrexone");
    words["dose"] = fmt::format("{:.3g} mg a day", highest_daily(own));
    words["age"] = facts_.age ? fmt::format("{:g}", *facts_.age) : "not given";
    words["days"] = "";
    return words;
  }

  void set_until(const Until& until, const About& lines, const Match* medicine, Words& words,
                 Finding& finding) const {
    double days = until.days;
    switch (until.kind) {
      case Until::Kind::none:
        return;
      case Until::Kind::words:
        finding.until_text = filled(until.words, words);
        return;
      case Until::Kind::first_dose:
        finding.until = after(lines.first, days);
        break;
      case Until::Kind::stop:
        if (lines.last) finding.until = after(*lines.last, days);
        if (!lines.last) finding.until_text = days_text(days) + " after the last dose";
        break;
      case Until::Kind::last:
        if (medicine == nullptr) {
          finding.until_text = "a day that is not known";
          return;
        }
        if (until.free_days && !medicine->free_days) {
          finding.until_text =
              fmt::format("a day that is not known: no interval is known for {}", medicine->name);
          return;
        }
        if (until.free_days) days = *medicine->free_days;
        if (medicine->last && !medicine->goes_on) finding.until = after(*medicine->last, days);
        if (!finding.until) {
          finding.until_text = fmt::format("{} after the last {}", days_text(days), medicine->name);
        }
        break;
    }
    words["days"] = fmt::format("{:g}", days);
    if (finding.until) finding.until_text = text_of(*finding.until);
  }

  static std::string filled(const std::string& text, const Words& words) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text[at] == '{' ? text.find('}', at) : std::string::npos;
      const auto word =
          end == std::string::npos ? words.end() : words.find(text.substr(at + 1, end - at - 1));
      if (word == words.end()) {
        out += text[at++];
      } else {
        out += word->second;
        at = end + 1;
      }
    }
    return out;
  }

  void monitor(const Rule& rule, const About& lines) {
    for (const Monitor& one : rule.monitor) {
      Due last{lines.first, one.what, one.why, rule.id, {}};
      for (std::size_t k = 0; k < one.at.size(); ++k) {
        last.on = one.at[k].from(lines.first);
        if (lines.last && last.on > *lines.last && k > 0) break;
        if (k + 1 < one.at.size() || !one.then_every) add_due(last);
      }
      if (!one.then_every || (lines.last && last.on > *lines.last)) continue;
      last.then_every = one.then_every;
      add_due(last);
    }
  }

  void add_due(const Due& due) {
    for (Due& other : result_.calendar) {
      if (other.on != due.on || other.what != due.what) continue;
      if (!other.then_every) other.then_every = due.then_every;
      return;
    }
    result_.calendar.push_back(due);
  }

  void not_checked(const NotChecked& one) {
    Finding finding;
    finding.rule = "not-checked";
    finding.severity = Severity::not_checked;
    finding.title = fmt::format("{} '{}'", one.kind, one.what);
    finding.text = fmt::format("Not checked: {}{}", one.why, one.why.ends_with('?') ? "" : ".");
    finding.actions = {"Look it up by hand; nothing that is said here covers it."};
    const bool known = std::ranges::any_of(result_.findings, [&](const Finding& other) {
      return other.rule == finding.rule && other.title == finding.title &&
             other.text == finding.text;
    });
    if (!known) result_.findings.push_back(std::move(finding));
  }

  void sort() {
    std::ranges::stable_sort(result_.findings, [](const Finding& a, const Finding& b) {
      if (a.severity != b.severity) return a.severity < b.severity;
      if (a.until != b.until) return a.until > b.until;
      return a.rule < b.rule;
    });
    std::ranges::stable_sort(result_.missing, [](const Missing& a, const Missing& b) {
      return a.severity < b.severity;
    });
    std::ranges::stable_sort(result_.calendar,
                             [](const Due& a, const Due& b) { return a.on < b.on; });
  }

  const Regimen& regimen_;
  const Knowledge& knowledge_;
  Facts facts_;
  Check result_;
  std::map<std::string, Missing> missing_;
};

}  // namespace

Severity Check::gravest() const {
  return findings.empty() ? Severity::note : findings.front().severity;
}

bool Check::contraindicated() const {
  return gravest() == Severity::contraindicated && !findings.empty();
}

std::optional<Date> Check::earliest() const {
  std::optional<Date> latest;
  for (const Finding& finding : findings) {
    if (finding.severity != Severity::contraindicated) continue;
    if (!finding.until) return std::nullopt;
    latest = latest ? std::max(*latest, *finding.until) : *finding.until;
  }
  return latest;
}

std::string verdict(const Check& check) {
  const auto count = [&](Severity severity) {
    return std::ranges::count_if(check.findings,
                                 [&](const Finding& one) { return one.severity == severity; });
  };
  const auto contraindications = count(Severity::contraindicated);
  std::string text;
  if (contraindications > 0) {
    text = fmt::format("Contraindicated as planned: {} finding{}.", contraindications,
                       contraindications == 1 ? "" : "s");
    if (const auto day = check.earliest()) {
      text += fmt::format(" By these rules not before {}.", text_of(*day));
    } else {
      text += " Waiting alone does not end it, or its day is not known.";
    }
  } else if (const auto serious = count(Severity::serious); serious > 0) {
    text = fmt::format("Serious: {} finding{} to settle before the first dose.", serious,
                       serious == 1 ? "" : "s");
  } else if (const auto cautions = count(Severity::caution); cautions > 0) {
    text =
        fmt::format("No contraindication found; {} caution{}.", cautions, cautions == 1 ? "" : "s");
  } else {
    text = "No contraindication found.";
  }
  if (const auto unchecked = count(Severity::not_checked); unchecked > 0) {
    text +=
        fmt::format(" {} entr{} could not be checked.", unchecked, unchecked == 1 ? "y" : "ies");
  }
  if (!check.missing.empty()) {
    text += fmt::format(" {} thing{} that rules ask for {} not given.", check.missing.size(),
                        check.missing.size() == 1 ? "" : "s",
                        check.missing.size() == 1 ? "was" : "were");
  }
  return text;
}

Result<Knowledge> read_knowledge(const files::SearchPath& search) {
  Knowledge all;
  VESPER_TRY(all.vocabulary, Vocabulary::read(search));
  VESPER_TRY(all.rules, read_rules(search, all.vocabulary));
  VESPER_TRY(all.side_effects, read_side_effects(search));
  VESPER_TRY(all.sources, evidence::read_sources(search));
  return all;
}

Check check(const Patient& patient, const Regimen& regimen, const Knowledge& knowledge, Date on) {
  return Checking(patient, regimen, knowledge, on).run();
}

}  // namespace vesper::safety
