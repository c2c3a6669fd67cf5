// Dormand & Prince's method of order 5 with dense output, from Boost.odeint, on W1.
//
// Dormand & Prince (1980) J Comput Appl Math 6:19.  The step that reaches past a dose is cut by
// its dense output: the right-hand side is smooth there.
#include "baseline/dopri5.h"

#include <algorithm>
#include <array>
#include <boost/numeric/odeint.hpp>
#include <exception>

#include "baseline/models.h"

namespace vesper::bench {

namespace {

namespace odeint = boost::numeric::odeint;

using State = std::array<double, W1::states>;
using Method = odeint::runge_kutta_dopri5<State>;
using Stepper = odeint::result_of::make_dense_output<Method>::type;

class Dopri5 final : public Peer {
 public:
  Dopri5(double relative, double absolute) : relative_(relative), absolute_(absolute) {}

  Outcome solve(const Patient& patient, const Schedule& schedule, double* values) override {
    Outcome outcome;
    try {
      integrate(W1(patient), schedule, values, outcome);
    } catch (const std::exception& error) {  // the step size fell too far
      outcome.failure = error.what();
    }
    return outcome;
  }

 private:
  void integrate(const W1& model, const Schedule& schedule, double* values,
                 Outcome& outcome) const {
    const auto system = [&](const State& y, State& dydt, double) {
      ++outcome.evaluations;
      model.derivatives(y.data(), dydt.data());
    };
    Stepper stepper = odeint::make_dense_output(absolute_, relative_, Method());
    State y;
    W1::start(y.data());
    for (unsigned dose = 0; dose < schedule.doses(); ++dose) {
      y[A1] += schedule.dose;
      const unsigned from = dose * schedule.interval, to = from + schedule.interval;
      std::copy(y.begin(), y.end(), values + from * W1::states);
      unsigned hour = from + 1;
      stepper.initialize(y, from, 0.02);
      while (stepper.current_time() < to) {
        stepper.do_step(system);
        ++outcome.steps;
        for (; hour < to && hour <= stepper.current_time(); ++hour) {
          stepper.calc_state(hour, y);
          std::copy(y.begin(), y.end(), values + hour * W1::states);
        }
      }
      stepper.calc_state(to, y);
    }
    std::copy(y.begin(), y.end(), values + schedule.hours * W1::states);
  }

  double relative_, absolute_;
};

}  // namespace

std::unique_ptr<Peer> make_dopri5(double relative, double absolute) {
  return std::make_unique<Dopri5>(relative, absolute);
}

}  // namespace vesper::bench
