// The ODE system of a model: what every engine solves.
//
//   dy/dt = f(t, y, p),   y(t0) = y0(p),   outputs w = g(t, y, p),   events when h(t, y, p) > 0
//
// and, for the states that an algebraic rule determines, 0 = f(t, y, p) in place of dy/dt: a
// differential-algebraic system of index 1.
//
// y: states (amounts of species, values of rate-rule variables).  p: parameters, with those that
// events change at their current value.  Numbers are data: the graph depends on the model's
// structure alone, and parameter values are never folded into it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "equations/graph.h"
#include "language/model.h"
#include "units/units.h"

namespace vesper::equations {

// What a quantity is called and where it comes from; the provenance that reports show.
struct Identity {
  std::string id;                   // "pk.CL"
  std::string display_name;         // "plasma naltrexone", or empty
  std::string description;          // the source: "Dunbar2007", "doi:..."
  std::string notes;                // grade and remarks
  std::optional<units::Unit> unit;  // none: not declared and not derived
  Place place;
  const std::string& label() const { return display_name.empty() ? id : display_name; }
};

struct Parameter : Identity {
  double value = 0;               // typical value, where it is a plain number
  std::optional<NodeId> initial;  // where it is an initial assignment over other parameters
  bool changed_by_events = false;
  std::optional<language::Uncertainty> uncertainty;
  language::ExpressionPtr distribution;  // between patients, or null
};

struct State : Identity {
  NodeId derivative = 0;  // dy/dt, or what is to be 0
  NodeId initial = 0;     // over parameters (no states)
  bool implicit = false;  // 0 = derivative; `initial` is where the search for its value begins
};

// Everything that can be watched: states (a species as its symbol means: concentration where it
// lies in a compartment), assignment rules, reactions' rates, parameters that events change.
struct Output : Identity {
  NodeId value = 0;
};

// A value from the past: that of `value` at the time t - lag.  In formulas delay k is the state of
// index states.size() + k; its value and its lag use none but earlier delays.  Before the start
// everything has the value of its initial formula, read at that time.
struct Delay {
  NodeId value = 0;
  NodeId lag = 0;     // [time] >= 0
  NodeId before = 0;  // `value` before the start, over time and parameters
  // Of the rate of this state, with lag 0: a rate before the start is that of the initial formula.
  std::optional<std::uint32_t> rate_of;
};

// Meaning as in SBML Level 3 Version 2 Core, section 4.11.
struct Event {
  struct Assignment {
    enum class Target { state, parameter } target;
    std::uint32_t index;
    NodeId value;  // with the values at the trigger, or at the execution: `uses_trigger_values`
    // Of a species' concentration: the size of its compartment.  The amount becomes value * size,
    // with the size just before the execution.
    std::optional<NodeId> size = {};
  };
  std::string id;
  NodeId trigger = 0;              // boolean node; fires when it turns from 0 to 1
  std::vector<NodeId> roots;       // real-valued nodes whose sign changes are where it can turn
  std::optional<NodeId> delay;     // [time] from trigger to execution, at the trigger
  std::optional<NodeId> priority;  // at the execution; the greatest first, those without one last
  bool persistent = true;          // false: cancelled when the trigger turns false in between
  bool initial_value = true;       // of the trigger before the start
  bool uses_trigger_values = true;
  std::vector<Assignment> assignments;
  Place place;
};

// df_i/dy_j, structurally non-zero entries only, by columns (compressed sparse column).
struct Jacobian {
  std::vector<std::uint32_t> column_start;  // states + 1
  std::vector<std::uint32_t> row;           // of each entry, ascending in a column
  std::vector<NodeId> value;                // of each entry
};

struct DoseTarget {
  std::string route, drug;
  std::uint32_t state = 0;
  Place place;
};

struct Hypothesis {
  std::string id, label;
  std::vector<std::pair<std::uint32_t, double>> settings;  // parameter index, value
  Place place;
};

struct System {
  std::string id;
  std::shared_ptr<const Graph> graph;
  std::vector<Parameter> parameters;
  std::vector<std::uint32_t> initial_order;  // parameters with `initial`, in order of evaluation
  std::vector<State> states;
  std::vector<Output> outputs;
  std::vector<Event> events;
  std::vector<Delay> delays;
  Jacobian jacobian;  // what comes from the past is held
  std::vector<DoseTarget> dose_targets;
  std::vector<Hypothesis> hypotheses;
  std::optional<units::Unit> time_unit;
  std::vector<NodeId> time_roots;  // their sign changes are where f can jump (piecewise, floor)
  std::vector<files::Source> sources;

  bool has_implicit_states() const;
  // Ordinary equations, which the compiled lanes solve: no implicit state and no delay.
  bool ordinary() const { return delays.empty() && !has_implicit_states(); }
  // By id, by display name, or by an unambiguous last part ("CL" for "pk.CL").  An unknown name is
  // an error with the nearest known one; an ambiguous one lists its candidates.
  Result<std::uint32_t> parameter(std::string_view name, const Place& place = {}) const;
  Result<std::uint32_t> output(std::string_view name, const Place& place = {}) const;
  // The dose target for a route and drug; an error lists the routes that the model has.
  Result<std::uint32_t> dose_state(std::string_view route, std::string_view drug,
                                   const Place& place = {}) const;
};

// Checks the model (every name known, no cycles among assignments, one rule a symbol, units
// unless the model opts out) and builds its equations.
Result<System> build(const language::Model& model);

// What a model leaves unsaid about its parameters, for `vesper model check`.
struct Audit {
  std::size_t parameters = 0;
  std::vector<std::uint32_t> without_unit;    // not declared and not derived
  std::vector<std::uint32_t> without_source;  // plain numbers without a description
};
Audit audit(const System& system);

// Text and LaTeX for `vesper model show`.
std::string equations_text(const System& system);  // one line an equation, shared parts named
std::string jacobian_text(const System& system);   // pattern and entries
// The body of a document, for LaTeX with amsmath and for KaTeX: an align environment per group,
// with units, and the parameters with values, units and sources.
std::string equations_latex(const System& system);
// Infix text with the system's names; parts that it repeats are named after a "where".
std::string formula(const System& system, NodeId node);

}  // namespace vesper::equations
