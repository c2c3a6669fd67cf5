#include "dosing/records.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace vesper::dosing {
namespace {

using files::Yaml;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr long most_additional = 1'000'000;

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// A value as written; column counts from 1 in bytes.
struct Cell {
  std::string text;
  Place place;
  bool null() const { return text.empty() || text == "."; }
};

std::vector<Cell> split(const files::Source& source, std::string_view line, int number) {
  std::vector<Cell> cells;
  std::size_t from = 0;
  while (true) {
    const std::size_t comma = std::min(line.find(',', from), line.size());
    std::string_view text = trimmed(line.substr(from, comma - from));
    const int column =
        static_cast<int>(text.empty() ? from : static_cast<std::size_t>(text.data() - line.data()));
    const int length = std::max<int>(1, static_cast<int>(text.size()));
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
      text = text.substr(1, text.size() - 2);
    cells.push_back({std::string(text), source.place(number, column + 1, length)});
    if (comma == line.size()) return cells;
    from = comma + 1;
  }
}

Result<double> number(const Cell& cell, std::string_view column) {
  double value = 0;
  std::string_view text = cell.text;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
    return fail(Code::bad_record, fmt::format("{} is '{}', not a number", column, cell.text),
                cell.place, "write a number, or '.' for none");
  }
  return value;
}

// [h] "9:30" or "09:30:15".
std::optional<double> clock_hours(std::string_view text) {
  std::array<double, 3> parts{};
  std::size_t count = 0;
  while (count < parts.size()) {
    const std::string_view part = text.substr(0, text.find(':'));
    unsigned value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc{} || end != part.data() + part.size()) return std::nullopt;
    parts[count++] = value;
    if (part.size() == text.size()) break;
    text.remove_prefix(part.size() + 1);
    if (count == parts.size()) return std::nullopt;
  }
  if (count < 2 || parts[0] > 24 || parts[1] > 59 || parts[2] > 59) return std::nullopt;
  return parts[0] + parts[1] / 60 + parts[2] / 3600;
}

// Days since 1970-01-01 of "2024-03-05", or of a date in the order of the column's name:
// DATE month/day/year, DAT1 day/month/year, DAT2 year/month/day, DAT3 year/day/month.  A plain
// number is a count of days.
std::optional<double> days_of(std::string_view text, std::string_view column) {
  if (text.find_first_of("-/") == std::string_view::npos || text.starts_with('-')) {
    int day = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), day);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return day;
  }
  std::vector<int> parts;
  std::vector<std::size_t> digits;
  std::string_view rest = text;
  while (true) {
    const std::string_view part = rest.substr(0, rest.find_first_of("-/"));
    int value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc{} || end != part.data() + part.size()) return std::nullopt;
    parts.push_back(value);
    digits.push_back(part.size());
    if (part.size() == rest.size()) break;
    rest.remove_prefix(part.size() + 1);
  }
  if (parts.size() != 3) return std::nullopt;
  const std::string_view order = digits[0] == 4 && text.find('-') != std::string_view::npos ? "ymd"
                                 : column == "DATE"                                         ? "mdy"
                                 : column == "DAT1"                                         ? "dmy"
                                 : column == "DAT2"                                         ? "ymd"
                                                                                            : "ydm";
  if (digits[order.find('y')] != 4) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year{parts[order.find('y')]},
      std::chrono::month{static_cast<unsigned>(parts[order.find('m')])},
      std::chrono::day{static_cast<unsigned>(parts[order.find('d')])}};
  if (!date.ok()) return std::nullopt;
  return static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count());
}

class Reader {
 public:
  Reader(const files::Source& source, const RecordMap& map) : source_(source), map_(map) {}
  Result<Records> read();

 private:
  Result<void> read_header(std::string_view line, int number);
  Result<void> find_clock();
  Result<void> read_row(std::size_t row);
  Result<Record> read_record(const std::vector<Cell>& row);
  Result<void> read_event(const std::vector<Cell>& row, Record& record);
  Result<void> check_dose(const Record& record, const std::vector<Cell>& row) const;
  Result<double> read_time(const std::vector<Cell>& row) const;
  Result<double> value(const std::vector<Cell>& row, const std::string& column,
                       double fallback) const;
  Result<long> integer(const std::vector<Cell>& row, const std::string& column, long least,
                       long most) const;
  Result<void> fill_gaps(RecordSubject& subject) const;
  const Cell* cell(const std::vector<Cell>& row, const std::string& column) const {
    const auto found = columns_.find(column);
    return found == columns_.end() ? nullptr : &row[found->second];
  }
  Place place_of(const std::vector<Cell>& row, const std::string& column) const {
    const Cell* found = cell(row, column);
    return found ? found->place : row.front().place;
  }

