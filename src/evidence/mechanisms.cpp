#include "evidence/mechanisms.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "equations/system.h"
#include "language/antimony.h"
#include "simulate/metrics.h"
#include "simulate/single.h"

namespace vesper::evidence {

namespace {

namespace fs = std::filesystem;

using equations::System;

// What is read off the model, resolved: watched() positions and parameter indices.
struct Sources {
  std::vector<simulate::Watch> watch;
  std::map<std::string, std::size_t> position;      // of an output's name in `watch`
  std::map<std::string, double> to_nanomolar;       // of a concentration's output
  std::map<std::string, std::uint32_t> parameters;  // by name
};

class Resolver {
 public:
  Resolver(const System& system, const Targets& targets) : system_(system), targets_(targets) {}

  Result<Sources> resolve() {
    VESPER_TRY(nanomolar_, units::Unit::parse("nmol/L"));
    for (const Concentration& one : targets_.concentrations) VESPER_CHECK(concentration(one));
    for (const Target& one : targets_.targets) VESPER_CHECK(target(one));
    return std::move(found_);
  }

 private:
  Result<void> concentration(const Concentration& one) {
    VESPER_TRY(const units::Unit unit, output(one.output, one.output_place));
    if (!unit.same_dimension(nanomolar_)) {
      return fail(
          Code::bad_target,
          fmt::format("'{}' is in '{}', which is no amount in a volume", one.output, unit.text()),
          one.output_place, "name an output in nM or the like");
    }
    found_.to_nanomolar[one.output] = unit.factor_to(nanomolar_);
    if (one.fraction.empty()) return {};
    VESPER_TRY(const units::Unit fraction, parameter(one.fraction, one.fraction_place));
    return plain(fraction, one.fraction, one.fraction_place);
  }

  Result<void> target(const Target& one) {
    if (!one.occupancy.empty()) {
      VESPER_TRY(const units::Unit unit, output(one.occupancy, one.occupancy_place));
      VESPER_CHECK(plain(unit, one.occupancy, one.occupancy_place));
    }
    for (const Potency& potency : one.potencies) {
      if (potency.parameter.empty()) continue;
      VESPER_TRY(const units::Unit unit, parameter(potency.parameter, potency.parameter_place));
      if (!unit.same(nanomolar_)) {
        return fail(Code::bad_target,
                    fmt::format("'{}' is in '{}', not in nM", potency.parameter, unit.text()),
                    potency.parameter_place);
      }
    }
    if (!one.effect) return {};
    VESPER_TRY(const units::Unit unit, output(one.effect->output, one.effect->output_place));
    VESPER_CHECK(plain(unit, one.effect->output, one.effect->output_place));
    if (one.effect->link.empty()) return {};
    return parameter(one.effect->link, one.effect->link_place).map([](const units::Unit&) {});
  }

  static Result<void> plain(const units::Unit& unit, const std::string& name, const Place& place) {
    if (unit.same(units::Unit())) return {};
    return fail(Code::bad_target,
                fmt::format("'{}' is in '{}', not a plain number", name, unit.text()), place);
  }

  Result<units::Unit> output(const std::string& name, const Place& place) {
    VESPER_TRY(const std::uint32_t index, system_.output(name, place));
    const auto [known, added] = index_.emplace(index, found_.watch.size());
    if (added) found_.watch.push_back({system_.outputs[index].id, std::nullopt, place});
    found_.position[name] = known->second;
    return system_.outputs[index].unit.value_or(units::Unit());
  }

  Result<units::Unit> parameter(const std::string& name, const Place& place) {
    VESPER_TRY(const std::uint32_t index, system_.parameter(name, place));
    found_.parameters[name] = index;
    return system_.parameters[index].unit.value_or(units::Unit());
  }

