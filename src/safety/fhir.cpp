// A Bundle as a whole: which resources are there, whose they are, and who reads them.
#include "safety/fhir.h"

#include <fmt/format.h>

#include <algorithm>

#include "safety/fhir_record.h"

namespace vesper::safety {

namespace fhir {

Resources::Resources(const Json& root) {
  if (text(root, "resourceType") == "Bundle") {
    for (const Json* entry : each(root, "entry")) {
      const Json& resource = at(*entry, "resource");
      if (resource.is_object()) all_.push_back({&resource, text(*entry, "fullUrl")});
    }
  } else {
    all_.push_back({&root, ""});
  }
  const auto enter = [&](const std::string& reference, const Json* resource) {
    const auto [at, first] = by_reference_.emplace(reference, resource);
    if (!first && at->second != resource) at->second = nullptr;
  };
  for (const One& one : all_) {
    const std::string id = text(*one.resource, "id");
    if (!id.empty()) enter(text(*one.resource, "resourceType") + "/" + id, one.resource);
    if (!one.url.empty()) enter(one.url, one.resource);
  }
}

const Json* Resources::resolve(const std::string& reference, const Json& from) const {
  if (reference.starts_with('#')) {
    for (const Json* one : each(from, "contained")) {
      if (text(*one, "id") == reference.substr(1)) return one;
    }
    return nullptr;
  }
  // A relative reference is first one of the server from which the referring resource came.
  for (const One& one : all_) {
    if (one.resource != &from || one.url.empty()) continue;
    const std::string own = text(from, "resourceType") + "/" + text(from, "id");
    if (!one.url.ends_with(own)) break;
    const auto there =
        by_reference_.find(one.url.substr(0, one.url.size() - own.size()) + reference);
    if (there != by_reference_.end()) return there->second;
  }
  if (const auto found = by_reference_.find(reference); found != by_reference_.end()) {
    return found->second;
  }
  // An absolute address of the same resource: its last two parts.
  const std::size_t id = reference.rfind('/');
  const std::size_t type = id == std::string::npos || id == 0 ? id : reference.rfind('/', id - 1);
  if (type == std::string::npos) return nullptr;
  const auto found = by_reference_.find(reference.substr(type + 1));
  return found == by_reference_.end() ? nullptr : found->second;
}

std::string name_of(const Json& resource) {
  const std::string id = text(resource, "id");
  return text(resource, "resourceType") + (id.empty() ? "" : " " + id);
}

namespace {

// Types of resources that say nothing of what the rules ask for.  All others that are not read are
// named as not checked.
bool harmless(const std::string& type) {
  static const std::vector<std::string> types = {
      "Account",       "Appointment",       "AuditEvent",
      "Binary",        "CareTeam",          "Claim",
      "Consent",       "Coverage",          "Device",
      "Encounter",     "Endpoint",          "Group",
      "Location",      "Immunization",      "Organization",
      "Practitioner",  "PractitionerRole",  "Provenance",
      "RelatedPerson", "Schedule",          "Slot",
      "Specimen",      "HealthcareService", "ExplanationOfBenefit"};
  return std::find(types.begin(), types.end(), type) != types.end();
}

// Labels by which a sender says that something was left out.
bool curtailed(const Json& resource) {
  for (const char* key : {"security", "tag"}) {
    for (const Json* label : each(at(resource, "meta"), key)) {
      const std::string code = text(*label, "code");
      if (code == "REDACTED" || code == "MASKED" || code == "SUBSETTED") return true;
    }
  }
  return false;
}

class Bundle {
 public:
  Bundle(const files::Source& source, const Json& root, const Vocabulary& vocabulary,
         const Words& words, const files::SearchPath& search, bool want_regimen, Date on)
      : root_(root),
        search_(search),
        want_regimen_(want_regimen),
        resources_(root),
        reading_{source, vocabulary, words, resources_, record_, own_on_, on} {}

  Result<FhirRecord> read() {
    VESPER_CHECK(check_form());
    VESPER_CHECK(find_patient());
    if (patient_ != nullptr) read_person(*patient_, reading_);
    for (const Resources::One& one : resources_.all()) {
      VESPER_CHECK(read_one(*one.resource, one.url));
    }
    for (const auto& [type, count] : skipped_) {
      reading_.say(
          fmt::format("{} {} resource{} not read", count, type, count == 1 ? " was" : "s were"));
    }
    if (record_.patient.medicines.empty()) {
      reading_.unread("other medicines",
                      "the record names none, which does not say that none is taken");
    }
    if (want_regimen_ && regimen_.lines.empty()) {
      return fail(Code::no_regimen, "no active MedicationRequest for naltrexone is in the document",
                  reading_.source.whole(), "give --regimen, or add the request");
    }
    if (want_regimen_) record_.regimen = std::move(regimen_);
    return std::move(record_);
  }

 private:
  Result<void> check_form() {
    const std::string type = text(root_, "resourceType");
    if (type.empty()) {
      return fail(Code::bad_document, "the document has no 'resourceType'", reading_.source.whole(),
                  "a FHIR R4 Bundle begins with {\"resourceType\": \"Bundle\", ...}");
    }
    if (curtailed(root_)) {
      reading_.unread("the record", "its sender says that something was left out of it");
    }
    if (type != "Bundle") return {};
    if (!at(root_, "implicitRules").is_null()) {
      reading_.unread("the Bundle", "it follows rules of its own (implicitRules)");
    }
    if (text(root_, "type") == "history") {
      return fail(Code::bad_document, "a Bundle of type 'history' says what was, not what is",
                  reading_.source.whole(), "send a collection, document or searchset");
    }
    for (const Json* entry : each(root_, "entry")) {
      if (at(*entry, "resource").is_object()) continue;
      reading_.unread("an entry of the Bundle", "it holds no resource");
    }
    for (const Json* link : each(root_, "link")) {
      if (text(*link, "relation") != "next") continue;
      reading_.unread("the rest of the record", "this Bundle is one page of several");
    }
    return {};
  }

