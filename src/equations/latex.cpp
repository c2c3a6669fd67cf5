// `vesper model show --to latex`: the body of a document, for LaTeX (amsmath) and for KaTeX alike,
// so headings are rows of text and tables are arrays.
#include <fmt/format.h>

#include <algorithm>

#include "equations/printer.h"
#include "equations/system.h"

namespace vesper::equations {
namespace {

constexpr std::size_t rows_per_table = 30;  // an array does not break across pages

std::string heading(std::string_view text) {
  return fmt::format("\\[ \\textbf{{{}}} \\]\n", latex_escape(text));
}

std::string unit_text(const std::optional<units::Unit>& unit) {
  return unit ? fmt::format("\\text{{{}}}", latex_escape(unit->text())) : "";
}

// Rows "left &= right && [unit]" of an align environment.
class Equations {
 public:
  void add(std::string_view left, std::string_view right,
           const std::optional<units::Unit>& unit = {}) {
    const std::string shown = unit ? fmt::format(" && [{}]", unit_text(unit)) : "";
    rows_.push_back(fmt::format("  {} &= {}{}", left, right, shown));
  }
  std::string text(std::string_view title) const {
    if (rows_.empty()) return "";
    return fmt::format("{}\\begin{{align*}}\n{}\n\\end{{align*}}\n\n", heading(title),
                       fmt::join(rows_, " \\\\\n"));
  }

 private:
  std::vector<std::string> rows_;
};

std::string rate_of(const std::string& name) {
  return fmt::format("\\frac{{\\mathrm{{d}}{}}}{{\\mathrm{{d}}t}}", name);
}

std::string parameter_row(const Parameter& parameter, Printer& printer) {
  const std::string value = parameter.initial ? printer.reference(*parameter.initial)
                                              : latex_notation().number(parameter.value);
  return fmt::format("  {} & {} & {} & \\text{{{}}} & \\text{{{}}}",
                     latex_notation().name(parameter.id), value, unit_text(parameter.unit),
                     latex_escape(parameter.display_name), latex_escape(parameter.description));
}

std::string parameter_tables(const System& system, Printer& printer) {
  if (system.parameters.empty()) return "";
  std::string out = heading("Parameters");
  for (std::size_t first = 0; first < system.parameters.size(); first += rows_per_table) {
    const std::size_t last = std::min(first + rows_per_table, system.parameters.size());
    out +=
        "\\[\n\\begin{array}{lrlll}\n"
        "  \\text{Symbol} & \\text{Value} & \\text{Unit} & \\text{Meaning} & \\text{Source} \\\\ "
        "\\hline\n";
    for (std::size_t i = first; i < last; ++i) {
      out += parameter_row(system.parameters[i], printer) + (i + 1 < last ? " \\\\\n" : "\n");
    }
    out += "\\end{array}\n\\]\n\n";
  }
  return out;
}

std::string event_tables(const System& system, Printer& printer) {
  if (system.events.empty()) return "";
  std::string out = heading("Events");
  for (const Event& event : system.events) {
    std::string heading = fmt::format("\\text{{{}: when }} {}", latex_escape(event.id),
                                      printer.definition(event.trigger));
    if (!event.initial_value) heading += "\\text{, at the start too}";
    if (event.delay) heading += "\\text{, after }" + printer.reference(*event.delay);
    if (!event.uses_trigger_values) heading += "\\text{, with the values then}";
    if (!event.persistent) heading += "\\text{, if it still holds}";
    if (event.priority) heading += "\\text{, priority }" + printer.reference(*event.priority);
    out += fmt::format("\\[ {} \\]\n", heading);
    std::vector<std::string> rows;
    for (const Event::Assignment& assignment : event.assignments) {
      const bool state = assignment.target == Event::Assignment::Target::state;
      rows.push_back(fmt::format(
          "  {} &\\leftarrow {}{}",
          state ? printer.state_name(assignment.index)
                : latex_notation().name(system.parameters[assignment.index].id),
          printer.reference(assignment.value),
          assignment.size ? fmt::format("\\text{{ times }} {}", printer.reference(*assignment.size))
                          : ""));
    }
    if (!rows.empty()) {
      out += fmt::format("\\begin{{align*}}\n{}\n\\end{{align*}}\n", fmt::join(rows, " \\\\\n"));
    }
    out += "\n";
  }
  return out;
}

std::vector<NodeId> formulas_of(const System& system) {
  std::vector<NodeId> formulas;
  for (const State& state : system.states) {
    formulas.push_back(state.derivative);
    formulas.push_back(state.initial);
  }
  for (const Output& output : system.outputs) formulas.push_back(output.value);
  for (const Parameter& parameter : system.parameters) {
    if (parameter.initial) formulas.push_back(*parameter.initial);
  }
  for (const Event& event : system.events) {
    formulas.push_back(event.trigger);
    for (const auto& assignment : event.assignments) {
      formulas.push_back(assignment.value);
      if (assignment.size) formulas.push_back(*assignment.size);
    }
    if (event.delay) formulas.push_back(*event.delay);
    if (event.priority) formulas.push_back(*event.priority);
  }
  for (const Delay& delay : system.delays) {
    formulas.push_back(delay.value);
    formulas.push_back(delay.lag);
  }
  return formulas;
}

}  // namespace

std::string equations_latex(const System& system) {
  Printer printer(system, latex_notation());
  const std::vector<NodeId> formulas = formulas_of(system);
  printer.share(formulas);

  Equations rates, implicit, rules, past, shared, initial;
  for (std::uint32_t i = 0; i < system.states.size(); ++i) {
    const State& state = system.states[i];
    const auto per_time = state.unit && system.time_unit
                              ? std::optional(*state.unit / *system.time_unit)
                              : std::nullopt;
    const std::string name = printer.state_name(i);
    if (state.implicit) {
      implicit.add("0", printer.reference(state.derivative), std::nullopt);
    } else {
      rates.add(rate_of(name), printer.reference(state.derivative), per_time);
    }
    initial.add(fmt::format("{}(0)", name), printer.reference(state.initial), state.unit);
  }
  for (const Output& output : system.outputs) {
    const Node& node = (*system.graph)[output.value];
    const bool itself = (node.op == Op::state && node.index < system.states.size() &&
                         system.states[node.index].id == output.id) ||
                        (node.op == Op::parameter && system.parameters[node.index].id == output.id);
    if (itself) continue;
    rules.add(latex_notation().name(output.id), printer.definition(output), output.unit);
  }
  for (const Delay& delay : system.delays) {
    past.add(printer.past_name(delay),
             fmt::format("\\left.{}\\right|_{{t-{}}}", printer.reference(delay.value),
                         printer.reference(delay.lag)),
             std::nullopt);
  }
  for (const Printer::Shared& part : printer.shared()) {
    shared.add(part.name, printer.definition(part.node));
  }
  return rates.text("Rates of change") + implicit.text("Solved in every step") +
         rules.text("Concentrations, rules and reaction rates") + past.text("From the past") +
         shared.text("Shared parts") + initial.text("At the start") +
         event_tables(system, printer) + parameter_tables(system, printer);
}

}  // namespace vesper::equations
