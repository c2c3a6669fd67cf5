// One JSON document with everything: {"patient": {...}, "regimen": {...}} with the keys of the
// files, or a FHIR R4 Bundle (safety/fhir.h), alone or as the patient.
#pragma once

#include <optional>

#include "safety/patient.h"
#include "safety/regimen.h"

namespace vesper::safety {

struct Document {
  Patient patient;
  std::optional<Regimen> regimen;
};

// `want_regimen`: no regimen comes from elsewhere; a document without one is then V1107.
Result<Document> read_document(const files::Source& source, const Vocabulary& vocabulary,
                               const files::SearchPath& search, bool want_regimen, Date on);

}  // namespace vesper::safety
