// Which files a run rests on, by the SHA-256 of their text.
#pragma once

#include <vector>

#include "equations/system.h"
#include "simulate/study.h"

namespace vesper::simulate {

// Protocol, model with imports, population, products and the drugs.yaml behind each, once each.
// The hash is of the text as it was read: of the file's bytes, less a byte order mark.
std::vector<InputFile> input_files(const Protocol& protocol, const equations::System& system,
                                   const files::SearchPath& search);

}  // namespace vesper::simulate
