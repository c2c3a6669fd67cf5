// The table of all codes.  Each room's codes lie in codes/<room>.def, one line each:
//   VESPER_CODE(unknown_unit, "V0103", "unknown unit", "what it means and how to mend it")
// Numbers are never reused.  V00 files, V01 units, V02 language, V03 equations, V04 dosing,
// V05 population, V06 simulate, V07 runs that fail (exit code 1), V08 evidence, V09 command line, V10 SBML,
// V11 safety, V12 compounding, V13 titration.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace vesper {

enum class Code {
#define VESPER_CODE(name, number, title, explanation) name,
#include "diagnostics/codes/all.def"
#undef VESPER_CODE
};

struct CodeInfo {
  Code code;
  std::string_view number;       // "V0103"
  std::string_view title;        // a few words
  std::string_view explanation;  // what it means, why, and the mend
};

const std::vector<CodeInfo>& all_codes();
const CodeInfo& info(Code code);
std::optional<CodeInfo> find_code(std::string_view number);  // case ignored

}  // namespace vesper
