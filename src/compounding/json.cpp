#include <nlohmann/json.hpp>

#include "compounding/report.h"
#include "simulate/run.h"

namespace vesper::compounding {

namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json object(const Share& one) {
  return {{"value", one.value},
          {"low", one.low},
          {"high", one.high},
          {"count", one.count},
          {"of", one.of}};
}

Json object(const Acceptance& one) {
  return {{"units", one.units},
          {"mean_percent", one.mean},
          {"sd_percent", one.sd},
          {"M", one.M},
          {"k", one.k},
          {"acceptance_value", one.AV},
          {"least_percent", one.least},
          {"most_percent", one.most},
          {"all_within", one.within},
          {"passes", one.passes}};
}

Json object(const DaySpread& one) {
  return {{"label", one.label}, {"least", one.least}, {"median", one.median}, {"most", one.most}};
}

Json components(const Worksheet& sheet) {
  Json list = Json::array();
  for (const Component& one : sheet.components) {
    list.push_back(
        {{"name", one.name},
         {"amount", one.amount},
         {"unit", one.unit},
         {"how", one.how},
         {"lot", one.lot.number},
         {"expires", one.lot.expires ? Json(files::date_text(*one.lot.expires)) : Json(nullptr)}});
  }
  return list;
}

Json dilutions(const Worksheet& sheet) {
  Json list = Json::array();
  for (const Dilution& one : sheet.dilutions) {
    list.push_back({{"drug_mg", one.drug},
                    {"diluent_mg", one.diluent},
                    {"total_mg", one.total},
                    {"aliquot_mg", one.aliquot},
                    {"one_part_in", one.factor}});
  }
  return list;
}

Json use_by(const BeyondUse& all) {
  Json limits = Json::array();
  for (const Limit& one : all.limits) {
    limits.push_back(
        {{"on", files::date_text(one.on)}, {"says", one.says}, {"source", one.source}});
  }
  return {{"on", files::date_text(all.on())}, {"refrigerator", all.cold}, {"limits", limits}};
}

Json uniformity(const Uniformity& one) {
  return {
      {"cv_particles", one.particles},
      {"cv_mixing", one.mixing},
      {"cv_filling", one.filling},
      {"cv_unit", one.unit},
      {"cv_batch_mean", one.weighing},
      {"batches", one.batches},
      {"seed", one.seed},
      {"passes_first_stage", object(one.first)},
      {"passes", object(one.passes)},
      {"units_outside_85_115_percent", object(one.outside)},
      {"acceptance_value", {{"median", one.AV_median}, {"q05", one.AV_low}, {"q95", one.AV_high}}},
      {"worst_batch_percent", one.worst},
      {"worst_batch_fails", one.worst_fails},
      {"remarks", one.remarks}};
}

Json assays(const Compounded& all) {
  if (!all.assayed) return nullptr;
  return {{"percent", all.assays},
          {"first_stage", object(all.assayed->first)},
          {"second_stage", all.assayed->second ? object(*all.assayed->second) : Json(nullptr)},
          {"passes", all.assayed->passes},
          {"undecided", all.assayed->undecided},
          {"says", all.assayed->says}};
}

Json exposure(const Exposure& all) {
  Json under = Json::object();
  for (std::size_t h = 0; h < all.hypotheses.size(); ++h) {
    const Exposure::Under& one = all.under[h];
    under[all.hypotheses[h]] = {{"label", all.labels[h]},
                                {"plasma_naltrexone_cmax", object(one.peak)},
                                {"plasma_naltrexone_auc24", object(one.area)},
                                {"mor_occupancy_highest_percent", object(one.highest)},
                                {"mor_occupancy_lowest_percent", object(one.lowest)},
                                {"hours_a_day_above_50_percent", object(one.hours)}};
  }
  return {{"of", all.of},
          {"model", all.model},
          {"plasma_unit", all.unit},
          {"days_before", all.before},
          {"days", all.days},
          {"under", under}};
}

Json cost(const Cost& all) {
  Json packs = Json::array();
  for (const Cost::PerPack& one : all.packs) {
    packs.push_back({{"doses", one.doses},
                     {"price", one.price},
                     {"packs", one.packs},
                     {"discount", one.off},
                     {"course", one.course},
                     {"dose", one.dose}});
  }
  return {{"currency", all.currency},
          {"batch", or_null(all.batch)},
          {"dose", or_null(all.dose)},
          {"course_doses", all.course_doses},
          {"packs", packs}};
}

}  // namespace

std::string compound_json(const Compounded& all, const Knowledge& knowledge) {
  const Recipe& recipe = all.recipe;
  const Worksheet& sheet = all.sheet;
  const Json json = {{"title", recipe.title},
                     {"form", recipe.form.id},
                     {"drug", recipe.drug},
                     {"as", recipe.as},
                     {"strength", recipe.strength},
                     {"quantity", recipe.quantity},
                     {"unit", recipe.form.unit},
                     {"overage", recipe.overage},
                     {"made", files::date_text(recipe.made)},
                     {"salt_factor", sheet.salt_factor},
                     {"drug_mg", sheet.drug},
                     {"powder_mg", sheet.powder},
                     {"tablets", sheet.tablets},
                     {"least_weighable_mg", sheet.least},
                     {"dilutions", dilutions(sheet)},
                     {"stock", sheet.stock ? Json{{"powder_mg", sheet.stock->powder},
                                                  {"volume_mL", sheet.stock->volume},
                                                  {"aliquot_mL", sheet.stock->aliquot}}
                                           : Json(nullptr)},
                     {"capsule_size", sheet.size},
                     {"fill_mg", sheet.fill},
                     {"powder_of_unit_mg", sheet.powder_of_unit},
                     {"components", components(sheet)},
                     {"doublings_mg", sheet.doublings},
                     {"procedure", sheet.procedure},
                     {"label", sheet.label},
                     {"use_by", use_by(sheet.use_by)},
                     {"uniformity", all.uniformity ? uniformity(*all.uniformity) : Json(nullptr)},
                     {"assays", assays(all)},
                     {"exposure", all.exposure ? exposure(*all.exposure) : Json(nullptr)},
                     {"cost", sheet.cost ? cost(*sheet.cost) : Json(nullptr)},
                     {"assumed", recipe.assumed},
                     {"warnings", sheet.warnings},
                     {"sources", sources_of(all, knowledge)},
                     {"says", pharmacist},
                     {"disclaimer", simulate::disclaimer}};
  return json.dump(2) + "\n";
}

}  // namespace vesper::compounding
