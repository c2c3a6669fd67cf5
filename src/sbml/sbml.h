// SBML in and out, through libSBML.  See docs/sbml.md for what is in and what is not.
#pragma once

#include <filesystem>
#include <string>

#include "equations/system.h"
#include "files/source.h"
#include "language/model.h"

namespace vesper::sbml {

// [byte] Programs write SBML, and models of whole cells reach 20 MB.
inline constexpr std::size_t largest_sbml = 32u << 20;

// SBML Level 1 to 3, flattened where it has submodels (external files beside it).  What is not
// supported is an error that names the construct and its line.
Result<language::Model> read_sbml(const std::filesystem::path& path);
Result<language::Model> parse_sbml(const files::Source& source);

// Antimony or SBML, by what the file holds.
Result<language::Model> read_model(const std::filesystem::path& path,
                                   const files::SearchPath& search);

// SBML Level 3 Version 2 Core, with units and with sources as MIRIAM annotations.
Result<std::string> to_sbml(const language::Model& model);

}  // namespace vesper::sbml
