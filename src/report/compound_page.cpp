#include "report/compound_page.h"

#include <fmt/format.h>

#include "compounding/directions.h"
#include "report/evidence_document.h"
#include "report/format.h"

namespace vesper::report {

namespace {

using namespace compounding;

constexpr std::string_view style = R"css(<style>
.box { display: inline-block; width: 15px; height: 15px; border: 1.5px solid var(--ink); vertical-align: -2px; margin-right: 8px; }
.line { display: inline-block; min-width: 7em; border-bottom: 1px solid var(--ink); }
.label { border: 2px solid var(--ink); border-radius: 6px; padding: 12px 18px; max-width: 34em; break-inside: avoid; }
.label p { margin: 0 0 5px; } .label p:first-child { font-weight: 700; font-size: 17px; }
ol.steps { list-style: none; padding-left: 0; } ol.steps li { margin: 0 0 8px; max-width: 80ch; break-inside: avoid; }
table.sign td { height: 2.4em; }
@media print {
  @page { size: A4; margin: 16mm; }
  body { font-size: 12px; } h1 { font-size: 24px; } h2 { font-size: 17px; margin: 18px 0 6px; padding-top: 8px; }
  header.top { padding-top: 0; } main, header.top, footer { padding: 0; } .scroll { overflow: visible; }
}
</style>
)css";

std::string items(const std::vector<std::string>& lines) {
  std::string out = "<ul>\n";
  for (const std::string& one : lines) out += "<li>" + html(one) + "</li>\n";
  return out + "</ul>\n";
}

std::string section(const char* id, const char* title, const std::string& body) {
  return fmt::format("<section id=\"{}\"><h2>{}</h2>\n{}</section>\n", id, title, body);
}

std::string figures(const Compounded& all) {
  const Worksheet& sheet = all.sheet;
  const Recipe& recipe = all.recipe;
  std::string out = "<table><tbody>\n";
  const auto row = [&](const std::string& name, const std::string& value) {
    out += table_row({html(name), html(value)});
  };
  row("salt factor", fmt::format("{:.4f}", sheet.salt_factor));
  row(fmt::format("{} in the batch, as {}", recipe.drug, recipe.as), mass_text(sheet.drug));
  if (recipe.powder) {
    row("powder", fmt::format("{} (assay {:.4g} %, water {:.3g} %)", mass_text(sheet.powder),
                              recipe.powder->assay * 100, recipe.powder->water * 100));
  } else {
    row("tablets",
        fmt::format("{:.4g}: {} of crushed tablets", sheet.tablets, mass_text(sheet.powder)));
  }
  row(fmt::format("least weighable, {}", recipe.balance.name), mass_text(sheet.least));
  if (!sheet.size.empty()) row("capsule size", sheet.size);
  if (sheet.fill > 0) {
    row(sheet.size.empty() ? "weight of a unit" : "fill of a unit",
        fmt::format("{} ({} of drug powder, {:.2g} %)", mass_text(sheet.fill),
                    mass_text(sheet.powder_of_unit), sheet.percent_of_unit()));
  }
  return out + "</tbody></table>\n";
}

std::string components(const Worksheet& sheet) {
  std::string out =
      "<div class=\"scroll\"><table><thead>" +
      table_row({"", "component", "amount", "lot", "expires", "weighed", "initials"}, "th") +
      "</thead><tbody>\n";
  for (const Component& one : sheet.components) {
    const std::string blank = "<span class=\"line\">&nbsp;</span>";
    out += table_row({"<span class=\"box\"></span>" + html(one.how), html(one.name),
                      html(amount_text(one)), one.lot.number.empty() ? blank : html(one.lot.number),
                      one.lot.expires ? files::date_text(*one.lot.expires) : blank, blank, blank});
  }
  return out + "</tbody></table></div>\n";
}

std::string steps(const Worksheet& sheet) {
  std::string out = "<ol class=\"steps\">\n";
  std::size_t k = 0;
  for (const std::string& one : sheet.procedure) {
    out += fmt::format("<li><span class=\"box\"></span>{}. {}</li>\n", ++k, html(one));
  }
  return out + "</ol>\n<table class=\"sign\"><tbody>" +
         table_row({"made by", "<span class=\"line\">&nbsp;</span>", "checked by",
                    "<span class=\"line\">&nbsp;</span>", "on",
                    "<span class=\"line\">&nbsp;</span>", "batch",
                    "<span class=\"line\">&nbsp;</span>"}) +
         "</tbody></table>\n";
}

std::string label(const Worksheet& sheet) {
  std::string out = "<div class=\"label\">\n";
  for (const std::string& one : sheet.label) out += "<p>" + html(one) + "</p>\n";
  return out + "</div>\n";
}

std::string use_by(const Worksheet& sheet) {
  std::string out =
      fmt::format("<p><b>{}</b>{}</p>\n<table><tbody>\n", files::date_text(sheet.use_by.on()),
                  sheet.use_by.cold ? ", in the refrigerator" : "");
  for (const Limit& one : sheet.use_by.limits) {
    out += table_row({files::date_text(one.on), html(one.says)});
  }
  return out + "</tbody></table>\n<p class=\"note\">The earliest counts.</p>\n";
}

std::string day_spread(const DaySpread& one) {
  return fmt::format("{} <small>({}, {})</small>", number(one.label), number(one.median),
                     range(number(one.least), number(one.most)));
}

std::string exposure(const Exposure& all) {
  std::string out = "<table><thead>" +
                    table_row({"", "Cmax " + html(all.unit), "AUC24 h " + html(all.unit),
                               "MOR highest %", "MOR lowest %", "hours a day above 50 %"},
                              "th") +
                    "</thead><tbody>\n";
  for (std::size_t h = 0; h < all.hypotheses.size(); ++h) {
    const Exposure::Under& one = all.under[h];
    out += table_row({html(all.hypotheses[h] + " " + all.labels[h]), day_spread(one.peak),
                      day_spread(one.area), day_spread(one.highest), day_spread(one.lowest),
                      day_spread(one.hours)});
  }
  return out +
         fmt::format(
             "</tbody></table>\n<p class=\"note\">With {}: what the label gives (median, least "
             "to most of {} days). Typical patient, one unit a day, model {}. Occupancy is no "
             "effect on health.</p>\n",
             html(all.of), all.days, html(all.model));
}

}  // namespace

