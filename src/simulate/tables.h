// patients.csv and summary.csv.
//
// Numbers have nine significant digits; an empty field is a missing value (NA in R, NaN in pandas).
// A column's name ends in its unit: CL_L_per_h, plasma_naltrexone_cmax_nM; `time` is in hours.
// Nothing in them depends on when, where or on how many threads a run was made.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "simulate/unit.h"

namespace vesper::simulate {

struct Column {
  std::string name, unit, meaning;
};

class PatientsTable {
 public:
  PatientsTable(const Study& study, const std::vector<MetricKind>& kinds);
  const std::vector<Column>& columns() const { return columns_; }
  std::string header() const;                      // with its newline
  std::string rows(const UnitResult& unit) const;  // one for each arm and hypothesis

 private:
  const Study& study_;
  Shape shape_;
  std::vector<Column> columns_;
};

const std::vector<Column>& summary_columns();
void write_summary(std::ostream& stream, const Study& study, const std::vector<Series>& series);

std::string csv_field(std::string_view text);  // quoted where it must be (RFC 4180)
std::string csv_number(double value);          // "" for NaN

}  // namespace vesper::simulate
