#include "diagnostics/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <numeric>

namespace vesper {
namespace {

// The caret line counts characters, the place counts bytes: skip UTF-8 continuation bytes, and
// keep tabs so that the caret stands under its word.
std::string indent_to(std::string_view line, int column) {
  std::string indent;
  for (int i = 0; i < column - 1; ++i) {
    const bool inside = i < static_cast<int>(line.size());
    const auto byte = inside ? static_cast<unsigned char>(line[static_cast<std::size_t>(i)]) : ' ';
    if ((byte & 0xC0u) == 0x80u) continue;
    indent += byte == '\t' ? '\t' : ' ';
  }
  return indent;
}

// A long line is shown as the window of it that holds the place.
Place shortened(Place place) {
  constexpr int widest = 110;
  if (static_cast<int>(place.line_text.size()) <= widest) return place;
  int first = std::max(0, place.column - 1 - widest / 3);
  const auto continues = [&](int at) {
    return at < static_cast<int>(place.line_text.size()) &&
           (static_cast<unsigned char>(place.line_text[static_cast<std::size_t>(at)]) & 0xC0u) ==
               0x80u;
  };
  while (first > 0 && continues(first)) --first;
  int count = widest;
  while (continues(first + count)) --count;
  place.line_text =
      place.line_text.substr(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
  place.column -= first;
  return place;
}

// Control characters of a broken file must not reach the terminal.
std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == '\t' || (byte >= 0x20 && byte != 0x7F)) {
      shown += c;
    } else {
      shown += fmt::format("\\x{:02x}", byte);
    }
  }
  return shown;
}

std::string lowered(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

// Edits (insert, delete, replace, swap of neighbours) from a to b: optimal string alignment.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  std::iota(d[0].begin(), d[0].end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + cost});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string Diagnostic::text() const {
  std::string out;
  if (!place.file.empty()) out += printable(place.file) + ":";
  if (place.line > 0) out += fmt::format("{}:{}:", place.line, place.column);
  if (!out.empty()) out += " ";
  out += printable(message);
  if (place.line > 0 && !place.line_text.empty()) {
    const Place shown = shortened(place);
    const int room = std::max(1, static_cast<int>(shown.line_text.size()) - shown.column + 1);
    const int marks = std::clamp(shown.length, 1, room);
    out += "\n    " + printable(shown.line_text) + "\n    " +
           indent_to(shown.line_text, shown.column) + "^" +
           std::string(static_cast<std::size_t>(marks - 1), '~');
  }
  for (const std::string& note : notes) out += "\n  " + printable(note);
  const std::string number(info(code).number);
  const std::string tag = "[" + number + "; vesper explain " + number + "]";
  out += mend.empty() ? "\n  " + tag : "\n  " + printable(mend) + "  " + tag;
  return out;
}

int Diagnostic::exit_code() const {
  return info(code).number.substr(0, 3) == "V07" ? 1 : 2;
}

tl::unexpected<Diagnostic> fail(Code code, std::string message, Place place, std::string mend,
                                std::vector<std::string> notes) {
  return tl::unexpected<Diagnostic>(
      Diagnostic{code, std::move(message), std::move(place), std::move(mend), std::move(notes)});
}

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  constexpr std::size_t longest = 80;  // nobody mistypes a longer word into a known one
  if (word.empty() || word.size() > longest) return "";
  const std::string wanted = lowered(word);
  std::string best;
  std::size_t fewest = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : known) {
    if (candidate.size() > longest) continue;
    const std::size_t distance = edits(wanted, lowered(candidate));
    if (distance < fewest) {
      fewest = distance;
      best = candidate;
    }
  }
  return best;
}

std::string suggest(std::string_view word, const std::vector<std::string>& known) {
  if (const std::string near = nearest(word, known); !near.empty()) {
    return fmt::format("did you mean '{}'?", near);
  }
  if (known.empty()) return "";
  constexpr std::size_t most = 12;
  std::string list;
  for (std::size_t i = 0; i < std::min(most, known.size()); ++i) {
    list += (i == 0 ? "" : ", ") + known[i];
  }
  return (known.size() == 1 ? "only " : "one of: ") + list + (known.size() > most ? ", ..." : "");
}

}  // namespace vesper
