// Published figures against predictions: fitted, judged and reproduced apart.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "evidence/tables.h"
#include "files/write.h"
#include "report/evidence_document.h"
#include "report/evidence_pages.h"
#include "report/format.h"

namespace vesper::report {

namespace {

using evidence::Comparison;
using evidence::Observation;
using evidence::Use;
using evidence::Validation;
using Sources = std::vector<evidence::SourceEntry>;

std::string meaning_of(Use use) {
  switch (use) {
    case Use::fitted:
      return "Parameters were estimated with these: agreement is no prediction.";
    case Use::judged:
      return "Never used to estimate anything: what the models are worth. Misses stay.";
    case Use::reproduced:
      break;
  }
  return "Runs of published models, to see that their equations were written down right: "
         "verification, no prediction.";
}

// The observations of a use with their comparisons, in their order.
struct Row {
  const Observation* observation = nullptr;
  std::vector<const Comparison*> comparisons;
};

std::vector<Row> rows_of(const Validation& validation, Use use) {
  std::vector<Row> rows;
  for (const Comparison& one : validation.comparisons) {
    if (one.observation->use != use) continue;
    if (rows.empty() || rows.back().observation != one.observation) {
      rows.push_back({one.observation, {}});
    }
    rows.back().comparisons.push_back(&one);
  }
  return rows;
}

std::vector<std::string> hypotheses_of(const Validation& validation) {
  std::vector<std::string> names;
  for (const Comparison& one : validation.comparisons) {
    if (one.hypothesis.empty()) continue;
    if (std::find(names.begin(), names.end(), one.hypothesis) == names.end()) {
      names.push_back(one.hypothesis);
    }
  }
  return names;
}

std::string colour(const std::vector<std::string>& hypotheses, const std::string& name) {
  const auto found = std::find(hypotheses.begin(), hypotheses.end(), name);
  if (found == hypotheses.end()) return "var(--ink)";
  return fmt::format("var(--h{})", 1 + (found - hypotheses.begin()) % 8);
}

// --- observed against predicted
// ------------------------------------------------------------------------

constexpr double size = 620, margin = 64;

std::string scatter(const std::vector<Row>& rows, const std::vector<std::string>& hypotheses,
                    Use use) {
  std::vector<double> values;
  for (const Row& row : rows) {
    for (const Comparison* one : row.comparisons) {
      if (std::isfinite(one->fold_error)) {
        values.insert(values.end(), {one->predicted, row.observation->value});
      }
    }
  }
  if (values.empty()) return "";
  const LogAxis x = LogAxis::around(values, margin, size - 16);
  const LogAxis y = LogAxis::around(values, size - margin, 16);
  std::string out = fmt::format(
      "<figure><h4>{}: observed against predicted</h4>\n<svg class=\"chart\" width=\"{:.0f}\" "
      "viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"observed against predicted\">\n",
      evidence::title_of(use), size, size, size);
  for (const double value : x.decades()) {
    out += fmt::format(
        "<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.0f}\" y2=\"{2:.0f}\"/>"
        "<text class=\"soft\" text-anchor=\"middle\" x=\"{0:.1f}\" y=\"{3:.0f}\">{4}</text>"
        "<line class=\"grid\" x1=\"{5:.0f}\" x2=\"{6:.0f}\" y1=\"{7:.1f}\" y2=\"{7:.1f}\"/>"
        "<text class=\"soft\" text-anchor=\"end\" x=\"{8:.0f}\" y=\"{7:.1f}\">{4}</text>\n",
        x.at(value), y.to, y.from, y.from + 18, decade(value), x.from, x.to, y.at(value),
        x.from - 6);
  }
  const auto diagonal = [&](double fold, const char* css) {
    const double low = std::max(x.low, x.low / fold), high = std::min(x.high, x.high / fold);
    return fmt::format(
        "<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>\n", css,
        x.at(low), y.at(low * fold), x.at(high), y.at(high * fold));
  };
  out += diagonal(1, "axis") + diagonal(2, "gap") + diagonal(0.5, "gap");
  for (const Row& row : rows) {
    for (const Comparison* one : row.comparisons) {
      if (!std::isfinite(one->fold_error)) continue;
      const std::string mark = colour(hypotheses, one->hypothesis);
      out += fmt::format(
          "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"{}\" stroke=\"{}\"><title>{}{}{}: "
          "observed {}, predicted {} {}</title></circle>\n",
          x.at(row.observation->value), y.at(one->predicted), one->inside ? mark : "var(--paper)",
          mark, html(row.observation->id), one->hypothesis.empty() ? "" : ", ",
          html(one->hypothesis), number(row.observation->value), number(one->predicted),
          html(row.observation->unit));
    }
  }
  out += fmt::format(
      "<text text-anchor=\"middle\" x=\"{0:.0f}\" y=\"{1:.0f}\">observed</text>"
      "<text text-anchor=\"middle\" transform=\"translate(14 {0:.0f}) rotate(-90)\">predicted"
      "</text></svg>\n<div class=\"key\">",
      size / 2, size - 18);
  for (const std::string& name : hypotheses) {
    out += fmt::format("<span><i class=\"dot\" style=\"background:{}\"></i>{}</span>",
                       colour(hypotheses, name), html(name));
  }
  return out +
         "</div>\n<figcaption>Each figure in its own unit; identity and two-fold lines. Hollow: "
         "outside what the figure accepts. Values of zero or below are in the table "
         "alone.</figcaption></figure>\n";
}

// --- tables
// ----------------------------------------------------------------------------------------------

std::string mean_cells(const Validation::Mean& mean) {
  return fmt::format("<td>{}</td><td>{}</td><td>{} of {} ({:.0f} %)</td>", mean.n,
                     number(mean.fold), mean.inside, mean.n, 100.0 * mean.inside / mean.n);
}

// A line for each module and hypothesis; one where all hypotheses agree.
std::string means_table(const Validation& validation, Use use) {
  std::vector<std::string> modules;
  for (const Validation::Mean& mean : validation.means) {
    if (mean.use != use) continue;
    if (std::find(modules.begin(), modules.end(), mean.module) == modules.end()) {
      modules.push_back(mean.module);
    }
  }
  std::string out = "<div class=\"scroll\"><table>\n<thead>" +
                    table_row({"module", "hypothesis", "figures", "geometric mean fold error",
                               "inside what is accepted"},
                              "th") +
                    "</thead><tbody>\n";
  for (const std::string& module : modules) {
    std::vector<std::pair<std::string, std::string>> lines;
    for (const Validation::Mean& mean : validation.means) {
      if (mean.use != use || mean.module != module) continue;
      lines.emplace_back(mean.hypothesis, mean_cells(mean));
    }
    const bool agree = std::all_of(lines.begin(), lines.end(), [&](const auto& line) {
      return line.second == lines.front().second;
    });
    if (agree)
      lines = {{lines.size() > 1 ? "every one" : lines.front().first, lines.front().second}};
    for (std::size_t i = 0; i < lines.size(); ++i) {
      out += fmt::format("<tr><td>{}</td><td>{}</td>{}</tr>\n",
                         i > 0            ? std::string()
                         : module.empty() ? std::string("<b>all</b>")
                                          : html(module),
                         html(lines[i].first), lines[i].second);
    }
  }
  return out + "</tbody></table></div>\n";
}

std::string accepted(const Observation& one) {
  if (one.accept_within) return fmt::format("within {:.6g}", *one.accept_within);
  if (one.accept_range) {
    return fmt::format("{:.6g} to {:.6g}", one.accept_range->first, one.accept_range->second);
  }
  return fmt::format("fold {:.6g}", one.accept_fold.value_or(evidence::default_accept_fold));
}

std::string prediction(const Comparison& one) {
  const std::string who = one.hypothesis.empty() ? "" : html(one.hypothesis) + " ";
  if (!one.failure.empty()) {
    return "<span class=\"line\">" + who + "<span class=\"missed\">failed: " + html(one.failure) +
           "</span></span>";
  }
  std::string text = fmt::format("{}<span class=\"{}\">{}</span>", who,
                                 one.inside ? "inside" : "missed", number(one.predicted));
  if (std::isfinite(one.fold_error))
    text += fmt::format(" <small>×{}</small>", number(one.fold_error));
  if (one.links_off) {
    text += fmt::format(" <small>links off {}</small>", number(*one.links_off));
  }
  return "<span class=\"line\">" + text + "</span>";
}

// One line where all hypotheses agree to what is shown.
std::string predictions(const Row& row) {
  const std::string first = prediction(*row.comparisons.front());
  std::vector<std::string> lines;
  bool same = true;
  for (const Comparison* one : row.comparisons) {
    lines.push_back(prediction(*one));
    Comparison unnamed = *one;
    unnamed.hypothesis = row.comparisons.front()->hypothesis;
    same = same && prediction(unnamed) == first;
  }
  if (same && lines.size() > 1) {
    Comparison unnamed = *row.comparisons.front();
    unnamed.hypothesis.clear();
    return prediction(unnamed);
  }
  std::string out;
  for (const std::string& line : lines) out += line;
  return out;
}

std::string observations_table(const std::vector<Row>& rows, const Sources& sources) {
  std::string out = "<div class=\"scroll\"><table>\n<thead>" +
                    table_row({"figure", "observed", "accepted", "predicted", "source"}, "th") +
                    "</thead><tbody>\n";
  std::string module;
  for (const Row& row : rows) {
    const Observation& one = *row.observation;
    if (one.module != module) {
      module = one.module;
      out += "<tr><th class=\"group\" colspan=\"5\">" + html(module) + "</th></tr>\n";
    }
    const std::string unit = one.unit == "1" ? "" : " " + html(one.unit);
    std::string observed = number(one.value) + unit;
    if (one.low && one.high) {
      observed += fmt::format("<br><small>{} to {}</small>", number(*one.low), number(*one.high));
    }
    std::string says = fmt::format("<span id=\"{0}\">{0}</span><br><small>{1}</small>",
                                   html(one.id), html(one.says));
    if (!one.notes.empty()) {
      says += "<details><summary>notes</summary>" + html(one.notes) + "</details>";
    }
    out += table_row({says, observed, html(accepted(one)), predictions(row),
                      citation_html(one.source, sources)});
  }
  return out + "</tbody></table></div>\n";
}

std::string section(const Validation& validation, const std::vector<std::string>& hypotheses,
                    Use use, const Sources& sources) {
  const std::vector<Row> rows = rows_of(validation, use);
  if (rows.empty()) return "";
  return fmt::format("<section id=\"{}\"><h2>{}</h2>\n<p>{}</p>\n", evidence::use_name(use),
                     evidence::title_of(use), meaning_of(use)) +
         means_table(validation, use) + scatter(rows, hypotheses, use) +
         observations_table(rows, sources) + "</section>\n";
}

}  // namespace

std::string validation_page(const Validation& validation, const Sources& sources) {
  const std::vector<std::string> hypotheses = hypotheses_of(validation);
  std::string summary = "<p class=\"summary\">", nav = "<nav aria-label=\"Contents\">", body;
  std::vector<std::string> counts;
  bool links = false;
  for (const Use use : evidence::all_uses) {
    const std::size_t n = rows_of(validation, use).size();
    if (n == 0) continue;
    counts.push_back(fmt::format("{} {}", n, evidence::use_name(use)));
    nav += fmt::format("<a href=\"#{}\">{}</a>", evidence::use_name(use), evidence::title_of(use));
    body += section(validation, hypotheses, use, sources);
  }
  for (const Comparison& one : validation.comparisons) links = links || one.links_off.has_value();
  summary += fmt::format("{} published figures: {}. Each is predicted for the typical patient{}.",
                         validation.observations.size(), join(counts),
                         hypotheses.empty() ? "" : " under every hypothesis");
  if (links) {
    summary +=
        " Where a model has links of naltrexone, claimed effects that can be switched off, the "
        "same "
        "prediction with all of them off stands beside it.";
  }
  return evidence_document("validation", "The models against published figures",
                           summary + "</p>\n" + nav + "</nav>\n", body);
}

Result<void> write_validation(const Validation& validation, const Sources& sources,
                              const std::filesystem::path& file) {
  return files::write_whole(file, validation_page(validation, sources));
}

}  // namespace vesper::report
