#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "evidence/tables.h"

namespace vesper::evidence {

std::string_view title_of(Use use) {
  switch (use) {
    case Use::fitted:
      return "Fitted";
    case Use::judged:
      return "Judged, never fitted";
    case Use::reproduced:
      break;
  }
  return "Reproduced model runs";
}

namespace {

constexpr std::size_t page = 100;         // columns
constexpr double same_prediction = 1e-4;  // relative; below the three digits that are shown

template <class Values, class Value>
void add_new(Values& values, const Value& value) {
  if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

// One observation with its comparisons.
struct Row {
  const Observation* observation = nullptr;
  std::vector<const Comparison*> comparisons;
  bool once = false;  // the same under every hypothesis
};

std::size_t width(std::string_view text) {  // code points; our marks take one column each
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
  }));
}

std::string left(std::string_view text, std::size_t columns) {
  const std::size_t used = width(text);
  return std::string(text) + std::string(columns > used ? columns - used : 0, ' ');
}

std::string right(std::string_view text, std::size_t columns) {
  const std::size_t used = width(text);
  return std::string(columns > used ? columns - used : 0, ' ') + std::string(text);
}

std::string elided(const std::string& text, std::size_t columns) {
  if (width(text) <= columns) return text;
  std::string out;
  std::size_t used = 0;
  for (const char c : text) {
    const bool starts = (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
    if (starts && ++used == columns) break;
    out += c;
  }
  return out + "…";
}

// Three significant digits.
std::string figure(double x) {
  if (!std::isfinite(x)) return "-";
  const double size = std::abs(x);
  if (size == 0) return "0";
  if (size < 1e-3 || size >= 1e5) return fmt::format("{:.2e}", x);
  const int decimals = std::max(0, 2 - static_cast<int>(std::floor(std::log10(size))));
  return fmt::format("{:.{}f}", x, decimals);
}

std::string fold_text(double fold) {
  if (!std::isfinite(fold)) return "-";
  return fmt::format("{:.{}f}", fold, fold < 10 ? 2 : fold < 100 ? 1 : 0);
}

// " ng/mL"; nothing for a plain number.
std::string unit_text(const Observation& observation) {
  return observation.unit == "1" ? "" : " " + observation.unit;
}

std::string observed_text(const Observation& observation) {
  return fmt::format("{:.6g}", observation.value) + unit_text(observation);
}

std::string points_text(const Comparison& comparison) {
  double points = comparison.predicted - comparison.observation->value;
  if (std::abs(points) < 0.05) points = 0;  // no "-0.0"
  return fmt::format("{:+.1f} points", points);
}

// In the observed unit, which stands beside it.
std::string accepted_text(const Observation& observation) {
  if (observation.accept_within) return fmt::format("within {:.6g}", *observation.accept_within);
  if (observation.accept_range) {
    return fmt::format("{:.6g} to {:.6g}", observation.accept_range->first,
                       observation.accept_range->second);
  }
  return fmt::format("fold {:.6g}", observation.accept_fold.value_or(default_accept_fold));
}

class Table {
 public:
  Table(const Validation& validation, bool colour) : validation_(validation), colour_(colour) {
    for (const Comparison& comparison : validation.comparisons) {
      if (rows_.empty() || rows_.back().observation != comparison.observation) {
        rows_.push_back({comparison.observation, {}, false});
      }
      rows_.back().comparisons.push_back(&comparison);
      const std::string& name = comparison.hypothesis;
      if (!name.empty() && std::find(names_.begin(), names_.end(), name) == names_.end()) {
        names_.push_back(name);
      }
    }
    for (Row& row : rows_) row.once = same_under_all(row);
    if (names_.empty()) names_ = {""};
    measure();
  }

  std::string text() {
    for (const Use use : all_uses) section(use);
    legend();
    mean_folds();
    misses();
    failures();
    out_ += "\nFor research and teaching; not medical advice.\n";
    return std::move(out_);
  }

 private:
  static bool same_under_all(const Row& row) {
    const double first = row.comparisons.front()->predicted;
    return std::all_of(row.comparisons.begin(), row.comparisons.end(), [&](const Comparison* one) {
      return one->failure.empty() && one->inside == row.comparisons.front()->inside &&
             std::abs(one->predicted - first) <=
                 same_prediction * std::max(std::abs(one->predicted), std::abs(first));
    });
  }

  std::string paint(const char* code, const std::string& text) const {
    return colour_ ? fmt::format("\033[{}m{}\033[0m", code, text) : text;
  }
  std::string bold(const std::string& text) const { return paint("1", text); }
  std::string mark(bool inside) const { return inside ? paint("32", "✓") : paint("31", "✗"); }

  void measure() {
    for (const Row& row : rows_) {
      id_ = std::max({id_, width(row.observation->id), title_of(row.observation->use).size() - 2});
      observed_ = std::max(observed_, width(observed_text(*row.observation)));
      for (const Comparison* one : row.comparisons) {
        predicted_ = std::max(predicted_, width(figure(one->predicted)));
        fold_ = std::max(fold_, width(fold_text(one->fold_error)));
        if (in_percent(*row.observation) && one->failure.empty()) {
          points_ = std::max(points_, width(points_text(*one)));
        }
      }
    }
    cell_ = std::max(2 + predicted_ + 1 + fold_, points_);
    std::size_t most = 1;  // hypotheses of one model
    for (const Row& row : rows_) most = std::max(most, row.comparisons.size());
    const std::size_t used = 2 + id_ + 2 + observed_ + most * (2 + cell_) + 2;
    std::size_t longest = 0;
    for (const Row& row : rows_) longest = std::max(longest, width(row.observation->source));
    source_beside_ = used + longest <= page;
  }

  void line(std::string text) {
    text.erase(text.find_last_not_of(' ') + 1);
    out_ += text + "\n";
  }

  static std::vector<std::string> names_of(const Row& row) {
    std::vector<std::string> names;
    for (const Comparison* one : row.comparisons) names.push_back(one->hypothesis);
    return names;
  }

  // Models differ in their hypotheses: figures that share theirs stand together.
  void section(Use use) {
    std::vector<std::vector<std::string>> sets;
    for (const Row& row : rows_) {
      if (row.observation->use == use) add_new(sets, names_of(row));
    }
    for (std::size_t i = 0; i < sets.size(); ++i) {
      if (i == 0 && !out_.empty()) out_ += "\n";
      const std::string title(i == 0 ? title_of(use) : std::string_view());
      std::string header = bold(left(title, 2 + id_)) + "  " + right("observed", observed_);
      for (const std::string& name : sets[i]) {
        header += "  " + left("  " + (name.empty() ? "predicted" : name), cell_);
      }
      line(header + (source_beside_ ? "  source" : ""));
      for (const Row& row : rows_) {
        if (row.observation->use == use && names_of(row) == sets[i]) observation(row);
      }
    }
  }

  std::string cell(const Comparison& comparison) const {
    if (!comparison.failure.empty()) {
      return paint("31", "✗") + left(" failed", cell_ - 1);
    }
    return mark(comparison.inside) +
           left(fmt::format(" {} {}", right(figure(comparison.predicted), predicted_),
                            right(fold_text(comparison.fold_error), fold_)),
                cell_ - 1);
  }

  void observation(const Row& row) {
    std::vector<std::string> cells(row.comparisons.size(), std::string(cell_, ' '));
    std::vector<std::string> points(row.comparisons.size());
    for (std::size_t column = 0; column < row.comparisons.size(); ++column) {
      const Comparison* one = row.comparisons[column];
      cells[column] = cell(*one);
      if (in_percent(*row.observation) && one->failure.empty()) points[column] = points_text(*one);
      if (row.once) break;
    }
    const Observation& shown = *row.observation;
    std::string text = "  " + left(shown.id, id_) + "  " + right(observed_text(shown), observed_);
    for (const std::string& one : cells) text += "  " + one;
    line(text + (source_beside_ ? "  " + shown.source : ""));
    const std::size_t margin = 2 + id_ + 2 + observed_;
    text = left(source_beside_ ? "" : "    " + elided(shown.source, margin - 4), margin);
    for (const std::string& one : points) text += "  " + right(one, cell_);
    if (text.find_first_not_of(' ') != std::string::npos) line(text);
  }

  void legend() {
    out_ +=
        "\n  Predicted for the typical patient, then the fold error; " + mark(true) +
        " inside and " + mark(false) +
        " outside what the\n  figure accepts (two-fold where it says nothing).  Values in the unit "
        "observed.\n";
    if (!source_beside_) out_ += "  Under each figure its source.\n";
    const bool any_once = std::any_of(
        rows_.begin(), rows_.end(), [&](const Row& row) { return row.once && names_.size() > 1; });
    if (any_once) out_ += "  A value that stands alone is the same under every hypothesis.\n";
  }

  const Validation::Mean* mean(const std::string& hypothesis, const std::string& module,
                               Use use) const {
    for (const Validation::Mean& one : validation_.means) {
      if (one.hypothesis == hypothesis && one.module == module && one.use == use) return &one;
    }
    return nullptr;
  }

  void mean_folds() {
    std::vector<std::string> modules;
    std::size_t label = width("  reproduced");
    std::size_t columns = 0;
    for (const Validation::Mean& one : validation_.means) {
      columns = std::max({columns, width(mean_text(one)), width(one.hypothesis)});
      label = std::max(label, 4 + width(one.module));
      if (std::find(modules.begin(), modules.end(), one.module) == modules.end()) {
        modules.push_back(one.module);
      }
    }
    std::string header =
        bold("Geometric mean fold error; figures inside") + "\n" + std::string(label, ' ');
    for (const std::string& name : names_) header += "  " + left(name, columns);
    out_ += "\n";
    line(header);
    bool partial = false;
    for (const Use use : all_uses) {
      for (const std::string& module : modules) {
        const std::string title =
            module.empty() ? fmt::format("  {}", use_name(use)) : "    " + module;
        std::vector<std::string> cells;
        for (const std::string& name : names_) {
          const Validation::Mean* one = mean(name, module, use);
          cells.push_back(one == nullptr ? "" : mean_text(*one));
          partial = partial || (one != nullptr && one->folds < one->n);
        }
        const bool once = std::count(cells.begin(), cells.end(), cells.front()) ==
                          static_cast<std::ptrdiff_t>(cells.size());
        std::string text = left(title, label);
        for (const std::string& cell : cells) {
          text += "  " + left(cell, columns);
          if (once && !module.empty()) break;
        }
        if (std::any_of(cells.begin(), cells.end(), [](const auto& c) { return !c.empty(); })) {
          line(text);
        }
      }
    }
    if (partial) {
      out_ +=
          "  Figures that have no ratio (zero, negative or failed) are left out of the means.\n";
    }
  }

  static std::string mean_text(const Validation::Mean& mean) {
    return fmt::format("{:>4}  {} of {}", fold_text(mean.fold), mean.inside, mean.n);
  }

  static bool missed(const Comparison* comparison) {
    return comparison->failure.empty() && !comparison->inside;
  }

  // The predictions that missed, from the lowest to the highest, beside what was accepted.
  std::string miss(const Row& row, double lowest, double highest) const {
    const Observation& observation = *row.observation;
    std::string predicted = figure(lowest);
    if (figure(highest) != predicted) predicted += " to " + figure(highest);
    return fmt::format("    {}  {} against {} (accepts {})", left(observation.id, id_), predicted,
                       observed_text(observation), accepted_text(observation));
  }

  // Those of one hypothesis; with no name, the figures that are missed under every one.
  void misses_of(const std::string& hypothesis, bool every, Use use) {
    std::vector<std::string> found;
    for (const Row& row : rows_) {
      if (row.observation->use != use) continue;
      const bool all = std::all_of(row.comparisons.begin(), row.comparisons.end(), missed);
      if (all != every) continue;
      double lowest = std::numeric_limits<double>::infinity(), highest = -lowest;
      for (const Comparison* one : row.comparisons) {
        if (!missed(one) || (!every && one->hypothesis != hypothesis)) continue;
        lowest = std::min(lowest, one->predicted);
        highest = std::max(highest, one->predicted);
      }
      if (lowest <= highest) found.push_back(miss(row, lowest, highest));
    }
    if (found.empty()) return;
    const std::string name(use_name(use));
    const bool rivals = names_.size() > 1;
    line("  " + (every ? name + (rivals ? ", under every hypothesis" : "")
                       : name + ", under " + hypothesis));
    for (const std::string& one : found) line(one);
  }

  void misses() {
    out_ += "\n" + bold("Misses") + "\n";
    const std::size_t before = out_.size();
    for (const Use use : all_uses) misses_of("", true, use);
    for (const std::string& name : names_) {
      for (const Use use : all_uses) misses_of(name, false, use);
    }
    if (out_.size() == before) out_ += "  none\n";
  }

  void failures() {
    const bool any = std::any_of(rows_.begin(), rows_.end(), [](const Row& row) {
      return std::any_of(row.comparisons.begin(), row.comparisons.end(),
                         [](const Comparison* one) { return !one->failure.empty(); });
    });
    if (!any) return;
    out_ += "\n" + bold("No prediction") + "\n";
    for (const Row& row : rows_) {
      for (const Comparison* one : row.comparisons) {
        if (one->failure.empty()) continue;
        line(fmt::format("  {}{}{}: {}", row.observation->id, one->hypothesis.empty() ? "" : ", ",
                         one->hypothesis, one->failure));
      }
    }
  }

  const Validation& validation_;
  bool colour_;
  std::vector<Row> rows_;
  std::vector<std::string> names_;  // hypotheses, in order of appearance
  std::size_t id_ = title_of(Use::judged).size() - 2, observed_ = 8, predicted_ = 4, fold_ = 4,
              points_ = 0, cell_ = 0;
  bool source_beside_ = true;  // else under the id, where the page is too narrow
  std::string out_;
};

}  // namespace

std::string validation_table(const Validation& validation, bool colour) {
  return Table(validation, colour).text();
}

}  // namespace vesper::evidence
