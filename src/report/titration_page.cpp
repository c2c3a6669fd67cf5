#include "report/titration_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "report/evidence_document.h"
#include "report/format.h"

namespace vesper::report {

namespace {

using titration::Exposure;
using titration::Prediction;
using titration::Schedule;
using titration::Spread;
using titration::Step;

constexpr std::string_view style = R"css(<style>
table.days { border-collapse: collapse; table-layout: fixed; width: 100%; max-width: 60em; }
table.days td, table.days th { border: 1px solid var(--rule); padding: 3px 6px; font-size: 13px; text-align: left; height: 2.9em; vertical-align: top; }
table.days caption { text-align: left; font-weight: 600; padding: 12px 0 4px; }
table.days .out { color: var(--soft); }
table.days th { height: auto; color: var(--soft); font-weight: 500; }
table.days .dose { font-weight: 600; display: block; } table.days .new { background: var(--warn-paper); print-color-adjust: exact; }
@media print { h2 { margin-top: 24px; } tr, table.days { break-inside: avoid; } }
</style>
)css";

std::string steps_table(const Schedule& schedule) {
  std::string out = "<section id=\"steps\"><h2>Steps</h2>\n<table><thead>" +
                    table_row({"from", "days", "dose", "a day, at " + html(schedule.at)}, "th") +
                    "</thead><tbody>\n";
  for (const Step& step : schedule.steps) {
    const files::Date first = schedule.first_of(step);
    out +=
        table_row({files::weekday(first) + " " + files::date_text(first),
                   step.days ? fmt::format("{} to {}", step.first, step.first + *step.days - 1)
                             : fmt::format("{} on", step.first),
                   fmt::format("{:g} mg", step.mg), html(titration::units_text(schedule, step))});
  }
  return out + fmt::format("</tbody></table>\n<p>For {} days: {}.</p></section>\n", schedule.course,
                           html(titration::totals_text(schedule)));
}

const Step& step_of(const Schedule& schedule, int day) {
  const Step* found = &schedule.steps.front();
  for (const Step& step : schedule.steps) {
    if (step.first <= day) found = &step;
  }
  return *found;
}

// One month, a row for each week from Monday; days outside the course stay empty.
std::string month(const Schedule& schedule, std::chrono::year_month of, int days) {
  constexpr std::array names = {"January",   "February", "March",    "April",
                                "May",       "June",     "July",     "August",
                                "September", "October",  "November", "December"};
  const files::Date first{of / 1}, last{of / std::chrono::last};
  std::string out =
      fmt::format("<table class=\"days\"><caption>{} {}</caption><thead>",
                  names[static_cast<unsigned>(of.month()) - 1], static_cast<int>(of.year())) +
      table_row({"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}, "th") + "</thead><tbody>\n";
  files::Date on = first - std::chrono::days(std::chrono::weekday{first}.iso_encoding() - 1);
  while (on <= last) {
    out += "<tr>";
    for (int k = 0; k < 7; ++k, on += std::chrono::days(1)) {
      const int day = static_cast<int>((on - schedule.start).count()) + 1;
      const std::string date =
          fmt::format("{}", static_cast<unsigned>(std::chrono::year_month_day{on}.day()));
      if (on < first || on > last) {
        out += "<td></td>";
      } else if (day < 1 || day > days) {
        out += "<td class=\"out\">" + date + "</td>";
      } else {
        const Step& step = step_of(schedule, day);
        out += fmt::format("<td{}>{} <span class=\"dose\">{:g} mg</span></td>",
                           step.first == day ? " class=\"new\"" : "", date, step.mg);
      }
    }
    out += "</tr>\n";
  }
  return out + "</tbody></table>\n";
}

// The months as far as the course or the last step.
std::string calendar(const Schedule& schedule) {
  std::string out = "<section id=\"calendar\"><h2>Calendar</h2>\n";
  const int days = std::max(schedule.course, schedule.steps.back().first);
  const auto month_of = [](files::Date date) {
    const std::chrono::year_month_day day{date};
    return day.year() / day.month();
  };
  const std::chrono::year_month last = month_of(schedule.start + std::chrono::days(days - 1));
  for (auto one = month_of(schedule.start); one <= last; one += std::chrono::months(1)) {
    out += month(schedule, one, days);
  }
  return out + "<p class=\"note\">Shaded: a new dose.</p></section>\n";
}

// Occupancy by step: a bar from the lowest to the highest of the day for each hypothesis.
std::string chart(const Schedule& schedule, const Prediction& all) {
  constexpr double left = 60, right = 1010, top = 20, bottom = 260;
  const auto y = [](double percent) { return bottom - (bottom - top) * percent / 100; };
  std::string out = fmt::format(
      "<figure><h4>MOR occupancy over the last day of each step, typical patient</h4>\n<svg "
      "class=\"chart\" viewBox=\"0 0 1030 300\" role=\"img\" aria-label=\"MOR occupancy by "
      "step\">\n");
  for (const int mark : {0, 25, 50, 75, 100}) {
    out += fmt::format(
        "<line class=\"grid\" x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/><text "
        "class=\"soft\" text-anchor=\"end\" x=\"{3}\" y=\"{4:.1f}\">{5} %</text>\n",
        left, right, y(mark), left - 8, y(mark) + 4, mark);
  }
  const double width = (right - left) / static_cast<double>(schedule.steps.size());
  const std::size_t hypotheses = all.hypotheses.size();
  for (std::size_t s = 0; s < schedule.steps.size(); ++s) {
    const double middle = left + width * (static_cast<double>(s) + 0.5);
    out += fmt::format("<text text-anchor=\"middle\" x=\"{:.1f}\" y=\"{}\">{:g} mg</text>\n",
                       middle, bottom + 22, schedule.steps[s].mg);
    for (std::size_t h = 0; h < hypotheses; ++h) {
      const Exposure& one = all.exposures[s][h];
      const double x =
          middle + std::min(26.0, width / 4) *
                       (static_cast<double>(h) - static_cast<double>(hypotheses - 1) / 2);
      out += fmt::format(
          "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" y2=\"{2:.1f}\" "
          "stroke=\"var(--h{3})\" "
          "stroke-width=\"9\"><title>{4}: {5:.0f} to {6:.0f} %</title></line>\n",
          x, y(one.lowest.typical), std::min(y(one.highest.typical), y(one.lowest.typical) - 1),
          1 + h % 8, html(all.hypotheses[h]), one.lowest.typical, one.highest.typical);
    }
  }
  out += "</svg>\n<div class=\"key\">";
  for (std::size_t h = 0; h < hypotheses; ++h) {
    out += fmt::format("<span><i class=\"dot\" style=\"background:var(--h{})\"></i>{} {}</span>",
                       1 + h % 8, html(all.hypotheses[h]), html(all.labels[h]));
  }
  return out +
         "</div>\n<figcaption>From the lowest to the highest of the day, under each rival "
         "hypothesis of how naltrexone stays. No scan was made at these "
         "doses.</figcaption></figure>\n";
}

std::string cell(const Spread& one, bool population) {
  if (!population) return number(one.typical);
  return fmt::format("{} <small>[{}]</small>", number(one.median),
                     range(number(one.low), number(one.high)));
}

std::string prediction_html(const Schedule& schedule, const Prediction& all) {
  std::string out =
      "<section id=\"prediction\"><h2>What each step does, by the model</h2>\n" +
      chart(schedule, all) + "<div class=\"scroll\"><table><thead>" +
      table_row({"dose", "day", "", "Cmax " + html(all.unit), "AUC24 h " + html(all.unit),
                 "MOR highest %", "MOR lowest %", "hours a day above 50 %"},
                "th") +
      "</thead><tbody>\n";
  const bool population = all.patients > 0;
  for (std::size_t s = 0; s < schedule.steps.size(); ++s) {
    for (std::size_t h = 0; h < all.hypotheses.size(); ++h) {
      const Exposure& one = all.exposures[s][h];
      out += table_row({h == 0 ? fmt::format("{:g} mg", schedule.steps[s].mg) : "",
                        h == 0 ? fmt::format("{}", all.days[s]) : "", html(all.hypotheses[h]),
                        cell(one.peak, population), cell(one.area, population),
                        cell(one.highest, population), cell(one.lowest, population),
                        cell(one.hours, population)});
    }
  }
  out += "</tbody></table></div>\n<p class=\"note\">";
  out += population ? fmt::format("Median and 5 to 95 % of {} patients of population {} (seed {}).",
                                  all.patients, html(all.population), all.seed)
                    : std::string("The typical patient.");
  if (all.failed > 0) out += fmt::format(" {} runs failed and are left out.", all.failed);
  return out + fmt::format(" Model {}. Occupancy is no effect on health.</p></section>\n",
                           html(all.model));
}

}  // namespace

std::string titration_page(const Schedule& schedule, const titration::Knowledge& knowledge,
                           const std::optional<Prediction>& prediction) {
  std::string body(style);
  body += steps_table(schedule) + calendar(schedule);
  if (prediction) body += prediction_html(schedule, *prediction);
  body += "<section id=\"says\"><h2>To be said with it</h2>\n<ul>\n";
  for (const std::string& one : titration::cautions(schedule, knowledge)) {
    body += "<li>" + html(one) + "</li>\n";
  }
  body +=
      "</ul>\n<p>" + citation_html(schedule.plan.source, knowledge.sources) + "</p></section>\n";
  const std::string summary = fmt::format(
      "<p class=\"summary\">{}. From {} {}, at {}.</p>\n", html(capitalised(schedule.plan.name)),
      files::weekday(schedule.start), files::date_text(schedule.start), html(schedule.at));
  return evidence_document("titration",
                           fmt::format("Low-dose naltrexone to {:g} mg", schedule.reached()),
                           summary, body);
}

}  // namespace vesper::report
