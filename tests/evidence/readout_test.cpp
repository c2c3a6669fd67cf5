// The language of readouts on curves whose metrics are known in closed form.
#include "evidence/readout.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <map>

namespace vesper::evidence {
namespace {

units::Unit unit(const char* text) {
  return units::Unit::parse(text).value();
}

// Curves over 0 to 240 h, close enough together that a straight line is as good as the curve.
class Bench {
 public:
  Bench() {
    add("decay", "one", "ng/mL", [](double t) { return 80 * std::exp(-0.1 * t); });
    add("decay", "two doses", "ng/mL", [](double t) { return 160 * std::exp(-0.1 * t); });
    add("ramp", "one", "ng/mL", [](double t) { return 2 * t; });
    add("plasma 6-beta-naltrexol", "one", "nmol/L", [](double t) { return 5 + t; });
    add("MOR occupancy", "one", "1", [](double t) { return t < 48 ? 0.9 : 0.2; });
    add("tent", "one", "mg", [](double t) { return t < 60 ? t : 120 - t; });
    add("flat", "one", "L/h", [](double) { return 3.0; });
  }

  template <class F>
  void add(const std::string& output, const std::string& arm, const char* of, F&& f) {
    Samples& samples = samples_[{output, arm}];
    samples.unit = unit(of);
    for (int i = 0; i <= 24000; ++i) {
      samples.times.push_back(0.01 * i);
      samples.values.push_back(f(samples.times.back()));
    }
  }

  ReadoutScope scope() const {
    ReadoutScope scope;
    scope.arms = {"one", "two doses"};
    scope.arm = "one";
    scope.duration = 240;
    scope.unit_of = [this](const std::string& output, const Place& place) -> Result<units::Unit> {
      std::vector<std::string> known;
      for (const auto& [key, samples] : samples_) {
        if (key.first == output) return samples.unit;
        known.push_back(key.first);
      }
      return fail(Code::unknown_choice, "unknown output '" + output + "'", place,
                  suggest(output, known));
    };
    return scope;
  }

  CurveOf curves() const {
    return [this](const std::string& output, const std::string& arm) -> OrReason<OutputCurve> {
      const auto found = samples_.find({output, arm});
      if (found == samples_.end()) return tl::unexpected("the run of '" + arm + "' failed");
      return OutputCurve{{found->second.times, found->second.values}, found->second.unit};
    };
  }

  // Parsed, checked, evaluated and converted.
  double value(const std::string& text, const char* wanted) const {
    auto tree = parse_readout(text);
    if (!tree) throw std::runtime_error(text + ": " + tree.error().text());
    auto result_unit = check_readout(*tree, scope());
    if (!result_unit) throw std::runtime_error(text + ": " + result_unit.error().text());
    auto result = evaluate_readout(*tree, "one", curves());
    if (!result) throw std::runtime_error(text + ": " + result.error());
    EXPECT_TRUE(result->unit.same(*result_unit)) << text;
    EXPECT_TRUE(result->unit.same_dimension(unit(wanted))) << text << " in " << result->unit.text();
    return result->in(unit(wanted));
  }