std::string compound_page(const Compounded& all, const Knowledge& knowledge) {
  const Recipe& recipe = all.recipe;
  std::string body(style);
  body += section("figures", "Calculation", figures(all));
  body += section("components", "Components", components(all.sheet));
  body += section("steps", "Batch record", steps(all.sheet));
  body += section("label", "Label", label(all.sheet));
  body += section("use-by", "Use by", use_by(all.sheet));
  if (all.uniformity) {
    body += section("uniformity", "Uniformity", items(uniformity_lines(all, knowledge)));
  }
  if (all.exposure) body += section("exposure", "Exposure", exposure(*all.exposure));
  if (all.sheet.cost) body += section("cost", "Cost", items(cost_lines(*all.sheet.cost)));
  if (!recipe.assumed.empty()) {
    body += section("assumed", "Assumed, because the recipe does not say", items(recipe.assumed));
  }
  std::vector<std::string> says = all.sheet.warnings;
  says.emplace_back(pharmacist);
  body += section("says", "To be said with it", items(says));
  std::string sources = "<ul>\n";
  for (const std::string& id : sources_of(all, knowledge)) {
    sources += "<li>" + citation_html(id, knowledge.sources) + "</li>\n";
  }
  body += section("sources", "Sources", sources + "</ul>\n");
  const std::string summary =
      fmt::format("<p class=\"summary\">{:.6g} {}{}, made {}, use by {}.</p>\n", recipe.quantity,
                  html(unit_name(recipe, recipe.quantity)),
                  recipe.overage > 0 ? fmt::format(" and {:.3g} % over", recipe.overage * 100) : "",
                  files::date_text(recipe.made), files::date_text(all.sheet.use_by.on()));
  return evidence_document("compounding worksheet", recipe.title, summary, body);
}

}  // namespace vesper::report