  const System& system_;
  const Targets& targets_;
  units::Unit nanomolar_;
  std::map<std::uint32_t, std::size_t> index_;
  Sources found_;
};

// --- the regimen ---------------------------------------------------------------------------------

struct Plan {
  files::Source protocol;
  std::filesystem::path model;
  std::string product;            // its name
  double duration = 0, from = 0;  // [h] of the run, and of the window at its end
};

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Whole dosing intervals, at least a day [h].
double window_of(double every) {
  return every * std::max(1.0, std::ceil(24 / every - 1e-9));
}

Result<Plan> plan_of(const Regimen& regimen, const Targets& targets,
                     const files::SearchPath& search) {
  VESPER_TRY(const units::Unit hour, units::Unit::parse("h"));
  VESPER_TRY(const double every, units::parse_in(regimen.every, hour));
  if (!(every > 0)) {
    return fail(Code::bad_argument, fmt::format("--every '{}' is no length of time", regimen.every),
                {}, "such as --every \"24 h\"");
  }
  const double window = window_of(every);
  const double duration = regimen.days ? 24.0 * *regimen.days : window;
  std::string line =
      fmt::format("    - {{product: {}, every: {}", quoted(regimen.product), quoted(regimen.every));
  if (regimen.dose) line += ", dose: " + quoted(*regimen.dose);
  if (regimen.at) line += ", at: " + quoted(*regimen.at);
  if (!regimen.days) line += ", steady-state: true";
  const std::string text =
      fmt::format("title: mechanisms\nmodel: {}\nduration: {} h\narms:\n  regimen:\n{}}}\n",
                  quoted(targets.model), duration, line);
  Plan plan;
  VESPER_TRY(plan.protocol, files::check("the regimen", text));
  VESPER_TRY(const simulate::Protocol protocol, simulate::parse_protocol(plan.protocol, search));
  plan.model = protocol.model;
  plan.product = protocol.arms.front().regimen.items.front().product.name;
  plan.duration = duration;
  plan.from = std::max(0.0, duration - window);
  return plan;
}

std::string title_of(const Regimen& regimen) {
  std::string title = regimen.product;
  if (regimen.dose) title += ", " + *regimen.dose;
  title += " every " + regimen.every;
  if (regimen.at) title += " at " + *regimen.at;
  return title;
}

std::string when_of(const Regimen& regimen, const Plan& plan) {
  const double length = plan.duration - plan.from;
  const std::string window = length == 24 ? "one day" : fmt::format("{:.4g} days", length / 24);
  if (!regimen.days) return window + " of the steady state";
  if (plan.from <= 0) return "from the first dose on, " + window;
  return fmt::format("the last {} of {} days", length == 24 ? "day" : window, *regimen.days);
}

// --- one run -------------------------------------------------------------------------------------

// The typical patient under one hypothesis, over the window.
struct Run {
  std::vector<double> times;                // [h]
  std::vector<std::vector<double>> values;  // by watched output, in the model's units
  std::vector<double> parameters;

  double from() const { return times.front(); }
  double to() const { return times.back(); }
};

Result<std::vector<Run>> run_all(const simulate::Study& study, double from) {
  std::vector<Run> runs;
  for (std::size_t h = 0; h < study.hypotheses().size(); ++h) {
    solve::Solution solution = study.solve(0, 0, h, 0, from);
    auto parameters = study.parameters(0, h);
    if (solution.failure || !parameters) {
      const solve::Failure& failure = solution.failure ? *solution.failure : parameters.error();
      return tl::unexpected(simulate::run_failure(
          failure, study.hypotheses()[h].id.empty()
                       ? "the typical patient"
                       : "the typical patient under " + study.hypotheses()[h].id));
    }
    Run run;
    run.parameters = std::move(*parameters);
    run.times = std::move(solution.trace.times);
    const std::size_t width = study.watched().size();
    run.values.assign(width, std::vector<double>(run.times.size()));
    for (std::size_t i = 0; i < run.times.size(); ++i) {
      for (std::size_t k = 0; k < width; ++k) {
        run.values[k][i] = solution.trace.values[i * width + k];
      }
    }
    runs.push_back(std::move(run));
  }
  return runs;
}

// --- what is read off it
// ---------------------------------------------------------------------------

class Reader {
 public:
  Reader(const Targets& targets, const Sources& sources, const Run& run)
      : targets_(targets), sources_(sources), run_(run) {}

  // [nM] at the times of the run.
  std::vector<double> concentration(const std::string& id) const {
    const auto& one = *std::find_if(targets_.concentrations.begin(), targets_.concentrations.end(),
                                    [&](const Concentration& known) { return known.id == id; });
    double factor = sources_.to_nanomolar.at(one.output);
    if (!one.fraction.empty()) factor *= parameter(one.fraction);
    std::vector<double> values = output(one.output);
    for (double& value : values) value = std::max(0.0, value * factor);
    return values;
  }

  // Lowest exposure beside highest: of one curve, mean and highest.
  Band mean_and_highest(const std::vector<double>& values) const {
    return {mean(values), highest(values)};
  }

  Reach reach(const Target& target) const {
    Reach found;
    if (!target.potencies.empty()) by_potency(target, found);
    if (!target.occupancy.empty()) {
      const std::vector<double> values = output(target.occupancy);
      found.highest = both(highest(values));
      found.mean = both(mean(values));
      found.hours_50 = both(hours_above(values, 0.5));
      found.hours_90 = both(hours_above(values, 0.9));
    }
    if (target.effect) {
      found.effect = farthest(output(target.effect->output));
      found.mean_effect = mean(output(target.effect->output));
      if (!target.effect->link.empty()) found.link = parameter(target.effect->link);
    }
    return found;
  }

  double farthest_effect(const Target& target) const {
    return farthest(output(target.effect->output));
  }

 private:
  static Band both(double value) { return {value, value}; }

  const std::vector<double>& output(const std::string& name) const {
    return run_.values[sources_.position.at(name)];
  }
  double parameter(const std::string& name) const {
    return run_.parameters[sources_.parameters.at(name)];
  }

  simulate::Curve curve(const std::vector<double>& values) const { return {run_.times, values}; }
  double highest(const std::vector<double>& values) const {
    return simulate::maximum(curve(values), run_.from(), run_.to()).value;
  }
  double mean(const std::vector<double>& values) const {
    return simulate::mean(curve(values), run_.from(), run_.to());
  }
  double hours_above(const std::vector<double>& values, double level) const {
    return 24 * simulate::hours_above(curve(values), level, run_.from(), run_.to()) /
           (run_.to() - run_.from());
  }
  static double farthest(const std::vector<double>& values) {
    double found = 1;
    for (const double value : values) {
      if (std::abs(value - 1) > std::abs(found - 1)) found = value;
    }
    return found;
  }

