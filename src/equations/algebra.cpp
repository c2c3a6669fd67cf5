#include "equations/algebra.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "language/expression.h"

namespace vesper::equations {
namespace {

using language::Expression;
using language::ExpressionPtr;
using language::Rule;
using language::Symbol;
using language::SymbolKind;
using Kind = Expression::Kind;

constexpr int deepest = 2000;  // operations in one another, functions and rules put in their place

// formula = slope * unknown + rest; null pointers stand for 0.
struct Linear {
  ExpressionPtr slope, rest;
};

ExpressionPtr number(double value) {
  return language::make_number(value);
}

ExpressionPtr sum(const ExpressionPtr& a, const ExpressionPtr& b) {
  if (!a) return b;
  return b ? language::make(Kind::add, {a, b}, a->span) : a;
}

ExpressionPtr negated(const ExpressionPtr& a) {
  if (!a) return a;
  if (a->kind == Kind::negate) return a->arguments[0];
  if (a->kind == Kind::number && !a->unit) return number(-a->value);
  return language::make(Kind::negate, {a}, a->span);
}

ExpressionPtr product(const ExpressionPtr& a, const ExpressionPtr& b) {
  if (!a || !b) return nullptr;
  const auto is_one = [](const ExpressionPtr& x) {
    return x->kind == Kind::number && x->value == 1 && !x->unit;
  };
  if (is_one(a)) return b;
  return is_one(b) ? a : language::make(Kind::multiply, {a, b}, a->span);
}

ExpressionPtr quotient(const ExpressionPtr& a, const ExpressionPtr& b) {
  return a ? language::make(Kind::divide, {a, b}, a->span) : nullptr;
}

class Solver {
 public:
  explicit Solver(language::Model& model) : model_(model) {
    for (std::size_t i = 0; i < model.functions.size(); ++i) {
      functions_.emplace(model.functions[i].id, &model.functions[i]);
    }
    for (const language::Reaction& reaction : model.reactions) {
      if (reaction.rate) formulas_.emplace(reaction.id, reaction.rate);
      for (const auto* side : {&reaction.reactants, &reaction.products}) {
        for (const language::SpeciesReference& one : *side) reacting_.insert(one.species);
      }
    }
    for (const Rule& rule : model.rules) {
      if (rule.kind == Rule::Kind::assignment) formulas_.emplace(rule.target, rule.formula);
      if (rule.kind != Rule::Kind::algebraic) determined_.insert(rule.target);
    }
    for (const language::Event& event : model.events) {
      for (const auto& assignment : event.assignments) determined_.insert(assignment.target);
    }
  }

  Result<void> run() {
    std::vector<std::size_t> rules;
    for (std::size_t i = 0; i < model_.rules.size(); ++i) {
      if (model_.rules[i].kind == Rule::Kind::algebraic) rules.push_back(i);
    }
    for (const std::size_t rule : rules) {
      VESPER_TRY(std::vector<std::string> unknowns, unknowns_in(model_.rules[rule]));
      unknowns_.push_back(std::move(unknowns));
    }
    VESPER_TRY(const std::vector<std::string> chosen, match(rules));
    for (std::size_t i = 0; i < rules.size(); ++i) VESPER_CHECK(solve(rules[i], chosen[i]));
    return {};
  }

 private:
  Place place(const language::Span& span) const { return model_.place(span); }

  bool may_be_unknown(const Symbol& symbol) const {
    if (symbol.constant || determined_.contains(symbol.id)) return false;
    const bool reacts = symbol.kind == SymbolKind::species && reacting_.contains(symbol.id);
    return !reacts || symbol.boundary;
  }

  // The names that a formula uses, directly or through assignment rules, reactions and functions.
  Result<std::set<std::string>> names_in(const ExpressionPtr& formula) const {
    std::set<std::string> names;
    std::vector<const Expression*> waiting{formula.get()};
    while (!waiting.empty()) {
      const Expression& e = *waiting.back();
      waiting.pop_back();
      for (const ExpressionPtr& part : e.arguments) waiting.push_back(part.get());
      // The names in a function's body are its arguments, which stand here.
      if (e.kind != Kind::name || !names.insert(e.name).second) continue;
      if (const auto found = formulas_.find(e.name); found != formulas_.end()) {
        waiting.push_back(found->second.get());
      }
    }
    return names;
  }

  Result<std::vector<std::string>> unknowns_in(const Rule& rule) const {
    VESPER_TRY(const std::set<std::string> names, names_in(rule.formula));
    std::vector<std::string> unknowns;
    for (const Symbol& symbol : model_.symbols) {
      if (names.contains(symbol.id) && may_be_unknown(symbol)) unknowns.push_back(symbol.id);
    }
    if (unknowns.empty()) {
      return fail(Code::unsolvable_rule,
                  fmt::format("the rule 0 = {} determines nothing: all that stands in it is "
                              "constant or determined elsewhere",
                              language::text(*rule.formula)),
                  place(rule.span));
    }
    return unknowns;
  }

