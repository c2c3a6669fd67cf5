// What a name or a code means: drugs with their classes, conditions and what they are kinds of,
// tests with their units.  Data: evidence/safety/vocabulary/*.yaml; format: docs/files.md.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "files/source.h"
#include "files/yaml.h"
#include "units/units.h"

namespace vesper::safety {

// A code of a terminology: system "rxnorm", "atc", "snomed", "icd10", "loinc".
struct Coding {
  std::string system, code;
};

// A thing as a patient's file or a FHIR resource names it.
struct Named {
  std::string text;             // as written; a code where there are no words
  std::vector<Coding> codings;  // most telling first; may be empty
  Place place;
};

struct Term {
  std::string name;
  std::vector<std::string> also;
  std::vector<Coding> codings;
  std::vector<std::string> sources;
  Place place;
};

struct DrugTerm : Term {
  std::vector<std::string> classes;
  struct HalfLife {
    double low = 0, high = 0;  // [h]
  };
  std::optional<HalfLife> half_life;
  std::optional<double> free_days;              // [d] without this opioid before naltrexone
  std::vector<std::string> products;            // of Vesper that contain it beside their own drug
  std::map<std::string, std::string> by_route;  // route -> the drug that it is then
};

struct ConditionTerm : Term {
  std::vector<std::string> kind_of;
};

struct TestTerm : Term {
  std::optional<units::Unit> unit;    // none for tests with words
  std::optional<double> upper_limit;  // [unit] of normal, where the laboratory gives none
  std::optional<double> molar_mass;   // [g/mol] to convert between mass and moles
  std::vector<std::string> results;   // the words, where there are any
  bool expected = true;               // that it is not there is worth a word
};

class Vocabulary {
 public:
  // Errors: a name, synonym or code that means two things, an unknown `kind-of`, a circle of them.
  static Result<Vocabulary> read(const files::SearchPath& search);
  // From texts: a drugs, a conditions and a tests document.
  static Result<Vocabulary> parse(const files::Yaml& drugs, const files::Yaml& conditions,
                                  const files::Yaml& tests);

  const std::vector<DrugTerm>& drugs() const { return drugs_; }
  const std::vector<ConditionTerm>& conditions() const { return conditions_; }
  const std::vector<TestTerm>& tests() const { return tests_; }

  // By code first, then by words (case, spaces, hyphens and full stops ignored); null when unknown.
  const DrugTerm* drug(const Named& named) const;
  const ConditionTerm* condition(const Named& named) const;
  const TestTerm* test(const Named& named) const;
  // Every drug that the codes and the words mean: those of the codes first, then what the words
  // name as a whole or contain ("Methadone HCl 10 mg tablet"), none inside the name of another.
  std::vector<const DrugTerm*> drugs_in(const Named& named) const;
  // By name or synonym.
  const DrugTerm* drug(std::string_view name) const;
  const ConditionTerm* condition(std::string_view name) const;
  const TestTerm* test(std::string_view name) const;

  bool has_class(std::string_view name) const;
  // The condition itself and all that it is a kind of.
  std::set<std::string> kinds(const ConditionTerm& condition) const;

  // For "did you mean": names and synonyms.
  std::vector<std::string> drug_names() const;
  std::vector<std::string> condition_names() const;
  std::vector<std::string> test_names() const;
  std::vector<std::string> class_names() const;

 private:
  Result<void> check_kinds() const;

  std::vector<DrugTerm> drugs_;
  std::vector<ConditionTerm> conditions_;
  std::vector<TestTerm> tests_;
  // Folded name, or "system|code" -> index.
  std::map<std::string, std::size_t, std::less<>> drug_index_, condition_index_, test_index_;
};

// Lower case words, one space between, and one before and after.
std::string spaced(std::string_view text);

// Lower case, without spaces, hyphens, underscores and full stops.
std::string folded(std::string_view name);

}  // namespace vesper::safety
