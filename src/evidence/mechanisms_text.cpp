// How the figures of mechanisms are written, and the table for a terminal.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "evidence/mechanisms.h"
#include "evidence/text.h"

namespace vesper::evidence {

namespace {

Band over_all(const Mechanism& row, Band Reach::*which) {
  Band all{INFINITY, -INFINITY};
  for (const Reach& one : row.reach) {
    if (!std::isfinite((one.*which).low)) continue;
    all.low = std::min(all.low, (one.*which).low);
    all.high = std::max(all.high, (one.*which).high);
  }
  return all.low <= all.high ? all : Band{};
}

std::string figure(double value) {
  if (value != 0 && std::abs(value) < 1e-3) return fmt::format("{:.0e}", value);
  return two_digits(value);
}

std::string joined(const std::string& low, const std::string& high) {
  if (low == high) return low;
  return low + (high.starts_with('>') ? " to " : "-") + high;
}

// 2700 nM is read as 2.7 uM.
std::string molar(double low, double high, int digits) {
  if (!std::isfinite(low)) return "-";
  const bool micro = low >= 1000;
  const double scale = micro ? 1e-3 : 1;
  return joined(fmt::format("{:.{}g}", low * scale, digits),
                fmt::format("{:.{}g}", high * scale, digits)) +
         (micro ? " µM" : " nM");
}

// Hours a day, to a tenth below ten.
std::string hours_figure(double hours) {
  std::string text = fmt::format("{:.{}f}", hours, hours < 9.95 ? 1 : 0);
  return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

// Percent as people read it: "<0.01", "44", ">99".
std::string percent_figure(double fraction) {
  const double value = 100 * fraction;
  if (value > 99 && value < 100) return ">99";
  if (value > 0 && value < 0.01) return "<0.01";
  return figure(value);
}

}  // namespace

std::string potency_text(const Mechanism& row) {
  if (row.target.potencies.empty()) return "-";
  const Potency& first = row.target.potencies.front();
  const Band band = over_all(row, &Reach::potency);
  return first.measure + " " + molar(band.low, band.high, 3) + (first.recalled ? " *" : "");
}

std::string concentration_text(const Mechanism& row) {
  double low = INFINITY, high = -INFINITY;
  for (const Reach& one : row.reach) {
    if (!std::isfinite(one.highest_concentration)) continue;
    low = std::min(low, one.highest_concentration);
    high = std::max(high, one.highest_concentration);
  }
  return low <= high ? molar(low, high, 2) : "-";
}

std::string occupancy_text(const Mechanism& row, Band Reach::*which) {
  const Band band = over_all(row, which);
  if (!std::isfinite(band.low)) return "-";
  return joined(percent_figure(band.low), percent_figure(band.high)) + " %";
}

std::string hours_text(const Mechanism& row, Band Reach::*which) {
  const Band band = over_all(row, which);
  if (!std::isfinite(band.low)) return "-";
  return joined(hours_figure(band.low), hours_figure(band.high));
}

std::string margin_text(const Mechanism& row) {
  const Band band = over_all(row, &Reach::margin);
  if (!std::isfinite(band.low) || band.high <= 0) return "-";
  const auto one = [](double margin) {
    return margin >= 1 ? two_digits(margin) + "x" : "1/" + two_digits(1 / margin);
  };
  return band.high < 1
             ? one(band.high)
             : (one(band.low) == one(band.high) ? one(band.low)
                                                : one(band.low) + " to " + one(band.high));
}

std::string by_hypothesis(const Mechanism& row, Band Reach::*which, bool percent) {
  std::string text;
  for (const Reach& one : row.reach) {
    const Band band = one.*which;
    if (!std::isfinite(band.low)) return "";
    const std::string value =
        percent ? joined(percent_figure(band.low), percent_figure(band.high)) + " %"
                : joined(hours_figure(band.low), hours_figure(band.high)) + " h";
    text +=
        (text.empty() ? "" : ", ") + (one.hypothesis.empty() ? "" : one.hypothesis + " ") + value;
  }
  return text;
}

namespace {

using Cells = std::vector<std::string>;

std::string where(const Mechanisms& all, const Target& target) {
  if (target.potencies.empty()) return "";
  for (const Concentration& one : all.concentrations) {
    if (one.id == target.potencies.front().at) return one.says;
  }
  return "";
}

// The hypotheses side by side where they do not agree on the highest occupancy to 5 %.
std::string rivals(const Mechanism& row) {
  if (row.reach.size() < 2 || row.target.occupancy.empty() || row.target.potencies.empty()) {
    return "";
  }
  const Band highest = over_all(row, &Reach::highest), hours = over_all(row, &Reach::hours_50);
  if (highest.high < 1.05 * highest.low && hours.high - hours.low < 0.5) return "";
  return "highest: " + by_hypothesis(row, &Reach::highest, true) +
         "; a day above half: " + by_hypothesis(row, &Reach::hours_50, false);
}

std::string exposure_lines(const Mechanisms& all) {
  std::string out;
  for (std::size_t i = 0; i < all.concentrations.size(); ++i) {
    Band mean{INFINITY, -INFINITY}, highest{INFINITY, -INFINITY};
    for (const Band& band : all.exposure[i]) {
      mean = {std::min(mean.low, band.low), std::max(mean.high, band.low)};
      highest = {std::min(highest.low, band.high), std::max(highest.high, band.high)};
    }
    out += wrapped(fmt::format("{}: highest {}, average {}", all.concentrations[i].says,
                               molar(highest.low, highest.high, 2), molar(mean.low, mean.high, 2)),
                   100, "  ", "    ");
  }
  return out;
}

}  // namespace

std::string mechanisms_table(const Mechanisms& all) {
  const Cells header = {"target",  "potency", "margin", "highest",
                        "average", "h>50 %",  "h>90 %", "grade"};
  std::vector<Cells> lines;
  for (const Mechanism& row : all.rows) {
    lines.push_back({row.target.id, potency_text(row), margin_text(row),
                     occupancy_text(row, &Reach::highest), occupancy_text(row, &Reach::mean),
                     hours_text(row, &Reach::hours_50), hours_text(row, &Reach::hours_90),
                     row.target.grade});
  }
  std::vector<std::size_t> width;
  for (const std::string& cell : header) width.push_back(text_width(cell));
  for (const Cells& cells : lines) {
    for (std::size_t k = 0; k < cells.size(); ++k) {
      width[k] = std::max(width[k], text_width(cells[k]));
    }
  }
  const auto line = [&](const Cells& cells) {
    std::string text = " ";
    for (std::size_t k = 0; k < cells.size(); ++k) text += " " + padded(cells[k], width[k] + 1);
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
  };
  std::string out = wrapped(
      fmt::format("{} ({}) · {} · {}", all.product, all.title, all.model, all.when), 100, "", "  ");
  out += exposure_lines(all) + "\n" + line(header);
  bool recalled = false;
  for (std::size_t i = 0; i < all.rows.size(); ++i) {
    const Mechanism& row = all.rows[i];
    out += line(lines[i]);
    const std::string place = where(all, row.target);
    out += wrapped(
        row.target.name +
            (place.empty() ? "" : "; reached by " + concentration_text(row) + " of " + place),
        100, "      ", "      ");
    if (const std::string text = rivals(row); !text.empty()) {
      out += wrapped(text, 100, "      ", "        ");
    }
    out += wrapped(row.verdict, 100, "    → ", "      ");
    for (const Potency& one : row.target.potencies) recalled = recalled || one.recalled;
  }
  out += "\n";
  if (all.hypotheses.size() > 1) {
    std::string text = "Ranges are over hypotheses (";
    for (std::size_t h = 0; h < all.hypotheses.size(); ++h) {
      text += (h > 0 ? ", " : "") + all.hypotheses[h].id + " " + all.hypotheses[h].label;
    }
    out += wrapped(text + ") and potencies. `h`: hours a day.", 100, "  ", "  ");
  }
  if (recalled) {
    out += "  * carried from memory, not yet read in a source: decides nothing by itself.\n";
  }
  return out +
         "  Rules of the verdicts and sources: --html FILE or --json.\n"
         "  For research and teaching; not medical advice.\n";
}

}  // namespace vesper::evidence
