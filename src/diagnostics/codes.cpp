#include "diagnostics/codes.h"

#include <algorithm>
#include <cassert>
#include <cctype>

namespace vesper {

const std::vector<CodeInfo>& all_codes() {
  static const std::vector<CodeInfo> table = {
#define VESPER_CODE(name, number, title, explanation) {Code::name, number, title, explanation},
#include "diagnostics/codes/all.def"
#undef VESPER_CODE
  };
  return table;
}

const CodeInfo& info(Code code) {
  const CodeInfo& found = all_codes()[static_cast<std::size_t>(code)];
  assert(found.code == code);
  return found;
}

std::optional<CodeInfo> find_code(std::string_view number) {
  const auto same = [](char a, char b) {
    return std::toupper(static_cast<unsigned char>(a)) ==
           std::toupper(static_cast<unsigned char>(b));
  };
  for (const CodeInfo& entry : all_codes()) {
    if (std::equal(entry.number.begin(), entry.number.end(), number.begin(), number.end(), same)) {
      return entry;
    }
  }
  return std::nullopt;
}

}  // namespace vesper
