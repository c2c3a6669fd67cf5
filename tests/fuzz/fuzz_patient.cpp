// Any bytes as a patient, a regimen, one JSON document or a FHIR Bundle: a check or a Diagnostic,
// never a crash.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "safety/check.h"
#include "safety/document.h"
#include "safety/fhir.h"

namespace {

using namespace vesper;

const files::SearchPath& search() {
  static const files::SearchPath path{VESPER_SOURCE_DIR, {}, VESPER_SOURCE_DIR};
  return path;
}

const safety::Knowledge& knowledge() {
  static const safety::Knowledge read = safety::read_knowledge(search()).value();
  return read;
}

const files::Date on = *files::parse_date("2026-11-23");

safety::Regimen usual() {
  safety::Line line;
  line.drug = "naltrexone";
  line.route = "oral";
  line.product = "ldn-capsule-4.5mg";
  line.mg = 4.5;
  line.every = 24;
  return {{}, on, {line}};
}

void check(const safety::Patient& patient, const safety::Regimen& regimen) {
  if (!safety::possible(patient, on, knowledge().vocabulary)) return;
  const safety::Check done = safety::check(patient, regimen, knowledge(), on);
  if (safety::check_text(done, knowledge().sources, false).empty()) std::abort();
  (void)safety::check_calendar(done);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto source = files::check("fuzz", text);
  if (!source) return 0;
  if (const auto yaml = files::parse_yaml(*source)) {
    if (const auto patient = safety::parse_patient(*yaml)) check(*patient, usual());
    dosing::Catalogue catalogue(search());
    if (const auto regimen = safety::parse_regimen(*yaml, catalogue, VESPER_SOURCE_DIR)) {
      check({}, *regimen);
    }
  }
  const auto document = safety::read_document(*source, knowledge().vocabulary, search(), false, on);
  if (document) check(document->patient, document->regimen.value_or(usual()));
  return 0;
}