 private:
  struct Samples {
    std::vector<double> times, values;
    units::Unit unit;
  };
  std::map<std::pair<std::string, std::string>, Samples> samples_;
};

const Bench& bench() {
  static const Bench bench;
  return bench;
}

struct Known {
  const char* text;
  const char* unit;
  double value;
};

TEST(Readout, has_the_closed_form_of_each_function) {
  const double e = std::exp(1.0);
  const std::vector<Known> table = {
      {"max(decay)", "ng/mL", 80},
      {"max(decay, 10 h, 20 h)", "ng/mL", 80 / e},
      {"min(decay, 0 h, 10 h)", "ng/mL", 80 / e},
      {"mean(decay, 0 h, 10 h)", "ng/mL", 80 * (1 - 1 / e)},
      {"mean(ramp)", "ng/mL", 240},
      {"time of max(tent)", "h", 60},
      {"time of max(tent, 24 h, day 6)", "h", 36},  // since the start of the stretch
      {"time of max(tent)", "days", 2.5},
      {"at(ramp, 8 h)", "ng/mL", 16},
      {"at(ramp, 8h)", "ng/mL", 16},
      {"at(ramp, 480 min)", "ng/mL", 16},
      {"at(ramp, day 1)", "ng/mL", 0},
      {"at(ramp, day 3)", "ng/mL", 96},
      {"at(ramp, week 2)", "ng/mL", 336},
      {"at(ramp, 1 weeks + 1 days)", "ng/mL", 384},
      {"at(ramp, 12 h)", "ug/L", 24},
      {"at(MOR occupancy, 48 h)", "%", 20},  // after the jump
      {"at(MOR occupancy, 8 h)", "%", 90},
      {"auc(decay, 0 h, 10 h)", "ng*h/mL", 800 * (1 - 1 / e)},
      {"auc(ramp)", "ug*h/L", 57600},
      {"half-life(decay, 10 h, 60 h)", "h", std::log(2) / 0.1},
      {"half-life(decay)", "h", std::log(2) / 0.1},
      {"hours above(MOR occupancy, 50 %)", "h", 24 * 48.0 / 240},
      {"hours above(MOR occupancy, 0.5, 24 h, 72 h)", "h", 12},
      {"hours above(decay, 0.5 * max(decay))", "h", 24 * std::log(2) / 0.1 / 240},
      {"max(plasma 6-beta-naltrexol)", "nmol/L", 245},
      {"max(plasma 6-beta-naltrexol) - min(plasma 6-beta-naltrexol)", "uM", 0.240},
      {"max(decay @ two doses) / max(decay)", "1", 2},
      {"max(decay @ two doses) / max(decay) - 1", "%", 100},
      {"max('decay' @ 'two doses') / max( decay @one )", "1", 2},
      {"1 - max(decay, 10 h, 20 h) / max(decay)", "%", 100 * (1 - 1 / e)},
      {"-max(decay) + 100 ng/mL", "ng/mL", 20},
      {"max(decay) - (10 ng/mL - 5 ug/L)", "ng/mL", 75},
      {"max(decay) - 10 ng/mL - 5 ng/mL", "ng/mL", 65},
      {"2 * max(decay) / 4", "ng/mL", 40},
      {"2*max(decay)/4", "ng/mL", 40},
      {"100 ng/mL - 2 * 30 ng/mL - max(ramp) * 0", "ng/mL", 40},
      {"max(flat) * 0.5 h / 3", "L", 0.5},
      {"0.5 /h * max(tent)", "mg/h", 30},
      {"8 mg/(L.h) * 2 h + 0 * max(decay)", "mg/L", 16},
      {"time of max(tent) - half-life(decay)", "h", 60 - std::log(2) / 0.1},
      {"at(tent, time of max(tent) + 10 h)", "mg", 50},
      {"1e2 ng/mL - max(decay)", "ng/mL", 20},
  };
  for (const Known& known : table) {
    EXPECT_NEAR(bench().value(known.text, known.unit), known.value,
                2e-3 * std::max(1.0, std::abs(known.value)))
        << known.text;
  }
}

struct Refused {
  const char* text;
  Code code;
  int column;
  const char* message;
  const char* mend;
};

const std::vector<Refused>& refusals() {
  static const std::vector<Refused> table = {
      {"", Code::readout_syntax, 1, "the readout is empty", "max("},
      {"   ", Code::readout_syntax, 1, "the readout is empty", "max("},
      {"decay", Code::readout_syntax, 1, "'decay' does not say what is read", "max(decay)"},
      {"plasma 6-beta-naltrexol", Code::readout_syntax, 1, "'plasma 6-beta-naltrexol' does not say",
       "at(plasma 6-beta-naltrexol, 8 h)"},
      {"maxx(decay)", Code::unknown_readout, 1, "unknown readout 'maxx'", "'max'"},
      {"1 + half life(decay)", Code::unknown_readout, 5, "unknown readout 'half life'",
       "half-life"},
      {"cmax(decay)", Code::unknown_readout, 1, "unknown readout 'cmax'", "'max'"},
      {"max(decay", Code::readout_syntax, 4, "never closed", "quotes"},
      {"at(decay", Code::readout_syntax, 3, "never closed", "between { and }"},
      {"max(decay,", Code::readout_syntax, 10, "ends where a value is wanted", "quotes"},
      {"(max(decay)", Code::readout_syntax, 1, "never closed", "close"},
      {"max(decay))", Code::readout_syntax, 11, "closes nothing", "leave it out"},
      {"max()", Code::readout_syntax, 5, "the name of an output is missing", ""},
      {"max(decay @ )", Code::readout_syntax, 13, "the name of an arm is missing", ""},
      {"max('decay)", Code::readout_syntax, 5, "this quote is never closed", ""},
      {"max(decay) max(ramp)", Code::readout_syntax, 12, "'max' follows without an operator", "+"},
      {"max(decay), 2", Code::readout_syntax, 11, "comma stands in no function", "arguments"},
      {"max(decay) +", Code::readout_syntax, 12, "ends where a value is wanted", ""},
      {"* 2", Code::readout_syntax, 1, "'*' stands where a value is wanted", "max(X)"},
      {"max(decay) * / 2", Code::readout_syntax, 14, "'/' stands where", ""},
      {"at(decay)", Code::readout_arguments, 1, "'at' needs a time", "at(X, 8 h)"},
      {"at(decay, 1 h, 2 h)", Code::readout_arguments, 1, "'at' cannot take 2", "at(X, 8 h)"},
      {"max(decay, 2 h)", Code::readout_arguments, 1, "'max' cannot take 1 argument after",
       "max(X, from, to)"},
      {"hours above(decay)", Code::readout_arguments, 1, "needs a level", "50 %"},
      {"hours above(decay, 1 ng/mL, 3 h)", Code::readout_arguments, 1, "cannot take 2", "from, to"},
      {"at(decay, 8)", Code::missing_unit, 11, "a time is wanted", "8 h"},
      {"at(decay, 8 hx)", Code::unknown_unit, 13, "unknown unit 'hx'", "'h'"},
      {"at(decay, 8 ng/mL)", Code::readout_units, 11, "a time is wanted", "day 15"},
      {"at(decay, 8 h-2 h)", Code::readout_syntax, 13, "'h-2' is no unit", "space on each side"},
      {"2 ng/mL*3 + max(decay)", Code::readout_syntax, 3, "'ng/mL*3' is no unit", "space"},
      {"2 /min(decay)", Code::readout_syntax, 3, "'/min' is no unit", "space"},
      {"at(decay, day 0)", Code::readout_syntax, 11, "'day 0' is no point in time",
       "counted from 1"},
      {"at(decay, day 1.5)", Code::readout_syntax, 11, "'day 1.5' is no point in time", "from 1"},
      {"at(decay, -1 h)", Code::readout_time, 11, "-1 h is outside the run", "duration"},
      {"at(decay, 241 h)", Code::readout_time, 11, "241 h is outside the run, which goes",
       "duration"},
      {"at(decay, day 12)", Code::readout_time, 11, "264 h is outside the run", "duration"},
      {"max(decay, 20 h, 10 h)", Code::readout_time, 18, "from 20 h to 10 h is empty", "second"},
      {"max(decay, 5 h, 5 h)", Code::readout_time, 17, "is empty", "second"},
      {"at(decay, 1 h / 0)", Code::readout_time, 15, "nan h is outside", ""},
      {"max(decya)", Code::unknown_choice, 5, "unknown output 'decya'", "'decay'"},
      {"1 * max(plasma 6-beta-naltrexole)", Code::unknown_choice, 9, "unknown output",
       "naltrexol'"},
      {"max(decay @ two dose)", Code::unknown_arm, 13, "no arm 'two dose'", "'two doses'"},
      {"max(decay) + max(tent)", Code::readout_units, 12, "'mg' cannot be added to one in 'ng/mL'",
       "like units"},
      {"max(decay) - 5", Code::readout_units, 12, "'1' cannot be taken from",
       "give the number a unit"},
      {"hours above(decay, 50 %)", Code::readout_units, 20, "the level is in '%'", ""},
      {"1e999 * max(decay)", Code::bad_number, 1, "too large", ""},
      {"2 ng/mLL * max(decay)", Code::unknown_unit, 3, "unknown unit 'ng/mLL'", "ng/mL"},
  };
  return table;
}

TEST(Readout, refuses_with_code_column_and_mend) {
  for (const Refused& refused : refusals()) {
    const std::string text = refused.text;
    Place place{"obs.yaml", 7, 1, 1, text};
    auto tree = parse_readout(text, place);
    Result<units::Unit> result;
    if (tree) {
      result = check_readout(*tree, bench().scope());
    } else {
      result = tl::unexpected<Diagnostic>(tree.error());
    }
    ASSERT_FALSE(result) << text;
    const Diagnostic& error = result.error();
    EXPECT_EQ(info(error.code).number, info(refused.code).number) << text << "\n" << error.text();
    EXPECT_EQ(error.place.line, 7) << text;
    EXPECT_EQ(error.place.column, refused.column) << text << "\n" << error.text();
    EXPECT_NE(error.message.find(refused.message), std::string::npos) << error.text();
    EXPECT_NE(error.mend.find(refused.mend), std::string::npos) << error.text();
  }
}

TEST(Readout, points_into_the_line_it_stands_in) {
  const std::string line = "  predict: {readout: \"max(decay) - 5 hx\"}";
  auto tree = parse_readout("max(decay) - 5 hx", {"o.yaml", 3, 23, 17, line});
  ASSERT_FALSE(tree);
  EXPECT_EQ(tree.error().place.column, 38);
  EXPECT_EQ(tree.error().place.length, 2);
}

TEST(Readout, points_at_the_whole_where_the_text_is_folded) {
  auto tree = parse_readout("max(decay) - 5 hx", {"o.yaml", 3, 12, 1, "  readout: >-"});
  ASSERT_FALSE(tree);
  EXPECT_EQ(tree.error().place.column, 12);
}

TEST(Readout, refuses_what_would_exhaust_the_stack) {
  EXPECT_EQ(parse_readout(std::string(500, '(')).error().code, Code::too_deep);
  EXPECT_EQ(parse_readout(std::string(500, '-') + "1").error().code, Code::too_deep);
  std::string many = "1";
  for (int i = 0; i < 100000; ++i) many += "+1";
  EXPECT_EQ(parse_readout(many).error().code, Code::readout_syntax);
}

TEST(Readout, says_in_words_why_there_is_no_number) {
  const std::vector<std::pair<const char*, const char*>> table = {
      {"half-life(ramp, 10 h, 20 h)", "no half-life between 10 h and 20 h"},
      {"half-life(flat)", "no half-life"},
      {"max(decay @ two doses) + max(ramp @ two doses)", "the run of 'two doses' failed"},
      {"max(decay) / min(ramp)", "no finite number"},
      {"at(tent, 5 * time of max(tent))", "300 h is outside the run"},
      {"max(tent, time of max(tent), 10 h)", "from 60 h to 10 h is empty"},
  };
  for (const auto& [text, reason] : table) {
    auto tree = parse_readout(text);
    ASSERT_TRUE(tree && check_readout(*tree, bench().scope())) << text;
    auto result = evaluate_readout(*tree, "one", bench().curves());
    ASSERT_FALSE(result) << text << " = " << result->value;
    EXPECT_NE(result.error().find(reason), std::string::npos) << result.error();
  }
}

TEST(Readout, lists_its_readings) {
  auto tree = parse_readout("max(a b @ x y) / (1 - at(c-d, time of max(e)))");
  ASSERT_TRUE(tree);
  const auto found = readings(*tree);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0]->output, "a b");
  EXPECT_EQ(found[0]->arm, "x y");
  EXPECT_EQ(found[1]->output, "c-d");
  EXPECT_EQ(found[1]->arm, "");
  EXPECT_EQ(found[2]->output, "e");
}

