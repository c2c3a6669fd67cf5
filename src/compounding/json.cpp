#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "compounding/print.h"

namespace vesper::compounding {

namespace {

using nlohmann::json;

json lot(const Lot& one) {
  json out = json::object();
  if (!one.number.empty()) out["number"] = one.number;
  if (one.expires) out["expires"] = files::date_text(*one.expires);
  return out;
}

json worksheet(const Worksheet& sheet) {
  json out = {{"drug_ordered_mg", sheet.ordered},
              {"drug_mg", sheet.drug},
              {"salt_factor", sheet.salt_factor},
              {"content_of_powder", sheet.content},
              {"powder_mg", sheet.powder},
              {"made", sheet.units},
              {"least_weighable_mg", sheet.least},
              {"steps", sheet.steps},
              {"label", sheet.label},
              {"warnings", sheet.warnings}};
  out["dilutions"] = json::array();
  for (const Dilution& one : sheet.dilutions) {
    out["dilutions"].push_back({{"drug_mg", one.drug},
                                {"diluent_mg", one.diluent},
                                {"total_mg", one.total},
                                {"aliquot_mg", one.aliquot},
                                {"factor", one.factor}});
  }
  if (sheet.stock) {
    out["stock"] = {{"drug_mg", sheet.stock->drug},
                    {"volume_mL", sheet.stock->volume},
                    {"take_mL", sheet.stock->take}};
  }
  if (sheet.tablets > 0) {
    out["tablets"] = {{"count", sheet.tablets}, {"all_used", sheet.whole_tablets}};
  }
  if (sheet.fill > 0) {
    out["unit"] = {{"fill_mg", sheet.fill}, {"filler_mg", sheet.filler_per_unit}};
    if (!sheet.size.empty()) {
      out["unit"]["capsule_size"] = sheet.size;
      out["unit"]["volume_mL"] = sheet.volume;
    }
  }
  out["parts"] = json::array();
  for (const Part& one : sheet.parts) {
    json part = {{"what", one.what}, {"amount", one.amount}, {"unit", one.unit}};
    if (json known = lot(one.lot); !known.empty()) part["lot"] = std::move(known);
    out["parts"].push_back(std::move(part));
  }
  return out;
}

json beyond_use(const BeyondUse& found) {
  json out = {{"date", files::date_text(found.date)}, {"storage", found.storage}};
  for (const BeyondUse::Limit& one : found.limits) {
    json limit = {{"date", files::date_text(one.date)}, {"says", one.says}};
    if (!one.source.empty()) {
      limit["source"] = one.source;
      limit["grade"] = one.grade;
    }
    out["limits"].push_back(std::move(limit));
  }
  return out;
}

json share(const Share& one) {
  return {{"batches", one.count}, {"share", one.value}, {"low_95", one.low}, {"high_95", one.high}};
}

json stage(const Stage& one) {
  return {{"units", one.units},
          {"mean_percent", one.mean},
          {"sd", one.sd},
          {"M", one.reference},
          {"acceptance_value", one.acceptance},
          {"lowest", one.lowest},
          {"highest", one.highest},
          {"passed", one.passed}};
}

json uniformity(const Uniformity& found) {
  return {{"cv", found.variation.cv()},
          {"cv_particles", found.variation.particles},
          {"cv_mixing", found.variation.mixing},
          {"cv_filling", found.variation.filling},
          {"weighing_at_most", found.variation.largest_weighing()},
          {"simulated_batches", found.batches},
          {"seed", found.seed},
          {"median_acceptance_value", found.acceptance_median},
          {"passed_first_stage", share(found.first)},
          {"passed", share(found.passed)}};
}

json assayed(const Assayed& found, const TestLimits& limits) {
  json out = {{"file", found.file},
              {"verdict", verdict_text(found.verdict, limits)},
              {"first_stage", stage(found.verdict.first)}};
  if (found.verdict.second) out["second_stage"] = stage(*found.verdict.second);
  return out;
}

json spread(const Spread& one) {
  return {{"mean", one.mean}, {"low", one.low}, {"high", one.high}};
}

json exposure(const Exposure& found) {
  json out = {{"model", found.model}, {"product", found.product}, {"failing", found.failing}};
  for (const Exposure::Batch& one : found.batches) {
    out["batches"].push_back({{"says", one.says}, {"contents_percent", one.contents}});
  }
  for (const Exposure::Row& one : found.rows) {
    out["rows"].push_back({{"hypothesis", one.hypothesis},
                           {"batch", one.batch},
                           {"auc_ng_h_per_mL", spread(one.area)},
                           {"cmax_ng_per_mL", spread(one.peak)},
                           {"hours_a_day_MOR_above_50_percent", spread(one.hours)}});
  }
  return out;
}

json cost(const Cost& found) {
  json out = {{"currency", found.currency}};
  if (found.batch) {
    out["batch"] = *found.batch;
    out["per_dose"] = *found.made_dose;
  }
  if (found.course) out["course_doses"] = *found.course;
  for (const Cost::Offer& one : found.offers) {
    out["offers"].push_back({{"doses", one.doses},
                             {"packs", one.packs},
                             {"off", one.off},
                             {"price", one.price},
                             {"per_dose", one.per_dose},
                             {"left_over", one.left}});
  }
  if (found.best) out["least"] = *found.best;
  return out;
}

}  // namespace

std::string json_of(const Findings& all, const Knowledge& knowledge) {
  const Recipe& recipe = all.recipe;
  json out = {{"title", recipe.title},
              {"what", name_of(recipe)},
              {"form", recipe.form.id},
              {"strength", strength_text(recipe)},
              {"quantity", recipe.quantity},
              {"made_on", files::date_text(recipe.made)},
              {"worksheet", worksheet(all.sheet)},
              {"beyond_use", beyond_use(all.sheet.beyond_use)},
              {"assumed", recipe.assumed},
              {"caution", caution}};
  if (all.uniformity) out["uniformity"] = uniformity(*all.uniformity);
  if (all.assayed) out["assays"] = assayed(*all.assayed, knowledge.test);
  if (all.exposure) out["exposure"] = exposure(*all.exposure);
  if (all.sheet.cost) out["cost"] = cost(*all.sheet.cost);
  return out.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace vesper::compounding
