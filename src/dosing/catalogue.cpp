// Drugs and products on the search path, each file read once.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "dosing/checks.h"
#include "dosing/dosing.h"

namespace vesper::dosing {

namespace fs = std::filesystem;

namespace {

// "base", "hydrochloride dihydrate".
bool is_form_name(const std::string& text) {
  const auto letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  return !text.empty() && letter(text.front()) && text.back() != ' ' &&
         text.find("  ") == std::string::npos && std::all_of(text.begin(), text.end(), [&](char c) {
           return letter(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '-' ||
                  c == ' ';
         });
}

Result<Drug> read_drug(const files::Yaml& name, const files::Yaml& written) {
  VESPER_CHECK(written.keys({"molar-mass", "source", "notes"}));
  Drug drug;
  drug.name = name.raw();
  VESPER_TRY(const files::Yaml masses, written.at("molar-mass"));
  if (!masses.is_map() || masses.entries().empty()) {
    return fail(Code::wrong_type,
                fmt::format("'molar-mass' of {} is a mapping of its forms", drug.name),
                masses.place(), "such as {base: 341.41 g/mol, hydrochloride: 377.86 g/mol}");
  }
  for (const auto& [form, mass] : masses.entries()) {
    if (!is_form_name(form.raw())) {
      return fail(Code::unknown_form,
                  fmt::format("'{}' cannot name a form: words are wanted", form.raw()),
                  form.place());
    }
    VESPER_TRY(drug.molar_mass[form.raw()],
               in_range(mass, "molar mass", grams_per_mole(), Range::positive));
  }
  VESPER_TRY(drug.source, written.text("source"));
  return drug;
}

}  // namespace

Catalogue::Catalogue(files::SearchPath search) : search_(std::move(search)) {}

Result<Product> Catalogue::product(const std::string& id, const fs::path& beside,
                                   const Place& named_at) {
  VESPER_TRY(const fs::path path, search_.find(id, "products", ".yaml", beside, named_at));
  if (const auto known = products_.find(path); known != products_.end()) return known->second;
  VESPER_TRY(Product product, read_product(path, *this));
  return products_.emplace(path, std::move(product)).first->second;
}

Result<void> Catalogue::read_drugs(const fs::path& path) {
  if (drugs_.count(path) != 0) return {};
  VESPER_TRY(const files::Yaml root, files::read_yaml(path));
  if (!root.is_map()) {
    return fail(Code::wrong_type, "drugs are a mapping from their names", root.place(),
                "such as `naltrexone: {molar-mass: ..., source: ...}`");
  }
  std::map<std::string, Drug> drugs;
  for (const auto& [name, written] : root.entries()) {
    VESPER_TRY(drugs[name.raw()], read_drug(name, written));
  }
  drugs_.emplace(path, std::move(drugs));
  return {};
}

Result<Drug> Catalogue::drug(const std::string& name, const Place& named_at) {
  const fs::path beside = fs::path(named_at.file).parent_path();
  // One place at a time, so that a drugs.yaml nearby does not hide what another one adds.
  std::vector<std::pair<files::SearchPath, fs::path>> places = {
      {{}, beside}, {{search_.working_folder, {}, {}}, {}}};
  for (const fs::path& folder : search_.vesper_path) places.push_back({{folder, {}, {}}, {}});
  places.push_back({{search_.share, {}, {}}, {}});

  std::vector<std::string> known, looked;
  for (const auto& [place, folder] : places) {
    if (folder.empty() && place.working_folder.empty()) continue;
    auto path = place.find("drugs.yaml", "products", ".yaml", folder, named_at);
    if (!path) {
      if (path.error().code != Code::file_not_found) return tl::unexpected(path.error());
      continue;
    }
    VESPER_CHECK(read_drugs(*path));
    const auto& drugs = drugs_.at(*path);
    if (const auto found = drugs.find(name); found != drugs.end()) return found->second;
    for (const auto& [other, drug] : drugs) known.push_back(other);
    const std::string line = "looked in " + path->string();
    if (std::find(looked.begin(), looked.end(), line) == looked.end()) looked.push_back(line);
  }
  if (looked.empty()) {
    VESPER_TRY(const fs::path path,
               search_.find("drugs.yaml", "products", ".yaml", beside, named_at));
  }
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  return fail(Code::unknown_drug, fmt::format("no drugs.yaml describes '{}'", name), named_at,
              suggest(name, known), looked);
}

}  // namespace vesper::dosing
