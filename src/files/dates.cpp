#include "files/dates.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <ctime>

namespace vesper::files {

namespace {

using std::chrono::year_month_day;

std::optional<int> digits(std::string_view text) {
  if (text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = digits(text.substr(0, 4)), month = digits(text.substr(5, 2)),
             day = digits(text.substr(8, 2));
  if (!year || !month || !day || *year < 1800 || *year > 2200) return std::nullopt;
  const year_month_day date{std::chrono::year(*year),
                            std::chrono::month(static_cast<unsigned>(*month)),
                            std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return Date(date);
}

Result<Date> read_date(const Yaml& value) {
  VESPER_TRY(const std::string text, value.text());
  if (const auto date = parse_date(text)) return *date;
  return fail(Code::bad_date, fmt::format("'{}' is no day of the calendar", text), value.place(),
              "year-month-day, such as 2026-12-01");
}

std::string date_text(Date date) {
  const year_month_day day{date};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

std::string compact_date(Date date) {
  std::string text = date_text(date);
  std::erase(text, '-');
  return text;
}

std::string weekday(Date date) {
  constexpr std::array names = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  return names[std::chrono::weekday{date}.c_encoding()];
}

Date plus_months(Date date, int months) {
  const year_month_day to = year_month_day{date} + std::chrono::months(months);
  return to.ok() ? Date(to) : Date(to.year() / to.month() / std::chrono::last);
}

Date today() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  return Date(std::chrono::year(local.tm_year + 1900) /
              std::chrono::month(static_cast<unsigned>(local.tm_mon + 1)) /
              std::chrono::day(static_cast<unsigned>(local.tm_mday)));
}

}  // namespace vesper::files