  Band potency(const Potency& one) const {
    if (!one.parameter.empty()) return both(parameter(one.parameter));
    return {one.low, one.high};
  }

  void by_potency(const Target& target, Reach& found) const {
    const Potency& first = target.potencies.front();
    const std::vector<double> drug = concentration(first.at);
    found.highest_concentration = highest(drug);
    found.mean_concentration = mean(drug);
    found.potency = potency(first);
    // Concentrations over potencies, at the weakest and at the strongest.
    std::vector<double> weak(run_.times.size(), 0), strong(run_.times.size(), 0);
    for (const Potency& one : target.potencies) {
      const std::vector<double> ligand = concentration(one.at);
      const Band k = potency(one);
      for (std::size_t i = 0; i < ligand.size(); ++i) {
        weak[i] += ligand[i] / k.high;
        strong[i] += ligand[i] / k.low;
      }
    }
    found.margin = {highest(weak), highest(strong)};
    if (first.excluded() || !target.occupancy.empty()) return;
    const auto bound = [](std::vector<double> x) {
      for (double& value : x) value = value / (1 + value);
      return x;
    };
    const std::vector<double> least = bound(weak), most = bound(strong);
    found.highest = {highest(least), highest(most)};
    found.mean = {mean(least), mean(most)};
    found.hours_50 = {hours_above(least, 0.5), hours_above(most, 0.5)};
    found.hours_90 = {hours_above(least, 0.9), hours_above(most, 0.9)};
  }

  const Targets& targets_;
  const Sources& sources_;
  const Run& run_;
};

Result<simulate::Study> study_of(const Plan& plan, const Sources& sources,
                                 const simulate::Options& options,
                                 const files::SearchPath& search) {
  VESPER_TRY(simulate::Protocol protocol, simulate::parse_protocol(plan.protocol, search));
  protocol.watch = sources.watch;
  return simulate::Study::prepare(std::move(protocol), options, search);
}

// The effects with their links switched on, one link at a time.
Result<void> add_linked(Mechanisms& found, const Plan& plan, const simulate::Options& options,
                        const Targets& targets, const Sources& sources,
                        const files::SearchPath& search) {
  std::map<std::string, std::vector<Run>> by_link;
  for (Mechanism& row : found.rows) {
    if (!row.target.effect || row.target.effect->link.empty()) continue;
    const std::string& link = row.target.effect->link;
    if (by_link.find(link) == by_link.end()) {
      simulate::Options on = options;
      on.settings.push_back({link, 1, std::nullopt, row.target.effect->link_place});
      VESPER_TRY(const simulate::Study study, study_of(plan, sources, on, search));
      VESPER_TRY(by_link[link], run_all(study, plan.from));
    }
    for (std::size_t h = 0; h < row.reach.size(); ++h) {
      row.reach[h].effect_linked =
          Reader(targets, sources, by_link[link][h]).farthest_effect(row.target);
    }
  }
  return {};
}

}  // namespace

Result<Mechanisms> mechanisms(const Regimen& regimen, const simulate::Options& given,
                              const files::SearchPath& search) {
  VESPER_TRY(const Targets targets, read_targets(search));
  VESPER_TRY(const Plan plan, plan_of(regimen, targets, search));
  VESPER_TRY(const language::Model model, language::read_antimony(plan.model, search));
  VESPER_TRY(const System system, equations::build(model));
  VESPER_TRY(const Sources sources, Resolver(system, targets).resolve());
  simulate::Options options = given;
  options.typical = true;
  if (!options.hypotheses) options.hypotheses = std::vector<std::string>{"all"};
  VESPER_TRY(const simulate::Study study, study_of(plan, sources, options, search));
  VESPER_TRY(const std::vector<Run> runs, run_all(study, plan.from));

  Mechanisms found;
  found.title = title_of(regimen);
  found.product = plan.product;
  found.when = when_of(regimen, plan);
  found.model = plan.model.filename().string();
  found.hypotheses = study.hypotheses();
  found.concentrations = targets.concentrations;
  for (const Concentration& one : targets.concentrations) {
    auto& bands = found.exposure.emplace_back();
    for (const Run& run : runs) {
      const Reader reader(targets, sources, run);
      bands.push_back(reader.mean_and_highest(reader.concentration(one.id)));
    }
  }
  for (const Target& target : targets.targets) {
    Mechanism row{target, {}, {}};
    for (std::size_t h = 0; h < runs.size(); ++h) {
      row.reach.push_back(Reader(targets, sources, runs[h]).reach(target));
      row.reach.back().hypothesis = study.hypotheses()[h].id;
    }
    found.rows.push_back(std::move(row));
  }
  VESPER_CHECK(add_linked(found, plan, options, targets, sources, search));
  for (Mechanism& row : found.rows) row.verdict = verdict(row.target, row.reach);
  return found;
}

}  // namespace vesper::evidence