  const files::Source& source_;
  const RecordMap& map_;
  std::map<std::string, std::size_t> columns_;  // by name in upper case
  std::vector<Place> header_;
  std::vector<std::size_t> covariate_columns_;
  std::string date_column_;
  std::vector<std::vector<Cell>> rows_;
  std::set<std::string> finished_;  // ids whose rows have ended
  double origin_ = 0;               // [h] of the patient's first row, where times are by the clock
  Records records_;
};

Result<Records> Reader::read() {
  std::string_view rest = source_.text();
  for (int line_number = 1; !rest.empty(); ++line_number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (trimmed(line).empty() || line.front() == '#') continue;
    if (columns_.empty()) {
      VESPER_CHECK(read_header(line, line_number));
      continue;
    }
    std::vector<Cell> row = split(source_, line, line_number);
    if (row.size() != columns_.size()) {
      return fail(
          Code::bad_record,
          fmt::format("the row has {} values, the header {} columns", row.size(), columns_.size()),
          source_.place(line_number, 1, 1), "write '.' where there is no value");
    }
    const Cell* comment = cell(row, "C");
    if (comment == nullptr || upper(comment->text) != "C") rows_.push_back(std::move(row));
  }
  if (columns_.empty() || rows_.empty())
    return fail(Code::empty_file, "the data set has no rows", source_.whole());
  VESPER_CHECK(find_clock());
  for (std::size_t row = 0; row < rows_.size(); ++row) VESPER_CHECK(read_row(row));
  for (RecordSubject& subject : records_.subjects) VESPER_CHECK(fill_gaps(subject));
  return std::move(records_);
}

Result<void> Reader::read_header(std::string_view line, int number) {
  for (const Cell& name : split(source_, line, number)) {
    if (!columns_.emplace(upper(name.text), columns_.size()).second) {
      return fail(Code::bad_record, fmt::format("column '{}' stands twice", name.text), name.place,
                  "columns are told apart without regard to case; rename one of them");
    }
    header_.push_back(name.place);
  }
  std::vector<std::string> known;
  for (const auto& [name, index] : columns_) known.push_back(name);
  const auto need = [&](const std::string& column, const Place& place) -> Result<std::size_t> {
    const auto found = columns_.find(upper(column));
    if (found != columns_.end()) return found->second;
    return fail(Code::bad_record, fmt::format("the data set has no column '{}'", column), place,
                suggest(upper(column), known));
  };
  for (const char* column : {"ID", "TIME"})
    VESPER_CHECK(need(column, source_.place(number, 1, 1)).map([](auto) {}));
  for (const RecordMap::Covariate& covariate : map_.covariates) {
    VESPER_TRY(const std::size_t index, need(covariate.column, covariate.parameter.place));
    covariate_columns_.push_back(index);
  }
  for (const char* column : {"DATE", "DAT1", "DAT2", "DAT3"}) {
    if (!columns_.contains(column)) continue;
    if (!date_column_.empty()) {
      return fail(Code::bad_record, fmt::format("both {} and {} are dates", date_column_, column),
                  header_[columns_[column]], "keep one of them");
    }
    date_column_ = column;
  }
  return {};
}

// Are times by the clock?  One with a colon, or a date, says so for all.
Result<void> Reader::find_clock() {
  records_.clock = !date_column_.empty();
  for (const auto& row : rows_)
    records_.clock = records_.clock || cell(row, "TIME")->text.find(':') != std::string::npos;
  return {};
}

Result<void> Reader::read_row(std::size_t index) {
  const std::vector<Cell>& row = rows_[index];
  const Cell& id = *cell(row, "ID");
  if (id.null()) return fail(Code::bad_record, "the row has no ID", id.place);
  auto& subjects = records_.subjects;
  if (subjects.empty() || subjects.back().id != id.text) {
    if (!subjects.empty()) finished_.insert(subjects.back().id);
    if (finished_.contains(id.text)) {
      return fail(Code::bad_record,
                  fmt::format("ID {} stands again after rows of other patients", id.text), id.place,
                  "put all rows of a patient together, or give the second one another ID");
    }
    subjects.push_back({id.text, {}});
    origin_ = 0;
    if (records_.clock) {
      VESPER_TRY(origin_, read_time(row));
    }
  }
  VESPER_TRY(Record record, read_record(row));
  auto& records = subjects.back().records;
  if (!records.empty() && record.time < records.back().time && !record.resets()) {
    return fail(
        Code::bad_record,
        fmt::format("the time goes back, from {:g} to {:g}", records.back().time, record.time),
        place_of(row, "TIME"),
        records_.clock && date_column_.empty()
            ? "clock times past midnight need a DATE column"
            : "rows of a patient stand by time; only a reset (EVID 3 or 4) begins anew");
  }
  records.push_back(std::move(record));
  return {};
}

