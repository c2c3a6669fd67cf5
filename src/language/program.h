// A file and everything that it imports: all models and functions, none of them expanded.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "language/syntax.h"

namespace vesper::language {

struct Program {
  std::vector<files::Source> sources;  // [0] is the file that was asked for
  std::vector<Module> modules;         // as defined, imports where they stand
  std::vector<Function> functions;
  Module loose;                  // statements outside any model: Antimony's `__main`
  const Module* main = nullptr;  // what the file is about

  std::unordered_map<std::string, std::size_t> module_index, function_index;  // by name

  const Module* find(const std::string& name) const;
  const Function* find_function(const std::string& name) const;
  Place place(const Span& span) const;
};

// The program's pointers point into it: it is not to be copied or moved.
Result<void> load(const files::Source& source, const files::SearchPath& search, Program& program);

}  // namespace vesper::language
