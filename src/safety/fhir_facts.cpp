// Patient, Condition, AllergyIntolerance and Observation.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "safety/fhir_record.h"

namespace vesper::safety::fhir {

namespace {

constexpr double heaviest = 700, tallest = 300;  // [kg], [cm]
constexpr double no_lasts = 30;                  // [d] that "not pregnant" counts; assumed

// The date of one of these elements, to the day.
std::optional<Stretch> date_of(const Json& resource, const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    const Json& value = at(resource, key);
    if (value.is_string()) {
      if (const auto found = stretch(value.get<std::string>())) return found;
    }
    if (value.is_object()) {  // a Period: its end
      if (const auto found = stretch(text(value, "end"))) return found;
    }
  }
  return std::nullopt;
}

std::string code_of(const Json& resource, std::string_view key) {
  for (const Json* coding : each(at(resource, key), "coding")) {
    if (const std::string code = text(*coding, "code"); !code.empty()) return code;
  }
  return text(at(resource, key), "text");
}

bool one_of(const std::string& word, const std::vector<std::string>& any) {
  return std::find(any.begin(), any.end(), word) != any.end();
}

// A name by which the vocabulary knows it, where it knows one of the words; else as written.
template <class Find>
Named known_name(const Json& coded, const Find& find) {
  Named out = named(coded);
  if (find(out)) return out;
  for (const std::string& word : words(coded)) {
    Named other{word, {}, {}};
    if (!find(other)) continue;
    other.codings = out.codings;
    return other;
  }
  return out;
}

std::string lower(std::string word) {
  for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return word;
}

}  // namespace

void read_person(const Json& resource, const Reading& reading) {
  Patient& patient = reading.record.patient;
  patient.name = text(resource, "id").empty() ? "" : "Patient " + text(resource, "id");
  const std::string born = text(resource, "birthDate");
  if (const auto dates = stretch(born)) {
    patient.born = dates->first;
    if (dates->first != dates->last) {
      patient.born_from = dates->first;
      patient.born_to = dates->last;
      patient.born = dates->first + (dates->last - dates->first) / 2;
      reading.say(fmt::format("born {}: the age may be off by up to {}", born,
                              born.size() == 4 ? "half a year" : "two weeks"));
    }
  } else if (!born.empty()) {
    reading.unread("birthDate " + born, "this is no date");
  }
  const std::string gender = text(resource, "gender");
  if (gender == "female" || gender == "male") {
    patient.sex = gender;
  } else if (!gender.empty() && gender != "unknown" && gender != "other") {
    reading.unread("gender " + gender, "the codes are male, female, other and unknown");
  }
  const bool dead =
      truth(resource, "deceasedBoolean") || !at(resource, "deceasedDateTime").is_null();
  if (dead) reading.unread("Patient", "the record says that the patient has died");
}

void read_condition(const Json& resource, const Reading& reading) {
  const Vocabulary& vocabulary = reading.vocabulary;
  Condition one;
  one.what = known_name(at(resource, "code"),
                        [&](const Named& name) { return vocabulary.condition(name) != nullptr; });
  if (one.what.text.empty()) {
    return reading.unread(name_of(resource), "it does not say which condition");
  }
  const std::string verification = code_of(resource, "verificationStatus");
  if (one_of(verification, {"refuted", "entered-in-error"})) {
    return reading.say(fmt::format("condition '{}' was left out: {}", one.what.text, verification));
  }
  if (one_of(verification, {"unconfirmed", "provisional", "differential"})) {
    reading.say(
        fmt::format("condition '{}' is {} and counts all the same", one.what.text, verification));
  }
  one.severity = lower(text(at(resource, "severity"), "text"));
  if (one.severity.empty()) one.severity = lower(named(at(resource, "severity")).text);
  for (const Json* stage : each(resource, "stage")) {
    if (const std::string said = named(at(*stage, "summary")).text; !said.empty()) {
      one.severity = said;
    }
  }
  if (const auto onset = date_of(resource, {"onsetDateTime"})) one.since = onset->first;
  const std::string clinical = code_of(resource, "clinicalStatus");
  const auto ended = date_of(resource, {"abatementDateTime", "abatementPeriod"});
  if (ended) {
    one.until = ended->last;
  } else if (one_of(clinical, {"inactive", "remission", "resolved"})) {
    reading.say(fmt::format("condition '{}' is {} since an unknown day and counts as present",
                            one.what.text, clinical));
  }
  if (one.since && one.until && *one.until < *one.since) one.since.reset();
  // A code and words that mean different things: both count.
  const ConditionTerm* meant = vocabulary.condition(one.what);
  for (const std::string& word : words(at(resource, "code"))) {
    const ConditionTerm* other = vocabulary.condition(word);
    if (other == nullptr || meant == nullptr || other == meant) continue;
    if (vocabulary.kinds(*meant).contains(other->name)) continue;
    reading.say(fmt::format("condition '{}' is coded as {}; both count", word, meant->name));
    Condition second = one;
    second.what = {word, {}, {}};
    reading.record.patient.conditions.push_back(std::move(second));
  }
  reading.record.patient.conditions.push_back(std::move(one));
}

