#include "sbml/guard.h"

#include <fmt/format.h>

namespace vesper::sbml {
namespace {

constexpr std::string_view white = " \t\r\n";

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
  bool starts(std::string_view mark) const { return text_.substr(at_).starts_with(mark); }

  void skip_to(std::string_view mark) {
    const std::size_t found = text_.find(mark, at_);
    at_ = found == std::string_view::npos ? text_.size() : found + mark.size();
  }

  // Attribute values may hold '>'.
  Result<void> tag() {
    const std::size_t start = at_;
    char quote = 0;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '>') {
        break;
      }
    }
    if (text_.substr(start).starts_with("</")) {
      --depth_;
    } else if (at_ > start && text_[at_ - 1] != '/' && ++depth_ > deepest_element) {
      return fail(Code::unsafe_xml,
                  fmt::format("elements are nested more than {} deep", deepest_element),
                  source_.place(start, 1));
    }
    return {};
  }

  const files::Source& source_;
  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
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
