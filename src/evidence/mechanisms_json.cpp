#include <cmath>
#include <nlohmann/json.hpp>

#include "evidence/mechanisms.h"
#include "simulate/run.h"

namespace vesper::evidence {

namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json range(const Band& band) {
  return {number(band.low), number(band.high)};
}

Json object(const Potency& potency) {
  Json one = {{"at", potency.at},
              {"measure", potency.measure},
              {"range_nM", range({potency.low, potency.high})},
              {"source", potency.source},
              {"recalled", potency.recalled}};
  if (!potency.parameter.empty()) one["parameter"] = potency.parameter;
  if (!potency.notes.empty()) one["notes"] = potency.notes;
  return one;
}

Json object(const Reach& reach) {
  return {{"hypothesis", reach.hypothesis},
          {"highest_concentration_nM", number(reach.highest_concentration)},
          {"mean_concentration_nM", number(reach.mean_concentration)},
          {"potency_nM", range(reach.potency)},
          {"margin", range(reach.margin)},
          {"highest_occupancy", range(reach.highest)},
          {"mean_occupancy", range(reach.mean)},
          {"hours_a_day_above_50_percent", range(reach.hours_50)},
          {"hours_a_day_above_90_percent", range(reach.hours_90)},
          {"effect_fold", number(reach.effect)},
          {"mean_effect_fold", number(reach.mean_effect)},
          {"link", number(reach.link)},
          {"effect_fold_with_link_on", number(reach.effect_linked)}};
}

Json object(const Mechanism& row) {
  Json potencies = Json::array(), reach = Json::array();
  for (const Potency& one : row.target.potencies) potencies.push_back(object(one));
  for (const Reach& one : row.reach) reach.push_back(object(one));
  return {{"id", row.target.id},
          {"name", row.target.name},
          {"claim", row.target.claim},
          {"claims", row.target.claims},
          {"grade", row.target.grade},
          {"why", row.target.why},
          {"sources", row.target.sources},
          {"potencies", std::move(potencies)},
          {"by_hypothesis", std::move(reach)},
          {"verdict", row.verdict}};
}

}  // namespace

std::string mechanisms_json(const Mechanisms& all) {
  Json hypotheses = Json::array(), exposure = Json::array(), rows = Json::array();
  for (const auto& one : all.hypotheses)
    hypotheses.push_back({{"id", one.id}, {"label", one.label}});
  for (std::size_t i = 0; i < all.concentrations.size(); ++i) {
    for (std::size_t h = 0; h < all.hypotheses.size(); ++h) {
      exposure.push_back({{"at", all.concentrations[i].id},
                          {"says", all.concentrations[i].says},
                          {"hypothesis", all.hypotheses[h].id},
                          {"mean_nM", number(all.exposure[i][h].low)},
                          {"highest_nM", number(all.exposure[i][h].high)}});
    }
  }
  for (const Mechanism& row : all.rows) rows.push_back(object(row));
  const Json json = {{"regimen", all.title},
                     {"product", all.product},
                     {"window", all.when},
                     {"model", all.model},
                     {"hypotheses", std::move(hypotheses)},
                     {"exposure", std::move(exposure)},
                     {"rules", verdict_rules()},
                     {"targets", std::move(rows)},
                     {"disclaimer", simulate::disclaimer}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace vesper::evidence
