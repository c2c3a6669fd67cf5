// Formulas from syntax trees to nodes of the graph: names resolved, functions put in place of
// their calls, built-in functions that the graph does not have written with those that it has.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "equations/analysis.h"
#include "equations/graph.h"
#include "equations/names.h"

namespace vesper::equations {

inline constexpr double avogadro = 6.02214076e23;  // [1/mol], exact in the SI of 2019

class Lowering {
 public:
  Lowering(const Names& names, Graph& graph);

  // Formulas of assigned symbols, reactions and rates must be given (below) before those that use
  // them are lowered: see order_formulas().
  Result<NodeId> lower(const language::Expression& formula);

  // What a symbol's name means in a formula.
  NodeId meaning(std::size_t symbol);
  void set_assigned(std::size_t symbol, NodeId value) { assigned_[symbol] = value; }
  void set_reaction(std::size_t reaction, NodeId rate) { reactions_[reaction] = rate; }
  // d(meaning of the symbol)/dt, for rateOf.
  void set_rate(std::size_t symbol, NodeId rate) { rates_[symbol] = rate; }

  NodeId reaction(std::size_t reaction) const { return *reactions_[reaction]; }
  std::optional<NodeId> rate(std::size_t symbol) const { return rates_[symbol]; }
  // As far as formulas were lowered; without what they were before the start.
  const std::vector<Delay>& delays() const { return delays_; }

 private:
  using Arguments = std::span<const NodeId>;
  struct Scope {  // the arguments of the function whose body is lowered
    const language::Function* function = nullptr;
    std::vector<NodeId> arguments;
    const Scope* caller = nullptr;
  };
  Result<NodeId> lower_in(const language::Expression& formula, const Scope& scope);
  Result<NodeId> combine(const language::Expression& e, Arguments arguments, const Scope& scope);
  Result<NodeId> name(const language::Expression& e, const Scope& scope);
  Result<NodeId> call(const language::Expression& e, Arguments arguments, const Scope& scope);
  Result<NodeId> call_function(const language::Function& function, const language::Expression& e,
                               Arguments arguments, const Scope& scope);
  Result<NodeId> rate_of(const language::Expression& e, const Scope& scope);
  NodeId past(NodeId value, NodeId lag);
  NodeId past_rate(NodeId rate, std::uint32_t state);
  NodeId chain(Op op, Arguments arguments);

  const Names& names_;
  Graph& graph_;
  Changes changes_;
  std::vector<std::optional<NodeId>> assigned_, reactions_, rates_;
  std::map<std::pair<const language::Function*, std::vector<NodeId>>, NodeId> known_calls_;
  std::vector<Delay> delays_;
  std::uint32_t states_ = 0;  // of the model
  bool looks_back_ = false;   // does it call `delay`?
  std::size_t visited_ = 0;
};

}  // namespace vesper::equations
