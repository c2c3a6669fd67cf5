// The worksheet in words: how to make it, and what stands on the label.
#pragma once

#include <string>
#include <vector>

namespace vesper::compounding {

struct Recipe;
struct Worksheet;

std::vector<std::string> steps(const Recipe& recipe, const Worksheet& sheet);
std::vector<std::string> label(const Recipe& recipe, const Worksheet& sheet);

}  // namespace vesper::compounding
