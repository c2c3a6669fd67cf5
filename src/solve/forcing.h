// All inputs of one patient through time: which release now, at what rate, and when that changes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "solve/solve.h"

namespace vesper::solve {

// Why an input cannot be delivered, in words, or nothing.
std::optional<std::string> refusal(const Input& input, double start, std::size_t states);

class Forcing {
 public:
  // Inputs that no refusal meets.  Those of amount 0 are left out, and those that are over before
  // the start.
  Forcing(std::span<const Input> inputs, double start);

  // The next time after the latest arrive() at which an input begins or ends at once; infinity when
  // none is left.
  double next_stop() const;

  // Everything that happens at t: boluses are added to y, releases begin and end.  What is
  // exhausted is let go.  Times come in ascending order.
  void arrive(double t, std::span<double> y);

  // Adds r_j(t) of the inputs that release now to the rates of their states.
  void add_rates(double t, std::span<double> dydt) const;

  // While a gamma release rises and falls, an integrator at rest could step across all of it: the
  // longest step that cannot.  Infinity when there is no such release.
  double longest_step(double t) const;

  struct Release {
    Input input;
    double end = 0;         // zero_order: when it stops; others: infinity
    double log_factor = 0;  // gamma: ln(amount / (scale Gamma(shape)))
    double spread = 0;      // gamma: standard deviation
    double over = 0;        // gamma: time when its pulse has passed
  };
  std::span<const Release> active() const { return active_; }  // those that release now
  std::size_t releasing() const { return active_.size(); }

 private:
  static Release prepare(const Input& input);
  static double rate(const Release& release, double t);
  friend double input_rate(const Input& input, double t);

  std::vector<Input> pending_;  // by time
  std::size_t next_ = 0;        // of pending_
  std::vector<Release> active_;
};

}  // namespace vesper::solve
