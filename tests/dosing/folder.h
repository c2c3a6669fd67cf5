// A fresh folder with products in it, removed at the end.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "dosing/dosing.h"
#include "temporary_folder.h"

namespace vesper::dosing {

inline constexpr const char* drugs_yaml = R"(naltrexone:
  molar-mass: {base: 341.41 g/mol, hydrochloride: 377.86 g/mol, hydrochloride dihydrate: 413.89 g/mol}
  source: PK001
bupropion:
  molar-mass: {hydrochloride: 276.2 g/mol}
  source: assumed
)";

inline constexpr const char* tablet_yaml = R"(name: Tablet
content: {drug: naltrexone, amount: 50 mg, as: hydrochloride}
route: oral
bioavailability: 96 %
)";

inline constexpr const char* capsule_yaml = R"(name: Capsule
content: {drug: naltrexone, amount: 1.5 mg, as: hydrochloride}
route: oral
food: {bioavailability: 1.2, lag: 30 min, rate: 0.5}
lag: 10 min
release:
  - {fraction: 0.1, bolus: yes}
  - {fraction: 0.2, zero-order: 2 h}
  - {fraction: 0.3, first-order: 0.5 /h}
  - {fraction: 0.4, gamma: {shape: 3.5, scale: 22 h}}
)";

inline constexpr const char* solution_yaml = R"(name: Solution
content: {drug: naltrexone, amount: 1 mg, as: base}
route: oral
divisible: yes
)";

class Folder : public testing::TemporaryFolder {
 public:
  Folder() {
    write("products/drugs.yaml", drugs_yaml);
    write("products/tablet.yaml", tablet_yaml);
    write("products/capsule.yaml", capsule_yaml);
    write("products/solution.yaml", solution_yaml);
  }

  Catalogue catalogue() const { return Catalogue(files::SearchPath{path(), {}, {}}); }

  Result<Product> product(const std::string& text) const {
    Catalogue drugs = catalogue();
    return read_product(write("products/p.yaml", text), drugs);
  }
  Result<Regimen> regimen(const std::string& text) const {
    Catalogue products = catalogue();
    VESPER_TRY(const files::Source source, files::check("arm.yaml", text));
    VESPER_TRY(const files::Yaml list, files::parse_yaml(source));
    return read_regimen(list, products, path());
  }
};

// The value, or a failed test that shows the diagnostic and a value of its own.
template <class T>
T expect_value(Result<T> result) {
  if (result) return std::move(*result);
  ADD_FAILURE() << result.error().text();
  return T{};
}

}  // namespace vesper::dosing
