#include "sbml/guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace vesper::sbml {
namespace {

constexpr std::string_view white = " \t\r\n";

// "math" of "<m:math ...>", with or without its prefix.
std::string_view local_name(std::string_view tag) {
  tag.remove_prefix(1);
  tag = tag.substr(0, tag.find_first_of(" \t\r\n/>"));
  const std::size_t colon = tag.find(':');
  return colon == std::string_view::npos ? tag : tag.substr(colon + 1);
}

// Without white space behind.
std::string_view trimmed(std::string_view text) {
  return text.substr(0, text.find_last_not_of(white) + 1);
}

// A walk over the marks `<...>` of a text.  What stands between them does not matter here.
class Scan {
 public:
  explicit Scan(const files::Source& source) : source_(source), text_(source.text()) {}

  Result<void> run() {
    while ((at_ = text_.find('<', at_)) != std::string_view::npos) {
      if (starts("<!--")) {
        skip_to("-->");
      } else if (starts("<![CDATA[")) {
        skip_to("]]>");
      } else if (starts("<?")) {
        skip_to("?>");
      } else if (starts("<!")) {
        return fail(Code::unsafe_xml, "the file declares a document type or entities",
                    source_.place(at_, 2), "remove the declaration; SBML has no use for one");
      } else {
        VESPER_CHECK(tag());
      }
    }
    return {};
  }

 private:
  // How deep the formulas within an open element go; none outside of <math>.
  struct Open {
    bool math = false;
    int formula = 0;
  };

  bool starts(std::string_view mark) const { return text_.substr(at_).starts_with(mark); }

  void skip_to(std::string_view mark) {
    const std::size_t found = text_.find(mark, at_);
    at_ = found == std::string_view::npos ? text_.size() : found + mark.size();
  }

  tl::unexpected<Diagnostic> too_much(std::size_t offset, std::string message) const {
    return fail(Code::unsafe_xml, std::move(message), source_.place(offset, 1));
  }

  Result<void> tag() {
    const std::size_t start = at_;
    VESPER_CHECK(pass_attributes());
    if (text_.substr(start).starts_with("</")) return close(start);
    if (++elements_ > most_elements) {
      return too_much(start, fmt::format("the file has more than {} elements", most_elements));
    }
    const bool within = !open_.empty() && open_.back().math;
    open_.push_back({within || local_name(text_.substr(start)) == "math", 0});
    if (text_[at_ - 1] == '/') return close(start);
    if (open_.size() > deepest_element) {
      return too_much(start, fmt::format("elements are nested more than {} deep", deepest_element));
    }
    return {};
  }

  // To the end of the tag.  Values may hold '>'.
  Result<void> pass_attributes() {
    char quote = 0;
    std::size_t value = 0, values = 0;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (quote != 0) {
        if (c != quote) continue;
        quote = 0;
        VESPER_CHECK(pass_value(value));
        if (++values > most_attributes_of_one) {
          return too_much(
              value, fmt::format("an element has more than {} attributes", most_attributes_of_one));
        }
      } else if (c == '"' || c == '\'') {
        quote = c;
        value = at_;
      } else if (c == '>') {
        break;
      }
    }
    return {};
  }

  Result<void> pass_value(std::size_t start) {
    if (++attributes_ > most_attributes) {
      return too_much(start, fmt::format("the file has more than {} attributes", most_attributes));
    }
    std::string_view before = trimmed(text_.substr(0, start));
    if (!before.ends_with('=')) return {};
    before.remove_suffix(1);
    if (!trimmed(before).ends_with("formula")) return {};
    const std::string_view formula = text_.substr(start, at_ - start);
    const auto operators = std::count_if(formula.begin(), formula.end(), [](char c) {
      return std::string_view("+-*/^(,").find(c) != std::string_view::npos;
    });
    if (operators <= most_operators) return {};
    return too_much(start, fmt::format("a formula has more than {} operators", most_operators));
  }

  // Each operand puts those before it one operator deeper.
  Result<void> close(std::size_t start) {
    if (open_.empty()) return {};  // the parser says so better
    const Open closed = open_.back();
    open_.pop_back();
    if (open_.empty() || !open_.back().math) return {};
    int& outer = open_.back().formula;
    outer = std::max(outer, closed.formula) + 1;
    if (outer <= deepest_formula) return {};
    return too_much(start,
                    fmt::format("a formula is more than {} operators deep", deepest_formula));
  }

  const files::Source& source_;
  std::string_view text_;
  std::size_t at_ = 0, elements_ = 0, attributes_ = 0;
  std::vector<Open> open_;
};

}  // namespace

bool looks_like_xml(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::size_t first = text.find_first_not_of(white);
  return first != std::string_view::npos && text[first] == '<';
}

Result<void> check_text(const files::Source& source) {
  if (source.text().find_first_not_of(white) == std::string_view::npos) {
    return fail(Code::invalid_sbml, "the file is empty", source.whole());
  }
  if (!looks_like_xml(source.text())) {
    return fail(Code::invalid_sbml, "this is no SBML: it does not begin as XML does",
                source.place(1, 1, 1));
  }
  return Scan(source).run();
}

}  // namespace vesper::sbml
