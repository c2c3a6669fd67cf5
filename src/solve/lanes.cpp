#include "solve/lanes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <new>

#include "solve/lanes_patient.h"
#include "solve/rodas5p.h"
#include "solve/times.h"
#include "solve/tsit5.h"

namespace vesper::solve {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
// Without states nothing sets a step: formulas of time alone are watched so many times.
constexpr double steps_without_states = 256;
// How far y may move in a first step that nothing is known about: by this part of itself, or by the
// tolerance.
constexpr double first_move = 0.01;
// How much a step may be longer than the one before.
constexpr double most_growth = 6, careful_growth = 2;
constexpr std::size_t trace_places = 4;  // rows of a step's trace that are held at a time

}  // namespace

AlignedDoubles::AlignedDoubles(std::size_t count) {
  const std::size_t bytes = (std::max<std::size_t>(count, 1) * sizeof(double) + 63) / 64 * 64;
  void* memory = std::aligned_alloc(64, bytes);
  if (memory == nullptr) throw std::bad_alloc();
  data_.reset(static_cast<double*>(memory));
  std::fill_n(data_.get(), bytes / sizeof(double), 0.0);
}

Lanes::Lanes(const FastEngine& engine, std::span<const Problem> problems,
             const Compiled::Done& done)
    : engine_(engine),
      ops_(*engine.ops),
      code_(engine.code->call()),
      states_(engine.states()),
      width_(engine.lanes()),
      outputs_(engine.formulas.outputs.size()),
      conditions_(engine.formulas.conditions.result_count()),
      problems_(problems),
      done_(done),
      y_(states_ * width_),
      y_next_(states_ * width_),
      stages_(states_ * width_ * rodas5p::stages),
      first_rates_(states_ * width_),
      g_(states_ * width_),
      lu_(engine.code->counts().factors * width_),
      dfdt_(states_ * width_),
      constants_(engine.code->counts().constants * width_),
      parameters_(engine.formulas.system->parameters.size() * width_),
      absolute_(states_ * width_),
      y_between_(states_ * width_),
      defect_(states_ * width_),
      values_(outputs_ * width_),
      condition_values_(conditions_ * width_),
      u6_(states_ * width_),
      trace_values_(outputs_ * width_ * (trace_places + 1)),
      waiting_rows_(outputs_ * rows_together * width_),
      y_of_lane_(states_),
      rates_of_lane_(states_) {
  for (std::size_t lane = 0; lane < most_lanes; ++lane) {
    // An empty lane marches along in step, and nobody looks.
    clock_.stop[lane] = clock_.h[lane] = clock_.longest[lane] = clock_.growth[lane] = 1;
    clock_.grid[lane] = infinity;
    clock_.relative[lane] = 1;
  }
  std::fill_n(absolute_.data(), states_ * width_, 1.0);
  all_ = {states_, engine.all_states.data(), engine.all_states.size()};
  seen_ = {states_, engine.output_states.data(), engine.output_states.size()};
}

Lanes::~Lanes() = default;

void Lanes::run() {
  arrive(fill());
  // On entry of each turn every active lane stands at its time t with everything there done: doses
  // and events have happened, rows up to t are recorded, t lies before its stop.  A turn is one
  // step tried in every lane; those that come to their stop have what happens there done, and those
  // that come to their end have handed in their solution and taken the next problem.
  while (active_ != 0 && !stopped_) {
    const LaneSet explicit_lanes = explicit_, implicit_lanes = active_ & ~explicit_;
    if (implicit_lanes != 0) {
      attempt_rosenbrock();
      settle(implicit_lanes, false);
    }
    if (explicit_lanes != 0) {
      attempt_explicit();
      settle(explicit_lanes, true);
    }
  }
}

// --- from one patient to the next ---------------------------------------------------------------

LaneSet Lanes::fill() {
  LaneSet loaded = 0;
  for (std::size_t lane = 0; lane < width_; ++lane)
    if (load(lane)) loaded |= one(lane);
  return loaded;
}

