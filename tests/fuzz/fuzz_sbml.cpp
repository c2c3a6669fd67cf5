// Any bytes as SBML: a Model or a Diagnostic, never a crash; and what is read can be written, read
// again and written the same, but for models that SBML itself could not hold.  The text has no
// folder, so that submodels of other files find nothing.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "sbml/sbml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto source = vesper::files::check("/nowhere/fuzz.xml", text);
  if (!source) return 0;
  const auto model = vesper::sbml::parse_sbml(*source);
  if (!model) {
    if (model.error().text().empty()) std::abort();
    return 0;
  }
  const auto written = vesper::sbml::to_sbml(*model);
  if (!written) {
    if (written.error().text().empty()) std::abort();
    return 0;
  }
  const auto again =
      vesper::sbml::parse_sbml(vesper::files::Source("/nowhere/again.xml", *written));
  if (!again || again->symbols.size() != model->symbols.size() ||
      again->reactions.size() != model->reactions.size()) {
    std::fprintf(stderr, "not read back:\n%s\n%s\n", written->c_str(),
                 again ? "" : again.error().text().c_str());
    std::abort();
  }
  return 0;
}
