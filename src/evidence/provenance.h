// Whether every number of a model says where it comes from and how sure anyone is of it.
//
//   CL = 140 L_per_h;                       a unit
//   CL description "dunbar-2007";           a source: an id of evidence/sources.yaml,
//                                           `assumed`, `derived`, or a fit of this project
//                                           (`fit-...`)
//   CL notes "established; 94-210 L/h in other sources";      a grade, then remarks
//
// Values that are computed from others (initial assignments, rules) take their provenance from
// those; they only need a unit.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "equations/system.h"
#include "evidence/evidence.h"

namespace vesper::evidence {

// How sure anyone is.  The words with which the notes of a parameter begin.
inline constexpr std::array<std::string_view, 6> grades = {
    "established", "supported", "hypothesis", "contradicted", "fitted", "assumed"};

// The grade at the start of notes, before a semicolon or the end; "" where there is none.
std::string_view grade_of(std::string_view notes);

// Every offence of a model, in order of its parameters; none when all is said.
std::vector<Diagnostic> missing_provenance(const language::Model& model,
                                           const equations::System& system,
                                           const std::vector<SourceEntry>& sources);

}  // namespace vesper::evidence
