// `vesper model show --stage equations` and `--stage jacobian`.
#include <fmt/format.h>

#include <algorithm>

#include "equations/printer.h"
#include "equations/system.h"

namespace vesper::equations {
namespace {

constexpr std::size_t widest_name = 36;  // longer ones do not push the others aside

std::string count(std::size_t number, std::string_view what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

std::string bracketed(const std::optional<units::Unit>& unit) {
  return unit ? fmt::format("   [{}]", unit->text()) : "";
}

// A heading and lines "name = formula   [unit]" with their equal signs in one column.
class Section {
 public:
  void add(std::string left, std::string right) {
    if (left.size() <= widest_name) width_ = std::max(width_, left.size());
    lines_.emplace_back(std::move(left), std::move(right));
  }
  std::string text(std::string_view heading) const {
    if (lines_.empty()) return "";
    std::string out = fmt::format("\n{}\n", heading);
    for (const auto& [left, right] : lines_) {
      out += fmt::format("  {:<{}} = {}\n", left, width_, right);
    }
    return out;
  }

 private:
  std::vector<std::pair<std::string, std::string>> lines_;
  std::size_t width_ = 0;
};

bool is_reaction_or_rule(const System& system, const Output& output) {
  const Op op = (*system.graph)[output.value].op;
  const auto index = static_cast<std::size_t>(&output - system.outputs.data());
  const bool changed_parameter = op == Op::parameter && [&] {
    const Parameter& parameter = system.parameters[(*system.graph)[output.value].index];
    return parameter.id == output.id;
  }();
  return index >= system.states.size() && !changed_parameter;
}

// d(nmol)/dt is in nmol/h, where both units are known.
std::optional<units::Unit> per_time(const System& system, const std::optional<units::Unit>& unit) {
  return unit && system.time_unit ? std::optional(*unit / *system.time_unit) : std::nullopt;
}

std::string event_text(const System& system, const Event& event, Printer& printer) {
  std::string out = fmt::format("  {}: at {}\n", event.id, printer.definition(event.trigger));
  for (const NodeId root : event.roots) {
    out += fmt::format("      may turn where {} = 0\n", printer.definition(root));
  }
  for (const Event::Assignment& assignment : event.assignments) {
    const bool state = assignment.target == Event::Assignment::Target::state;
    out += fmt::format(
        "      {} becomes {}{}\n",
        state ? printer.state_name(assignment.index) : system.parameters[assignment.index].id,
        printer.reference(assignment.value),
        assignment.size ? fmt::format(", times {}", printer.reference(*assignment.size)) : "");
  }
  if (event.delay)
    out += fmt::format("      after a delay of {}\n", printer.reference(*event.delay));
  if (event.priority) {
    out += fmt::format("      with priority {}\n", printer.reference(*event.priority));
  }
  if (!event.persistent) out += "      cancelled when the condition turns false before\n";
  if (!event.initial_value) out += "      at the start too, where the condition holds\n";
  if (!event.uses_trigger_values) out += "      with the values after the delay\n";
  return out;
}

std::string parameter_text(const Parameter& parameter, Printer& printer) {
  std::string right = parameter.initial ? printer.reference(*parameter.initial)
                                        : fmt::format("{}", parameter.value);
  if (parameter.unit) right += " " + parameter.unit->text();
  std::string remarks = parameter.display_name;
  if (!parameter.description.empty()) {
    remarks += (remarks.empty() ? "" : " · ") + parameter.description;
  }
  if (parameter.changed_by_events)
    remarks += (remarks.empty() ? "" : " · ") + std::string("changed by events");
  return remarks.empty() ? right : fmt::format("{:<22}  // {}", right, remarks);
}

std::string directives_text(const System& system) {
  std::string out;
  if (!system.dose_targets.empty()) out += "\ndoses\n";
  for (const DoseTarget& target : system.dose_targets) {
    out += fmt::format("  {}{}{} into {}\n", target.route, target.drug.empty() ? "" : " ",
                       target.drug, system.states[target.state].id);
  }
  if (!system.hypotheses.empty()) out += "\nhypotheses\n";
  for (const Hypothesis& hypothesis : system.hypotheses) {
    out += fmt::format("  {} \"{}\":", hypothesis.id, hypothesis.label);
    for (const auto& [index, value] : hypothesis.settings) {
      out += fmt::format("{} {} = {}", &value == &hypothesis.settings.front().second ? "" : ",",
                         system.parameters[index].id, value);
    }
    out += "\n";
  }
  return out;
}

std::vector<NodeId> formulas_of(const System& system) {
  std::vector<NodeId> formulas;
  for (const State& state : system.states) formulas.push_back(state.derivative);
  for (const State& state : system.states) formulas.push_back(state.initial);
  for (const Output& output : system.outputs) formulas.push_back(output.value);
  for (const Parameter& parameter : system.parameters) {
    if (parameter.initial) formulas.push_back(*parameter.initial);
  }
  for (const Event& event : system.events) {
    formulas.push_back(event.trigger);
    formulas.insert(formulas.end(), event.roots.begin(), event.roots.end());
    for (const auto& assignment : event.assignments) {
      formulas.push_back(assignment.value);
      if (assignment.size) formulas.push_back(*assignment.size);
    }
    if (event.delay) formulas.push_back(*event.delay);
    if (event.priority) formulas.push_back(*event.priority);
  }
  formulas.insert(formulas.end(), system.time_roots.begin(), system.time_roots.end());
  for (const Delay& delay : system.delays) {
    formulas.push_back(delay.value);
    formulas.push_back(delay.lag);
  }
  return formulas;
}

std::string summary(const System& system) {
  const std::string time =
      system.time_unit ? fmt::format(", time in {}", system.time_unit->text()) : "";
  return fmt::format("model {}: {}, {}, {}{}\n", system.id, count(system.states.size(), "state"),
                     count(system.parameters.size(), "parameter"),
                     count(system.outputs.size(), "output"), time);
}

}  // namespace

std::string formula(const System& system, NodeId node) {
  Printer printer(system, text_notation());
  printer.share(std::span(&node, 1));
  std::string text = printer.definition(node);
  std::string_view joint = " where ";
  for (const Printer::Shared& shared : printer.shared()) {
    if (shared.node == node) continue;
    text += fmt::format("{}{} = {}", joint, shared.name, printer.definition(shared.node));
    joint = ", ";
  }
  return text;
}

std::string equations_text(const System& system) {
  Printer printer(system, text_notation());
  const std::vector<NodeId> formulas = formulas_of(system);
  printer.share(formulas);

  Section rates, implicit, rules, concentrations, past, shared, initial, parameters;
  for (std::uint32_t i = 0; i < system.states.size(); ++i) {
    const State& state = system.states[i];
    if (state.implicit) {
      implicit.add("0", printer.reference(state.derivative) + ",  which determines " +
                            printer.state_name(i) + bracketed(state.unit));
    } else {
      rates.add(printer.state_name(i) + "'",
                printer.reference(state.derivative) + bracketed(per_time(system, state.unit)));
    }
    initial.add(printer.state_name(i), printer.reference(state.initial) + bracketed(state.unit));
  }
  for (std::size_t i = 0; i < system.outputs.size(); ++i) {
    const Output& output = system.outputs[i];
    const std::string right = printer.definition(output) + bracketed(output.unit);
    if (is_reaction_or_rule(system, output)) rules.add(output.id, right);
    const bool state = i < system.states.size();
    if (state && (*system.graph)[output.value].op != Op::state)
      concentrations.add(output.id, right);
  }
  for (const Delay& delay : system.delays) {
    past.add(printer.past_name(delay), fmt::format("delay({}, {})", printer.reference(delay.value),
                                                   printer.reference(delay.lag)));
  }
  for (const Printer::Shared& part : printer.shared()) {
    shared.add(part.name, printer.definition(part.node));
  }
  for (const Parameter& parameter : system.parameters) {
    parameters.add(parameter.id, parameter_text(parameter, printer));
  }
  std::string out = summary(system);
  out += rates.text("rates of change");
  out += implicit.text("solved in every step");
  out += concentrations.text("concentrations");
  out += rules.text("assignment rules and reaction rates");
  out += past.text("from the past");
  out += shared.text("shared parts");
  out += initial.text("at the start");
  out += parameters.text("parameters");
  if (!system.events.empty()) out += "\nevents\n";
  for (const Event& event : system.events) out += event_text(system, event, printer);
  if (!system.time_roots.empty()) out += "\nrates may jump where\n";
  for (const NodeId root : system.time_roots) {
    out += fmt::format("  {} = 0\n", printer.definition(root));
  }
  return out + directives_text(system);
}

std::string jacobian_text(const System& system) {
  const Jacobian& jacobian = system.jacobian;
  const std::size_t n = system.states.size();
  Printer printer(system, text_notation());
  printer.share(jacobian.value);

  std::vector<std::string> pattern(n, std::string(n, '.'));
  Section entries, shared;
  for (std::uint32_t j = 0; j < n; ++j) {
    for (std::uint32_t k = jacobian.column_start[j]; k < jacobian.column_start[j + 1]; ++k) {
      const std::uint32_t i = jacobian.row[k];
      pattern[i][j] = 'x';
      const char* of = system.states[i].implicit ? "d (0 = ...) of {}/d {}" : "d {}'/d {}";
      entries.add(fmt::format(fmt::runtime(of), printer.state_name(i), printer.state_name(j)),
                  printer.reference(jacobian.value[k]));
    }
  }
  for (const Printer::Shared& part : printer.shared()) {
    shared.add(part.name, printer.definition(part.node));
  }
  std::size_t width = 0;
  for (std::uint32_t i = 0; i < n; ++i) width = std::max(width, printer.state_name(i).size());
  std::string out = fmt::format(
      "model {}: {} by {}, {} ({:.0f} %)\n", system.id, n, n,
      jacobian.row.size() == 1 ? std::string("1 entry is not zero")
                               : fmt::format("{} entries are not zero", jacobian.row.size()),
      n == 0 ? 0.0 : 100.0 * static_cast<double>(jacobian.row.size()) / static_cast<double>(n * n));
  if (n > 0) out += "\npattern: rows are rates of change, columns are states in the same order\n";
  for (std::uint32_t i = 0; i < n; ++i) {
    out += fmt::format("  {:<{}}  {}\n", printer.state_name(i), width, pattern[i]);
  }
  return out + entries.text("entries") + shared.text("shared parts");
}

Audit audit(const System& system) {
  Audit result;
  result.parameters = system.parameters.size();
  for (std::uint32_t i = 0; i < system.parameters.size(); ++i) {
    const Parameter& parameter = system.parameters[i];
    if (!parameter.unit) result.without_unit.push_back(i);
    // What is computed from other parameters has their sources.
    if (parameter.description.empty() && !parameter.initial) result.without_source.push_back(i);
  }
  return result;
}

}  // namespace vesper::equations
