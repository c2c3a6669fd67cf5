#include "simulate/hash.h"

#include <algorithm>

#include "files/hash.h"
#include "files/yaml.h"

namespace vesper::simulate {
namespace {

namespace fs = std::filesystem;

// The drugs.yaml that describes a product's drug: the first on the way that names it.
std::optional<files::Source> drug_file(const dosing::Product& product,
                                       const files::SearchPath& search) {
  std::vector<files::SearchPath> places(2);
  places[1].working_folder = search.working_folder;
  for (const fs::path& folder : search.vesper_path) places.push_back({folder, {}, {}});
  places.push_back({search.share, {}, {}});
  const fs::path beside = fs::path(product.file.name()).parent_path();
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto path =
        places[i].find("drugs.yaml", "products", ".yaml", i == 0 ? beside : fs::path());
    if (!path) continue;
    const auto source = files::read(*path);
    if (!source) continue;
    const auto yaml = files::parse_yaml(*source);
    if (yaml && yaml->has(product.drug)) return *source;
  }
  return std::nullopt;
}

}  // namespace

std::vector<InputFile> input_files(const Protocol& protocol, const equations::System& system,
                                   const files::SearchPath& search) {
  std::vector<InputFile> inputs;
  const auto add = [&](std::string role, const files::Source& source) {
    if (source.name().empty()) return;
    const bool known = std::any_of(inputs.begin(), inputs.end(), [&](const InputFile& input) {
      return input.path == source.name();
    });
    if (!known) inputs.push_back({std::move(role), source.name(), files::sha256(source.text())});
  };
  add("protocol", protocol.source);
  for (const files::Source& source : system.sources) add("model", source);
  if (protocol.population) add("population", protocol.population->source());
  for (const Arm& arm : protocol.arms) {
    for (const dosing::RegimenItem& item : arm.regimen.items) add("product", item.product.file);
  }
  for (const Arm& arm : protocol.arms) {
    for (const dosing::RegimenItem& item : arm.regimen.items) {
      if (const auto source = drug_file(item.product, search)) add("drugs", *source);
    }
  }
  return inputs;
}

}  // namespace vesper::simulate
