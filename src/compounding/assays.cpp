// Assay results as people give them: one unit a row, a header that says what is measured.
#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "compounding/uniformity.h"

namespace vesper::compounding {

namespace {

struct Cell {
  std::string_view text;
  std::size_t offset = 0;  // in the file
};

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\"");
  if (first == std::string_view::npos) return text.substr(0, 0);
  return text.substr(first, text.find_last_not_of(" \t\r\"") - first + 1);
}

std::vector<Cell> cells(std::string_view line, std::size_t offset) {
  std::vector<Cell> all;
  std::size_t from = 0;
  while (true) {
    const std::size_t end = std::min(line.find(',', from), line.size());
    const std::string_view cell = trimmed(line.substr(from, end - from));
    all.push_back({cell, cell.empty()
                             ? offset + from
                             : offset + static_cast<std::size_t>(cell.data() - line.data())});
    if (end == line.size()) return all;
    from = end + 1;
  }
}

class Reader {
 public:
  Reader(const files::Source& source, double strength) : source_(source), strength_(strength) {}

  Result<std::vector<double>> read() {
    const std::string_view text = source_.text();
    std::size_t from = 0;
    bool header = true;
    while (from < text.size()) {
      const std::size_t end = std::min(text.find('\n', from), text.size());
      const std::string_view line = text.substr(from, end - from);
      if (!trimmed(line).empty() && line[0] != '#') {
        VESPER_CHECK(header ? read_header(cells(line, from)) : read_row(cells(line, from)));
        header = false;
      }
      from = end + 1;
    }
    if (header) {
      return fail(Code::bad_assays, "there is no header", source_.whole(),
                  "begin with a line 'unit,percent'");
    }
    return std::move(contents_);
  }

 private:
  Place place(const Cell& cell) const {
    return source_.place(cell.offset, std::max<std::size_t>(1, cell.text.size()));
  }

  Result<void> read_header(const std::vector<Cell>& header) {
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (header[i].text != "percent" && header[i].text != "mg") continue;
      if (column_) {
        return fail(Code::bad_assays, "results are in percent or in mg, not in both",
                    place(header[i]));
      }
      column_ = i;
      factor_ = header[i].text == "mg" ? 100 / strength_ : 1;
    }
    if (column_) return {};
    return fail(Code::bad_assays, "no column is named 'percent' or 'mg'", place(header.front()));
  }

  Result<void> read_row(const std::vector<Cell>& row) {
    if (row.size() <= *column_) {
      return fail(Code::bad_assays, "this row has too few columns", place(row.front()));
    }
    const Cell& cell = row[*column_];
    double value = 0;
    const char* const end = cell.text.data() + cell.text.size();
    const auto [at, error] = std::from_chars(cell.text.data(), end, value);
    if (cell.text.empty() || error != std::errc() || at != end || !std::isfinite(value)) {
      return fail(Code::bad_assays, fmt::format("'{}' is no number", cell.text), place(cell));
    }
    if (value < 0 || value * factor_ > 1000) {
      return fail(
          Code::bad_assays,
          fmt::format("{} is no content of a unit: from 0 to ten times the label", cell.text),
          place(cell));
    }
    contents_.push_back(value * factor_);
    return {};
  }

  const files::Source& source_;
  double strength_ = 0;
  std::optional<std::size_t> column_;
  double factor_ = 1;  // to percent
  std::vector<double> contents_;
};

}  // namespace

Result<Assayed> read_assays(const files::Source& source, double strength,
                            const TestLimits& limits) {
  Assayed found;
  found.file = source.name();
  VESPER_TRY(found.contents, Reader(source, strength).read());
  const std::size_t n = found.contents.size();
  if (n != limits.first && n != limits.second) {
    return fail(
        Code::bad_assays,
        fmt::format("{} results; the test takes {} units, or {}", n, limits.first, limits.second),
        source.whole());
  }
  found.verdict = judge(found.contents, limits);
  return found;
}

}  // namespace vesper::compounding
