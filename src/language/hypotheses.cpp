// Directives to the Model: where doses enter, and which values belong together.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "language/flatten.h"

namespace vesper::language {

namespace {

// So that what an outer model says is known before what its submodels say.
template <class Placed>
void outermost_first(std::vector<Placed>& list) {
  std::stable_sort(list.begin(), list.end(),
                   [](const auto& a, const auto& b) { return a.scope->depth < b.scope->depth; });
}

}  // namespace

const Symbol* Flattener::symbol_of(const Model& model, const Variable& variable) const {
  const auto found = symbol_index_.find(variable.path);
  return found == symbol_index_.end() ? nullptr : &model.symbols[found->second];
}

// An outer model may send a route elsewhere; two of the same depth would leave it open.
Result<void> Flattener::add_doses(Model& model) {
  std::map<std::pair<std::string, std::string>, std::pair<std::size_t, int>> known;  // place, depth
  outermost_first(doses_);
  for (const auto& [directive, scope] : doses_) {
    VESPER_TRY(const int id, find(directive->target, *scope, false));
    const Variable& variable = at(id);
    const Symbol* symbol = symbol_of(model, variable);
    const bool takes_doses =
        symbol != nullptr && (symbol->kind == SymbolKind::species || variable.rate.has_value());
    if (!takes_doses) {
      return fail(Code::wrong_kind,
                  fmt::format("a dose cannot enter '{}', which is no species and has no rate",
                              directive->target.text),
                  place(directive->target.span), "name the amount that the dose is added to");
    }
    const auto [entry, fresh] = known.emplace(std::pair(directive->route, directive->drug),
                                              std::pair(model.dose_targets.size(), scope->depth));
    const auto& [index, depth] = entry->second;
    if (fresh) {
      model.dose_targets.push_back(
          {directive->route, directive->drug, variable.path, directive->span});
    } else if (depth == scope->depth && model.dose_targets[index].target != variable.path) {
      return fail(Code::given_twice,
                  fmt::format("{} doses{}{} enter both '{}' and '{}'", directive->route,
                              directive->drug.empty() ? "" : " of ", directive->drug,
                              model.dose_targets[index].target, variable.path),
                  place(directive->span), "name the drug, or give the target in the outer model");
    }
  }
  return {};
}

// One hypothesis may set values in several submodels: those of one id are one.
Result<void> Flattener::add_hypotheses(Model& model) {
  std::map<std::string, std::size_t> known;
  // Of the settings, by id and target: their place in the list and how deep they stand.
  std::map<std::pair<std::string, std::string>, std::pair<std::size_t, int>> set;
  for (const auto& [directive, scope] : hypotheses_) {
    const auto [entry, fresh] = known.emplace(directive->id, model.hypotheses.size());
    if (fresh) model.hypotheses.push_back({directive->id, "", {}, directive->span});
  }
  outermost_first(hypotheses_);
  for (const auto& [directive, scope] : hypotheses_) {
    Hypothesis& hypothesis = model.hypotheses[known.at(directive->id)];
    if (hypothesis.label.empty()) hypothesis.label = directive->label;
    for (const auto& [word, number] : directive->settings) {
      VESPER_TRY(const int id, find(word, *scope, false));
      const Variable& variable = at(id);
      const Symbol* symbol = symbol_of(model, variable);
      if (symbol == nullptr || symbol->kind == SymbolKind::species || !symbol->initial ||
          variable.rule || variable.rate) {
        return fail(Code::wrong_kind,
                    fmt::format("a hypothesis sets parameters, and '{}' is none", word.text),
                    place(word.span));
      }
      VESPER_TRY(const ExpressionPtr resolved, renamed(number, scope));
      VESPER_TRY(const double value, number_in(*resolved, symbol->unit));
      auto& settings = hypothesis.settings;
      const auto [entry, first] = set.emplace(std::pair(directive->id, variable.path),
                                              std::pair(settings.size(), scope->depth));
      const auto& [index, depth] = entry->second;
      if (first) {
        settings.push_back({variable.path, value, word.span});
      } else if (scope->depth == depth && settings[index].value != value) {
        return fail(Code::given_twice,
                    fmt::format("hypothesis '{}' sets '{}' twice", directive->id, word.text),
                    place(word.span));
      }
    }
  }
  return {};
}

}  // namespace vesper::language
