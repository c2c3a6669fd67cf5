// Formulas: precedence, function names, and text that reads back as the same tree.
#include <rapidcheck.h>

#include <cmath>

#include "language/parse.h"

namespace vesper::language {
namespace {

using Kind = Expression::Kind;

ExpressionPtr formula(const std::string& text) {
  const Model model = parse("a = 1; b = 2; c = 3; d = 4; y := " + text);
  return model.rules.empty() ? make_number(std::nan("")) : model.rules.back().formula;
}

// Every operation in parentheses, so that grouping shows.
std::string grouped(const Expression& e) {
  if (e.arguments.empty()) return text(e);
  if (e.kind == Kind::call || e.kind == Kind::logical_xor || e.kind == Kind::implies) {
    std::string out = e.kind == Kind::call ? e.name : e.kind == Kind::implies ? "implies" : "xor";
    for (const auto& part : e.arguments) out += " " + grouped(*part);
    return "<" + out + ">";
  }
  if (e.arguments.size() == 1) {
    return std::string("(") + (e.kind == Kind::negate ? "-" : "!") + grouped(*e.arguments[0]) + ")";
  }
  const Expression operation{e.kind, 0, nullptr, "", {make_name("L"), make_name("R")}, {}};
  std::string sign = text(operation);
  sign = sign.substr(1, sign.size() - 2);
  return "(" + grouped(*e.arguments[0]) + sign + grouped(*e.arguments[1]) + ")";
}

TEST(Formula, GroupsAsAntimonyDoes) {
  const std::pair<const char*, const char*> cases[] = {
      {"a + b * c", "(a + (b * c))"},
      {"a - b - c", "((a - b) - c)"},
      {"a / b * c", "((a / b) * c)"},
      {"a / b / c", "((a / b) / c)"},
      {"a ^ b ^ c", "(a^(b^c))"},
      {"-a ^ b", "(-(a^b))"},
      {"-2 ^ 2", "(-(2^2))"},
      {"a ^ -b", "(a^(-b))"},
      {"2 ^ -3 ^ 2", "(2^(-(3^2)))"},
      {"-a * b", "((-a) * b)"},
      {"a * -b", "(a * (-b))"},
      {"a - -b", "(a - (-b))"},
      {"-(-a)", "a"},
      {"+a", "a"},
      {"!(a < b) == (c < d)", "((!(a < b)) == (c < d))"},
      {"a + 1 < b * 2", "((a + 1) < (b * 2))"},
      {"a < b && c < d || a == b", "(((a < b) && (c < d)) || (a == b))"},
      {"a < b || c < d || a != b", "(((a < b) || (c < d)) || (a != b))"},
      {"a < b and not (c >= d)", "((a < b) && (!(c >= d)))"},
      {"a < b or c <> d", "((a < b) || (c != d))"},
      {"a % b * c", "(<rem a b> * c)"},
      {"a * b % c", "<rem (a * b) c>"},
      {"sin(a)^2", "(<sin a>^2)"},
      {".5 * 1e-3 + 2.E2", "((0.5 * 0.001) + 200)"},
  };
  for (const auto& [written, meant] : cases) {
    EXPECT_EQ(grouped(*formula(written)), meant) << written;
  }
}

TEST(Formula, FunctionNamesHaveOneForm) {
  const std::pair<const char*, const char*> cases[] = {
      {"log(a)", "ln(a)"},  // natural, as in Tellurium
      {"log10(a)", "log10(a)"},
      {"log(2, a)", "log(2, a)"},
      {"ln(a)", "ln(a)"},
      {"arccos(a)", "acos(a)"},
      {"arcsinh(a)", "asinh(a)"},
      {"arctanh(a)", "atanh(a)"},
      {"ceiling(a)", "ceil(a)"},
      {"pow(a, b)", "a^b"},
      {"power(a, b + 1)", "a^(b + 1)"},
      {"sqr(a)", "a^2"},
      {"root(a)", "sqrt(a)"},
      {"root(3, a)", "root(3, a)"},
      {"plus(a, b, c)", "a + b + c"},
      {"minus(a)", "-a"},
      {"minus(a, b)", "a - b"},
      {"times(a, b)", "a * b"},
      {"divide(a, b)", "a / b"},
      {"and(a < b, b < c)", "a < b && b < c"},
      {"geq(a, b)", "a >= b"},
      {"not(a < b)", "!(a < b)"},
      {"xor(a < b, b < c)", "xor(a < b, b < c)"},
      {"piecewise(1, a < b, 2)", "piecewise(1, a < b, 2)"},
      {"min(a, b, c)", "min(a, b, c)"},
      {"infinity", "inf"},
      {"NaN", "nan"},
      {"exponentiale * pi * avogadro", "exponentiale * pi * avogadro"},
  };
  for (const auto& [written, kept] : cases) EXPECT_EQ(text(*formula(written)), kept) << written;
}

TEST(Formula, TextHasTheFewestParentheses) {
  const char* cases[] = {"a + b + c",
                         "a + (b + c)",
                         "a - (b - c)",
                         "a * b / c",
                         "a / (b * c)",
                         "(a + b) * c",
                         "(-a)^b",
                         "-a^b",
                         "(a^b)^c",
                         "a^b^c",
                         "a^(b + c)",
                         "a^-b",
                         "(a < b) == (b < c)",
                         "(a < b || b < c) && c < d",
                         "a < b && c < d || d < a",
                         "a < b || (c < d && d < a)",
                         "!(a + b)",
                         "2^(1 / 2)",
                         "a - -3",
                         "(-3)^a"};
  for (const char* one : cases) EXPECT_EQ(text(*formula(one)), one);
}

TEST(Formula, UnitsBelongToTheNumber) {
  const Model model = parse("unit foo = 100 mole / litre; k = 3; x := 40 foo / 3 second + k");
  const ExpressionPtr tree = model.rules[0].formula;
  EXPECT_EQ(text(*tree), "40 foo / 3 second + k");
  const Expression& quotient = *tree->arguments[0];
  ASSERT_TRUE(quotient.arguments[0]->unit);
  EXPECT_EQ(quotient.arguments[0]->value, 40);
  EXPECT_NEAR(quotient.arguments[0]->unit->factor_to(*units::Unit::parse("mol/m3")), 1e5, 1e-6);
  EXPECT_TRUE(quotient.arguments[1]->unit->same(*units::Unit::parse("s")));
}

TEST(Formula, LongSumsAreReadAndEndlessOnesRefused) {
  std::string sum = "a";
  for (int i = 0; i < 900; ++i) sum += " + b";
  EXPECT_EQ(text(*formula(sum)).size(), sum.size());
  for (int i = 0; i < 200000; ++i) sum += "+b";
  const auto refused = try_parse("a = 1; b = 2; y := " + sum);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::too_deep);
}

TEST(Formula, NestingIsLimited) {
  const auto nested = [](const std::string& open, const std::string& close, int levels) {
    std::string text = "a = 2; y := ";
    for (int i = 0; i < levels; ++i) text += open;
    text += "a";
    for (int i = 0; i < levels; ++i) text += close;
    return try_parse(text);
  };
  const std::pair<const char*, const char*> kinds[] = {
      {"(", ")"}, {"sin(", ")"}, {"-", ""}, {"a^", ""}, {"!", ""}, {"max(1, ", ")"}, {"f(", ")"}};
  for (const auto& [open, close] : kinds) {
    const auto deep = nested(open, close, 100000);
    ASSERT_FALSE(deep) << open;
    EXPECT_EQ(deep.error().code, Code::too_deep) << open << deep.error().text();
    if (std::string(open) != "f(") {
      EXPECT_TRUE(nested(open, close, 150)) << open;
    }
  }
}

// Trees as the parser makes them: numbers carry their sign, no double minus.
rc::Gen<ExpressionPtr> trees(int depth) {
  auto name = rc::gen::map(rc::gen::element<std::string>("a", "b", "c", "time"),
                           [](std::string id) { return make_name(std::move(id)); });
  auto number =
      rc::gen::map(rc::gen::inRange(-400, 400), [](int n) { return make_number(n / 8.0); });
  if (depth == 0) return rc::gen::oneOf(std::move(name), std::move(number));
  auto binary = rc::gen::map(
      rc::gen::tuple(
          rc::gen::element(Kind::add, Kind::subtract, Kind::multiply, Kind::divide, Kind::power,
                           Kind::less, Kind::less_equal, Kind::greater, Kind::greater_equal,
                           Kind::equal, Kind::not_equal, Kind::logical_and, Kind::logical_or,
                           Kind::logical_xor, Kind::implies),
          rc::gen::lazy([depth] { return trees(depth - 1); }),
          rc::gen::lazy([depth] { return trees(depth - 1); })),
      [](const auto& t) {
        return make(std::get<0>(t), {std::get<1>(t), std::get<2>(t)});
      });
  auto unary = rc::gen::map(
      rc::gen::tuple(rc::gen::inRange(0, 3), rc::gen::lazy([depth] { return trees(depth - 1); })),
      [](const auto& t) {
        const auto& [which, inner] = t;
        if (which == 0) return make(Kind::logical_not, {inner});
        if (which == 1 || inner->kind == Kind::number || inner->kind == Kind::negate) {
          return make_call("exp", {inner});
        }
        return make(Kind::negate, {inner});
      });
  return rc::gen::oneOf(std::move(name), std::move(number), std::move(binary), std::move(unary));
}

TEST(Formula, TextReadsBackAsTheSameTree) {
  EXPECT_TRUE(rc::check([] {
    const ExpressionPtr tree = *rc::gen::resize(20, rc::gen::mapcat(rc::gen::inRange(0, 5), trees));
    const auto model = try_parse("a = 1; b = 2; c = 3; y := " + text(*tree));
    RC_ASSERT(model.has_value());
    RC_ASSERT(same(*model->rules[0].formula, *tree));
  }));
}

TEST(Formula, SameTellsTreesApart) {
  EXPECT_TRUE(same(*formula("a + b * c"), *formula("a + (b * c)")));
  EXPECT_FALSE(same(*formula("a + b * c"), *formula("(a + b) * c")));
  EXPECT_FALSE(same(*formula("a + b"), *formula("a + c")));
  EXPECT_FALSE(same(*formula("2 second"), *formula("2 hour")));
  EXPECT_FALSE(same(*formula("2 second"), *formula("2")));
  EXPECT_TRUE(same(*make_number(std::nan("")), *make_number(std::nan(""))));
}

}  // namespace
}  // namespace vesper::language
