// Pages of safety: `vesper check --html` and `vesper compare --html`.
//
// Self-contained HTML without scripts, to read and to print (report/evidence_document.h).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "safety/check.h"
#include "safety/comparators.h"

namespace vesper::report {

// Sources turn ids into citations.  `more`: sections of HTML after the findings.
std::string check_page(const safety::Check& check,
                       const std::vector<evidence::SourceEntry>& sources,
                       const std::string& more = "");
std::string comparison_page(const safety::Comparison& comparison,
                            const std::vector<evidence::SourceEntry>& sources);

// The same to a file, which appears when it is complete.
Result<void> write_check(const safety::Check& check,
                         const std::vector<evidence::SourceEntry>& sources,
                         const std::filesystem::path& file, const std::string& more = "");
Result<void> write_comparison(const safety::Comparison& comparison,
                              const std::vector<evidence::SourceEntry>& sources,
                              const std::filesystem::path& file);

}  // namespace vesper::report
