#include "sbml/document.h"

#include <fmt/format.h>
#include <sbml/conversion/ConversionProperties.h>
#include <sbml/packages/comp/common/CompExtensionTypes.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "sbml/guard.h"
#include "sbml/sbml.h"

namespace vesper::sbml {
namespace {

namespace fs = std::filesystem;

// One line of libSBML's message, which is a paragraph with a reference behind it.
std::string first_words(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\t' || c == '\r') c = ' ';
  }
  if (const auto reference = text.find("Reference: "); reference != std::string::npos) {
    text.erase(reference);
  }
  std::string tidy;
  for (const char c : text) {
    if (c != ' ' || (!tidy.empty() && tidy.back() != ' ')) tidy += c;
  }
  while (!tidy.empty() && (tidy.back() == ' ' || tidy.back() == '.')) tidy.pop_back();
  constexpr std::size_t longest = 400;
  if (tidy.size() > longest) {
    std::size_t end = longest;  // between characters
    while (end > 0 && (static_cast<unsigned char>(tidy[end]) & 0xC0u) == 0x80u) --end;
    tidy = tidy.substr(0, end) + "...";
  }
  return tidy.empty() ? "the file cannot be read as SBML" : tidy;
}

Place line_of(const files::Source& source, unsigned line) {
  return line == 0 ? source.whole() : source.place(static_cast<int>(line), 1, 1);
}

// The first error of the document's log, if it has one.
Result<void> no_errors(const files::Source& source, const SBMLDocument& document) {
  for (unsigned i = 0; i < document.getNumErrors(); ++i) {
    const SBMLError& error = *document.getError(i);
    if (error.getSeverity() < LIBSBML_SEV_ERROR) continue;
    return fail(Code::invalid_sbml, first_words(error.getMessage()),
                line_of(source, error.getLine()), "",
                {fmt::format("libSBML's rule {}", error.getErrorId())});
  }
  return {};
}

// "comp" of "http://www.sbml.org/sbml/level3/version1/comp/version1".
std::string package_name(const std::string& uri) {
  const auto end = uri.rfind("/version");
  if (end == std::string::npos || end == 0) return uri;
  const auto start = uri.rfind('/', end - 1);
  return start == std::string::npos ? uri : uri.substr(start + 1, end - start - 1);
}

// A package that changes the model's mathematics says so: required="true".  Of those, submodels
// and the mathematics of Level 3 Version 2 are understood.
Result<void> check_packages(const files::Source& source, SBMLDocument& document) {
  const XMLNamespaces* namespaces = document.getNamespaces();
  if (namespaces == nullptr) return {};
  for (int i = 0; i < namespaces->getNumNamespaces(); ++i) {
    const std::string uri = namespaces->getURI(i);
    const std::string name = package_name(uri);
    if (name == "comp" || name == "l3v2extendedmath" || uri.ends_with("/core")) continue;
    if (uri.find("sbml.org/sbml/level3/") == std::string::npos) continue;
    if (!document.getPackageRequired(uri)) continue;
    return fail(Code::unsupported_sbml,
                fmt::format("the model needs the SBML package '{}', which is not supported", name),
                place_of(source, document));
  }
  return {};
}

void only_what_matters(SBMLDocument& document) {
  document.setConsistencyChecks(LIBSBML_CAT_UNITS_CONSISTENCY, false);
  document.setConsistencyChecks(LIBSBML_CAT_SBO_CONSISTENCY, false);
  document.setConsistencyChecks(LIBSBML_CAT_MODELING_PRACTICE, false);
}

Result<std::unique_ptr<SBMLDocument>> parse(const files::Source& source) {
  VESPER_CHECK(check_text(source));
  const std::string text(source.text());
  SBMLReader reader;
  std::unique_ptr<SBMLDocument> document(reader.readSBMLFromString(text));
  if (document == nullptr) {
    return fail(Code::invalid_sbml, "the file cannot be read as SBML", source.whole());
  }
  document->setLocationURI("file:" + fs::absolute(source.name()).string());
  VESPER_CHECK(check_packages(source, *document));
  VESPER_CHECK(no_errors(source, *document));
  if (document->getModel() == nullptr) {
    return fail(Code::invalid_sbml, "the file holds no model", source.whole());
  }
  return document;
}

CompSBMLDocumentPlugin* submodels(SBMLDocument& document) {
  return dynamic_cast<CompSBMLDocumentPlugin*>(document.getPlugin("comp"));
}

// Files that submodels come from are opened by libSBML: before that, each is looked at as the main
// file is, and none may lie elsewhere than on this disk.
class Externals {
 public:
  Result<void> check(const files::Source& source, SBMLDocument& document) {
    CompSBMLDocumentPlugin* plugin = submodels(document);
    if (plugin == nullptr) return {};
    for (unsigned i = 0; i < plugin->getNumExternalModelDefinitions(); ++i) {
      const ExternalModelDefinition& external = *plugin->getExternalModelDefinition(i);
      const Place place = place_of(source, external);
      const std::string& name = external.getSource();
      if (name.find(':') != std::string::npos) {
        return fail(Code::unsupported_sbml,
                    fmt::format("the submodel '{}' comes from '{}'; only files beside the model "
                                "are read",
                                external.getId(), name),
                    place);
      }
      const fs::path path = (fs::path(source.name()).parent_path() / name).lexically_normal();
      if (!seen_.insert(path.string()).second) continue;
      constexpr std::size_t most_files = 100;
      if (seen_.size() > most_files) {
        return fail(Code::unsupported_sbml,
                    fmt::format("the model is spread over more than {} files", most_files), place);
      }
      VESPER_TRY(const files::Source file, files::read(path, place, largest_sbml));
      VESPER_TRY(const auto inner, parse(file));
      VESPER_CHECK(this->check(file, *inner));
    }
    return {};
  }

