#include "safety/side_effects.h"

#include <fmt/format.h>

#include <algorithm>

#include "evidence/fields.h"

namespace vesper::safety {

namespace {

using files::Yaml;

Result<double> read_percent(const Yaml& value) {
  VESPER_TRY(const units::Unit percent, units::Unit::parse("%"));
  VESPER_TRY(const double share, value.in(percent));
  if (!(share >= 0 && share <= 100)) {
    return fail(Code::out_of_range, fmt::format("'{}' is no share of people", value.raw()),
                value.place());
  }
  return share;
}

Result<std::optional<double>> optional_percent(const Yaml& entry, std::string_view key) {
  const Yaml* value = entry.find(key);
  if (value == nullptr) return std::optional<double>();
  VESPER_TRY(const double share, read_percent(*value));
  return std::optional(share);
}

Result<std::vector<std::string>> texts(const Yaml& entry, std::string_view key) {
  std::vector<std::string> all;
  for (const Yaml& item : entry.items(key)) {
    VESPER_TRY(std::string text, item.text());
    all.push_back(std::move(text));
  }
  return all;
}

Result<SideEffect::Week> read_week(const Yaml& entry) {
  VESPER_CHECK(entry.keys({"week", "incidence", "placebo"}));
  SideEffect::Week week;
  VESPER_TRY(week.week, entry.number("week"));
  VESPER_TRY(const Yaml incidence, entry.at("incidence"));
  VESPER_TRY(week.incidence, read_percent(incidence));
  VESPER_TRY(week.placebo, optional_percent(entry, "placebo"));
  return week;
}

// {1: 20 %, 4: 5 %}, or a list of {week, incidence, placebo}.
Result<std::vector<SideEffect::Week>> read_weeks(const Yaml& entry) {
  std::vector<SideEffect::Week> all;
  const Yaml* weeks = entry.find("by-week");
  if (weeks != nullptr && weeks->is_map()) {
    for (const auto& [week, share] : weeks->entries()) {
      SideEffect::Week read;
      VESPER_TRY(read.week, week.number());
      VESPER_TRY(read.incidence, read_percent(share));
      all.push_back(read);
    }
    return all;
  }
  for (const Yaml& week : entry.items("by-week")) {
    VESPER_TRY(const SideEffect::Week read, read_week(week));
    all.push_back(read);
  }
  return all;
}

Result<SideEffect> read_one(const Yaml& entry, const std::vector<std::string>& sources) {
  VESPER_CHECK(
      entry.keys({"effect", "product", "drug", "route", "dose", "incidence", "placebo", "weeks",
                  "onset", "by-week", "population", "n", "source", "grade", "notes"}));
  SideEffect one;
  VESPER_TRY(one.effect, evidence::filled(entry, "effect"));
  VESPER_TRY(one.products, texts(entry, "product"));
  VESPER_TRY(one.routes, texts(entry, "route"));
  VESPER_TRY(one.drug, entry.text_or("drug", "naltrexone"));
  VESPER_TRY(one.dose, entry.text_or("dose", ""));
  VESPER_TRY(one.onset, entry.text_or("onset", ""));
  VESPER_TRY(one.population, entry.text_or("population", ""));
  VESPER_TRY(one.notes, entry.text_or("notes", ""));
  VESPER_TRY(one.grade, entry.text_or("grade", ""));
  VESPER_TRY(one.incidence, optional_percent(entry, "incidence"));
  VESPER_TRY(one.placebo, optional_percent(entry, "placebo"));
  VESPER_TRY(one.by_week, read_weeks(entry));
  if (!one.incidence && one.by_week.empty() && one.notes.empty()) {
    return fail(Code::missing_key, fmt::format("'{}' has no figure", one.effect), entry.place(),
                "add `incidence: ... %`, or `notes` where there is none");
  }
  if (const Yaml* weeks = entry.find("weeks")) {
    VESPER_TRY(one.weeks, weeks->number());
  }
  if (const Yaml* n = entry.find("n")) {
    VESPER_TRY(one.n, n->integer());
  }
  VESPER_TRY(const Yaml source, entry.at("source"));
  VESPER_TRY(one.source, source.text());
  VESPER_CHECK(evidence::check_source(one.source, sources, source.place()));
  return one;
}

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::ranges::find(all, one) != all.end();
}

}  // namespace

std::string of_whom(const SideEffect& one) {
  std::vector<std::string> parts;
  if (!one.population.empty()) parts.push_back(one.population);
  if (one.n) parts.push_back(fmt::format("n {}", *one.n));
  if (!one.dose.empty()) parts.push_back(one.dose);
  if (one.weeks) parts.push_back(fmt::format("{:g} weeks", *one.weeks));
  if (!one.onset.empty()) parts.push_back(one.onset);
  if (one.incidence && !one.placebo) parts.push_back("no share under placebo");
  std::vector<std::string> more = {fmt::format("{}", fmt::join(parts, ", "))};
  for (const SideEffect::Week& week : one.by_week) {
    more.push_back(
        fmt::format("week {:g}: {:g} %{}", week.week, week.incidence,
                    week.placebo ? fmt::format(" (placebo {:g} %)", *week.placebo) : ""));
  }
  if (!one.notes.empty()) more.push_back(one.notes);
  std::erase(more, "");
  return fmt::format("{}", fmt::join(more, "; "));
}

Result<std::vector<SideEffect>> read_side_effects(const files::SearchPath& search) {
  std::vector<SideEffect> all;
  VESPER_TRY(const std::vector<std::string> sources, evidence::source_ids(search));
  for (const auto& path : search.list("evidence", ".yaml")) {
    if (path.stem() != "side-effects") continue;
    VESPER_TRY(const Yaml root, files::read_yaml(path));
    if (!root.is_list()) {
      return fail(Code::wrong_type, "a list of side effects is wanted here", root.place(),
                  "begin each entry with `- effect: ...`");
    }
    for (const Yaml& entry : root.items()) {
      VESPER_TRY(SideEffect one, read_one(entry, sources));
      all.push_back(std::move(one));
    }
  }
  return all;
}

std::vector<SideEffect> expected(const std::vector<SideEffect>& all, const Regimen& regimen) {
  std::vector<bool> wanted(all.size(), false);
  for (const Line& line : regimen.lines) {
    bool own = false;
    for (std::size_t k = 0; k < all.size(); ++k) {
      if (line.product.empty() || !has(all[k].products, line.product)) continue;
      wanted[k] = own = true;
    }
    for (std::size_t k = 0; k < all.size() && !own; ++k) {
      const SideEffect& one = all[k];
      if (one.products.empty() && folded(one.drug) == folded(line.drug) &&
          (one.routes.empty() || has(one.routes, line.route))) {
        wanted[k] = true;
      }
    }
  }
  std::vector<SideEffect> found;
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (wanted[k]) found.push_back(all[k]);
  }
  return found;
}

}  // namespace vesper::safety