  // Lets rule `k` have an unknown, moving others on where they can (Kuhn's algorithm).
  bool assign(std::size_t k, std::map<std::string, std::size_t>& owner,
              std::set<std::string>& tried) const {
    for (const std::string& unknown : unknowns_[k]) {
      if (!tried.insert(unknown).second) continue;
      const auto taken = owner.find(unknown);
      if (taken != owner.end() && !assign(taken->second, owner, tried)) continue;
      owner[unknown] = k;
      return true;
    }
    return false;
  }

  // Which unknown each rule determines.
  Result<std::vector<std::string>> match(const std::vector<std::size_t>& rules) {
    std::set<std::string> all;
    for (const auto& unknowns : unknowns_) all.insert(unknowns.begin(), unknowns.end());
    std::map<std::string, std::size_t> owner;
    for (std::size_t k = 0; k < rules.size(); ++k) {
      std::set<std::string> tried;
      if (assign(k, owner, tried)) continue;
      const Rule& rule = model_.rules[rules[k]];
      return fail(Code::unsolvable_rule,
                  fmt::format("the rule 0 = {} says more than there is to determine: other rules "
                              "determine {}",
                              language::text(*rule.formula), fmt::join(unknowns_[k], " and ")),
                  place(rule.span));
    }
    if (all.size() > rules.size()) {
      if (hold_boundary_species()) return match(rules);
      const Rule& rule = model_.rules[rules.front()];
      return fail(Code::unsolvable_rule,
                  fmt::format("what the rule 0 = {} determines is left open: {} may all change",
                              language::text(*rule.formula), fmt::join(all, ", ")),
                  place(rule.span), "say which of them are constant, or write an assignment rule");
    }
    std::vector<std::string> chosen(rules.size());
    for (const auto& [unknown, rule] : owner) chosen[rule] = unknown;
    return chosen;
  }

  // Takes boundary species, which are held from outside unless a rule says otherwise, from among
  // the unknowns, where the rules have others.  False: nothing changed.
  bool hold_boundary_species() {
    const auto held = [&](const std::string& id) {
      return std::any_of(model_.symbols.begin(), model_.symbols.end(), [&](const Symbol& s) {
        return s.id == id && s.boundary && s.initial != nullptr;
      });
    };
    bool changed = false;
    for (auto& unknowns : unknowns_) {
      if (std::all_of(unknowns.begin(), unknowns.end(), held)) continue;
      changed = std::erase_if(unknowns, held) > 0 || changed;
    }
    return changed;
  }

  Result<void> solve(std::size_t index, const std::string& unknown) {
    Rule& rule = model_.rules[index];
    unknown_ = unknown;
    uses_.clear();
    linear_ = true;
    const std::string shown = language::text(*rule.formula);
    const Result<Linear> parts = split(rule.formula, 0);
    if (!parts && !linear_) return leave_to_the_solver(rule);
    VESPER_TRY(const Linear linear, parts);
    if (!linear.slope) {
      return fail(Code::unsolvable_rule,
                  fmt::format("in the rule 0 = {} '{}' cancels out", shown, unknown),
                  place(rule.span));
    }
    ExpressionPtr solution = negated(linear.rest ? linear.rest : number(0));
    const Expression& slope = *linear.slope;
    if (slope.kind == Kind::number && slope.value == -1 && !slope.unit) {
      solution = linear.rest ? linear.rest : number(0);
    } else if (slope.kind != Kind::number || slope.value != 1 || slope.unit) {
      solution = quotient(solution, linear.slope);
    }
    rule.kind = Rule::Kind::assignment;
    rule.target = unknown;
    rule.formula = solution;
    formulas_.emplace(unknown, solution);
    for (Symbol& symbol : model_.symbols) {
      if (symbol.id == unknown) symbol.initial = nullptr;
    }
    return {};
  }

  // The value in the model is where the search for it begins; without one, 1.
  Result<void> leave_to_the_solver(Rule& rule) {
    rule.target = unknown_;
    for (Symbol& symbol : model_.symbols) {
      if (symbol.id != unknown_) continue;
      if (symbol.kind == SymbolKind::compartment) {
        return fail(Code::unsolvable_rule,
                    fmt::format("the rule 0 = {} is not linear in the size of compartment '{}'",
                                language::text(*rule.formula), unknown_),
                    place(rule.span), fmt::format("solve it by hand: `{} := ...`", unknown_));
      }
      if (symbol.initial == nullptr) symbol.initial = number(1);
    }
    return {};
  }

  // Does the formula contain the unknown?
  Result<bool> uses(const ExpressionPtr& formula) {
    const auto known = uses_.find(formula);
    if (known != uses_.end()) return known->second;
    VESPER_TRY(const std::set<std::string> names, names_in(formula));
    bool found = names.contains(unknown_);
    // A concentration means its compartment's size, too.
    for (const Symbol& symbol : model_.symbols) {
      found = found || (symbol.kind == SymbolKind::species && symbol.compartment == unknown_ &&
                        !symbol.substance_only && !formulas_.contains(symbol.id) &&
                        names.contains(symbol.id));
    }
    uses_.emplace(formula, found);
    return found;
  }

