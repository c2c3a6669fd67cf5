// MedicationStatement and MedicationRequest as medicines that a patient takes.
#include <fmt/format.h>

#include <algorithm>

#include "safety/fhir_record.h"

namespace vesper::safety::fhir {

namespace {

const Json& nothing() {
  static const Json null;
  return null;
}

bool one_of(const std::string& word, const std::vector<std::string>& any) {
  return std::find(any.begin(), any.end(), word) != any.end();
}

// The first and last day that a statement or request covers.
struct Covered {
  std::optional<Date> since, last;
};

Covered covered(const Json& resource) {
  Covered out;
  if (const auto on = stretch(text(resource, "effectiveDateTime"))) out.since = on->first;
  const Json& period = at(resource, "effectivePeriod");
  if (const auto start = stretch(text(period, "start"))) out.since = start->first;
  if (const auto end = stretch(text(period, "end"))) out.last = end->last;
  if (const auto on = stretch(text(resource, "authoredOn")); on && !out.since) {
    out.since = on->first;
  }
  for (const Json* dosage : each(resource, "dosageInstruction")) {
    const Dosage one = read_dosage(*dosage);
    if (one.to) out.last = out.last ? std::max(*out.last, one.to->last) : one.to->last;
  }
  return out;
}

void read_dose(const Json& resource, Medicine& medicine) {
  const std::vector<const Json*> dosages =
      each(resource, at(resource, "dosage").is_null() ? "dosageInstruction" : "dosage");
  if (dosages.size() != 1) return;  // several doses: none is the dose
  Dosage one = read_dosage(*dosages.front());
  read_dosage_text(one.text, one);
  if (!one.dose || one.as_needed) return;
  medicine.dose = one.dose;
  medicine.every = one.every;
}

// What a status means: whether it counts, and whether it goes on.
enum class Taken { left_out, ended, goes_on };

Taken taken(const Json& resource) {
  const std::string status = text(resource, "status");
  if (one_of(status, {"entered-in-error", "not-taken", "cancelled"})) return Taken::left_out;
  if (truth(resource, "doNotPerform")) return Taken::left_out;
  if (one_of(status, {"completed", "stopped"})) return Taken::ended;
  return Taken::goes_on;
}

}  // namespace

const Json& medication(const Json& resource, const Reading& reading) {
  const Json& coded = at(resource, "medicationCodeableConcept");
  if (coded.is_object()) return coded;
  const std::string reference = text(at(resource, "medicationReference"), "reference");
  const Json* found = reading.resources.resolve(reference, resource);
  if (found != nullptr) return at(*found, "code");
  return nothing();
}

Named medicine_name(const Json& coded, const Vocabulary& vocabulary) {
  Named out = named(coded);
  const DrugTerm* by_code = vocabulary.drug(out);
  std::vector<std::string> more;
  for (const std::string& word : words(coded)) {
    if (by_code == nullptr && vocabulary.drug(std::string_view(word)) != nullptr) {
      out.text = word;
      return out;
    }
    if (word != out.text && word.find(' ') != std::string::npos) more.push_back(word);
  }
  // Unknown by its code: every text there is, so that a drug's name in one of them is seen.
  if (by_code == nullptr) {
    for (const std::string& word : more) out.text += " / " + word;
  }
  return out;
}

void read_medicine(const Json& resource, const Reading& reading) {
  Medicine one;
  one.what = medicine_name(medication(resource, reading), reading.vocabulary);
  if (one.what.text.empty()) {
    const std::string shown = text(at(resource, "medicationReference"), "display");
    if (!shown.empty()) one.what.text = shown;
  }
  if (one.what.text.empty()) {
    return reading.unread(name_of(resource), "it does not say which medicine");
  }
  const std::string status = text(resource, "status");
  const Taken how = taken(resource);
  if (how == Taken::left_out) {
    return reading.say(fmt::format("medicine '{}' was left out: {}", one.what.text,
                                   truth(resource, "doNotPerform") ? "not to be given" : status));
  }
  const Covered days = covered(resource);
  one.since = days.since;
  one.last = days.last;
  if (one.since && one.last && *one.last < *one.since) one.since.reset();
  if (how == Taken::ended && !one.last) {
    reading.say(fmt::format("medicine '{}' is {} on an unknown day and counts as still taken",
                            one.what.text, status));
  }
  if (how == Taken::goes_on && status != "active") {
    reading.say(fmt::format("medicine '{}' ({}) counts as taken", one.what.text,
                            status.empty() ? "no status" : status));
  }
  read_dose(resource, one);
  // A code and words that mean different drugs: both count.
  if (const DrugTerm* meant = reading.vocabulary.drug(one.what)) {
    for (const std::string& word : words(medication(resource, reading))) {
      const DrugTerm* other = reading.vocabulary.drug(std::string_view(word));
      if (other == nullptr || other == meant) continue;
      reading.say(fmt::format("medicine '{}' is coded as {}; both count", word, meant->name));
      Medicine second = one;
      second.what = {word, {}, {}};
      reading.record.patient.medicines.push_back(std::move(second));
    }
  }
  reading.record.patient.medicines.push_back(std::move(one));
}

bool is_naltrexone_request(const Json& resource, const Reading& reading) {
  if (text(resource, "status") == "completed" || text(resource, "status") == "stopped") {
    return false;
  }
  if (taken(resource) == Taken::left_out) return false;
  const Json& coded = medication(resource, reading);
  const Named name = medicine_name(coded, reading.vocabulary);
  const DrugTerm* drug = reading.vocabulary.drug(name);
  if (drug != nullptr) return drug->name == "naltrexone";
  const DrugTerm* naltrexone = reading.vocabulary.drug(std::string_view("naltrexone"));
  if (naltrexone == nullptr) return false;
  std::vector<std::string> names = naltrexone->also;
  names.push_back(naltrexone->name);
  const std::string whole = spaced(name.text);
  return std::any_of(names.begin(), names.end(), [&](const std::string& one) {
    return whole.find(spaced(one)) != std::string::npos;
  });
}

}  // namespace vesper::safety::fhir
