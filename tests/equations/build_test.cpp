// From a model to its system: what names mean, rates of change, initial values, events, lookups.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "equations/models.h"

namespace vesper::equations {
namespace {

using namespace testing;

TEST(Build, RateRulesAndAssignments) {
  const System s = built(R"(
    model two
      CL = 10; V = 50; k := CL/V;
      A = 100; A' = -k*A;
      C := A/V;
    end)");
  ASSERT_EQ(s.states.size(), 1U);
  const Point point = start(s);
  EXPECT_EQ(point.y[0], 100);
  EXPECT_DOUBLE_EQ(rate(s, "A", point), -20);
  EXPECT_DOUBLE_EQ(output(s, "C", point), 2);
  ASSERT_EQ(s.outputs.size(), 3U);
  EXPECT_EQ(s.outputs[0].id, "A");
  EXPECT_EQ(s.outputs[1].id, "k");
  EXPECT_EQ(s.outputs[2].id, "C");
}

TEST(Build, SpeciesInACompartmentMeanConcentrations) {
  const System s = built(R"(
    model conc
      compartment body = 5;
      species S in body, P in body; substanceOnly species N in body;
      S = 2; P = 0; N = 7;
      R: S -> 2 P; body*0.1*S;
      total := S + N;
    end)");
  const Point point = start(s);
  EXPECT_EQ(point.y, (std::vector<double>{10, 0, 7})) << "states are amounts";
  EXPECT_DOUBLE_EQ(output(s, "S", point), 2);
  EXPECT_DOUBLE_EQ(output(s, "N", point), 7);
  EXPECT_DOUBLE_EQ(output(s, "total", point), 9);
  EXPECT_DOUBLE_EQ(rate(s, "S", point), -1);
  EXPECT_DOUBLE_EQ(rate(s, "P", point), 2);
}

// c' = f with V growing: n' = f V + c V', for each way in which V can change.
TEST(Build, RateRuleOnAConcentrationInAChangingCompartment) {
  const System by_rate = built(R"(
    model m
      compartment V; V = 4; V' = 3;
      species $S in V; S = 2; S' = 5;
    end)");
  EXPECT_DOUBLE_EQ(rate(by_rate, "S", start(by_rate)), 5 * 4 + 2 * 3);

  const System by_rule = built(R"(
    model m
      compartment V; V := 4 + 2*w + 3*time; w = 0; w' = 1.5;
      species $S in V; S = 2; S' = 5;
    end)");
  EXPECT_DOUBLE_EQ(start(by_rule).y[1], 8) << "2 in a volume of 4";
  EXPECT_DOUBLE_EQ(rate(by_rule, "S", start(by_rule)), 5 * 4 + 2 * (2 * 1.5 + 3));
}

TEST(Build, ReactionsLeaveBoundarySpeciesAlone) {
  const System s = built(R"(
    model m
      species $B, S; B = 3; S = 1;
      R: B -> S; 2*B;
    end)");
  EXPECT_EQ(s.states.size(), 1U);
  EXPECT_DOUBLE_EQ(rate(s, "S", start(s)), 6);
  EXPECT_EQ(named(s.parameters, "B").value, 3) << "nothing changes it";
}

TEST(Build, ACatalystKeepsItsAmount) {
  const System s = built("model m\n species E, S; E = 1; S = 2; R: E + S -> E; E*S;\nend");
  EXPECT_EQ(rate(s, "E", start(s)), 0);
  EXPECT_EQ(rate(s, "S", start(s)), -2);
}

TEST(Build, InitialValuesFromParametersAndStates) {
  const System s = built(R"(
    model m
      b = 2*a; a = 3;
      x = b + 1; x' = -x;
      y = x*C; y' = 0;
      C := x/2;
      late = y + time;
    end)");
  const Point point = start(s);
  EXPECT_EQ(named(s.parameters, "a").value, 3);
  EXPECT_EQ(point.p[*s.parameter("b")], 6);
  EXPECT_EQ(point.y[0], 7);
  EXPECT_DOUBLE_EQ(point.y[1], 7 * 3.5);
  EXPECT_DOUBLE_EQ(point.p[*s.parameter("late")], 7 * 3.5);
  EXPECT_FALSE(named(s.parameters, "a").initial);
  EXPECT_TRUE(named(s.parameters, "b").initial);
}

TEST(Build, ParameterValuesAreNeverFolded) {
  const System s = built("model m\n k = 1; zero = 0; x = 1; x' = -k*x + zero*x;\nend");
  Point point = start(s);
  point.p[*s.parameter("k")] = 4;
  point.p[*s.parameter("zero")] = 1;
  EXPECT_DOUBLE_EQ(rate(s, "x", point), -3);
}

TEST(Build, FunctionsArePutInPlace) {
  const System s = built(R"(
    function hill(c, ec50, n) c^n/(ec50^n + c^n); end
    function twice(x) 2*x; end
    model m
      x = 3; x' = -twice(hill(x, 1.5, 2));
    end)");
  EXPECT_DOUBLE_EQ(rate(s, "x", start(s)), -2 * 9 / (2.25 + 9));
}

TEST(Build, BuiltInFunctions) {
  const struct {
    const char* formula;
    double value;
  } cases[] = {
      {"log10(x)", std::log10(0.4)},
      {"log(2, x)", std::log(0.4) / std::log(2.0)},
      {"root(3, x)", std::cbrt(0.4)},
      {"sec(x) + csc(x)", 1 / std::cos(0.4) + 1 / std::sin(0.4)},
      {"cot(x)", std::cos(0.4) / std::sin(0.4)},
      {"acot(x)", std::atan(1 / 0.4)},
      {"asech(x)", std::acosh(1 / 0.4)},
      {"coth(x)", 1 / std::tanh(0.4)},
      {"max(x, 1, 3, 2)", 3},
      {"quotient(7, 2) + rem(7, 2)", 4},
      {"piecewise(1, x > 1, 2, x > 0.3, 3)", 2},
      {"factorial(4)", 24},
      {"pi + avogadro*0 + exponentiale", std::numbers::pi + std::numbers::e},
      {"piecewise(1, true && !false, 0)", 1},
      {"floor(x) + ceil(x)", 1},
  };
  for (const auto& c : cases) {
    const System s = built(std::string("model m\n x = 0.4; x' = 1; f := ") + c.formula + ";\nend");
    EXPECT_NEAR(output(s, "f", start(s)), c.value, 1e-14) << c.formula;
  }
}

TEST(Build, RateOf) {
  const System s = built(R"(
    model m
      compartment V = 4; species S in V; S = 8; k = 0.5;
      R: S -> ; k*S*V;
      x = 3; x' = -2*x;
      a := rateOf(x); b := rateOf(S); c := rateOf(k);
    end)");
  const Point point = start(s);
  EXPECT_DOUBLE_EQ(output(s, "a", point), -6);
  EXPECT_DOUBLE_EQ(output(s, "b", point), -4) << "of the concentration";
  EXPECT_DOUBLE_EQ(output(s, "c", point), 0);
}

TEST(Build, Events) {
  const System s = built(R"(
    model m
      compartment V = 2; species S in V; S = 1; R: S -> ; 0*S;
      x = 0; x' = 1; k = 5;
      E1: at time >= 24 && k > 2: k = k + 1, S = 10, V = 3;
      E2: at x > 4: x = 0;
    end)");
  ASSERT_EQ(s.events.size(), 2U);
  const Event& first = s.events[0];
  EXPECT_TRUE(named(s.parameters, "k").changed_by_events);
  EXPECT_TRUE(named(s.parameters, "V").changed_by_events);
  ASSERT_EQ(first.roots.size(), 1U) << "k > 2 turns only when an event sets k";
  const Point point = start(s);
  EXPECT_EQ(evaluate(*s.graph, first.roots[0], point), -24);
  ASSERT_EQ(first.assignments.size(), 3U);
  EXPECT_EQ(evaluate(*s.graph, first.assignments[0].value, point), 6);
  EXPECT_EQ(evaluate(*s.graph, first.assignments[1].value, point), 10);
  ASSERT_TRUE(first.assignments[1].size) << "a concentration, in the volume at the execution";
  EXPECT_EQ(evaluate(*s.graph, *first.assignments[1].size, point), 2);
  EXPECT_EQ(evaluate(*s.graph, s.events[1].roots[0], point), -4);
  EXPECT_EQ(s.outputs.back().id, "k") << "parameters that events change can be watched";
}

TEST(Build, JumpsOfTheRatesAreFound) {
  const System s = built(R"(
    model m
      x = 1; x' = piecewise(1, time < 8, 2, x > 3, 0) + floor(time/24);
      seen := piecewise(1, time > 100, 0);
    end)");
  EXPECT_EQ(s.time_roots.size(), 3U) << "what only outputs use does not stop the integrator";
}

TEST(Build, JacobianHasTheExactPattern) {
  const System s = built(R"(
    model m
      a = 1; b = 2; c = 3; k = 0.1;
      a' = -k*a; b' = k*a - b*c; c' = k + floor(b);
    end)");
  EXPECT_EQ(s.jacobian.column_start, (std::vector<std::uint32_t>{0, 2, 3, 4}));
  EXPECT_EQ(s.jacobian.row, (std::vector<std::uint32_t>{0, 1, 1, 1}));
}

void expect_jacobian_matches_differences(const System& s, Point point) {
  const std::size_t n = s.states.size();
  std::vector<std::vector<double>> exact(n, std::vector<double>(n, 0));
  for (std::uint32_t j = 0; j < n; ++j) {
    for (std::uint32_t k = s.jacobian.column_start[j]; k < s.jacobian.column_start[j + 1]; ++k) {
      exact[s.jacobian.row[k]][j] = evaluate(*s.graph, s.jacobian.value[k], point);
    }
  }
  for (std::uint32_t j = 0; j < n; ++j) {
    const double h = 1e-5 * std::max(1.0, std::abs(point.y[j]));
    Point up = point, down = point;
    up.y[j] += h;
    down.y[j] -= h;
    for (std::uint32_t i = 0; i < n; ++i) {
      const NodeId f = s.states[i].derivative;
      const double numeric = (evaluate(*s.graph, f, up) - evaluate(*s.graph, f, down)) / (2 * h);
      EXPECT_NEAR(exact[i][j], numeric, 1e-5 * std::max(1.0, std::abs(numeric)))
          << s.states[i].id << " by " << s.states[j].id;
    }
  }
}

TEST(Build, JacobianAgreesWithDifferencesOnAModel) {
  const System s = built(R"(
    function emax(c, m, e) m*c/(e + c); end
    model m
      compartment V = 3; species A in V, B in V; A = 2; B = 0.5;
      k = 0.3; n = 1.7; r = 1; r' = 0.2*(1 + emax(A, 2, 4)) - 0.2*r*exp(-B);
      J1: A -> B; V*k*A^n/(1 + B);
      J2: B -> ; V*emax(B, 1, 0.7)*sqrt(r);
    end)");
  expect_jacobian_matches_differences(s, start(s));
}

TEST(Build, JacobianAgreesWithDifferencesOnTheNaltrexoneModel) {
  const std::string path = std::string(VESPER_SOURCE_DIR) + "/models/naltrexone.ant";
  files::SearchPath search;
  search.share = VESPER_SOURCE_DIR;
  const auto model = language::read_antimony(path, search);
  ASSERT_TRUE(model) << model.error().text();
  const auto system = build(*model);
  ASSERT_TRUE(system) << system.error().text();
  Point point = start(*system);
  for (std::size_t i = 0; i < point.y.size(); ++i)
    point.y[i] += 0.1 + 0.03 * static_cast<double>(i);
  expect_jacobian_matches_differences(*system, point);
}

TEST(Build, CarriesWhereNumbersComeFrom) {
  const System s = built(R"(
    model m
      CL = 140; CL is "clearance"; CL description "dunbar-2007"; CL notes "established; 94-210";
      CL.standardDeviation = 40;
      V = lognormal(100, 30);
      x = 1; x' = -CL/V*x;
    end)");
  const Parameter& cl = named(s.parameters, "CL");
  EXPECT_EQ(cl.label(), "clearance");
  EXPECT_EQ(cl.description, "dunbar-2007");
  EXPECT_EQ(cl.notes, "established; 94-210");
  EXPECT_EQ(cl.place.line, 3);
  ASSERT_TRUE(cl.uncertainty);
  EXPECT_EQ(*cl.uncertainty->standard_deviation, 40);
  EXPECT_NE(named(s.parameters, "V").distribution, nullptr);
  const Audit said = audit(s);
  EXPECT_EQ(said.parameters, 2U);
  EXPECT_EQ(said.without_unit.size(), 2U);
  EXPECT_EQ(said.without_source, (std::vector<std::uint32_t>{*s.parameter("V")}));
}

TEST(Build, HundredThousandTermsAreNoTrouble) {
  Draft draft;
  auto sum = draft.number(1);
  draft.symbol("x", draft.number(1));
  for (int k = 0; k < 50'000; ++k) {
    sum = language::make(language::Expression::Kind::add, {sum, draft.name("x")}, {});
  }
  draft.rule("x", sum, language::Rule::Kind::rate);
  const auto s = draft.build();
  ASSERT_TRUE(s) << s.error().text();
  EXPECT_EQ(rate(*s, "x", start(*s)), 50'001);
  EXPECT_FALSE(equations_text(*s).empty());
}

TEST(Lookup, ByIdDisplayNameAndLastPart) {
  const System s = built(R"(
    model part
      CL = 1; x = 1; x' = -CL*x;
    end
    model *whole
      a: part(); b: part(); only = 3;
      total := a.x + b.x; total is "Plasma Total"; only is "the only one";
    end)");
  EXPECT_EQ(s.parameters[*s.parameter("a.CL")].id, "a.CL");
  EXPECT_EQ(s.parameters[*s.parameter("The Only One")].id, "only");
  EXPECT_EQ(s.outputs[*s.output("plasma total")].id, "total");
  const auto ambiguous = s.parameter("CL");
  ASSERT_FALSE(ambiguous);
  EXPECT_EQ(ambiguous.error().code, Code::ambiguous_name);
  EXPECT_NE(ambiguous.error().message.find("a.CL or b.CL"), std::string::npos);
  EXPECT_EQ(s.parameter("onyl").error().mend, "did you mean 'only'?");
  EXPECT_EQ(s.parameter("total").error().code, Code::unknown_parameter);
  EXPECT_NE(s.parameter("a.x").error().message.find("is a state"), std::string::npos);
  EXPECT_NE(s.output("only").error().message.find("is a parameter"), std::string::npos);
  EXPECT_EQ(s.output("plasma totl").error().mend, "did you mean 'Plasma Total'?");
  EXPECT_FALSE(s.parameter(""));
}

TEST(Lookup, DoseTargets) {
  const System s = built(R"(
    model m
      //@ dose oral naltrexone into Gut
      //@ dose intravenous into Blood
      species Gut, Blood; Gut = 0; Blood = 0; R: Gut -> Blood; 2*Gut;
    end)");
  EXPECT_EQ(*s.dose_state("oral", "naltrexone"), 0U);
  EXPECT_EQ(*s.dose_state("intravenous", "anything"), 1U);
  EXPECT_EQ(*s.dose_state("oral", ""), 0U);
  const auto wrong = s.dose_state("oral", "magnesium");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Code::unknown_route);
  EXPECT_EQ(wrong.error().notes.front(), "it has: oral naltrexone, intravenous");
}

}  // namespace
}  // namespace vesper::equations
