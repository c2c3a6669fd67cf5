// Numbers, times and texts as people read them, and the escapes that keep names from user files
// from becoming markup.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "simulate/run.h"

namespace vesper::report {

// Three significant digits: "84", "1.12", "0.00451", "12,300", "2.1e-05"; "–" for NaN.
std::string number(double value, int digits = 3);
// As quoted in prose and key tables: two significant digits, whole from 10 upwards.
std::string rough(double value);
// "4,965,715".
std::string grouped(std::uint64_t n);
// One decimal, as hours a day are quoted.
std::string tenths(double value);
// The shortest text that names the number exactly enough to be typed again (up to 8 digits).
std::string exact(double value);

// "0.5-2.3", or "-3 to 5" where a sign would be mistaken for the dash; of texts made by the above.
std::string range(const std::string& low, const std::string& high, std::string_view dash = "–");
// The days that a stretch of time covers: "day 8 to day 14"; clock times where it cuts a day.
std::string stretch(double from, double to);
// Hours since midnight of day 1: "day 15, 22:00".
std::string clock_time(double hours);
// A stretch of time in the largest unit that is whole: "12 weeks", "3 days", "36 h".
std::string duration(double hours);

// "a", "a and b", "a, b and c".
std::string join(const std::vector<std::string>& words, std::string_view last = " and ");
// "zero", "one", ... "twelve", "13".
std::string spelt(std::uint64_t n);
std::string capitalised(std::string text);
// "1 patient", "200 patients".
std::string count(std::uint64_t n, std::string_view noun, std::string_view nouns);

// Text between tags and in quoted attributes.
std::string html(std::string_view text);
// JSON inside a <script> element: nothing in it can end the element.
std::string json_in_script(const nlohmann::json& value);
// A program inside a <script> element: `</script` and `<!--` in its strings are broken up.
std::string program_in_script(std::string_view program);

// Columns that UTF-8 text takes on a terminal, one for each character.
std::size_t columns(std::string_view utf8);
std::string padded(std::string text, std::size_t width);

}  // namespace vesper::report
