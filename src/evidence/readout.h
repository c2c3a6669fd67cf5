// What is read off a run: `max(plasma naltrexone)`, `at(MOR occupancy, 8 h) / 2`.
//
//   "max(Cp @ 50 mg, 0 h, 24 h) - 2 ng/mL"
//      subtract
//        maximum    output "Cp", arm "50 mg", from 0 h, to 24 h
//        number     2 ng/mL
//
// parse_readout() knows the language alone, check_readout() the arms, outputs and units of a
// protocol (so a slip is found before anything is solved), evaluate_readout() the curves.
// The language is described in docs/files.md.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"
#include "simulate/metrics.h"
#include "units/units.h"

namespace vesper::evidence {

struct Readout {
  enum class Kind {
    number,  // `quantity`
    negate,  // operands[0]
    add,
    subtract,
    multiply,
    divide,  // operands[0], operands[1]
    // Readings of one output.  Operands: the time of `at` or the level of `hours above`, then
    // either nothing (the whole run) or the start and the end of a stretch.
    maximum,
    minimum,
    mean,
    time_of_maximum,
    at,
    area,
    half_life,
    hours_above,
  };
  Kind kind = Kind::number;
  units::Quantity quantity;
  std::string output, arm;  // of readings; an empty arm is the observation's own
  Place output_place, arm_place;
  std::vector<Readout> operands;
  Place place;  // of the number, operator or function name

  bool reads() const { return kind >= Kind::maximum; }
};

// `place` is that of the first byte of `text`; places within follow from it.
Result<Readout> parse_readout(std::string_view text, const Place& place = {});

// Every reading in the tree, in order of writing.
std::vector<const Readout*> readings(const Readout& readout);

// What a readout may name.
struct ReadoutScope {
  std::vector<std::string> arms;
  std::string arm;      // the observation's own
  double duration = 0;  // [h] of the run
  std::function<Result<units::Unit>(const std::string& output, const Place& place)> unit_of;
};

// The unit of the result.  Errors: unknown arms and outputs, units that do not go together, times
// outside the run or the wrong way round.
Result<units::Unit> check_readout(const Readout& readout, const ReadoutScope& scope);

struct OutputCurve {
  simulate::Curve curve;  // times in hours, from the start of the run to its end
  units::Unit unit;       // of the values
};

// A reason in words where there is no number: a failed run, a curve without a half-life.
template <class T>
using OrReason = tl::expected<T, std::string>;

// The curve of an output in an arm (never empty; the observation's own arm by its name).
using CurveOf =
    std::function<OrReason<OutputCurve>(const std::string& output, const std::string& arm)>;

// A finite number with its unit.  The readout has passed check_readout() in the same scope.
OrReason<units::Quantity> evaluate_readout(const Readout& readout, const std::string& arm,
                                           const CurveOf& curve_of);

}  // namespace vesper::evidence
