// Every name of a model and what it stands for: who determines it, and where its number lies.
//
//   model text                      role       the number is
//   CL = 140 L_per_h                parameter  p[index]
//   x' = ...                        state      y[index]
//   Gut, changed by reactions       state      y[index], an amount; in a compartment the name
//                                              means y[index]/volume
//   C := Central/Vc                 assigned   the value of its formula
//   const species, boundary species parameter  p[index], unless its compartment's size changes
//   that nothing changes
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "language/model.h"

namespace vesper::equations {

enum class Role { parameter, state, assigned };

// A reaction's net effect on a species: produced minus consumed.
struct Flux {
  struct Term {
    double sign = 1;
    std::size_t symbol = 0;  // of a parameter whose value is the stoichiometry
  };
  std::size_t reaction = 0;
  double stoichiometry = 0;  // as far as it is a number
  std::vector<Term> terms;   // the rest of it
};

struct NamedSymbol {
  const language::Symbol* symbol = nullptr;
  Role role = Role::parameter;
  std::uint32_t index = 0;               // in System::parameters or System::states
  const language::Rule* rule = nullptr;  // assignment or rate rule, or algebraic with a target
  std::vector<Flux> fluxes;              // of a species that reactions change
  // A state whose value an algebraic rule determines.
  bool implicit() const { return rule != nullptr && rule->kind == language::Rule::Kind::algebraic; }
  bool set_by_events = false;
  bool dosed = false;
  std::optional<std::size_t> compartment;  // a species that means a concentration: where it lies
  std::optional<std::size_t> conversion_factor;  // amount of the species for an extent of reactions
};

class Names {
 public:
  // Checks that each symbol is determined in exactly one way.  `model` must outlive the result.
  static Result<Names> resolve(const language::Model& model);

  const language::Model& model() const { return *model_; }
  const std::vector<NamedSymbol>& symbols() const { return symbols_; }
  const NamedSymbol& operator[](std::size_t symbol) const { return symbols_[symbol]; }
  std::optional<std::size_t> symbol(std::string_view id) const;
  std::optional<std::size_t> reaction(std::string_view id) const;
  const language::Function* function(std::string_view id) const;
  std::vector<std::string> known() const;  // symbols, reactions and built-in names

  // A compartment whose size no rule and no event changes.
  bool fixed_size(std::size_t compartment) const;
  Place place(const language::Span& span) const { return model_->place(span); }

 private:
  explicit Names(const language::Model& model) : model_(&model) {}
  Result<void> collect();
  Result<void> apply_rules();
  Result<void> apply_reactions();
  Result<void> apply_reaction(std::size_t reaction);
  Result<void> add_flux(std::size_t reaction, const language::SpeciesReference& reference,
                        double sign);
  Result<void> apply_events();
  Result<void> apply_doses();
  Result<void> give_roles();
  Result<void> check_values() const;
  Role role_of(const NamedSymbol& named) const;
  Result<std::size_t> target(const std::string& id, const language::Span& span,
                             std::string_view setter) const;

  const language::Model* model_;
  std::vector<NamedSymbol> symbols_;
  std::unordered_map<std::string, std::size_t> symbol_index_, reaction_index_, function_index_;
};

// time, pi, avogadro, exponentiale, true, false, inf, nan
bool is_built_in_name(std::string_view name);

}  // namespace vesper::equations
