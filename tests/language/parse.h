// Models from text in hand, for tests.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "language/antimony.h"

namespace vesper::language {

inline Result<Model> try_parse(const std::string& text) {
  auto source = files::check("test.ant", text);
  if (!source) return tl::unexpected<Diagnostic>(source.error());
  return parse_antimony(*source, files::SearchPath{});
}

inline Model parse(const std::string& text) {
  auto model = try_parse(text);
  EXPECT_TRUE(model) << (model ? "" : model.error().text()) << "\n" << text;
  return model ? *model : Model{};
}

inline const Symbol& symbol(const Model& model, const std::string& id) {
  static const Symbol none;
  const Symbol* found = model.find(id);
  EXPECT_NE(found, nullptr) << "no symbol " << id;
  return found == nullptr ? none : *found;
}

inline std::string initial(const Model& model, const std::string& id) {
  const Symbol& one = symbol(model, id);
  return one.initial ? text(*one.initial) : "";
}

inline std::string rule(const Model& model, const std::string& id) {
  for (const Rule& one : model.rules) {
    if (one.target == id) {
      return (one.kind == Rule::Kind::rate ? "' " : ":= ") + text(*one.formula);
    }
  }
  return "";
}

inline const Reaction& reaction(const Model& model, const std::string& id) {
  static const Reaction none;
  for (const Reaction& one : model.reactions) {
    if (one.id == id) return one;
  }
  ADD_FAILURE() << "no reaction " << id;
  return none;
}

}  // namespace vesper::language
