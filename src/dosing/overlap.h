// Two lines of an arm that give one dose twice.
#pragma once

#include "dosing/dosing.h"

namespace vesper::dosing {

Result<void> check_overlap(const Regimen& regimen);

}  // namespace vesper::dosing
