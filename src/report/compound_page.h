// The worksheet to print: black on white, on A4.  Self-contained HTML without scripts.
#pragma once

#include <filesystem>
#include <string>

#include "compounding/print.h"

namespace vesper::report {

std::string compound_page(const compounding::Findings& findings,
                          const compounding::Knowledge& knowledge);
// The same to a file, which appears when it is complete.
Result<void> write_compound(const compounding::Findings& findings,
                            const compounding::Knowledge& knowledge,
                            const std::filesystem::path& file);

}  // namespace vesper::report
