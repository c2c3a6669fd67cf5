// One patient's way through time apart from the integration between two stops: how it begins, the
// doses and events at a stop, the next stop, and how it fails.  Every engine goes by it.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "solve/engine.h"
#include "solve/forcing.h"
#include "solve/past.h"
#include "solve/solve.h"

namespace vesper::solve {

class Course {
 public:
  // Keeps references to both.
  Course(const Engine& engine, const Problem& problem);

  // Checks the problem and sets the initial states (as many as the system has) and conditions.
  void begin(std::span<double> y);
  // Everything that happens at t: doses first, then the events that are due, those that doses, the
  // clock and other events set off among them.
  void happen(double t, std::span<double> y);
  // Finds the implicit states that fulfil their rules, from where they are; see settle.cpp.
  void settle(double t, std::span<double> y);
  // The next time after t at which something happens that is known beforehand, or the end.
  double next_stop(double t) const;
  // False, with a failure, when `tries` steps are too many or time stands still.  `blamed` names
  // the state that keeps steps short.
  bool gets_on(double t, std::uint64_t tries, const std::function<std::string()>& blamed);

  // Conditions: a trigger per event, then the switches.  `now` are those at the latest look, `held`
  // those that count as before.
  void look(double t, std::span<const double> y);
  // Takes values of the formulas as `now`.
  void look(std::span<const double> values);
  // Has a trigger turned true since `held`, or one turned false that cancels what is pending, or a
  // switch turned either way?
  bool changed() const;
  // Has a switch turned?  Then the formulas jump there, and a step across does not know it.
  bool switched() const;
  void keep_looking() { held_ = now_; }

  void outputs(double t, std::span<const double> y, std::span<double> row);
  void rates(double t, std::span<const double> y, std::span<double> dydt);

  // What formulas read at (t, y): the states, and behind them what comes from the past.
  std::span<const double> whole(double t, std::span<const double> y) {
    return past_.with(t, y, p_);
  }
  Past& past() { return past_; }

  const Engine& engine() const { return engine_; }
  const Problem& problem() const { return problem_; }
  const Forcing& forcing() const { return forcing_; }
  std::span<const double> parameters() const { return p_; }
  std::span<double> scratch() { return scratch_; }
  bool failed() const { return solution.failure.has_value(); }
  void fail(double time, std::string state, std::string reason);
  const std::string& state_label(std::size_t state) const;

  Solution solution;

 private:
  // An event that has fired and waits for its execution.
  struct Pending {
    std::size_t event = 0;
    double due = 0;              // [time] when it is executed
    std::vector<double> values;  // of its assignments, where they are those at the trigger
  };

  // course_events.cpp
  void notice(double t, double look_at, std::span<const double> y);
  void fire(std::size_t event, double t, std::span<const double> y);
  void cancel(std::size_t event);
  void execute_due(double t, std::span<double> y);
  std::optional<std::size_t> first_due(double t, std::span<const double> y);
  void execute(const Pending& pending, double t, std::span<double> y);
  void assign(const equations::Event& event, const equations::Event::Assignment& assignment,
              double value, double t, std::span<double> y);

  const Engine& engine_;
  const Problem& problem_;
  Forcing forcing_;
  Past past_;
  std::vector<double> p_;         // parameters, those that events change at their latest value
  std::vector<char> held_, now_;  // conditions
  std::vector<char> cancels_;     // by event: something pending that its trigger can cancel
  std::vector<Pending> pending_;  // in the order in which they fired
  std::uint64_t mark_tries_ = 0;  // tries when gets_on() last looked, and the time
  double mark_time_ = 0;
  std::vector<double> scratch_, condition_values_;
};

}  // namespace vesper::solve
