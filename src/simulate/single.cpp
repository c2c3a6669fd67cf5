// A column is one more assignment rule of the model: `S * compartment` where a species that means
// a concentration is reported as an amount, `S / compartment` the other way round, and the symbol
// itself otherwise.  So whatever a formula can name can be reported, and the engines know nothing
// of it.
#include "simulate/single.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

#include "simulate/resolve.h"

namespace vesper::simulate {
namespace {

using language::Expression;
using language::ExpressionPtr;
using language::Model;
using language::Symbol;
using language::SymbolKind;

bool listed(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool means_concentration(const Symbol& species) {
  return !species.compartment.empty() && !species.substance_only;
}

std::vector<std::string> known_names(const Model& model) {
  std::vector<std::string> known;
  for (const Symbol& symbol : model.symbols) known.push_back(symbol.id);
  for (const language::Reaction& reaction : model.reactions) known.push_back(reaction.id);
  return known;
}

// The id of a symbol or reaction: given as such, by display name, or by an unambiguous last part
// ("CL" for "pk.CL").
Result<std::string> identify(const Model& model, const std::string& name) {
  std::vector<std::string> found;
  const auto consider = [&](const std::string& id, const std::string& display_name) {
    const bool last_part =
        id.size() > name.size() && id.ends_with(name) && id[id.size() - name.size() - 1] == '.';
    if (last_part || display_name == name) found.push_back(id);
  };
  for (const Symbol& symbol : model.symbols) {
    if (symbol.id == name) return name;
    consider(symbol.id, symbol.display_name);
  }
  for (const language::Reaction& reaction : model.reactions) {
    if (reaction.id == name) return name;
    consider(reaction.id, reaction.display_name);
  }
  if (found.size() == 1) return found.front();
  if (found.size() > 1) {
    return fail(Code::unknown_variable, fmt::format("'{}' may mean several things", name), {},
                fmt::format("one of: {}", fmt::join(found, ", ")));
  }
  return fail(Code::unknown_variable, fmt::format("the model has no '{}'", name), {},
              suggest(name, known_names(model)));
}

Result<void> check_lists(const Model& model, const Columns& columns) {
  for (const auto* list : {&columns.amounts, &columns.concentrations}) {
    for (const std::string& name : *list) VESPER_CHECK(identify(model, name).map([](auto&&) {}));
  }
  for (const std::string& name : columns.amounts) {
    if (!listed(columns.concentrations, name)) continue;
    return fail(Code::bad_argument,
                fmt::format("'{}' stands in --amounts and in --concentrations", name), {},
                "keep one of them; for both columns run twice");
  }
  return {};
}

// What the column of a variable shows.
Result<ExpressionPtr> column_formula(const Model& model, const std::string& asked,
                                     const std::string& id, const Columns& columns) {
  const ExpressionPtr value = language::make_name(id);
  const Symbol* symbol = model.find(id);
  if (symbol == nullptr || symbol->kind != SymbolKind::species) return value;
  const auto in = [&](const std::vector<std::string>& list) {
    return listed(list, asked) || listed(list, id);
  };
  if (in(columns.concentrations) && symbol->compartment.empty()) {
    return fail(Code::no_concentration,
                fmt::format("species '{}' has no compartment, so it has no concentration", id), {},
                "leave it out of --concentrations");
  }
  if (in(columns.amounts) && means_concentration(*symbol)) {
    return language::make(Expression::Kind::multiply,
                          {value, language::make_name(symbol->compartment)});
  }
  if (in(columns.concentrations) && !means_concentration(*symbol)) {
    return language::make(Expression::Kind::divide,
                          {value, language::make_name(symbol->compartment)});
  }
  return value;
}

// An id that no model text can hold.
std::string column_id(std::size_t column) {
  return fmt::format("column {}", column);
}

const language::Rule* rule_of(const Model& model, const std::string& id) {
  const auto found = std::find_if(model.rules.begin(), model.rules.end(),
                                  [&](const language::Rule& rule) { return rule.target == id; });
  return found == model.rules.end() ? nullptr : &*found;
}

// Puts the settings of species and of symbols with rate rules into the model; the rest are left.
Result<std::vector<Setting>> set_initial_values(Model& model,
                                                const std::vector<Setting>& settings) {
  std::vector<Setting> left;
  for (const Setting& setting : settings) {
    VESPER_TRY(const std::string id, identify(model, setting.name));
    const auto symbol = std::find_if(model.symbols.begin(), model.symbols.end(),
                                     [&](const Symbol& one) { return one.id == id; });
    const language::Rule* rule = rule_of(model, id);
    if (symbol == model.symbols.end() ||
        (rule != nullptr && rule->kind == language::Rule::Kind::assignment)) {
      return fail(Code::bad_setting,
                  fmt::format("'{}' cannot be set: {}", id,
                              rule == nullptr ? "it is a reaction" : "a rule determines it"),
                  setting.place, "set what it is computed from");
    }
    if (symbol->kind != SymbolKind::species && rule == nullptr) {
      left.push_back(setting);
      left.back().name = id;
      continue;
    }
    if (setting.unit) {
      return fail(Code::setting_unit,
                  fmt::format("the value of '{}' at the start is given without a unit", id),
                  setting.place, "give it in the unit that the symbol has in the model");
    }
    symbol->initial = language::make_number(setting.value, nullptr, symbol->span);
    symbol->initial_is_amount = false;
    symbol->distribution = nullptr;
  }
  return left;
}

}  // namespace

std::vector<std::string> all_variables(const Model& model) {
  std::set<std::string, std::less<>> changed;
  bool algebraic = false;
  for (const language::Rule& rule : model.rules) {
    changed.insert(rule.target);
    algebraic = algebraic || rule.kind == language::Rule::Kind::algebraic;
  }
  for (const language::Event& event : model.events)
    for (const language::EventAssignment& set : event.assignments) changed.insert(set.target);
  std::vector<std::string> names;
  for (const SymbolKind kind :
       {SymbolKind::species, SymbolKind::compartment, SymbolKind::parameter}) {
    for (const Symbol& symbol : model.symbols) {
      const bool varies = kind == SymbolKind::species || changed.contains(symbol.id) ||
                          (algebraic && !symbol.constant);
      if (symbol.kind == kind && varies) names.push_back(symbol.id);
    }
  }
  return names;
}

Result<Watched> watch(Model model, const Columns& columns, const std::vector<Setting>& settings) {
  Watched watched;
  watched.names = columns.variables.empty() ? all_variables(model) : columns.variables;
  if (watched.names.empty()) {
    return fail(Code::nothing_to_watch, "nothing in this model changes, so there is no column", {},
                "name what to report with --variables");
  }
  VESPER_CHECK(check_lists(model, columns));
  VESPER_TRY(const std::vector<Setting> parameters, set_initial_values(model, settings));
  for (std::size_t k = 0; k < watched.names.size(); ++k) {
    VESPER_TRY(const std::string id, identify(model, watched.names[k]));
    VESPER_TRY(ExpressionPtr formula, column_formula(model, watched.names[k], id, columns));
    Symbol column;
    column.id = column_id(k);
    column.constant = false;
    language::Rule rule;
    rule.target = column.id;
    rule.formula = std::move(formula);
    model.symbols.push_back(std::move(column));
    model.rules.push_back(std::move(rule));
  }
  VESPER_TRY(equations::System system, equations::build(model));
  for (std::size_t k = 0; k < watched.names.size(); ++k) {
    VESPER_TRY(const std::uint32_t output, system.output(column_id(k)));
    watched.outputs.push_back(output);
  }
  for (const Setting& setting : parameters) {
    VESPER_TRY(auto override, resolve_setting(setting, system));
    watched.overrides.push_back(override);
  }
  watched.system = std::make_shared<const equations::System>(std::move(system));
  return watched;
}

std::vector<double> even_grid(double start, double duration, std::size_t steps) {
  std::vector<double> grid(steps + 1);
  for (std::size_t k = 0; k <= steps; ++k) {
    grid[k] = start + static_cast<double>(k) * duration / static_cast<double>(steps);
  }
  grid.back() = start + duration;
  return grid;
}

Diagnostic run_failure(const solve::Failure& failure, std::string_view who) {
  return {Code::run_failed,
          fmt::format("{}{}the run failed at time {:.9g}{}: {}", who, who.empty() ? "" : ": ",
                      failure.time, failure.state.empty() ? "" : ", state '" + failure.state + "'",
                      failure.reason)};
}

Result<solve::Solution> solve_single(const Watched& watched, const solve::Compiled& compiled,
                                     std::vector<double> grid,
                                     const solve::Tolerances& tolerances) {
  auto parameters = solve::initial_parameters(*watched.system, watched.overrides);
  if (!parameters) return tl::unexpected(run_failure(parameters.error()));
  solve::Problem problem;
  problem.parameters = std::move(*parameters);
  problem.start = std::min(0.0, grid.front());
  problem.end = grid.back();
  problem.grid = std::move(grid);
  problem.tolerances = tolerances;
  solve::Solution solution = compiled.solve(problem);
  if (solution.failure) return tl::unexpected(run_failure(*solution.failure));
  return solution;
}

void append_number(std::string& text, double value) {
  if (std::isnan(value)) {
    text += "NaN";
  } else if (std::isinf(value)) {
    text += value > 0 ? "INF" : "-INF";
  } else {
    fmt::format_to(std::back_inserter(text), "{:.17g}", value);
  }
}

}  // namespace vesper::simulate
