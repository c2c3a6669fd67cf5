#include "report/competition_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/evidence_document.h"
#include "report/format.h"
#include "safety/competition_words.h"

namespace vesper::report {

namespace {

using safety::Block;
using safety::Competition;
using safety::CompetitionWords;
using safety::Course;
using safety::Curve;
using safety::whole;

// A figure with straight axes.
class Chart {
 public:
  Chart(std::string title, double from, double to, double low, double high)
      : title_(std::move(title)), from_(from), to_(to), low_(low), high_(high) {}

  // `unit` values of x are one on the axis.
  void x_axis(double step, double unit, const std::string& label) {
    for (double value = std::ceil(from_ / step - 1e-9) * step; value <= to_ + 1e-9; value += step) {
      out_ += fmt::format(
          "<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.0f}\" y2=\"{2:.0f}\"/>"
          "<text class=\"soft\" text-anchor=\"middle\" x=\"{0:.1f}\" y=\"{3:.0f}\">{4:g}</text>\n",
          x(value), top, bottom, bottom + 18, value / unit);
    }
    out_ += fmt::format("<text text-anchor=\"middle\" x=\"{:.0f}\" y=\"{:.0f}\">{}</text>\n",
                        (left + right) / 2, bottom + 40, html(label));
  }
  void y_axis(const std::vector<std::pair<double, std::string>>& marks, const std::string& label) {
    for (const auto& [value, text] : marks) {
      out_ += fmt::format(
          "<line class=\"grid\" x1=\"{0:.0f}\" x2=\"{1:.0f}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>"
          "<text class=\"soft\" text-anchor=\"end\" x=\"{3:.0f}\" y=\"{4:.1f}\">{5}</text>\n",
          left, right, y(value), left - 8, y(value) + 4, html(text));
    }
    out_ += fmt::format(
        "<text text-anchor=\"middle\" transform=\"translate(14 {:.0f}) rotate(-90)\">{}</text>\n",
        (top + bottom) / 2, html(label));
  }
  void line(const Curve& curve, const std::string& colour, bool dashed, const std::string& name) {
    out_ += fmt::format(
        "<polyline fill=\"none\" stroke=\"{}\" stroke-width=\"2\"{} points=\"{}\"><title>{}</title>"
        "</polyline>\n",
        colour, dashed ? " stroke-dasharray=\"5 4\"" : "", points(curve.hours, curve.values),
        html(name));
  }
  void area(const std::vector<double>& hours, const std::vector<safety::Range>& band,
            const std::string& name) {
    std::vector<double> xs = hours, ys;
    xs.insert(xs.end(), hours.rbegin(), hours.rend());
    for (const safety::Range& one : band) ys.push_back(one.high);
    for (auto one = band.rbegin(); one != band.rend(); ++one) ys.push_back(one->low);
    out_ += fmt::format(
        "<polygon fill=\"var(--faint)\" opacity=\".35\" points=\"{}\"><title>{}"
        "</title></polygon>\n",
        points(xs, ys), html(name));
  }
  void upright(double at, const std::string& text) {
    out_ += fmt::format(
        "<line class=\"axis\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.0f}\" y2=\"{2:.0f}\"/>"
        "<text x=\"{3:.1f}\" y=\"{4:.0f}\">{5}</text>\n",
        x(at), top, bottom, x(at) + 6, top + 12, html(text));
  }
  void level(double at, const std::string& text) {
    out_ += fmt::format(
        "<line class=\"gap\" x1=\"{:.0f}\" x2=\"{:.0f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
        "<text class=\"soft\" text-anchor=\"end\" x=\"{:.0f}\" y=\"{:.1f}\">{}</text>\n",
        left, right, y(at), y(at), right, y(at) - 4, html(text));
  }
  void span(double at, double low, double high, const std::string& colour,
            const std::string& name) {
    out_ += fmt::format(
        "<g><line stroke=\"{0}\" stroke-width=\"2\" x1=\"{1:.1f}\" x2=\"{1:.1f}\" y1=\"{2:.1f}\" "
        "y2=\"{3:.1f}\"/><circle cx=\"{1:.1f}\" cy=\"{3:.1f}\" r=\"3.5\" fill=\"{0}\"/><title>{4}"
        "</title></g>\n",
        colour, x(at), y(low), y(high), html(name));
  }
  std::string figure(const std::string& key, const std::string& caption) const {
    return fmt::format(
        "<figure><h4>{0}</h4>\n<svg class=\"chart\" width=\"{1:.0f}\" viewBox=\"0 0 {1:.0f} "
        "{2:.0f}\" role=\"img\" aria-label=\"{0}\">\n{3}</svg>\n{4}<figcaption>{5}</figcaption>"
        "</figure>\n",
        html(title_), width, height, out_, key, html(caption));
  }

