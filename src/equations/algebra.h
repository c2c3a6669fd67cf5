// Algebraic rules, `0 = formula`, solved for what they determine.
//
// Before:  0 = S1 + S2 - total, with S1 changed by a reaction and nothing that determines S2
// After:   S2 := total - S1
//
// Each rule must determine one symbol: one that may change and that no rule, reaction or event
// sets.  Rules and symbols are matched (a maximum matching of the graph "symbol stands in rule",
// which must be the only one), and each rule is solved for its symbol, in which it must be linear:
// 0 = a x + b gives x := -b/a.  Symbols that were solved for before are put in, so that linear
// systems are eliminated one by one.
#pragma once

#include "diagnostics/diagnostic.h"
#include "language/model.h"

namespace vesper::equations {

bool has_algebraic_rules(const language::Model& model);

// The same model with assignment rules in place of its algebraic rules.
Result<language::Model> solve_algebraic_rules(language::Model model);

}  // namespace vesper::equations
