// run.json: what was run, on what, with which outcome.
#pragma once

#include <string>

#include "simulate/tables.h"

namespace vesper::simulate {

std::string run_record(const Study& study, const Options& options, const Summary& summary,
                       const std::vector<Column>& patient_columns);

}  // namespace vesper::simulate
