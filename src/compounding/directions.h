// The words of a worksheet: the steps of making, and the label.
#pragma once

#include <string>
#include <vector>

#include "compounding/worksheet.h"

namespace vesper::compounding {

// "120 mg", "20.9 g": as it is weighed.
std::string mass_text(double mg);

std::vector<std::string> procedure(const Recipe& recipe, const Worksheet& sheet);
Result<std::vector<std::string>> label(const Recipe& recipe, const Worksheet& sheet,
                                       const files::SearchPath& search);

}  // namespace vesper::compounding
