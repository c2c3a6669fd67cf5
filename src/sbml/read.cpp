#include <fmt/format.h>

#include <exception>

#include "language/antimony.h"
#include "sbml/document.h"
#include "sbml/guard.h"
#include "sbml/reader.h"
#include "sbml/sbml.h"

namespace vesper::sbml {

Result<language::Model> parse_sbml(const files::Source& source) {
  // libSBML throws where a document asks for what it was not built with.
  try {
    VESPER_TRY(const OpenDocument opened, open_document(source));
    return read_document(*opened.document, source, opened.flattened);
  } catch (const std::exception& error) {
    return fail(Code::invalid_sbml, fmt::format("libSBML gives up: {}", error.what()),
                source.whole());
  }
}

Result<language::Model> read_sbml(const std::filesystem::path& path) {
  VESPER_TRY(const files::Source source, files::read(path, {}, largest_sbml));
  return parse_sbml(source);
}

Result<language::Model> read_model(const std::filesystem::path& path,
                                   const files::SearchPath& search) {
  VESPER_TRY(const files::Source source, files::read(path, {}, largest_sbml));
  if (looks_like_xml(source.text())) return parse_sbml(source);
  if (source.text().size() > files::largest_source)
    VESPER_CHECK(files::read(path).map([](auto&&) {}));
  return language::parse_antimony(source, search);
}

}  // namespace vesper::sbml
