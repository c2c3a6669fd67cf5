// Antimony text to tokens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "files/source.h"
#include "language/expression.h"

namespace vesper::language {

struct Token {
  enum class Kind : std::uint8_t {
    end_of_text,
    end_of_line,
    name,  // "CL", "pk.CL"
    number,
    text,       // "in quotes" or ```over several lines```
    directive,  // the rest of a line after `//@`
    sign,       // operators and brackets: "->", ":=", "(", ...
  };
  Kind kind = Kind::end_of_text;
  Span span;         // of the whole token, quotes included
  double value = 0;  // of a number
};

// The token's characters; of a text, those between its quotes.
std::string_view characters(const files::Source& source, const Token& token);

// `index` is the source's place in Model::sources.  The last token is end_of_text.
Result<std::vector<Token>> tokens(const files::Source& source, std::uint32_t index);

// The same for a stretch of it (what follows `//@`).
Result<std::vector<Token>> tokens(const files::Source& source, const Span& stretch);

}  // namespace vesper::language
