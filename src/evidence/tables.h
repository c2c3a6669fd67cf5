// What `vesper validate` prints.
#pragma once

#include <string>
#include <string_view>

#include "evidence/evidence.h"

namespace vesper::evidence {

// UTF-8 columns for a terminal: each use apart, observed beside predicted under each
// hypothesis (once where they agree to 1e-4), means, misses.  Ends with a newline.
std::string validation_table(const Validation& validation, bool colour);

// A list with one object for each comparison; no number (a failed run) is null.
std::string validation_json(const Validation& validation);

// The heading of a use: "Fitted", "Judged, never fitted", ...
std::string_view title_of(Use use);

}  // namespace vesper::evidence