void read_allergy(const Json& resource, const Reading& reading) {
  const Json& code = at(resource, "code");
  Allergy one;
  one.what = medicine_name(code);
  if (says(code, reading.words.no_allergy)) {
    if (reading.vocabulary.drugs_in(Named{one.what.text, {}, {}}).empty()) return;
    reading.unread("allergy " + one.what.text,
                   "it is coded as none and names a drug, which counts");
  }
  if (one.what.text.empty()) {
    for (const Json* reaction : each(resource, "reaction")) {
      if (one.what.text.empty()) {
        one.what = medicine_name(at(*reaction, "substance"));
      }
    }
  }
  if (one.what.text.empty()) {
    return reading.unread(name_of(resource), "it does not say to what");
  }
  const std::string verification = code_of(resource, "verificationStatus");
  const std::string clinical = code_of(resource, "clinicalStatus");
  if (one_of(verification, {"refuted", "entered-in-error"})) {
    return reading.say(
        fmt::format("allergy to '{}' was left out: {}", one.what.text, verification));
  }
  if (one_of(clinical, {"inactive", "resolved"})) {
    reading.say(
        fmt::format("allergy to '{}' is {} and counts all the same", one.what.text, clinical));
  }
  reading.record.patient.allergies.push_back(std::move(one));
}

