#include "language/lexer.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

namespace vesper::language {
namespace {

constexpr auto two_character_signs =
    std::to_array<std::string_view>({"->", "=>", ":=", "==", "!=", "<=", ">=", "&&", "||", "<>"});
constexpr std::string_view one_character_signs = "=:;,'$+-*/^%!<>(){}|&.@";

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

class Lexer {
 public:
  Lexer(const files::Source& source, const Span& stretch)
      : source_(source),
        text_(source.text().substr(0, stretch.offset + stretch.length)),
        index_(stretch.source),
        at_(stretch.offset) {}

  Result<std::vector<Token>> run() {
    while (at_ < text_.size()) {
      VESPER_CHECK(next());
    }
    add(Token::Kind::end_of_text, at_);
    return std::move(list_);
  }

 private:
  Result<void> next() {
    const char c = text_[at_];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f') {
      ++at_;
      return {};
    }
    if (c == '\n') return end_of_line();
    if (c == '\\') return continuation();
    if (c == '#' || rest().starts_with("//")) return line_comment();
    if (rest().starts_with("/*")) return block_comment();
    if (c == '"' || rest().starts_with("```")) return text();
    if (is_letter(c)) return name();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    return sign();
  }

  std::string_view rest() const { return text_.substr(at_); }
  char peek(std::size_t ahead) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  Span span(std::size_t start) const {
    return {index_, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(at_ - start)};
  }
  Place place(std::size_t start, std::size_t length) const { return source_.place(start, length); }
  void add(Token::Kind kind, std::size_t start, double value = 0) {
    list_.push_back({kind, span(start), value});
  }

  Result<void> end_of_line() {
    ++at_;
    list_.push_back(
        {Token::Kind::end_of_line, {index_, static_cast<std::uint32_t>(at_ - 1), 1}, 0});
    return {};
  }

