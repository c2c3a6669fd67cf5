#include "safety/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vesper::safety {

namespace {

class Gathering {
 public:
  Gathering(const Patient& patient, const Regimen& regimen, const Vocabulary& words, Date on)
      : patient_(patient), regimen_(regimen), words_(words) {
    facts_.on = on;
    facts_.start = regimen.start.value_or(on);
  }

  Facts gather() {
    facts_.readings = patient_.readings;
    person();
    for (const Medicine& one : patient_.medicines) medicine(one);
    for (const Condition& one : patient_.conditions) condition(one);
    for (const TestResult& one : patient_.tests) test(one);
    for (const Plan& one : patient_.plans) plan(one);
    for (const Allergy& one : patient_.allergies) allergy(one);
    for (const Unread& one : patient_.unread) not_checked("entry", one.what, one.why);
    for (const Named& one : regimen_.purpose) purpose(one);
    lines();
    creatinine_clearance();
    child_pugh_score();
    severity_of_cirrhosis();
    return std::move(facts_);
  }

 private:
  void not_checked(const char* kind, const std::string& what, std::string why) {
    facts_.not_checked.push_back({kind, what, std::move(why)});
  }

  void unknown(const char* kind, const Named& named, const std::vector<std::string>& known) {
    const std::string near = nearest(named.text, known);
    std::string why = fmt::format("no rule knows this {}", kind);
    if (!near.empty()) why += fmt::format("; did you mean '{}'?", near);
    not_checked(kind, named.text, std::move(why));
  }

  void person() {
    facts_.age = patient_.age_on(facts_.start);
    facts_.oldest = facts_.youngest = facts_.age;
    if (patient_.born_from) facts_.oldest = years_between(*patient_.born_from, facts_.start);
    if (patient_.born_to) facts_.youngest = years_between(*patient_.born_to, facts_.start);
    facts_.weight = patient_.weight;
    facts_.height = patient_.height;
    facts_.sex = patient_.sex;
    facts_.pregnant = patient_.pregnant;
    facts_.breastfeeding = patient_.breastfeeding;
  }

  // One fact for each drug that the words name.
  std::vector<const DrugTerm*> drugs_of(const Named& named) {
    const std::vector<const DrugTerm*> drugs = words_.drugs_in(named);
    const bool plain = drugs.size() == 1 && (words_.drug(named) != nullptr);
    if (drugs.empty() || plain) return drugs;
    std::vector<std::string> names;
    for (const DrugTerm* drug : drugs) names.push_back(drug->name);
    facts_.readings.push_back(fmt::format("'{}' is read as {}{}", named.text,
                                          fmt::join(names, " and "),
                                          names.size() == 1   ? ""
                                          : names.size() == 2 ? "; both count"
                                                              : "; all count"));
    return drugs;
  }

  std::optional<double> daily(const Medicine& one, const DrugTerm& drug) {
    if (!one.dose) return std::nullopt;
    const auto mg = units::Unit::parse("mg"), per_day = units::Unit::parse("mg/day");
    if (!mg || !per_day) return std::nullopt;
    if (one.dose->unit.same_dimension(*per_day)) return one.dose->in(*per_day);
    if (one.dose->unit.same_dimension(*mg) && one.every) return one.dose->in(*mg) * 24 / *one.every;
    if (!one.dose->unit.same_dimension(*mg)) {
      not_checked("dose",
                  fmt::format("{} of {:g} {}", drug.name, one.dose->value, one.dose->unit.text()),
                  "only doses by mass are compared with limits");
    }
    return std::nullopt;
  }

  void medicine(const Medicine& one) {
    const std::vector<const DrugTerm*> drugs = drugs_of(one.what);
    if (drugs.empty()) return unknown("medicine", one.what, words_.drug_names());
    for (const DrugTerm* drug : drugs) {
      MedicineFact fact;
      const auto other = drug->by_route.find(one.route);
      fact.term = other == drug->by_route.end() ? drug : words_.drug(other->second);
      fact.written = one.what.text;
      fact.daily = daily(one, *drug);
      fact.since = one.since;
      fact.last = one.last;
      facts_.medicines.push_back(std::move(fact));
    }
  }

  void condition(const Condition& one) {
    const ConditionTerm* term = words_.condition(one.what);
    if (term == nullptr) return unknown("condition", one.what, words_.condition_names());
    ConditionFact fact{term->name, words_.kinds(*term), one.severity, one.since, one.until};
    const bool over = fact.until && *fact.until < facts_.start;
    if (fact.kinds.contains("pregnancy") && !over) facts_.pregnant = true;
    if (fact.kinds.contains("breastfeeding") && !over) facts_.breastfeeding = true;
    facts_.conditions.push_back(std::move(fact));
  }

