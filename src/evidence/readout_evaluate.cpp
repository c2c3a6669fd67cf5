// The readings are metrics of one curve (simulate/metrics.h); arithmetic carries units along:
//   a + b, a - b    b in the unit of a
//   a * b, a / b    the product or quotient of the units
//   hours a day above a level = 24 h * (hours above it between from and to) / (to - from)
#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "evidence/readout.h"

namespace vesper::evidence {

namespace {

using Kind = Readout::Kind;
using units::Quantity;
using units::Unit;

Unit hour() {
  auto unit = Unit::parse("h");
  return unit ? *unit : Unit();
}

bool is_constant(const Readout& readout) {
  return readings(readout).empty();
}

// Conversion may leave "12 weeks" an ulp beyond the end of the run.
bool within(double time, double start, double end) {
  const double slack = 1e-9 * (end - start);
  return time >= start - slack && time <= end + slack;
}

// The operands of a reading by their meaning.
struct Operands {
  const Readout* wanted = nullptr;  // the time of `at`, the level of `hours above`
  const Readout *from = nullptr, *to = nullptr;
};

Operands operands_of(const Readout& reading) {
  Operands found;
  std::size_t next = 0;
  if (reading.kind == Kind::at || reading.kind == Kind::hours_above) {
    found.wanted = &reading.operands[next++];
  }
  if (next < reading.operands.size()) {
    found.from = &reading.operands[next];
    found.to = &reading.operands[next + 1];
  }
  return found;
}

class Checker {
 public:
  explicit Checker(const ReadoutScope& scope) : scope_(scope) {}

  Result<Unit> unit(const Readout& readout) const {
    switch (readout.kind) {
      case Kind::number:
        return readout.quantity.unit;
      case Kind::negate:
        return unit(readout.operands[0]);
      case Kind::add:
      case Kind::subtract:
        return sum(readout);
      case Kind::multiply:
      case Kind::divide: {
        VESPER_TRY(const Unit left, unit(readout.operands[0]));
        VESPER_TRY(const Unit right, unit(readout.operands[1]));
        return readout.kind == Kind::multiply ? left * right : left / right;
      }
      default:
        return reading(readout);
    }
  }

 private:
  Result<Unit> sum(const Readout& readout) const {
    VESPER_TRY(const Unit left, unit(readout.operands[0]));
    VESPER_TRY(const Unit right, unit(readout.operands[1]));
    if (!left.same_dimension(right)) {
      const bool bare = left.text() == "1" || right.text() == "1";
      const bool add = readout.kind == Kind::add;
      return fail(Code::readout_units,
                  fmt::format("a value in '{}' cannot be {} one in '{}'", right.text(),
                              add ? "added to" : "taken from", left.text()),
                  readout.place,
                  bare ? "give the number a unit"
                       : fmt::format("only like units can be {}", add ? "added" : "subtracted"));
    }
    return left;
  }

  Result<Unit> reading(const Readout& reading) const {
    if (!reading.arm.empty() &&
        std::find(scope_.arms.begin(), scope_.arms.end(), reading.arm) == scope_.arms.end()) {
      return fail(Code::unknown_arm, fmt::format("the protocol has no arm '{}'", reading.arm),
                  reading.arm_place, suggest(reading.arm, scope_.arms));
    }
    VESPER_TRY(const Unit unit, scope_.unit_of(reading.output, reading.output_place));
    const Operands operands = operands_of(reading);
    if (reading.kind == Kind::at) VESPER_CHECK(time(*operands.wanted));
    if (reading.kind == Kind::hours_above) VESPER_CHECK(level(*operands.wanted, reading, unit));
    if (operands.from != nullptr) VESPER_CHECK(stretch(*operands.from, *operands.to));
    switch (reading.kind) {
      case Kind::time_of_maximum:
      case Kind::half_life:
      case Kind::hours_above:
        return hour();
      case Kind::area:
        return unit * hour();
      default:
        return unit;
    }
  }

  Result<void> level(const Readout& level, const Readout& reading, const Unit& wanted) const {
    VESPER_TRY(const Unit given, unit(level));
    if (given.same_dimension(wanted)) return {};
    return fail(Code::readout_units,
                fmt::format("the level is in '{}', but '{}' is in '{}'", given.text(),
                            reading.output, wanted.text()),
                level.place);
  }

  // Times that read a curve are known only after the run, and looked at again then.
  Result<void> time(const Readout& time) const {
    VESPER_TRY(const Unit given, unit(time));
    if (!given.same_dimension(hour())) {
      return fail(given.text() == "1" ? Code::missing_unit : Code::readout_units,
                  fmt::format("a time is wanted here, not a value in '{}'", given.text()),
                  time.place, "such as `8 h`, `2 weeks` or `day 15`");
    }
    if (!is_constant(time)) return {};
    const double at = constant(time);
    if (within(at, 0, scope_.duration)) return {};
    return fail(Code::readout_time,
                fmt::format("{:g} h is outside the run, which goes from 0 h to {:g} h", at,
                            scope_.duration),
                time.place, "lengthen the protocol's `duration` or read earlier");
  }

  Result<void> stretch(const Readout& from, const Readout& to) const {
    VESPER_CHECK(time(from));
    VESPER_CHECK(time(to));
    if (!is_constant(from) || !is_constant(to) || constant(from) < constant(to)) return {};
    return fail(
        Code::readout_time,
        fmt::format("the stretch from {:g} h to {:g} h is empty", constant(from), constant(to)),
        to.place, "the second time comes after the first");
  }