 private:
  static constexpr double width = 760, height = 320, left = 58, right = 744, top = 12, bottom = 266;
  double x(double value) const {
    return left + (right - left) * std::clamp((value - from_) / (to_ - from_), 0.0, 1.0);
  }
  double y(double value) const {
    return bottom - (bottom - top) * std::clamp((value - low_) / (high_ - low_), 0.0, 1.0);
  }
  std::string points(const std::vector<double>& xs, const std::vector<double>& ys) const {
    std::string text;
    for (std::size_t k = 0; k < xs.size(); ++k) {
      text += fmt::format("{:.1f},{:.1f} ", x(xs[k]), y(ys[k]));
    }
    return text;
  }

  std::string title_, out_;
  double from_, to_, low_, high_;
};

std::string colour(std::size_t hypothesis) {
  return fmt::format("var(--h{})", 1 + hypothesis % 8);
}

std::string key(const Competition& all, bool alone, bool band) {
  std::string out = "<div class=\"key\">";
  for (std::size_t h = 0; h < all.hypotheses.size(); ++h) {
    out += fmt::format("<span><i class=\"dot\" style=\"background:{}\"></i>{} {}</span>", colour(h),
                       html(all.hypotheses[h]), html(all.labels[h]));
  }
  if (alone) out += "<span>dashed: without naltrexone</span>";
  if (band) out += "<span>grey: lowest to highest of all draws and hypotheses</span>";
  return out + "</div>\n";
}

std::string paragraphs(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& one : lines) out += "<p>" + html(one) + "</p>\n";
  return out;
}

std::string bullets(const std::vector<std::string>& lines) {
  std::string out = "<ul>\n";
  for (const std::string& one : lines) out += "<li>" + html(one) + "</li>\n";
  return out + "</ul>\n";
}

// Sentences, those that warn in a box of their own.
std::string with_warnings(const std::vector<std::string>& lines) {
  std::string out, warnings;
  for (const std::string& one : lines) {
    (one.starts_with("Warning") ? warnings : out) += "<p>" + html(one) + "</p>\n";
  }
  return warnings.empty() ? out : out + "<div class=\"callout warn\">\n" + warnings + "</div>\n";
}

std::string table(const std::vector<std::string>& heads, const std::string& rows) {
  return "<div class=\"scroll\"><table>\n<thead>" + table_row(heads, "th") + "</thead><tbody>\n" +
         rows + "</tbody></table></div>\n";
}

std::vector<std::string> cells(const std::string& label, const std::vector<double>& values,
                               const char* after = "") {
  std::vector<std::string> out = {html(label)};
  for (const double one : values) out.push_back(whole(one) + after);
  return out;
}

const std::vector<std::pair<double, std::string>> percents = {{0, "0"},   {20, "20"}, {40, "40"},
                                                              {60, "60"}, {80, "80"}, {100, "100"}};

std::string withdrawal_figures(const Competition& all) {
  const std::vector<Course>& courses = all.first_doses.front().courses;
  const std::vector<double>& hours = courses.front().cows_curve.hours;
  Chart cows("Withdrawal, COWS", hours.front(), hours.back(), 0, 48);
  cows.x_axis(12, 1, "hours after the first naltrexone");
  cows.y_axis({{0, "0"}, {12, "12"}, {24, "24"}, {36, "36"}, {48, "48"}}, "COWS");
  if (!all.band_curve.empty()) cows.area(all.band_hours, all.band_curve, "band");
  cows.level(all.mild, "mild from here");
  cows.level(all.moderate, "moderate from here");
  cows.line(courses.front().alone_curve, "var(--soft)", true, "without naltrexone");
  Chart tone("Agonist tone", hours.front(), hours.back(), 0, 100);
  tone.x_axis(12, 1, "hours after the first naltrexone");
  tone.y_axis(percents, "agonist tone, %");
  for (std::size_t h = 0; h < courses.size(); ++h) {
    cows.line(courses[h].cows_curve, colour(h), false, all.hypotheses[h]);
    tone.line(courses[h].tone_curve, colour(h), false, all.hypotheses[h]);
  }
  cows.upright(0, "naltrexone");
  tone.upright(0, "naltrexone");
  return cows.figure(
             key(all, true, !all.band_curve.empty()),
             "Typical patient. The height of COWS is weakly founded; the band is uncertainty "
             "about one patient, not how patients differ.") +
         tone.figure(key(all, false, false),
                     "What is left of the agonists' effect, after competition and tolerance.");
}

std::string planned_day(const Competition& all, const CompetitionWords& words) {
  std::vector<std::string> heads = {"after the dose"};
  for (const double hour : all.hours) heads.push_back(safety::long_text(hour));
  std::string rows;
  const std::vector<Course>& courses = all.first_doses.front().courses;
  for (std::size_t h = 0; h < courses.size(); ++h) {
    rows += table_row(cells("COWS " + all.hypotheses[h], courses[h].cows));
  }
  if (!all.band.empty()) {
    std::vector<std::string> band = {"COWS, band"};
    for (const auto& one : all.band) band.push_back(whole(one.low) + "–" + whole(one.high));
    rows += table_row(band);
  }
  for (std::size_t h = 0; h < courses.size(); ++h) {
    rows += table_row(cells("agonist tone " + all.hypotheses[h], courses[h].tone, " %"));
  }
  return "<h3>" + html(words.planned_title) + "</h3>\n" + paragraphs({words.planned.front()}) +
         withdrawal_figures(all) + table(heads, rows) +
         paragraphs({words.planned.begin() + 1, words.planned.end()});
}

std::string later_days(const Competition& all, const safety::Check& check,
                       const CompetitionWords& words) {
  Chart chart("COWS, from just before the first dose to its worst, by the day of that dose", -0.7,
              all.first_doses.back().later + 0.7, 0, 48);
  chart.x_axis(1, 1, "days after the planned day");
  chart.y_axis({{0, "0"}, {12, "12"}, {24, "24"}, {36, "36"}, {48, "48"}}, "COWS");
  std::vector<std::string> heads = {"first dose", "rules, that day"};
  for (const std::string& one : all.hypotheses) heads.push_back(html(one));
  heads.insert(heads.end(), {"without naltrexone", "tone before"});
  std::string rows;
  for (const safety::FirstDose& day : all.first_doses) {
    const safety::RulesOn rules = safety::rules_on(check, day.on);
    std::vector<std::string> row = {safety::text_of(day.on), html(rules.text)};
    for (std::size_t h = 0; h < day.courses.size(); ++h) {
      const Course& one = day.courses[h];
      const std::string says = whole(one.before) + " → " + whole(one.peak);
      chart.span(day.later + 0.22 * (static_cast<double>(h) - 1), one.before, one.peak, colour(h),
                 fmt::format("{}, {}: {}", safety::text_of(day.on), all.hypotheses[h], says));
      row.push_back(says);
    }
    row.push_back(whole(day.courses.front().alone));
    row.push_back(whole(day.courses.front().tone_before) + " %");
    rows += table_row(row);
  }
  return "<h3>" + html(words.later_title) + "</h3>\n" + paragraphs({words.later_before}) +
         chart.figure(key(all, false, false), words.later_after) + table(heads, rows);
}

std::string block(const Competition& all, const CompetitionWords& words) {
  const Block& block = *all.block;
  const bool weeks = block.follow > 28 * 24;
  Chart chart("Feeling of heroin 25 mg prevented", 0, block.follow, 0, 100);
  chart.x_axis(weeks ? block.follow > 200 * 24 ? 1344 : 168 : 24, weeks ? 168 : 24,
               weeks ? "weeks after the last dose" : "days after the last dose");
  chart.y_axis(percents, "prevented, %");
  chart.level(all.blocked, "blocked above");
  std::vector<std::string> heads = {"after the last dose"};
  for (const double at : block.at) heads.push_back(safety::long_text(at));
  std::string rows;
  for (std::size_t h = 0; h < block.under.size(); ++h) {
    chart.line(block.under[h].curve, colour(h), false, all.hypotheses[h]);
    rows += table_row(cells("prevented, " + all.hypotheses[h], block.under[h].prevented, " %"));
  }
  return "<h3>" + html(words.block_title) + "</h3>\n" + paragraphs(words.block_before) +
         chart.figure(key(all, false, false), "Someone without tolerance.") + table(heads, rows) +
         with_warnings(words.block_after);
}

std::string must_be_said(const Competition& all,
                         const std::vector<evidence::SourceEntry>& sources) {
  std::string out = "<h3>To be said with these numbers</h3>\n<ul>\n";
  for (const safety::Sentence& one : all.say) {
    std::string cited;
    for (const std::string& id : one.sources) {
      if (id != "assumed") cited += "<br><small>" + citation_html(id, sources) + "</small>";
    }
    out += fmt::format("<li>{} {}{}</li>\n", html(one.text), grade_html(one.grade), cited);
  }
  return out + "</ul>\n";
}

}  // namespace

std::string competition_section(const Competition& all, const safety::Check& check,
                                const std::vector<evidence::SourceEntry>& sources) {
  const CompetitionWords words = safety::words_of(all, check);
  std::string out = "<h2 id=\"simulation\">Simulation of what competes at the receptor</h2>\n";
  out += fmt::format("<div class=\"callout warn\"><p>{}</p></div>\n", html(safety::never_lowers));
  out += bullets(words.went_in);
  if (!words.planned_title.empty()) out += planned_day(all, words);
  if (!words.later_title.empty()) out += later_days(all, check, words);
  if (!words.gut.empty()) out += paragraphs({words.gut});
  if (!words.block_title.empty()) out += block(all, words);
  if (!words.lost.empty()) {
    out += "<h3>After stopping: tolerance that is lost</h3>\n" + paragraphs(words.lost);
  }
  if (!all.say.empty()) out += must_be_said(all, sources);
  return out;
}

}  // namespace vesper::report