  Result<void> find_patient() {
    for (const Resources::One& one : resources_.all()) {
      if (text(*one.resource, "resourceType") != "Patient") continue;
      if (patient_ != nullptr) {
        return fail(Code::bad_document,
                    fmt::format("the document holds two patients, '{}' and '{}'",
                                text(*patient_, "id"), text(*one.resource, "id")),
                    reading_.source.whole(), "send one patient's record at a time");
      }
      patient_ = one.resource;
      patient_url_ = one.url;
    }
    if (patient_ == nullptr) {
      VESPER_CHECK(one_subject());
      reading_.unread("Patient", "no Patient resource: age, sex and weight are not known from it");
    }
    return {};
  }

  static std::string subject_of(const Json& resource) {
    const std::string subject = text(at(resource, "subject"), "reference");
    return subject.empty() ? text(at(resource, "patient"), "reference") : subject;
  }

  // Without a Patient all resources must still be of one.
  Result<void> one_subject() const {
    std::string first;
    for (const Resources::One& one : resources_.all()) {
      const std::string subject = subject_of(*one.resource);
      if (first.empty()) first = subject;
      if (subject.empty() || subject == first) continue;
      return fail(Code::bad_document,
                  fmt::format("the document is about two patients, '{}' and '{}'", first, subject),
                  reading_.source.whole(), "send one patient's record at a time");
    }
    return {};
  }

  // Of whom a resource speaks; true also where it does not say.
  bool of_the_patient(const Json& resource) const {
    const std::string reference = subject_of(resource);
    if (reference.empty() || patient_ == nullptr || reference == patient_url_) return true;
    const std::string id = text(*patient_, "id");
    return !id.empty() && (reference == "Patient/" + id || reference.ends_with("/Patient/" + id));
  }

  Result<void> read_one(const Json& resource, const std::string&) {
    const std::string type = text(resource, "resourceType");
    if (type == "Patient") return {};
    if (type.empty()) {
      reading_.unread("an entry of the Bundle", "it has no 'resourceType'");
      return {};
    }
    const bool known = type == "Condition" || type == "AllergyIntolerance" ||
                       type == "Observation" || type == "MedicationStatement" ||
                       type == "MedicationRequest";
    if (!known) {
      if (type == "Medication") return {};
      if (harmless(type)) {
        ++skipped_[type];
      } else {
        reading_.unread(name_of(resource), fmt::format("resources of type {} are not read", type));
      }
      return {};
    }
    if (!of_the_patient(resource)) {
      reading_.unread(name_of(resource), "it is about another patient");
      return {};
    }
    // R4: a modifier extension that is not understood may turn the meaning around.
    if (!each(resource, "modifierExtension").empty()) {
      reading_.unread(name_of(resource),
                      "it has a modifier extension, which may change its meaning");
      return {};
    }
    if (!at(resource, "implicitRules").is_null()) {
      reading_.unread(name_of(resource), "it follows rules of its own (implicitRules)");
      return {};
    }
    if (curtailed(resource)) {
      reading_.unread(name_of(resource), "its sender says that something was left out of it");
    }
    return read_known(type, resource);
  }

  Result<void> read_known(const std::string& type, const Json& resource) {
    if (type == "Condition") read_condition(resource, reading_);
    if (type == "AllergyIntolerance") read_allergy(resource, reading_);
    if (type == "Observation") read_observation(resource, reading_);
    if (type == "MedicationStatement") read_medicine(resource, reading_);
    if (type != "MedicationRequest") return {};
    if (want_regimen_ && is_naltrexone_request(resource, reading_)) {
      read_beside(resource, reading_);
      return read_request(resource, reading_, search_, regimen_);
    }
    read_medicine(resource, reading_);
    return {};
  }

  const Json& root_;
  const files::SearchPath& search_;
  bool want_regimen_;
  Resources resources_;
  FhirRecord record_;
  Regimen regimen_;
  std::map<std::string, Date> own_on_;
  Reading reading_;
  const Json* patient_ = nullptr;
  std::string patient_url_;
  std::map<std::string, int> skipped_;
};

}  // namespace

}  // namespace fhir

bool is_fhir(const files::Source& source) {
  const auto root = fhir::parse(source);
  return root && !fhir::at(*root, "resourceType").is_null();
}

Result<FhirRecord> read_fhir(const files::Source& source, const Vocabulary& vocabulary,
                             const files::SearchPath& search, bool want_regimen, Date on) {
  VESPER_TRY(const fhir::Json root, fhir::parse(source));
  if (!root.is_object()) {
    return fail(Code::bad_document, "the document is no JSON object", source.whole(),
                "a FHIR R4 Bundle begins with {\"resourceType\": \"Bundle\", ...}");
  }
  VESPER_TRY(const fhir::Words words, fhir::Words::read(search));
  return fhir::Bundle(source, root, vocabulary, words, search, want_regimen, on).read();
}

}  // namespace vesper::safety
