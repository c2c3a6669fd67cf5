// One error type for everything a person can get wrong, and for every run that can fail.
//
// Bad input, a bad model and a failed solve are values: functions return Result<T>.  Our own
// bugs are assertions.  A Diagnostic carries a code (explained by `vesper explain CODE`), the
// place in the text, and a mend: what to do about it.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "diagnostics/codes.h"

namespace vesper {

// A stretch of text in a file.  line and column count from 1, columns in bytes; line 0 means
// that the whole file (or, with an empty file, the command line) is meant.
struct Place {
  std::string file;
  int line = 0;
  int column = 0;
  int length = 1;         // bytes to underline, at least 1
  std::string line_text;  // the line itself, without its newline; empty when not known
};

struct Diagnostic {
  Code code;
  std::string message;  // one sentence, no full stop, naming the offending thing in quotes
  Place place = {};
  std::string mend = {};                // "did you mean 'mg'?"; may be empty
  std::vector<std::string> notes = {};  // further lines, e.g. the folders that were searched

  // file:line:column: message / the line / a caret / the mend [code].  Ends without a newline.
  std::string text() const;
  // 2 for bad input, 1 for a failed run.
  int exit_code() const;
};

template <class T>
using Result = tl::expected<T, Diagnostic>;

// `return fail(Code::unknown_key, "...", place, "...")` in a function that returns Result<T>.
tl::unexpected<Diagnostic> fail(Code code, std::string message, Place place = {},
                                std::string mend = {}, std::vector<std::string> notes = {});

// The known word nearest to `word` (case ignored), or "" when none is near enough to be meant.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

// "did you mean 'X'?", or "one of: a, b, c" when nothing is near.
std::string suggest(std::string_view word, const std::vector<std::string>& known);

}  // namespace vesper

// Leaves the enclosing function with the error of `expression`, else declares `name` as its value:
//   VESPER_TRY(auto system, equations::build(model));
#define VESPER_TRY_JOIN2(a, b) a##b
#define VESPER_TRY_JOIN(a, b) VESPER_TRY_JOIN2(a, b)
#define VESPER_TRY_IMPL(result, declaration, ...)                                      \
  auto result = (__VA_ARGS__);                                                         \
  if (!result) return tl::unexpected<::vesper::Diagnostic>(std::move(result).error()); \
  declaration = std::move(result).value()
#define VESPER_TRY(declaration, ...) \
  VESPER_TRY_IMPL(VESPER_TRY_JOIN(vesper_try_, __LINE__), declaration, __VA_ARGS__)

// The same for Result<void>.
#define VESPER_CHECK(...)                                                            \
  do {                                                                               \
    auto vesper_check_ = (__VA_ARGS__);                                              \
    if (!vesper_check_)                                                              \
      return tl::unexpected<::vesper::Diagnostic>(std::move(vesper_check_).error()); \
  } while (false)