  // A `\` at the end of a line joins it with the next.
  Result<void> continuation() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && (text_[end] == ' ' || text_[end] == '\t' || text_[end] == '\r'))
      ++end;
    if (end < text_.size() && text_[end] != '\n') {
      return fail(Code::bad_character, "'\\' stands before something else than the end of the line",
                  place(at_, 1));
    }
    at_ = std::min(end + 1, text_.size());
    return {};
  }

  Result<void> line_comment() {
    const std::size_t start = at_;
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    at_ = end;
    if (!text_.substr(start).starts_with("//@")) return {};
    const bool own_line = list_.empty() || list_.back().kind == Token::Kind::end_of_line;
    if (!own_line) {
      return fail(Code::bad_directive, "a directive stands behind something else", place(start, 3),
                  "give `//@ ...` a line of its own");
    }
    add(Token::Kind::directive, start);
    return {};
  }

  Result<void> block_comment() {
    const std::size_t start = at_;
    const std::size_t end = text_.find("*/", at_ + 2);
    if (end == std::string_view::npos) {
      return fail(Code::unclosed, "a comment is not closed", place(start, 2), "add `*/`");
    }
    at_ = end + 2;
    return {};
  }

  Result<void> text() {
    const std::size_t start = at_;
    const bool fenced = rest().starts_with("```");
    const std::string_view quote = fenced ? "```" : "\"";
    const std::size_t end = text_.find(quote, at_ + quote.size());
    const std::size_t line = text_.find('\n', at_);
    if (end == std::string_view::npos || (!fenced && line < end)) {
      return fail(Code::unclosed, "a quoted text is not closed", place(start, quote.size()),
                  fenced
                      ? "add ``` at its end"
                      : "add `\"` at its end; a text of several lines stands between ``` and ```");
    }
    at_ = end + quote.size();
    add(Token::Kind::text, start);
    return {};
  }

  Result<void> name() {
    const std::size_t start = at_;
    const auto word = [&] {
      while (is_letter(peek(0)) || is_digit(peek(0))) ++at_;
    };
    word();
    while (peek(0) == '.' && is_letter(peek(1))) {
      ++at_;
      word();
    }
    constexpr std::size_t longest = 256;
    if (at_ - start > longest) {
      return fail(Code::model_syntax, fmt::format("a name of {} characters", at_ - start),
                  place(start, 20), fmt::format("at most {} are read", longest));
    }
    add(Token::Kind::name, start);
    return {};
  }

  Result<void> number() {
    const std::size_t start = at_;
    while (is_digit(peek(0))) ++at_;
    if (peek(0) == '.') ++at_;
    while (is_digit(peek(0))) ++at_;
    if (peek(0) == 'e' || peek(0) == 'E') {
      const std::size_t digits = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
      if (is_digit(peek(digits))) {
        at_ += digits;
        while (is_digit(peek(0))) ++at_;
      } else if (!is_letter(peek(1))) {
        return fail(Code::bad_number, "an exponent without digits", place(start, at_ - start + 1),
                    "such as `1e-3`");
      }
    }
    const std::string_view digits = text_.substr(start, at_ - start);
    double value = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (parsed.ec != std::errc() || !std::isfinite(value)) {
      return fail(Code::bad_number,
                  fmt::format("'{}' is too large or too small a number", digits.substr(0, 40)),
                  place(start, digits.size()));
    }
    if (peek(0) == '.') {
      return fail(Code::bad_number, fmt::format("'{}.' is no number", digits.substr(0, 40)),
                  place(start, digits.size() + 1));
    }
    add(Token::Kind::number, start, value);
    return {};
  }

  Result<void> sign() {
    const std::size_t start = at_;
    for (const std::string_view two : two_character_signs) {
      if (rest().starts_with(two)) {
        at_ += 2;
        add(Token::Kind::sign, start);
        return {};
      }
    }
    if (one_character_signs.find(text_[at_]) != std::string_view::npos) {
      ++at_;
      add(Token::Kind::sign, start);
      return {};
    }
    return unknown_character();
  }

  Result<void> unknown_character() {
    std::size_t length = 1;
    while ((static_cast<unsigned char>(peek(length)) & 0xC0u) == 0x80u) ++length;
    const std::string_view found = text_.substr(at_, length);
    struct Lookalike {
      std::string_view sign, meant;
    };
    constexpr auto lookalikes = std::to_array<Lookalike>({{"\u2212", "-"},
                                                          {"\u2013", "-"},
                                                          {"\u2014", "-"},
                                                          {"\u00b7", "*"},
                                                          {"\u00d7", "*"},
                                                          {"\u22c5", "*"},
                                                          {"\u00f7", "/"},
                                                          {"\u2192", "->"},
                                                          {"\u2019", "'"},
                                                          {"\u2032", "'"},
                                                          {"\u201c", "\""},
                                                          {"\u201d", "\""},
                                                          {"\u2264", "<="},
                                                          {"\u2265", ">="},
                                                          {"\u2260", "!="},
                                                          {"\u00a0", " "},
                                                          {"[", "("},
                                                          {"]", ")"}});
    std::string mend;
    for (const Lookalike& one : lookalikes) {
      if (one.sign == found) mend = fmt::format("did you mean '{}'?", one.meant);
    }
    const bool shown = length > 1 || std::isprint(static_cast<unsigned char>(found[0])) != 0;
    return fail(Code::bad_character,
                shown ? fmt::format("'{}' has no meaning here", found)
                      : fmt::format("byte 0x{:02x} has no meaning here",
                                    static_cast<unsigned char>(found[0])),
                place(at_, length), mend);
  }

  const files::Source& source_;
  std::string_view text_;
  std::uint32_t index_;
  std::size_t at_;
  std::vector<Token> list_;
};

}  // namespace

std::string_view characters(const files::Source& source, const Token& token) {
  std::string_view text = source.text().substr(token.span.offset, token.span.length);
  if (token.kind == Token::Kind::text) {
    const std::size_t quote = text.starts_with("```") ? 3 : 1;
    text = text.substr(quote, text.size() - 2 * quote);
  }
  return text;
}

Result<std::vector<Token>> tokens(const files::Source& source, std::uint32_t index) {
  return tokens(source, Span{index, 0, static_cast<std::uint32_t>(source.text().size())});
}

Result<std::vector<Token>> tokens(const files::Source& source, const Span& stretch) {
  return Lexer(source, stretch).run();
}

}  // namespace vesper::language