  tl::unexpected<Diagnostic> not_linear(const Expression& e) {
    linear_ = false;
    return fail(Code::unsolvable_rule, fmt::format("'{}' is not linear", unknown_), place(e.span));
  }

  Result<Linear> split(const ExpressionPtr& formula, int depth) {
    if (depth > deepest) {
      return fail(Code::formula_too_large, "an algebraic rule goes too deep to be solved",
                  place(formula->span));
    }
    VESPER_TRY(const bool contains, uses(formula));
    if (!contains) return Linear{nullptr, formula};
    const Expression& e = *formula;
    switch (e.kind) {
      case Kind::name: {
        if (e.name == unknown_) return Linear{number(1), nullptr};
        const auto found = formulas_.find(e.name);
        if (found == formulas_.end()) return not_linear(e);
        return split(ExpressionPtr(found->second), depth + 1);
      }
      case Kind::negate: {
        VESPER_TRY(const Linear part, split(e.arguments[0], depth + 1));
        return Linear{negated(part.slope), negated(part.rest)};
      }
      case Kind::add:
      case Kind::subtract:
        return split_sum(e, depth);
      case Kind::multiply:
        return split_product(e, depth);
      case Kind::divide:
        return split_quotient(e, depth);
      case Kind::call:
        return split_call(e, depth);
      default:
        return not_linear(e);
    }
  }

  Result<Linear> split_sum(const Expression& e, int depth) {
    Linear total;
    for (std::size_t i = 0; i < e.arguments.size(); ++i) {
      VESPER_TRY(Linear part, split(e.arguments[i], depth + 1));
      if (e.kind == Kind::subtract && i > 0) part = {negated(part.slope), negated(part.rest)};
      total = {sum(total.slope, part.slope), sum(total.rest, part.rest)};
    }
    return total;
  }

  Result<Linear> split_product(const Expression& e, int depth) {
    Linear total{nullptr, number(1)};
    for (const ExpressionPtr& factor : e.arguments) {
      VESPER_TRY(const Linear part, split(factor, depth + 1));
      if (total.slope && part.slope) return not_linear(e);
      total = {total.slope ? product(total.slope, part.rest) : product(total.rest, part.slope),
               product(total.rest, part.rest)};
    }
    return total;
  }

  Result<Linear> split_quotient(const Expression& e, int depth) {
    VESPER_TRY(Linear total, split(e.arguments[0], depth + 1));
    for (std::size_t i = 1; i < e.arguments.size(); ++i) {
      VESPER_TRY(const bool below, uses(e.arguments[i]));
      if (below) return not_linear(e);
      total = {quotient(total.slope, e.arguments[i]), quotient(total.rest, e.arguments[i])};
    }
    return total;
  }

  Result<Linear> split_call(const Expression& e, int depth) {
    if (const auto found = functions_.find(e.name); found != functions_.end()) {
      const language::Function& function = *found->second;
      if (function.parameters.size() != e.arguments.size()) return not_linear(e);
      return split(put_in(function.body, function, e), depth + 1);
    }
    if (e.name != "piecewise") return not_linear(e);
    Expression slope = e, rest = e;
    for (std::size_t i = 0; i < e.arguments.size(); ++i) {
      if (i % 2 == 1) {
        VESPER_TRY(const bool condition, uses(e.arguments[i]));
        if (condition) return not_linear(e);
        continue;
      }
      VESPER_TRY(const Linear part, split(e.arguments[i], depth + 1));
      slope.arguments[i] = part.slope ? part.slope : number(0);
      rest.arguments[i] = part.rest ? part.rest : number(0);
    }
    return Linear{std::make_shared<Expression>(std::move(slope)),
                  std::make_shared<Expression>(std::move(rest))};
  }

  // A function's body with the arguments of this call.
  ExpressionPtr put_in(const ExpressionPtr& body, const language::Function& function,
                       const Expression& call) const {
    if (body->kind == Kind::name) {
      for (std::size_t i = 0; i < function.parameters.size(); ++i) {
        if (function.parameters[i] == body->name) return call.arguments[i];
      }
      return body;
    }
    Expression copy = *body;
    for (ExpressionPtr& part : copy.arguments) part = put_in(part, function, call);
    return std::make_shared<Expression>(std::move(copy));
  }

  language::Model& model_;
  std::map<std::string, const language::Function*> functions_;
  std::map<std::string, ExpressionPtr> formulas_;  // of assignment rules and reactions
  std::set<std::string> reacting_, determined_;
  std::vector<std::vector<std::string>> unknowns_;  // by algebraic rule
  std::string unknown_;                             // that is being solved for
  std::map<ExpressionPtr, bool> uses_;
  bool linear_ = true;  // as far as the rule has been taken apart
};

}  // namespace

bool has_algebraic_rules(const language::Model& model) {
  return std::any_of(model.rules.begin(), model.rules.end(),
                     [](const Rule& rule) { return rule.kind == Rule::Kind::algebraic; });
}

Result<language::Model> solve_algebraic_rules(language::Model model) {
  VESPER_CHECK(Solver(model).run());
  return model;
}

}  // namespace vesper::equations
