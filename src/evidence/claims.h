// What texts say about naltrexone, magnesium and their companions, and what stands for it here.
// Format: docs/files.md.
#pragma once

#include <string>
#include <vector>

#include "evidence/evidence.h"

namespace vesper::evidence {

// Something in Vesper that answers a claim.
struct Answer {
  enum class Kind {
    element,   // `model`, and `name` in it: a parameter, output, state or hypothesis; or all of it
    protocol,  // something to run
    observation,  // a published figure that is held against a model
    target,       // a row of `vesper mechanisms`
    product,      // a dosage form
    rule,         // of evidence/rules.yaml
    refusal,      // `name` says why Vesper gives no answer
  };
  Kind kind = Kind::refusal;
  std::string model, name;
  std::string planned;  // of a refusal: the part that will answer and is not built yet; or empty
  Place place;
};

// "element T_half of kinetics", "protocol ldn-bedtime", "refusal: ..."
std::string text_of(const Answer& answer);

struct Claim {
  std::string id, kind, says, verdict, why;
  std::vector<std::string> sources_for, sources_against;
  std::vector<Answer> answers;
  Place place;  // of the id
};

inline constexpr std::array<std::string_view, 8> claim_kinds = {
    "mechanism", "kinetics", "dosing", "outcome", "safety", "product", "comparator", "case"};
inline constexpr std::array<std::string_view, 7> verdicts = {
    "supported",  "overstated", "contradicted", "wrong-citation",
    "hypothesis", "anecdote",   "correct"};

// evidence/claims.yaml, in its order.  Ids and sources are checked, answers are not (coverage).
Result<std::vector<Claim>> read_claims(const files::SearchPath& search);

// Which claims are answered by something that is there.
struct Coverage {
  std::vector<Claim> claims;
  std::vector<Diagnostic> offences;  // answers that do not exist, claims that have none
  std::vector<std::string> unanswered;
  std::size_t running = 0;  // claims with an answer that is not a refusal
  std::size_t refused = 0;  // claims whose answers are refusals alone
};

// Looks at every model, protocol, observation, target, product and rule that an answer names.
Result<Coverage> coverage(const files::SearchPath& search);

std::string coverage_table(const Coverage& coverage);
std::string coverage_json(const Coverage& coverage);

}  // namespace vesper::evidence
