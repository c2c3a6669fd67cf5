// The parts of the FHIR reader: what they share, and how each kind of resource is read.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "safety/fhir.h"
#include "safety/fhir_json.h"
#include "safety/fhir_words.h"

namespace vesper::safety::fhir {

// The resources of a Bundle, found by their references.
class Resources {
 public:
  explicit Resources(const Json& root);
  struct One {
    const Json* resource;
    std::string url;  // fullUrl; may be empty
  };
  const std::vector<One>& all() const { return all_; }
  // What `reference` names: "#id" within `from`, "Type/id", or a fullUrl; null when it is not
  // there.
  const Json* resolve(const std::string& reference, const Json& from) const;

 private:
  std::vector<One> all_;
  // Null where two resources have the same reference and no address tells them apart.
  std::map<std::string, const Json*> by_reference_;
};

// What every part reads from and writes to.
struct Reading {
  const files::Source& source;
  const Vocabulary& vocabulary;
  const Words& words;
  const Resources& resources;
  FhirRecord& record;
  std::map<std::string, Date>& own_on;  // the day of the patient's own data, the latest counts
  Date on;                              // of the check

  void unread(std::string what, std::string why) const {
    record.patient.unread.push_back({std::move(what), std::move(why)});
  }
  void say(std::string how) const { record.patient.readings.push_back(std::move(how)); }
};

// "Observation alt-1"
std::string name_of(const Json& resource);

void read_person(const Json& resource, const Reading& reading);
void read_condition(const Json& resource, const Reading& reading);
void read_allergy(const Json& resource, const Reading& reading);
void read_observation(const Json& resource, const Reading& reading);

// A MedicationStatement or MedicationRequest as a medicine that the patient takes.
void read_medicine(const Json& resource, const Reading& reading);
// Whether a MedicationRequest asks for naltrexone and is to be followed.
bool is_naltrexone_request(const Json& resource, const Reading& reading);
// What such a request names beside naltrexone, as medicines.
void read_beside(const Json& resource, const Reading& reading);
// The lines of the regimen that such a request means, with their purpose and start.
Result<void> read_request(const Json& resource, const Reading& reading,
                          const files::SearchPath& search, Regimen& regimen);

// --- shared by medicines and requests -----------------------------------------------------------

// What is taken: names and codes of the CodeableConcept, or of the Medication that is referred to,
// or else the words that the reference shows; and the ingredients of that Medication.
struct Told {
  Named name;  // every word of it, apart by " / "
  std::vector<Named> ingredients;
};
Told medication(const Json& resource, const Reading& reading);
// Codes and all words together.
Named medicine_name(const Json& coded);

// One dosage of a statement or request.
struct Dosage {
  std::optional<units::Quantity> dose;  // as written
  std::optional<double> units;          // tablets, capsules
  std::optional<double> every;          // [h]
  bool as_needed = false;
  std::string text;
  std::optional<Stretch> from, to;  // bounds
  std::optional<double> lasts;      // [h] a bound by duration
};
Dosage read_dosage(const Json& dosage);

// Of one dosage in words, such as "4.5 mg by mouth at bedtime": dose and interval where exactly one
// of each is said.
void read_dosage_text(const std::string& text, Dosage& dosage);

// "1,5" as "1.5"; "" for "1,500", which may be either.
std::string decimal_point(std::string digits);

// A quantity with a UCUM unit; none where the unit is not understood, or unit and code disagree.
std::optional<units::Quantity> quantity(const Json& value);

}  // namespace vesper::safety::fhir
