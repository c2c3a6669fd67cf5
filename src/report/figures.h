// The report's figures as Vega-Lite 6 specifications with their data inside.
//
// Colours are CSS variables of the page (var(--h1), ...), so that one figure serves light, dark and
// print.  Names from user files stand only in values, never in expressions or field names.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "report/story.h"

namespace vesper::report {

inline constexpr std::size_t most_arms_as_rows = 3;  // more become colours in one panel

struct Figure {
  std::string id;  // "whole-0", unique in the page
  std::string title;
  std::string caption;  // plain text
  nlohmann::json spec;
  // The positive range of a logarithmic axis, for figures that can have one.
  std::optional<std::pair<double, double>> log_domain;
};

// Hours a day above each threshold, by arm and hypothesis; none without occupancies.
std::optional<Figure> hours_figure(const Story& story);
// The three parts of uncertainty beside each other; none where only the hypotheses differ.
std::optional<Figure> uncertainty_figure(const Story& story);

// One output over the whole run, thinned to what a chart can show.
std::optional<Figure> whole_figure(const Story& story, std::size_t output);
// The same over the last two days, or from the last dose on where that was earlier; none where the
// run is that short or the output grid too coarse.
std::optional<Figure> detail_figure(const Story& story, std::size_t output);
// The typical patient under draws of the uncertain parameters; none without draws.
std::optional<Figure> parameters_figure(const Story& story, std::size_t output);

// [from, to] of the detail figures [h].
std::optional<std::pair<double, double>> detail_range(const Story& story);
// Arms in which the output is not 0 throughout: those that are drawn.
std::vector<std::size_t> drawn_arms(const Story& story, std::size_t output);

}  // namespace vesper::report
