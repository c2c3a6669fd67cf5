// Any bytes as a model: a Model or a Diagnostic, never a crash, and what is read can be written and
// read again.  The search path is empty and the text has no folder, so that imports find nothing.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "language/antimony.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto source = vesper::files::check("/nowhere/fuzz.ant", text);
  if (!source) return 0;
  const vesper::files::SearchPath nothing;
  const auto model = vesper::language::parse_antimony(*source, nothing);
  if (!model) {
    if (model.error().text().empty()) std::abort();
    return 0;
  }
  const std::string written = vesper::language::to_antimony(*model);
  const auto again = vesper::language::parse_antimony(
      vesper::files::Source("/nowhere/again.ant", written), nothing);
  if (!again || vesper::language::to_antimony(*again) != written) {
    std::fprintf(
        stderr, "not read back:\n%s\n%s\n", written.c_str(),
        again ? vesper::language::to_antimony(*again).c_str() : again.error().text().c_str());
    std::abort();
  }
  return 0;
}