 private:
  std::set<std::string> seen_;
};

// How often each model definition is put in, all told, so that ten definitions that each use the
// one before ten times end in a message.
class Instances {
 public:
  explicit Instances(CompSBMLDocumentPlugin& plugin) : plugin_(plugin) {}

  double count(const ::Model& model) {
    constexpr double enough = 1e6;
    double sum = 1;
    const auto* inner = dynamic_cast<const CompModelPlugin*>(model.getPlugin("comp"));
    if (inner == nullptr) return sum;
    for (unsigned i = 0; i < inner->getNumSubmodels() && sum < enough; ++i) {
      sum += of(inner->getSubmodel(i)->getModelRef());
    }
    return sum;
  }

 private:
  double of(const std::string& id) {
    if (const auto known = known_.find(id); known != known_.end()) return known->second;
    known_[id] = 1;  // circles are libSBML's to refuse
    const auto* definition = plugin_.getModelDefinition(id);
    const double sum = definition == nullptr ? 1 : count(*definition);
    known_[id] = sum;
    return sum;
  }

  CompSBMLDocumentPlugin& plugin_;
  std::map<std::string, double> known_;
};

// Before libSBML's checks, which open the files and put the model together themselves.
Result<void> check_submodels(const files::Source& source, SBMLDocument& document) {
  CompSBMLDocumentPlugin* plugin = submodels(document);
  if (plugin == nullptr) return {};
  VESPER_CHECK(Externals().check(source, document));
  constexpr double most_instances = 2000;
  if (Instances(*plugin).count(*document.getModel()) > most_instances) {
    return fail(Code::unsupported_sbml,
                fmt::format("the model is made of more than {} submodels", most_instances),
                place_of(source, document));
  }
  return {};
}

Result<void> flatten(const files::Source& source, SBMLDocument& document) {
  ConversionProperties how;
  how.addOption("flatten comp");
  how.addOption("performValidation", false);
  how.addOption("abortIfUnflattenable", "requiredOnly");
  const fs::path folder = fs::path(source.name()).parent_path();
  how.addOption("basePath", folder.empty() ? "." : folder.string());
  if (document.convert(how) != LIBSBML_OPERATION_SUCCESS) {
    VESPER_CHECK(no_errors(source, document));
    return fail(Code::invalid_sbml, "the submodels cannot be put together", source.whole());
  }
  if (document.getModel() == nullptr) {
    return fail(Code::invalid_sbml, "the file holds no model", source.whole());
  }
  return {};
}

}  // namespace

Place place_of(const files::Source& source, const SBase& element) {
  return line_of(source, element.getLine());
}

Result<OpenDocument> open_document(const files::Source& source) {
  VESPER_TRY(std::unique_ptr<SBMLDocument> document, parse(source));
  const bool flattened = submodels(*document) != nullptr;
  VESPER_CHECK(check_submodels(source, *document));
  only_what_matters(*document);
  document->checkConsistency();
  VESPER_CHECK(no_errors(source, *document));
  if (flattened) VESPER_CHECK(flatten(source, *document));
  return OpenDocument{std::move(document), flattened};
}

}  // namespace vesper::sbml