// Arithmetic of readouts is arithmetic of numbers.
struct Expression {
  std::string text;
  double value;
};

Expression expression(int depth) {
  const int choice = depth == 0 ? 0 : *rc::gen::inRange(0, 6);
  if (choice <= 1) {
    const int n = *rc::gen::inRange(1, 100);
    return {std::to_string(n), static_cast<double>(n)};
  }
  const Expression a = expression(depth - 1), b = expression(depth - 1);
  switch (choice) {
    case 2:
      return {"(" + a.text + " + " + b.text + ")", a.value + b.value};
    case 3:
      return {"(" + a.text + " - " + b.text + ")", a.value - b.value};
    case 4:
      return {"(" + a.text + " * " + b.text + ")", a.value * b.value};
    default:
      return {"(" + a.text + " / " + b.text + ")", a.value / b.value};
  }
}

RC_GTEST_PROP(ReadoutProperty, arithmetic_agrees_with_doubles, ()) {
  const Expression e = expression(4);
  auto tree = parse_readout(e.text);
  RC_ASSERT(tree.has_value());
  auto result = evaluate_readout(*tree, "one", bench().curves());
  RC_ASSERT(result.has_value() == std::isfinite(e.value));
  if (result) RC_ASSERT(result->value == e.value);
}

RC_GTEST_PROP(ReadoutProperty, any_bytes_are_answered, (const std::string& noise)) {
  const std::vector<std::string> words = {"max(",       "decay", ")", ",",   " 8 h", "@", "-",
                                          "half-life(", "day 3", "(", " / ", "50 %", "'", noise};
  std::string text;
  const int n = *rc::gen::inRange(0, 12);
  for (int i = 0; i < n; ++i) text += *rc::gen::elementOf(words);
  auto tree = parse_readout(text, {"f", 1, 1, 1, text});
  if (!tree) {
    RC_ASSERT(!tree.error().message.empty());
    RC_ASSERT(tree.error().place.column >= 1);
    RC_ASSERT(tree.error().place.column <= static_cast<int>(text.size()) + 1);
    return;
  }
  if (check_readout(*tree, bench().scope())) evaluate_readout(*tree, "one", bench().curves());
}

}  // namespace
}  // namespace vesper::evidence
