// report.html: self-contained, works without network, Vega-Lite figures.
#pragma once

#include <filesystem>

#include "evidence/evidence.h"
#include "report/story.h"
#include "simulate/run.h"

namespace vesper::report {

// Writes out/report.html.  `sources` turns the ids in parameters' descriptions into citations.
// The programs that draw its figures are read from web/vendor on the search path; when they are
// missing the error says how to fetch them.
Result<void> write_report(const simulate::Study& study, const simulate::Summary& summary,
                          const std::vector<evidence::SourceEntry>& sources,
                          const files::SearchPath& search, const std::filesystem::path& out);
Result<void> write_report(const Story& story, const files::SearchPath& search,
                          const std::filesystem::path& out);

// Whether those programs are there: to be asked before a long run rather than after it.
Result<void> check_bundle(const files::SearchPath& search);

}  // namespace vesper::report
