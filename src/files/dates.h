// Days of the calendar: no clock times, no time zones.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "files/yaml.h"

namespace vesper::files {

using Date = std::chrono::sys_days;

// "2026-12-01"; none where it is no day of the calendar between 1800 and 2200.
std::optional<Date> parse_date(std::string_view text);
// V1101 where it is none.
Result<Date> read_date(const Yaml& value);
std::string date_text(Date date);     // "2026-12-01"
std::string compact_date(Date date);  // "20261201"
std::string weekday(Date date);       // "Tue"
// Months of the calendar: the last day where a month is shorter.
Date plus_months(Date date, int months);
// The day of the calendar here and now.
Date today();

}  // namespace vesper::files
