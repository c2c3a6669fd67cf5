// Exposure against potency, as a figure; the verdicts; what each rests on.
#include <fmt/format.h>

#include <cmath>

#include "files/write.h"
#include "report/evidence_document.h"
#include "report/evidence_pages.h"
#include "report/format.h"

namespace vesper::report {

namespace {

using evidence::Band;
using evidence::Mechanism;
using evidence::Mechanisms;
using evidence::Potency;
using evidence::Reach;
using Sources = std::vector<evidence::SourceEntry>;

const evidence::Concentration* where(const Mechanisms& all, const std::string& id) {
  for (const evidence::Concentration& one : all.concentrations) {
    if (one.id == id) return &one;
  }
  return nullptr;
}

std::string hypothesis_name(const equations::Hypothesis& one) {
  return one.id.empty() ? "model as it stands" : one.id + " " + one.label;
}

std::string swatch(std::size_t hypothesis) {
  return fmt::format("var(--h{})", 1 + hypothesis % 8);
}

// --- the figure
// ------------------------------------------------------------------------------------

constexpr double width = 1030, label_width = 250, row_height = 34, top = 34;

// The potency as a bar, the exposure of each hypothesis as a dot, and the gap between.
std::string chart_row(const Mechanism& row, std::size_t at, const LogAxis& axis) {
  const double y = top + row_height * (static_cast<double>(at) + 0.5);
  const Potency& potency = row.target.potencies.front();
  Band band{INFINITY, 0};
  double highest = 0;
  for (const Reach& one : row.reach) {
    band.low = std::min(band.low, one.potency.low);
    band.high = std::max(band.high, one.potency.high);
    highest = std::max(highest, one.highest_concentration);
  }
  std::string out =
      fmt::format("<text x=\"0\" y=\"{:.1f}\">{}</text>\n", y + 4.5, html(row.target.id));
  if (highest > 0 && highest < band.low) {
    out += fmt::format(
        "<line class=\"gap\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
        "<text class=\"soft\" text-anchor=\"middle\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
        axis.at(highest), axis.at(band.low), y, y, (axis.at(highest) + axis.at(band.low)) / 2,
        y - 5, html(evidence::margin_text(row)));
  }
  out += fmt::format(
      "<line class=\"potency{}\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\">"
      "<title>{}</title></line>\n",
      potency.recalled || potency.excluded() ? " guess" : "", axis.at(band.low),
      axis.at(band.high) + 0.1, y, y, html(evidence::potency_text(row)));
  for (std::size_t h = 0; h < row.reach.size(); ++h) {
    const Reach& one = row.reach[h];
    if (!(one.highest_concentration > 0)) continue;
    out += fmt::format(
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"5\" fill=\"{}\"><title>{} highest {} nM, average "
        "{} nM</title></circle>\n",
        axis.at(one.highest_concentration), y, swatch(h), html(one.hypothesis),
        number(one.highest_concentration), number(one.mean_concentration));
  }
  return out;
}

std::string chart(const Mechanisms& all) {
  std::vector<const Mechanism*> rows;
  std::vector<double> values;
  for (const Mechanism& row : all.rows) {
    if (row.target.potencies.empty()) continue;
    rows.push_back(&row);
    for (const Reach& one : row.reach) {
      values.insert(values.end(), {one.potency.low, one.potency.high, one.highest_concentration});
    }
  }
  if (rows.empty()) return "";
  const LogAxis axis = LogAxis::around(values, label_width, width - 20);
  const double bottom = top + row_height * static_cast<double>(rows.size());
  std::string out = fmt::format(
      "<figure><h4>Highest unbound concentration against potency</h4>\n<svg class=\"chart\" "
      "viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"highest unbound concentration "
      "against potency, by target\">\n",
      width, bottom + 10);
  for (const double value : axis.decades()) {
    out += fmt::format(
        "<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.0f}\" y2=\"{2:.0f}\"/>"
        "<text class=\"soft\" text-anchor=\"middle\" x=\"{0:.1f}\" y=\"{3:.0f}\">{4}</text>\n",
        axis.at(value), top - 6, bottom, top - 14, decade_of_nanomolar(value));
  }
  for (std::size_t i = 0; i < rows.size(); ++i) out += chart_row(*rows[i], i, axis);
  out += "</svg>\n<div class=\"key\">";
  for (std::size_t h = 0; h < all.hypotheses.size(); ++h) {
    out += fmt::format("<span><i class=\"dot\" style=\"background:{}\"></i>{}</span>", swatch(h),
                       html(hypothesis_name(all.hypotheses[h])));
  }
  return out +
         "</div>\n<figcaption>Bars are potencies, over hypotheses and sources; pale where it is "
         "carried from memory or is the highest concentration without an effect. Dots are the "
         "highest concentration of the drug where the target lies. Left of its bar a dot is out of "
         "reach by the factor that is written there.</figcaption></figure>\n";
}

// --- tables
// ----------------------------------------------------------------------------------------

std::string place_of(const Mechanisms& all, const Mechanism& row) {
  if (row.target.potencies.empty()) return "";
  const evidence::Concentration* found = where(all, row.target.potencies.front().at);
  return found == nullptr ? "" : found->says;
}

std::string verdicts(const Mechanisms& all) {
  std::string out =
      "<section id=\"verdicts\"><h2>Verdicts</h2>\n<div class=\"scroll\"><table>\n<thead>" +
      table_row({"target", "potency", "reaches", "margin", "highest", "average",
                 "hours a day<br>above 50 %", "hours a day<br>above 90 %", "grade"},
                "th") +
      "</thead><tbody>\n";
  for (const Mechanism& row : all.rows) {
    const std::string name = fmt::format("<a href=\"#{0}\">{0}</a><br><small>{1}</small>",
                                         html(row.target.id), html(row.target.name));
    out += "<tr class=\"figures\"><td rowspan=\"2\" class=\"target\">" + name + "</td>";
    for (const std::string& figure :
         {evidence::potency_text(row), evidence::concentration_text(row),
          evidence::margin_text(row), evidence::occupancy_text(row, &Reach::highest),
          evidence::occupancy_text(row, &Reach::mean), evidence::hours_text(row, &Reach::hours_50),
          evidence::hours_text(row, &Reach::hours_90)}) {
      out += "<td class=\"figure\">" + html(figure == "-" ? "–" : figure) + "</td>";
    }
    out += "<td>" + grade_html(row.target.grade) +
           "</td></tr>\n<tr><td class=\"verdict\" colspan=\"8\">" + html(row.verdict) +
           "</td></tr>\n";
  }
  return out +
         "</tbody></table></div>\n<p class=\"note\">Ranges are over hypotheses and potencies. * "
         "carried from memory, not yet read in a source: decides nothing by "
         "itself.</p></section>\n";
}

std::string exposure(const Mechanisms& all) {
  std::string out =
      "<section id=\"exposure\"><h2>Under each hypothesis</h2>\n<div class=\"scroll\"><table>\n";
  std::vector<std::string> head = {""};
  for (const auto& one : all.hypotheses) head.push_back(html(hypothesis_name(one)));
  out += "<thead>" + table_row(head, "th") + "</thead><tbody>\n";
  for (std::size_t i = 0; i < all.concentrations.size(); ++i) {
    std::vector<std::string> cells = {html(all.concentrations[i].says) +
                                      "<br><small>highest (average)</small>"};
    for (const Band& band : all.exposure[i]) {
      cells.push_back(fmt::format("{} nM ({})", number(band.high), number(band.low)));
    }
    out += table_row(cells);
  }
  for (const Mechanism& row : all.rows) {
    if (row.target.occupancy.empty() || row.target.potencies.empty()) continue;
    std::vector<std::string> cells = {html(row.target.name) +
                                      "<br><small>highest, average; hours a day above 50 and 90 "
                                      "%</small>"};
    for (const Reach& one : row.reach) {
      cells.push_back(fmt::format("{} %, {} %; {} h, {} h", number(100 * one.highest.high),
                                  number(100 * one.mean.high), tenths(one.hours_50.high),
                                  tenths(one.hours_90.high)));
    }
    out += table_row(cells);
  }
  return out + "</tbody></table></div></section>\n";
}

std::string potency_lines(const Mechanisms& all, const Mechanism& row, const Sources& sources) {
  std::string out;
  for (const Potency& one : row.target.potencies) {
    std::string figure = one.low == one.high ? number(one.low) + " nM"
                                             : number(one.low) + " to " + number(one.high) + " nM";
    if (!one.parameter.empty()) figure = evidence::potency_text(row) + " (" + one.parameter + ")";
    const evidence::Concentration* place = where(all, one.at);
    out += fmt::format(
        "<li>{}{}, against {}{}{}. {}</li>\n", one.parameter.empty() ? html(one.measure) + " " : "",
        html(figure), html(place == nullptr ? one.at : place->says),
        one.notes.empty() ? "" : "; " + html(one.notes),
        one.recalled ? "; <b>carried from memory</b>" : "", citation_html(one.source, sources));
  }
  return out;
}

std::string grounds(const Mechanisms& all, const Sources& sources) {
  std::string out = "<section id=\"grounds\"><h2>What each rests on</h2>\n";
  for (const Mechanism& row : all.rows) {
    const evidence::Target& target = row.target;
    out += fmt::format("<h3 id=\"{}\">{} {}</h3>\n<p><b>Claimed:</b> {}. <b>Grade:</b> {}.</p>\n",
                       html(target.id), html(target.name), grade_html(target.grade),
                       html(target.claim), html(target.why));
    const std::string place = place_of(all, row);
    out += "<p><b>Verdict:</b> " + html(row.verdict) + ".";
    if (!place.empty()) out += " Where it acts: " + html(place) + ".";
    out += "</p>\n<ul>\n" + potency_lines(all, row, sources);
    for (const std::string& id : target.sources) {
      out += "<li>" + citation_html(id, sources) + "</li>\n";
    }
    out += "</ul>\n";
    if (!target.claims.empty()) {
      out += "<p class=\"note\">Claims: " + html(join(target.claims)) +
             " (<code>vesper evidence show ID</code>).</p>\n";
    }
  }
  return out + "</section>\n";
}

std::string rules() {
  std::string out = "<section id=\"rules\"><h2>Rules of the verdicts</h2>\n<ul>\n";
  for (const std::string& rule : evidence::verdict_rules()) out += "<li>" + html(rule) + "</li>\n";
  return out +
         "</ul>\n<p>Occupancy is no effect on health. The typical patient is simulated; people "
         "differ, and the uncertainty of parameters is not shown here.</p></section>\n";
}

}  // namespace

std::string mechanisms_page(const Mechanisms& all, const Sources& sources) {
  const std::string summary = fmt::format(
      "<p class=\"summary\">{}, {}: what of its claimed mechanisms this regimen can reach. Model "
      "{}, typical patient, {}.</p>\n",
      html(all.product), html(all.title), html(all.model), html(all.when));
  return evidence_document(
      "claimed mechanisms", "What " + all.title + " can reach", summary,
      chart(all) + verdicts(all) + exposure(all) + grounds(all, sources) + rules());
}

Result<void> write_mechanisms(const Mechanisms& all, const Sources& sources,
                              const std::filesystem::path& file) {
  return files::write_whole(file, mechanisms_page(all, sources));
}

}  // namespace vesper::report
