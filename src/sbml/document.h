// SBML text to libSBML's own document: parsed, checked, and flattened where it has submodels.
#pragma once

#include <sbml/SBMLTypes.h>

#include <memory>

#include "files/source.h"

namespace vesper::sbml {

// Of an element: the line where it stands.  libSBML knows no columns that can be trusted.
Place place_of(const files::Source& source, const SBase& element);

struct OpenDocument {
  std::unique_ptr<SBMLDocument> document;
  bool flattened = false;  // it had submodels: line numbers may be those of another file
};

// A document with a model, valid as far as its meaning depends on it, of Core alone.
Result<OpenDocument> open_document(const files::Source& source);

}  // namespace vesper::sbml
