#include <fmt/format.h>

#include <cmath>

#include "compounding/print.h"

namespace vesper::compounding {

namespace {

std::string measure(const Part& part) {
  return part.unit == "mg" ? weight_text(part.amount)
                           : fmt::format("{:.4g} {}", part.amount, part.unit);
}

std::string percent(double fraction) {
  return fmt::format("{:.3g} %", 100 * fraction);
}

// "99.4 % (99.2-99.5)"
std::string share_text(const Share& share) {
  return fmt::format("{:.2f} % ({:.2f}-{:.2f})", 100 * share.value, 100 * share.low,
                     100 * share.high);
}

std::string head(const Findings& all) {
  const Recipe& recipe = all.recipe;
  const Worksheet& sheet = all.sheet;
  std::string made = fmt::format("{:g} {}{}", recipe.quantity, recipe.form.unit,
                                 recipe.counted() && recipe.quantity != 1 ? "s" : "");
  if (sheet.units != recipe.quantity) {
    made += fmt::format(", {:g} made for what is lost", sheet.units);
  }
  return fmt::format("{}\n{} · {} · {}\n", recipe.title, name_of(recipe), made,
                     files::date_text(recipe.made));
}

std::string drug(const Findings& all) {
  const Recipe& recipe = all.recipe;
  const Worksheet& sheet = all.sheet;
  std::string out = "\nDrug\n";
  out += fmt::format("  wanted              {} as {}, {} of it ordered\n", weight_text(sheet.drug),
                     recipe.as, weight_text(sheet.ordered));
  if (recipe.powder) {
    out += fmt::format("  salt factor         {:.4f} ({} to {})\n", sheet.salt_factor, recipe.as,
                       recipe.powder->form);
    out += fmt::format("  content of powder   {} (assay {}, water {})\n", percent(sheet.content),
                       percent(recipe.powder->assay), percent(recipe.powder->water));
    out += fmt::format("  powder              {}\n", weight_text(sheet.powder));
  } else {
    out += fmt::format("  tablets             {} of {:g} mg, {} each\n", sheet.tablets,
                       recipe.tablets->product.strength, weight_text(recipe.tablets->mass));
    out += fmt::format("  crushed powder      {}{}\n", weight_text(sheet.powder),
                       sheet.whole_tablets ? ", all of it" : "");
  }
  out += fmt::format("  least to weigh      {} (sensitivity {:g} mg, error {:g} %)\n",
                     weight_text(sheet.least), recipe.balance.sensitivity, recipe.balance.error);
  for (const Dilution& one : sheet.dilutions) {
    out += fmt::format("  aliquot             {} + {} diluent = {}, take {} (1 in {})\n",
                       weight_text(one.drug), weight_text(one.diluent), weight_text(one.total),
                       weight_text(one.aliquot), one.factor);
  }
  if (sheet.stock) {
    out += fmt::format("  stock solution      {} to {:g} mL, take {:g} mL (1 in {})\n",
                       weight_text(sheet.stock->drug), sheet.stock->volume, sheet.stock->take,
                       sheet.stock->factor);
  }
  return out;
}

std::string batch(const Findings& all) {
  const Worksheet& sheet = all.sheet;
  std::string out = "\nBatch\n";
  for (const Part& part : sheet.parts) {
    out += fmt::format("  {:>10}  {}{}\n", measure(part), part.what,
                       part.make_up ? fmt::format(", to make up to {:g} mL", sheet.units) : "");
  }
  if (!sheet.size.empty()) {
    out += fmt::format("  capsule size {}, {:.2f} mL: {} in each, {} of it filler\n", sheet.size,
                       sheet.volume, weight_text(sheet.fill), weight_text(sheet.filler_per_unit));
  } else if (sheet.fill > 0) {
    out += fmt::format("  {} in each, {} of it base\n", weight_text(sheet.fill),
                       weight_text(sheet.filler_per_unit));
  }
  out += "\nSteps\n";
  for (std::size_t i = 0; i < sheet.steps.size(); ++i) {
    out += fmt::format("  {:>2}. {}\n", i + 1, sheet.steps[i]);
  }
  return out;
}

std::string until(const Findings& all, const Knowledge& knowledge) {
  const BeyondUse& found = all.sheet.beyond_use;
  std::string out = fmt::format("\nUse by {}, {}\n", files::date_text(found.date), found.storage);
  for (const BeyondUse::Limit& one : found.limits) {
    out += fmt::format("  {}  {}{}\n", files::date_text(one.date), one.says,
                       one.source.empty()
                           ? ""
                           : fmt::format(" [{}; {}]", knowledge.citation(one.source), one.grade));
  }
  out += "\nLabel\n";
  for (const std::string& line : all.sheet.label) out += "  " + line + "\n";
  return out;
}

std::string stage_text(const Stage& stage) {
  return fmt::format(
      "{} units: mean {:.1f} %, sd {:.2f}, M {:.1f}, acceptance value {:.2f}, "
      "lowest {:.1f}, highest {:.1f}\n",
      stage.units, stage.mean, stage.sd, stage.reference, stage.acceptance, stage.lowest,
      stage.highest);
}

std::string uniformity(const Findings& all, const Knowledge& knowledge) {
  std::string out;
  if (all.uniformity) {
    const Uniformity& found = *all.uniformity;
    const Variation& from = found.variation;
    out += fmt::format(
        "\nUniformity, expected\n"
        "  CV of a unit        {} (particles {}, mixing {}, fill weight {})\n",
        percent(from.cv()), percent(from.particles), percent(from.mixing), percent(from.filling));
    out += fmt::format("  of a whole batch    {}\n",
                       from.weighing.empty()
                           ? "nothing is weighed"
                           : fmt::format("weighing, at most {}", percent(from.largest_weighing())));
    out += fmt::format(
        "  passes USP <905>    {} with {} units, {} in all (95 % interval)\n"
        "                      of {} simulated batches, seed {}; median acceptance value {:.1f}\n",
        share_text(found.first), knowledge.test.first, share_text(found.passed), found.batches,
        found.seed, found.acceptance_median);
  }
  if (all.assayed) {
    const Verdict& verdict = all.assayed->verdict;
    out += fmt::format("\nAssays, {}\n  {}\n", all.assayed->file,
                       verdict_text(verdict, knowledge.test));
    out += "  " + stage_text(verdict.first);
    if (verdict.second) out += "  " + stage_text(*verdict.second);
  }
  return out;
}

std::string spread(const Spread& one, const char* unit) {
  return fmt::format("{:.3g} [{:.3g}-{:.3g}] {}", one.mean, one.low, one.high, unit);
}

std::string exposure(const Findings& all) {
  if (!all.exposure) return "";
  const Exposure& found = *all.exposure;
  std::string out = fmt::format(
      "\nExposure: {}\n  typical patient, {}; {} days of the label's dose at 22:00, then {} days "
      "as below; a day's mean [lowest-highest]\n",
      found.product, found.model, exposure_days, exposure_days);
  for (std::size_t batch = 0; batch <= found.batches.size(); ++batch) {
    out += fmt::format("  {}\n", batch == 0 ? "the label's dose" : found.batches[batch - 1].says);
    for (const Exposure::Row& row : found.rows) {
      if (row.batch != batch) continue;
      out += fmt::format("    {}: AUC {}, Cmax {}, MOR above 50 % {}\n", row.hypothesis,
                         spread(row.area, "ng/mL*h"), spread(row.peak, "ng/mL"),
                         fmt::format("{:.1f} [{:.1f}-{:.1f}] h a day", row.hours.mean,
                                     row.hours.low, row.hours.high));
    }
  }
  return out;
}

std::string cost(const Findings& all) {
  if (!all.sheet.cost) return "";
  const Cost& found = *all.sheet.cost;
  std::string out = "\nCost\n";
  if (found.batch) {
    out += fmt::format("  this batch          {:.2f} {}: {:.2f} a dose\n", *found.batch,
                       found.currency, *found.made_dose);
  }
  for (std::size_t i = 0; i < found.offers.size(); ++i) {
    const Cost::Offer& one = found.offers[i];
    out += fmt::format("  {:g} x {:g} doses{}{:.2f} {}: {:.2f} a dose{}{}\n", one.packs, one.doses,
                       one.off > 0 ? fmt::format(", {:g} % off, ", 100 * one.off) : ", ", one.price,
                       found.currency, one.per_dose,
                       one.left > 0 ? fmt::format(", {:g} left over", one.left) : "",
                       found.best == i && found.offers.size() > 1 ? "  least" : "");
  }
  if (found.course) out += fmt::format("  for a course of {:g} doses\n", *found.course);
  return out;
}

std::string list(const char* title, const std::vector<std::string>& lines) {
  if (lines.empty()) return "";
  std::string out = fmt::format("\n{}\n", title);
  for (const std::string& line : lines) out += "  " + line + "\n";
  return out;
}

}  // namespace

std::string text_of(const Findings& all, const Knowledge& knowledge) {
  return head(all) + drug(all) + batch(all) + until(all, knowledge) + uniformity(all, knowledge) +
         exposure(all) + cost(all) + list("Mind", all.sheet.warnings) +
         list("Not in the recipe, and taken instead", all.recipe.assumed) +
         fmt::format("\n{}\n", caution);
}

}  // namespace vesper::compounding
