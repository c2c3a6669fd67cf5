// Three-valued after Kleene: all of a list hold if each does, fail if one fails, and are unknown
// otherwise; any of a list likewise.
#include "safety/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace vesper::safety {

namespace {

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::ranges::find(all, one) != all.end();
}

bool meets(const std::set<std::string>& kinds, const std::vector<std::string>& names) {
  return std::ranges::any_of(names, [&](const auto& name) { return kinds.contains(name); });
}

Outcome no() {
  return {Truth::no, {}, {}};
}
Outcome unknown(std::vector<std::string> needs) {
  return {Truth::unknown, {}, std::move(needs)};
}
Outcome yes(std::vector<Match> matches) {
  return {Truth::yes, std::move(matches), {}};
}

Outcome both(Outcome a, const Outcome& b) {
  a.truth = std::min(a.truth, b.truth);
  a.matches.insert(a.matches.end(), b.matches.begin(), b.matches.end());
  a.needs.insert(a.needs.end(), b.needs.begin(), b.needs.end());
  return a;
}

Outcome either(Outcome a, const Outcome& b) {
  a.truth = std::max(a.truth, b.truth);
  a.matches.insert(a.matches.end(), b.matches.begin(), b.matches.end());
  a.needs.insert(a.needs.end(), b.needs.begin(), b.needs.end());
  if (a.truth == Truth::yes) a.needs.clear();  // nothing more has to be known
  return a;
}

// "Child-Pugh class C" as "childpughc".
std::string graded(std::string_view severity) {
  std::string text = folded(severity);
  for (const char* filler : {"class", "score", "grade", "stage"}) {
    const std::size_t at = text.find(filler);
    if (at != std::string::npos) text.erase(at, std::string_view(filler).size());
  }
  return text;
}

// Unknown where the severity is not on the scale of those that are asked for.
Truth same_severity(const std::vector<std::string>& asked, const std::string& severity) {
  const std::string is = graded(severity);
  bool same_scale = false;
  for (const std::string& one : asked) {
    const std::string wanted = graded(one);
    if (wanted == is) return Truth::yes;
    // Of one scale are grades that differ in their last letter, and the words of severity.
    static const std::set<std::string> words = {"mild", "moderate", "severe"};
    same_scale |= words.contains(wanted) && words.contains(is);
    same_scale |= wanted.size() == is.size() && wanted.size() > 1 &&
                  wanted.compare(0, wanted.size() - 1, is, 0, is.size() - 1) == 0;
  }
  return same_scale ? Truth::no : Truth::unknown;
}

bool is(const DrugTerm& term, const std::vector<std::string>& names,
        const std::vector<std::string>& classes) {
  return has(names, term.name) ||
         std::ranges::any_of(classes, [&](const auto& one) { return has(term.classes, one); });
}

class Evaluation {
 public:
  Evaluation(const Facts& facts, const About& about) : facts_(facts), about_(about) {}

  Outcome all(const std::vector<When>& parts) const {
    Outcome outcome;
    for (const When& part : parts) outcome = both(std::move(outcome), one(part));
    if (outcome.truth != Truth::yes) outcome.matches.clear();
    if (outcome.truth != Truth::unknown) outcome.needs.clear();
    return outcome;
  }

 private:
  Outcome one(const When& part) const {
    return std::visit([this](const auto& ask) { return holds(ask); }, part.ask);
  }

  Outcome holds(const AnyAsk& ask) const {
    Outcome outcome = no();
    for (const When& part : ask.parts) outcome = either(std::move(outcome), one(part));
    return outcome;
  }

  bool about_line(std::size_t line) const {
    return std::ranges::find(about_.lines, line) != about_.lines.end();
  }

  // --- medicines

  bool in_time(const MedicineAsk& ask, const MedicineFact& fact) const {
    const bool now = !fact.last || *fact.last >= about_.first;
    if (now || ask.taken == Taken::ever) return true;
    const double since = days_between(*fact.last, about_.first);
    if (ask.taken == Taken::within) return since < ask.within;
    // The interval of a drug whose own is not known never ends.
    return ask.taken == Taken::free_days && since < fact.term->free_days.value_or(INFINITY);
  }

  Outcome holds(const MedicineAsk& ask) const {
    Outcome outcome = no();
    for (const MedicineFact& fact : facts_.medicines) {
      // The lines that the rule is about are no medicine beside themselves.
      const bool itself = fact.line && about_line(*fact.line) &&
                          (about_.drugs.empty() || has(about_.drugs, fact.term->name));
      if (itself || !is(*fact.term, ask.names, ask.classes) || !in_time(ask, fact)) continue;
      if (ask.dose_above && !fact.daily) {
        outcome = either(std::move(outcome), unknown({"the daily dose of " + fact.term->name}));
        continue;
      }
      if (ask.dose_above && !(*fact.daily > *ask.dose_above)) continue;
      outcome = either(std::move(outcome), yes({match_of(fact)}));
    }
    return outcome;
  }

