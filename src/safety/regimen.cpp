#include "safety/regimen.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vesper::safety {

namespace {

using files::Yaml;

constexpr double day = 24;  // [h]

bool active(const Line& line, double hour) {
  const double end = line.every > 0 ? line.until : line.first + day;
  return line.first <= hour && hour < end;
}

Result<Line> line_of(const dosing::RegimenItem& item, dosing::Catalogue& catalogue) {
  Line line;
  line.drug = item.product.drug;
  line.route = item.product.route;
  line.product = item.product.id;
  line.title = item.product.name;
  line.mg = item.count * item.product.strength;
  VESPER_TRY(const dosing::Drug drug, catalogue.drug(line.drug, item.product.file.whole()));
  if (const auto salt = drug.molar_mass.find("hydrochloride"); salt != drug.molar_mass.end()) {
    line.labelled = line.mg;
    line.mg *= item.product.nmol_per_mg * salt->second / 1e6;
  }
  line.every = item.every;
  line.first = item.first;
  line.until = item.until;
  return line;
}

}  // namespace

double Line::daily() const {
  return every > 0 ? mg * day / every : mg;
}

Date Line::first_day(Date start) const {
  return start + std::chrono::days(static_cast<int>(std::floor(first / day)));
}

std::optional<Date> Line::last_day(Date start) const {
  if (every <= 0) return first_day(start);
  if (!std::isfinite(until)) return std::nullopt;
  const double doses = std::ceil((until - first) / every - 1e-9);
  const double last = first + std::max(0.0, doses - 1) * every;
  return start + std::chrono::days(static_cast<int>(std::floor(last / day)));
}

std::optional<Date> Line::dose_before(Date start, Date date) const {
  const Date begin = first_day(start);
  if (date < begin) return std::nullopt;
  if (every <= 0) return begin;
  // Doses of that day count: its end is what is counted to.
  const double hours = std::min(until, (days_between(start, date) + 1) * day);
  const double doses = std::max(1.0, std::ceil((hours - first) / every - 1e-9));
  const double last = first + (doses - 1) * every;
  return start + std::chrono::days(static_cast<int>(std::floor(last / day)));
}

std::string every_text(double hours) {
  if (hours <= 0) return "once";
  if (hours > 7 * day && std::fmod(hours, 7 * day) == 0) {
    return fmt::format("every {:g} weeks", hours / 7 / day);
  }
  if (hours > day && std::fmod(hours, day) == 0) return fmt::format("every {:g} days", hours / day);
  return fmt::format("every {:g} h", hours);
}

// The label of an injection counts base: its dose stands before what it is in hydrochloride.
std::string Line::text() const {
  std::string text = fmt::format("{:.3g} mg", labelled > 0 ? labelled : mg);
  if (labelled > 0 && std::abs(mg / labelled - 1) > 0.01) {
    text += fmt::format(" ({:.3g} mg as hydrochloride)", mg);
  }
  text += " " + every_text(every);
  const int minutes = static_cast<int>(std::lround(std::fmod(first, day) * 60));
  if (minutes > 0 && std::fmod(every, day) == 0) {
    text += fmt::format(" at {:02d}:{:02d}", minutes / 60, minutes % 60);
  }
  return text + ", " + route;
}

double highest_daily(const std::vector<const Line*>& lines) {
  double highest = 0;
  for (const Line* at : lines) {
    double sum = 0;
    for (const Line* line : lines) sum += active(*line, at->first) ? line->daily() : 0;
    highest = std::max(highest, sum);
  }
  return highest;
}

std::size_t most_at_once(const std::vector<const Line*>& lines) {
  std::size_t most = 0;
  for (const Line* at : lines) {
    most = std::max(most, static_cast<std::size_t>(std::ranges::count_if(
                              lines, [&](const Line* line) { return active(*line, at->first); })));
  }
  return most;
}

Result<Regimen> parse_regimen(const Yaml& root, dosing::Catalogue& catalogue,
                              const std::filesystem::path& beside) {
  VESPER_CHECK(root.keys({"purpose", "start", "items"}));
  Regimen regimen;
  for (const Yaml& purpose : root.items("purpose")) {
    VESPER_TRY(std::string text, purpose.text());
    regimen.purpose.push_back({std::move(text), {}, purpose.place()});
  }
  if (const Yaml* start = root.find("start")) {
    VESPER_TRY(regimen.start, files::read_date(*start));
  }
  VESPER_TRY(const Yaml items, root.at("items"));
  VESPER_TRY(const dosing::Regimen read, dosing::read_regimen(items, catalogue, beside));
  for (const dosing::RegimenItem& item : read.items) {
    if (item.count == 0) continue;
    VESPER_TRY(Line line, line_of(item, catalogue));
    regimen.lines.push_back(std::move(line));
  }
  if (regimen.lines.empty()) {
    return fail(Code::no_regimen, "the regimen has no dose", items.place(),
                "such as `- {product: ldn-capsule-4.5mg, every: 24 h}`");
  }
  return regimen;
}

Result<Regimen> read_regimen(const std::filesystem::path& path, dosing::Catalogue& catalogue) {
  VESPER_TRY(const Yaml root, files::read_yaml(path));
  return parse_regimen(root, catalogue, path.parent_path());
}

}  // namespace vesper::safety