// Begins the next problem in the lane; false when none is left.  Those that cannot begin are handed
// in at once.
bool Lanes::load(std::size_t lane) {
  while (next_problem_ < problems_.size() && !stopped_) {
    const std::size_t index = next_problem_++;
    const Problem& problem = problems_[index];
    auto patient = std::make_unique<Patient>(engine_.formulas, problem, index);
    Course& course = patient->course;
    course.begin(y_of_lane_);
    if (course.failed()) {
      course.solution.final_states = y_of_lane_;
      course.solution.final_parameters = problem.parameters;
      stopped_ = !done_(index, std::move(course.solution));
      continue;
    }
    const Tolerances& tolerances = problem.tolerances;
    const bool listed = !tolerances.absolute_by_state.empty();
    for (std::size_t k = 0; k < states_; ++k)
      absolute_[k * width_ + lane] = listed ? tolerances.absolute_by_state[k] : tolerances.absolute;
    clock_.relative[lane] = tolerances.relative;
    clock_.floor[lane] = tolerances.relative * tolerances.of_largest;
    clock_.t[lane] = problem.start;
    clock_.refused &= ~one(lane);
    failed_ &= ~one(lane);
    scatter(y_of_lane_, lane, y_.data());
    grid_at_[lane] = problem.grid.data();
    grid_end_[lane] = problem.grid.data() + problem.grid.size();
    clock_.grid[lane] = problem.grid.empty() ? infinity : problem.grid.front();
    rows_[lane] = waiting_rows_.data() + lane * rows_together * outputs_;
    patient->largest.assign(outputs_, 0.0);
    clock_.attempts[lane] = clock_.accepted[lane] = 0;
    clock_.look_at[lane] = std::min(static_cast<double>(problem.most_steps) + 1, 1000.0);
    if (problem.trace && problem.trace_from <= problem.start) {
      std::vector<double> row(outputs_);
      course.outputs(problem.start, y_of_lane_, row);
      course.solution.trace.times.push_back(problem.start);
      course.solution.trace.values = std::move(row);
    }
    tracing_ = problem.trace ? tracing_ | one(lane) : tracing_ & ~one(lane);
    const bool begin_explicit =
        engine_.method == Method::explicit_ || engine_.method == Method::automatic;
    explicit_ = begin_explicit ? explicit_ | one(lane) : explicit_ & ~one(lane);
    active_ |= one(lane);
    patient_[lane] = std::move(patient);
    mark(lane);
    take_parameters(lane);
    return true;
  }
  return false;
}

void Lanes::take_parameters(std::size_t lane) {
  const std::span<const double> p = patient_[lane]->course.parameters();
  for (std::size_t k = 0; k < p.size(); ++k) parameters_[k * width_ + lane] = p[k];
  stale_constants_ = true;
}

// Hands in the solution and empties the lane.
void Lanes::unload(std::size_t lane) {
  keep_rows(lane);
  const std::unique_ptr<Patient> patient = std::move(patient_[lane]);
  Solution& solution = patient->course.solution;
  gather(y_.data(), lane, y_of_lane_);
  solution.final_states = y_of_lane_;
  const std::span<const double> p = patient->course.parameters();
  solution.final_parameters.assign(p.begin(), p.end());
  if ((explicit_ & one(lane)) != 0)
    patient->explicit_attempts += clock_.attempts[lane] - patient->explicit_since;
  const auto count = [](double number) { return static_cast<std::uint64_t>(number); };
  const std::uint64_t explicit_steps = count(patient->explicit_attempts);
  const std::uint64_t implicit_steps = count(clock_.attempts[lane]) - explicit_steps;
  solution.statistics.steps = count(clock_.accepted[lane]);
  solution.statistics.error_test_failures =
      count(clock_.attempts[lane]) - count(clock_.accepted[lane]);
  solution.statistics.jacobians = implicit_steps;
  solution.statistics.evaluations =
      implicit_steps * rodas5p::stages + explicit_steps * (tsit5::stages - 1);
  active_ &= ~one(lane);
  explicit_ &= ~one(lane);
  tracing_ &= ~one(lane);
  restarted_ &= ~one(lane);
  stale_rates_ &= ~one(lane);
  clear_releases(lane);
  clock_.t[lane] = 0;
  clock_.stop[lane] = clock_.h[lane] = clock_.longest[lane] = clock_.growth[lane] = 1;
  clock_.grid[lane] = infinity;
  for (std::size_t k = 0; k < states_; ++k) y_[k * width_ + lane] = 0;
  if (!stopped_) stopped_ = !done_(patient->index, std::move(solution));
}

