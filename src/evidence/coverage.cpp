// `vesper evidence coverage`: whether what is said to answer a claim is there.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "equations/system.h"
#include "evidence/claims.h"
#include "evidence/fields.h"
#include "evidence/targets.h"
#include "evidence/text.h"
#include "language/antimony.h"

namespace vesper::evidence {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> stems(const std::vector<fs::path>& paths) {
  std::vector<std::string> names;
  for (const fs::path& path : paths) names.push_back(path.stem().string());
  return names;
}

// Ids of evidence/rules.yaml; none where there is no such file.
Result<std::vector<std::string>> rule_ids(const files::SearchPath& search) {
  const auto path = search.find("rules", "evidence", ".yaml", {});
  if (!path) return std::vector<std::string>{};
  VESPER_TRY(const files::Yaml root, files::read_yaml(*path));
  std::vector<std::string> ids;
  for (const files::Yaml& entry : root.items()) {
    VESPER_TRY(std::string id, filled(entry, "id"));
    ids.push_back(std::move(id));
  }
  return ids;
}

class Checker {
 public:
  static Result<Checker> prepare(const files::SearchPath& search) {
    Checker checker(search);
    auto& known = checker.known_;
    known[Answer::Kind::protocol] = stems(search.list("protocols", ".yaml"));
    known[Answer::Kind::product] = stems(search.list("products", ".yaml"));
    VESPER_TRY(known[Answer::Kind::rule], rule_ids(search));
    VESPER_TRY(const auto observations, read_observations(search, {}));
    for (const Observation& one : observations) {
      known[Answer::Kind::observation].push_back(one.id);
    }
    VESPER_TRY(const Targets targets, read_targets(search));
    for (const Target& one : targets.targets) known[Answer::Kind::target].push_back(one.id);
    return checker;
  }

  // None where what the answer names is there.
  std::optional<Diagnostic> missing(const Answer& answer) {
    if (answer.kind == Answer::Kind::refusal) return std::nullopt;
    if (answer.kind == Answer::Kind::element) return missing_element(answer);
    const auto& known = known_[answer.kind];
    if (std::find(known.begin(), known.end(), answer.name) != known.end()) return std::nullopt;
    const std::string near = nearest(answer.name, known);
    return Diagnostic{Code::missing_answer,
                      fmt::format("there is no {}", text_of(answer)),
                      answer.place,
                      near.empty() ? "" : fmt::format("did you mean '{}'?", near),
                      {}};
  }

 private:
  explicit Checker(const files::SearchPath& search) : search_(search) {}

  std::optional<Diagnostic> missing_element(const Answer& answer) {
    const auto& system = model(answer.model);
    if (!system) {
      return Diagnostic{
          Code::missing_answer,
          fmt::format("model '{}' cannot be read: {}", answer.model, system.error().message),
          answer.place,
          system.error().mend,
          {}};
    }
    if (answer.name.empty() || system->parameter(answer.name) || system->output(answer.name)) {
      return std::nullopt;
    }
    for (const equations::Hypothesis& one : system->hypotheses) {
      if (one.id == answer.name) return std::nullopt;
    }
    const auto closest = system->output(answer.name);
    return Diagnostic{Code::missing_answer,
                      fmt::format("model '{}' has no element '{}'", answer.model, answer.name),
                      answer.place,
                      closest ? "" : closest.error().mend,
                      {}};
  }

  const Result<equations::System>& model(const std::string& name) {
    const auto found = models_.find(name);
    if (found != models_.end()) return found->second;
    return models_.emplace(name, read(name)).first->second;
  }

  Result<equations::System> read(const std::string& name) const {
    VESPER_TRY(const fs::path path, search_.find(name, "models", ".ant", {}));
    VESPER_TRY(const language::Model model, language::read_antimony(path, search_));
    return equations::build(model);
  }

  const files::SearchPath& search_;
  std::map<Answer::Kind, std::vector<std::string>> known_;
  std::map<std::string, Result<equations::System>> models_;
};

bool refuses(const Answer& answer) {
  return answer.kind == Answer::Kind::refusal;
}

}  // namespace

Result<Coverage> coverage(const files::SearchPath& search) {
  Coverage found;
  VESPER_TRY(found.claims, read_claims(search));
  VESPER_TRY(Checker checker, Checker::prepare(search));
  for (const Claim& claim : found.claims) {
    std::size_t there = 0, running = 0;
    for (const Answer& answer : claim.answers) {
      if (auto offence = checker.missing(answer)) {
        offence->message = fmt::format("claim {}: {}", claim.id, offence->message);
        found.offences.push_back(std::move(*offence));
        continue;
      }
      ++there;
      running += refuses(answer) ? 0 : 1;
    }
    if (there == 0) {
      found.unanswered.push_back(claim.id);
      if (claim.answers.empty()) {
        found.offences.push_back({Code::missing_answer,
                                  fmt::format("claim {} is answered by nothing", claim.id),
                                  claim.place,
                                  "name what stands for it under `answered-by`, or a refusal",
                                  {}});
      }
    } else {
      ++(running > 0 ? found.running : found.refused);
    }
  }
  return found;
}

std::string coverage_table(const Coverage& coverage) {
  std::string out;
  std::map<std::string, std::vector<std::string>> planned;
  for (const Claim& claim : coverage.claims) {
    out += fmt::format("{}  {:<14}  {}\n", claim.id, claim.verdict, claim.says);
    for (const Answer& answer : claim.answers) {
      out += wrapped(text_of(answer), 96, "    → ", "      ");
      if (!answer.planned.empty()) planned[answer.planned].push_back(claim.id);
    }
  }
  const std::size_t answered = coverage.running + coverage.refused;
  out += fmt::format(
      "\n{} of {} claims are answered: {} by something that runs, {} by a stated refusal alone\n",
      answered, coverage.claims.size(), coverage.running, coverage.refused);
  for (const auto& [part, claims] : planned) {
    out += wrapped(fmt::format("not built yet: {} ({})", part, fmt::join(claims, ", ")), 96, "  ",
                   "    ");
  }
  return out + "\nFor research and teaching; not medical advice.\n";
}

std::string coverage_json(const Coverage& coverage) {
  using Json = nlohmann::ordered_json;
  Json claims = Json::array();
  for (const Claim& claim : coverage.claims) {
    Json answers = Json::array();
    for (const Answer& answer : claim.answers) {
      Json one = {{"answer", text_of(answer)}, {"runs", !refuses(answer)}};
      if (!answer.planned.empty()) one["planned"] = answer.planned;
      answers.push_back(std::move(one));
    }
    const bool unanswered = std::find(coverage.unanswered.begin(), coverage.unanswered.end(),
                                      claim.id) != coverage.unanswered.end();
    claims.push_back({{"id", claim.id},
                      {"verdict", claim.verdict},
                      {"answered", !unanswered},
                      {"answers", std::move(answers)}});
  }
  const Json all = {{"claims", coverage.claims.size()},
                    {"answered", coverage.running + coverage.refused},
                    {"by_something_that_runs", coverage.running},
                    {"by_refusal", coverage.refused},
                    {"offences", coverage.offences.size()},
                    {"list", std::move(claims)}};
  return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace vesper::evidence
