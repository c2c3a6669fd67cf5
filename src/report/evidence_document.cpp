#include "report/evidence_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/assets.h"
#include "report/format.h"
#include "report/tables.h"

namespace vesper::report {

namespace {

// Beside the styles of every report.
constexpr std::string_view own_style = R"css(
svg.chart { max-width: 100%; height: auto; font: 13px var(--sans); }
svg.chart text { fill: var(--ink); }
svg.chart text.soft { fill: var(--soft); font-size: 12px; }
svg.chart .grid { stroke: var(--rule); }
svg.chart .axis { stroke: var(--faint); }
svg.chart .gap { stroke: var(--faint); stroke-dasharray: 2 4; }
svg.chart .potency { stroke: var(--ink); stroke-width: 7; stroke-linecap: round; opacity: .75; }
svg.chart .guess { opacity: .35; }
tr.figures td { border-bottom: 0; padding-bottom: 0; }
tr.figures td.target { border-bottom: 1px solid var(--rule); padding-bottom: 6px; }
td.verdict { font-weight: 600; }
td.figure, th.figure { white-space: nowrap; }
td a { overflow-wrap: anywhere; }
.inside { color: var(--h3); font-weight: 600; } .missed { color: var(--warn); font-weight: 600; }
)css";

}  // namespace

std::string evidence_document(std::string_view kind, std::string_view title,
                              std::string_view summary_html, std::string_view body) {
  const std::string disclaimer =
      fmt::format("<p class=\"disclaimer\">{}</p>\n", html(simulate::disclaimer));
  std::string out =
      "<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'; img-src data:\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"generator\" content=\"Vesper " VESPER_VERSION "\">\n<title>" +
      html(title) + "</title>\n<style>";
  out += style();
  out += own_style;
  out += fmt::format(
      "</style>\n</head>\n<body>\n<header class=\"top\">\n<p class=\"eyebrow\"><b>VESPER</b> · "
      "{}</p>\n<h1>{}</h1>\n{}{}</header>\n<main>\n{}</main>\n<footer>{}</footer>\n</body>\n"
      "</html>\n",
      html(kind), html(title), disclaimer, summary_html, body, disclaimer);
  return out;
}

std::string table_row(const std::vector<std::string>& cells, std::string_view tag) {
  std::string row = "<tr>";
  for (const std::string& cell : cells) row += fmt::format("<{0}>{1}</{0}>", tag, cell);
  return row + "</tr>\n";
}

std::string grade_html(std::string_view grade) {
  return fmt::format("<span class=\"grade {0}\">{0}</span>", html(grade));
}

std::string citation_html(const std::string& id,
                          const std::vector<evidence::SourceEntry>& sources) {
  for (const evidence::SourceEntry& one : sources) {
    if (one.id != id) continue;
    return html(one.citation) +
           (one.locator.empty() ? "" : " <small>" + locator_html(one.locator) + "</small>");
  }
  return html(id);
}

double LogAxis::at(double value) const {
  const double clamped = std::clamp(value, low, high);
  return from + (to - from) * std::log10(clamped / low) / std::log10(high / low);
}

std::vector<double> LogAxis::decades() const {
  std::vector<double> all;
  for (double value = low; value <= high * 1.0001; value *= 10) all.push_back(value);
  return all;
}

LogAxis LogAxis::around(const std::vector<double>& values, double from, double to) {
  double low = INFINITY, high = 0;
  for (const double value : values) {
    if (!(value > 0) || !std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (!(low <= high)) return {1, 10, from, to};
  low = std::pow(10, std::floor(std::log10(low)));
  high = std::pow(10, std::ceil(std::log10(high)));
  if (low == high) high *= 10;
  return {low, high, from, to};
}

std::string decade_of_nanomolar(double value) {
  const char* unit = value >= 999999 ? "mM" : value >= 999 ? "µM" : value >= 0.999 ? "nM" : "pM";
  const double scale = value >= 999999 ? 1e6 : value >= 999 ? 1e3 : value >= 0.999 ? 1 : 1e-3;
  return fmt::format("{:g} {}", std::round(value / scale * 1e6) / 1e6, unit);
}

std::string decade(double value) {
  const int power = static_cast<int>(std::lround(std::log10(value)));
  if (power >= -3 && power <= 4) return fmt::format("{:g}", std::pow(10, power));
  return fmt::format("1e{}", power);
}

}  // namespace vesper::report
