// Bad models: each with its code, its place and its mend.
#include "language/parse.h"

namespace vesper::language {
namespace {

struct Refusal {
  const char* text;
  Code code;
  int line, column;
  const char* says;       // part of the message
  const char* mend = "";  // part of the mend
};

class Refused : public ::testing::TestWithParam<Refusal> {};

TEST_P(Refused, WithPlaceAndMend) {
  const Refusal& wanted = GetParam();
  const auto model = try_parse(wanted.text);
  ASSERT_FALSE(model) << wanted.text;
  const Diagnostic& error = model.error();
  EXPECT_EQ(info(error.code).number, info(wanted.code).number) << error.text();
  EXPECT_EQ(error.place.line, wanted.line) << error.text();
  EXPECT_EQ(error.place.column, wanted.column) << error.text();
  EXPECT_NE(error.message.find(wanted.says), std::string::npos) << error.text();
  EXPECT_NE(error.mend.find(wanted.mend), std::string::npos) << error.text();
  EXPECT_EQ(error.exit_code(), 2);
}

const Refusal syntax[] = {
    {"x = (1 + 2\ny = 3", Code::unclosed, 1, 5, "parenthesis", "add `)`"},
    {"x = f(1, 2\ny = 3", Code::unclosed, 1, 5, "`f`", "add `)`"},
    {"x = 1 +", Code::model_syntax, 1, 8, "end of the file"},
    {"x = 1 + ;", Code::model_syntax, 1, 9, "';'"},
    {"k = 1; x = 2 k2 y", Code::model_syntax, 1, 17, "'y'", "operator is missing"},
    {"a = 1; b = 1; x = a b", Code::model_syntax, 1, 21, "'b'", "operator is missing"},
    {"x = 2 ** 3", Code::model_syntax, 1, 8, "a value", "`^`"},
    {"x = a & b", Code::model_syntax, 1, 7, "'&'", "'&&'"},
    {"x = 1.2.3", Code::bad_number, 1, 5, "1.2."},
    {"x = 1e", Code::bad_number, 1, 5, "exponent", "1e-3"},
    {"x = 1e999", Code::bad_number, 1, 5, "1e999"},
    {"x = 2 \xe2\x88\x92 1", Code::bad_character, 1, 7, "no meaning", "'-'"},
    {"x = a[1]", Code::bad_character, 1, 6, "'['", "'('"},
    {"x = \"abc", Code::unclosed, 1, 5, "quoted"},
    {"CL notes \"a\nb\"", Code::unclosed, 1, 10, "quoted", "```"},
    {"x = 1 /* never", Code::unclosed, 1, 7, "comment", "*/"},
    {"x = 1 \\ 2", Code::bad_character, 1, 7, "\\"},
    {"model m\n x = 1", Code::unclosed, 1, 1, "'m'", "add `end`"},
    {"model m\n x = 1\nmodel n\n y = 1\nend", Code::unclosed, 1, 1, "'m'", "line 3"},
    {"function f(x) x", Code::unclosed, 1, 1, "'f'"},
    {"function f(x) x; y end", Code::model_syntax, 1, 18, "`end`", "one formula"},
    {"function f x end", Code::model_syntax, 1, 12, "`(`"},
    {"model m(a, a)\nend", Code::given_twice, 1, 12, "'a'"},
    {"speces A, B", Code::model_syntax, 1, 1, "'speces'", "'species'"},
    {"compartement A = 3", Code::model_syntax, 1, 1, "begins no statement", "'compartment'"},
    {"x 3", Code::model_syntax, 1, 3, "`=`"},
    {"x", Code::model_syntax, 1, 2, "`=`"},
    {"= 3", Code::model_syntax, 1, 1, "a statement"},
    {"A -> B k*A", Code::model_syntax, 1, 8, "`;`"},
    {"A -> B", Code::model_syntax, 1, 7, "`;`"},
    {"-> ;", Code::model_syntax, 1, 1, "without any species"},
    {"0 A -> B; 1", Code::out_of_range, 1, 1, "stoichiometry"},
    {"x' 3", Code::model_syntax, 1, 4, "`=`"},
    {"at time > 3", Code::model_syntax, 1, 12, "`:`"},
    {"x = 1; at time > 3:", Code::model_syntax, 1, 20, "a symbol to change"},
    {"x = 1; at time + 3: x = 2", Code::model_syntax, 1, 11, "no condition", "at time > 24"},
    {"x = 1; at time > 3, prio=1: x = 2", Code::model_syntax, 1, 21, "'prio'", "priority"},
    {"import units", Code::model_syntax, 1, 8, "file name"},
    {"model m\n import \"a.ant\"\nend", Code::unclosed, 1, 1, "'m'"},
    {"import \"nothing-like-this.ant\"", Code::file_not_found, 1, 8, "nothing-like-this"},
    {"CL descriptoin \"x\"", Code::model_syntax, 1, 4, "'descriptoin'", "'description'"},
    {"CL \"x\"", Code::model_syntax, 1, 4, "annotation", "`is`"},
    {"species", Code::model_syntax, 1, 8, "a name"},
    {"x = {1, 2}", Code::model_syntax, 1, 1, "interval"},
    {"x = 1; x.stdev = ", Code::model_syntax, 1, 8, "no value"},
    {"", Code::empty_file, 0, 0, "empty"},
    {"  \n # only a comment\n", Code::empty_file, 0, 0, "empty"},
    {"unit u = litre", Code::no_model, 0, 0, "no model"},
    {"x = a < b < c", Code::ambiguous_formula, 1, 11, "comparisons", "a < b && b < c"},
    {"x = a || b && c", Code::ambiguous_formula, 1, 12, "&&", "||"},
    {"unit u = 60 second^2; x = 1 u", Code::ambiguous_formula, 1, 10, "60 second", "60 * second"},
};
INSTANTIATE_TEST_SUITE_P(Syntax, Refused, ::testing::ValuesIn(syntax));

const Refusal unsupported[] = {
    {"x = 1; at time > 3, t0=0: x = 2", Code::model_syntax, 1, 24, "`true` or `false`"},
    {"x = 1; at time > 3, t0=false, t0=true: x = 2", Code::given_twice, 1, 31, "'t0'"},
    {"x = 1; at time > 3, prority=2: x = 2", Code::model_syntax, 1, 21, "'prority'", "priority"},
    {"x = 1; at time > 3, 2: x = 2", Code::model_syntax, 1, 21, "a property of the event"},
    {"x = 1; at 2 after: x = 2", Code::model_syntax, 1, 18, "a value"},
    {"x = 1; at 2 after time: x = 2", Code::model_syntax, 1, 19, "no condition"},
    {"x = delay(y)", Code::call_arguments, 1, 5, "delay"},
    {"0 = x + y", Code::not_supported, 1, 1, "algebraic"},
    {"J: 0 = x + y", Code::not_supported, 1, 4, "algebraic"},
    {"J0 < 3", Code::not_supported, 1, 4, "constraint"},
    {"-10 <= J0", Code::not_supported, 1, 1, "constraint"},
    {"x == 5", Code::not_supported, 1, 3, "constraint", "one `=`"},
    {"maximize J0", Code::not_supported, 1, 1, "flux balance"},
    {"S -| J0", Code::not_supported, 1, 3, "interaction"},
    {"i: S -o J0", Code::not_supported, 1, 6, "interaction"},
    {"S -( J0", Code::not_supported, 1, 3, "interaction"},
    {"--P1--G1--", Code::not_supported, 1, 1, "DNA"},
    {"P1--G1", Code::not_supported, 1, 3, "DNA"},
    {"gene g", Code::not_supported, 1, 1, "gene"},
    {"x = 2 * ...", Code::not_supported, 1, 9, "DNA"},
    {"n A -> B; 1", Code::name_without_value, 1, 1, "'n'", "did you mean 'A'"},
    {"A -> J0 B; 1; J0: A -> ; 1", Code::wrong_kind, 1, 6, "'J0'"},
    {"//@ algebraic x = 3", Code::bad_directive, 1, 15, "`0 =`"},
    {"//@ conversion S by f", Code::bad_directive, 1, 16, "`of`"},
    {"f = 1; species S;\n//@ conversion of S by f\n//@ conversion of S by f", Code::given_twice, 3,
     19, "two conversion factors"},
    {"f = 1; x = 2\n//@ conversion of x by f", Code::wrong_kind, 1, 8, "no species"},
    {"A -> B; 1 in c", Code::not_supported, 1, 11, "`in`"},
    {"J in c: A -> B; 1", Code::not_supported, 1, 1, "`in`"},
    {"@ time > 3: x = 1", Code::not_supported, 1, 1, "`@`", "at trigger"},
    {"import \"m.xml\"", Code::not_supported, 1, 1, "SBML"},
    {"model m\n x = 1\nend\nmodel n\n a: m(), timeconv=60\nend", Code::not_supported, 5, 10,
     "timeconv"},
    {"model m\n x = 1\nend\nmodel n\n a: m(); a.x * 3 is y; y = 1\nend", Code::not_supported, 5, 14,
     "conversion"},
    {"model m\n x = 1\nend\nmodel n\n a: m(); a.x is y / 3\nend", Code::not_supported, 5, 19,
     "conversion"},
    {"model m\n x = 1\nend\nmodel n\n a: m(); delete a.x\nend", Code::not_supported, 5, 17,
     "deleting", "a.x = ;"},
    {"x = 1; x.kurtosis = 3", Code::not_supported, 1, 8, "kurtosis", "standardDeviation"},
    {"x = 1; x.range = {3, 4}", Code::not_supported, 1, 8, "range", "confidenceInterval"},
    {"x = cauchy(1, 2)", Code::not_supported, 1, 5, "cauchy", "lognormal"},
};
INSTANTIATE_TEST_SUITE_P(Unsupported, Refused, ::testing::ValuesIn(unsupported));

const Refusal meaning[] = {
    {"CL = 3; x := CLL * 2", Code::name_without_value, 1, 14, "'CLL'", "'CL'"},
    {"x := foo", Code::name_without_value, 1, 6, "'foo'", "`foo = ...`"},
    {"x := timee", Code::name_without_value, 1, 6, "'timee'", "'time'"},
    {"CL = 1; CLx description \"a\"", Code::name_without_value, 1, 9, "'CLx'", "'CL'"},
    {"CL = 5 mL / h", Code::name_without_value, 1, 13, "'h'", "unit"},
    {"CL = 5 mL / min", Code::model_syntax, 1, 13, "'min'", "unit"},
    {"model m(CL)\n x := CL\nend", Code::name_without_value, 1, 9, "argument 'CL' of model 'm'",
     "uses this one"},
    {"model m(CL)\n x := CL\nend\nmodel n\n pk: m()\nend", Code::name_without_value, 1, 9,
     "argument 'CL'", "hand it to 'pk'"},
    {"compartment c; species S in c", Code::name_without_value, 1, 13, "compartment 'c'"},
    {"x' = 3", Code::name_without_value, 1, 1, "start", "`x = ...`"},
    {"reaction J", Code::name_without_value, 1, 10, "'J'"},
    {"x := Exp(3)", Code::unknown_function, 1, 6, "'Exp'", "'exp'"},
    {"k = 1; x := k(3)", Code::unknown_function, 1, 13, "'k'", "k * (...)"},
    {"function hill(x) x end\nx := hil(3)", Code::unknown_function, 2, 6, "'hil'", "'hill'"},
    {"x := sin(1, 2)", Code::call_arguments, 1, 6, "1 argument, not 2"},
    {"x := quotient(1)", Code::call_arguments, 1, 6, "2 arguments, not 1"},
    {"x := log()", Code::call_arguments, 1, 6, "1 or 2 arguments, not 0"},
    {"function f(x) x end\ny := f(1, 2)", Code::call_arguments, 2, 6, "1 argument, not 2"},
    {"x := rateOf(2)", Code::wrong_kind, 1, 13, "rateOf"},
    {"time = 3", Code::reserved_name, 1, 1, "'time'"},
    {"exp = 3", Code::reserved_name, 1, 1, "'exp'"},
    {"species at", Code::reserved_name, 1, 9, "'at'"},
    {"function f(x) x end\nf = 3", Code::reserved_name, 2, 1, "'f'"},
    {"function sin(x) x end", Code::reserved_name, 1, 10, "'sin'"},
    {"function f(x) x + y end\nz = 1", Code::name_without_value, 1, 19, "'y'"},
    {"x = 1; x = 2", Code::given_twice, 1, 8, "'x'"},
    {"x := time; x := 2", Code::given_twice, 1, 12, "'x'"},
    {"J: A -> B; 1\nJ: B -> A; 1", Code::given_twice, 2, 1, "'J'"},
    {"x = 1; at time > 1: x = 2, x = 3", Code::given_twice, 1, 28, "'x'"},
    {"model m\n x = 1\nend\nmodel m\n x = 1\nend", Code::given_twice, 4, 7, "'m'"},
    {"model *m\n x = 1\nend\nmodel *n\n x = 1\nend", Code::given_twice, 4, 8, "main"},
    {"x = 1; x := time", Code::contradiction, 1, 8, "a value"},
    {"x = 1; x' = 1; x := time", Code::contradiction, 1, 16, "rule and a value"},
    {"A -> B; 1; A' = 3", Code::contradiction, 1, 12, "reaction and has a rule", "`$A`"},
    {"const k = 1; k' = 2", Code::contradiction, 1, 14, "const"},
    {"const k = 1; at time > 2: k = 2", Code::contradiction, 1, 27, "const"},
    {"x := time; at time > 2: x = 2", Code::contradiction, 1, 25, "assignment rule"},
    {"species S in c, S in d; c = 1; d = 1", Code::contradiction, 1, 22, "'c' and in 'd'"},
    {"model m\n species S = 1\nend\nmodel k\n species S = 2\nend\nmodel n\n a: m(); b: k(); a.S is "
     "b.S\n"
     "end",
     Code::contradiction, 2, 10, "different values", "`b.S = ...`"},
    {"species S; compartment S", Code::wrong_kind, 1, 24, "'S'"},
    {"c = 1; A in c; c -> A; 1", Code::wrong_kind, 1, 1, "compartment"},
    {"compartment c = 1; c -> A; 1", Code::wrong_kind, 1, 13, "species"},
    {"J: A -> B; 1; J := 3", Code::wrong_kind, 1, 15, "reaction"},
    {"x = 1; E: at x > 2: x = 0; y := E", Code::wrong_kind, 1, 33, "event"},
    {"J: A -> B; 1; J -> A; 1", Code::wrong_kind, 1, 15, "no species"},
    {"A -> B;", Code::reaction_without_rate, 1, 1, "'_J0'", "`_J0 = ...`"},
    {"pk.CL = 3", Code::unknown_member, 1, 1, "'pk'", "pk: "},
    {"model m\n CL = 1\nend\nmodel n\n pk: m(); y := pk.Cl\nend", Code::unknown_member, 5, 16,
     "'Cl'", "'CL'"},
    {"model m\n CL = 1\nend\nmodel n\n pk: m(); y := kp.CL\nend", Code::unknown_member, 5, 16,
     "'kp'", "pk"},
    {"model m\n CL = 1\nend\nmodel n\n pk: m(); pk = 3\nend", Code::wrong_kind, 5, 11, "submodel"},
    {"model m\n x = 1\nend\nmodel n\n a: mm()\nend", Code::unknown_model, 5, 5, "'mm'", "'m'"},
    {"model n\n a: m()\nend\nmodel *k\n b: n()\nend\nmodel m\n x = 1\nend", Code::unknown_model, 2,
     5, "further down, in line 7"},
    {"model n\n a: n()\nend", Code::circular_model, 2, 5, "n -> n"},
    {"model m(x)\n x = 1\nend\nmodel n\n a: m(1, 2)\nend", Code::call_arguments, 5, 2,
     "1 argument, not 2"},
    {"function f(x) g(x) end\nfunction g(x) f(x) end\ny = 1", Code::circular_model, 1, 10,
     "f -> g -> f"},
    {"unit a = 2 b; unit b = a / second; x = 1 a", Code::circular_model, 1, 6, "a -> b -> a"},
    {"x = 3 foo", Code::unknown_unit, 1, 5, "'foo'", "unit foo"},
    {"unit L_per_h = litre / (3600 second); x = 3 L_per_hr", Code::unknown_unit, 1, 43,
     "'L_per_hr'", "'L_per_h'"},
    {"x = 3 h2", Code::unknown_unit, 1, 5, "'h2'"},
    {"x = 3 celsius", Code::unknown_unit, 1, 5, "celsius"},
    {"unit u = litre + mole; x = 1", Code::model_syntax, 1, 10, "* / ^"},
    {"unit u = -1 litre; x = 1", Code::out_of_range, 1, 10, "negative"},
    {"x = 3 hour; x has minute", Code::unit_clash, 1, 5, "in minute", "180 minute"},
    {"x = 3 hour; x has litre", Code::unit_clash, 1, 5, "litre"},
    {"x = 3; x has hour; x has minute", Code::unit_clash, 1, 20, "minute"},
    {"model m\n unit u = litre; x = 1 u\nend\nmodel n\n unit u = mole; a: m()\nend",
     Code::unit_clash, 2, 7, "'u'", "another name"},
    {"model m\n unit time_unit = second; x = 1\nend\nmodel n\n unit time_unit = hour; a: m()\nend",
     Code::unit_clash, 2, 7, "time_unit", "same units"},
    {"x = 1 + normal(1, 2)", Code::model_distribution, 1, 9, "normal", "of its own"},
    {"x := normal(1, 2)", Code::model_distribution, 1, 6, "normal"},
    {"a = 1; x = normal(a, 2)", Code::model_distribution, 1, 19, "a number"},
    {"x = lognormal(1)", Code::call_arguments, 1, 5, "2 or 4"},
    {"x = lognormal(-1, 2)", Code::model_distribution, 1, 5, "mean"},
    {"x = normal(1, 0)", Code::model_distribution, 1, 5, "standard deviation"},
    {"x = uniform(2, 1)", Code::model_distribution, 1, 5, "below"},
    {"x = normal(1, 2, 5, 4)", Code::model_distribution, 1, 5, "bound"},
    {"x = normal(1 hour, 2 litre)", Code::wrong_dimension, 1, 20, "hour"},
    {"x = 1; x.stdev = -1", Code::model_distribution, 1, 8, "negative"},
    {"x = 1; x.stdev = 1; x.variance = 1", Code::given_twice, 1, 21, "uncertainty"},
    {"x = 1; x.confidenceInterval = {2, 1}", Code::model_distribution, 1, 8, "lower to a higher"},
    {"x = 1; x.confidenceInterval = 2", Code::model_syntax, 1, 8, "braces"},
    {"x = 1; x.stdev = 2 hour", Code::missing_unit, 1, 18, "hour"},
    {"x := time; x.stdev = 2", Code::model_distribution, 1, 12, "rule"},
    {"x = 1\n//@ doze oral into x", Code::bad_directive, 2, 5, "'doze'", "'dose'"},
    {"x = 1\n//@", Code::bad_directive, 2, 1, "empty"},
    {"x = 1 //@ units unchecked", Code::bad_directive, 1, 7, "behind", "its own"},
    {"x = 1\n//@ units off", Code::bad_directive, 2, 11, "unchecked"},
    {"x = 1\n//@ units unchecked now", Code::bad_directive, 2, 21, "'now'"},
    {"x = 1\n//@ dose oral x", Code::bad_directive, 2, 16, "`into`"},
    {"x = 1\n//@ dose oral into x", Code::wrong_kind, 2, 20, "'x'", "amount"},
    {"x = 1\n//@ dose oral into y", Code::unknown_member, 2, 20, "'y'"},
    {"species A, B\n//@ dose oral into A\n//@ dose oral into B", Code::given_twice, 3, 1, "oral"},
    {"x = 1\n//@ hypothesis H1 \"a\" y = 3", Code::unknown_member, 2, 23, "'y'"},
    {"x := time\n//@ hypothesis H1 \"a\" x = 3", Code::wrong_kind, 2, 23, "'x'"},
    {"x = 1\n//@ hypothesis H1 \"a\" x = 3, x = 4", Code::given_twice, 2, 30, "'x'"},
    {"x = 1\n//@ hypothesis H1 \"a\" x = time", Code::model_syntax, 2, 27, "a number"},
    {"x = 1 hour\n//@ hypothesis H1 x = 2 litre", Code::wrong_dimension, 2, 23, "hour"},
    {"x = 1\nmodel *m\n y = 1\nend", Code::no_model, 1, 1, "'m'", "move it"},
};
INSTANTIATE_TEST_SUITE_P(Meaning, Refused, ::testing::ValuesIn(meaning));

TEST(Refusals, EveryPrefixOfAModelEndsInAModelOrAMessage) {
  const std::string text =
      "model m(a)\n compartment c = 1 L; species $S in c, T; a = 3; /* x */\n"
      " J: 2 S + T -> ; a * S^2 / (1 + T); E: at (time > 3): a = 4, T = 0\n"
      " a.confidenceInterval = {1, 5}; a is \"name\"; unit u = litre^2 / second\n"
      " //@ hypothesis H1 \"label\" a = -2\nend\nmodel n\n k: m(3); k.T = 2; delete k.J\nend\n";
  for (std::size_t length = 0; length < text.size(); ++length) {
    const auto model = try_parse(text.substr(0, length));
    if (!model) {
      EXPECT_FALSE(model.error().message.empty());
    }
  }
  parse(text);
}

}  // namespace
}  // namespace vesper::language
