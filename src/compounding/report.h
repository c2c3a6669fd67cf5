// The worksheet for a terminal and as JSON.
#pragma once

#include <optional>
#include <string>

#include "compounding/exposure.h"
#include "compounding/uniformity.h"
#include "compounding/worksheet.h"

namespace vesper::compounding {

// All that was worked out for one recipe.
struct Compounded {
  Recipe recipe;
  Worksheet sheet;
  std::optional<Uniformity> uniformity;  // of what is counted
  std::optional<Verdict> assayed;
  std::vector<double> assays;  // [% of the label]
  std::optional<Exposure> exposure;
};

inline constexpr const char* pharmacist =
    "A worksheet for study: a pharmacist checks every figure, the law and the pharmacopoeia of the "
    "place decide.";

std::string compound_text(const Compounded& all, const Knowledge& knowledge);
std::string compound_json(const Compounded& all, const Knowledge& knowledge);

// Sentences that page and terminal share.
std::string share_text(const Share& share);
std::vector<std::string> uniformity_lines(const Compounded& all, const Knowledge& knowledge);
std::vector<std::string> cost_lines(const Cost& cost);
std::string amount_text(const Component& component);
std::string unit_name(const Recipe& recipe, double count);
// Sources that the worksheet rests on, each once.
std::vector<std::string> sources_of(const Compounded& all, const Knowledge& knowledge);

}  // namespace vesper::compounding
