#include "dosing/folder.h"

namespace vesper::dosing {
namespace {

TEST(Product, isReadWhole) {
  const Folder folder;
  const Product product = expect_value(folder.product(R"(name: Injection
content: {drug: naltrexone, amount: 0.38 g, as: base}
route: intramuscular
release:
  - {fraction: 1.2 %, first-order: 0.5 /h}
  - {fraction: 0.25, gamma: {shape: 3.5, scale: 22 h}}
  - {fraction: 0.738, zero-order: 28 days}
bioavailability: 0.9
lag: 10 min
food: {bioavailability: 1.2, lag: 0.5 h, rate: 2}
divisible: yes
compoundable: no
sources: [Dunbar2006, label-2013]
notes: microspheres
)"));
  EXPECT_EQ(product.id, "p");
  EXPECT_EQ(product.name, "Injection");
  EXPECT_EQ(product.drug, "naltrexone");
  EXPECT_EQ(product.form, "base");
  EXPECT_DOUBLE_EQ(product.strength, 380);
  EXPECT_DOUBLE_EQ(product.nmol_per_mg, 1e6 / 341.41);
  EXPECT_EQ(product.route, "intramuscular");
  ASSERT_EQ(product.release.size(), 3u);
  EXPECT_EQ(product.release[0].kind, Release::Kind::first_order);
  EXPECT_DOUBLE_EQ(product.release[0].fraction, 0.012);
  EXPECT_DOUBLE_EQ(product.release[0].rate, 0.5);
  EXPECT_EQ(product.release[1].kind, Release::Kind::gamma);
  EXPECT_DOUBLE_EQ(product.release[1].shape, 3.5);
  EXPECT_DOUBLE_EQ(product.release[1].scale, 22);
  EXPECT_EQ(product.release[2].kind, Release::Kind::zero_order);
  EXPECT_DOUBLE_EQ(product.release[2].duration, 672);
  EXPECT_DOUBLE_EQ(product.bioavailability, 0.9);
  EXPECT_DOUBLE_EQ(product.lag, 1.0 / 6);
  ASSERT_TRUE(product.food);
  EXPECT_DOUBLE_EQ(product.food->bioavailability, 1.2);
  EXPECT_DOUBLE_EQ(product.food->lag, 0.5);
  EXPECT_DOUBLE_EQ(product.food->rate, 2);
  EXPECT_TRUE(product.divisible);
  EXPECT_FALSE(product.compoundable);
  EXPECT_EQ(product.sources, (std::vector<std::string>{"Dunbar2006", "label-2013"}));
  EXPECT_EQ(product.notes, "microspheres");
}

TEST(Product, withoutReleaseIsOneBolus) {
  const Folder folder;
  const Product product = expect_value(folder.product(tablet_yaml));
  ASSERT_EQ(product.release.size(), 1u);
  EXPECT_EQ(product.release[0].kind, Release::Kind::bolus);
  EXPECT_EQ(product.release[0].fraction, 1);
  EXPECT_FALSE(product.food);
  EXPECT_FALSE(product.divisible);
}

TEST(Product, aLonePartIsAllOfIt) {
  const Folder folder;
  const Product product = expect_value(
      folder.product(std::string(tablet_yaml) + "release: [{first-order: 12 /day}]\n"));
  ASSERT_EQ(product.release.size(), 1u);
  EXPECT_EQ(product.release[0].fraction, 1);
  EXPECT_DOUBLE_EQ(product.release[0].rate, 0.5);
}

TEST(Product, fractionsSumExactly) {
  const Folder folder;
  const Product product = expect_value(
      folder.product(std::string(tablet_yaml) + "release:\n  - {fraction: 0.3333333, bolus: yes}\n "
                                                " - {fraction: 0.6666669, zero-order: 1 h}\n"));
  EXPECT_DOUBLE_EQ(product.release[0].fraction + product.release[1].fraction, 1);
  EXPECT_NE(product.release[0].fraction, 0.3333333);
}

TEST(Catalogue, aDrugFileNearbyAddsToTheOthers) {
  const Folder folder;
  folder.write("mine/products/drugs.yaml",
               "melatonin:\n  molar-mass: {base: 232.28 g/mol}\n  source: assumed\n");
  folder.write("mine/products/melatonin.yaml",
               "name: M\ncontent: {drug: melatonin, amount: 3 mg, as: base}\nroute: oral\n");
  folder.write("mine/products/own.yaml", tablet_yaml);
  Catalogue catalogue = folder.catalogue();
  const Product own = expect_value(catalogue.product("own", folder.path() / "mine", {}));
  EXPECT_DOUBLE_EQ(own.nmol_per_mg, 1e6 / 377.86);
  const Product melatonin =
      expect_value(catalogue.product("melatonin", folder.path() / "mine", {}));
  EXPECT_DOUBLE_EQ(melatonin.nmol_per_mg, 1e6 / 232.28);
}

TEST(Catalogue, readsAFileOnce) {
  const Folder folder;
  Catalogue catalogue = folder.catalogue();
  expect_value(catalogue.product("tablet", folder.path(), {}));
  folder.write("products/tablet.yaml", "not a product");
  EXPECT_EQ(expect_value(catalogue.product("tablet", folder.path(), {})).name, "Tablet");
}

TEST(Catalogue, saysWhereItLookedForADrug) {
  const Folder folder;
  Catalogue catalogue = folder.catalogue();
  const auto drug = catalogue.drug("naltrexon", {});
  ASSERT_FALSE(drug);
  EXPECT_EQ(drug.error().code, Code::unknown_drug);
  EXPECT_EQ(drug.error().mend, "did you mean 'naltrexone'?");
  ASSERT_EQ(drug.error().notes.size(), 1u);
  EXPECT_NE(drug.error().notes[0].find("products/drugs.yaml"), std::string::npos);

  std::filesystem::remove(folder.path() / "products/drugs.yaml");
  Catalogue fresh = folder.catalogue();
  const auto no_file = fresh.drug("naltrexone", {});
  ASSERT_FALSE(no_file);
  EXPECT_EQ(no_file.error().code, Code::file_not_found);
}

}  // namespace
}  // namespace vesper::dosing
