// Patients through time, one in each lane of a vector.
//
// Each lane keeps its own time, step length, error control, doses and events; a lane whose patient
// has finished takes the next one.  All lanes try a step together, each of its own length, and each
// accepts or refuses it by itself.  What a patient comes to does not depend on the others.
#pragma once

#include <array>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "solve/course.h"
#include "solve/fast_engine.h"
#include "solve/solve.h"

namespace vesper::solve {

// Doubles aligned to the widest vector, zero at first.
class AlignedDoubles {
 public:
  explicit AlignedDoubles(std::size_t count);
  double* data() { return data_.get(); }
  const double* data() const { return data_.get(); }
  double& operator[](std::size_t i) { return data_.get()[i]; }

 private:
  struct Free {
    void operator()(double* data) const { std::free(data); }
  };
  std::unique_ptr<double[], Free> data_;
};

class Lanes {
 public:
  Lanes(const FastEngine& engine, std::span<const Problem> problems, const Compiled::Done& done);
  ~Lanes();
  void run();  // once

 private:
  struct Patient;  // in a lane; in lanes_patient.h

  // From one patient to the next.
  LaneSet fill();
  bool load(std::size_t lane);
  void take_parameters(std::size_t lane);
  void unload(std::size_t lane);
  void arrive(LaneSet lanes);
  bool set_off(std::size_t lane);
  void choose_first_steps(LaneSet lanes);

  // Releases that go on through a step.
  void clear_releases(std::size_t lane);
  void place_releases(std::size_t lane);
  void add_releases(double alpha, double* rates, double* slopes);

  // A step.
  const Vector& stage_time(double alpha);
  void attempt_rosenbrock();
  void attempt_explicit();
  void settle(LaneSet lanes, bool explicit_method);
  void advance(LaneSet accepted, bool explicit_method);
  void remember_first_steps(LaneSet lanes);
  void refuse(LaneSet refused);
  void see_whether_they_get_on(LaneSet lanes);
  void fail_at_step(std::size_t lane);
  std::string blamed(std::size_t lane);
  void begin_with(std::size_t lane);
  void choose_method(std::size_t lane);
  void mark(std::size_t lane);
  void switch_method(std::size_t lane);

  // Within an accepted step.
  void find_defect(LaneSet lanes);
  void interpolate(const Vector& at, const Wanted& wanted);
  void outputs_at(const Vector& at, const double* y, double* values);
  void look(const Vector& at, LaneSet lanes);
  struct Watched {
    LaneSet changed = 0;  // a trigger turns true or a switch turns, and the step ends there
    LaneSet cut = 0;      // a switch turns well within the step, which is tried again up to there
  };
  Watched watch(LaneSet accepted);
  bool are_one(std::size_t lane, double from, double to) const;
  void locate(LaneSet changed, Vector& from, Vector& to);
  LaneSet write_rows(LaneSet lanes, LaneSet reached);
  void keep_rows(std::size_t lane);
  void record_grid(LaneSet reached, LaneSet due);
  void record_now(LaneSet lanes);
  void add_trace_point(std::size_t lane, double t, const double* values);
  unsigned trace_parts(std::size_t lane);
  void record_trace(LaneSet lanes, LaneSet changed);
  void end_where_it_turned(LaneSet changed);

  void gather(const double* from, std::size_t lane, std::span<double> y) const;
  void scatter(std::span<const double> y, std::size_t lane, double* to) const;
  double inside(std::size_t lane, double t) const;

  const FastEngine& engine_;
  const LaneOps& ops_;
  const kernels::Functions& code_;
  const std::size_t states_, width_, outputs_, conditions_;
  std::span<const Problem> problems_;
  const Compiled::Done& done_;
  bool stopped_ = false;  // no more solutions are wanted
  std::size_t next_problem_ = 0;

  std::array<std::unique_ptr<Patient>, most_lanes> patient_;
  LaneSet active_ = 0;       // lanes with a patient
  LaneSet explicit_ = 0;     // of them, those that use the explicit method
  LaneSet restarted_ = 0;    // no step has been accepted since a stop
  LaneSet stale_rates_ = 0;  // first_rates_ must be computed anew
  LaneSet failed_ = 0;       // their course has failed, and waits to be handed in
  LaneSet tracing_ = 0;
  LaneSet releasing_ = 0;
  bool stale_constants_ = false;
  LaneSet corrected_ = 0;       // lanes in which the dense output of this step is corrected
  bool explicit_step_ = false;  // which method the step that is being settled is of

  LaneClock clock_{};
  Vector time_{}, fraction_{}, stiffness_{};
  Wanted all_, seen_;  // all states, and those that outputs need
  // Rows of output wait here, a few for each lane, before they go to its solution.
  std::array<double*, most_lanes> rows_{};                        // where the next one goes
  std::array<const double*, most_lanes> grid_at_{}, grid_end_{};  // the lane's grid from there on
  std::vector<std::uint32_t> release_states_;                     // targets of releases
  std::vector<std::vector<Releases>> releases_;                   // [target][slot]

  // [item][lane]
  AlignedDoubles y_, y_next_, stages_, first_rates_, g_, lu_, dfdt_, constants_, parameters_,
      absolute_, y_between_, defect_, values_, condition_values_, u6_, trace_values_, waiting_rows_;
  std::vector<double> y_of_lane_, rates_of_lane_, conditions_of_lane_;
};

}  // namespace vesper::solve
