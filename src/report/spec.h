// Pieces of Vega-Lite that all figures share.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "report/figures.h"

namespace vesper::report::spec {

using Json = nlohmann::json;

inline constexpr double content_width = 1000;  // px; the page scales figures down, never up

Json base(const std::string& description);          // $schema, background, description
std::string colour(std::size_t hypothesis);         // "var(--h1)"; repeats after eight
double rounded(double value, int digits = 4);       // fewer characters in the page; NaN stays NaN
std::string axis_title(const OutputStory& output);  // "MOR occupancy (%)"
// The highest value that an output's occupancy can have in its unit.
double full_scale(const OutputStory& output);

}  // namespace vesper::report::spec
