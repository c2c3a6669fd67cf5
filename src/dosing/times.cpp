// Days, weeks and clock times as hours since midnight of day 1.
#include "dosing/times.h"

#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

#include "dosing/checks.h"

namespace vesper::dosing {

namespace {

constexpr double longest = 1e6;  // [h] 114 years

std::string lowered(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

struct Calendar {
  std::string word;    // "day", "week"
  std::string number;  // as written
};

// "day 15" as its two words; none where the text is no such thing.
std::optional<Calendar> calendar(const std::string& text) {
  const std::size_t gap = text.find_first_of(" \t");
  const std::string word = lowered(text.substr(0, gap));
  if (word != "day" && word != "week" && word != "days" && word != "weeks") return std::nullopt;
  const std::size_t start = text.find_first_not_of(" \t", gap);
  return Calendar{word, start == std::string::npos ? "" : text.substr(start)};
}

// [h] the length of the day or week, and its number.
struct Counted {
  double length = 0;
  double number = 0;
};

Result<Counted> read_calendar(const Calendar& written, const files::Yaml& value) {
  const bool is_day = written.word.rfind("day", 0) == 0;
  const char* unit = is_day ? "day" : "week";
  long number = 0;
  const std::string& digits = written.number;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  if (!whole) {
    return fail(Code::bad_time_point,
                fmt::format("'{}' names no {}: a whole number is wanted", value.raw(), unit),
                value.place(), fmt::format("such as `{} 15`", unit));
  }
  if (number < 1) {
    return fail(Code::bad_time_point,
                fmt::format("'{}' does not exist: the first {} is {} 1", value.raw(), unit, unit),
                value.place(), fmt::format("did you mean '{} 1'?", unit));
  }
  if (written.word.back() == 's') {
    return fail(
        Code::bad_time_point, fmt::format("'{}' is not a time", value.raw()), value.place(),
        fmt::format("`{} {}` is a date, `{} {}s` a length of time", unit, number, number, unit));
  }
  const Counted counted{is_day ? 24.0 : 168.0, static_cast<double>(number)};
  if (counted.length * counted.number > longest) {
    return fail(Code::out_of_range, fmt::format("'{}' is more than 114 years away", value.raw()),
                value.place());
  }
  return counted;
}

Result<double> since_start(const files::Yaml& value) {
  VESPER_TRY(const std::string text, value.text());
  if (text.find(':') != std::string::npos) {
    return fail(Code::bad_time_point, fmt::format("'{}' is not a time point", text), value.place(),
                "write `day 15` or `36 h`; a clock time belongs into `at`");
  }
  auto time = in_range(value, "time", hours(), Range::not_negative);
  if (!time && time.error().code == Code::missing_unit) {
    Diagnostic error = time.error();
    error.mend = fmt::format("did you mean 'day {}' or '{} h'?", text, text);
    return tl::unexpected<Diagnostic>(std::move(error));
  }
  if (!time && time.error().code == Code::bad_quantity) {
    return fail(Code::bad_time_point, fmt::format("'{}' is not a time point", text), value.place(),
                "write `day 15`, `week 3` or `36 h`");
  }
  if (time && *time > longest) {
    return fail(Code::out_of_range, fmt::format("'{}' is more than 114 years away", text),
                value.place());
  }
  return time;
}

}  // namespace

Result<double> read_duration(const files::Yaml& value) {
  VESPER_TRY(const double duration, in_range(value, "duration", hours(), Range::positive));
  if (duration > longest) {
    return fail(Code::out_of_range, fmt::format("'{}' is longer than 114 years", value.raw()),
                value.place());
  }
  return duration;
}

Result<double> read_time_point(const files::Yaml& value) {
  VESPER_TRY(const std::string text, value.text());
  if (const auto written = calendar(text)) {
    VESPER_TRY(const Counted counted, read_calendar(*written, value));
    return counted.length * (counted.number - 1);
  }
  return since_start(value);
}

Result<double> read_end_point(const files::Yaml& value) {
  VESPER_TRY(const std::string text, value.text());
  if (const auto written = calendar(text)) {
    VESPER_TRY(const Counted counted, read_calendar(*written, value));
    return counted.length * counted.number;
  }
  return since_start(value);
}

Result<double> read_clock_time(const files::Yaml& value) {
  VESPER_TRY(const std::string text, value.text());
  const auto refuse = [&](std::string mend) {
    return fail(Code::bad_clock_time, fmt::format("'{}' is not a clock time", text), value.place(),
                std::move(mend));
  };
  const std::size_t colon = text.find(':');
  const auto digits = [](std::string_view part) -> std::optional<int> {
    int number = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    const bool all = error == std::errc() && end == part.data() + part.size() && number >= 0;
    return all && !part.empty() && part.size() <= 2 ? std::optional(number) : std::nullopt;
  };
  if (colon == std::string::npos) return refuse("write hours and minutes, such as \"22:00\"");
  const auto hour = digits(std::string_view(text).substr(0, colon));
  const auto minute = digits(std::string_view(text).substr(colon + 1));
  if (!hour || !minute || text.size() != colon + 3) {
    return refuse("write hours and minutes, such as \"22:00\"");
  }
  if (*hour == 24 && *minute == 0) return refuse("midnight is \"00:00\", the beginning of a day");
  if (*hour > 23 || *minute > 59) return refuse("clock times run from 00:00 to 23:59");
  return *hour + *minute / 60.0;
}

double first_clock_time(double from, double clock) {
  const double day = std::floor(from / 24) * 24;
  // A `from` that is the clock time itself up to rounding is that time, not the next day's.
  return day + clock >= from - 1e-9 ? day + clock : day + 24 + clock;
}

}  // namespace vesper::dosing
