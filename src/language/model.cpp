#include "language/model.h"

#include <algorithm>

namespace vesper::language {

const Symbol* Model::find(std::string_view id) const {
  const auto found = std::find_if(symbols.begin(), symbols.end(),
                                  [&](const Symbol& symbol) { return symbol.id == id; });
  return found == symbols.end() ? nullptr : &*found;
}

Place Model::place(const Span& span) const {
  return span.source < sources.size() ? sources[span.source].place(span.offset, span.length)
                                      : Place{};
}

}  // namespace vesper::language
