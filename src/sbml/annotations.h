// Where values come from, and what Vesper's models say beyond SBML.  See docs/sbml.md.
//
//   CL description "doi:10.1000/x"    <bqbiol:isDescribedBy> https://identifiers.org/doi/10.1000/x
//   CL notes "established"            <notes> and <vesper:annotation keyword="notes" text="..."/>
//   //@ dose oral into Gut            <vesper:dose route="oral" target="Gut"/>
#pragma once

#include <sbml/SBMLTypes.h>

#include <functional>
#include <vector>

#include "language/model.h"

namespace vesper::sbml {

inline constexpr const char* vesper_namespace = "urn:vesper:sbml:1";

// Reading: ours where they are there, else isDescribedBy and the notes of others.
std::vector<language::Annotation> annotations_of(const SBase& element);
// Of a symbol: how it varies and how sure anyone is of it.
Result<void> read_doubts(const SBase& element, language::Symbol& symbol, const Place& place);
// Of the model: doses, hypotheses and whether units are checked.  The names are SBML ids.
Result<void> read_extras(const ::Model& sbml, language::Model& model, const Place& place);

// Writing.  Elements get a metaid where they need one.
using SbmlId = std::function<std::string(const std::string&)>;
void write_annotations(SBase& element, const std::vector<language::Annotation>& annotations,
                       const std::string& metaid, const std::string& more = {});
std::string doubts_text(const language::Symbol& symbol);
std::string extras_text(const language::Model& model, const SbmlId& id);

}  // namespace vesper::sbml
