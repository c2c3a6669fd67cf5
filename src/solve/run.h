// One run of the reference engine: the moving half, which belongs to one patient and one thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "reference/integrator.h"
#include "solve/course.h"
#include "solve/engine.h"
#include "solve/solve.h"

namespace vesper::solve {

class Run final : private reference::Equations {
 public:
  Run(const Engine& engine, const Problem& problem);
  Solution solve();  // once

 private:
  // What is integrated.
  std::size_t size() const override { return y_.size(); }
  const reference::SparsePattern& pattern() const override { return engine_.pattern; }
  bool algebraic(std::size_t state) const override;
  void derivatives(double t, std::span<const double> y, std::span<double> dydt) override;
  void jacobian(double t, std::span<const double> y, std::span<double> entries) override;

  // The way, in order of use.
  void begin();
  void happen();
  void travel(double stop);
  void finish();

  void record_now();
  // Parts of travel().
  std::optional<double> first_change(double from, double to);
  double locate_change(double from, double to);
  void remember(double from, double to);
  void record(double from, double to, bool something_happens);
  void trace_between(double from, std::span<const double> at_from, double to,
                     std::span<const double> at_to, unsigned depth, double last_excess);

  void evaluate_outputs(double t, std::span<const double> y, std::span<double> row);
  void add_trace_point(double t, std::span<const double> row);
  double inside(double t) const;
  std::span<double> trace_row(unsigned k);
  bool failed() const { return course_.failed(); }
  std::string blamed() const;  // label of the state that keeps steps short

  const Engine& engine_;
  const Problem& problem_;
  const std::size_t states_;
  Course course_;
  Solution& solution_;  // of course_
  std::unique_ptr<reference::Integrator> integrator_;

  double t_ = 0;
  std::vector<double> y_;        // at t_; one that rests at 0 when the system has no state
  double first_ = 0, last_ = 0;  // the inside of the stretch between two stops
  std::size_t next_grid_ = 0;    // of problem_.grid: the first that is not recorded yet
  std::uint64_t steps_ = 0;

  std::vector<double> jacobian_values_, y_between_;
  std::vector<double> trace_rows_;  // rows of the trace that are being compared
  std::vector<double> largest_;     // of each output so far
};

}  // namespace vesper::solve
