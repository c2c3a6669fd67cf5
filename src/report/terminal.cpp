#include "report/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/format.h"

namespace vesper::report {

namespace {

constexpr std::string_view margin = "  ";
constexpr std::size_t gap = 2;

std::string cell(const simulate::Metric* metric, Readout readout, const std::string& unit,
                 std::string_view dash) {
  if (metric == nullptr || !std::isfinite(middle(*metric))) return "–";
  const auto text = [&](double value) {
    return readout == Readout::hours_above ? tenths(value) : rough(value);
  };
  std::string cell = text(middle(*metric));
  if (!unit.empty()) cell += " " + unit;
  const simulate::Band& band = metric->patients;
  if (band.n > 1) cell += fmt::format(" [{}]", range(text(band.q05), text(band.q95), dash));
  return cell;
}

KeyRow row(const Story& story, std::size_t arm, std::size_t output, Readout readout,
           double threshold, std::string_view dash) {
  const OutputStory& watched = story.outputs[output];
  KeyRow made;
  std::string unit = watched.unit;
  if (readout == Readout::hours_above) {
    const std::string level = unit.empty() ? exact(threshold) : exact(threshold) + " " + unit;
    made.label = "hours a day above " + level;
    made.under = true;
    unit.clear();
  } else {
    made.label = watched.label + (watched.occupancy() ? ", highest" : ", Cmax");
  }
  for (std::size_t h = 0; h < story.hypotheses.size(); ++h) {
    made.cells.push_back(
        cell(find_metric(story, readout, arm, h, output, threshold), readout, unit, dash));
  }
  return made;
}

// Nobody in these arms is ever above the level: the highest value says so already.
bool never_above(const Story& story, const std::vector<std::size_t>& arms, std::size_t output,
                 double threshold) {
  for (const std::size_t arm : arms) {
    for (std::size_t h = 0; h < story.hypotheses.size(); ++h) {
      const auto* metric = find_metric(story, Readout::hours_above, arm, h, output, threshold);
      const bool never = metric != nullptr && middle(*metric) == 0 &&
                         (metric->patients.n == 0 || metric->patients.q95 == 0);
      if (!never) return false;
    }
  }
  return true;
}

struct Layout {
  std::size_t label = 0;
  std::vector<std::size_t> cells;               // one a hypothesis
  std::vector<std::vector<std::string>> heads;  // lines
  std::size_t total() const {
    std::size_t sum = margin.size() + label;
    for (const std::size_t width : cells) sum += gap + width;
    return sum;
  }
};

std::vector<std::string> fold(const std::string& text, std::size_t room) {
  std::vector<std::string> lines;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = std::min(text.find(' ', at), text.size());
    // A number and its per cent sign stay together.
    if (text.substr(end).starts_with(" %")) end = std::min(text.find(' ', end + 1), text.size());
    const std::string word = text.substr(at, end - at);
    if (lines.empty() || columns(lines.back()) + 1 + columns(word) > room) {
      lines.push_back(word);
    } else {
      lines.back() += " " + word;
    }
    at = end + 1;
  }
  return lines;
}

// Names of hypotheses are folded to the width of their columns when `fold_heads`.
Layout lay_out(const Story& story, const std::vector<KeyRow>& rows, const std::string& title,
               bool fold_heads) {
  Layout layout;
  layout.label = columns(title);
  for (const KeyRow& row : rows) {
    layout.label = std::max(layout.label, columns(row.label) + (row.under ? gap : 0));
  }
  for (std::size_t h = 0; h < story.hypotheses.size(); ++h) {
    const HypothesisStory& hypothesis = story.hypotheses[h];
    const bool lone = story.hypotheses.size() == 1 && hypothesis.id.empty();
    std::size_t width = 0;
    for (const KeyRow& row : rows) width = std::max(width, columns(row.cells[h]));
    const std::string name = lone ? "" : hypothesis.name();
    layout.heads.push_back(fold(name, fold_heads ? width : columns(name)));
    for (const std::string& line : layout.heads.back()) width = std::max(width, columns(line));
    layout.cells.push_back(width);
  }
  return layout;
}

void append_line(std::string& out, std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + "\n";
}

// Hypotheses [from, to) beside each other.
void append_block(std::string& out, const Layout& layout, const std::vector<KeyRow>& rows,
                  const std::string& title, std::size_t from, std::size_t to) {
  std::size_t head_lines = 1;
  for (std::size_t h = from; h < to; ++h) head_lines = std::max(head_lines, layout.heads[h].size());
  for (std::size_t i = 0; i < head_lines; ++i) {
    std::string line = std::string(margin) + padded(i == 0 ? title : "", layout.label);
    for (std::size_t h = from; h < to; ++h) {
      const auto& head = layout.heads[h];
      line += std::string(gap, ' ') + padded(i < head.size() ? head[i] : "", layout.cells[h]);
    }
    append_line(out, line);
  }
  for (const KeyRow& row : rows) {
    const std::string label = (row.under ? std::string(gap, ' ') : "") + row.label;
    std::string line = std::string(margin) + padded(label, layout.label);
    for (std::size_t h = from; h < to; ++h) {
      line += std::string(gap, ' ') + padded(row.cells[h], layout.cells[h]);
    }
    append_line(out, line);
  }
}

void append_arm(std::string& out, const Story& story, std::size_t arm, std::size_t width) {
  const std::vector<KeyRow> rows = key_rows(story, arm, {arm}, "-");
  if (rows.empty()) return;
  const std::string title = story.window + ", " + story.arms[arm].name;
  Layout layout = lay_out(story, rows, title, false);
  if (layout.total() > width) layout = lay_out(story, rows, title, true);
  for (std::size_t from = 0; from < layout.cells.size();) {
    std::size_t used = margin.size() + layout.label, to = from;
    while (to < layout.cells.size()) {
      used += gap + layout.cells[to];
      if (to > from && used > width) break;
      ++to;
    }
    append_block(out, layout, rows, title, from, to);
    out += "\n";
    from = to;
  }
}

std::string wrapped(const std::string& text, std::size_t width) {
  std::string out;
  for (const std::string& line : fold(text, std::max<std::size_t>(width, 40) - margin.size())) {
    out += std::string(margin) + line + "\n";
  }
  return out;
}

}  // namespace

