// The words that Antimony knows: functions, constants, keywords, annotations.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "language/expression.h"

namespace vesper::language {

// A built-in function as people may write it and as the syntax tree keeps it: `arccos` is `acos`,
// `pow(a, b)` is the operator `a^b`.
struct FunctionWord {
  std::string_view written;
  Expression::Kind kind;  // call, or the operator that it stands for
  std::string_view name;  // of the call
  int fewest, most;       // arguments; most < 0: any number
};

const FunctionWord* find_function(std::string_view written);
const std::vector<std::string>& function_names();

// "inf" for `infinity`, "nan" for `NaN` and `notanumber`, "time", "pi", ... or "" when the word is
// no built-in constant.
std::string_view constant(std::string_view word);

bool is_distribution(std::string_view word);  // any that Antimony has, supported or not
bool is_keyword(std::string_view word);       // `species`, `at`, ...
bool is_reserved(std::string_view word);      // keyword, function or constant

// `description`, `notes`, `identity`, ...; numbered ones too (`creator2`).
bool is_annotation(std::string_view word);
const std::vector<std::string>& annotation_words();

// `standardDeviation`, `stdev`, `coefficientOfVariation`, `confidenceInterval`, `distribution` and
// those that are refused (`mean`, `kurtosis`, ...).
bool is_uncertainty(std::string_view word);
const std::vector<std::string>& supported_uncertainty();

// What a statement may begin with, for suggestions.
const std::vector<std::string>& statement_words();

}  // namespace vesper::language
