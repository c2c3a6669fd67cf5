#include "report/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace vesper::report {

namespace {

std::string with_separators(std::string digits) {
  for (std::ptrdiff_t at = std::ssize(digits) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  std::size_t at = 0;
  for (std::size_t hit; (hit = text.find(from, at)) != text.npos; at = hit + from.size()) {
    out.append(text.substr(at, hit - at)).append(to);
  }
  return out.append(text.substr(at));
}

}  // namespace

std::string number(double value, int digits) {
  if (!std::isfinite(value)) return std::isnan(value) ? "–" : value > 0 ? "∞" : "-∞";
  if (value == 0) return "0";
  const double size = std::abs(value);
  if (size < 1e-4 || size >= 1e7) return fmt::format("{:.{}e}", value, digits - 1);
  const int before = static_cast<int>(std::floor(std::log10(size))) + 1;
  const int after = std::max(0, digits - before);
  std::string text = fmt::format("{:.{}f}", size, after);
  // 99.96 rounds to 100.0, which has a digit more than was asked for.
  if (after > 0 && std::stod(text) >= std::pow(10, before)) {
    text = fmt::format("{:.{}f}", size, after - 1);
  }
  if (text.find('.') == text.npos && text.size() > 4) text = with_separators(text);
  return value < 0 ? "-" + text : text;
}

std::string exact(double value) {
  if (!std::isfinite(value)) return number(value);
  return fmt::format("{:.8g}", value);
}

std::string rough(double value) {
  return number(value, 2);
}

std::string grouped(std::uint64_t n) {
  return with_separators(std::to_string(n));
}

std::string tenths(double value) {
  return std::isfinite(value) ? fmt::format("{:.1f}", value) : number(value);
}

std::string range(const std::string& low, const std::string& high, std::string_view dash) {
  if (low.starts_with('-') || high.starts_with('-')) return low + " to " + high;
  return fmt::format("{}{}{}", low, dash, high);
}

std::string stretch(double from, double to) {
  const auto whole = [](double hours) { return std::abs(std::remainder(hours, 24)) < 1e-9; };
  if (!whole(from) || !whole(to)) return clock_time(from) + " to " + clock_time(to);
  const long first = std::lround(from / 24) + 1, last = std::lround(to / 24);
  return first == last ? fmt::format("day {}", first)
                       : fmt::format("day {} to day {}", first, last);
}

std::string clock_time(double hours) {
  auto minutes = static_cast<long long>(std::llround(hours * 60));
  const long long day = minutes / (24 * 60);
  minutes -= day * 24 * 60;
  return fmt::format("day {}, {:02}:{:02}", day + 1, minutes / 60, minutes % 60);
}

std::string duration(double hours) {
  struct Step {
    double length;
    std::string_view one, many;
  };
  static constexpr std::array<Step, 3> steps = {
      {{168, "week", "weeks"}, {24, "day", "days"}, {1, "h", "h"}}};
  for (const Step& step : steps) {
    const double n = hours / step.length;
    const bool whole = std::abs(n - std::round(n)) < 1e-9;
    // "one day" reads as 24 h in a schedule of doses and as a day in a length of time alike.
    if (whole && n >= 1) {
      return fmt::format("{} {}", std::llround(n), std::llround(n) == 1 ? step.one : step.many);
    }
  }
  if (hours < 1) return fmt::format("{} min", number(hours * 60));
  return fmt::format("{} h", number(hours));
}

std::string join(const std::vector<std::string>& words, std::string_view last) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? last : ", ";
    out += words[i];
  }
  return out;
}

std::string spelt(std::uint64_t n) {
  static constexpr std::array<std::string_view, 13> words = {
      "zero",  "one",   "two",  "three", "four",   "five",  "six",
      "seven", "eight", "nine", "ten",   "eleven", "twelve"};
  return n < words.size() ? std::string(words[n]) : std::to_string(n);
}

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string count(std::uint64_t n, std::string_view noun, std::string_view nouns) {
  return fmt::format("{} {}", n, n == 1 ? noun : nouns);
}

std::string html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string json_in_script(const nlohmann::json& value) {
  // `<` stands only within JSON strings, where an escape means the same.
  return replaced(value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), "<",
                  "\\u003c");
}

std::string program_in_script(std::string_view program) {
  // In JavaScript both stand only within strings, templates, expressions and comments, where the
  // escaped form means the same.
  return replaced(replaced(program, "</script", "<\\/script"), "<!--", "<\\!--");
}

std::size_t columns(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string padded(std::string text, std::size_t width) {
  const std::size_t taken = columns(text);
  if (taken < width) text.append(width - taken, ' ');
  return text;
}

}  // namespace vesper::report
