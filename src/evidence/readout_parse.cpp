// A recursive descent over the bytes of a readout:
//
//   sum     = product { ("+" | "-") product }
//   product = factor { ("*" | "/") factor }
//   factor  = "-" factor | "(" sum ")" | number [unit] | ("day" | "week") integer
//           | function "(" output ["@" arm] { "," sum } ")"
//
// Outputs and arms are taken as written up to the next comma or closing parenthesis, so their
// names may hold spaces, hyphens and digits; nothing is subtracted inside a name.
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "evidence/readout.h"

namespace vesper::evidence {

namespace {

using Kind = Readout::Kind;

constexpr int deepest = 50;            // parentheses within parentheses
constexpr std::size_t longest = 2000;  // bytes

struct Function {
  std::string_view name;
  Kind kind;
  std::string_view wanted;  // the argument that must stand after the output; empty: none
  bool stretch;             // whether `from, to` may follow
  std::string_view form;    // shown when the arguments do not fit
};

constexpr std::array<Function, 8> functions = {{
    {"max", Kind::maximum, "", true, "max(X) or max(X, from, to)"},
    {"min", Kind::minimum, "", true, "min(X) or min(X, from, to)"},
    {"mean", Kind::mean, "", true, "mean(X) or mean(X, from, to)"},
    {"time of max", Kind::time_of_maximum, "", true, "time of max(X) or time of max(X, from, to)"},
    {"at", Kind::at, "time", false, "at(X, 8 h)"},
    {"auc", Kind::area, "", true, "auc(X) or auc(X, from, to)"},
    {"half-life", Kind::half_life, "", true, "half-life(X) or half-life(X, from, to)"},
    {"hours above", Kind::hours_above, "level", true,
     "hours above(X, 50 %) or hours above(X, 50 %, from, to)"},
}};

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const Function& function : functions) names.emplace_back(function.name);
  return names;
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (static_cast<unsigned char>(c) >= 0x80);
}
bool starts_word(char c) {
  return is_letter(c) || c == '_' || c == '%' || c == '\'';
}

// Trailing white space off, inner runs of it to one space.
std::string squeezed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (!is_space(c)) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

class Parser {
 public:
  Parser(std::string_view text, const Place& place)
      : text_(text),
        place_(place),
        shift_(place.line > 0 &&
               (place.line_text.empty() ||
                std::string_view(place.line_text)
                    .substr(std::min(place.line_text.size(),
                                     static_cast<std::size_t>(std::max(1, place.column) - 1)))
                    .starts_with(text))) {}

  Result<Readout> whole() {
    skip();
    if (end()) {
      return fail(Code::readout_syntax, "the readout is empty", place_,
                  "such as `max(plasma naltrexone)`");
    }
    if (text_.size() > longest) {
      return fail(Code::readout_syntax,
                  fmt::format("a readout of {} bytes is too long", text_.size()), place_,
                  fmt::format("at most {} bytes are read", longest));
    }
    VESPER_TRY(Readout readout, sum(0));
    if (!end()) return stray();
    return readout;
  }

