// `vesper titrate --html`: the schedule to hang up, a calendar of months, and what each step does.
// Self-contained HTML without scripts (report/evidence_document.h).
#pragma once

#include <optional>
#include <string>

#include "titration/predict.h"

namespace vesper::report {

std::string titration_page(const titration::Schedule& schedule,
                           const titration::Knowledge& knowledge,
                           const std::optional<titration::Prediction>& prediction);

}  // namespace vesper::report
