// What is seen within an accepted step, by the interpolating polynomial of the method (see
// rodas5p.h and tsit5.h): rows of output on the grid, the trace, and the conditions that may turn
// on the way.

#include <algorithm>
#include <cmath>
#include <limits>

#include "solve/lanes.h"
#include "solve/lanes_patient.h"
#include "solve/rodas5p.h"
#include "solve/times.h"
#include "solve/trace.h"

namespace vesper::solve {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
// Places in a step where conditions are looked at.
constexpr int probes = 4;
// The trace divides a step evenly into so many parts at most; how many is judged from the quarters.
constexpr double most_parts = 128;

}  // namespace

// y_between_ <- the wanted states at these times within the step.
void Lanes::interpolate(const Vector& at, const Wanted& wanted) {
  ops_.fraction(clock_, at, fraction_);
  if (explicit_step_)
    ops_.explicit_dense(wanted, clock_, y_.data(), stages_.data(), fraction_, y_between_.data());
  else
    ops_.rosenbrock_dense(wanted, y_.data(), y_next_.data(), stages_.data(), defect_.data(),
                          corrected_, fraction_, y_between_.data());
}

// The correction of the dense output in these lanes; see rodas5p.h.
void Lanes::find_defect(LaneSet lanes) {
  ops_.rosenbrock_defect(states_, clock_, y_.data(), y_next_.data(), stages_.data(),
                         y_between_.data(), g_.data());
  if (releasing_ != 0) add_releases(rodas5p::defect_at, g_.data(), nullptr);
  code_.stage(stage_time(rodas5p::defect_at).at, y_between_.data(), constants_.data(), lu_.data(),
              g_.data(), defect_.data());
  corrected_ = lanes;
}

void Lanes::outputs_at(const Vector& at, const double* y, double* values) {
  if (engine_.outputs_use_time) ops_.clamp(clock_, at, time_);
  code_.outputs(time_.at, y, constants_.data(), values);
}

// --- conditions ---------------------------------------------------------------------------------

void Lanes::look(const Vector& at, LaneSet lanes) {
  interpolate(at, all_);
  ops_.clamp(clock_, at, time_);
  code_.conditions(time_.at, y_between_.data(), constants_.data(), condition_values_.data());
  for_each_lane(lanes, [&](std::size_t lane) {
    conditions_of_lane_.resize(conditions_);
    gather(condition_values_.data(), lane, conditions_of_lane_);
    patient_[lane]->course.look(conditions_of_lane_);
  });
}

// Where in the step a trigger turns true or a switch turns.
Lanes::Watched Lanes::watch(LaneSet accepted) {
  Watched seen;
  LaneSet turned = 0;
  Vector from = clock_.t, to = clock_.next, probe;
  for (int k = 1; k <= probes && accepted != turned; ++k) {
    for (std::size_t lane = 0; lane < width_; ++lane)
      probe[lane] =
          k == probes ? clock_.next[lane] : clock_.t[lane] + clock_.step[lane] * k / probes;
    const LaneSet open = accepted & ~turned;
    look(probe, open);
    for_each_lane(open, [&](std::size_t lane) {
      Course& course = patient_[lane]->course;
      if (course.changed()) {
        to[lane] = probe[lane];
        turned |= one(lane);
        if (course.switched()) seen.cut |= one(lane);
      } else {
        course.keep_looking();
        from[lane] = probe[lane];
      }
    });
  }
  if (turned == 0) return seen;
  locate(turned, from, to);
  // The formulas jump at a switch, and the polynomial of a step across does not know it: the step
  // is tried again, up to there.
  for_each_lane(LaneSet{seen.cut}, [&](std::size_t lane) {
    if (coincide(to[lane], clock_.next[lane]) || are_one(lane, clock_.t[lane], clock_.next[lane])) {
      seen.cut &= ~one(lane);
      return;
    }
    clock_.stop[lane] = to[lane];
    clock_.h[lane] = clock_.step[lane];
    clock_.last[lane] = just_before(to[lane]);
  });
  seen.changed = turned & ~seen.cut;
  for_each_lane(seen.changed, [&](std::size_t lane) { clock_.next[lane] = to[lane]; });
  return seen;
}

// The states at the end of a step that ends where something turned; what lies within it has been
// recorded, since that needs the states at the end of the step as it was tried.
void Lanes::end_where_it_turned(LaneSet changed) {
  interpolate(clock_.next, all_);
  ops_.blend(states_, changed, y_between_.data(), y_next_.data());
}

// Are two times as near as makes no difference?  At 0 of the clock numbers are ever finer, and
// times are not.
bool Lanes::are_one(std::size_t lane, double from, double to) const {
  const double least = rounding * std::fabs(patient_[lane]->course.problem().end);
  return to - from <= 4 * rounding * std::max({std::fabs(from), std::fabs(to), least});
}

