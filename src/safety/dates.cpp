#include "safety/dates.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace vesper::safety {

namespace {

using std::chrono::year_month_day;

std::optional<int> digits(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || text.front() == '-' || error != std::errc() ||
      end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

Date after(Date date, double days) {
  return date + std::chrono::days(static_cast<int>(std::ceil(days - 1e-9)));
}

Date Span::from(Date date) const {
  return after(files::plus_months(date, months), days);
}

std::string Span::each() const {
  return text.starts_with("1 ") ? text.substr(2) : text;
}

Result<Span> read_span(const files::Yaml& value) {
  VESPER_TRY(const std::string text, value.text());
  Span span;
  span.text = text;
  if (text == "baseline") return span;
  const std::size_t gap = text.find(' ');
  const auto number = digits(text.substr(0, gap));
  const std::string unit = gap == std::string::npos ? "" : text.substr(gap + 1);
  if (number && (unit == "month" || unit == "months" || unit == "year" || unit == "years")) {
    if (*number < 1 || *number > 1200) {
      return fail(Code::out_of_range, fmt::format("'{}' is no stretch of time here", text),
                  value.place());
    }
    span.months = unit.starts_with("year") ? *number * 12 : *number;
    return span;
  }
  VESPER_TRY(span.days, read_days(value));
  return span;
}

Result<double> read_days(const files::Yaml& value) {
  VESPER_TRY(const units::Unit day, units::Unit::parse("day"));
  VESPER_TRY(const double days, value.in(day));
  if (!(days >= 0 && days <= 40000)) {
    return fail(Code::out_of_range, fmt::format("'{}' is no stretch of time here", value.raw()),
                value.place(), "such as `14 days`");
  }
  return days;
}

int years_between(Date born, Date on) {
  const year_month_day birth{born}, day{on};
  int years = static_cast<int>(day.year()) - static_cast<int>(birth.year());
  if (std::pair(day.month(), day.day()) < std::pair(birth.month(), birth.day())) --years;
  return years;
}

}  // namespace vesper::safety
