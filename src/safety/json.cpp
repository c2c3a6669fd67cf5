// The check as one JSON object: everything that the terminal shows, and the ids.
#include <nlohmann/json.hpp>

#include "safety/check.h"

namespace vesper::safety {

namespace {

using Json = nlohmann::ordered_json;

Json date(const std::optional<Date>& day) {
  return day ? Json(text_of(*day)) : Json(nullptr);
}

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json cited(const std::vector<std::string>& ids, const std::vector<evidence::SourceEntry>& all) {
  Json list = Json::array();
  for (const std::string& id : ids) {
    Json one = {{"id", id}};
    for (const evidence::SourceEntry& entry : all) {
      if (entry.id != id) continue;
      one["citation"] = entry.citation;
      one["locator"] = entry.locator;
    }
    list.push_back(std::move(one));
  }
  return list;
}

Json object(const Finding& one, const std::vector<evidence::SourceEntry>& sources) {
  return {{"rule", one.rule},         {"severity", text_of(one.severity)},
          {"title", one.title},       {"finding", one.text},
          {"do", one.actions},        {"steps", one.steps},
          {"until", date(one.until)}, {"until_says", one.until_text},
          {"why", one.why},           {"given", one.grounds},
          {"grade", one.grade},       {"sources", cited(one.sources, sources)}};
}

Json object(const Missing& one) {
  return {{"what", one.what}, {"rules", one.rules}, {"gravest", text_of(one.severity)}};
}

Json object(const Due& one) {
  return {{"on", text_of(one.on)},
          {"what", one.what},
          {"why", one.why},
          {"then_every", one.then_every ? Json(one.then_every->text) : Json(nullptr)},
          {"rule", one.rule}};
}

Json object(const SideEffect& one) {
  Json weeks = Json::array();
  for (const SideEffect::Week& week : one.by_week) {
    weeks.push_back({{"week", week.week},
                     {"incidence_percent", week.incidence},
                     {"placebo_percent", or_null(week.placebo)}});
  }
  return {{"effect", one.effect},
          {"incidence_percent", or_null(one.incidence)},
          {"placebo_percent", or_null(one.placebo)},
          {"dose", one.dose},
          {"weeks", or_null(one.weeks)},
          {"onset", one.onset},
          {"by_week", std::move(weeks)},
          {"population", one.population},
          {"n", or_null(one.n)},
          {"grade", one.grade},
          {"notes", one.notes},
          {"source", one.source}};
}

template <class T, class... More>
Json list(const std::vector<T>& all, const More&... more) {
  Json out = Json::array();
  for (const T& one : all) out.push_back(object(one, more...));
  return out;
}

}  // namespace

std::string check_json(const Check& check, const std::vector<evidence::SourceEntry>& sources,
                       const std::string& simulation) {
  Json json = {{"patient", check.patient},
               {"regimen", check.regimen},
               {"purpose", check.purpose},
               {"on", text_of(check.on)},
               {"start", text_of(check.start)},
               {"start_assumed", check.start_assumed},
               {"last_dose", date(check.last)},
               {"contraindicated", check.contraindicated()},
               {"verdict", verdict(check)},
               {"earliest", date(check.earliest())},
               {"rules_asked", check.rules},
               {"findings", list(check.findings, sources)},
               {"not_known", list(check.missing)},
               {"calendar", list(check.calendar)},
               {"side_effects", list(check.side_effects)},
               {"worked_out", check.derived},
               {"read_as", check.readings},
               {"disclaimer", disclaimer}};
  if (!simulation.empty()) json["simulation"] = Json::parse(simulation);
  return json.dump(2) + "\n";
}

}  // namespace vesper::safety
