// One step in every lane, by Rodas5P or by Tsit5 (see their headers for the equations), and the
// choice between them.
//
// The choice, where it is left to the engine: a patient begins with the explicit method, unless a
// state goes by itself so fast that it would take thousands of steps to the next stop.  Every so
// many accepted steps the lane looks back.  When most explicit steps were held back by stability,
// h |lambda| near 2 with lambda estimated from the last two stages, it goes over to Rosenbrock.
// Otherwise the method that is not in use is put on trial now and then, after a pause that doubles
// at every failure and is the longest after a clear one, and it stays when it is worth more: the
// time that it advances a step over the cost of its step.

#include <algorithm>
#include <cmath>
#include <limits>

#include "solve/lanes.h"
#include "solve/lanes_patient.h"
#include "solve/rodas5p.h"
#include "solve/times.h"
#include "solve/tsit5.h"

namespace vesper::solve {

namespace {

constexpr double window = 20;  // accepted steps between two looks at the method
constexpr double mostly = 0.6;
constexpr double first_pause = 1000, longest_pause = 1e6;  // accepted steps before a trial
constexpr double clearly = 1.1;   // how much more a method on trial must be worth
constexpr double hopeless = 1e4;  // h |lambda| over the way to the first stop
constexpr double far = 10;        // how much less a method on trial is worth that failed clearly

}  // namespace

const Vector& Lanes::stage_time(double alpha) {
  if (!engine_.rates_use_time) return clock_.t;
  for (std::size_t lane = 0; lane < width_; ++lane)
    time_[lane] = clock_.t[lane] + alpha * clock_.step[lane];
  ops_.clamp(clock_, time_, time_);
  return time_;
}

void Lanes::attempt_rosenbrock() {
  ops_.plan(clock_);
  code_.factor(stage_time(0).at, y_.data(), constants_.data(), clock_.diagonal.at, lu_.data(),
               dfdt_.data());
  if (releasing_ != 0) add_releases(0, g_.data(), dfdt_.data());
  const bool slopes = engine_.code->time_dependent() || releasing_ != 0;
  for (std::size_t i = 0; i < rodas5p::stages; ++i) {
    ops_.rosenbrock_stage(i, states_, clock_, y_.data(), stages_.data(),
                          slopes ? dfdt_.data() : nullptr, y_next_.data(), g_.data());
    if (releasing_ != 0) add_releases(rodas5p::alpha[i], g_.data(), nullptr);
    code_.stage(stage_time(rodas5p::alpha[i]).at, y_next_.data(), constants_.data(), lu_.data(),
                g_.data(), stages_.data() + i * states_ * width_);
  }
  ops_.rosenbrock_end(states_, clock_, y_.data(), stages_.data(), absolute_.data(), lu_.data(),
                      y_next_.data());
}

void Lanes::attempt_explicit() {
  ops_.plan(clock_);
  const auto rates = [&](double alpha, const double* y, double* dydt) {
    code_.rates(stage_time(alpha).at, y, constants_.data(), dydt);
    if (releasing_ != 0) add_releases(alpha, dydt, nullptr);
  };
  if ((stale_rates_ & explicit_) != 0) {
    rates(0, y_.data(), g_.data());
    ops_.blend(states_, stale_rates_, g_.data(), first_rates_.data());
    stale_rates_ = 0;
  }
  const std::size_t size = states_ * width_;
  std::copy_n(first_rates_.data(), size, stages_.data());
  for (std::size_t i = 1; i < tsit5::stages; ++i) {
    double* argument = i + 2 == tsit5::stages ? u6_.data() : y_next_.data();
    ops_.explicit_stage(i, states_, clock_, y_.data(), stages_.data(), argument);
    rates(tsit5::alpha[i], argument, stages_.data() + i * size);
  }
  ops_.explicit_end(states_, clock_, y_.data(), stages_.data(), absolute_.data(), y_next_.data(),
                    u6_.data(), stiffness_);
}

// Accepts or refuses the step that was tried in these lanes, records what lies in it, and goes on
// to its end.
void Lanes::settle(LaneSet lanes, bool explicit_method) {
  explicit_step_ = explicit_method;
  const Verdict verdict = ops_.decide(clock_, lanes, explicit_method ? &stiffness_ : nullptr);
  LaneSet accepted = verdict.accepted, reached = verdict.reached, due = verdict.grid_due;
  Watched seen;
  corrected_ = 0;
  const LaneSet slaved = explicit_method ? 0 : accepted & clock_.slaved;
  if ((slaved & (engine_.formulas.watches ? accepted : due | tracing_)) != 0) find_defect(slaved);
  if (engine_.formulas.watches && accepted != 0) {
    seen = watch(accepted);
    accepted &= ~seen.cut;
    reached = (reached & ~seen.cut) | seen.changed;
    due = ops_.grid_due(clock_, accepted, reached);
  }
  if (due != 0) record_grid(reached, due);
  if ((accepted & tracing_) != 0) record_trace(accepted & tracing_, seen.changed);
  if (seen.changed != 0) end_where_it_turned(seen.changed);
  advance(accepted, explicit_method);
  if ((accepted & restarted_) != 0) remember_first_steps(accepted & restarted_);
  if (const LaneSet refused = lanes & ~verdict.accepted; refused != 0) refuse(refused);
  if (verdict.look != 0) see_whether_they_get_on(verdict.look);
  if (verdict.check != 0 && engine_.method == Method::automatic)
    for_each_lane(verdict.check & accepted, [&](std::size_t lane) { choose_method(lane); });
  reached |= failed_ & lanes;
  if (reached != 0) arrive(reached);
}

// y and t of the accepted lanes.
void Lanes::advance(LaneSet accepted, bool explicit_method) {
  const LaneSet all = (LaneSet{1} << width_) - 1;
  if (accepted == all)
    std::swap(y_, y_next_);
  else
    ops_.blend(states_, accepted, y_next_.data(), y_.data());
  if (explicit_method)
    ops_.blend(states_, accepted, stages_.data() + (tsit5::stages - 1) * states_ * width_,
               first_rates_.data());
  ops_.advance(clock_, accepted);
}

// What the first step after a restart would have been, had its error been as large as allowed.
void Lanes::remember_first_steps(LaneSet lanes) {
  for_each_lane(lanes, [&](std::size_t lane) { patient_[lane]->restart_step = clock_.h[lane]; });
  restarted_ &= ~lanes;
}

// A refused step is tried again, shorter; one that cannot be is the end of the run.
void Lanes::refuse(LaneSet refused) {
  for_each_lane(refused, [&](std::size_t lane) {
    const double t = clock_.t[lane], h = clock_.h[lane];
    const double least = 4 * rounding * std::max(std::fabs(t), rounding * clock_.stop[lane]);
    if (h > least && t + h > t) return;
    if ((explicit_ & one(lane)) != 0 && engine_.method == Method::automatic) {
      // Too stiff for any explicit step.
      patient_[lane]->on_trial = false;
      switch_method(lane);
      mark(lane);
      clock_.h[lane] = clock_.stop[lane] - t;
    } else {
      fail_at_step(lane);
    }
  });
}

void Lanes::see_whether_they_get_on(LaneSet lanes) {
  for_each_lane(lanes, [&](std::size_t lane) {
    Course& course = patient_[lane]->course;
    const auto attempts = static_cast<std::uint64_t>(clock_.attempts[lane]);
    if (!course.failed() && !course.gets_on(clock_.t[lane], attempts, [&] { return blamed(lane); }))
      failed_ |= one(lane);
    const auto most = static_cast<double>(course.problem().most_steps);
    clock_.look_at[lane] = clock_.attempts[lane] + 1000;
    if (clock_.attempts[lane] <= most)
      clock_.look_at[lane] = std::min(clock_.look_at[lane], most + 1);
  });
}

// Which formula stopped the run: a rate that is no number at the last good state, or the state
// whose error stayed the largest.
void Lanes::fail_at_step(std::size_t lane) {
  Course& course = patient_[lane]->course;
  failed_ |= one(lane);
  const double t = clock_.t[lane];
  gather(y_.data(), lane, y_of_lane_);
  course.rates(inside(lane, t), y_of_lane_, rates_of_lane_);
  for (std::size_t k = 0; k < states_; ++k)
    if (!std::isfinite(rates_of_lane_[k]))
      return course.fail(t, course.state_label(k),
                         std::isnan(rates_of_lane_[k]) ? "its rate of change became not a number"
                                                       : "its rate of change became infinite");
  course.fail(t, blamed(lane),
              "the step size fell to zero: the error test failed however short the step");
}

// The state with the largest weighted error estimate, or the first that has no finite one.
std::string Lanes::blamed(std::size_t lane) {
  if (states_ == 0) return {};
  const double* last = stages_.data() + (explicit_step_ ? tsit5::stages - 1 : rodas5p::stages - 1) *
                                            states_ * width_;
  std::size_t worst = 0;
  double largest = -1;
  for (std::size_t k = 0; k < states_; ++k) {
    const double weight =
        absolute_[k * width_ + lane] + clock_.relative[lane] * std::fabs(y_[k * width_ + lane]);
    const double ratio = std::fabs(last[k * width_ + lane]) / weight;
    if (std::isfinite(ratio) && ratio <= largest) continue;
    worst = k;
    if (!std::isfinite(ratio)) break;
    largest = ratio;
  }
  return patient_[lane]->course.state_label(worst);
}

// The method to begin with, by the fastest rate at which a state changes with itself at the start.
void Lanes::begin_with(std::size_t lane) {
  const Engine& formulas = engine_.formulas;
  const auto& jacobian = formulas.system->jacobian;
  Patient& patient = *patient_[lane];
  std::vector<double> entries(jacobian.value.size());
  formulas.jacobian.evaluate(inside(lane, clock_.t[lane]), y_of_lane_, patient.course.parameters(),
                             patient.course.scratch(), entries);
  double fastest = 0;
  for (std::uint32_t column = 0; column < states_; ++column)
    for (std::uint32_t k = jacobian.column_start[column]; k < jacobian.column_start[column + 1];
         ++k)
      if (jacobian.row[k] == column) fastest = std::max(fastest, std::fabs(entries[k]));
  if (!(fastest * (clock_.stop[lane] - clock_.t[lane]) > hopeless)) return;
  explicit_ &= ~one(lane);
  patient.pause = longest_pause;
}

// Looks back at the steps since the latest look.
void Lanes::choose_method(std::size_t lane) {
  Patient& patient = *patient_[lane];
  const bool is_explicit = (explicit_ & one(lane)) != 0;
  const double steps = clock_.accepted[lane] - patient.mark_accepted;
  const double pace = (clock_.t[lane] - patient.mark_time) / steps;
  const double worth = is_explicit ? pace : pace / engine_.rosenbrock_cost;
  const bool stiff = is_explicit && clock_.stiff_steps[lane] >= mostly * steps;
  patient.since_switch += steps;
  const bool lost = patient.on_trial && worth < clearly * patient.worth_before;
  if (stiff || lost) {
    const bool clear = patient.on_trial && far * worth < patient.worth_before;
    patient.pause =
        clear ? longest_pause : std::clamp(2 * patient.pause, first_pause, longest_pause);
    patient.on_trial = false;
    switch_method(lane);
  } else if (patient.on_trial) {
    patient.on_trial = false;
  } else if (patient.since_switch >= patient.pause) {
    patient.worth_before = worth;
    patient.on_trial = true;
    switch_method(lane);
  }
  mark(lane);
}

void Lanes::mark(std::size_t lane) {
  Patient& patient = *patient_[lane];
  patient.mark_time = clock_.t[lane];
  patient.mark_accepted = clock_.accepted[lane];
  clock_.stiff_steps[lane] = 0;
  clock_.check_at[lane] = clock_.accepted[lane] + window;
}

void Lanes::switch_method(std::size_t lane) {
  Patient& patient = *patient_[lane];
  patient.since_switch = 0;
  patient.restart_step = 0;  // belongs to the other method
  if ((explicit_ & one(lane)) != 0)
    patient.explicit_attempts += clock_.attempts[lane] - patient.explicit_since;
  else
    patient.explicit_since = clock_.attempts[lane];
  explicit_ ^= one(lane);
  stale_rates_ |= one(lane);
}

}  // namespace vesper::solve
