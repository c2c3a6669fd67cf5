// Pages of the evidence: `vesper mechanisms --html` and `vesper validate --html`.
//
// Self-contained HTML without scripts: styles and figures (SVG) are in it, and its
// Content-Security-Policy forbids the rest.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "evidence/evidence.h"
#include "evidence/mechanisms.h"

namespace vesper::report {

// Sources turn ids into citations.
std::string mechanisms_page(const evidence::Mechanisms& mechanisms,
                            const std::vector<evidence::SourceEntry>& sources);
std::string validation_page(const evidence::Validation& validation,
                            const std::vector<evidence::SourceEntry>& sources);

// The same to a file, which appears when it is complete.
Result<void> write_mechanisms(const evidence::Mechanisms& mechanisms,
                              const std::vector<evidence::SourceEntry>& sources,
                              const std::filesystem::path& file);
Result<void> write_validation(const evidence::Validation& validation,
                              const std::vector<evidence::SourceEntry>& sources,
                              const std::filesystem::path& file);

}  // namespace vesper::report
