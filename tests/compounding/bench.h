// A recipe's text to what is read and worked out of it, with the tables of this source tree.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "compounding/worksheet.h"
#include "files/source.h"

namespace vesper::testing {

inline files::SearchPath search() {
  files::SearchPath path;
  path.working_folder = VESPER_SOURCE_DIR;
  path.share = VESPER_SOURCE_DIR;
  return path;
}

inline const compounding::Knowledge& knowledge() {
  static const compounding::Knowledge read = compounding::read_knowledge(search()).value();
  return read;
}

inline Result<compounding::Recipe> recipe(const std::string& text) {
  const auto source = files::check("recipe.yaml", text);
  return compounding::read_recipe(*source, knowledge(), search(), *files::parse_date("2026-12-01"));
}

inline Result<compounding::Worksheet> sheet(const std::string& text) {
  VESPER_TRY(const compounding::Recipe read, recipe(text));
  return compounding::work_out(read, knowledge());
}

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

inline const std::string capsules = R"(title: capsules
drug: naltrexone
as: base
form: capsule
strength: 1.5 mg
quantity: 20
powder: {form: hydrochloride, assay: 99 %, water: 2 %, density: 0.6 g/mL}
filler: {excipient: microcrystalline-cellulose, density: 0.5 g/mL}
balance: class-a
made: 2026-12-01
)";

inline const std::string liquid = R"(title: liquid
drug: naltrexone
as: hydrochloride
form: oral-liquid
strength: 1 mg/mL
quantity: 100 mL
dose: 1.5 mg
powder: {form: hydrochloride, assay: 100 %, water: 0 %}
ingredients: [{excipient: sodium-benzoate, per-100: 0.1 g}]
base: water
balance: {sensitivity: 1 mg, error: 5 %}
made: 2026-12-01
)";

}  // namespace vesper::testing
