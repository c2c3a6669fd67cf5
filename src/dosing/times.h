// Times of a regimen, beside read_duration and read_time_point of dosing.h.
#pragma once

#include "files/yaml.h"

namespace vesper::dosing {

// [h] "day 14" and "week 2" at their end, "36 h" as it is.
Result<double> read_end_point(const files::Yaml& value);

// [h] since midnight: "22:00" is 22; [0, 24).
Result<double> read_clock_time(const files::Yaml& value);

// [h] the first moment at or after `from` at which the clock shows `clock`.
double first_clock_time(double from, double clock);

}  // namespace vesper::dosing
