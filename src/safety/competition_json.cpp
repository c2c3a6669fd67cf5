// The simulation as one JSON object: everything that the terminal shows, and the protocols of the
// runs.
#include <cmath>
#include <nlohmann/json.hpp>

#include "safety/competition.h"

namespace vesper::safety {

namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json object(const Range& one) {
  return {one.low, one.high};
}
Json range(const std::optional<Range>& one) {
  return one ? object(*one) : Json(nullptr);
}

Json object(const OpioidTaken& one) {
  return {{"drug", one.drug},
          {"written", one.written},
          {"product", one.product},
          {"dose_mg", one.dose},
          {"every_h", one.every},
          {"days_of_use", one.days},
          {"last_before_naltrexone_h", one.gap},
          {"still_taken", one.goes_on},
          {"assumed", one.assumed}};
}

Json object(const Course& one, const std::string& hypothesis) {
  Json json = {{"hypothesis", hypothesis},
               {"cows_before", one.before},
               {"cows_worst", one.peak},
               {"worst_at_h", one.peak_at},
               {"rise", one.peak - one.before},
               {"steepest_rise_in_an_hour", one.steepest},
               {"onset_h", or_null(one.onset)},
               {"cows_worst_without_naltrexone", one.alone},
               {"tone_before_percent", one.tone_before},
               {"tone_least_percent", one.tone_least},
               {"tone_least_without_naltrexone_percent", one.tone_alone},
               {"receptors_held_before_percent", one.held},
               {"dependence_before_percent", one.dependence},
               {"cows_if_all_blocked", one.if_blocked},
               {"gut_held_back_before_percent", one.gut_before},
               {"gut_held_back_least_percent", one.gut_least}};
  if (!one.cows.empty()) {
    json["cows"] = one.cows;
    json["tone_percent"] = one.tone;
    json["moderate_h"] = one.moderate;
  }
  return json;
}

Json first_doses(const Competition& all, const Check& check) {
  Json list = Json::array();
  for (const FirstDose& day : all.first_doses) {
    const RulesOn rules = rules_on(check, day.on);
    Json courses = Json::array();
    for (std::size_t h = 0; h < day.courses.size(); ++h) {
      courses.push_back(object(day.courses[h], all.hypotheses[h]));
    }
    list.push_back({{"on", text_of(day.on)},
                    {"days_later", day.later},
                    {"rules", rules.gravest ? Json(text_of(*rules.gravest)) : Json(nullptr)},
                    {"rules_say", rules.text},
                    {"typical", std::move(courses)}});
  }
  return list;
}

Json band(const Competition& all) {
  if (all.band.empty()) return nullptr;
  Json cows = Json::array();
  for (const Range& one : all.band) cows.push_back(object(one));
  return {{"draws", all.draws},
          {"seed", all.seed},
          {"runs_failed", all.failed_draws},
          {"cows", std::move(cows)},
          {"cows_worst", range(all.peak_band)},
          {"rise", range(all.rise_band)}};
}

Json block(const Competition& all) {
  if (!all.block) return nullptr;
  const Block& one = *all.block;
  Json under = Json::array();
  for (std::size_t h = 0; h < one.under.size(); ++h) {
    const Block::Under& each = one.under[h];
    under.push_back({{"hypothesis", all.hypotheses[h]},
                     {"blocked", each.blocked},
                     {"ends_h", or_null(each.ends)},
                     {"highest_prevented_percent", each.highest},
                     {"least_prevented_while_taken_percent", or_null(each.least_taken)},
                     {"times_the_dose_while_taken", or_null(each.times_least_taken)},
                     {"prevented_percent", each.prevented},
                     {"times_the_dose", each.times},
                     {"heroin_25mg_that_halve_breathing_at_strongest", each.halves_most},
                     {"heroin_25mg_that_halve_breathing", each.halves}});
  }
  return {{"warning", "the block can be overcome; no figure here is an amount to take"},
          {"lines", one.lines},
          {"doses", one.doses},
          {"over_h", one.over},
          {"followed_h", one.follow},
          {"after_the_last_h", one.at},
          {"blocked_above_percent", all.blocked},
          {"by_hypothesis", std::move(under)},
          {"heroin_25mg_that_halve_breathing_without_naltrexone", one.halves_open}};
}

Json lost(const Competition& all) {
  if (!all.lost) return nullptr;
  Json factors = Json::object();
  for (std::size_t h = 0; h < all.lost->factors.size(); ++h) {
    Json list = Json::array();
    for (const auto& one : all.lost->factors[h]) list.push_back(or_null(one));
    factors[all.hypotheses[h]] = std::move(list);
  }
  return {{"days_after_the_last_opioid", all.lost->days},
          {"times_as_strong_on_breathing", std::move(factors)}};
}

Json sentences(const Competition& all) {
  Json list = Json::array();
  for (const Sentence& one : all.say) {
    list.push_back({{"says", one.text}, {"grade", one.grade}, {"sources", one.sources}});
  }
  return list;
}

}  // namespace

std::string competition_json(const Competition& all, const Check& check) {
  Json opioids = Json::array(), left_out = Json::array(), hypotheses = Json::array();
  for (const OpioidTaken& one : all.opioids) opioids.push_back(object(one));
  for (const NotSimulated& one : all.left_out) {
    left_out.push_back({{"what", one.what}, {"why", one.why}});
  }
  for (std::size_t h = 0; h < all.hypotheses.size(); ++h) {
    hypotheses.push_back({{"id", all.hypotheses[h]}, {"label", all.labels[h]}});
  }
  const auto earliest = check.earliest();
  const Json json = {
      {"says", never_lowers},
      {"first_dose", text_of(all.start)},
      {"rules_earliest", earliest ? Json(text_of(*earliest)) : Json(nullptr)},
      {"naltrexone", all.regimen},
      {"opioids", std::move(opioids)},
      {"not_simulated", std::move(left_out)},
      {"hypotheses", std::move(hypotheses)},
      {"withdrawal_simulated", all.withdrawal},
      {"window_h", all.window},
      {"hours", all.hours},
      {"first_doses", first_doses(all, check)},
      {"band", band(all)},
      {"block", block(all)},
      {"tolerance_lost", lost(all)},
      {"must_be_said", sentences(all)},
      {"protocols", {{"withdrawal", all.withdrawal_protocol}, {"block", all.block_protocol}}}};
  return json.dump(2) + "\n";
}

}  // namespace vesper::safety
