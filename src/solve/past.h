// Values from the past: what a formula reads where the model says delay(x, tau).
//
//   d_k(t) = v_k(t - tau_k(t), y(t - tau_k), p(t - tau_k), d_1 ... d_{k-1} at t - tau_k)
//
// Before the start v_k is what the initial formulas say, as SBML Level 3 Version 2 Core means it in
// section 3.4.6.  The method of steps: every step is shorter than the shortest delay, so that a
// formula looks at steps that are over.  A jump comes back after each delay, in the solution at
// first and then in one derivative more each time; those returns are stops of the integrator.
// Bellen & Zennaro (2003) Numerical Methods for Delay Differential Equations, chapters 2 and 4.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "solve/engine.h"
#include "solve/history.h"
#include "solve/solve.h"

namespace vesper::solve {

class Past {
 public:
  // Keeps references to both.
  Past(const Engine& engine, const Problem& problem);

  bool none() const { return engine_.past.empty(); }

  // y followed by the delayed values; y itself where the system has none.  Valid until the next
  // call.  A delay that is negative or no number gives a value that is none either.
  std::span<const double> with(double t, std::span<const double> y, std::span<const double> p);

  // The solution sets out at t with these parameters, after whatever happened there.
  void set_out(double t, std::span<const double> y, std::span<const double> p);
  void add(double from, double to, const History::Interpolant& interpolant) {
    if (!none()) history_.add(from, to, interpolant);
  }

  // The first return after t of a jump; infinity when there is none.
  double next_return(double t) const;
  // No step may be longer than the shortest delay, as it is at t.
  double longest_step(double t, std::span<const double> y, std::span<const double> p);
  // A delay that is no delay, and its value, at (t, y).
  std::optional<double> impossible(double t, std::span<const double> y, std::span<const double> p);

 private:
  struct Return {
    double time = 0;
    int order = 0;  // how often it has come back
  };
  void fill(double t, std::span<const double> p, std::size_t count, std::vector<double>& whole);
  double value(std::size_t k, double t, std::span<const double> p, std::span<const double> whole);
  double lag(std::size_t k, double t, std::span<const double> p, std::span<const double> whole);
  double evaluate(const reference::Program& program, double t, std::span<const double> y,
                  std::span<const double> p);

  const Engine& engine_;
  const Problem& problem_;
  std::size_t states_;
  History history_;
  std::vector<Return> returns_;  // that are still to come
  std::vector<double> whole_, scratch_;
};

}  // namespace vesper::solve
