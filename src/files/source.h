// Text files as people give them: found, read, checked, and pointed into.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"

namespace vesper::files {

inline constexpr std::size_t largest_source = 4u << 20;  // [byte] of what people write

// A text held in memory with the name it is known by.  Cheap to copy.
class Source {
 public:
  Source() = default;
  Source(std::string name, std::string text);
  const std::string& name() const;
  std::string_view text() const;
  Place place(std::size_t offset, std::size_t length = 1) const;  // of a byte offset
  Place place(int line, int column, int length) const;            // counted from 1
  Place whole() const;                                            // the file, no line

 private:
  struct Data;
  std::shared_ptr<const Data> data_;
};

// Reads a whole text file: errors for a missing file, a folder, more than `largest` bytes, or bad
// UTF-8.  `named_at` is where the file was asked for, shown in the message when it is not found.
Result<Source> read(const std::filesystem::path& path, const Place& named_at = {},
                    std::size_t largest = largest_source);
// Checks bytes that did not come from a file (standard input, a test).
Result<Source> check(std::string name, std::string text, std::size_t largest = largest_source);

// Where data is looked for: beside the file that names it, the working folder, VESPER_PATH, the
// installed share (found from the running program).
struct SearchPath {
  std::filesystem::path working_folder;
  std::vector<std::filesystem::path> vesper_path;
  std::filesystem::path share;  // .../share/vesper, or the source tree when run from build/

  static SearchPath from_environment();
  // Tries name, name + extension, and folder/name[+ extension] in each place: "naltrexone" as a
  // model is models/naltrexone.ant.  A miss lists where it looked and suggests a near name.
  Result<std::filesystem::path> find(std::string_view name, std::string_view folder,
                                     std::string_view extension,
                                     const std::filesystem::path& beside,
                                     const Place& named_at = {}) const;
  // Every file of a kind that can be reached, each name once (the first found wins), sorted.
  std::vector<std::filesystem::path> list(std::string_view folder,
                                          std::string_view extension) const;
};

}  // namespace vesper::files
