// The worksheet as text for a terminal and as JSON.
#pragma once

#include <string>

#include "compounding/exposure.h"
#include "compounding/uniformity.h"
#include "compounding/worksheet.h"

namespace vesper::compounding {

// All that was found out about a recipe; what was not asked for is empty.
struct Findings {
  Recipe recipe;
  Worksheet sheet;
  std::optional<Uniformity> uniformity;  // of what is counted
  std::optional<Assayed> assayed;
  std::optional<Exposure> exposure;
};

std::string text_of(const Findings& findings, const Knowledge& knowledge);
std::string json_of(const Findings& findings, const Knowledge& knowledge);

}  // namespace vesper::compounding
