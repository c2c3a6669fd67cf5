// One model as a general simulator runs it: columns by name, one patient or a data set's, on a grid
// of times in the model's own time unit.  What `vesper simulate` does.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "equations/system.h"
#include "language/model.h"
#include "simulate/protocol.h"
#include "simulate/study.h"
#include "solve/solve.h"

namespace vesper::simulate {

// Which columns to report.  A species is reported as its symbol means (SBML: the amount where it
// has only substance units or its compartment has no dimension, else the concentration) unless a
// list says otherwise; of symbols that are no species the lists say nothing.
struct Columns {
  std::vector<std::string> variables;  // symbols or reactions; empty: all_variables()
  std::vector<std::string> amounts, concentrations;
};

// All species, then the compartments, then the parameters whose value changes.
std::vector<std::string> all_variables(const language::Model& model);

// A model with a column for each variable, and settings put into it.
struct Watched {
  std::shared_ptr<const equations::System> system;
  std::vector<std::string> names;                           // of the columns, as asked for
  std::vector<std::uint32_t> outputs;                       // of the columns, in System::outputs
  std::vector<std::pair<std::uint32_t, double>> overrides;  // of parameters
};

// A setting of a species or of a symbol with a rate rule is its value at the start, as the symbol
// means; of any other symbol, a parameter's value.  What an assignment rule determines cannot be
// set.
Result<Watched> watch(language::Model model, const Columns& columns,
                      const std::vector<Setting>& settings);

// `steps` + 1 times from start to start + duration.
std::vector<double> even_grid(double start, double duration, std::size_t steps);

// The model's course from time 0 (or from the grid's first time, where that is earlier) over the
// grid.  A run that fails is V0701, with the time, the state and the reason.
Result<solve::Solution> solve_single(const Watched& watched, const solve::Compiled& compiled,
                                     std::vector<double> grid, const solve::Tolerances& tolerances);

// The diagnostic of a run that failed; `who` is put before, where it is not empty.
Diagnostic run_failure(const solve::Failure& failure, std::string_view who = {});

// A number of a CSV file: 17 significant digits; INF, -INF and NaN.
void append_number(std::string& text, double value);

}  // namespace vesper::simulate
