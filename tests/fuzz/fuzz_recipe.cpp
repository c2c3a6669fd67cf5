// Any bytes as a recipe and as assay results: a worksheet, a verdict or a Diagnostic, never a crash.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "compounding/uniformity.h"
#include "compounding/worksheet.h"

namespace {

using namespace vesper;

const files::SearchPath& search() {
  static const files::SearchPath path{VESPER_SOURCE_DIR, {}, VESPER_SOURCE_DIR};
  return path;
}

const compounding::Knowledge& knowledge() {
  static const compounding::Knowledge read = compounding::read_knowledge(search()).value();
  return read;
}

void work(const files::Source& source) {
  const files::Date today = *files::parse_date("2026-12-01");
  const auto recipe = compounding::read_recipe(source, knowledge(), search(), today);
  if (!recipe) {
    if (recipe.error().text().empty()) std::abort();
    return;
  }
  const auto sheet = compounding::work_out(*recipe, knowledge());
  if (!sheet || !recipe->counted()) return;
  const compounding::Variation found = compounding::variation(*recipe, *sheet);
  if (!std::isfinite(found.cv())) std::abort();
  compounding::simulate_batches(found, knowledge().test, 2, 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto source = files::check("fuzz.yaml", text);
  if (!source) return 0;
  (void)compounding::read_assays(*source, 1.5, knowledge().test);
  work(*source);
  return 0;
}
