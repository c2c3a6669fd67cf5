#include "report/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "report/figures.h"
#include "report/format.h"
#include "report/terminal.h"

namespace vesper::report {

namespace {

constexpr std::size_t most_arm_tables = 3;

std::string dot(std::size_t hypothesis) {
  return fmt::format("<span class=\"dot\" style=\"background:var(--h{})\"></span>",
                     hypothesis % 8 + 1);
}

std::string hypothesis_head(const Story& story, std::size_t h) {
  const HypothesisStory& hypothesis = story.hypotheses[h];
  if (story.hypotheses.size() == 1 && hypothesis.id.empty()) return html(hypothesis.name());
  return dot(h) + html(hypothesis.name());
}

std::string hypothesis_short(const Story& story, std::size_t h) {
  const std::string& id = story.hypotheses[h].id;
  return id.empty() ? "" : dot(h) + html(id);
}

std::string head_cells(const Story& story) {
  std::string out;
  for (std::size_t h = 0; h < story.hypotheses.size(); ++h) {
    out += "<th scope=\"col\">" + hypothesis_head(story, h) + "</th>";
  }
  return out;
}

// "84.0 % [71–92]": the value strong, the range behind it.
std::string value_cell(const std::string& cell) {
  const std::size_t at = cell.find(" [");
  std::string out = "<td><span class=\"value\">" + html(cell.substr(0, at)) + "</span>";
  if (at != cell.npos) out += " <span class=\"range\">" + html(cell.substr(at + 1)) + "</span>";
  return out + "</td>";
}

std::string cells(const KeyRow& row) {
  std::string out;
  for (const std::string& cell : row.cells) out += value_cell(cell);
  return out;
}

std::vector<std::size_t> dosed_arms(const Story& story) {
  std::vector<std::size_t> arms;
  for (std::size_t arm = 0; arm < story.arms.size(); ++arm) {
    if (!story.arms[arm].doses.empty()) arms.push_back(arm);
  }
  return arms;
}

std::string arm_table(const Story& story, std::size_t arm) {
  std::string out = fmt::format(
      "<div class=\"scroll\"><table><caption>{}, "
      "{}</caption>\n<thead><tr><td></td>{}</tr></thead>\n"
      "<tbody>\n",
      html(story.arms[arm].name), html(story.window), head_cells(story));
  for (const KeyRow& row : key_rows(story, arm, {arm}, "–")) {
    out += fmt::format("<tr><th scope=\"row\"{}>{}</th>{}</tr>\n",
                       row.under ? " class=\"under\"" : "", html(row.label), cells(row));
  }
  return out + "</tbody></table></div>\n";
}

// With many arms a reader compares arms: a group of rows for each readout.
std::string arms_table(const Story& story, const std::vector<std::size_t>& arms) {
  std::vector<std::vector<KeyRow>> by_arm;
  for (const std::size_t arm : arms) by_arm.push_back(key_rows(story, arm, arms, "–"));
  std::string out = fmt::format(
      "<div class=\"scroll\"><table><caption>All arms, {}</caption>\n<thead><tr><td></td>{}</tr>"
      "</thead>\n",
      html(story.window), head_cells(story));
  std::string above;
  for (std::size_t r = 0; r < by_arm.front().size(); ++r) {
    const KeyRow& row = by_arm.front()[r];
    if (!row.under) above = row.label.substr(0, row.label.rfind(", "));
    out += fmt::format(
        "<tbody><tr><th scope=\"rowgroup\" class=\"group\" colspan=\"{}\">{}</th></tr>\n",
        story.hypotheses.size() + 1, html(row.under ? above + ", " + row.label : row.label));
    for (std::size_t i = 0; i < arms.size(); ++i) {
      out += fmt::format("<tr><th scope=\"row\" class=\"under\">{}</th>{}</tr>\n",
                         html(story.arms[arms[i]].name), cells(by_arm[i][r]));
    }
    out += "</tbody>\n";
  }
  return out + "</table></div>\n";
}

// --- metrics ---------------------------------------------------------------------------------

// What the lines of a cell are, the same in every cell of a table.
struct Lines {
  bool patients = false, spread = false, parameters = false;
};

Lines lines_of(const Story& story) {
  return {story.patients > 0, story.patients > 1, story.uncertainty_draws > 0};
}

std::string line(const std::string& text) {
  return "<span class=\"line\">" + text + "</span>";
}

std::string band_line(const simulate::Band& band) {
  return line(band.n > 1 ? "[" + range(number(band.q05), number(band.q95)) + "]" : "–");
}

std::string line_names(const Lines& lines) {
  std::string out = "<td>";
  out += line(lines.patients ? lines.spread ? "median" : "patient" : "typical");
  if (lines.spread) out += line("5–95 % of patients");
  if (lines.patients) out += line("typical");
  if (lines.parameters) out += line("5–95 % of draws");
  return out + "</td>";
}

std::string metric_cell(const simulate::Metric* metric, const Lines& lines) {
  if (metric == nullptr) return "<td>–</td>";
  const double value = lines.patients ? metric->patients.q50 : metric->typical;
  std::string out = "<td><span class=\"value\">" + number(value) + "</span>";
  if (lines.spread) out += band_line(metric->patients);
  if (lines.patients) out += line(number(metric->typical));
  if (lines.parameters) out += band_line(metric->uncertainty);
  return out + "</td>";
}

// "h*ng/mL" as people write it.
std::string unit_with_dots(const std::string& unit) {
  std::string out;
  for (const char c : unit) out += c == '*' ? "·" : std::string(1, c);
  return out;
}

struct MetricColumn {
  std::string name, unit;
};

// Between doses that repeat, the time of the highest value and a terminal fall mean little.
bool doses_repeat(const Story& story) {
  return std::any_of(story.arms.begin(), story.arms.end(), [&](const ArmStory& arm) {
    return std::count_if(arm.dose_times.begin(), arm.dose_times.end(),
                         [&](double time) { return time >= story.window_from; }) > 1;
  });
}

// Those that a reader looks for; patients.csv has them all.
bool in_tables(const Story& story, const simulate::Metric& metric) {
  const auto readout = readout_of(metric);
  const bool occupancy = story.outputs[metric.watched].occupancy();
  if (readout == Readout::half_life) return !occupancy && !doses_repeat(story);
  if (readout == Readout::time_of_maximum) return !doses_repeat(story);
  return !(occupancy && readout == Readout::area);
}

std::vector<MetricColumn> metric_columns(const Story& story, std::size_t output) {
  std::vector<MetricColumn> found;
  for (const simulate::Metric& metric : story.summary.metrics) {
    const bool known = std::any_of(found.begin(), found.end(),
                                   [&](const auto& column) { return column.name == metric.name; });
    if (metric.watched == output && !known && in_tables(story, metric))
      found.push_back({metric.name, metric.unit});
  }
  return found;
}

const simulate::Metric* named_metric(const Story& story, const std::string& name, std::size_t arm,
                                     std::size_t hypothesis, std::size_t output) {
  const auto found = std::find_if(story.summary.metrics.begin(), story.summary.metrics.end(),
                                  [&](const simulate::Metric& metric) {
                                    return metric.name == name && metric.arm == arm &&
                                           metric.hypothesis == hypothesis &&
                                           metric.watched == output;
                                  });
  return found == story.summary.metrics.end() ? nullptr : &*found;
}

std::string metrics_table(const Story& story, std::size_t output) {
  const std::vector<MetricColumn> columns = metric_columns(story, output);
  if (columns.empty()) return "";
  std::string out =
      "<div class=\"scroll\"><table class=\"metrics\"><caption>" +
      html(story.outputs[output].label) +
      "</caption>\n<thead><tr><th scope=\"col\">Arm</th><th scope=\"col\"></th><td></td>";
  const Lines lines = lines_of(story);
  for (const MetricColumn& column : columns) {
    out +=
        "<th scope=\"col\">" + html(column.name) +
        (column.unit.empty() ? "" : " <small>" + html(unit_with_dots(column.unit)) + "</small>") +
        "</th>";
  }
  out += "</tr></thead>\n<tbody>\n";
  for (const std::size_t arm : drawn_arms(story, output)) {
    for (std::size_t h = 0; h < story.hypotheses.size(); ++h) {
      out += fmt::format("<tr><th scope=\"row\">{}</th><td class=\"id\">{}</td>{}",
                         h == 0 ? html(story.arms[arm].name) : "", hypothesis_short(story, h),
                         line_names(lines));
      for (const MetricColumn& column : columns) {
        out += metric_cell(named_metric(story, column.name, arm, h, output), lines);
      }
      out += "</tr>\n";
    }
  }
  return out + "</tbody></table></div>\n";
}

// --- sources ---------------------------------------------------------------------------------

std::string grade_chip(Grade grade) {
  return fmt::format("<span class=\"grade {0}\">{0}</span>", grade_name(grade));
}

// Where a word such as "doi:10.1000/x" leads; empty where it leads nowhere.
std::string address_of(const std::string& word) {
  if (word.starts_with("doi:")) return "https://doi.org/" + word.substr(4);
  if (word.starts_with("pmid:")) return "https://pubmed.ncbi.nlm.nih.gov/" + word.substr(5);
  return word.starts_with("https://") || word.starts_with("http://") ? word : "";
}

std::string source_cell(const ParameterStory& parameter) {
  std::string body;
  if (!parameter.formula.empty()) body += "= <code>" + html(parameter.formula) + "</code><br>";
  if (!parameter.citation.empty()) body += html(parameter.citation) + ". ";
  const std::string& locator = !parameter.locator.empty()              ? parameter.locator
                               : !address_of(parameter.source).empty() ? parameter.source
                                                                       : parameter.locator;
  if (!locator.empty()) body += locator_html(locator) + " ";
  if (!parameter.remarks.empty()) {
    if (!body.empty() && !body.ends_with("<br>")) body += "<br>";
    body += html(parameter.remarks);
  }
  const std::string head = !parameter.source.empty()    ? html(parameter.source)
                           : !parameter.formula.empty() ? "computed"
                           : !parameter.remarks.empty() ? "remarks"
                                                        : "–";
  if (body.empty()) return head;
  return "<details><summary>" + head + "</summary>" + body + "</details>";
}

// One value, or one for each hypothesis where they differ.
std::string values_html(const Story& story, const ParameterStory& parameter) {
  const std::string unit =
      parameter.unit.empty() ? "" : " <small>" + html(parameter.unit) + "</small>";
  const auto text = [&](double value) {
    return "<span class=\"value\">" + exact(value) + "</span>" + unit;
  };
  if (parameter.values.empty()) return "–";
  const bool same =
      std::all_of(parameter.values.begin(), parameter.values.end(), [&](double value) {
        return value == parameter.values.front() ||
               (std::isnan(value) && std::isnan(parameter.values.front()));
      });
  if (same) return text(parameter.values.front());
  std::vector<std::string> parts;
  for (std::size_t h = 0; h < parameter.values.size(); ++h) {
    parts.push_back(text(parameter.values[h]) + " <small>" + html(story.hypotheses[h].id) +
                    "</small>");
  }
  return fmt::format("{}", fmt::join(parts, "<br>"));
}

std::string parameter_row(const Story& story, const ParameterStory& parameter) {
  std::string name = "<code>" + html(parameter.id) + "</code>";
  if (parameter.label != parameter.id) name += " " + html(parameter.label);
  std::vector<std::string> marks;
  if (parameter.set) marks.emplace_back("set for this run");
  if (parameter.varies) marks.emplace_back("varies between patients");
  if (!marks.empty()) name += "<span class=\"line\">" + join(marks, ", ") + "</span>";
  return fmt::format(
      "<tr data-grade=\"{}\"><th scope=\"row\">{}</th><td>{}<span "
      "class=\"line\">{}</span></td><td>{}</td><td>{}</td></tr>\n",
      grade_name(parameter.grade), name, values_html(story, parameter), html(parameter.uncertainty),
      grade_chip(parameter.grade), source_cell(parameter));
}

std::string grade_buttons(const Story& story) {
  std::array<std::size_t, 8> counts{};
  for (const ParameterStory& parameter : story.parameters) {
    ++counts[static_cast<std::size_t>(parameter.grade)];
  }
  std::string out = "<div class=\"grades\">";
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    const auto grade = static_cast<Grade>(i);
    out += fmt::format(
        "<button type=\"button\" aria-pressed=\"false\" data-grade=\"{}\" title=\"show these "
        "alone\">"
        "{} {}</button>",
        grade_name(grade), grade_chip(grade), counts[i]);
  }
  return out + "</div>\n";
}

std::string table_row(std::string_view head, const std::string& cell) {
  return fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", head, cell);
}

}  // namespace