 private:
  bool end() const { return pos_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const {
    return pos_ + ahead < text_.size() ? text_[pos_ + ahead] : '\0';
  }
  void skip() {
    while (!end() && is_space(text_[pos_])) ++pos_;
  }
  Place at(std::size_t offset, std::size_t length = 1) const {
    Place place = place_;
    if (shift_) {
      place.column += static_cast<int>(offset);
      place.length = static_cast<int>(std::max<std::size_t>(1, length));
    }
    return place;
  }

  // What stands where an operator or the end should stand.
  tl::unexpected<Diagnostic> stray() const {
    const char c = text_[pos_];
    if (c == ')') {
      return fail(Code::readout_syntax, "this parenthesis closes nothing", at(pos_),
                  "leave it out");
    }
    if (c == ',') {
      return fail(Code::readout_syntax, "this comma stands in no function", at(pos_),
                  "commas divide the arguments of a function");
    }
    std::size_t stop = pos_;
    while (stop < text_.size() && !is_space(text_[stop]) && text_[stop] != '(') ++stop;
    const std::size_t length = std::max<std::size_t>(1, stop - pos_);
    return fail(Code::readout_syntax,
                fmt::format("'{}' follows without an operator", text_.substr(pos_, length)),
                at(pos_, length), "join two values with +, -, * or /");
  }

  Result<Readout> joined(Kind kind, std::size_t where, Readout left, Readout right) const {
    Readout node;
    node.kind = kind;
    node.place = at(where);
    node.operands = {std::move(left), std::move(right)};
    return node;
  }

  Result<Readout> sum(int depth) {
    VESPER_TRY(Readout left, product(depth));
    while (peek() == '+' || peek() == '-') {
      const std::size_t where = pos_++;
      const Kind kind = text_[where] == '+' ? Kind::add : Kind::subtract;
      VESPER_TRY(Readout right, product(depth));
      VESPER_TRY(left, joined(kind, where, std::move(left), std::move(right)));
    }
    return left;
  }

  Result<Readout> product(int depth) {
    VESPER_TRY(Readout left, factor(depth));
    while (peek() == '*' || peek() == '/') {
      const std::size_t where = pos_++;
      const Kind kind = text_[where] == '*' ? Kind::multiply : Kind::divide;
      VESPER_TRY(Readout right, factor(depth));
      VESPER_TRY(left, joined(kind, where, std::move(left), std::move(right)));
    }
    return left;
  }

  // Leaves the position after trailing white space, at an operator, a closing mark or the end.
  Result<Readout> factor(int depth) {
    skip();
    if (depth > deepest) {
      return fail(Code::too_deep, "the readout nests too deeply", at(pos_));
    }
    if (end()) {
      return fail(Code::readout_syntax, "the readout ends where a value is wanted",
                  at(text_.size() - 1), unclosed_mend());
    }
    const char c = peek();
    if (c == '-') {
      Readout node;
      node.kind = Kind::negate;
      node.place = at(pos_++);
      VESPER_TRY(Readout operand, factor(depth + 1));
      node.operands.push_back(std::move(operand));
      return node;
    }
    if (c == '(') {
      const std::size_t open = pos_++;
      VESPER_TRY(Readout inner, sum(depth + 1));
      VESPER_CHECK(close(open));
      return inner;
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (starts_word(c)) return word(depth);
    return fail(Code::readout_syntax, fmt::format("'{}' stands where a value is wanted", c),
                at(pos_), "such as `max(X)`, `24 h` or a number");
  }

  // In a {...} of YAML a comma ends an unquoted readout, the usual cause of one that is cut short.
  std::string unclosed_mend() const {
    return text_.find('(') == std::string_view::npos
               ? ""
               : "close the parentheses; between { and } a readout with a comma needs quotes";
  }

  Result<void> close(std::size_t open) {
    if (end()) {
      return fail(Code::readout_syntax, "this parenthesis is never closed", at(open),
                  unclosed_mend());
    }
    if (peek() != ')') return stray();
    ++pos_;
    skip();
    return {};
  }

  // The bytes of a unit: "ng/mL", "/h", "%", "mg/(kg.h)".  It ends at a space, so that an operator
  // after a unit stands between spaces.
  std::size_t unit_length(std::size_t from) const {
    const auto byte = [&](std::size_t i) { return i < text_.size() ? text_[i] : '\0'; };
    const char first = byte(from);
    if (!is_letter(first) && first != '%' && !(first == '/' && is_letter(byte(from + 1)))) return 0;
    std::size_t stop = from;
    int open = 0;
    for (; stop < text_.size(); ++stop) {
      const char c = text_[stop];
      if (c == '(' && stop > from && (text_[stop - 1] == '/' || text_[stop - 1] == '.')) {
        ++open;
      } else if (c == ')' && open > 0) {
        --open;
      } else if (is_space(c) || c == ',' || c == '(' || c == ')') {
        break;
      }
    }
    return stop - from;
  }

  Result<Readout> number() {
    Readout node;
    const std::size_t from = pos_;
    const char* begin = text_.data() + pos_;
    const char* stop = text_.data() + text_.size();
    const auto [rest, error] = std::from_chars(begin, stop, node.quantity.value);
    pos_ = static_cast<std::size_t>(rest - text_.data());
    if (error != std::errc() || !std::isfinite(node.quantity.value)) {
      return fail(
          Code::bad_number,
          fmt::format("'{}' is too large or too small a number", text_.substr(from, pos_ - from)),
          at(from, pos_ - from));
    }
    std::size_t end_of_value = pos_;
    skip();
    if (const std::size_t length = unit_length(pos_); length > 0) {
      VESPER_TRY(node.quantity.unit, unit(pos_, length));
      end_of_value = pos_ + length;
      pos_ = end_of_value;
      skip();
    }
    node.place = at(from, end_of_value - from);
    return node;
  }

  Result<units::Unit> unit(std::size_t from, std::size_t length) const {
    const std::string_view written = text_.substr(from, length);
    // UDUNITS would read "8 h-2" as a power, "2 ng/mL*3" as a scale and "/min(X)" as per minute.
    if (written.find_first_of("+*-") != std::string_view::npos ||
        text_.substr(from + length).starts_with("(")) {
      return fail(Code::readout_syntax, fmt::format("'{}' is no unit", written), at(from, length),
                  "put a space on each side of an operator; write L/h and /h, not h-1");
    }
    return units::Unit::parse(written, at(from, length));
  }

  // A function with its arguments, or "day 15".
  Result<Readout> word(int depth) {
    const std::size_t from = pos_;
    std::size_t stop = from;
    while (stop < text_.size()) {
      const char c = text_[stop];
      const bool minus = c == '-' && is_space(text_[stop - 1]);
      if (minus || !(starts_word(c) || is_digit(c) || is_space(c) || c == '-' || c == '.')) break;
      ++stop;
    }
    const std::string name = squeezed(text_.substr(from, stop - from));
    if (stop < text_.size() && text_[stop] == '(') {
      for (const Function& function : functions) {
        if (function.name == name) {
          pos_ = stop;
          return call(function, from, depth);
        }
      }
      return fail(Code::unknown_readout, fmt::format("unknown readout '{}'", name),
                  at(from, name.size()), suggest(name, function_names()));
    }
    for (const auto& [word, hours] : {std::pair{"day", 24.0}, std::pair{"week", 168.0}}) {
      if (!name.starts_with(std::string(word) + " ")) continue;
      pos_ = stop;
      return ordinal(name, hours, from);
    }
    return fail(Code::readout_syntax, fmt::format("'{}' does not say what is read of it", name),
                at(from, name.size()), fmt::format("such as `max({0})` or `at({0}, 8 h)`", name));
  }

  // "day 15" is its start: 14 days after the start of the run.
  Result<Readout> ordinal(const std::string& name, double hours, std::size_t from) const {
    const std::string digits = name.substr(name.find(' ') + 1);
    int count = 0;
    const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (error != std::errc() || rest != digits.data() + digits.size() || count < 1) {
      return fail(Code::readout_syntax, fmt::format("'{}' is no point in time", name),
                  at(from, name.size()), "days and weeks are counted from 1: `day 15`, `week 3`");
    }
    VESPER_TRY(const units::Unit hour, units::Unit::parse("h"));
    Readout node;
    node.quantity = {(count - 1) * hours, hour};
    node.place = at(from, name.size());
    return node;
  }

  // One name, up to a comma, a closing parenthesis or (of an output) an at sign.  Quotes hold a
  // name together that has one of these in it.
  Result<std::string> name(const char* what, bool output, Place& where) {
    skip();
    const std::size_t from = pos_;
    if (peek() == '\'') {
      const std::size_t quote = text_.find('\'', from + 1);
      if (quote == std::string_view::npos) {
        return fail(Code::readout_syntax, "this quote is never closed", at(from));
      }
      pos_ = quote + 1;
      where = at(from, pos_ - from);
      skip();
      return std::string(text_.substr(from + 1, quote - from - 1));
    }
    int open = 0;
    for (; !end(); ++pos_) {
      const char c = peek();
      if (c == ')' && open == 0) break;
      if (c == '(') ++open;
      if (c == ')') --open;
      if (open == 0 && (c == ',' || (output && c == '@'))) break;
    }
    const std::string found = squeezed(text_.substr(from, pos_ - from));
    where = at(from, found.size());
    if (found.empty()) {
      return fail(Code::readout_syntax, fmt::format("the name of an {} is missing", what),
                  at(std::min(from, text_.size() - 1)));
    }
    return found;
  }

  Result<Readout> call(const Function& function, std::size_t from, int depth) {
    Readout node;
    node.kind = function.kind;
    node.place = at(from, pos_ - from);
    const std::size_t open = pos_++;
    VESPER_TRY(node.output, name("output", true, node.output_place));
    if (peek() == '@') {
      ++pos_;
      VESPER_TRY(node.arm, name("arm", false, node.arm_place));
    }
    while (peek() == ',') {
      ++pos_;
      VESPER_TRY(Readout argument, sum(depth + 1));
      node.operands.push_back(std::move(argument));
    }
    VESPER_CHECK(close(open));
    const std::size_t needed = function.wanted.empty() ? 0 : 1;
    const std::size_t given = node.operands.size();
    if (given != needed && !(function.stretch && given == needed + 2)) {
      return fail(Code::readout_arguments,
                  given < needed ? fmt::format("'{}' needs a {}", function.name, function.wanted)
                                 : fmt::format("'{}' cannot take {} argument{} after its output",
                                               function.name, given, given == 1 ? "" : "s"),
                  node.place, fmt::format("write {}", function.form));
    }
    return node;
  }

  std::string_view text_;
  Place place_;
  // False where the text does not stand as such on one line (folded, or with escapes), so that
  // only the whole can be pointed at.
  bool shift_;
  std::size_t pos_ = 0;
};

}  // namespace

Result<Readout> parse_readout(std::string_view text, const Place& place) {
  return Parser(text, place).whole();
}

std::vector<const Readout*> readings(const Readout& readout) {
  std::vector<const Readout*> found;
  if (readout.reads()) found.push_back(&readout);
  for (const Readout& operand : readout.operands) {
    for (const Readout* reading : readings(operand)) found.push_back(reading);
  }
  return found;
}

}  // namespace vesper::evidence
