// report.html: self-contained, works without network, Vega-Lite figures.
#pragma once

#include <filesystem>

#include "evidence/evidence.h"
#include "simulate/run.h"

namespace vesper::report {

// Writes out/report.html.  `sources` turns the ids in parameters' descriptions into citations.
Result<void> write_report(const simulate::Study& study, const simulate::Summary& summary,
                          const std::vector<evidence::SourceEntry>& sources,
                          const files::SearchPath& search, const std::filesystem::path& out);

}  // namespace vesper::report