  Match match_of(const MedicineFact& fact) const {
    Match match;
    match.kind = Match::Kind::medicine;
    match.name = fact.term->name;
    match.goes_on = !fact.last || *fact.last >= about_.first;
    if (fact.last) match.last = fact.last;
    match.free_days = fact.term->free_days;
    match.says = match.name;
    if (fact.daily) match.says += fmt::format(" {:g} mg/day", *fact.daily);
    match.says += fact.line       ? ", of this regimen"
                  : !fact.last    ? ", still taken"
                  : match.goes_on ? fmt::format(", taken until {}", text_of(*fact.last))
                                  : fmt::format(", last taken {}", text_of(*fact.last));
    return match;
  }

  // --- conditions, plans, allergies, purpose

  Outcome holds(const ConditionAsk& ask) const {
    Outcome outcome = no();
    for (const ConditionFact& fact : facts_.conditions) {
      if (!meets(fact.kinds, ask.names)) continue;
      if (!ask.ever && fact.until && *fact.until < about_.first) continue;
      if (!ask.severity.empty()) {
        if (fact.severity.empty()) {
          outcome = either(std::move(outcome), unknown({"the severity of " + fact.name}));
          continue;
        }
        const Truth graded = same_severity(ask.severity, fact.severity);
        if (graded == Truth::unknown) {
          outcome = either(std::move(outcome),
                           unknown({fmt::format("the severity of {} ('{}' is not understood)",
                                                fact.name, fact.severity)}));
        }
        if (graded != Truth::yes) continue;
      }
      Match match;
      match.kind = Match::Kind::condition;
      match.name = fact.name;
      match.says = fact.name + (fact.severity.empty() ? "" : ", " + fact.severity);
      if (fact.until) match.says += ", until " + text_of(*fact.until);
      outcome = either(std::move(outcome), yes({std::move(match)}));
    }
    return outcome;
  }

  std::optional<Date> dose_before(Date date) const {
    std::optional<Date> latest;
    for (const std::size_t line : about_.lines) {
      const auto dose = facts_.lines[line].line->dose_before(facts_.start, date);
      if (dose && (!latest || *dose > *latest)) latest = dose;
    }
    return latest;
  }

  Outcome holds(const PlanAsk& ask) const {
    Outcome outcome = no();
    for (const PlanFact& fact : facts_.plans) {
      if (!ask.names.empty() && !meets(fact.kinds, ask.names)) continue;
      if (fact.on && *fact.on < std::min(facts_.on, about_.first)) continue;
      if (ask.within && fact.on) {
        const auto dose = dose_before(*fact.on);
        if (!dose || days_between(*dose, *fact.on) > *ask.within) continue;
      }
      if (ask.opioids && fact.opioids && *fact.opioids != *ask.opioids) continue;
      if (ask.opioids && !fact.opioids) {
        outcome = either(std::move(outcome),
                         unknown({fmt::format("whether opioids are planned for {}", fact.name)}));
        continue;
      }
      Match match;
      match.kind = Match::Kind::plan;
      match.name = fact.name;
      match.says = fact.name + (fact.on ? ", planned for " + text_of(*fact.on) : ", planned");
      outcome = either(std::move(outcome), yes({std::move(match)}));
    }
    return outcome;
  }

  Outcome holds(const AllergyAsk& ask) const {
    std::vector<Match> matches;
    for (const AllergyFact& fact : facts_.allergies) {
      const bool meant = fact.term != nullptr ? is(*fact.term, ask.names, ask.classes)
                                              : has(ask.classes, fact.group);
      if (!meant) continue;
      Match match;
      match.kind = Match::Kind::allergy;
      match.name = fact.term != nullptr ? fact.term->name : fact.group;
      match.says = "allergy to " + match.name;
      matches.push_back(std::move(match));
    }
    return matches.empty() ? no() : yes(std::move(matches));
  }

  // --- the patient

