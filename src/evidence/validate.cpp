// Observations that share a protocol and what they set in it share its runs: each such group is one
// task that solves the arms its readouts name under every hypothesis, once each and together, reads
// them and lets the curves go.  A model with links makes a second task, with the links off.  Tasks
// write to places of their own, so the result does not depend on their order.
#include <fmt/format.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <mutex>

#include "equations/system.h"
#include "evidence/evidence.h"
#include "language/antimony.h"

namespace vesper::evidence {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// The observations of one protocol with the same settings, ready to run.
struct Group {
  bool links_off = false;
  simulate::Study study;
  std::vector<std::size_t> members;                 // observations
  std::vector<std::size_t> arms;                    // that some readout reads
  std::map<std::string, std::size_t> arm_index;     // by name
  std::map<std::string, std::size_t> output_index;  // as named in a readout -> watched()
  std::vector<units::Unit> output_units;            // of watched()
};

std::string known_arms(const std::vector<std::string>& arms) {
  std::string text;
  for (const std::string& arm : arms) text += (text.empty() ? "" : ", ") + arm;
  return text;
}

// The observation's arm must be one of the protocol's; it may be left out where there is but one.
Result<void> settle_arm(Observation& observation, const std::vector<std::string>& arms) {
  if (observation.arm.empty() && arms.size() == 1) observation.arm = arms.front();
  if (std::find(arms.begin(), arms.end(), observation.arm) != arms.end()) return {};
  if (observation.arm.empty()) {
    return fail(Code::unknown_arm,
                fmt::format("protocol '{}' has {} arms, and 'predict' does not say which one is "
                            "meant",
                            observation.protocol, arms.size()),
                observation.arm_place, "add `arm: ...`, one of: " + known_arms(arms));
  }
  return fail(Code::unknown_arm,
              fmt::format("protocol '{}' has no arm '{}'", observation.protocol, observation.arm),
              observation.arm_place, suggest(observation.arm, arms));
}

Result<void> check_units(const Observation& observation, const ReadoutScope& scope) {
  VESPER_TRY(const units::Unit result, check_readout(observation.tree, scope));
  VESPER_TRY(const units::Unit observed, units::Unit::parse(observation.unit, observation.place));
  if (result.same_dimension(observed)) return {};
  return fail(Code::readout_units,
              fmt::format("the readout is in '{}', but '{}' is observed in '{}'", result.text(),
                          observation.id, observation.unit),
              observation.tree.place, "both must measure the same");
}

class Preparation {
 public:
  Preparation(std::vector<Observation>& observations, const simulate::Options& options,
              const files::SearchPath& search)
      : observations_(observations), options_(options), search_(search) {
    // The typical patient under every rival, whatever the protocol itself would run.
    options_.typical = true;
    if (!options_.hypotheses) options_.hypotheses = std::vector<std::string>{"all"};
  }

  Result<std::vector<Group>> groups() {
    std::vector<Key> order;
    std::map<Key, std::vector<std::size_t>> members;
    for (std::size_t i = 0; i < observations_.size(); ++i) {
      const Observation& one = observations_[i];
      VESPER_TRY(const auto path, search_.find(one.protocol, "protocols", ".yaml",
                                               std::filesystem::path(one.place.file).parent_path(),
                                               one.protocol_place));
      const Key key{path, settings_text(one.set)};
      if (members[key].empty()) order.push_back(key);
      members[key].push_back(i);
    }
    std::vector<Group> groups;
    for (const Key& key : order) {
      VESPER_TRY(Group prepared, group(key.first, members[key], {}));
      const auto off = links_off(prepared.study);
      groups.push_back(std::move(prepared));
      if (off.empty()) continue;
      VESPER_TRY(Group without, group(key.first, members[key], off));
      without.links_off = true;
      groups.push_back(std::move(without));
    }
    return groups;
  }

 private:
  using Key = std::pair<std::filesystem::path, std::string>;  // the protocol, and what is set in it

  static std::string settings_text(const std::vector<simulate::Setting>& settings) {
    std::string text;
    for (const simulate::Setting& one : settings) {
      text += fmt::format("{}={} {}\n", one.name, one.value, one.unit ? one.unit->text() : "");
    }
    return text;
  }

  static std::vector<simulate::Setting> links_off(const simulate::Study& study) {
    std::vector<simulate::Setting> settings;
    for (const equations::Parameter& parameter : study.system().parameters) {
      if (is_link(parameter.id)) settings.push_back({parameter.id, 0, std::nullopt, {}});
    }
    return settings;
  }