  // [h]; NaN where the arithmetic has no value, which no range holds.
  double constant(const Readout& time) const {
    const CurveOf none = [](const std::string&, const std::string&) -> OrReason<OutputCurve> {
      return tl::unexpected<std::string>("");
    };
    const auto value = evaluate_readout(time, scope_.arm, none);
    return value ? value->in(hour()) : std::nan("");
  }

  const ReadoutScope& scope_;
};

class Evaluator {
 public:
  Evaluator(const std::string& arm, const CurveOf& curve_of) : arm_(arm), curve_of_(curve_of) {}

  OrReason<Quantity> value(const Readout& readout) const {
    if (readout.kind == Kind::number) return readout.quantity;
    auto result = readout.reads() ? reading(readout) : arithmetic(readout);
    if (result && !std::isfinite(result->value)) {
      return tl::unexpected(fmt::format("'{}' gives no finite number", describe(readout)));
    }
    return result;
  }

 private:
  static std::string describe(const Readout& readout) {
    switch (readout.kind) {
      case Kind::add:
        return "+";
      case Kind::subtract:
        return "-";
      case Kind::multiply:
        return "*";
      case Kind::divide:
        return "/";
      default:
        return readout.output;
    }
  }

  OrReason<Quantity> arithmetic(const Readout& readout) const {
    auto left = value(readout.operands[0]);
    if (!left) return left;
    if (readout.kind == Kind::negate) return Quantity{-left->value, left->unit};
    const auto right = value(readout.operands[1]);
    if (!right) return right;
    switch (readout.kind) {
      case Kind::add:
        return Quantity{left->value + right->in(left->unit), left->unit};
      case Kind::subtract:
        return Quantity{left->value - right->in(left->unit), left->unit};
      case Kind::multiply:
        return Quantity{left->value * right->value, left->unit * right->unit};
      default:
        return Quantity{left->value / right->value, left->unit / right->unit};
    }
  }

  OrReason<Quantity> reading(const Readout& reading) const {
    const auto output = curve_of_(reading.output, reading.arm.empty() ? arm_ : reading.arm);
    if (!output) return tl::unexpected(output.error());
    assert(!output->curve.times.empty());
    const double start = output->curve.times.front(), end = output->curve.times.back();
    double from = start, to = end;
    const Operands operands = operands_of(reading);
    if (operands.from != nullptr) {
      const auto first = time(*operands.from, start, end), last = time(*operands.to, start, end);
      if (!first) return tl::unexpected(first.error());
      if (!last) return tl::unexpected(last.error());
      from = *first;
      to = *last;
      if (!(from < to)) {
        return tl::unexpected(fmt::format("the stretch from {:g} h to {:g} h is empty", from, to));
      }
    }
    if (reading.kind == Kind::at) {
      const auto when = time(*operands.wanted, start, end);
      if (!when) return tl::unexpected(when.error());
      return Quantity{simulate::at(output->curve, *when), output->unit};
    }
    if (reading.kind == Kind::hours_above) {
      const auto level = value(*operands.wanted);
      if (!level) return level;
      const double hours = simulate::hours_above(output->curve, level->in(output->unit), from, to);
      return Quantity{24 * hours / (to - from), hour()};
    }
    return stretch(reading, *output, from, to);
  }

  OrReason<Quantity> stretch(const Readout& reading, const OutputCurve& output, double from,
                             double to) const {
    const simulate::Curve& curve = output.curve;
    switch (reading.kind) {
      case Kind::maximum:
        return Quantity{simulate::maximum(curve, from, to).value, output.unit};
      case Kind::minimum:
        return Quantity{simulate::minimum(curve, from, to).value, output.unit};
      case Kind::mean:
        return Quantity{simulate::mean(curve, from, to), output.unit};
      case Kind::area:
        return Quantity{simulate::area(curve, from, to), output.unit * hour()};
      case Kind::time_of_maximum:
        return Quantity{simulate::maximum(curve, from, to).time - from, hour()};
      default:
        break;
    }
    const bool whole = reading.operands.empty();
    const std::optional<double> half_life = whole ? simulate::terminal_half_life(curve, from, to)
                                                  : simulate::half_life(curve, from, to);
    if (!half_life) {
      return tl::unexpected(
          fmt::format("'{}' has no half-life between {:g} h and {:g} h", reading.output, from, to));
    }
    return Quantity{*half_life, hour()};
  }

  // [h], within the run.
  OrReason<double> time(const Readout& readout, double start, double end) const {
    const auto when = value(readout);
    if (!when) return tl::unexpected(when.error());
    const double hours = when->in(hour());
    if (within(hours, start, end)) return std::clamp(hours, start, end);
    return tl::unexpected(fmt::format("{:g} h is outside the run", hours));
  }

  const std::string& arm_;
  const CurveOf& curve_of_;
};

}  // namespace

Result<Unit> check_readout(const Readout& readout, const ReadoutScope& scope) {
  return Checker(scope).unit(readout);
}

OrReason<Quantity> evaluate_readout(const Readout& readout, const std::string& arm,
                                    const CurveOf& curve_of) {
  return Evaluator(arm, curve_of).value(readout);
}

}  // namespace vesper::evidence
