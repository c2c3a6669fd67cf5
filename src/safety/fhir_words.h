// How FHIR resources say what has no entry of its own in the vocabulary: routes, results, the
// patient's own data, no allergy.  Data: evidence/safety/vocabulary/fhir.yaml.
#pragma once

#include <string>
#include <vector>

#include "files/source.h"
#include "safety/fhir_json.h"

namespace vesper::safety::fhir {

// A word and how it is said: synonyms and codes alike.
struct Saying {
  std::string name;
  std::vector<std::string> said;
};

// An Observation that is the patient's own datum.
struct OwnDatum {
  std::string sets;               // "weight", "height", "pregnant", "breastfeeding"
  std::string unit;               // "kg"; empty for those of yes and no
  std::vector<std::string> said;  // names and codes of the Observation
  std::vector<std::string> yes, no;
};

struct Words {
  std::vector<Saying> routes, results;
  std::vector<std::string> no_allergy;
  std::vector<OwnDatum> own;

  static Result<Words> read(const files::SearchPath& search);
  // The route that is coded, or the longest that stands in the text; "" where there is none.
  std::string route(const Json& coded, const std::string& more_text) const;
  std::string result(const Json& coded) const;  // "positive"; "" where it is another word
  const OwnDatum* own_datum(const Json& code) const;
};

// Lower case words, one space between, one before and after.
std::string spaced(std::string_view text);

}  // namespace vesper::safety::fhir