Result<double> Reader::read_time(const std::vector<Cell>& row) const {
  const Cell& time = *cell(row, "TIME");
  double hours = 0;
  if (const auto clock = clock_hours(time.text)) {
    hours = *clock;
  } else if (time.text.find(':') != std::string::npos) {
    return fail(Code::bad_record, fmt::format("TIME is '{}', not a clock time", time.text),
                time.place, "such as 09:30");
  } else {
    VESPER_TRY(hours, number(time, "TIME"));
  }
  if (date_column_.empty()) return hours - origin_;
  const Cell& date = *cell(row, date_column_);
  const auto days = days_of(date.text, date_column_);
  if (!days) {
    return fail(Code::bad_record, fmt::format("{} is '{}', not a date", date_column_, date.text),
                date.place,
                "such as 2024-03-05; with slashes and a year of four digits DATE is "
                "month/day/year, DAT1 day/month/year, DAT2 year/month/day, DAT3 year/day/month");
  }
  return 24 * *days + hours - origin_;
}

Result<double> Reader::value(const std::vector<Cell>& row, const std::string& column,
                             double fallback) const {
  const Cell* found = cell(row, column);
  if (found == nullptr || found->null()) return fallback;
  return number(*found, column);
}

Result<long> Reader::integer(const std::vector<Cell>& row, const std::string& column, long least,
                             long most) const {
  VESPER_TRY(const double value, this->value(row, column, 0));
  if (value != std::floor(value) || value < static_cast<double>(least) ||
      value > static_cast<double>(most)) {
    return fail(
        Code::bad_record,
        fmt::format("{} is {:g}, not a whole number from {} to {}", column, value, least, most),
        place_of(row, column));
  }
  return static_cast<long>(value);
}

Result<Record> Reader::read_record(const std::vector<Cell>& row) {
  Record record;
  record.place = cell(row, "TIME")->place;
  VESPER_TRY(record.time, read_time(row));
  VESPER_CHECK(read_event(row, record));
  for (std::size_t k = 0; k < covariate_columns_.size(); ++k) {
    const Cell& covariate = row[covariate_columns_[k]];
    double read = missing;
    if (!covariate.null()) {
      VESPER_TRY(read, number(covariate, map_.covariates[k].column));
    }
    record.covariates.push_back(read);
  }
  return record;
}

Result<void> Reader::read_event(const std::vector<Cell>& row, Record& record) {
  VESPER_TRY(record.amount, value(row, "AMT", 0));
  VESPER_TRY(record.rate, value(row, "RATE", 0));
  VESPER_TRY(record.interval, value(row, "II", 0));
  VESPER_TRY(record.additional, integer(row, "ADDL", 0, most_additional));
  VESPER_TRY(record.compartment, integer(row, "CMT", 0, 1'000'000));
  VESPER_TRY(const long steady, integer(row, "SS", 0, 2));
  VESPER_CHECK(integer(row, "MDV", 0, 1).map([](long) {}));
  record.steady = static_cast<int>(steady);
  const Cell* evid = cell(row, "EVID");
  if (evid != nullptr && !evid->null()) {
    VESPER_TRY(const long kind, integer(row, "EVID", 0, 4));
    record.kind = static_cast<RecordKind>(kind);
  } else if (record.amount != 0 || record.rate != 0) {
    record.kind = RecordKind::dose;
  }
  if (record.gives_dose()) return check_dose(record, row);
  if (record.amount != 0) {
    return fail(Code::bad_record,
                fmt::format("EVID {} is no dose, but AMT is {:g}", static_cast<int>(record.kind),
                            record.amount),
                place_of(row, "AMT"), "EVID 1 is a dose");
  }
  return {};
}

Result<void> Reader::check_dose(const Record& record, const std::vector<Cell>& row) const {
  const auto wrong = [&](const char* column, std::string message, std::string mend = {}) {
    return fail(Code::bad_record, std::move(message), place_of(row, column), std::move(mend));
  };
  if (record.amount < 0) return wrong("AMT", fmt::format("AMT is {:g}", record.amount));
  if (record.rate < 0 && record.rate != -1 && record.rate != -2)
    return wrong("RATE", fmt::format("RATE is {:g}", record.rate),
                 "a rate above 0; 0: a bolus; -1: the model's rate; -2: the model's duration");
  if (record.interval < 0) return wrong("II", fmt::format("II is {:g}", record.interval));
  if (record.additional > 0 && record.interval == 0)
    return wrong("ADDL", "additional doses (ADDL) need an interval (II)");
  const bool constant = record.steady > 0 && record.interval == 0;
  if (constant && (record.amount != 0 || !(record.rate > 0)))
    return wrong("SS", "a steady state needs an interval (II)",
                 "or, for a constant infusion, a RATE above 0 with AMT 0");
  if (record.amount == 0 && !constant)
    return wrong("AMT", "the dose has no amount (AMT)", "EVID 0 or 2 is no dose");
  return {};
}

