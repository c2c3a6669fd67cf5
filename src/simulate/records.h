// A NONMEM-style data set through a model: one row of output for each row of data.
//
//   TIME                 AMT RATE II ADDL   meaning
//   dose                  a   0             a F at once, at TIME + lag and ADDL times more every II
//                         a   r             a F at the rate r;  -1: at the model's rate;  -2: over
//                                           the model's duration
//   SS = 1                                  everything before is forgotten: the state is that of
//                                           the same dose taken every II since ever
//   SS = 2                                  what such doses add to the model's own initial state is
//                                           added to what is there
//   SS with II = 0        0   r             the state that the infusion r comes to; it ends at TIME
//   EVID = 3, 4                             the model begins anew; all that is pending is forgotten
//
// F, lag, rate and duration are parameters of the model with the values of the dose's row; they
// hold for its additional doses too.  Rows at one time happen in their order, after additional
// doses that fall there; a row shows the values just after it.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "dosing/records.h"
#include "simulate/single.h"

namespace vesper::simulate {

// A data set's names looked up in a model.
struct RecordPlan {
  struct Compartment {
    long number = 0;
    std::uint32_t state = 0;
    std::optional<std::uint32_t> bioavailability, lag, rate, duration;  // parameters
  };
  std::vector<Compartment> compartments;
  std::vector<std::uint32_t> covariates;  // parameters, as the mapping lists them
  dosing::RecordMap::Carry carry = dosing::RecordMap::Carry::backward;
  double time_factor = 1;  // time of the data * factor = time of the model
};

Result<RecordPlan> resolve_records(const dosing::RecordMap& map, const dosing::Records& records,
                                   const Watched& watched);

// What one patient's rows came to: rows x outputs, or why there is nothing.
struct RecordResult {
  std::vector<double> values;
  std::optional<solve::Failure> failure;  // time as in the data
};

// Bad doses (a lag below 0, a compartment that is not mapped) are errors with the place of their
// row; a patient whose run fails is a result with a failure, and the others go on.  In the order of
// the subjects.
Result<std::vector<RecordResult>> simulate_records(const Watched& watched,
                                                   const solve::Compiled& compiled,
                                                   const dosing::Records& records,
                                                   const RecordPlan& plan,
                                                   const solve::Tolerances& tolerances);

}  // namespace vesper::simulate
