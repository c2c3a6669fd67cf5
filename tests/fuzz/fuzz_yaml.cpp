// Any bytes as YAML: a value or a Diagnostic, never a crash.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "files/yaml.h"

namespace {

// Every way of looking at every value.
void look(const vesper::files::Yaml& value) {
  (void)value.text();
  (void)value.number();
  (void)value.integer();
  (void)value.boolean();
  (void)value.quantity();
  (void)value.keys({"name", "dose", "unit"});
  (void)value.number("dose");
  for (const auto& [key, inner] : value.entries()) {
    look(key);
    look(inner);
  }
  for (const auto& inner : value.items()) look(inner);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto source = vesper::files::check("fuzz.yaml", text);
  if (!source) return 0;
  const auto root = vesper::files::parse_yaml(*source);
  if (root) {
    look(*root);
  } else if (root.error().text().empty()) {
    std::abort();
  }
  return 0;
}
