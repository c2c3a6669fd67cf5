// The comparison for a terminal, one block for each medicine, and as JSON.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "evidence/text.h"
#include "safety/comparators.h"

namespace vesper::safety {

namespace {

using evidence::wrapped;
using Json = nlohmann::ordered_json;
using Sources = std::vector<evidence::SourceEntry>;

constexpr std::size_t columns = 100, label = 16;

class Text {
 public:
  Text(const Comparison& comparison, const Sources& sources, bool colour)
      : all_(comparison), sources_(sources), colour_(colour) {}

  std::string text() {
    std::string head = fmt::format("For {} dependence", all_.use);
    if (all_.for_patient) {
      head += fmt::format(" · {} · first dose {}", all_.patient.empty() ? "patient" : all_.patient,
                          text_of(all_.on));
    }
    out_ += head + "\n";
    table();
    for (const Compared& row : all_.rows) medicine(row);
    for (const NotChecked& one : all_.not_checked) {
      out_ += wrapped(fmt::format("Not checked: {} '{}': {}", one.kind, one.what, one.why), columns,
                      "\n  • ", "    ");
    }
    out_ += "\n" + wrapped(comparison_caveat(), columns, "  ", "  ");
    cited();
    out_ += "\n  " + std::string(disclaimer) + "\n";
    return std::move(out_);
  }

 private:
  std::string styled(std::string_view text, const char* code) const {
    return colour_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }

  void line(std::string_view name, const std::string& text) {
    if (text.empty()) return;
    out_ +=
        wrapped(text, columns, "  " + evidence::padded(name, label), std::string(label + 2, ' '));
  }

  // One row each: what stands against it, how long it acts, its first measured effect.
  void table() {
    std::vector<std::array<std::string, 4>> rows = {
        {"", all_.for_patient ? "in this patient" : "evidence", "half-life", "opioid-free first"}};
    for (const Compared& row : all_.rows) {
      const std::string free = row.what.needs_opioid_free;
      rows.push_back({row.what.name,
                      all_.for_patient ? standing(row, true) : std::string(row.what.grade),
                      row.what.half_life, free.substr(0, free.find_first_of(":;"))});
    }
    std::array<std::size_t, 3> width{};
    for (const auto& row : rows) {
      for (std::size_t k = 0; k < 3; ++k) {
        width[k] = std::max(width[k], evidence::text_width(row[k]));
      }
    }
    out_ += "\n";
    for (const auto& row : rows) {
      std::string text = "  ";
      for (std::size_t k = 0; k < 3; ++k) text += evidence::padded(row[k], width[k] + 2);
      text += row[3];
      out_ += (&row == rows.data() ? styled(text, "2") : text) + "\n";
    }
  }

  void medicine(const Compared& row) {
    const Comparator& what = row.what;
    const std::string stands = standing(row, all_.for_patient);
    out_ +=
        "\n" + styled(what.name, "1") + (stands.empty() ? "" : "  " + styled(stands, "7")) + "\n";
    line("how it acts", what.mechanism);
    line("dose", what.dose);
    line("half-life", what.half_life);
    line("acts", what.onset);
    line("opioid-free", what.needs_opioid_free);
    bool first = true;
    for (const Effect& effect : what.effects) {
      line(first ? "evidence" : "", effect_text(effect) + mark({effect.source}));
      first = false;
    }
    against(row);
    line("watch", fmt::format("{}", fmt::join(what.monitoring, "; ")));
    line("grade", what.grade + mark(what.sources));
  }

  void against(const Compared& row) {
    if (!all_.for_patient) {
      bool first = true;
      for (const std::string& one : row.always)
        line(std::exchange(first, false) ? "not with" : "", one);
      return;
    }
    bool first = true;
    for (const Against& one : row.against) {
      line(std::exchange(first, false) ? "against it" : "",
           fmt::format("{}: {}{}", text_of(one.severity), one.text, mark(one.sources)));
    }
    if (row.against.empty()) line("against it", "nothing found");
    if (!row.not_known.empty()) {
      line("not known", fmt::format("{}", fmt::join(row.not_known, "; ")));
    }
  }

