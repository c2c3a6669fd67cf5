// The products and regimens that come with Vesper are read without complaint.
#include "dosing/folder.h"

namespace vesper::dosing {
namespace {

const std::filesystem::path tree = VESPER_SOURCE_DIR;

TEST(Shipped, productsAreRead) {
  const files::SearchPath search{tree, {}, {}};
  std::size_t read = 0;
  for (const auto& path : search.list("products", ".yaml")) {
    if (path.filename() == "drugs.yaml") continue;
    Catalogue catalogue(search);
    const Product product = expect_value(read_product(path, catalogue));
    EXPECT_EQ(product.id, path.stem().string());
    EXPECT_GT(product.strength * product.nmol_per_mg, 0);
    ++read;
  }
  EXPECT_GE(read, 6u);
}

TEST(Shipped, regimensAreRead) {
  const files::SearchPath search{tree, {}, {}};
  Catalogue catalogue(search);
  std::size_t read = 0;
  for (const auto& path : search.list("protocols", ".yaml")) {
    const auto root = files::read_yaml(path);
    ASSERT_TRUE(root) << root.error().text();
    const auto arms = root->at("arms");
    ASSERT_TRUE(arms) << arms.error().text();
    for (const auto& [name, list] : arms->entries()) {
      expect_value(read_regimen(list, catalogue, path.parent_path()));
      ++read;
    }
  }
  EXPECT_GE(read, 4u);
}

}  // namespace
}  // namespace vesper::dosing
