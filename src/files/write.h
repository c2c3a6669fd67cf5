// Files that appear only when they are complete: written under a temporary name in the same
// folder, then renamed.
#pragma once

#include <filesystem>
#include <string>

#include "diagnostics/diagnostic.h"

namespace vesper::files {

class Pending {
 public:
  // Makes the folder if need be and picks the temporary name.
  static Result<Pending> open(const std::filesystem::path& target);
  Pending(Pending&& other) noexcept;
  Pending& operator=(Pending&&) = delete;
  ~Pending();  // removes the temporary file unless committed

  const std::filesystem::path& temporary() const { return temporary_; }  // write here
  Result<void> commit();                                                 // rename

 private:
  Pending() = default;
  std::filesystem::path target_, temporary_;
};

Result<void> write_whole(const std::filesystem::path& target, std::string_view bytes);

}  // namespace vesper::files