// Bisects to the resolution of time: not turned at `from`, turned at `to`.
void Lanes::locate(LaneSet turned, Vector& from, Vector& to) {
  for (LaneSet open = turned; open != 0;) {
    Vector middle = to;
    for_each_lane(LaneSet{open}, [&](std::size_t lane) {
      middle[lane] = from[lane] + (to[lane] - from[lane]) / 2;
      const bool divisible = middle[lane] > from[lane] && middle[lane] < to[lane];
      if (are_one(lane, from[lane], to[lane]) || !divisible) open &= ~one(lane);
    });
    if (open == 0) break;
    look(middle, open);
    for_each_lane(open, [&](std::size_t lane) {
      (patient_[lane]->course.changed() ? to : from)[lane] = middle[lane];
    });
  }
}

// --- rows of output -----------------------------------------------------------------------------

// values_ as the next row of these lanes, and on to their next time.  Gives those of them whose
// next row is due too, before the end of the step or, but for those that reach a stop, at it.
LaneSet Lanes::write_rows(LaneSet lanes, LaneSet reached) {
  ops_.scatter(outputs_, lanes, values_.data(), rows_.data());
  LaneSet due = 0;
  for_each_lane(lanes, [&](std::size_t lane) {
    rows_[lane] += outputs_;
    const double* next = ++grid_at_[lane];
    const double grid = next != grid_end_[lane] ? *next : infinity;
    clock_.grid[lane] = grid;
    const double end = clock_.next[lane];
    if (grid <= end && ((reached & one(lane)) == 0 || !(grid == end || coincide(grid, end))))
      due |= one(lane);
    const double* first = waiting_rows_.data() + lane * rows_together * outputs_;
    if (rows_[lane] == first + rows_together * outputs_) keep_rows(lane);
  });
  return due;
}

void Lanes::keep_rows(std::size_t lane) {
  double* first = waiting_rows_.data() + lane * rows_together * outputs_;
  std::vector<double>& values = patient_[lane]->course.solution.values;
  values.insert(values.end(), first, rows_[lane]);
  rows_[lane] = first;
}

// Rows within the step, and at its end unless something happens there.
void Lanes::record_grid(LaneSet reached, LaneSet due) {
  while (due != 0) {
    interpolate(clock_.grid, seen_);
    outputs_at(clock_.grid, y_between_.data(), values_.data());
    due = write_rows(due, reached);
  }
}

// Rows at t, with what happened there; and the second point of the trace where something jumped.
void Lanes::record_now(LaneSet lanes) {
  const auto here = [&](std::size_t lane) {
    const double t = clock_.t[lane], grid = clock_.grid[lane];
    return grid <= t || coincide(grid, t);
  };
  for (;;) {
    LaneSet due = 0;
    for_each_lane(lanes, [&](std::size_t lane) {
      if (here(lane)) due |= one(lane);
    });
    if (due == 0) break;
    code_.outputs(clock_.grid.at, y_.data(), constants_.data(), values_.data());
    write_rows(due, due);
  }
  LaneSet traced = 0;
  for_each_lane(lanes & tracing_, [&](std::size_t lane) {
    if (clock_.t[lane] >= patient_[lane]->course.problem().trace_from) traced |= one(lane);
  });
  if (traced == 0) return;
  Vector after = clock_.t;
  for_each_lane(traced, [&](std::size_t lane) { after[lane] = just_after(clock_.t[lane]); });
  code_.outputs(after.at, y_.data(), constants_.data(), values_.data());
  for_each_lane(traced, [&](std::size_t lane) {
    Trace& trace = patient_[lane]->course.solution.trace;
    bool jumped = trace.times.empty();
    for (std::size_t k = 0; k < outputs_ && !jumped; ++k) {
      const double before = trace.values[trace.values.size() - outputs_ + k];
      const double now = values_[k * width_ + lane];
      jumped = !(before == now || std::fabs(before - now) <= 1e-12 * std::fabs(before));
    }
    if (jumped) add_trace_point(lane, clock_.t[lane], values_.data());
  });
}

// --- the trace ----------------------------------------------------------------------------------

void Lanes::add_trace_point(std::size_t lane, double t, const double* values) {
  Trace& trace = patient_[lane]->course.solution.trace;
  trace.times.push_back(t);
  for (std::size_t k = 0; k < outputs_; ++k) trace.values.push_back(values[k * width_ + lane]);
}

