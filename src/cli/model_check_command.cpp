// `vesper model check`: one model in detail, or many with every number's provenance.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "cli/commands.h"
#include "equations/system.h"
#include "evidence/provenance.h"
#include "language/antimony.h"

namespace vesper::cli {

namespace fs = std::filesystem;

namespace {

struct Checked {
  language::Model model;
  equations::System system;
};

Result<Checked> read_checked(const fs::path& path, const files::SearchPath& search) {
  VESPER_TRY(language::Model model, language::read_antimony(path, search));
  VESPER_TRY(equations::System system, equations::build(model));
  return Checked{std::move(model), std::move(system)};
}

void print_details(const Checked& checked) {
  const equations::System& system = checked.system;
  const auto with = [&](auto test) {
    return std::count_if(system.parameters.begin(), system.parameters.end(), test);
  };
  const auto units = with([](const equations::Parameter& p) { return p.unit.has_value(); });
  const auto sources = with([](const equations::Parameter& p) { return !p.description.empty(); });
  fmt::print("{}: no errors\n", checked.model.sources.at(0).name());
  fmt::print("  {} states, {} outputs, {} events, {} parameters; {} hypotheses, {} dose targets\n",
             system.states.size(), system.outputs.size(), system.events.size(),
             system.parameters.size(), system.hypotheses.size(), system.dose_targets.size());
  fmt::print("  Jacobian: {} of {} entries are not zero\n", system.jacobian.value.size(),
             system.states.size() * system.states.size());
  fmt::print("  units {}; {} of {} parameters have a unit, {} name a source\n",
             checked.model.check_units ? "agree" : "are not checked (`//@ units unchecked`)", units,
             system.parameters.size(), sources);
  const auto print_without = [&](std::string_view what, auto test) {
    std::string names;
    for (const equations::Parameter& parameter : system.parameters) {
      if (test(parameter)) names += (names.empty() ? "" : ", ") + parameter.id;
    }
    if (!names.empty()) fmt::print("  without a {}: {}\n", what, names);
  };
  print_without("unit", [](const equations::Parameter& p) { return !p.unit; });
  print_without("source", [](const equations::Parameter& p) { return p.description.empty(); });
}

// The models of a folder, or the file itself.
Result<std::vector<fs::path>> models_of(const std::string& name, const files::SearchPath& search) {
  std::error_code error;
  if (!fs::is_directory(name, error)) {
    VESPER_TRY(const fs::path path, search.find(name, "models", ".ant", {}));
    return std::vector<fs::path>{path};
  }
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(name, error)) {
    if (entry.path().extension() == ".ant") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  if (paths.empty()) {
    return fail(Code::bad_argument, fmt::format("the folder '{}' holds no model", name), {},
                "models are files that end in .ant");
  }
  return paths;
}

// A file of shared units and functions, which other models import.
bool is_library(const Diagnostic& error) {
  return error.code == Code::no_model && error.place.line == 0;
}

std::string canonical_name(const fs::path& path) {
  std::error_code error;
  const fs::path found = fs::weakly_canonical(path, error);
  return (error ? path : found).string();
}

// Each offence once, though many models may import the file that it stands in.
class ManyModels {
 public:
  explicit ManyModels(const Context& context) : context_(context) {}

  Result<int> check(const std::vector<fs::path>& paths) {
    VESPER_TRY(const auto sources, evidence::read_sources(context_.search));
    for (const fs::path& path : paths) model(path, sources);
    // Parts of models that only run inside others were checked there.
    for (const auto& [path, error] : parts_) {
      if (imported_.find(canonical_name(path)) != imported_.end()) continue;
      ++models_;
      add(error);
    }
    for (const std::string& line : offences_) fmt::print(stderr, "{}\n", line);
    if (offences_.empty()) {
      fmt::print("{} models, {} parameters: units agree, every number has a source and a grade\n",
                 models_, parameters_);
      return 0;
    }
    fmt::print(stderr, "vesper: {} {} in {} models; `vesper explain V0813` says what is wanted\n",
               offences_.size(), offences_.size() == 1 ? "offence" : "offences", models_);
    return 2;
  }

 private:
  void model(const fs::path& path, const std::vector<evidence::SourceEntry>& sources) {
    const auto checked = read_checked(path, context_.search);
    if (!checked) {
      if (is_library(checked.error())) return;
      if (checked.error().code == Code::name_without_value) {
        parts_.emplace_back(path, checked.error());
        return;
      }
      ++models_;
      add(checked.error());
      return;
    }
    for (std::size_t i = 1; i < checked->model.sources.size(); ++i) {
      imported_.insert(canonical_name(checked->model.sources[i].name()));
    }
    ++models_;
    parameters_ += checked->system.parameters.size();
    for (const Diagnostic& one :
         evidence::missing_provenance(checked->model, checked->system, sources)) {
      add(one);
    }
  }

  void add(const Diagnostic& offence) {
    // The id of a parameter differs with the model that imports it; its place does not.
    const std::string key = fmt::format("{}:{}:{} {}", offence.place.file, offence.place.line,
                                        offence.place.column, offence.mend);
    if (offence.code == Code::missing_provenance && !seen_.insert(key).second) return;
    std::string line = one_line(offence);
    if (std::find(offences_.begin(), offences_.end(), line) == offences_.end()) {
      offences_.push_back(std::move(line));
    }
  }

  const Context& context_;
  std::size_t models_ = 0, parameters_ = 0;
  std::set<std::string> seen_, imported_;
  std::vector<std::pair<fs::path, Diagnostic>> parts_;
  std::vector<std::string> offences_;
};

}  // namespace

Result<int> check_models(const std::vector<std::string>& names, const Context& context) {
  std::error_code error;
  if (names.size() == 1 && !fs::is_directory(names[0], error)) {
    VESPER_TRY(const fs::path path, context.search.find(names[0], "models", ".ant", {}));
    VESPER_TRY(const Checked checked, read_checked(path, context.search));
    print_details(checked);
    return 0;
  }
  std::vector<fs::path> paths;
  for (const std::string& name : names) {
    VESPER_TRY(const std::vector<fs::path> found, models_of(name, context.search));
    paths.insert(paths.end(), found.begin(), found.end());
  }
  return ManyModels(context).check(paths);
}

}  // namespace vesper::cli