  void test(const TestResult& one) {
    const TestTerm* term = words_.test(one.what);
    if (term == nullptr) return unknown("test", one.what, words_.test_names());
    TestFact fact;
    fact.term = term;
    fact.on = one.on;
    if (!one.result.empty()) {
      for (const std::string& word : term->results) {
        if (folded(word) == folded(one.result)) fact.result = word;
      }
      if (fact.result.empty()) {
        not_checked("test", fmt::format("{}: {}", one.what.text, one.result),
                    term->results.empty()
                        ? std::string("this test has values, no words")
                        : fmt::format("its results are: {}", fmt::join(term->results, ", ")));
      }
    }
    if (one.value) fact.value = in_unit(one, *one.value, *term);
    fact.bound = one.bound;
    if (fact.value && one.per_surface) {
      facts_.readings.push_back(fmt::format(
          "'{}' is given per 1.73 m2 of body surface and is taken as it stands", one.what.text));
    }
    if (one.upper_limit && fact.value) fact.limit = in_unit(one, *one.upper_limit, *term);
    if (fact.value && !fact.limit && term->upper_limit) {
      fact.limit = term->upper_limit;
      fact.limit_assumed = true;
    }
    if (fact.value || !fact.result.empty()) facts_.tests.push_back(std::move(fact));
  }

  // A value as the rules compare it; none, and a word about it, where its unit does not fit.
  std::optional<double> in_unit(const TestResult& one, const units::Quantity& value,
                                const TestTerm& term) {
    if (term.unit) {
      if (const auto converted = convert(value, term)) return converted;
    }
    const std::string unit = value.unit.text();
    not_checked(
        "test",
        fmt::format("{}: {:g}{}", one.what.text, value.value, unit == "1" ? "" : " " + unit),
        !term.unit    ? fmt::format("its results are: {}", fmt::join(term.results, ", "))
        : unit == "1" ? fmt::format("a unit is missing, such as {}", term.unit->text())
                      : fmt::format("this unit cannot be converted to {}", term.unit->text()));
    return std::nullopt;
  }

  static std::optional<double> convert(const units::Quantity& value, const TestTerm& term) {
    if (value.unit.same_dimension(*term.unit)) return value.in(*term.unit);
    if (!term.molar_mass) return std::nullopt;
    const auto mass = units::Unit::parse("g/L"), molar = units::Unit::parse("mol/L");
    if (!mass || !molar) return std::nullopt;
    if (value.unit.same_dimension(*molar) && term.unit->same_dimension(*mass)) {
      return value.in(*molar) * *term.molar_mass * mass->factor_to(*term.unit);
    }
    if (value.unit.same_dimension(*mass) && term.unit->same_dimension(*molar)) {
      return value.in(*mass) / *term.molar_mass * molar->factor_to(*term.unit);
    }
    return std::nullopt;
  }

  void plan(const Plan& one) {
    const ConditionTerm* term = words_.condition(one.what);
    if (term == nullptr) return unknown("plan", one.what, words_.condition_names());
    facts_.plans.push_back({term->name, words_.kinds(*term), one.on, one.opioids});
  }

  void allergy(const Allergy& one) {
    const std::vector<const DrugTerm*> drugs = drugs_of(one.what);
    for (const DrugTerm* drug : drugs) facts_.allergies.push_back({drug, ""});
    if (!drugs.empty()) return;
    for (const std::string& group : words_.class_names()) {
      if (folded(group) != folded(one.what.text)) continue;
      facts_.allergies.push_back({nullptr, group});
      return;
    }
    unknown("allergy", one.what, words_.drug_names());
  }

  void purpose(const Named& one) {
    const ConditionTerm* term = words_.condition(one);
    if (term == nullptr) return unknown("purpose", one, words_.condition_names());
    facts_.purposes.push_back(words_.kinds(*term));
  }

  void lines() {
    for (const Line& line : regimen_.lines) {
      LineFact fact{&line, {}};
      if (const DrugTerm* drug = words_.drug(line.drug)) {
        fact.drugs.push_back(drug->name);
      } else {
        not_checked("medicine", line.drug, "no rule knows this drug of the regimen");
      }
      for (const DrugTerm& drug : words_.drugs()) {
        const bool beside = std::ranges::find(drug.products, line.product) != drug.products.end();
        if (beside && !line.product.empty()) fact.drugs.push_back(drug.name);
      }
      for (const std::string& name : fact.drugs) {
        MedicineFact taken;
        taken.term = words_.drug(name);
        taken.written = line.title;
        if (name == fact.drugs.front()) taken.daily = line.daily();
        taken.since = line.first_day(facts_.start);
        taken.last = line.last_day(facts_.start);
        taken.line = facts_.lines.size();
        facts_.medicines.push_back(std::move(taken));
      }
      facts_.lines.push_back(std::move(fact));
    }
  }

