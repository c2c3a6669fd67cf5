// What is looked at before an XML parser sees the text: it is XML at all, declares no entities,
// nests no deeper than recursive readers can follow, and has no more pieces than fit into 2 GB of
// libSBML's memory (measured with 5.19: up to 1.3 KB an element, 0.3 KB an
// attribute, 8 bytes a byte of notes).
#pragma once

#include "files/source.h"

namespace vesper::sbml {

inline constexpr int deepest_element = 200;
inline constexpr std::size_t most_elements = 750'000;
inline constexpr std::size_t most_attributes = 2'000'000;
inline constexpr std::size_t most_attributes_of_one = 1'000;  // compared each with each
// Of operators one inside another: libSBML makes `<plus/> a b c` into (a + b) + c, and compares
// the names of a formula each with each.
inline constexpr int deepest_formula = 5'000;
// In a formula of Level 1, which is an attribute's text.
inline constexpr int most_operators = 2'000;

// The text begins as XML does (after a byte order mark and white space).
bool looks_like_xml(std::string_view text);

// Refuses what is no XML, document type declarations, and more than the numbers above.
Result<void> check_text(const files::Source& source);

}  // namespace vesper::sbml