  std::string mark(const std::vector<std::string>& sources) {
    std::string text;
    for (const std::string& source : sources) {
      auto found = std::ranges::find(marks_, source);
      if (found == marks_.end()) found = marks_.insert(found, source);
      text += fmt::format(" [{}]", found - marks_.begin() + 1);
    }
    return text;
  }

  void cited() {
    out_ += "\n" + styled("SOURCES", "1") + "\n";
    for (std::size_t k = 0; k < marks_.size(); ++k) {
      std::string text = marks_[k];
      for (const evidence::SourceEntry& one : sources_) {
        if (one.id == marks_[k]) text = fmt::format("{} ({})", one.citation, one.id);
      }
      out_ +=
          wrapped(text, columns, fmt::format("  {:>4} ", fmt::format("[{}]", k + 1)), "       ");
    }
  }

  const Comparison& all_;
  const Sources& sources_;
  bool colour_;
  std::vector<std::string> marks_;
  std::string out_;
};

Json effects_of(const Comparator& what) {
  Json list = Json::array();
  for (const Effect& one : what.effects) {
    list.push_back({{"measure", one.measure},
                    {"value", one.value},
                    {"unit", one.unit},
                    {"interval", one.interval},
                    {"against", one.against},
                    {"n", one.n ? Json(*one.n) : Json(nullptr)},
                    {"source", one.source}});
  }
  return list;
}

Json object(const Compared& row, bool for_patient) {
  const Comparator& what = row.what;
  Json against = Json::array();
  for (const Against& one : row.against) {
    against.push_back({{"severity", text_of(one.severity)},
                       {"says", one.text},
                       {"rule", one.rule.empty() ? Json(nullptr) : Json(one.rule)},
                       {"sources", one.sources}});
  }
  return {{"name", what.name},
          {"drug", what.drug},
          {"standing", for_patient ? Json(standing(row, true)) : Json(nullptr)},
          {"mechanism", what.mechanism},
          {"dose", what.dose},
          {"half_life", what.half_life},
          {"onset", what.onset},
          {"needs_opioid_free", what.needs_opioid_free},
          {"evidence", effects_of(what)},
          {"against", std::move(against)},
          {"contraindications", row.always},
          {"not_known", row.not_known},
          {"monitoring", what.monitoring},
          {"grade", what.grade},
          {"sources", what.sources}};
}

}  // namespace

std::string comparison_text(const Comparison& comparison, const Sources& sources, bool colour) {
  return Text(comparison, sources, colour).text();
}

std::string comparison_json(const Comparison& comparison, const Sources& sources) {
  Json rows = Json::array(), not_checked = Json::array(), cited = Json::array();
  for (const Compared& row : comparison.rows) rows.push_back(object(row, comparison.for_patient));
  for (const NotChecked& one : comparison.not_checked) {
    not_checked.push_back({{"kind", one.kind}, {"what", one.what}, {"why", one.why}});
  }
  const std::string all = rows.dump();
  for (const evidence::SourceEntry& one : sources) {
    if (all.find('"' + one.id + '"') == std::string::npos) continue;
    cited.push_back({{"id", one.id}, {"citation", one.citation}, {"locator", one.locator}});
  }
  const Json json = {{"use", comparison.use},
                     {"patient", comparison.for_patient ? Json(comparison.patient) : Json(nullptr)},
                     {"on", text_of(comparison.on)},
                     {"medicines", std::move(rows)},
                     {"not_checked", std::move(not_checked)},
                     {"caveat", comparison_caveat()},
                     {"sources", std::move(cited)},
                     {"disclaimer", disclaimer}};
  return json.dump(2) + "\n";
}

}  // namespace vesper::safety
