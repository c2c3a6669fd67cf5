#include "evidence/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vesper::evidence {

std::size_t text_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
  }));
}

std::string padded(std::string_view text, std::size_t columns) {
  const std::size_t used = text_width(text);
  return std::string(text) + std::string(columns > used ? columns - used : 0, ' ');
}

std::string padded_left(std::string_view text, std::size_t columns) {
  const std::size_t used = text_width(text);
  return std::string(columns > used ? columns - used : 0, ' ') + std::string(text);
}

std::string wrapped(std::string_view text, std::size_t columns, std::string_view first,
                    std::string_view rest) {
  std::string out, line(first);
  bool empty = true;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    if (!empty && text_width(line) + 1 + text_width(word) > columns) {
      out += line + "\n";
      line = rest;
      empty = true;
    }
    if (!word.empty()) {
      line += (empty ? "" : " ") + std::string(word);
      empty = false;
    }
    text = space == std::string_view::npos ? std::string_view() : text.substr(space + 1);
  }
  return out + line + "\n";
}

std::string three_digits(double value) {
  if (!std::isfinite(value)) return "-";
  const double size = std::abs(value);
  if (size == 0) return "0";
  if (size < 1e-3 || size >= 1e5) return fmt::format("{:.2e}", value);
  const int decimals = std::max(0, 2 - static_cast<int>(std::floor(std::log10(size))));
  return fmt::format("{:.{}f}", value, decimals);
}

std::string two_digits(double value) {
  if (!std::isfinite(value)) return "-";
  if (value == 0) return "0";
  const double scale = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 1);
  const double rounded = std::round(value / scale) * scale;
  if (std::abs(rounded) < 1e-3 || std::abs(rounded) >= 1e9) return fmt::format("{:.1e}", rounded);
  if (std::abs(rounded) < 10) return fmt::format("{:.2g}", rounded);
  std::string digits = fmt::format("{:.0f}", rounded);
  const std::size_t start = digits.front() == '-' ? 1 : 0;
  for (std::size_t at = digits.size(); at > start + 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

}  // namespace vesper::evidence
