// What is looked at before an XML parser sees the text: it is XML at all, declares no entities,
// and nests no deeper than recursive readers can follow.
#pragma once

#include "files/source.h"

namespace vesper::sbml {

inline constexpr int deepest_element = 200;

// The text begins as XML does (after a byte order mark and white space).
bool looks_like_xml(std::string_view text);

// Refuses what is no XML, document type declarations, and elements more than 200 deep.
Result<void> check_text(const files::Source& source);

}  // namespace vesper::sbml
