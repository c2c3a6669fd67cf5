// A model text, watched and compiled on one of the engines.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "files/source.h"
#include "language/antimony.h"
#include "simulate/engine.h"
#include "simulate/single.h"

namespace vesper::simulate {

inline language::Model model_of(const std::string& text) {
  auto model = language::parse_antimony(files::Source("/nowhere/m.ant", text), files::SearchPath());
  EXPECT_TRUE(model) << model.error().text();
  return model ? std::move(*model) : language::Model();
}

inline std::unique_ptr<solve::Compiled> compiled(const Watched& watched, Engine engine) {
  Options options;
  options.engine = engine;
  auto made = compile(watched.system, watched.outputs, options);
  EXPECT_TRUE(made) << made.error().text();
  return made ? std::move(*made) : nullptr;
}

inline solve::Tolerances tight() {
  solve::Tolerances tolerances;
  tolerances.relative = 1e-11;
  tolerances.absolute = 1e-12;
  return tolerances;
}

inline constexpr Engine both_engines[] = {Engine::reference, Engine::fast};

}  // namespace vesper::simulate