std::string key_tables(const Story& story) {
  const std::vector<std::size_t> arms = dosed_arms(story);
  if (arms.empty() || story.summary.metrics.empty()) {
    return "<p>No arm has doses, or no patient finished: there is nothing to tabulate.</p>\n";
  }
  std::string out;
  if (arms.size() > most_arm_tables) {
    out = arms_table(story, arms);
  } else {
    for (const std::size_t arm : arms) out += arm_table(story, arm);
  }
  return out + fmt::format("<p class=\"note\">Figures: {}, {} ({}).</p>\n", key_note(story, "–"),
                           html(story.window), stretch(story.window_from, story.duration));
}

std::string metrics_tables(const Story& story) {
  std::string out;
  for (std::size_t output = 0; output < story.outputs.size(); ++output) {
    out += metrics_table(story, output);
  }
  if (doses_repeat(story)) {
    out +=
        "<p class=\"note\">Doses repeat in this window, so that the time of the highest value and "
        "a terminal half-life are not given here.</p>\n";
  }
  return out;
}

std::string doses_table(const Story& story) {
  std::string out =
      "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">Arm</th><th "
      "scope=\"col\">Product"
      "</th><th scope=\"col\">A dose</th><th scope=\"col\">When</th><th scope=\"col\">Sources</th>"
      "</tr></thead>\n<tbody>\n";
  for (const ArmStory& arm : story.arms) {
    if (arm.doses.empty()) {
      out +=
          "<tr><th scope=\"row\">" + html(arm.name) + "</th><td colspan=\"4\">no doses</td></tr>\n";
    }
    for (std::size_t i = 0; i < arm.doses.size(); ++i) {
      const DoseLine& line = arm.doses[i];
      std::string when = html(line.schedule);
      if (!line.remarks.empty()) when += "<span class=\"line\">" + html(line.remarks) + "</span>";
      out += fmt::format(
          "<tr><th scope=\"row\">{}</th><td>{}<span "
          "class=\"line\"><code>{}</code></span></td><td>{}"
          "</td><td>{}</td><td>{}</td></tr>\n",
          i == 0 ? html(arm.name) : "", html(line.product), html(line.product_id),
          html(line.amount), when, html(join(line.sources, ", ")));
    }
    if (!arm.settings.empty()) {
      out += "<tr><th scope=\"row\"></th><td colspan=\"4\">with <code>" +
             html(join(arm.settings, ", ")) + "</code> in this arm alone</td></tr>\n";
    }
  }
  out += "</tbody></table></div>\n";
  if (story.cited.empty()) return out;
  out += "<ul class=\"note\">";
  for (const evidence::SourceEntry& entry : story.cited) {
    out += "<li><code>" + html(entry.id) + "</code> " + html(entry.citation) + ". " +
           locator_html(entry.locator) + "</li>\n";
  }
  return out + "</ul>\n";
}

