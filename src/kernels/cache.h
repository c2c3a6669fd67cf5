// Compiled code on disk: one object file per key in a folder.
//
// The key is the SHA-256 of all that the code depends on: the formulas, the target, the versions of
// Vesper, LLVM and SLEEF, and this file's format.  No value of a parameter is in it.
//
// A file is used only when it is whole, has the key that was asked for, and belongs to this user
// with nobody else allowed to write to it: it is machine code.  In every other case it is as if it
// were not there, and the code is made again.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "kernels/kernels.h"
#include "kernels/target.h"

namespace vesper::kernels {

std::string code_key(const Request& request, const Target& target);  // 64 hexadecimal digits

struct CachedCode {
  std::string object;
  Counts counts;
  bool time_dependent = false;
};

// <folder>/<key>.vcode
std::filesystem::path cached_path(const std::filesystem::path& folder, const std::string& key);
std::optional<CachedCode> read_cached(const std::filesystem::path& folder, const std::string& key);
// Appears by rename; does nothing where the folder cannot be written.
void write_cached(const std::filesystem::path& folder, const std::string& key,
                  const CachedCode& code);

}  // namespace vesper::kernels
