#include "report/compound_page.h"

#include <fmt/format.h>

#include "files/write.h"
#include "report/evidence_document.h"
#include "report/format.h"

namespace vesper::report {

namespace {

using compounding::Findings;
using compounding::Knowledge;
using compounding::Part;
using compounding::Worksheet;

constexpr std::string_view style = R"css(
@page { size: A4; margin: 14mm; }
* { box-sizing: border-box; }
body { font: 11pt/1.35 "Liberation Sans", Arial, sans-serif; color: #000; background: #fff;
  max-width: 182mm; margin: 8mm auto; }
h1 { font-size: 17pt; margin: 0; } h2 { font-size: 12.5pt; margin: 6mm 0 2mm; }
p { margin: 1mm 0; } small, .note { font-size: 9pt; }
.caution { border: 1pt solid #000; padding: 1.5mm 3mm; font-weight: bold; }
table { border-collapse: collapse; width: 100%; }
th, td { border: .5pt solid #000; padding: 1mm 2mm; text-align: left; vertical-align: top; }
th { font-weight: bold; font-size: 9pt; } td.n { text-align: right; white-space: nowrap; }
td.blank { min-width: 16mm; } a { color: #000; overflow-wrap: anywhere; } time { white-space: nowrap; } td.box { width: 8mm; text-align: center; }
.box::before { content: "\2610"; font-size: 13pt; }
tr, .label { break-inside: avoid; } h2 { break-after: avoid; }
.label { border: 1.5pt solid #000; padding: 3mm 4mm; width: 95mm; }
.label p:first-child { font-weight: bold; font-size: 12.5pt; }
.sign { display: flex; gap: 8mm; margin-top: 8mm; } .sign span { flex: 1; border-top: .5pt solid
  #000; font-size: 9pt; }
@media print { body { margin: 0; max-width: none; } section.page { break-before: page; } }
)css";

std::string measure(const Part& part) {
  return part.unit == "mg" ? compounding::weight_text(part.amount)
                           : fmt::format("{:.4g} {}", part.amount, part.unit);
}

std::string row(const std::string& what, const std::string& value) {
  return fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", html(what), html(value));
}

std::string drug(const Findings& all, const Knowledge& knowledge) {
  const Worksheet& sheet = all.sheet;
  std::string out = "<section><h2>Drug</h2><table>\n";
  out +=
      row("wanted", fmt::format("{} as {}; {} of it ordered", compounding::weight_text(sheet.drug),
                                all.recipe.as, compounding::weight_text(sheet.ordered)));
  if (all.recipe.powder) {
    out += row("salt factor", fmt::format("{:.4f} ({} to {})", sheet.salt_factor, all.recipe.as,
                                          all.recipe.powder->form));
    out += row("content of the powder",
               fmt::format("{:.4g} % (assay {:.4g} % of the {}, water {:.4g} %)",
                           100 * sheet.content, 100 * all.recipe.powder->assay,
                           all.recipe.powder->as_is ? "powder as it is" : "dry powder",
                           100 * all.recipe.powder->water));
  } else {
    out += row("tablets", fmt::format("{} of {:g} mg, {} each", sheet.tablets,
                                      all.recipe.tablets->product.strength,
                                      compounding::weight_text(all.recipe.tablets->mass)));
  }
  out += row("powder", compounding::weight_text(sheet.powder));
  out +=
      row("least to weigh", fmt::format("{}: sensitivity {:g} mg, allowed error {:g} %",
                                        compounding::weight_text(sheet.least),
                                        all.recipe.balance.sensitivity, all.recipe.balance.error));
  for (const auto& one : sheet.dilutions) {
    out += row("aliquot", fmt::format("{} and {} of diluent make {}; take {}, one part in {}",
                                      compounding::weight_text(one.drug),
                                      compounding::weight_text(one.diluent),
                                      compounding::weight_text(one.total),
                                      compounding::weight_text(one.aliquot), one.factor));
  }
  if (sheet.stock) {
    out += row("stock solution",
               fmt::format("{} in {:g} mL; take {:g} mL, one part in {}",
                           compounding::weight_text(sheet.stock->drug), sheet.stock->volume,
                           sheet.stock->take, sheet.stock->factor));
  }
  if (!sheet.size.empty()) {
    out += row("capsule", fmt::format("size {}, {:.2f} mL ({}): {} in each", sheet.size,
                                      sheet.volume, knowledge.citation(knowledge.sizes_source),
                                      compounding::weight_text(sheet.fill)));
  }
  return out + "</table></section>\n";
}

// What was weighed is written beside what was to be weighed.
std::string record(const Worksheet& sheet) {
  std::string out =
      "<section class=\"page\"><h2>Batch record</h2>\n<p>Batch number ________________ &emsp; Made "
      "on ________________ &emsp; Balance ________________</p>\n<table><thead><tr><th></th>"
      "<th>component</th><th>to weigh or measure</th><th>weighed</th><th>lot</th><th>expires</th>"
      "<th>done</th><th>checked</th></tr></thead><tbody>\n";
  const auto line = [&](const std::string& what, const std::string& amount,
                        const compounding::Lot& lot) {
    out += fmt::format(
        "<tr><td class=\"box\"></td><td>{}</td><td class=\"n\">{}</td><td class=\"blank\"></td>"
        "<td>{}</td><td>{}</td><td class=\"blank\"></td><td class=\"blank\"></td></tr>\n",
        html(what), html(amount), html(lot.number),
        lot.expires ? "<time>" + files::date_text(*lot.expires) + "</time>" : "");
  };
  for (std::size_t i = 0; i < sheet.dilutions.size(); ++i) {
    const auto& one = sheet.dilutions[i];
    line(i == 0 ? "drug's powder, for the dilution" : "aliquot, diluted again",
         compounding::weight_text(one.drug), sheet.parts.front().lot);
    line("diluent", compounding::weight_text(one.diluent), sheet.parts.back().lot);
  }
  if (sheet.stock) {
    line("drug's powder, for the stock solution", compounding::weight_text(sheet.stock->drug),
         sheet.parts.front().lot);
  }
  for (const Part& part : sheet.parts) {
    line(part.what + (part.make_up ? fmt::format(", to make up to {:g} mL", sheet.units) : ""),
         measure(part), part.lot);
  }
  out +=
      "</tbody></table>\n<h2>Steps</h2>\n<table><thead><tr><th></th><th>step</th><th>done</th>"
      "<th>checked</th></tr></thead><tbody>\n";
  for (const std::string& step : sheet.steps) {
    out += fmt::format(
        "<tr><td class=\"box\"></td><td>{}</td><td class=\"blank\"></td><td "
        "class=\"blank\"></td></tr>\n",
        html(step));
  }
  out += "</tbody></table>\n";
  if (sheet.fill > 0) {
    out += fmt::format("<h2>Fill weights, {} each</h2>\n<table><tr>",
                       html(compounding::weight_text(sheet.fill)));
    for (int i = 1; i <= 10; ++i) out += fmt::format("<td>{}<br>&nbsp;</td>", i);
    out += "</tr></table>\n";
  }
  return out +
         "<div class=\"sign\"><span>made by, date</span><span>checked by, date</span>"
         "<span>released by, date</span></div></section>\n";
}

std::string label(const Findings& all, const Knowledge& knowledge) {
  const Worksheet& sheet = all.sheet;
  std::string out = "<section><h2>Label</h2>\n<div class=\"label\">";
  for (const std::string& line : sheet.label) out += "<p>" + html(line) + "</p>\n";
  out += "<p>Batch ____________</p></div></section>\n<section><h2>Use by " +
         files::date_text(sheet.beyond_use.date) +
         "</h2>\n<table><thead><tr><th>date</th><th>because</th><th>source</th></tr></thead>"
         "<tbody>\n";
  for (const auto& one : sheet.beyond_use.limits) {
    out += table_row({"<time>" + files::date_text(one.date) + "</time>", html(one.says),
                      one.source.empty()
                          ? ""
                          : citation_html(one.source, knowledge.sources) + "; " + html(one.grade)});
  }
  return out + "</tbody></table></section>\n";
}

std::string share(const compounding::Share& one) {
  return fmt::format("{:.2f} % ({:.2f} to {:.2f})", 100 * one.value, 100 * one.low, 100 * one.high);
}

std::string uniformity(const Findings& all, const Knowledge& knowledge) {
  std::string out;
  if (all.uniformity) {
    const auto& found = *all.uniformity;
    out += "<section><h2>Uniformity, expected</h2><table>\n";
    out += row("variation between units (CV)",
               fmt::format("{:.2f} %: particles {:.2f} %, mixing {:.2f} %, fill weight {:.2f} %",
                           100 * found.variation.cv(), 100 * found.variation.particles,
                           100 * found.variation.mixing, 100 * found.variation.filling));
    out += row("weighing errors of the batch",
               fmt::format("at most {:.2f} %", 100 * found.variation.largest_weighing()));
    out += row(fmt::format("passes with {} units", knowledge.test.first), share(found.first));
    out +=
        row(fmt::format("passes with {} or {} units", knowledge.test.first, knowledge.test.second),
            share(found.passed));
    out += fmt::format(
        "</table>\n<p class=\"note\">{} simulated batches, seed {}; 95 % intervals. "
        "Test: {}</p></section>\n",
        grouped(found.batches), found.seed,
        citation_html(knowledge.test.source, knowledge.sources));
  }
  if (all.assayed) {
    const auto& verdict = all.assayed->verdict;
    out += "<section><h2>Assays</h2>\n<p><b>The batch " +
           html(compounding::verdict_text(verdict, knowledge.test)) + ".</b></p>\n<table><thead>" +
           table_row({"units", "mean", "sd", "M", "acceptance value", "lowest", "highest"}, "th") +
           "</thead><tbody>\n";
    for (const auto* stage : {&verdict.first, verdict.second ? &*verdict.second : nullptr}) {
      if (stage == nullptr) continue;
      out +=
          table_row({fmt::format("{}", stage->units), fmt::format("{:.2f} %", stage->mean),
                     fmt::format("{:.2f}", stage->sd), fmt::format("{:.2f}", stage->reference),
                     fmt::format("{:.2f}", stage->acceptance), fmt::format("{:.1f}", stage->lowest),
                     fmt::format("{:.1f}", stage->highest)});
    }
    out += "</tbody></table></section>\n";
  }
  return out;
}

std::string spread(const compounding::Spread& one) {
  return fmt::format("{} ({} to {})", number(one.mean), number(one.low), number(one.high));
}

std::string exposure(const Findings& all) {
  if (!all.exposure) return "";
  const auto& found = *all.exposure;
  std::string out = fmt::format(
      "<section><h2>Exposure</h2>\n<p>{}, typical patient, model {}: {} days of the label's dose "
      "at "
      "22:00, then {} days as below. A day's mean, and the lowest and highest day.</p>\n<table>"
      "<thead>",
      html(found.product), html(found.model), compounding::exposure_days,
      compounding::exposure_days);
  out += table_row({"taken", "hypothesis", "AUC of naltrexone, ng/mL·h", "Cmax, ng/mL",
                    "hours a day with MOR above 50 %"},
                   "th") +
         "</thead><tbody>\n";
  for (std::size_t batch = 0; batch <= found.batches.size(); ++batch) {
    for (const auto& one : found.rows) {
      if (one.batch != batch) continue;
      out +=
          table_row({html(batch == 0 ? "the label's dose" : found.batches[batch - 1].says),
                     html(one.hypothesis), spread(one.area), spread(one.peak), spread(one.hours)});
    }
  }
  return out + "</tbody></table></section>\n";
}

std::string cost(const Worksheet& sheet) {
  if (!sheet.cost) return "";
  const auto& found = *sheet.cost;
  std::string out = "<section><h2>Cost</h2>\n";
  if (found.batch) {
    out += fmt::format("<p>This batch {:.2f} {}: {:.2f} a dose.</p>\n", *found.batch,
                       html(found.currency), *found.made_dose);
  }
  if (found.offers.empty()) return out + "</section>\n";
  out += "<table><thead>" +
         table_row({"packs", "price, " + html(found.currency), "a dose", "left over"}, "th") +
         "</thead><tbody>\n";
  for (const auto& one : found.offers) {
    out += table_row({fmt::format("{:g} × {:g} doses{}", one.packs, one.doses,
                                  one.off > 0 ? fmt::format(", {:g} % off", 100 * one.off) : ""),
                      fmt::format("{:.2f}", one.price), fmt::format("{:.2f}", one.per_dose),
                      fmt::format("{:g}", one.left)});
  }
  return out + "</tbody></table></section>\n";
}

std::string list(const char* title, const std::vector<std::string>& lines) {
  if (lines.empty()) return "";
  std::string out = fmt::format("<section><h2>{}</h2><ul>\n", title);
  for (const std::string& line : lines) out += "<li>" + html(line) + "</li>\n";
  return out + "</ul></section>\n";
}

}  // namespace

std::string compound_page(const Findings& all, const Knowledge& knowledge) {
  const compounding::Recipe& recipe = all.recipe;
  const std::string caution =
      fmt::format("<p class=\"caution\">{}</p>\n", html(compounding::caution));
  std::string out =
      "<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n<meta name=\"generator\" content=\"Vesper " VESPER_VERSION
      "\">\n<title>" +
      html(recipe.title) + "</title>\n<style>";
  out += style;
  out += fmt::format(
      "</style>\n</head>\n<body>\n<h1>{}</h1>\n<p>{} · {:g} {}{} ordered, {:g} made "
      "· {}</p>\n",
      html(recipe.title), html(compounding::name_of(recipe)), recipe.quantity,
      html(recipe.form.unit), recipe.counted() ? "s" : "", all.sheet.units,
      files::date_text(recipe.made));
  out += caution + drug(all, knowledge) + label(all, knowledge) + list("Mind", all.sheet.warnings) +
         record(all.sheet) + uniformity(all, knowledge) + exposure(all) + cost(all.sheet) +
         list("Not in the recipe, and taken instead", recipe.assumed) + caution;
  return out + "</body>\n</html>\n";
}

Result<void> write_compound(const Findings& all, const Knowledge& knowledge,
                            const std::filesystem::path& file) {
  return files::write_whole(file, compound_page(all, knowledge));
}

}  // namespace vesper::report
