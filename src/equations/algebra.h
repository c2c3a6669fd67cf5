// Algebraic rules, `0 = formula`, solved for what they determine.
//
// Before:  0 = S1 + S2 - total, with S1 changed by a reaction and nothing that determines S2
// After:   S2 := total - S1
//
// Each rule must determine one symbol: one that may change and that no rule, reaction or event
// sets.  Rules and symbols are matched (a maximum matching of the graph "symbol stands in rule",
// which must be the only one; a boundary species counts as held where something else may change).
// Each rule in which its symbol is linear is solved for it: 0 = a x + b gives x := -b/a.  Symbols
// that were solved for before are put in, so that linear systems are eliminated one by one.  A rule
// in which it is not linear stays, with its symbol as the rule's target: the solver finds the
// value.
#pragma once

#include "diagnostics/diagnostic.h"
#include "language/model.h"

namespace vesper::equations {

bool has_algebraic_rules(const language::Model& model);

// The same model with assignment rules in place of its algebraic rules, and with the symbol that it
// determines as the target of each that stays.
Result<language::Model> solve_algebraic_rules(language::Model model);

}  // namespace vesper::equations
