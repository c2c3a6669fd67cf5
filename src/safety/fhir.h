// A patient, and what is prescribed, from FHIR R4 in JSON (https://hl7.org/fhir/R4/).
//
// Read are Patient, Condition, MedicationStatement, MedicationRequest (with Medication, contained
// or beside), AllergyIntolerance and Observation, in a Bundle or alone.  A request for naltrexone
// is the regimen where none is given.  What is recorded in error, refuted or never taken is left
// out and said; what cannot be understood stays as unread, so that the check calls it not checked.
// Dates count as written, without time zones.
#pragma once

#include <optional>
#include <string>

#include "safety/patient.h"
#include "safety/regimen.h"

namespace vesper::safety {

struct FhirRecord {
  Patient patient;
  std::optional<Regimen> regimen;  // of requests for naltrexone, where they were asked for
};

// Whether a document of JSON says that it is a FHIR resource.
bool is_fhir(const files::Source& source);

// `want_regimen`: requests for naltrexone are the regimen; otherwise they are medicines like
// others. Errors: V1106 for what is no JSON or no FHIR R4, V1107 for a request of naltrexone whose
// dosage cannot be understood or where none is found; never an unknown drug, condition or test.
Result<FhirRecord> read_fhir(const files::Source& source, const Vocabulary& vocabulary,
                             const files::SearchPath& search, bool want_regimen, Date on);

}  // namespace vesper::safety