  // `off`: set after everything else.
  Result<Group> group(const std::filesystem::path& path, std::vector<std::size_t> members,
                      const std::vector<simulate::Setting>& off) {
    VESPER_TRY(simulate::Protocol protocol, simulate::read_protocol(path, search_));
    const auto& set = observations_[members.front()].set;
    protocol.settings.insert(protocol.settings.end(), set.begin(), set.end());
    protocol.uncertainty_draws = 0;
    ReadoutScope scope;
    for (const simulate::Arm& arm : protocol.arms) scope.arms.push_back(arm.name);
    scope.duration = protocol.duration;
    for (const std::size_t i : members) {
      VESPER_CHECK(settle_arm(observations_[i], scope.arms));
    }
    VESPER_TRY(const std::shared_ptr<const equations::System> system, model(protocol.model));
    std::map<std::string, std::size_t> outputs;
    VESPER_TRY(protocol.watch, watch(members, *system, outputs));
    simulate::Options options = options_;
    options.settings.insert(options.settings.end(), off.begin(), off.end());
    VESPER_TRY(simulate::Study study,
               simulate::Study::prepare(std::move(protocol), options, search_));
    Group group{false, std::move(study), std::move(members), {}, {}, std::move(outputs), {}};
    for (const simulate::WatchedOutput& output : group.study.watched()) {
      // Watched in the model's own unit; one without is taken as it stands, without a dimension.
      group.output_units.push_back(
          group.study.system().outputs[output.output].unit.value_or(units::Unit()));
    }
    scope.unit_of = [&](const std::string& name, const Place&) -> Result<units::Unit> {
      return group.output_units[group.output_index.at(name)];
    };
    for (const std::size_t i : group.members) {
      scope.arm = observations_[i].arm;
      VESPER_CHECK(check_units(observations_[i], scope));
    }
    for (std::size_t i = 0; i < scope.arms.size(); ++i) group.arm_index[scope.arms[i]] = i;
    settle_runs(group);
    return group;
  }

  // The equations are built once more inside each study; here they tell two names of one output.
  Result<std::shared_ptr<const equations::System>> model(const std::filesystem::path& path) {
    auto& known = models_[path];
    if (known == nullptr) {
      VESPER_TRY(const language::Model read, language::read_antimony(path, search_));
      VESPER_TRY(equations::System system, equations::build(read));
      known = std::make_shared<const equations::System>(std::move(system));
    }
    return known;
  }

  // Only what is read is computed.
  Result<std::vector<simulate::Watch>> watch(const std::vector<std::size_t>& members,
                                             const equations::System& system,
                                             std::map<std::string, std::size_t>& outputs) const {
    std::vector<simulate::Watch> watches;
    std::map<std::uint32_t, std::size_t> position;
    for (const std::size_t i : members) {
      for (const Readout* reading : readings(observations_[i].tree)) {
        VESPER_TRY(const std::uint32_t index,
                   system.output(reading->output, reading->output_place));
        const auto [known, added] = position.emplace(index, watches.size());
        if (added) {
          watches.push_back({system.outputs[index].id, std::nullopt, reading->output_place});
        }
        outputs.emplace(reading->output, known->second);
      }
    }
    return watches;
  }

  void settle_runs(Group& group) const {
    for (const std::size_t i : group.members) {
      for (const Readout* reading : readings(observations_[i].tree)) {
        group.arms.push_back(
            group.arm_index.at(reading->arm.empty() ? observations_[i].arm : reading->arm));
      }
    }
    std::sort(group.arms.begin(), group.arms.end());
    group.arms.erase(std::unique(group.arms.begin(), group.arms.end()), group.arms.end());
  }

  std::vector<Observation>& observations_;
  simulate::Options options_;
  const files::SearchPath& search_;
  std::map<std::filesystem::path, std::shared_ptr<const equations::System>> models_;
};

// The curves of one arm under one hypothesis.
struct ArmRun {
  std::string failure;                      // empty: it finished
  std::vector<double> times;                // [h]
  std::vector<std::vector<double>> values;  // by watched output
};

ArmRun arm_run(const Group& group, std::size_t arm, solve::Solution solution) {
  ArmRun run;
  if (solution.failure) {
    const std::string& state = solution.failure->state;
    run.failure = fmt::format("the run of '{}' stopped at {:.6g} h: {}{}",
                              group.study.protocol().arms[arm].name, solution.failure->time,
                              solution.failure->reason, state.empty() ? "" : " (" + state + ")");
    return run;
  }
  const std::size_t outputs = group.study.watched().size();
  run.times = std::move(solution.trace.times);
  run.values.assign(outputs, std::vector<double>(run.times.size()));
  assert(!run.times.empty() && solution.trace.values.size() == run.times.size() * outputs);
  for (std::size_t i = 0; i < run.times.size(); ++i) {
    for (std::size_t k = 0; k < outputs; ++k) {
      run.values[k][i] = solution.trace.values[i * outputs + k];
    }
  }
  return run;
}

class Runner {
 public:
  Runner(Validation& validation, std::vector<Group> groups,
         const std::function<void(std::size_t, std::size_t)>& progress)
      : validation_(validation), groups_(std::move(groups)), progress_(progress) {
    lay_out();
  }

