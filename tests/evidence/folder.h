// A fresh folder that a test fills with files and that goes with it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "files/source.h"
#include "temporary_folder.h"

namespace vesper::evidence {

class Folder {
 public:
  void write(const std::string& name, const std::string& text) const { folder_.write(name, text); }
  files::SearchPath search() const { return {root(), {}, {}}; }
  const std::filesystem::path& root() const { return folder_.path(); }

 private:
  testing::TemporaryFolder folder_;
};

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("'" + from + "' is not in the text");
  return text.replace(at, from.size(), to);
}

}  // namespace vesper::evidence
