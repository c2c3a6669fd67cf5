// Models from Antimony text, and from parts, for what the text's reader would refuse itself.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "equations/evaluate.h"
#include "equations/system.h"
#include "language/antimony.h"

namespace vesper::equations::testing {

inline Result<System> build_text(const std::string& text) {
  VESPER_TRY(const language::Model model,
             language::parse_antimony(files::Source("test.ant", text), files::SearchPath{}));
  return build(model);
}

// A model that must build.
inline System built(const std::string& text) {
  auto system = build_text(text);
  EXPECT_TRUE(system.has_value()) << (system ? "" : system.error().text());
  return system ? std::move(*system) : System{};
}

template <class Named>
const Named& named(const std::vector<Named>& list, std::string_view id) {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const Named& x) { return x.id == id; });
  EXPECT_NE(found, list.end()) << id;
  static const Named none{};
  return found == list.end() ? none : *found;
}

// The point at the start: parameters in their order of evaluation, then states.
inline Point start(const System& system) {
  Point point;
  for (const Parameter& parameter : system.parameters) point.p.push_back(parameter.value);
  for (const std::uint32_t i : system.initial_order) {
    point.p[i] = evaluate(*system.graph, *system.parameters[i].initial, point);
  }
  for (const State& state : system.states) {
    point.y.push_back(evaluate(*system.graph, state.initial, point));
  }
  return point;
}

inline double output(const System& system, std::string_view id, const Point& point) {
  return evaluate(*system.graph, named(system.outputs, id).value, point);
}

inline double rate(const System& system, std::string_view id, const Point& point) {
  return evaluate(*system.graph, named(system.states, id).derivative, point);
}

// A model by hand: every piece of text has its place in a source of its own.
class Draft {
 public:
  language::Model model;

  language::Span span(const std::string& text) {
    const auto at = static_cast<std::uint32_t>(text_.size());
    text_ += text + "\n";
    return {0, at, static_cast<std::uint32_t>(text.size())};
  }
  language::Symbol& symbol(const std::string& id, language::ExpressionPtr initial,
                           language::SymbolKind kind = language::SymbolKind::parameter) {
    language::Symbol symbol;
    symbol.id = id;
    symbol.kind = kind;
    symbol.constant = false;
    symbol.initial = std::move(initial);
    symbol.span = span(id);
    model.symbols.push_back(std::move(symbol));
    return model.symbols.back();
  }
  void rule(const std::string& target, language::ExpressionPtr formula,
            language::Rule::Kind kind = language::Rule::Kind::assignment) {
    model.rules.push_back({kind, target, std::move(formula), span(target + " rule")});
  }
  language::ExpressionPtr number(double value) {
    return language::make_number(value, nullptr, span("number"));
  }
  language::ExpressionPtr name(const std::string& id) { return language::make_name(id, span(id)); }
  language::ExpressionPtr call(const std::string& id, std::vector<language::ExpressionPtr> list) {
    return language::make_call(id, std::move(list), span(id + "()"));
  }
  Result<System> build() {
    model.id = "draft";
    model.sources = {files::Source("draft.ant", text_)};
    return equations::build(model);
  }

 private:
  std::string text_;
};

}  // namespace vesper::equations::testing
