// Text and LaTeX of a system: faithful, and pleasant.
#include <gtest/gtest.h>

#include "equations/models.h"

namespace vesper::equations {
namespace {

using namespace testing;

const std::string oral = R"(
  unit nmol = 1e-9 mole; unit L = litre; unit per_h = 1/(3600 second);
  unit time_unit = 3600 second; unit substance = 1e-9 mole;
  model oral
    //@ dose oral naltrexone into Gut
    //@ hypothesis H1 "fast" ka_fast = 2
    compartment body = 40 L; species Gut; species S in body; Gut = 0; S = 0;
    ka_fast = 1.5 per_h; ka_fast is "absorption"; ka_fast description "Smith & Co, 50 %_x";
    k = 0.2 per_h; late = 2*k;
    uptake: Gut -> S; ka_fast*Gut;
    loss: S -> ; k*S*body;
    Switch: at time > 24: k = 0.1 per_h;
  end)";

TEST(Text, Equations) {
  const System s = built("//@ units unchecked\n" + oral);
  const std::string text = equations_text(s);
  for (const char* line : {
           "model oral: 2 states, 4 parameters",
           "Gut'       = -uptake   [nmol/h]",
           "amount(S)' = uptake - loss   [nmol/h]",
           "S = amount(S)/body",
           "uptake = ka_fast*Gut",
           "loss   = k*S*body",
           "// absorption · Smith & Co, 50 %_x",
           "Switch: at time > 24",
           "may turn where time - 24 = 0",
           "k becomes 0.1",
           "oral naltrexone into Gut",
           "H1 \"fast\": ka_fast = 2",
       }) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  }
}

TEST(Text, Jacobian) {
  const System s = built("model m\n k = 1; x = 1; y = 1; x' = -k*x; y' = k*x - y*y;\nend");
  const std::string text = jacobian_text(s);
  for (const char* line : {"3 entries are not zero (75 %)", "x  x.", "y  xx", "d x'/d x = -k",
                           "d y'/d x = k", "d y'/d y = -(y + y)"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  }
}

TEST(Text, FormulasReadAsTheyWereWritten) {
  for (const char* formula : {
           "a - (b - x)",
           "a/(b*x)",
           "a/b/x",
           "(a + b)*x",
           "-a*x",
           "a^(b + x)",
           "(a + x)^2",
           "(-x)^2",
           "exp(-a*x)",
           "piecewise(a, x > 1, b, x < 0, x)",
           "a + b + x",
           "a + (b + x)",
           "a*(b*x)",
           "min(a, x)",
           "!(x > a)",
           "(x > a) + 1",
           "a - -2*x",
           "x^a^b",
       }) {
    const System s =
        built(std::string("model m\n a = 1; b = 2; x = 1; x' = 1; f := ") + formula + ";\nend");
    // What is printed means what was read: it builds to the same value everywhere.
    const std::string printed = equations::formula(s, named(s.outputs, "f").value);
    const System again = built("model m\n a = 1; b = 2; x = 1; x' = 1; f := " + printed + ";\nend");
    for (const double x : {-1.5, 0.25, 3.0}) {
      const Point point{0, {x}, {1.25, 2.0}};
      const double first = output(s, "f", point), second = output(again, "f", point);
      EXPECT_TRUE(first == second || (first != first && second != second))
          << formula << " printed as " << printed;
    }
  }
}

TEST(Text, SharedPartsAreNamedOnce) {
  const System s = built(R"(
    model m
      a = 1; s1 = 2; x = 1; y = 1;
      x' = -(a*x/(s1 + x)); y' = 3*(a*x/(s1 + x));
    end)");
  const std::string text = equations_text(s);
  EXPECT_NE(text.find("s2 = a*x/(s1 + x)"), std::string::npos) << text;
  EXPECT_NE(text.find("x' = -s2"), std::string::npos) << text;
}

TEST(Text, DeepFormulasAreCut) {
  std::string sum = "x";
  for (int k = 0; k < 150; ++k) sum = "sin(" + sum + ")";
  const System s = built("model m\n x = 1; x' = " + sum + ";\nend");
  const std::string text = formula(s, s.states[0].derivative);
  EXPECT_NE(text.find(" where s1 = sin("), std::string::npos);
}

bool balanced(const std::string& latex) {
  int depth = 0;
  for (std::size_t i = 0; i < latex.size(); ++i) {
    if (latex[i] == '\\') {
      ++i;
      continue;
    }
    depth += latex[i] == '{' ? 1 : latex[i] == '}' ? -1 : 0;
    if (depth < 0) return false;
  }
  return depth == 0;
}

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(Latex, Equations) {
  const std::string latex = equations_latex(built("//@ units unchecked\n" + oral));
  for (const char* part : {
           R"(\frac{\mathrm{d}\mathrm{Gut}}{\mathrm{d}t} &= -\mathrm{uptake})",
           R"([\text{nmol/h}])",
           R"(\mathrm{ka}_{\mathrm{fast}})",
           R"(\frac{n\!\left(S\right)}{\mathrm{body}})",
           R"(\text{Smith \& Co, 50 \%\_x})",
           R"(\text{Switch: when } t > 24)",
       }) {
    EXPECT_NE(latex.find(part), std::string::npos) << part << "\n" << latex;
  }
  EXPECT_TRUE(balanced(latex));
  for (const char* environment : {"align*", "array", "cases"}) {
    EXPECT_EQ(occurrences(latex, std::string("\\begin{") + environment + "}"),
              occurrences(latex, std::string("\\end{") + environment + "}"));
  }
}

TEST(Latex, EveryOperation) {
  const std::string latex = equations_latex(built(R"(
    model m
      alpha = 1e-5; x = 1; x' = -alpha*x;
      f := sqrt(x) + abs(x)^2 + floor(x) + log10(x) + asinh(x) + max(x, 2)*exp(-x/alpha);
      g := piecewise(1, x > 2 && !(x < 3), 2, x != 1 || x <= alpha, xor(x > 1, x < 2));
    end)"));
  for (const char* part :
       {R"(\alpha)", R"(\sqrt{x})", R"({\left|x\right|}^{2})", R"(\left\lfloor x \right\rfloor)",
        R"(\log_{10}\left(x\right))", R"(\operatorname{arsinh})", R"(\max\left(x, 2\right))",
        R"(\begin{cases})", R"(\land)", R"(\lnot)", R"(\ne)", R"(\le)", R"(\operatorname{xor})",
        R"(\text{otherwise})", R"(10^{-5})"}) {
    EXPECT_NE(latex.find(part), std::string::npos) << part << "\n" << latex;
  }
  EXPECT_TRUE(balanced(latex));
}

}  // namespace
}  // namespace vesper::equations
