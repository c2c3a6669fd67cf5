// A flat document of SBML Core to a Model.
#pragma once

#include <sbml/SBMLTypes.h>

#include "language/model.h"

namespace vesper::sbml {

// `flattened`: put together from submodels, so that line numbers may be those of another file.
Result<language::Model> read_document(const SBMLDocument& document, const files::Source& source,
                                      bool flattened);

}  // namespace vesper::sbml
