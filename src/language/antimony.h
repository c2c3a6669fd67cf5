// Antimony text to a Model.  The subset is written down in docs/antimony.md.
#pragma once

#include <filesystem>

#include "files/source.h"
#include "language/model.h"

namespace vesper::language {

// Reads a file with everything it imports (looked for beside the importing file, then as
// models/NAME on the search path).  The main model is the last one in the file, or the one
// marked `model *name`.
Result<Model> read_antimony(const std::filesystem::path& path, const files::SearchPath& search);

// The same for text in hand; imports are looked for from `source.name()`'s folder.
Result<Model> parse_antimony(const files::Source& source, const files::SearchPath& search);

// The flattened description as Antimony text (`vesper model show --stage parsed`): parses back to
// the same model.
std::string to_antimony(const Model& model);

}  // namespace vesper::language
