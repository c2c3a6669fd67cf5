#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "report/format.h"
#include "report/story.h"

namespace vesper::report {

namespace {

constexpr std::size_t most_dose_marks = 100'000;

// Folder and name: enough to find the file by, and no path of the machine it was run on.
std::string short_path(const std::filesystem::path& path) {
  if (path.is_relative()) return path.generic_string();
  return (path.parent_path().filename() / path.filename()).generic_string();
}

std::string shell_word(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) ||
           std::string_view("_-./,=:+%@").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string unit_text(const std::optional<units::Unit>& unit) {
  if (!unit) return "";
  std::string text = unit->text();
  if (text == "1" || text == "dimensionless") return "";
  // Names that models give to derived units: L_per_h.
  if (text.starts_with("per_")) text.replace(0, 4, "/");
  for (std::size_t at; (at = text.find("_per_")) != text.npos;) text.replace(at, 5, "/");
  return text;
}

// --- doses -----------------------------------------------------------------------------------

std::string amount_text(const dosing::RegimenItem& item) {
  const dosing::Product& product = item.product;
  const double mg = item.count * product.strength;
  std::string text = fmt::format("{} mg {}", exact(mg), product.drug);
  if (!product.form.empty() && product.form != "base") text += " " + product.form;
  if (product.form == "base") text += " (base)";
  if (item.count != 1)
    text += fmt::format(", {} × {} mg", exact(item.count), exact(product.strength));
  return text + fmt::format(", {} µmol", number(mg * product.nmol_per_mg / 1000));
}

std::string schedule_text(const dosing::RegimenItem& item, double end) {
  const std::string first = clock_time(item.first);
  if (item.every <= 0) return "once, " + first;
  const bool to_the_end = !(item.until < end);
  const double last = item.until - 1e-9;
  return fmt::format(
      "every {}, from {} to {}", item.every == 24 ? "24 h" : duration(item.every), first,
      to_the_end ? "the end" : fmt::format("day {}", static_cast<long>(std::floor(last / 24)) + 1));
}

std::string remarks_text(const dosing::RegimenItem& item) {
  std::vector<std::string> remarks;
  if (item.adherence < 1) {
    remarks.push_back(fmt::format("each dose taken with probability {}", exact(item.adherence)));
  }
  if (item.with_food) remarks.emplace_back("with a meal");
  return join(remarks, ", ");
}

ArmStory tell_arm(const simulate::Arm& arm, double end) {
  ArmStory story;
  story.name = arm.name;
  for (const dosing::RegimenItem& item : arm.regimen.items) {
    DoseLine line;
    line.first = item.first;
    line.step = exact(item.count * item.product.strength) + " mg";
    line.product = item.product.name;
    line.product_id = item.product.id;
    line.amount = amount_text(item);
    line.schedule = schedule_text(item, end);
    line.remarks = remarks_text(item);
    line.sources = item.product.sources;
    story.doses.push_back(std::move(line));
    const double until = std::min(item.until, end);
    for (std::size_t k = 0; k < most_dose_marks; ++k) {
      const double time = item.first + static_cast<double>(k) * item.every;
      if (!(time < until)) break;
      story.dose_times.push_back(time);
      if (item.every <= 0) break;
    }
  }
  std::sort(story.dose_times.begin(), story.dose_times.end());
  for (const simulate::Setting& setting : arm.settings) {
    story.settings.push_back(fmt::format("{} = {}{}", setting.name, exact(setting.value),
                                         setting.unit ? " " + setting.unit->text() : ""));
  }
  return story;
}

// --- hypotheses and parameters ---------------------------------------------------------------

HypothesisStory tell_hypothesis(const equations::System& system,
                                const equations::Hypothesis& hypothesis) {
  HypothesisStory story;
  story.id = hypothesis.id;
  story.label = hypothesis.label;
  for (const auto& [index, value] : hypothesis.settings) {
    const equations::Parameter& parameter = system.parameters[index];
    story.settings.push_back(
        {parameter.label(), unit_text(parameter.unit), parameter.notes, value});
  }
  return story;
}

std::string uncertainty_text(const std::optional<language::Uncertainty>& uncertainty) {
  if (!uncertainty) return "";
  std::vector<std::string> parts;
  if (uncertainty->coefficient_of_variation) {
    parts.push_back(fmt::format("CV {} %", exact(100 * *uncertainty->coefficient_of_variation)));
  }
  if (uncertainty->standard_deviation) {
    parts.push_back("SD " + exact(*uncertainty->standard_deviation));
  }
  if (uncertainty->confidence_interval) {
    const auto& [low, high] = *uncertainty->confidence_interval;
    parts.push_back(fmt::format("95 % CI {} to {}", exact(low), exact(high)));
  }
  if (uncertainty->distribution) parts.push_back(language::text(*uncertainty->distribution));
  return join(parts, ", ");
}

void cite(ParameterStory& story, const std::vector<evidence::SourceEntry>& sources) {
  const auto found = std::find_if(sources.begin(), sources.end(),
                                  [&](const auto& entry) { return entry.id == story.source; });
  if (found == sources.end()) return;
  story.citation = found->citation;
  story.locator = found->locator;
}

std::set<std::uint32_t> indices(const equations::System& system,
                                const std::vector<std::string>& names) {
  std::set<std::uint32_t> found;
  for (const std::string& name : names) {
    if (const auto index = system.parameter(name)) found.insert(*index);
  }
  return found;
}

std::vector<ParameterStory> tell_parameters(const simulate::Study& study,
                                            const std::vector<evidence::SourceEntry>& sources) {
  const equations::System& system = study.system();
  std::vector<std::string> set_names;
  for (const simulate::Setting& setting : study.protocol().settings) {
    set_names.push_back(setting.name);
  }
  const auto set = indices(system, set_names);
  const std::set<std::uint32_t> varying(study.varied().begin(), study.varied().end());
  std::vector<tl::expected<std::vector<double>, solve::Failure>> values;
  for (std::size_t h = 0; h < study.hypotheses().size(); ++h) {
    values.push_back(study.parameters(0, h));
  }

  std::vector<ParameterStory> stories;
  for (std::uint32_t index = 0; index < system.parameters.size(); ++index) {
    const equations::Parameter& parameter = system.parameters[index];
    ParameterStory story;
    story.id = parameter.id;
    story.label = parameter.label();
    story.unit = unit_text(parameter.unit);
    for (const auto& under : values) {
      story.values.push_back(under ? (*under)[index] : std::numeric_limits<double>::quiet_NaN());
    }
    if (parameter.initial) story.formula = equations::formula(system, *parameter.initial);
    story.set = set.contains(index);
    story.varies = study.patients() > 0 && varying.contains(index);
    story.uncertainty = uncertainty_text(parameter.uncertainty);
    story.grade = parse_grade(parameter.notes, &story.remarks);
    if (story.grade == Grade::ungraded && parameter.initial) story.grade = Grade::derived;
    story.source = parameter.description;
    cite(story, sources);
    stories.push_back(std::move(story));
  }
  return stories;
}

// A remark that says what would settle the matter, in the notes of what the hypotheses set.
std::vector<std::string> settling_remarks(const std::vector<HypothesisStory>& hypotheses) {
  std::vector<std::string> remarks;
  for (const HypothesisStory& hypothesis : hypotheses) {
    for (const HypothesisStory::Setting& setting : hypothesis.settings) {
      std::size_t at = 0;
      while (at < setting.notes.size()) {
        const std::size_t end = std::min(setting.notes.find(';', at), setting.notes.size());
        std::string remark = setting.notes.substr(at, end - at);
        at = end + 1;
        remark.erase(0, std::min(remark.find_first_not_of(" \t\n"), remark.size()));
        while (!remark.empty() &&
               std::string_view(" \t\n.").find(remark.back()) != std::string_view::npos) {
          remark.pop_back();
        }
        const bool settles = remark.find("settle") != remark.npos;
        if (settles && std::find(remarks.begin(), remarks.end(), remark) == remarks.end()) {
          remarks.push_back(remark);
        }
      }
    }
  }
  return remarks;
}

// --- provenance ------------------------------------------------------------------------------

std::vector<simulate::InputFile> tell_inputs(const simulate::Study& study) {
  std::vector<simulate::InputFile> inputs = study.inputs();
  for (simulate::InputFile& input : inputs) input.path = short_path(input.path);
  return inputs;
}

std::string tell_command(const simulate::Study& study) {
  const simulate::Protocol& protocol = study.protocol();
  std::string command = "vesper run " + shell_word(short_path(protocol.path));
  if (protocol.population && study.patients() == 0) command += " --typical";
  if (study.patients() > 0) {
    command += study.first_patient() > 1 ? fmt::format(" --patient {}", study.first_patient())
                                         : fmt::format(" --patients {}", study.patients());
  }
  command += fmt::format(" --seed {}", study.seed());
  std::vector<std::string> ids;
  for (const equations::Hypothesis& hypothesis : study.hypotheses()) {
    if (!hypothesis.id.empty()) ids.push_back(hypothesis.id);
  }
  if (!ids.empty())
    command += " --hypothesis " + shell_word(fmt::format("{}", fmt::join(ids, ",")));
  for (const simulate::Setting& setting : protocol.settings) {
    const std::string unit = setting.unit ? " " + setting.unit->text() : "";
    command +=
        " --set " + shell_word(fmt::format("{}={}{}", setting.name, exact(setting.value), unit));
  }
  return command;
}

std::vector<std::string> tell_failures(const Story& story, const std::string& noun) {
  std::vector<std::string> lines;
  for (const simulate::PatientFailure& failure : story.summary.failures) {
    std::string who =
        failure.patient == 0 ? "typical patient" : fmt::format("{} {}", noun, failure.patient);
    if (failure.uncertainty_draw > 0) {
      who += fmt::format(", draw {} of uncertain parameters", failure.uncertainty_draw);
    }
    const std::string& hypothesis = story.hypotheses[failure.hypothesis].id;
    lines.push_back(fmt::format("{}, {}{}: stopped at {}{}: {}", who, story.arms[failure.arm].name,
                                hypothesis.empty() ? "" : ", " + hypothesis,
                                clock_time(failure.failure.time),
                                failure.failure.state.empty() ? "" : " in " + failure.failure.state,
                                failure.failure.reason));
  }
  return lines;
}

std::vector<evidence::SourceEntry> tell_cited(const Story& story,
                                              const std::vector<evidence::SourceEntry>& sources) {
  std::set<std::string> wanted;
  for (const ArmStory& arm : story.arms) {
    for (const DoseLine& line : arm.doses) wanted.insert(line.sources.begin(), line.sources.end());
  }
  std::vector<evidence::SourceEntry> cited;
  for (const evidence::SourceEntry& entry : sources) {
    if (wanted.contains(entry.id)) cited.push_back(entry);
  }
  return cited;
}

}  // namespace

Story tell(const simulate::Study& study, simulate::Summary summary,
           const std::vector<evidence::SourceEntry>& sources) {
  const simulate::Protocol& protocol = study.protocol();
  const equations::System& system = study.system();
  Story story;
  story.title = protocol.title;
  story.model = protocol.model.filename().string();
  story.model_id = system.id;
  story.states = system.states.size();
  story.patients = study.patients();
  story.first_patient = study.first_patient();
  if (protocol.population && story.patients > 0) {
    story.population = protocol.population->title();
    story.noun = protocol.population->noun();
    for (const auto& covariate : protocol.population->covariates()) {
      story.covariates.push_back(covariate.name);
    }
  }
  if (story.patients > 0) {
    for (const std::uint32_t index : study.varied()) {
      story.varying.push_back(system.parameters[index].label());
    }
  }
  story.seed = study.seed();
  story.duration = protocol.duration;
  story.window_from = protocol.window_from;
  story.window = protocol.window_label == "all" ? "whole run" : protocol.window_label;
  story.uncertainty_draws = protocol.uncertainty_draws;
  for (const simulate::Arm& arm : protocol.arms)
    story.arms.push_back(tell_arm(arm, protocol.duration));
  for (const equations::Hypothesis& hypothesis : study.hypotheses()) {
    story.hypotheses.push_back(tell_hypothesis(system, hypothesis));
  }
  for (const simulate::WatchedOutput& output : study.watched()) {
    story.outputs.push_back({output.label, output.unit, output.thresholds});
  }
  story.grid = study.grid();
  story.summary = std::move(summary);
  story.failures = tell_failures(story, "patient");
  story.parameters = tell_parameters(study, sources);
  story.cited = tell_cited(story, sources);
  story.settled_by = settling_remarks(story.hypotheses);
  story.inputs = tell_inputs(study);
  story.costs = equations::cost_by_module(system);
  story.version = VESPER_VERSION;
  story.command = tell_command(study);
  story.solver = study.engine() == simulate::Engine::fast
                     ? "Vesper's fast engine: compiled lanes, Rosenbrock or Runge-Kutta steps"
                     : "CVODE: variable-order BDF with the exact Jacobian";
  story.relative_tolerance = protocol.relative_tolerance;
  story.absolute_tolerance = protocol.absolute_tolerance;
  story.tolerance_of_largest = protocol.tolerance_of_largest;
  return story;
}

}  // namespace vesper::report