  Outcome holds(const PatientAsk& ask) const {
    Outcome outcome;
    const auto add = [&](bool asked, bool known, bool fits, const char* need,
                         const std::string& says) {
      if (!asked) return;
      Match match;
      match.kind = Match::Kind::patient;
      match.name = need;
      match.says = says;
      outcome = both(std::move(outcome), !known ? unknown({need})
                                         : fits ? yes({std::move(match)})
                                                : no());
    };
    const double age = facts_.age.value_or(0), weight = facts_.weight.value_or(0);
    const bool male = facts_.sex == "male";
    // Where only the year of birth is known, as young and as old as it allows.
    const double youngest = facts_.youngest.value_or(age), oldest = facts_.oldest.value_or(age);
    add(ask.age_below.has_value(), facts_.age.has_value(), youngest < ask.age_below.value_or(0),
        "age", fmt::format("aged {:g}", youngest));
    add(ask.age_from.has_value(), facts_.age.has_value(), oldest >= ask.age_from.value_or(0), "age",
        fmt::format("aged {:g}", oldest));
    add(ask.weight_below.has_value(), facts_.weight.has_value(),
        weight < ask.weight_below.value_or(0), "weight", fmt::format("weighs {:g} kg", weight));
    add(!ask.sex.empty(), !facts_.sex.empty(), ask.sex == facts_.sex, "sex", facts_.sex);
    add(ask.pregnant.has_value(), facts_.pregnant.has_value() || male,
        facts_.pregnant.value_or(false), "pregnancy", "pregnant");
    add(ask.breastfeeding.has_value(), facts_.breastfeeding.has_value() || male,
        facts_.breastfeeding.value_or(false), "breastfeeding", "breastfeeding");
    return outcome;
  }

  // --- the regimen

  Outcome holds(const RegimenAsk& ask) const {
    std::vector<const Line*> lines;
    const bool own =
        ask.selector.drugs.empty() && ask.selector.routes.empty() && ask.selector.products.empty();
    for (std::size_t at = 0; at < facts_.lines.size(); ++at) {
      if (own ? about_line(at) : selects(ask.selector, facts_.lines[at])) {
        lines.push_back(facts_.lines[at].line);
      }
    }
    if (lines.empty()) return no();
    const double daily = highest_daily(lines);
    if (ask.daily_above && !(daily > *ask.daily_above * (1 + 1e-9))) return no();
    if (ask.daily_below && !(daily < *ask.daily_below * (1 - 1e-9))) return no();
    if (ask.lines_above && !(static_cast<double>(most_at_once(lines)) > *ask.lines_above)) {
      return no();
    }
    if (ask.days_above && about_.last &&
        !(days_between(about_.first, *about_.last) + 1 > *ask.days_above)) {
      return no();
    }
    if (!ask.purpose.empty()) {
      const bool meant = std::ranges::any_of(
          facts_.purposes, [&](const auto& kinds) { return meets(kinds, ask.purpose); });
      if (facts_.purposes.empty()) return unknown({"the purpose of the regimen"});
      if (!meant) return no();
    }
    Match match;
    match.kind = Match::Kind::regimen;
    match.name = lines.front()->title;
    match.says = fmt::format("{:.3g} mg a day", daily);
    return yes({std::move(match)});
  }

  // --- tests

  Outcome holds(const TestAsk& ask) const;
  Outcome holds(const MissingAsk& ask) const;

  const Facts& facts_;
  const About& about_;
};

std::string window(const std::string& name, const std::optional<double>& within) {
  return within ? fmt::format("{} within {:g} days", name, *within) : name;
}

Match match_of_test(const TestFact& fact) {
  Match match;
  match.kind = Match::Kind::test;
  match.name = fact.term->name;
  match.value = value_text(fact);
  if (fact.value && fact.limit) {
    TestFact limit = fact;
    limit.value = fact.limit;
    match.limit = value_text(limit);
    match.value += fmt::format(" ({:.2g} times the upper limit)", *fact.value / *fact.limit);
  }
  match.says = fmt::format("{} {}", match.name, match.value);
  if (!fact.how.empty()) match.says += ", " + fact.how;
  if (fact.limit_assumed) match.says += fmt::format(", upper limit {} by default", match.limit);
  match.says += fact.on ? ", " + text_of(*fact.on) : ", without a date";
  return match;
}

// A value, or all that lies above or below it, against one bound.
Truth meets(double value, Bounded known, const Bound& bound) {
  using Kind = Bound::Kind;
  const bool fits = bound.kind == Kind::above      ? value > bound.value
                    : bound.kind == Kind::at_least ? value >= bound.value
                    : bound.kind == Kind::below    ? value < bound.value
                                                   : value <= bound.value;
  if (known == Bounded::no) return fits ? Truth::yes : Truth::no;
  // More than 5 is above 5, and perhaps above 6; it is not below 5, and perhaps below 6.
  const bool upwards = bound.kind == Kind::above || bound.kind == Kind::at_least;
  const bool certain = known == Bounded::more_than ? value >= bound.value : value <= bound.value;
  if (!certain) return Truth::unknown;
  return upwards == (known == Bounded::more_than) ? Truth::yes : Truth::no;
}