  void run(unsigned threads) {
    if (progress_) progress_(0, total_);
    tbb::task_arena arena(threads == 0 ? tbb::task_arena::automatic : static_cast<int>(threads));
    arena.execute([&] {
      tbb::parallel_for(std::size_t{0}, groups_.size(), [&](std::size_t i) { work(groups_[i]); });
    });
  }

 private:
  using Runs = std::map<std::pair<std::size_t, std::size_t>, ArmRun>;  // by hypothesis and arm

  // Comparisons in order of observation, then hypothesis.
  void lay_out() {
    const std::size_t n = validation_.observations.size();
    std::vector<const Group*> group_of(n, nullptr);
    for (const Group& group : groups_) {
      for (const std::size_t i : group.members) {
        if (!group.links_off) group_of[i] = &group;
      }
      total_ += group.study.hypotheses().size() * group.arms.size();
    }
    slot_.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      slot_[i] = validation_.comparisons.size();
      validation_.comparisons.resize(slot_[i] + group_of[i]->study.hypotheses().size());
    }
  }

  void work(const Group& group) {
    const simulate::Subject typical = group.study.subject(0);
    std::vector<simulate::Study::Run> keys;
    for (const std::size_t arm : group.arms) {
      for (std::size_t h = 0; h < group.study.hypotheses().size(); ++h) keys.push_back({0, arm, h});
    }
    Runs runs;
    group.study.solve_all(
        {&typical, 1}, keys, 0, nullptr, [&](std::size_t i, solve::Solution solution) {
          const auto& [subject, arm, hypothesis] = keys[i];
          runs.emplace(std::pair(hypothesis, arm), arm_run(group, arm, std::move(solution)));
          const std::lock_guard guard(lock_);
          ++done_;
          if (progress_) progress_(done_, total_);
        });
    // Reading takes no time beside solving, and UDUNITS is not made for several threads.
    const std::lock_guard guard(lock_);
    for (std::size_t h = 0; h < group.study.hypotheses().size(); ++h) {
      for (const std::size_t i : group.members) read(group, h, i, runs);
    }
  }

  void read(const Group& group, std::size_t hypothesis, std::size_t i, const Runs& runs) {
    const Observation& observation = validation_.observations[i];
    const CurveOf curve_of = [&](const std::string& output,
                                 const std::string& arm) -> OrReason<OutputCurve> {
      const ArmRun& run = runs.at({hypothesis, group.arm_index.at(arm)});
      if (!run.failure.empty()) return tl::unexpected(run.failure);
      const std::size_t k = group.output_index.at(output);
      return OutputCurve{{run.times, run.values[k]}, group.output_units[k]};
    };
    const auto result = evaluate_readout(observation.tree, observation.arm, curve_of);
    const auto unit = units::Unit::parse(observation.unit);
    const double predicted = result && unit ? result->in(*unit) : nan;
    Comparison& comparison = validation_.comparisons[slot_[i] + hypothesis];
    if (group.links_off) {
      comparison.links_off = predicted;
      return;
    }
    // The run with the links off may have been read first.
    const std::optional<double> links_off = comparison.links_off;
    comparison = compare(observation, group.study.hypotheses()[hypothesis].id, predicted);
    comparison.links_off = links_off;
    if (!result) comparison.failure = result.error();
  }

  Validation& validation_;
  std::vector<Group> groups_;
  const std::function<void(std::size_t, std::size_t)>& progress_;
  std::vector<std::size_t> slot_;  // of an observation's first comparison
  std::size_t done_ = 0, total_ = 0;
  std::mutex lock_;
};

}  // namespace

Result<Validation> validate(const std::vector<std::string>& ids, const simulate::Options& options,
                            const files::SearchPath& search,
                            const std::function<void(std::size_t, std::size_t)>& progress) {
  Validation validation;
  VESPER_TRY(validation.observations, read_observations(search, ids));
  VESPER_TRY(auto groups, Preparation(validation.observations, options, search).groups());
  Runner(validation, std::move(groups), progress).run(options.threads);
  validation.means = means(validation.comparisons);
  return validation;
}

}  // namespace vesper::evidence
