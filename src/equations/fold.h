// Walks over syntax trees that use no stack of the machine: a formula of a hundred thousand terms
// is a tree as deep.
#pragma once

#include <span>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "language/expression.h"

namespace vesper::equations {

// combine(expression, values of its arguments) -> Result<T>, for every node of the tree, arguments
// first.  Example: a tree's depth is fold<int>(root, [](auto&, auto d) { return 1 + max(d); }).
template <class T, class Combine>
Result<T> fold(const language::Expression& root, Combine combine) {
  struct Frame {
    const language::Expression* expression;
    std::size_t next;
  };
  std::vector<Frame> frames{{&root, 0}};
  std::vector<T> values;
  while (!frames.empty()) {
    Frame& frame = frames.back();
    const language::Expression& expression = *frame.expression;
    if (frame.next < expression.arguments.size()) {
      const language::Expression* argument = expression.arguments[frame.next++].get();
      frames.push_back({argument, 0});
      continue;
    }
    const std::size_t count = expression.arguments.size();
    const std::span<const T> arguments(values.data() + (values.size() - count), count);
    VESPER_TRY(T value, combine(expression, arguments));
    values.erase(values.end() - static_cast<std::ptrdiff_t>(count), values.end());
    values.push_back(std::move(value));
    frames.pop_back();
  }
  return std::move(values.back());
}

// visit(expression) for every node, parents first.
template <class Visit>
void for_each(const language::Expression& root, Visit visit) {
  std::vector<const language::Expression*> waiting{&root};
  while (!waiting.empty()) {
    const language::Expression* expression = waiting.back();
    waiting.pop_back();
    visit(*expression);
    for (auto it = expression->arguments.rbegin(); it != expression->arguments.rend(); ++it) {
      waiting.push_back(it->get());
    }
  }
}

}  // namespace vesper::equations
