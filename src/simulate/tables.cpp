#include "simulate/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>
#include <set>

#include "simulate/resolve.h"

namespace vesper::simulate {
namespace {

std::string joined(const std::vector<Column>& columns) {
  std::string line;
  for (const Column& column : columns) line += (line.empty() ? "" : ",") + csv_field(column.name);
  return line + "\n";
}

std::string with_unit(const std::string& name, const std::string& unit) {
  const std::string suffix = unit_suffix(unit);
  return suffix.empty() ? identifier(name) : identifier(name) + "_" + suffix;
}

// Two columns may not have one name: a covariate CL beside a parameter CL becomes CL_2.
void make_unique(std::vector<Column>& columns) {
  std::set<std::string> seen;
  for (Column& column : columns) {
    const std::string name = column.name;
    for (int k = 2; !seen.insert(column.name).second; ++k) {
      column.name = fmt::format("{}_{}", name, k);
    }
  }
}

}  // namespace

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c;
    if (c == '"') quoted += c;
  }
  return quoted + "\"";
}

std::string csv_number(double value) {
  if (std::isnan(value)) return "";
  return fmt::format("{:.9g}", value == 0 ? 0.0 : value);  // no -0
}

PatientsTable::PatientsTable(const Study& study, const std::vector<MetricKind>& kinds)
    : study_(study), shape_(shape_of(study, kinds)) {
  columns_ = {{"patient", "", "number of the patient; 0 is the typical patient"},
              {"arm", "", "arm of the protocol"},
              {"hypothesis", "", "hypothesis of the model; empty: as it stands"}};
  if (study.protocol().population && study.patients() > 0) {
    for (const population::Covariate& covariate : study.protocol().population->covariates()) {
      const std::string unit = covariate.unit == "1" ? "" : covariate.unit;
      columns_.push_back({with_unit(covariate.name, unit), unit, "covariate " + covariate.name});
    }
  }
  for (const std::uint32_t index : study.varied()) {
    const equations::Parameter& parameter = study.system().parameters[index];
    const std::string unit = shown_unit(parameter.unit);
    columns_.push_back({with_unit(parameter.id, unit), unit, "parameter " + parameter.label()});
  }
  for (const MetricKind& kind : kinds) columns_.push_back({kind.column, kind.unit, kind.meaning});
  make_unique(columns_);
}

std::string PatientsTable::header() const {
  return joined(columns_);
}

std::string PatientsTable::rows(const UnitResult& unit) const {
  std::string covariates;
  for (std::size_t i = 0; i < unit.covariates.size(); ++i) {
    const population::Population& population = *study_.protocol().population;
    covariates += ",";
    covariates += population.covariates()[i].choices.empty()
                      ? csv_number(unit.covariates[i])
                      : csv_field(population.covariate_text(i, unit.covariates[i]));
  }
  const std::size_t varied = study_.varied().size();
  std::string text;
  for (std::size_t run = 0; run < shape_.runs(); ++run) {
    const std::size_t hypothesis = run % shape_.hypotheses;
    text += fmt::format("{},{},{}{}", unit.patient,
                        csv_field(study_.protocol().arms[run / shape_.hypotheses].name),
                        csv_field(study_.hypotheses()[hypothesis].id), covariates);
    for (std::size_t i = 0; i < varied; ++i) {
      const std::size_t k = study_.case_number(run / shape_.hypotheses, hypothesis);
      text += "," + csv_number(unit.parameters[k * varied + i]);
    }
    for (std::size_t kind = 0; kind < shape_.kinds; ++kind) {
      text += "," + csv_number(unit.metrics[run * shape_.kinds + kind]);
    }
    text += "\n";
  }
  return text;
}

const std::vector<Column>& summary_columns() {
  static const std::vector<Column> columns = {
      {"arm", "", "arm of the protocol"},
      {"hypothesis", "", "hypothesis of the model; empty: as it stands"},
      {"time", "h", "time since midnight of day 1"},
      {"output", "", "watched output"},
      {"unit", "", "unit of the output; empty for none"},
      {"n", "", "patients with a value"},
      {"mean", "", "mean over patients"},
      {"sd", "", "sample standard deviation over patients"},
      {"p05", "", "5 % quantile over patients (type 7)"},
      {"p25", "", "25 % quantile over patients"},
      {"p50", "", "median over patients"},
      {"p75", "", "75 % quantile over patients"},
      {"p95", "", "95 % quantile over patients"},
      {"typical", "", "the typical patient"},
      {"uncertainty_p05", "", "5 % quantile of the typical patient over uncertain parameters"},
      {"uncertainty_p95", "", "95 % quantile of the same"},
      {"quantile_error", "",
       "bound on the relative error of the quantiles of this row; 0: they are exact"}};
  return columns;
}

void write_summary(std::ostream& stream, const Study& study, const std::vector<Series>& series) {
  constexpr double missing = std::numeric_limits<double>::quiet_NaN();
  const Band none{0, missing, missing, missing, missing, missing, missing, missing};
  stream << joined(summary_columns());
  for (const Series& one : series) {
    const WatchedOutput& output = study.watched()[one.watched];
    const std::string head = csv_field(study.protocol().arms[one.arm].name) + "," +
                             csv_field(study.hypotheses()[one.hypothesis].id) + ",";
    const std::string name = "," + csv_field(output.label) + "," + csv_field(output.unit) + ",";
    for (std::size_t i = 0; i < study.grid().size(); ++i) {
      const Band& band = one.patients.empty() ? none : one.patients[i];
      const Band& uncertain = one.uncertainty.empty() ? none : one.uncertainty[i];
      stream << head << csv_number(study.grid()[i]) << name << band.n;
      for (const double value : {band.mean, band.sd, band.q05, band.q25, band.q50, band.q75,
                                 band.q95, one.typical[i], uncertain.q05, uncertain.q95}) {
        stream << "," << csv_number(value);
      }
      stream << "," << csv_number(std::max(band.quantile_error, uncertain.quantile_error)) << "\n";
    }
  }
}

}  // namespace vesper::simulate
