// Dimensional analysis: what agrees, what does not, and what the message says.
#include <gtest/gtest.h>

#include "equations/models.h"

namespace vesper::equations {
namespace {

using namespace testing;

constexpr const char* prelude = R"(
  unit nM = 1e-9 mole/litre; unit nmol = 1e-9 mole; unit L = litre; unit mL = 1e-3 litre;
  unit L_per_h = litre/(3600 second); unit per_h = 1/(3600 second); unit h = 3600 second;
  unit nmol_per_h = 1e-9 mole/(3600 second); unit percent = 0.01 dimensionless;
  unit time_unit = 3600 second; unit substance = 1e-9 mole; unit volume = litre;
  function hill(c, e, n) c^n/(e^n + c^n); end
  model m
    CL = 10 L_per_h; V = 50 L; v = 5 mL; C50 = 2 nM; ka = 1 per_h; n = 2 dimensionless;
    nameless = 3; share = 50 percent; dose = 100 nmol; t_half = 4 h;
    compartment body = 3 L; species S in body; S = 0; species A; A = 0;
)";

Result<System> with(const std::string& line) {
  return build_text(prelude + line + "\nend");
}

TEST(Units, Agree) {
  const char* lines[] = {
      "C := A/V; C has nM;",
      "C := A/V; x := C + C50;",
      "x := CL/V + ka;",
      "x := exp(-ka*time);",
      "x := ln(C50/(1 nM));",
      "x := C50^2; y := sqrt(x) + C50;",
      "x := (C50/(1 nM))^n;",
      "x := 2^n;",
      "x := A + 0;",
      "x := max(0, A);",
      "x := piecewise(A, time > 24 h, 0);",
      "x := piecewise(1, A > 0, 0);",
      "x := nameless + CL;",
      "x := nameless*CL + V;",
      "x := 1 - exp(-nameless);",
      "x := hill(A/V, C50, 2);",
      "x := hill(nameless, C50, 2);",
      "x := root(2, V*V) + V;",
      "x := abs(A) + floor(dose);",
      "x := rem(time, 24 h) + t_half;",
      "x := quotient(time, 24 h) + 1;",
      "x = ln(2)/t_half; x has per_h;",
      "x = 5; x has per_h;",
      "x = 2*3; x has per_h;",
      "R: S -> ; CL*S;",
      "R: A -> S; ka*A;",
      "R: A -> ; 0;",
      "R: S -> ; nameless*S;",
      "x = 1 nM; x' = -ka*x;",
      "x = 1 nM; x' = ka*(C50 - x);",
      "E1: at time >= 24 h: CL = 2*CL;",
      "E1: at A > dose: ka = 0;",
      "x := S*body + A;",
      "x := rateOf(A) + ka*A;",
      "x := n*inf;",
  };
  for (const char* line : lines) {
    const auto system = with(line);
    EXPECT_TRUE(system) << line << "\n" << system.error().text();
  }
}

TEST(Units, DoNotAgree) {
  const struct {
    const char* line;
    const char* at;       // what the caret stands under
    const char* message;  // a part of it
    const char* mend;     // a part of it
    Code code = Code::unit_mismatch;
  } cases[] = {
      {"x := CL*C50 + CL;", "CL*C50 + CL", "adds L_per_h to", ""},
      {"x := A - V;", "A - V", "subtracts L from nmol", ""},
      {"x := V + v;", "V + v", "adds mL to L", "multiply by 0.001 to turn mL into L"},
      {"x := piecewise(1, time > 24, 0);", "time > 24", "compares h with a number without a unit",
       "24 h"},
      {"x := A + 1;", "A + 1", "adds a number without a unit to nmol", "`1 nmol`"},
      {"x := exp(ka);", "ka", "'exp' wants a number without a unit, not per_h", "1 per_h",
       Code::unit_not_allowed},
      {"x := ln(C50);", "C50", "not nM", "divide by a reference", Code::unit_not_allowed},
      {"x := exp(share);", "share", "not percent", "multiply by 0.01", Code::unit_not_allowed},
      {"x := C50^n;", "C50", "raised to a power that is not a plain number", "(C/EC50)^gamma",
       Code::unit_not_allowed},
      {"x := 2^ka;", "ka", "an exponent wants", "", Code::unit_not_allowed},
      {"x := V^0.3;", "V^0.3", "L to the power of 0.3 is no unit", "", Code::unit_not_allowed},
      {"C := A/V; C has L;", "A/V", "'C' is in L, but its formula is in nM", ""},
      {"C := A/V; C has nmol;", "A/V", "'C' is in nmol", ""},
      {"x = CL/V; x has L;", "CL/V", "'x' is in L, but its formula is in per_h", ""},
      {"x = 2*v; x has L;", "2*v", "'x' is in L, but its formula is in mL", "0.001"},
      {"R: A -> ; A;", "A;", "the rate of reaction 'R' is in nmol/h, but its formula is in nmol",
       ""},
      {"R: S -> ; ka*S;", "ka*S", "the rate of reaction 'R' is in nmol/h", "multiply by 'body'"},
      {"x = 1 nM; x' = -x;", "-x", "the rate of change of 'x' is in nM/h, but its formula is in nM",
       ""},
      {"E1: at time >= 24 h: CL = V;", "V;", "'CL' is in L_per_h, but its formula is in L", ""},
      {"E1: at time >= 24 h: CL = 70;", "70", "its formula is a number without a unit",
       "`70 L_per_h`"},
      {"E1: at time >= V: CL = 0;", "time >= V", "compares h with L", ""},
      {"x := min(A, V);", "min(A, V)", "puts L beside nmol", ""},
      {"x := piecewise(A, time > 1 h, V);", "piecewise(A, time > 1 h, V)",
       "gives nmol in one case and L in another", ""},
      {"x := hill(C50, V, 2);", "hill(C50, V, 2)", "in function 'hill'", ""},
      {"x := rem(time, V);", "rem(time, V)", "puts L beside h", ""},
  };
  for (const auto& c : cases) {
    const auto system = with(c.line);
    EXPECT_FALSE(system) << c.line;
    if (system) continue;
    const Diagnostic& error = system.error();
    EXPECT_EQ(error.code, c.code) << error.text();
    EXPECT_NE(error.message.find(c.message), std::string::npos) << c.line << "\n" << error.text();
    EXPECT_NE(error.mend.find(c.mend), std::string::npos) << c.line << "\n" << error.text();
    EXPECT_EQ(error.place.file, "test.ant");
    const std::string under = error.place.line_text.substr(error.place.column - 1);
    EXPECT_EQ(under.substr(0, std::string(c.at).size()), c.at) << error.text();
  }
}

TEST(Units, AModelCanOptOut) {
  EXPECT_FALSE(with("x := V + v;"));
  EXPECT_TRUE(build_text("//@ units unchecked\n" + (prelude + std::string("x := V + v;\nend"))));
  const auto system =
      build_text("//@ units unchecked\n" + (prelude + std::string("C := A/V; x := V + v;\nend")));
  ASSERT_TRUE(system) << system.error().text();
  EXPECT_EQ(named(system->outputs, "C").unit->text(), "nM") << "still derived where it can be";
  EXPECT_FALSE(named(system->outputs, "x").unit);
}

TEST(Units, AreDerived) {
  const auto system = with("C := A/V; k = CL/V; R: S -> ; CL*S; x := nameless*2;");
  ASSERT_TRUE(system) << system.error().text();
  EXPECT_EQ(named(system->outputs, "C").unit->text(), "nM");
  EXPECT_EQ(named(system->parameters, "k").unit->text(), "per_h");
  EXPECT_EQ(named(system->outputs, "R").unit->text(), "nmol/h");
  EXPECT_EQ(named(system->states, "S").unit->text(), "nmol") << "a state is an amount";
  EXPECT_EQ(named(system->outputs, "S").unit->text(), "nM") << "its name a concentration";
  EXPECT_FALSE(named(system->outputs, "x").unit);
  EXPECT_EQ(system->time_unit->text(), "h");
}

TEST(Units, AModelWithoutAnyIsClean) {
  EXPECT_TRUE(build_text(R"(
    model m
      k = 2; x = 1; x' = 1 - k*x + exp(-x)*piecewise(1, time > 24, k) + x^k;
      y := x + 5; R: -> z; k*y; z = 0;
    end)"));
}

}  // namespace
}  // namespace vesper::equations
