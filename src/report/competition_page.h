// The section of `vesper check --simulate --html` that shows what competes at the receptor: the
// same sentences and tables as in the terminal, with figures (SVG, no scripts).
#pragma once

#include <string>
#include <vector>

#include "safety/competition.h"

namespace vesper::report {

// HTML to stand inside the page's body, after the rules.
std::string competition_section(const safety::Competition& simulated, const safety::Check& check,
                                const std::vector<evidence::SourceEntry>& sources);

}  // namespace vesper::report
