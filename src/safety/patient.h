// A patient as a file gives it: nothing resolved against the vocabulary yet.  Format:
// docs/files.md.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "safety/dates.h"
#include "safety/vocabulary.h"

namespace vesper::safety {

struct Medicine {
  Named what;
  std::string route;                    // "transdermal"; empty where it is not given
  std::optional<units::Quantity> dose;  // one dose, or by the day
  std::optional<double> every;          // [h]
  std::optional<Date> since, last;      // no last: still taken
};

struct Condition {
  Named what;
  std::string severity;
  std::optional<Date> since, until;
};

// Whether a value is only a bound: "more than 1000", "less than 5".
enum class Bounded { no, more_than, less_than };

struct TestResult {
  Named what;
  std::optional<units::Quantity> value, upper_limit;
  Bounded bound = Bounded::no;
  bool per_surface = false;  // the value is per 1.73 m2 of body surface, which the unit leaves out
  std::string result;        // words
  std::optional<Date> on;
};

struct Plan {
  Named what;
  std::optional<Date> on;
  std::optional<bool> opioids;
};

struct Allergy {
  Named what;
};

// What a file said and the check cannot use, with the reason.
struct Unread {
  std::string what, why;
};

struct Patient {
  std::string name;
  std::optional<Date> born;
  std::optional<Date> born_from, born_to;  // where only month or year of birth is known
  std::optional<double> age;               // [years] where no birth is given
  std::string sex;                         // "female", "male", or empty
  std::optional<double> weight, height;    // [kg], [cm]
  std::optional<bool> pregnant, breastfeeding;
  std::vector<Condition> conditions;
  std::vector<Medicine> medicines;
  std::vector<Allergy> allergies;
  std::vector<TestResult> tests;
  std::vector<Plan> plans;
  std::vector<Unread> unread;         // of a FHIR bundle
  std::vector<std::string> readings;  // how something was taken that was not said in full

  std::optional<double> age_on(Date day) const;  // [years], whole where born is given
};

// What cannot be true on the day of the check: a birth, a last intake or a test after it, a man who
// is pregnant.  V1105.
Result<void> possible(const Patient& patient, Date on, const Vocabulary& vocabulary);

// "mL/min/1.73m2", "mL/min/{1.73_m2}" and the like as "mL/min", and true; else the text, and false.
std::pair<std::string, bool> without_surface(const std::string& unit);

Result<Patient> parse_patient(const files::Yaml& root);
Result<Patient> read_patient(const std::filesystem::path& path);

}  // namespace vesper::safety
