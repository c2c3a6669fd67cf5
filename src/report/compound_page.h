// `vesper compound --html`: the worksheet to print, with boxes to tick and lines to sign.
// Self-contained HTML without scripts (report/evidence_document.h).
#pragma once

#include <string>

#include "compounding/report.h"

namespace vesper::report {

std::string compound_page(const compounding::Compounded& all,
                          const compounding::Knowledge& knowledge);

}  // namespace vesper::report
