// The plan of stepping up that the label names, out of the units that are made.
#pragma once

#include "compounding/worksheet.h"

namespace vesper::compounding {

// Puts the plan's lines on the label, after the directions; nothing where none is named.  Errors:
// those of titration (V13xx), at the plan's place: a plan that is not known, or one with doses that
// no whole units of this strength make.
Result<void> add_plan(const Recipe& recipe, const files::SearchPath& search, Worksheet& sheet);

}  // namespace vesper::compounding
