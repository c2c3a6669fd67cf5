#include <gtest/gtest.h>
#include <sbml/SBMLTypes.h>

#include <filesystem>

#include "language/antimony.h"
#include "sbml/sbml.h"

namespace vesper {
namespace {

std::vector<std::filesystem::path> shipped_models() {
  std::vector<std::filesystem::path> list;
  const std::filesystem::path folder = std::filesystem::path(VESPER_SOURCE_DIR) / "models";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".ant") list.push_back(entry.path());
  }
  return list;
}

TEST(Write, ShippedModelsAreValidWithUnits) {
  ASSERT_FALSE(shipped_models().empty());
  for (const auto& path : shipped_models()) {
    SCOPED_TRACE(path.filename().string());
    const auto model = language::read_antimony(path, files::SearchPath::from_environment());
    if (!model) continue;  // units.ant alone holds no model
    const auto text = sbml::to_sbml(*model);
    ASSERT_TRUE(text) << text.error().text();
    std::unique_ptr<SBMLDocument> document(readSBMLFromString(text->c_str()));
    document->setConsistencyChecks(LIBSBML_CAT_UNITS_CONSISTENCY, true);
    document->checkConsistency();
    document->checkConsistencyWithStrictUnits();
    for (unsigned i = 0; i < document->getNumErrors(); ++i) {
      const SBMLError& error = *document->getError(i);
      EXPECT_LT(error.getSeverity(), LIBSBML_SEV_ERROR) << error.getMessage();
    }
  }
}

}  // namespace
}  // namespace vesper
