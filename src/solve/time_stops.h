// Switches by the clock, known beforehand: `at time >= 24` and `piecewise(a, time < 24, b)` turn
// where a linear function of time passes 0; floor(time/24) and rem(time, 24), whose root is
// sin(pi time/24), wherever a linear function passes a multiple of pi.  Those times are hit
// exactly; all other switches are found on the way.
#pragma once

#include <span>
#include <vector>

#include "equations/graph.h"

namespace vesper::solve {

class TimeStops {
 public:
  // Keeps those of `roots` that are linear in time, or sines of such, and free of states.
  TimeStops(const equations::Graph& graph, std::span<const equations::NodeId> roots);

  // Is this node one of those, or free of both time and state?  Then nothing about it
  // has to be watched between stops.
  static bool foreseen(const equations::Graph& graph, equations::NodeId root);

  // The first time after `t` where one of them passes 0, with the parameters as they are now;
  // infinity when there is none.
  double next(double t, std::span<const double> parameters) const;

 private:
  struct Term {
    equations::Op op;
    std::uint32_t a = 0, b = 0, c = 0;  // positions of operands; of a parameter: its index
    double value = 0;
  };
  std::vector<Term> terms_;  // operands first
  struct Root {
    std::uint32_t term = 0;  // position in terms_
    bool sine = false;
  };
  std::vector<Root> roots_;
};

}  // namespace vesper::solve
