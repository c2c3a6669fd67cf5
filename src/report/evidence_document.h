// What the evidence's pages share: the document around them, and axes of figures in SVG.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "evidence/evidence.h"

namespace vesper::report {

// A whole document.  `body` is HTML, `title` is text.
std::string evidence_document(std::string_view kind, std::string_view title,
                              std::string_view summary_html, std::string_view body);

std::string table_row(const std::vector<std::string>& cells_html, std::string_view tag = "td");
std::string grade_html(std::string_view grade);

// "Citation (doi:...)" with its links; the id itself where it is unknown.
std::string citation_html(const std::string& id, const std::vector<evidence::SourceEntry>& sources);

// A logarithmic axis: values to pixels.
struct LogAxis {
  double low = 1, high = 10;      // powers of ten
  double from = 0, to = 100;      // [px]
  double at(double value) const;  // clamped to the axis
  std::vector<double> decades() const;
  // Powers of ten that hold all of the (positive) values.
  static LogAxis around(const std::vector<double>& values, double from, double to);
};

// "1 nM", "10 µM": a concentration in nM as an axis says it.
std::string decade_of_nanomolar(double value);
// "0.001", "100", "10⁵"
std::string decade(double value);

}  // namespace vesper::report