// Whether the value meets the bounds; unknown without a value or an upper limit.
Truth meets(const TestFact& fact, const TestAsk& ask) {
  if (!ask.results.empty()) {
    if (fact.result.empty()) return Truth::unknown;
    if (!has(ask.results, fact.result)) return Truth::no;
  }
  Truth truth = Truth::yes;
  for (const Bound& bound : ask.bounds) {
    if (!fact.value || (bound.multiples && !fact.limit)) return Truth::unknown;
    const double value = bound.multiples ? *fact.value / *fact.limit : *fact.value;
    truth = std::min(truth, meets(value, fact.bound, bound));
  }
  return truth;
}

Outcome Evaluation::holds(const TestAsk& ask) const {
  const TestFact* latest = nullptr;
  bool given = false;
  std::vector<const TestFact*> counted;  // undated ones, and the latest
  for (const TestFact& fact : facts_.tests) {
    if (fact.term->name != ask.name) continue;
    given = true;
    if (!fact.on) {
      counted.push_back(&fact);
    } else if (!ask.within || days_between(*fact.on, about_.first) <= *ask.within) {
      if (latest == nullptr || *fact.on >= *latest->on) latest = &fact;
    }
  }
  if (latest != nullptr) counted.push_back(latest);
  if (counted.empty()) {
    return given || ask.expected ? unknown({window(ask.name, ask.within)}) : no();
  }
  Outcome outcome = no();
  for (const TestFact* fact : counted) {
    const Truth truth = meets(*fact, ask);
    outcome = either(std::move(outcome), truth == Truth::yes  ? yes({match_of_test(*fact)})
                                         : truth == Truth::no ? no()
                                                              : unknown({ask.name}));
  }
  return outcome;
}

Outcome Evaluation::holds(const MissingAsk& ask) const {
  bool known = false;
  if (!ask.patient.empty()) {
    known = ask.patient == "age"        ? facts_.age.has_value()
            : ask.patient == "sex"      ? !facts_.sex.empty()
            : ask.patient == "weight"   ? facts_.weight.has_value()
            : ask.patient == "height"   ? facts_.height.has_value()
            : ask.patient == "pregnant" ? facts_.pregnant.has_value() || facts_.sex == "male"
                                        : facts_.breastfeeding.has_value() || facts_.sex == "male";
  } else {
    known = std::ranges::any_of(facts_.tests, [&](const TestFact& fact) {
      if (fact.term->name != ask.test) return false;
      if (!ask.within) return true;
      return fact.on && days_between(*fact.on, about_.first) <= *ask.within;
    });
  }
  if (known) return no();
  Match match;
  match.kind = Match::Kind::missing;
  match.name = ask.patient.empty() ? ask.test : ask.patient;
  match.says = window(match.name, ask.within) + ": not given";
  return yes({std::move(match)});
}

}  // namespace

bool selects(const Selector& selector, const LineFact& line) {
  const auto fits = [](const std::vector<std::string>& wanted, const std::string& is) {
    return wanted.empty() || has(wanted, is);
  };
  const bool drug = selector.drugs.empty() || std::ranges::any_of(line.drugs, [&](const auto& one) {
                      return has(selector.drugs, one);
                    });
  return drug && fits(selector.routes, line.line->route) &&
         fits(selector.products, line.line->product);
}

std::optional<About> about(const Selector& selector, const Facts& facts) {
  About found;
  if (selector.products.empty()) found.drugs = selector.drugs;
  bool goes_on = false;
  for (std::size_t at = 0; at < facts.lines.size(); ++at) {
    if (!selects(selector, facts.lines[at])) continue;
    const Date first = facts.lines[at].line->first_day(facts.start);
    const auto last = facts.lines[at].line->last_day(facts.start);
    found.first = found.lines.empty() ? first : std::min(found.first, first);
    found.lines.push_back(at);
    if (!last) goes_on = true;
    if (last) found.last = found.last ? std::max(*found.last, *last) : *last;
  }
  if (found.lines.empty()) return std::nullopt;
  if (goes_on) found.last.reset();
  return found;
}

Outcome evaluate(const std::vector<When>& all, const Facts& facts, const About& about) {
  return Evaluation(facts, about).all(all);
}

}  // namespace vesper::safety