// What happens at t in these lanes; then on to the next stop, or to the next patient.
void Lanes::arrive(LaneSet lanes) {
  LaneSet under_way = 0;
  while (lanes != 0) {
    LaneSet ended = 0, here = 0;
    for_each_lane(lanes, [&](std::size_t lane) {
      Course& course = patient_[lane]->course;
      if (course.failed()) {
        ended |= one(lane);
        return;
      }
      gather(y_.data(), lane, y_of_lane_);
      const std::uint64_t events = course.solution.statistics.events;
      course.happen(clock_.t[lane], y_of_lane_);
      scatter(y_of_lane_, lane, y_.data());
      if (course.solution.statistics.events > events) take_parameters(lane);
      if (course.failed())
        ended |= one(lane);
      else
        here |= one(lane);
    });
    if (stale_constants_) code_.prepare(parameters_.data(), constants_.data());
    stale_constants_ = false;
    record_now(here);
    lanes = 0;
    for_each_lane(here | ended, [&](std::size_t lane) {
      const Patient& patient = *patient_[lane];
      if ((ended & one(lane)) != 0 || clock_.t[lane] >= patient.course.problem().end) {
        under_way &= ~one(lane);
        unload(lane);
        if (load(lane)) lanes |= one(lane);
      } else if (set_off(lane)) {
        under_way |= one(lane);
      } else {
        lanes |= one(lane);
      }
    });
  }
  choose_first_steps(under_way);
}

// Towards the next stop; false when it counts as now.
bool Lanes::set_off(std::size_t lane) {
  const Patient& patient = *patient_[lane];
  const double t = clock_.t[lane];
  const double stop = patient.course.next_stop(t);
  clock_.first[lane] = just_after(t);
  clock_.last[lane] = just_before(stop);
  if (!(clock_.first[lane] < clock_.last[lane])) {
    clock_.t[lane] = stop;
    return false;
  }
  const Problem& problem = patient.course.problem();
  clock_.stop[lane] = stop;
  clock_.longest[lane] = states_ > 0 ? patient.course.forcing().longest_step(t)
                                     : (problem.end - problem.start) / steps_without_states;
  clock_.refused &= ~one(lane);
  restarted_ |= one(lane);
  stale_rates_ |= one(lane);
  ++patient_[lane]->course.solution.statistics.restarts;
  place_releases(lane);
  return true;
}

// The first step after a restart: what did for the one before or, for the first of all, one in
// which y moves by a little; from there steps grow slowly, since nothing is known yet.
void Lanes::choose_first_steps(LaneSet lanes) {
  LaneSet unknown = 0;
  for_each_lane(lanes, [&](std::size_t lane) {
    const double known = patient_[lane]->restart_step;
    if (known > 0)
      clock_.h[lane] = known;
    else
      unknown |= one(lane);
    clock_.growth[lane] = known > 0 ? most_growth : careful_growth;
  });
  if (unknown == 0) return;
  for_each_lane(unknown, [&](std::size_t lane) {
    Patient& patient = *patient_[lane];
    const double t = clock_.t[lane];
    gather(y_.data(), lane, y_of_lane_);
    if (engine_.method == Method::automatic && clock_.attempts[lane] == 0) begin_with(lane);
    patient.course.rates(inside(lane, t), y_of_lane_, rates_of_lane_);
    double size = 0, speed = 0;
    for (std::size_t k = 0; k < states_; ++k) {
      const double weight =
          absolute_[k * width_ + lane] + clock_.relative[lane] * std::fabs(y_of_lane_[k]);
      size += std::pow(y_of_lane_[k] / weight, 2);
      speed += std::pow(rates_of_lane_[k] / weight, 2);
    }
    const auto count = static_cast<double>(std::max<std::size_t>(states_, 1));
    const double move = std::max(first_move * std::sqrt(size / count), 1.0);
    const double whole = clock_.stop[lane] - t;
    const double h = move / std::sqrt(speed / count);
    clock_.h[lane] = h < whole ? h : whole;  // whole where the speed is 0 or not a number
  });
}

