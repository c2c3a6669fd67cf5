// SHA-256 (FIPS 180-4, through OpenSSL).
#pragma once

#include <string>
#include <string_view>

namespace vesper::files {

std::string sha256(std::string_view bytes);  // 64 hexadecimal digits

}  // namespace vesper::files
