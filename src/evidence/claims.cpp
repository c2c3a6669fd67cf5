#include "evidence/claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "evidence/fields.h"

namespace vesper::evidence {

namespace {

using files::Yaml;

template <std::size_t N>
std::vector<std::string> words(const std::array<std::string_view, N>& all) {
  return {all.begin(), all.end()};
}

Result<std::vector<std::string>> read_ids(const Yaml& entry, std::string_view key,
                                          const std::vector<std::string>& sources) {
  std::vector<std::string> ids;
  for (const Yaml& item : entry.items(key)) {
    VESPER_TRY(std::string id, item.text());
    VESPER_CHECK(check_source(id, sources, item.place()));
    ids.push_back(std::move(id));
  }
  return ids;
}

Result<Answer> read_answer(const Yaml& entry) {
  static const std::map<std::string, Answer::Kind> kinds = {
      {"model", Answer::Kind::element},           {"protocol", Answer::Kind::protocol},
      {"observation", Answer::Kind::observation}, {"target", Answer::Kind::target},
      {"product", Answer::Kind::product},         {"rule", Answer::Kind::rule},
      {"refusal", Answer::Kind::refusal}};
  VESPER_CHECK(entry.keys({"model", "element", "protocol", "observation", "target", "product",
                           "rule", "refusal", "planned"}));
  Answer answer;
  answer.place = entry.place();
  int named = 0;
  for (const auto& [key, kind] : kinds) {
    if (!entry.has(key)) continue;
    ++named;
    answer.kind = kind;
    VESPER_TRY(std::string name, filled(entry, key));
    (kind == Answer::Kind::element ? answer.model : answer.name) = std::move(name);
    answer.place = entry.find(key)->place();
  }
  const bool of_model = answer.kind == Answer::Kind::element;
  if (named == 1 && of_model && entry.has("element")) {
    VESPER_TRY(answer.name, filled(entry, "element"));
    answer.place = entry.find("element")->place();
  }
  if (named == 1 && answer.kind == Answer::Kind::refusal && entry.has("planned")) {
    VESPER_TRY(answer.planned, filled(entry, "planned"));
  }
  const bool stray = (entry.has("element") && !of_model) ||
                     (entry.has("planned") && answer.kind != Answer::Kind::refusal);
  if (named == 1 && !stray) return answer;
  return fail(Code::bad_claim, "an answer names exactly one thing", entry.place(),
              "one of {model: ..., element: ...}, {protocol: ...}, {observation: ...}, "
              "{target: ...}, {product: ...}, {rule: ...}, {refusal: ..., planned: ...}");
}

Result<Claim> read_claim(const Yaml& entry, const std::vector<std::string>& sources) {
  VESPER_CHECK(
      entry.keys({"id", "kind", "says", "verdict", "why", "for", "against", "answered-by"}));
  Claim claim;
  VESPER_TRY(claim.id, filled(entry, "id"));
  claim.place = entry.find("id")->place();
  VESPER_TRY(const Yaml kind, entry.at("kind"));
  VESPER_TRY(claim.kind, kind.choice(words(claim_kinds)));
  VESPER_TRY(claim.says, filled(entry, "says"));
  VESPER_TRY(const Yaml verdict, entry.at("verdict"));
  VESPER_TRY(claim.verdict, verdict.choice(words(verdicts)));
  VESPER_TRY(claim.why, filled(entry, "why"));
  VESPER_TRY(claim.sources_for, read_ids(entry, "for", sources));
  VESPER_TRY(claim.sources_against, read_ids(entry, "against", sources));
  for (const Yaml& item : entry.items("answered-by")) {
    if (!item.is_map()) {
      return fail(Code::bad_claim, "an answer says what kind of thing it names", item.place(),
                  "such as {protocol: ldn-bedtime}");
    }
    VESPER_TRY(Answer answer, read_answer(item));
    claim.answers.push_back(std::move(answer));
  }
  return claim;
}

}  // namespace

std::string text_of(const Answer& answer) {
  switch (answer.kind) {
    case Answer::Kind::element:
      return answer.name.empty() ? "model " + answer.model
                                 : fmt::format("{} of {}", answer.name, answer.model);
    case Answer::Kind::protocol:
      return "protocol " + answer.name;
    case Answer::Kind::observation:
      return "observation " + answer.name;
    case Answer::Kind::target:
      return "mechanism " + answer.name;
    case Answer::Kind::product:
      return "product " + answer.name;
    case Answer::Kind::rule:
      return "rule " + answer.name;
    case Answer::Kind::refusal:
      break;
  }
  return "refused: " + answer.name;
}

Result<std::vector<Claim>> read_claims(const files::SearchPath& search) {
  VESPER_TRY(const std::vector<std::string> sources, source_ids(search));
  VESPER_TRY(const std::filesystem::path path, search.find("claims", "evidence", ".yaml", {}));
  VESPER_TRY(const Yaml root, files::read_yaml(path));
  if (!root.is_list()) {
    return fail(Code::wrong_type, "a list of claims is wanted here", root.place(),
                "begin each claim with `- id: ...`");
  }
  std::vector<Claim> claims;
  std::map<std::string, int> line_of;
  for (const Yaml& entry : root.items()) {
    VESPER_TRY(Claim claim, read_claim(entry, sources));
    if (const auto [first, added] = line_of.emplace(claim.id, claim.place.line); !added) {
      return fail(Code::duplicate_id, fmt::format("claim '{}' is listed twice", claim.id),
                  claim.place, "rename or remove one of them",
                  {fmt::format("the first is in line {}", first->second)});
    }
    claims.push_back(std::move(claim));
  }
  return claims;
}

}  // namespace vesper::evidence