namespace {

// --- observations --------------------------------------------------------------------------------

std::string shown(const Json& value) {
  const auto amount = number(value, "value");
  const std::string unit = text(value, "unit").empty() ? text(value, "code") : text(value, "unit");
  return (amount ? fmt::format("{:g}", *amount) : "?") + (unit.empty() ? "" : " " + unit);
}

// The upper limit of normal: of several the lowest that is not the other sex's.
std::optional<units::Quantity> upper_limit(const Json& measured, const std::string& sex) {
  std::optional<units::Quantity> lowest;
  for (const Json* range : each(measured, "referenceRange")) {
    const Json& type = at(*range, "type");
    if (!type.is_null() && !says(type, {"normal", "Normal Range"})) continue;
    bool others = false;
    for (const Json* group : each(*range, "appliesTo")) {
      others |= sex == "male" && says(*group, {"248152002", "female", "women"});
      others |= sex == "female" && says(*group, {"248153007", "male", "men"});
    }
    const auto high = quantity(at(*range, "high"));
    if (others || !high) continue;
    const bool comparable = lowest && lowest->unit.same_dimension(high->unit);
    if (!lowest || (comparable && high->in(lowest->unit) < lowest->value)) lowest = high;
  }
  return lowest;
}

// The patient's own datum: weight, height, pregnancy.
void own_datum(const OwnDatum& own, const Json& measured, const std::string& name,
               const std::optional<Stretch>& on, const Reading& reading) {
  Patient& patient = reading.record.patient;
  if (own.unit.empty()) {
    const Json& value = at(measured, "valueCodeableConcept");
    std::optional<bool> yes;
    if (says(value, own.yes)) yes = true;
    if (says(value, own.no)) yes = false;
    if (at(measured, "valueBoolean").is_boolean()) yes = truth(measured, "valueBoolean");
    if (!yes) return reading.unread(name, "its answer is neither yes nor no");
    // A no of long ago says nothing of today.
    if (!*yes && on && days_between(on->last, reading.on) > no_lasts) {
      return reading.say(
          fmt::format("'{}: no' of {} is too old to count", name, text_of(on->last)));
    }
    std::optional<bool>& target = own.sets == "pregnant" ? patient.pregnant : patient.breastfeeding;
    const Date day = on ? on->last : Date::min();
    const auto [latest, first] = reading.own_on.emplace(own.sets, day);
    if (first || day > latest->second) {
      latest->second = day;
      target = *yes;
    } else if (day == latest->second) {
      target = *yes || target.value_or(false);
    }
    return;
  }
  if (!text(at(measured, "valueQuantity"), "comparator").empty()) {
    return reading.unread(name, "only a bound of the value is known");
  }
  const auto value = quantity(at(measured, "valueQuantity"));
  const auto unit = units::Unit::parse(own.unit);
  if (!value || !unit || !value->unit.same_dimension(*unit)) {
    return reading.unread(name, fmt::format("a value in {} is wanted", own.unit));
  }
  const double amount = value->in(*unit);
  if (!(amount > 0 && amount <= (own.sets == "weight" ? heaviest : tallest))) {
    return reading.unread(name, fmt::format("{} is outside of what a person can have",
                                            shown(at(measured, "valueQuantity"))));
  }
  std::optional<double>& target = own.sets == "weight" ? patient.weight : patient.height;
  const Date day = on ? on->last : Date::min();
  const auto [latest, first] = reading.own_on.emplace(own.sets, day);
  if (!first && day < latest->second) return;
  latest->second = day;
  target = amount;
}

// The value of an Observation or a component of one; false where it has none.
bool read_value(const Json& measured, const Reading& reading, TestResult& test) {
  const Json& value = at(measured, "valueQuantity");
  if (value.is_object()) {
    test.value = quantity(value);
    const std::string comparator = text(value, "comparator");
    if (comparator.starts_with('>')) test.bound = Bounded::more_than;
    if (comparator.starts_with('<')) test.bound = Bounded::less_than;
    if (test.value && test.bound != Bounded::no) {
      reading.unread(fmt::format("{}: {}{}", test.what.text, comparator, shown(value)),
                     "only a bound of the value is known: it counts where it decides");
    }

    if (!test.value) {
      reading.unread(fmt::format("{}: {}{}", test.what.text, comparator, shown(value)),
                     number(value, "value") ? "its unit is not understood" : "it has no value");
      return false;
    }
    if (test.value->value < 0) {
      reading.unread(fmt::format("{}: {}", test.what.text, shown(value)), "it is negative");
      return false;
    }
    test.per_surface =
        without_surface(text(value, "code")).second || without_surface(text(value, "unit")).second;
    test.upper_limit = upper_limit(measured, reading.record.patient.sex);
    return true;
  }
  const Json& coded = at(measured, "valueCodeableConcept");
  if (coded.is_object()) {
    test.result = reading.words.result(coded);
    if (test.result.empty()) test.result = named(coded).text;
    return !test.result.empty();
  }
  if (const std::string word = text(measured, "valueString"); !word.empty()) {
    const std::string result = reading.words.result(Json{{"text", word}});
    test.result = result.empty() ? word : result;
    return true;
  }
  if (at(measured, "valueBoolean").is_boolean()) {
    test.result = truth(measured, "valueBoolean") ? "positive" : "negative";
    return true;
  }
  if (const auto count = number(measured, "valueInteger")) {
    test.value = units::Quantity{*count, units::Unit()};
    return true;
  }
  // Without a value an interpretation may say it.
  for (const Json* one : each(measured, "interpretation")) {
    test.result = reading.words.result(*one);
    if (!test.result.empty()) return true;
  }
  return false;
}

void read_measured(const Json& measured, const std::optional<Stretch>& on, const Json& resource,
                   const Reading& reading) {
  const Json& code = at(measured, "code");
  if (const OwnDatum* own = reading.words.own_datum(code)) {
    return own_datum(*own, measured, named(code).text, on, reading);
  }
  TestResult test;
  test.what =
      known_name(code, [&](const Named& name) { return reading.vocabulary.test(name) != nullptr; });
  if (test.what.text.empty()) {
    return reading.unread(name_of(resource), "it does not say what was observed");
  }
  // A code that is not known may be of another fluid or another method, whatever the words say.
  for (const Coding& coding : test.what.codings) {
    const Named alone{"", {coding}, {}};
    const bool known = reading.vocabulary.test(alone) != nullptr;
    if (coding.system == "loinc" && known) break;
    if (coding.system != "loinc" || &coding != &test.what.codings.back()) continue;
    return reading.unread(fmt::format("{}: LOINC {}", test.what.text, coding.code),
                          "no rule knows this code, and it may be another measurement");
  }
  const std::size_t before = reading.record.patient.unread.size();
  if (!read_value(measured, reading, test)) {
    const bool said = reading.record.patient.unread.size() > before;
    const std::string why = named(at(measured, "dataAbsentReason")).text;
    if (!said) {
      reading.unread(test.what.text,
                     why.empty() ? "it has no value that can be read" : "it has no value: " + why);
    }
    return;
  }
  if (on && on->first == on->last) {
    test.on = on->last;
  } else {
    reading.say(
        fmt::format("'{}' has no day: it counts as a result, not as a recent one", test.what.text));
  }
  reading.record.patient.tests.push_back(std::move(test));
}

bool has_value(const Json& measured) {
  for (const char* key : {"valueQuantity", "valueCodeableConcept", "valueString", "valueBoolean",
                          "valueInteger", "valueRange", "valueRatio", "dataAbsentReason"}) {
    if (!at(measured, key).is_null()) return true;
  }
  return false;
}

}  // namespace

void read_observation(const Json& resource, const Reading& reading) {
  const std::string status = text(resource, "status");
  const std::string name = named(at(resource, "code")).text;
  if (one_of(status, {"entered-in-error", "cancelled"})) {
    return reading.say(fmt::format("observation '{}' was left out: {}", name, status));
  }
  if (status == "registered") {
    return reading.unread(name.empty() ? name_of(resource) : name, "there is no result yet");
  }
  if (status == "preliminary") {
    reading.say(fmt::format("observation '{}' is preliminary and counts all the same", name));
  }
  const auto on = date_of(resource, {"effectiveDateTime", "effectivePeriod", "effectiveInstant"});
  const std::vector<const Json*> components = each(resource, "component");
  // A panel has its values in its components, or in members that are resources of their own.
  const bool panel =
      !has_value(resource) && (!components.empty() || !each(resource, "hasMember").empty());
  if (!panel) read_measured(resource, on, resource, reading);
  for (const Json* component : components) read_measured(*component, on, resource, reading);
}

}  // namespace vesper::safety::fhir
