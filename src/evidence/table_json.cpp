#include <cmath>
#include <nlohmann/json.hpp>

#include "evidence/tables.h"

namespace vesper::evidence {

namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json accepted(const Observation& observation) {
  if (observation.accept_within) return {{"within", *observation.accept_within}};
  if (observation.accept_range) {
    return {{"range", {observation.accept_range->first, observation.accept_range->second}}};
  }
  return {{"fold", observation.accept_fold.value_or(default_accept_fold)}};
}

Json object(const Comparison& comparison) {
  const Observation& observation = *comparison.observation;
  Json object = {
      {"id", observation.id},
      {"use", use_name(observation.use)},
      {"hypothesis", comparison.hypothesis},
      {"observed", number(observation.value)},
      {"predicted", number(comparison.predicted)},
      {"unit", observation.unit},
      {"fold_error", number(comparison.fold_error)},
      {"inside", comparison.inside},
      {"source", observation.source},
      {"says", observation.says},
      {"module", observation.module},
      {"protocol", observation.protocol},
      {"arm", observation.arm},
      {"readout", observation.readout},
      {"accept", accepted(observation)},
      {"observed_range", nullptr},
      {"difference", number(comparison.predicted - observation.value)},
      {"links_off", comparison.links_off ? number(*comparison.links_off) : Json(nullptr)},
      {"failure", nullptr},
  };
  if (observation.low && observation.high) {
    object["observed_range"] = {*observation.low, *observation.high};
  }
  if (in_percent(observation)) {
    object["difference_points"] = object["difference"];
  }
  if (!comparison.failure.empty()) object["failure"] = comparison.failure;
  return object;
}

}  // namespace

std::string validation_json(const Validation& validation) {
  Json list = Json::array();
  for (const Comparison& comparison : validation.comparisons) list.push_back(object(comparison));
  // Names of files that are not UTF-8 can stand in a failure; they must not end the program.
  return list.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace vesper::evidence
