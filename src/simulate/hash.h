// Which files a run rests on, by the SHA-256 of their text (FIPS 180-4, through OpenSSL).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "equations/system.h"
#include "simulate/study.h"

namespace vesper::simulate {

std::string sha256(std::string_view text);  // 64 hexadecimal digits

// Protocol, model with imports, population, products and the drugs.yaml behind each, once each.
// The hash is of the text as it was read: of the file's bytes, less a byte order mark.
std::vector<InputFile> input_files(const Protocol& protocol, const equations::System& system,
                                   const files::SearchPath& search);

}  // namespace vesper::simulate
