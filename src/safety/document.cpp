#include "safety/document.h"

#include "safety/fhir.h"
#include "safety/fhir_json.h"

namespace vesper::safety {

namespace {

using files::Yaml;

// The part of a document that is a resource, as a document of its own.
files::Source part_of(const files::Source& source, const fhir::Json& part) {
  return {source.name(), part.dump(1, ' ', false, fhir::Json::error_handler_t::replace)};
}

}  // namespace

Result<Document> read_document(const files::Source& source, const Vocabulary& vocabulary,
                               const files::SearchPath& search, bool want_regimen, Date on) {
  VESPER_TRY(const fhir::Json json, fhir::parse(source));
  Document document;
  if (!fhir::at(json, "resourceType").is_null()) {
    VESPER_TRY(FhirRecord record, read_fhir(source, vocabulary, search, want_regimen, on));
    document.patient = std::move(record.patient);
    document.regimen = std::move(record.regimen);
    return document;
  }
  // JSON is YAML, and the reader of YAML knows the place of every key.
  VESPER_TRY(const Yaml root, files::parse_yaml(source));
  VESPER_CHECK(root.keys({"patient", "regimen"}));
  VESPER_TRY(const Yaml patient, root.at("patient"));
  const Yaml* regimen = root.find("regimen");
  if (patient.has("resourceType")) {
    VESPER_TRY(FhirRecord record, read_fhir(part_of(source, fhir::at(json, "patient")), vocabulary,
                                            search, want_regimen && regimen == nullptr, on));
    document.patient = std::move(record.patient);
    document.regimen = std::move(record.regimen);
  } else {
    VESPER_TRY(document.patient, parse_patient(patient));
  }
  if (regimen != nullptr) {
    dosing::Catalogue catalogue(search);
    VESPER_TRY(document.regimen, parse_regimen(*regimen, catalogue, search.working_folder));
  }
  if (want_regimen && !document.regimen) {
    return fail(Code::no_regimen, "the document has no 'regimen'", root.place(),
                "add it, or give --regimen");
  }
  return document;
}

}  // namespace vesper::safety
