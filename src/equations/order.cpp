#include "equations/order.h"

#include <fmt/format.h>

#include <algorithm>

#include "equations/fold.h"

namespace vesper::equations {
namespace {

using language::Expression;

// Items of the order: assignment rules, reactions and rates, and who needs whom.
class Dependencies {
 public:
  explicit Dependencies(const Names& names) : names_(names) {
    const std::size_t symbols = names.symbols().size();
    assignment_.assign(symbols, none);
    rate_.assign(symbols, none);
    for (std::size_t i = 0; i < symbols; ++i) {
      if (names[i].role == Role::assigned) assignment_[i] = add({Formula::Kind::assignment, i});
    }
    for (std::size_t i = 0; i < names.model().reactions.size(); ++i) {
      reaction_.push_back(add({Formula::Kind::reaction, i}));
    }
    for (std::size_t i = 0; i < symbols; ++i) {
      if (names[i].role == Role::state) rate_[i] = add({Formula::Kind::rate, i});
    }
    uses_.resize(formulas_.size());
    for (std::size_t i = 0; i < formulas_.size(); ++i) collect(i);
  }

  const std::vector<Formula>& formulas() const { return formulas_; }
  const std::vector<std::vector<std::size_t>>& uses() const { return uses_; }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  std::size_t add(Formula formula) {
    formulas_.push_back(formula);
    return formulas_.size() - 1;
  }

  void need(std::size_t item, std::size_t other) {
    if (other != none) uses_[item].push_back(other);
  }

  // What the meaning of a symbol takes: its own rule, and its compartment's.
  void need_meaning(std::size_t item, std::size_t symbol) {
    need(item, assignment_[symbol]);
    if (names_[symbol].role != Role::assigned && names_[symbol].compartment) {
      need(item, assignment_[*names_[symbol].compartment]);
    }
  }

  void need_names(std::size_t item, const Expression& formula) {
    for_each(formula, [&](const Expression& e) {
      if (e.kind == Expression::Kind::name) {
        if (const auto symbol = names_.symbol(e.name)) {
          need_meaning(item, *symbol);
        } else if (const auto reaction = names_.reaction(e.name)) {
          need(item, reaction_[*reaction]);
        }
      }
      const bool rate_of = e.kind == Expression::Kind::call && e.name == "rateOf" &&
                           e.arguments.size() == 1 && names_.function("rateOf") == nullptr;
      if (rate_of) {
        if (const auto symbol = names_.symbol(e.arguments[0]->name)) need(item, rate_[*symbol]);
      }
    });
  }

  void collect(std::size_t item) {
    const Formula& formula = formulas_[item];
    if (formula.kind == Formula::Kind::reaction) {
      need_names(item, *names_.model().reactions[formula.index].rate);
      return;
    }
    const NamedSymbol& named = names_[formula.index];
    if (named.rule != nullptr) {
      need_names(item, *named.rule->formula);
      return;
    }
    if (named.compartment) {
      need(item, assignment_[*named.compartment]);
      need(item, rate_[*named.compartment]);
    }
    if (named.conversion_factor) need_meaning(item, *named.conversion_factor);
    for (const Flux& flux : named.fluxes) {
      need(item, reaction_[flux.reaction]);
      for (const Flux::Term& term : flux.terms) need_meaning(item, term.symbol);
    }
  }

  const Names& names_;
  std::vector<Formula> formulas_;
  std::vector<std::size_t> assignment_, reaction_, rate_;  // item of a symbol or reaction
  std::vector<std::vector<std::size_t>> uses_;
};

std::string label(const Names& names, const Formula& formula) {
  switch (formula.kind) {
    case Formula::Kind::assignment:
      return names[formula.index].symbol->id;
    case Formula::Kind::reaction:
      return names.model().reactions[formula.index].id;
    case Formula::Kind::rate:
      return fmt::format("rateOf({})", names[formula.index].symbol->id);
  }
  return "";
}

Place place(const Names& names, const Formula& formula) {
  if (formula.kind == Formula::Kind::reaction) {
    return names.place(names.model().reactions[formula.index].span);
  }
  const NamedSymbol& named = names[formula.index];
  return names.place(named.rule != nullptr ? named.rule->span : named.symbol->span);
}

}  // namespace

Ordering topological_order(const std::vector<std::vector<std::size_t>>& uses) {
  enum class Mark : unsigned char { fresh, open, done };
  struct Frame {
    std::size_t item, next;
  };
  Ordering result;
  std::vector<Mark> marks(uses.size(), Mark::fresh);
  std::vector<Frame> path;
  for (std::size_t start = 0; start < uses.size(); ++start) {
    if (marks[start] != Mark::fresh) continue;
    path.push_back({start, 0});
    marks[start] = Mark::open;
    while (!path.empty()) {
      Frame& frame = path.back();
      if (frame.next == uses[frame.item].size()) {
        marks[frame.item] = Mark::done;
        result.order.push_back(frame.item);
        path.pop_back();
        continue;
      }
      const std::size_t used = uses[frame.item][frame.next++];
      if (marks[used] == Mark::fresh) {
        marks[used] = Mark::open;
        path.push_back({used, 0});
      } else if (marks[used] == Mark::open && result.cycle.empty()) {
        const auto first =
            std::find_if(path.begin(), path.end(), [&](const Frame& f) { return f.item == used; });
        for (auto it = first; it != path.end(); ++it) result.cycle.push_back(it->item);
      }
    }
  }
  return result;
}

Result<std::vector<Formula>> order_formulas(const Names& names) {
  const Dependencies dependencies(names);
  const Ordering ordering = topological_order(dependencies.uses());
  const std::vector<Formula>& formulas = dependencies.formulas();
  if (!ordering.cycle.empty()) {
    std::string circle;
    std::vector<std::string> notes;
    for (const std::size_t item : ordering.cycle) {
      const Place at = place(names, formulas[item]);
      circle += label(names, formulas[item]) + " -> ";
      notes.push_back(fmt::format("{} is determined at {}:{}:{}", label(names, formulas[item]),
                                  at.file, at.line, at.column));
    }
    const Formula& first = formulas[ordering.cycle.front()];
    return fail(Code::rule_cycle,
                fmt::format("formulas depend on one another in a circle: {}{}", circle,
                            label(names, first)),
                place(names, first), "give one of them a rate rule, or solve them by hand",
                std::move(notes));
  }
  std::vector<Formula> ordered;
  for (const std::size_t item : ordering.order) ordered.push_back(formulas[item]);
  return ordered;
}

}  // namespace vesper::equations