// How many parts the step is divided into, from its quarters in trace_values_ (0 to 4).
unsigned Lanes::trace_parts(std::size_t lane) {
  std::vector<double>& largest = patient_[lane]->largest;
  // By how much the value at a quarter misses what would be read there without it, over what is
  // allowed: between the ends of the step, and between the ends and the middle.
  double whole = 0, halves = 0;
  for (std::size_t k = 0; k < outputs_; ++k) {
    std::array<double, 5> at;
    for (std::size_t quarter = 0; quarter <= 4; ++quarter)
      at[quarter] = trace_values_[(quarter * outputs_ + k) * width_ + lane];
    for (std::size_t quarter = 1; quarter < 4; ++quarter)
      if (std::isfinite(at[quarter])) largest[k] = std::max(largest[k], std::fabs(at[quarter]));
    const auto look = [&](double& worst, std::size_t quarter, double read, std::size_t to) {
      const double excess =
          std::fabs(at[quarter] - read) / allowed_miss(at[quarter], at[to], largest[k]);
      if (excess > worst) worst = excess;  // not where both are 0
    };
    const double middle = half_way(at[0], at[4]);
    look(whole, 1, half_way(at[0], middle), 4);
    look(whole, 2, middle, 4);
    look(whole, 3, half_way(middle, at[4]), 4);
    look(halves, 1, half_way(at[0], at[2]), 2);
    look(halves, 3, half_way(at[2], at[4]), 4);
  }
  if (whole <= 1) return 1;
  if (halves <= 1) return 2;
  // Halving brings a smooth curve four times closer to its chord; what does not come closer is
  // rounding noise, of a sum that cancels, and no number of points will straighten it.
  if (halves > whole / 2) return 4;
  return static_cast<unsigned>(std::clamp(std::ceil(2 * std::sqrt(halves)), 4.0, most_parts));
}

// Points of the trace in the step, up to its end.
void Lanes::record_trace(LaneSet lanes, LaneSet changed) {
  Vector from = clock_.t, length{}, at;
  LaneSet first = 0;
  for_each_lane(LaneSet{lanes}, [&](std::size_t lane) {
    const Patient& patient = *patient_[lane];
    const double trace_from = patient.course.problem().trace_from;
    const bool empty = patient.course.solution.trace.times.empty();
    // What happens at the end of the step comes first in the trace, if it begins there.
    if (clock_.next[lane] < trace_from || (empty && clock_.next[lane] <= trace_from)) {
      lanes &= ~one(lane);
      return;
    }
    if (empty) first |= one(lane);
    if (empty) from[lane] = std::max(from[lane], trace_from);
    length[lane] = clock_.next[lane] - from[lane];
  });
  if (lanes == 0) return;
  const auto values_of = [&](std::size_t quarter) {
    return trace_values_.data() + quarter * outputs_ * width_;
  };
  for (std::size_t quarter = 0; quarter <= 4; ++quarter) {
    for (std::size_t lane = 0; lane < width_; ++lane)
      at[lane] = quarter == 4 ? clock_.next[lane]
                              : from[lane] + length[lane] * static_cast<double>(quarter) / 4;
    const bool at_start = quarter == 0 && first == 0, at_end = quarter == 4 && changed == 0;
    if (!at_start && !at_end) interpolate(at, seen_);
    if (quarter == 4 && changed != 0)
      ops_.blend(states_, ~changed, y_next_.data(), y_between_.data());
    const AlignedDoubles& y = at_start ? y_ : (at_end ? y_next_ : y_between_);
    outputs_at(at, y.data(), values_of(quarter));
  }
  std::array<unsigned, most_lanes> parts{};
  unsigned most = 0;
  for_each_lane(lanes, [&](std::size_t lane) {
    if ((first & one(lane)) != 0) add_trace_point(lane, from[lane], values_of(0));
    parts[lane] = trace_parts(lane);
    most = std::max(most, parts[lane] > 4 ? parts[lane] : 0);
    for (std::size_t quarter = 1; quarter < 4; ++quarter)
      if (parts[lane] == 4 || (parts[lane] == 2 && quarter == 2))
        add_trace_point(lane, from[lane] + length[lane] * static_cast<double>(quarter) / 4,
                        values_of(quarter));
  });
  for (unsigned part = 1; part < most; ++part) {
    LaneSet fine = 0;
    for_each_lane(lanes, [&](std::size_t lane) {
      if (parts[lane] <= 4 || part >= parts[lane]) return;
      fine |= one(lane);
      at[lane] = from[lane] + length[lane] * part / parts[lane];
    });
    interpolate(at, seen_);
    outputs_at(at, y_between_.data(), values_.data());
    for_each_lane(fine, [&](std::size_t lane) { add_trace_point(lane, at[lane], values_.data()); });
  }
  for_each_lane(lanes,
                [&](std::size_t lane) { add_trace_point(lane, clock_.next[lane], values_of(4)); });
}

}  // namespace vesper::solve
