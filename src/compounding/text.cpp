#include "evidence/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compounding/directions.h"
#include "compounding/report.h"
#include "simulate/run.h"

namespace vesper::compounding {

namespace {

using evidence::padded;
using evidence::padded_left;
using evidence::wrapped;

constexpr std::size_t columns = 100;

class Text {
 public:
  Text(const Compounded& all, const Knowledge& knowledge) : all_(all), knowledge_(knowledge) {}

  std::string text() {
    head();
    components();
    list("STEPS", all_.sheet.procedure, true);
    list("LABEL", all_.sheet.label, false);
    use_by();
    if (all_.uniformity) list("UNIFORMITY", uniformity_lines(all_, knowledge_), false);
    if (all_.exposure) exposure();
    if (all_.sheet.cost) list("COST", cost_lines(*all_.sheet.cost), false);
    bullets("ASSUMED, because the recipe does not say", all_.recipe.assumed);
    bullets("TO BE SAID WITH IT", all_.sheet.warnings);
    sources();
    out_ += "\n" + wrapped(pharmacist, columns, "  ", "  ") + "  " +
            std::string(simulate::disclaimer) + "\n";
    return std::move(out_);
  }

 private:
  void head() {
    const Recipe& recipe = all_.recipe;
    const Worksheet& sheet = all_.sheet;
    out_ += fmt::format(
        "{} · {:.6g} {}{} · made {}\n\n", recipe.title, recipe.quantity,
        unit_name(recipe, recipe.quantity),
        recipe.overage > 0 ? fmt::format(" and {:.3g} % over", recipe.overage * 100) : "",
        files::date_text(recipe.made));
    if (recipe.powder) {
      line(fmt::format(
          "salt factor {:.4f} ({} for {}), assay {:.4g} %{}", sheet.salt_factor,
          recipe.powder->form, recipe.as, recipe.powder->assay * 100,
          recipe.powder->water > 0
              ? fmt::format(" of the {} powder, water {:.3g} %",
                            recipe.powder->as_is ? "whole" : "dry", recipe.powder->water * 100)
              : ""));
    } else {
      line(fmt::format("salt factor {:.4f}; {:.4g} tablets of {:.4g} mg", sheet.salt_factor,
                       sheet.tablets, recipe.tablets->mass));
    }
    line(fmt::format("{:.4g} mg of {} as {} in the batch: {} of {}", sheet.drug, recipe.drug,
                     recipe.as, mass_text(sheet.powder),
                     recipe.powder ? "powder" : "crushed tablets"));
    line(fmt::format("least weighable on the {}: {:.4g} mg ({:.4g} mg, {:.3g} %)",
                     recipe.balance.name, sheet.least, recipe.balance.sensitivity,
                     recipe.balance.error));
    if (!sheet.size.empty()) {
      line(fmt::format("capsule size {}: {:.4g} mg of fill, {:.4g} mg of it drug powder ({:.2g} %)",
                       sheet.size, sheet.fill, sheet.powder_of_unit, sheet.percent_of_unit()));
    } else if (sheet.fill > 0) {
      line(fmt::format("one {} weighs {:.4g} mg, {:.4g} mg of it drug powder ({:.2g} %)",
                       recipe.form.unit, sheet.fill, sheet.powder_of_unit,
                       sheet.percent_of_unit()));
    }
  }
  void line(const std::string& text) { out_ += wrapped(text, columns, "  ", "    "); }

  void components() {
    out_ += "\nCOMPONENTS\n";
    for (const Component& one : all_.sheet.components) {
      std::string lot = one.lot.number.empty() ? "lot ________" : "lot " + one.lot.number;
      if (one.lot.expires) lot += ", expires " + files::date_text(*one.lot.expires);
      out_ += fmt::format("  [ ] {} {} {} {}\n", padded(one.how, 10),
                          padded_left(amount_text(one), 14), padded(one.name, 50), lot);
    }
  }

  void list(const char* title, const std::vector<std::string>& lines, bool boxes) {
    out_ += fmt::format("\n{}\n", title);
    std::size_t k = 0;
    for (const std::string& one : lines) {
      const std::string first = boxes ? fmt::format("  [ ] {:>2}. ", ++k) : "  ";
      out_ += wrapped(one, columns, first, std::string(boxes ? 10 : 4, ' '));
    }
  }
  void bullets(const char* title, const std::vector<std::string>& lines) {
    if (lines.empty()) return;
    out_ += fmt::format("\n{}\n", title);
    for (const std::string& one : lines) out_ += wrapped(one, columns, "  • ", "    ");
  }

  void use_by() {
    out_ += fmt::format("\nUSE BY {}{}\n", files::date_text(all_.sheet.use_by.on()),
                        all_.sheet.use_by.cold ? ", in the refrigerator" : "");
    for (const Limit& one : all_.sheet.use_by.limits) {
      out_ += wrapped(one.says, columns, "  " + files::date_text(one.on) + "  ", "              ");
    }
  }