std::string hypotheses_table(const Story& story) {
  std::string out =
      "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">Hypothesis</th>"
      "<th scope=\"col\">Sets</th></tr></thead>\n<tbody>\n";
  for (std::size_t h = 0; h < story.hypotheses.size(); ++h) {
    std::string settings;
    for (const HypothesisStory::Setting& setting : story.hypotheses[h].settings) {
      settings += fmt::format("<code>{}</code> = {} <small>{}</small><br>", html(setting.parameter),
                              exact(setting.value), html(setting.unit));
    }
    if (settings.empty()) settings = "nothing: the model's own values";
    out += table_row(hypothesis_head(story, h), settings);
  }
  return out + "</tbody></table></div>\n";
}

std::string parameters_table(const Story& story) {
  std::string out = grade_buttons(story);
  out +=
      "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">Parameter</th><th scope=\"col\">"
      "Value</th><th scope=\"col\">Grade</th><th scope=\"col\">Source and "
      "remarks</th></tr></thead>\n"
      "<tbody>\n";
  for (const ParameterStory& parameter : story.parameters) out += parameter_row(story, parameter);
  return out + "</tbody></table></div>\n";
}

std::string cost_table(const Story& story) {
  if (story.costs.size() < 2) return "";
  std::string out =
      "<h3>What each module costs</h3>\n<div class=\"scroll\"><table>\n<thead><tr><th "
      "scope=\"col\">Module</th><th scope=\"col\">States</th><th "
      "scope=\"col\">Operations</th><th scope=\"col\">Functions</th><th scope=\"col\">Entries "
      "of the Jacobian</th><th scope=\"col\">Share of the work</th></tr></thead>\n<tbody>\n";
  for (const equations::ModuleCost& cost : story.costs) {
    out += fmt::format(
        "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{} "
        "%</td></tr>\n",
        cost.module.empty() ? "the model itself" : html(cost.module), cost.states,
        grouped(cost.operations), grouped(cost.functions), grouped(cost.jacobian),
        number(100 * cost.share, 2));
  }
  return out +
         fmt::format(
             "</tbody></table></div>\n<p class=\"note\">Counted in one evaluation of the rates, "
             "not "
             "timed: arithmetic, and functions such as exp, each of which counts as {} operations. "
             "What several modules need counts for the one that defines it.</p>\n",
             number(equations::operations_a_function));
}