// --- releases -----------------------------------------------------------------------------------

void Lanes::clear_releases(std::size_t lane) {
  if ((releasing_ & one(lane)) == 0) return;
  for (auto& slots : releases_)
    for (Releases& slot : slots)
      slot.amplitude[lane] = slot.power[lane] = slot.rate[lane] = slot.norm[lane] = 0;
  releasing_ &= ~one(lane);
}

// Lays the releases of the lane into vectors, by their target state.  Their order within a target
// is the patient's own, so that sums do not depend on the neighbours.
void Lanes::place_releases(std::size_t lane) {
  clear_releases(lane);
  const auto active = patient_[lane]->course.forcing().active();
  if (active.empty()) return;
  releasing_ |= one(lane);
  std::vector<std::size_t> used(releases_.size(), 0);
  for (const Forcing::Release& release : active) {
    const Input& input = release.input;
    const auto known = std::ranges::find(release_states_, input.state);
    const auto target = static_cast<std::size_t>(known - release_states_.begin());
    if (known == release_states_.end()) {
      release_states_.push_back(input.state);
      releases_.emplace_back();
      used.push_back(0);
    }
    const std::size_t slot = used[target]++;
    if (slot == releases_[target].size()) releases_[target].emplace_back();
    Releases& place = releases_[target][slot];
    place.start[lane] = input.time;
    switch (input.kind) {
      case Input::Shape::bolus:
        break;
      case Input::Shape::zero_order:
        place.amplitude[lane] = input.amount / input.duration;
        break;
      case Input::Shape::first_order:
        place.amplitude[lane] = input.amount * input.rate;
        place.rate[lane] = input.rate;
        break;
      case Input::Shape::gamma:
        place.amplitude[lane] = 1;
        place.power[lane] = input.shape - 1;
        place.rate[lane] = 1 / input.scale;
        place.norm[lane] = release.log_factor - (input.shape - 1) * std::log(input.scale);
        break;
    }
  }
  for (auto& slots : releases_)
    for (Releases& slot : slots) {
      slot.constant = true;
      for (std::size_t l = 0; l < width_; ++l)
        if (slot.power[l] != 0 || slot.rate[l] != 0 || slot.norm[l] != 0) slot.constant = false;
    }
}

void Lanes::add_releases(double alpha, double* rates, double* slopes) {
  Vector time;
  for (std::size_t lane = 0; lane < width_; ++lane)
    time[lane] = clock_.t[lane] + alpha * clock_.step[lane];
  for (std::size_t target = 0; target < releases_.size(); ++target) {
    const std::size_t at = release_states_[target] * width_;
    for (const Releases& slot : releases_[target])
      ops_.release(slot, time, clock_.step, rates + at, slopes != nullptr ? slopes + at : nullptr);
  }
}

// --- one lane of an array -----------------------------------------------------------------------

void Lanes::gather(const double* from, std::size_t lane, std::span<double> y) const {
  for (std::size_t k = 0; k < y.size(); ++k) y[k] = from[k * width_ + lane];
}

void Lanes::scatter(std::span<const double> y, std::size_t lane, double* to) const {
  for (std::size_t k = 0; k < y.size(); ++k) to[k * width_ + lane] = y[k];
}

// Formulas are evaluated strictly between two stops, so that `time < 24` never shows its far side
// to a step that ends at 24.
double Lanes::inside(std::size_t lane, double t) const {
  return std::clamp(t, clock_.first[lane], clock_.last[lane]);
}

}  // namespace vesper::solve