  static std::string spread(const DaySpread& one) {
    return fmt::format("{:.3g} ({:.3g}, {:.3g}-{:.3g})", one.label, one.median, one.least,
                       one.most);
  }
  void exposure() {
    const Exposure& all = *all_.exposure;
    out_ += fmt::format("\nEXPOSURE with {}: label (median, least-most of {} days)\n", all.of,
                        all.days);
    out_ += fmt::format("  {}{}{}{}{}\n", padded("", 4), padded_left("Cmax " + all.unit, 28),
                        padded_left("AUC24 h " + all.unit, 28), padded_left("MOR highest %", 24),
                        padded_left("h/day > 50 %", 22));
    for (std::size_t h = 0; h < all.hypotheses.size(); ++h) {
      const Exposure::Under& one = all.under[h];
      out_ += fmt::format("  {}{}{}{}{}\n", padded(all.hypotheses[h], 4),
                          padded_left(spread(one.peak), 28), padded_left(spread(one.area), 28),
                          padded_left(spread(one.highest), 24), padded_left(spread(one.hours), 22));
    }
    out_ += wrapped("The typical patient, one unit a day; occupancy is no effect on health.",
                    columns, "  ", "  ");
  }

  void sources() {
    out_ += "\nSOURCES\n";
    for (const std::string& id : sources_of(all_, knowledge_)) {
      out_ += wrapped(fmt::format("{} ({})", knowledge_.citation(id), id), columns, "  ", "    ");
    }
  }

  const Compounded& all_;
  const Knowledge& knowledge_;
  std::string out_;
};

}  // namespace

std::string amount_text(const Component& component) {
  if (component.unit == "mg") return mass_text(component.amount);
  return fmt::format("{:.5g} {}", component.amount, component.unit);
}

std::string unit_name(const Recipe& recipe, double count) {
  return recipe.form.unit + (recipe.counted() && count != 1 ? "s" : "");
}

std::string share_text(const Share& one) {
  const auto text = [](double value) {
    return value > 0.999 && value < 1 ? fmt::format("{:.2f}", std::floor(value * 10000) / 100)
                                      : fmt::format("{:.3g}", value * 100);
  };
  return fmt::format("{} % [{}-{}]", text(one.value), text(one.low), text(one.high));
}

std::vector<std::string> uniformity_lines(const Compounded& all, const Knowledge& knowledge) {
  std::vector<std::string> lines;
  const Uniformity& one = *all.uniformity;
  const TestLimits& limits = knowledge.test;
  lines.push_back(
      fmt::format("CV of a unit {:.2g} %: particles {:.2g} %, mixing {:.2g} %, fill {:.2g} %; of "
                  "the batch's mean "
                  "{:.2g} %, from weighing",
                  100 * one.unit, 100 * one.particles, 100 * one.mixing, 100 * one.filling,
                  100 * one.weighing));
  lines.push_back(fmt::format(
      "{} batches simulated (seed {}): acceptance value of {} units {:.1f} "
      "[{:.1f}-{:.1f}], at most {:g} passes",
      one.batches, one.seed, limits.first, one.AV_median, one.AV_low, one.AV_high, limits.L1));
  lines.push_back(fmt::format("passes with {} units {}; with {} at the latest {}", limits.first,
                              share_text(one.first), limits.second, share_text(one.passes)));
  lines.push_back(
      fmt::format("units outside 85 to 115 % of the label: {}", share_text(one.outside)));
  for (const std::string& remark : one.remarks) lines.push_back(remark);
  if (all.assayed) {
    const Acceptance& first = all.assayed->first;
    lines.push_back(fmt::format("assayed, {} units: mean {:.1f} %, sd {:.2f}, M {:.1f}, AV {:.1f}",
                                first.units, first.mean, first.sd, first.M, first.AV));
    if (all.assayed->second) {
      const Acceptance& second = *all.assayed->second;
      lines.push_back(fmt::format(
          "assayed, {} units: mean {:.1f} %, sd {:.2f}, M {:.1f}, AV {:.1f}, units {:.1f} to "
          "{:.1f} %",
          second.units, second.mean, second.sd, second.M, second.AV, second.least, second.most));
    }
    lines.push_back("the batch " + all.assayed->says);
  }
  return lines;
}

std::vector<std::string> cost_lines(const Cost& cost) {
  std::vector<std::string> lines;
  if (cost.batch) {
    lines.push_back(fmt::format("this batch {:.2f} {}, {:.3g} {} a dose", *cost.batch,
                                cost.currency, *cost.dose, cost.currency));
  }
  for (const Cost::PerPack& one : cost.packs) {
    lines.push_back(
        fmt::format("packs of {:g}: {:g} for {:g} doses{}, {:.2f} {} in all, {:.3g} {} a dose",
                    one.doses, one.packs, cost.course_doses,
                    one.off > 0 ? fmt::format(", {:.3g} % off", one.off * 100) : "", one.course,
                    cost.currency, one.dose, cost.currency));
  }
  return lines;
}

std::vector<std::string> sources_of(const Compounded& all, const Knowledge& knowledge) {
  std::vector<std::string> ids = {all.recipe.form.source};
  const auto add = [&](const std::string& id) {
    if (!id.empty() && std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
  };
  add(all.recipe.balance.source);
  if (!all.sheet.size.empty()) add(knowledge.sizes_source);
  for (const Excipient* one : {all.recipe.filler, all.recipe.base}) {
    if (one != nullptr) add(one->source);
  }
  for (const Ingredient& one : all.recipe.ingredients) add(one.excipient->source);
  for (const Limit& one : all.sheet.use_by.limits) add(one.source);
  if (all.uniformity) {
    add(knowledge.test.source);
    add("rohrs-2006");
    add(knowledge.poisson_source);
  }
  return ids;
}

std::string compound_text(const Compounded& all, const Knowledge& knowledge) {
  return Text(all, knowledge).text();
}

}  // namespace vesper::compounding