std::string provenance_table(const Story& story) {
  const solve::Statistics& statistics = story.summary.statistics;
  std::string out = "<div class=\"scroll\"><table><tbody>\n";
  out += table_row("Vesper", html(story.version));
  out += table_row("Seed", fmt::format("{}", story.seed));
  out += table_row("Solver",
                   fmt::format("{}; relative tolerance {}, of no less than {} of a state's "
                               "largest value so far; absolute tolerance {}",
                               story.solver, exact(story.relative_tolerance),
                               exact(story.tolerance_of_largest), exact(story.absolute_tolerance)));
  out += table_row(
      "Work",
      fmt::format("{} runs in {} s: {} steps, {} evaluations of the equations, "
                  "{} Jacobians, {} rejected steps, {} restarts at doses and events",
                  story.summary.solved, number(story.summary.seconds), grouped(statistics.steps),
                  grouped(statistics.evaluations), grouped(statistics.jacobians),
                  grouped(statistics.error_test_failures), grouped(statistics.restarts)));
  if (statistics.steady_periods > 0)
    out +=
        table_row("Steady states",
                  fmt::format("found in {} dosing periods; repeating doses until nothing changes "
                              "would have taken about {}",
                              grouped(statistics.steady_periods),
                              grouped(statistics.steady_periods_by_repetition)));
  if (story.summary.quantile_error > 0) {
    out +=
        table_row("Quantiles",
                  fmt::format("sketched, since the values of so many patients would not fit into "
                              "memory: each within {} % of its value or nearer; the bound of "
                              "each stands in summary.csv",
                              number(100 * story.summary.quantile_error)));
  }
  for (const simulate::InputFile& input : story.inputs) {
    out += table_row(html(input.role), html(input.path) + "<span class=\"line\">SHA-256 <code>" +
                                           html(input.sha256) + "</code></span>");
  }
  return out + "</tbody></table></div>\n";
}

std::string locator_html(const std::string& locator) {
  std::string out;
  for (std::size_t at = 0; at < locator.size();) {
    const std::size_t space = std::min(locator.find(' ', at), locator.size());
    std::size_t end = space;
    while (end > at && std::string_view(",;.)").find(locator[end - 1]) != std::string_view::npos)
      --end;
    const std::string word = locator.substr(at, end - at);
    const std::string address = address_of(word);
    out += address.empty() ? html(word)
                           : fmt::format("<a href=\"{}\" rel=\"noopener noreferrer\">{}</a>",
                                         html(address), html(word));
    out += html(locator.substr(end, space - end));
    if (space < locator.size()) out += ' ';
    at = space + 1;
  }
  return out;
}

}  // namespace vesper::report