std::vector<KeyRow> key_rows(const Story& story, std::size_t arm,
                             const std::vector<std::size_t>& arms, std::string_view dash) {
  std::vector<KeyRow> rows;
  if (story.summary.metrics.empty()) return rows;
  for (const bool occupancies : {true, false}) {
    for (std::size_t output = 0; output < story.outputs.size(); ++output) {
      const OutputStory& watched = story.outputs[output];
      if (watched.occupancy() != occupancies) continue;
      rows.push_back(row(story, arm, output, Readout::maximum, 0, dash));
      for (const double threshold : watched.thresholds) {
        if (never_above(story, arms, output, threshold)) continue;
        rows.push_back(row(story, arm, output, Readout::hours_above, threshold, dash));
      }
    }
  }
  return rows;
}

std::string key_note(const Story& story, std::string_view dash) {
  if (story.patients == 0) return "typical patient";
  if (story.patients == 1) return fmt::format("patient {}", story.first_patient);
  return fmt::format("median [5{}95 % of patients]", dash);
}

std::string key_table(const Story& story, int width) {
  const std::size_t room = width > 0 ? static_cast<std::size_t>(width) : 80;
  std::string out;
  for (std::size_t arm = 0; arm < story.arms.size(); ++arm) {
    if (!story.arms[arm].doses.empty()) append_arm(out, story, arm, room);
  }
  if (out.empty())
    return "  no arm has doses, or no patient finished: there is nothing to tabulate\n";
  out.pop_back();  // the note belongs to the table above it
  out += fmt::format("{}({})\n", margin, key_note(story, "-"));
  const std::string contrast = disagreement(story);
  if (contrast.empty()) return out;
  out += "\n" + wrapped(contrast, room);
  for (const std::string& remark : story.settled_by) {
    out += wrapped(capitalised(remark) + ".", room);
  }
  return out;
}

std::string key_table(const simulate::Study& study, const simulate::Summary& summary, int width) {
  // Sources and series are not part of the table.
  simulate::Summary figures;
  figures.metrics = summary.metrics;
  return key_table(tell(study, std::move(figures), {}), width);
}

}  // namespace vesper::report
