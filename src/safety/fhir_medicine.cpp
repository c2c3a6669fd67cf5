// MedicationStatement and MedicationRequest as medicines that a patient takes.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "safety/fhir_record.h"

namespace vesper::safety::fhir {

namespace {

bool one_of(const std::string& word, const std::vector<std::string>& any) {
  return std::find(any.begin(), any.end(), word) != any.end();
}

// The first and last day that a statement or request covers.
struct Covered {
  std::optional<Date> since, last;
};

std::optional<Stretch> date_at(const Json& parent, const char* key, const std::string& name,
                               const Reading& reading) {
  const std::string written = text(parent, key);
  const auto found = stretch(written);
  if (!found && !written.empty()) {
    reading.unread(fmt::format("{}: {} {}", name, key, written), "this is no date");
  }
  return found;
}

Covered covered(const Json& resource, const std::string& name, const Reading& reading) {
  Covered out;
  if (const auto on = date_at(resource, "effectiveDateTime", name, reading)) out.since = on->first;
  const Json& period = at(resource, "effectivePeriod");
  if (const auto start = date_at(period, "start", name, reading)) out.since = start->first;
  if (const auto end = date_at(period, "end", name, reading)) out.last = end->last;
  if (const auto on = stretch(text(resource, "authoredOn")); on && !out.since) {
    out.since = on->first;
  }
  // The last end of its doses, where each of them ends.
  std::optional<Date> end;
  bool open = false;
  for (const Json* dosage : each(resource, "dosageInstruction")) {
    const Dosage one = read_dosage(*dosage);
    if (one.to) {
      end = end ? std::max(*end, one.to->last) : one.to->last;
    } else {
      open = true;
    }
  }
  if (end && !open) out.last = end;
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

// How it is taken, where its dosages, or else its name, say so.
std::string route_of(const Json& resource, const std::string& name, const Reading& reading) {
  for (const char* key : {"dosage", "dosageInstruction"}) {
    for (const Json* dosage : each(resource, key)) {
      std::string route = reading.words.route(at(*dosage, "route"), name);
      if (!route.empty()) return route;
    }
  }
  return reading.words.route(Json{}, name);
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

Named medicine_name(const Json& coded) {
  Named out = named(coded);
  for (const std::string& word : words(coded)) {
    const bool letters =
        std::any_of(word.begin(), word.end(), [](unsigned char c) { return std::isalpha(c) != 0; });
    if (letters && folded(word) != folded(out.text)) out.text += " / " + word;
  }
  return out;
}

Told medication(const Json& resource, const Reading& reading) {
  Told told;
  const Json& coded = at(resource, "medicationCodeableConcept");
  const Json& pointer = at(resource, "medicationReference");
  const Json* found = reading.resources.resolve(text(pointer, "reference"), resource);
  told.name = medicine_name(coded.is_object()  ? coded
                            : found != nullptr ? at(*found, "code")
                                               : coded);
  if (told.name.text.empty()) told.name.text = text(pointer, "display");
  if (found == nullptr) return told;
  for (const Json* one : each(*found, "ingredient")) {
    Named name = medicine_name(at(*one, "itemCodeableConcept"));
    const Json& item = at(*one, "itemReference");
    if (name.text.empty()) {
      const Json* other = reading.resources.resolve(text(item, "reference"), *found);
      if (other != nullptr) name = medicine_name(at(*other, "code"));
    }
    if (name.text.empty()) name.text = text(item, "display");
    if (!name.text.empty()) told.ingredients.push_back(std::move(name));
  }
  return told;
}

namespace {

// The ingredients that the name does not say.
void read_ingredients(const Told& told, const Medicine& whole, const Reading& reading) {
  const auto said = reading.vocabulary.drugs_in(told.name);
  for (const Named& one : told.ingredients) {
    const auto drugs = reading.vocabulary.drugs_in(one);
    const bool known =
        !drugs.empty() && std::all_of(drugs.begin(), drugs.end(), [&](const auto* drug) {
          return std::any_of(said.begin(), said.end(), [&](const DrugTerm* other) {
            return spaced(other->name).find(spaced(drug->name)) != std::string::npos;
          });
        });
    if (known) continue;
    Medicine part = whole;
    part.what = one;
    part.dose.reset();
    part.every.reset();
    reading.record.patient.medicines.push_back(std::move(part));
  }
}

}  // namespace

void read_medicine(const Json& resource, const Reading& reading) {
  Told told = medication(resource, reading);
  if (told.name.text.empty() && !told.ingredients.empty()) {
    told.name = told.ingredients.front();
    told.ingredients.erase(told.ingredients.begin());
  }
  Medicine one;
  one.what = told.name;
  if (one.what.text.empty()) {
    return reading.unread(name_of(resource), "it does not say which medicine");
  }
  const std::string status = text(resource, "status");
  const Taken how = taken(resource);
  if (how == Taken::left_out) {
    return reading.say(fmt::format("medicine '{}' was left out: {}", one.what.text,
                                   truth(resource, "doNotPerform") ? "not to be given" : status));
  }
  const Covered days = covered(resource, one.what.text, reading);
  one.since = days.since;
  one.last = days.last;
  if (one.since && one.last && *one.last < *one.since) one.since.reset();
  if (how == Taken::ended && !one.last) {
    reading.say(fmt::format("medicine '{}' is {} on an unknown day and counts as still taken",
                            one.what.text, status));
  }
  if (how == Taken::goes_on && status == "active" && one.last && *one.last < reading.on) {
    reading.say(
        fmt::format("medicine '{}' is active, though its period ended on {}: it counts as "
                    "still taken",
                    one.what.text, text_of(*one.last)));
    one.last.reset();
  }
  if (how == Taken::goes_on && status != "active") {
    reading.say(fmt::format("medicine '{}' ({}) counts as taken", one.what.text,
                            status.empty() ? "no status" : status));
  }
  read_dose(resource, one);
  one.route = route_of(resource, one.what.text, reading);
  read_ingredients(told, one, reading);
  reading.record.patient.medicines.push_back(std::move(one));
}

namespace {

// The drugs that a request names, by code, words and ingredients.
std::vector<const DrugTerm*> requested(const Told& told, const Vocabulary& vocabulary) {
  std::vector<const DrugTerm*> drugs = vocabulary.drugs_in(told.name);
  for (const Named& one : told.ingredients) {
    for (const DrugTerm* drug : vocabulary.drugs_in(one)) drugs.push_back(drug);
  }
  return drugs;
}

bool naltrexone_in(const DrugTerm& drug) {
  return spaced(drug.name).find(" naltrexone ") != std::string::npos;
}

}  // namespace

bool is_naltrexone_request(const Json& resource, const Reading& reading) {
  if (text(resource, "status") == "completed" || text(resource, "status") == "stopped") {
    return false;
  }
  if (taken(resource) == Taken::left_out) return false;
  const Told told = medication(resource, reading);
  const auto drugs = requested(told, reading.vocabulary);
  if (std::none_of(drugs.begin(), drugs.end(),
                   [](const auto* one) { return naltrexone_in(*one); })) {
    return false;
  }
  // Without a code of naltrexone its name beside an opioid's is that of a product of both.
  const bool coded =
      std::any_of(told.name.codings.begin(), told.name.codings.end(), [&](const Coding& coding) {
        const DrugTerm* drug = reading.vocabulary.drug(Named{"", {coding}, {}});
        return drug != nullptr && naltrexone_in(*drug);
      });
  const bool opioid = std::any_of(drugs.begin(), drugs.end(), [](const DrugTerm* one) {
    return std::find(one->classes.begin(), one->classes.end(), "opioid agonist") !=
           one->classes.end();
  });
  return coded || !opioid;
}

void read_beside(const Json& resource, const Reading& reading) {
  const Told told = medication(resource, reading);
  for (const DrugTerm* drug : requested(told, reading.vocabulary)) {
    const bool own = naltrexone_in(*drug) || !drug->products.empty();
    if (own) continue;
    Medicine one;
    one.what = {drug->name, {}, {}};
    reading.say(fmt::format("the request '{}' names {} too, which counts as taken", told.name.text,
                            drug->name));
    reading.record.patient.medicines.push_back(std::move(one));
  }
}

}  // namespace vesper::safety::fhir