// A covariate without a value on a row has that of the row before, or, carried backward, of the
// row after; at the ends of a patient whatever is nearest.
Result<void> Reader::fill_gaps(RecordSubject& subject) const {
  auto& records = subject.records;
  for (std::size_t k = 0; k < covariate_columns_.size(); ++k) {
    const auto fill = [&](auto begin, auto end) {
      double last = missing;
      for (auto record = begin; record != end; ++record) {
        double& value = record->covariates[k];
        if (std::isnan(value)) value = last;
        last = value;
      }
    };
    if (map_.carry == RecordMap::Carry::backward) fill(records.rbegin(), records.rend());
    fill(records.begin(), records.end());
    fill(records.rbegin(), records.rend());
    if (std::isnan(records.front().covariates[k])) {
      return fail(Code::bad_record,
                  fmt::format("patient {} has no value of covariate '{}' on any row", subject.id,
                              map_.covariates[k].column),
                  records.front().place);
    }
  }
  return {};
}

Result<std::optional<MappedName>> optional_name(const Yaml& map, std::string_view key) {
  const Yaml* found = map.find(key);
  if (found == nullptr) return std::nullopt;
  VESPER_TRY(std::string name, found->text());
  return MappedName{std::move(name), found->place()};
}

Result<RecordMap::Compartment> read_compartment(const Yaml& key, const Yaml& value) {
  RecordMap::Compartment compartment;
  VESPER_TRY(compartment.number, key.integer());
  if (compartment.number < 1)
    return fail(Code::out_of_range, "compartments are numbered from 1", key.place());
  if (value.is_scalar()) {
    VESPER_TRY(std::string name, value.text());
    compartment.state = {std::move(name), value.place()};
    return compartment;
  }
  VESPER_CHECK(value.keys({"state", "bioavailability", "lag", "rate", "duration"}));
  VESPER_TRY(const Yaml state, value.at("state"));
  VESPER_TRY(std::string name, state.text());
  compartment.state = {std::move(name), state.place()};
  VESPER_TRY(compartment.bioavailability, optional_name(value, "bioavailability"));
  VESPER_TRY(compartment.lag, optional_name(value, "lag"));
  VESPER_TRY(compartment.rate, optional_name(value, "rate"));
  VESPER_TRY(compartment.duration, optional_name(value, "duration"));
  return compartment;
}

// `[WT, CL]`, or `{weight: WT}` where the model's parameter is called otherwise.
Result<std::vector<RecordMap::Covariate>> read_covariates(const Yaml& root) {
  std::vector<RecordMap::Covariate> covariates;
  const Yaml* found = root.find("covariates");
  if (found == nullptr) return covariates;
  const auto add = [&](const Yaml& parameter, const Yaml& column) -> Result<void> {
    VESPER_TRY(std::string name, parameter.text());
    VESPER_TRY(std::string from, column.text());
    covariates.push_back({{std::move(name), parameter.place()}, std::move(from)});
    return {};
  };
  if (found->is_map()) {
    for (const auto& [parameter, column] : found->entries()) VESPER_CHECK(add(parameter, column));
  } else {
    for (const Yaml& name : root.items("covariates")) VESPER_CHECK(add(name, name));
  }
  return covariates;
}

}  // namespace

Result<RecordMap> read_record_map(const std::filesystem::path& path) {
  VESPER_TRY(const Yaml root, files::read_yaml(path));
  VESPER_CHECK(root.keys({"compartments", "covariates", "carry", "time"}));
  RecordMap map;
  VESPER_TRY(const Yaml compartments, root.at("compartments"));
  if (!compartments.is_map() || compartments.entries().empty()) {
    return fail(Code::wrong_type, "'compartments' says which state each CMT is",
                compartments.place(), "such as `compartments: {1: Gut, 2: Central}`");
  }
  for (const auto& [key, value] : compartments.entries()) {
    VESPER_TRY(RecordMap::Compartment compartment, read_compartment(key, value));
    map.compartments.push_back(std::move(compartment));
  }
  VESPER_TRY(map.covariates, read_covariates(root));
  if (const Yaml* carry = root.find("carry")) {
    VESPER_TRY(const std::string word, carry->choice({"backward", "forward"}));
    map.carry = word == "forward" ? RecordMap::Carry::forward : RecordMap::Carry::backward;
  }
  if (const Yaml* time = root.find("time")) {
    VESPER_TRY(const std::string unit, time->text());
    VESPER_TRY(map.time, units::Unit::parse(unit, time->place()));
  }
  return map;
}

Result<Records> read_records(const std::filesystem::path& path, const RecordMap& map) {
  VESPER_TRY(const files::Source source, files::read(path));
  return Reader(source, map).read();
}

}  // namespace vesper::dosing