  // The latest of a test: dated ones by date, else an undated one.
  const TestFact* latest(std::string_view name) const {
    const TestTerm* term = words_.test(name);
    const TestFact* found = nullptr;
    for (const TestFact& one : facts_.tests) {
      if (one.term != term || term == nullptr || one.bound != Bounded::no) continue;
      if (found == nullptr || !found->on || (one.on && *one.on >= *found->on)) found = &one;
    }
    return found;
  }

  void creatinine_clearance() {
    const TestTerm* term = words_.test("creatinine clearance");
    const TestFact* creatinine = latest("creatinine");
    const auto unit = units::Unit::parse("mg/dL");
    if (term == nullptr || !term->unit || latest("creatinine clearance") != nullptr ||
        creatinine == nullptr || !creatinine->value || !facts_.age || !facts_.weight ||
        facts_.sex.empty() || !unit || !creatinine->term->unit->same_dimension(*unit)) {
      return;
    }
    const double level = *creatinine->value * creatinine->term->unit->factor_to(*unit);
    if (!(level > 0) || *facts_.age < 18 || *facts_.age >= 140) return;
    TestFact fact;
    fact.term = term;
    fact.value = cockcroft_gault(*facts_.age, *facts_.weight, level, facts_.sex == "female");
    fact.on = creatinine->on;
    fact.how = fmt::format("Cockcroft-Gault, from creatinine {}", value_text(*creatinine));
    facts_.tests.push_back(std::move(fact));
  }

  static std::optional<int> stage(const TestFact* test) {
    if (test == nullptr || test->result.empty()) return std::nullopt;
    const auto& words = test->term->results;
    const auto at = std::ranges::find(words, test->result) - words.begin();
    return words.size() == 3 ? std::optional<int>(static_cast<int>(at)) : std::nullopt;
  }

  void child_pugh_score() {
    const TestTerm* term = words_.test("Child-Pugh score");
    const TestFact* bilirubin = latest("bilirubin");
    const TestFact* albumin = latest("albumin");
    const TestFact* inr = latest("INR");
    const auto ascites = stage(latest("ascites"));
    const auto encephalopathy = stage(latest("hepatic encephalopathy"));
    if (term == nullptr || !term->unit || latest("Child-Pugh score") != nullptr || !bilirubin ||
        !albumin || !inr || !ascites || !encephalopathy || !bilirubin->value || !albumin->value ||
        !inr->value) {
      return;
    }
    const auto mg_dl = units::Unit::parse("mg/dL"), g_l = units::Unit::parse("g/L");
    if (!mg_dl || !g_l || !bilirubin->term->unit->same_dimension(*mg_dl) ||
        !albumin->term->unit->same_dimension(*g_l)) {
      return;
    }
    TestFact fact;
    fact.term = term;
    fact.value = child_pugh(*bilirubin->value * bilirubin->term->unit->factor_to(*mg_dl),
                            *albumin->value * albumin->term->unit->factor_to(*g_l), *inr->value,
                            *ascites, *encephalopathy);
    fact.on = bilirubin->on;
    fact.how = "from bilirubin, albumin, INR, ascites and encephalopathy";
    facts_.tests.push_back(std::move(fact));
  }

  // A cirrhosis whose severity nobody wrote is as severe as the score says: 5 to 6 points A, to 9
  // B.
  void severity_of_cirrhosis() {
    const TestFact* score = latest("Child-Pugh score");
    if (score == nullptr || !score->value) return;
    const char* grade = *score->value <= 6 ? "A" : *score->value <= 9 ? "B" : "C";
    for (ConditionFact& one : facts_.conditions) {
      if (!one.kinds.contains("cirrhosis") || !one.severity.empty()) continue;
      one.severity = fmt::format("Child-Pugh {}", grade);
      facts_.readings.push_back(fmt::format("{} is taken as {}, by the score of {:g}", one.name,
                                            one.severity, *score->value));
    }
  }

  const Patient& patient_;
  const Regimen& regimen_;
  const Vocabulary& words_;
  Facts facts_;
};

}  // namespace

std::string value_text(const TestFact& test) {
  if (!test.value) return test.result;
  const std::string unit = test.term->unit ? test.term->unit->text() : "1";
  return fmt::format("{}{:.4g}{}",
                     test.bound == Bounded::more_than   ? "> "
                     : test.bound == Bounded::less_than ? "< "
                                                        : "",
                     *test.value, unit == "1" ? "" : " " + unit);
}

Facts gather(const Patient& patient, const Regimen& regimen, const Vocabulary& vocabulary,
             Date on) {
  return Gathering(patient, regimen, vocabulary, on).gather();
}

}  // namespace vesper::safety
