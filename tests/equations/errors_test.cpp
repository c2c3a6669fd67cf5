// Every way in which a model can be wrong, with its code and its place.  Models are made by hand:
// some of these the reader of Antimony text refuses already, but SBML will come another way.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "equations/models.h"

namespace vesper::equations {
namespace {

using namespace testing;
using language::Expression;
using language::Rule;
using language::SymbolKind;
using Kind = Expression::Kind;

struct Case {
  const char* name;
  Code code;
  const char* at;       // the text under the caret
  const char* message;  // a part of it
  const char* mend;     // a part of it
  std::function<void(Draft&)> make;
};

void species(Draft& d, const std::string& id) {
  d.symbol(id, d.number(1), SymbolKind::species);
}

void reaction(Draft& d, const std::string& id, const std::string& reactant,
              language::ExpressionPtr rate) {
  language::Reaction reaction;
  reaction.id = id;
  reaction.span = d.span(id + ":");
  reaction.reactants.push_back({reactant, 1, {}, d.span("reactant " + reactant)});
  reaction.rate = std::move(rate);
  d.model.reactions.push_back(std::move(reaction));
}

void event(Draft& d, language::ExpressionPtr trigger, std::vector<std::string> targets) {
  language::Event event;
  event.id = "E";
  event.trigger = std::move(trigger);
  event.span = d.span("E");
  for (const std::string& target : targets) {
    event.assignments.push_back({target, d.number(0), d.span("set " + target)});
  }
  d.model.events.push_back(std::move(event));
}

language::ExpressionPtr later(Draft& d) {
  return language::make(Kind::greater, {d.name("time"), d.number(5)}, d.span("time > 5"));
}

void function(Draft& d, const std::string& id, std::vector<std::string> parameters,
              language::ExpressionPtr body) {
  d.model.functions.push_back({id, std::move(parameters), std::move(body), d.span(id)});
}

const std::vector<Case>& cases() {
  static const std::vector<Case> list = {
      {"unknown name", Code::unresolved_name, "clearence", "unknown name 'clearence'",
       "did you mean 'clearance'?",
       [](Draft& d) {
         d.symbol("clearance", d.number(1));
         d.symbol("x", nullptr);
         d.rule("x", d.name("clearence"));
       }},
      {"name in a function", Code::unresolved_name, "k", "no argument of function 'f'",
       "pass 'k' as an argument",
       [](Draft& d) {
         d.symbol("k", d.number(1));
         d.symbol("x", nullptr);
         function(d, "f", {"a"}, d.name("k"));
         d.rule("x", d.call("f", {d.number(1)}));
       }},
      {"rule for nothing", Code::unresolved_name, "xx rule", "sets the unknown name 'xx'", "'x'",
       [](Draft& d) {
         d.symbol("x", d.number(1));
         d.rule("xx", d.number(1));
       }},
      {"unknown function", Code::unresolved_function, "sqrtt()", "unknown function 'sqrtt'",
       "did you mean 'sqrt'?",
       [](Draft& d) {
         d.symbol("x", nullptr);
         d.rule("x", d.call("sqrtt", {d.number(1)}));
       }},
      {"too many arguments", Code::argument_count, "exp()", "'exp' takes 1 argument, not 2", "",
       [](Draft& d) {
         d.symbol("x", nullptr);
         d.rule("x", d.call("exp", {d.number(1), d.number(2)}));
       }},
      {"too few arguments", Code::argument_count, "f()", "'f' takes 2 arguments, not 1", "f(a, b)",
       [](Draft& d) {
         d.symbol("x", nullptr);
         function(d, "f", {"a", "b"}, d.name("a"));
         d.rule("x", d.call("f", {d.number(1)}));
       }},
      {"delay", Code::argument_count, "delay()", "'delay' takes 2 arguments, not 1", "",
       [](Draft& d) {
         d.symbol("x", nullptr);
         d.rule("x", d.call("delay", {d.name("time")}));
       }},
      {"distribution", Code::unsupported_function, "normal()", "'normal'", "parameter's own value",
       [](Draft& d) {
         d.symbol("x", nullptr);
         d.rule("x", d.call("normal", {d.number(1), d.number(2)}));
       }},
      {"log of one", Code::unsupported_function, "log()", "'log'", "ln(x) or log10(x)",
       [](Draft& d) {
         d.symbol("x", nullptr);
         d.rule("x", d.call("log", {d.number(1)}));
       }},
      {"rateOf a rule", Code::unsupported_function, "rateOf()", "the rate of 'x'", "",
       [](Draft& d) {
         d.symbol("x", nullptr);
         d.symbol("y", nullptr);
         d.rule("x", d.name("time"));
         d.rule("y", d.call("rateOf", {d.name("x")}));
       }},
      {"rateOf a formula", Code::unsupported_function, "rateOf()", "the name of one symbol", "",
       [](Draft& d) {
         d.symbol("y", nullptr);
         d.rule("y", d.call("rateOf", {d.number(2)}));
       }},
      {"no value", Code::missing_value, "k", "parameter 'k' has no value", "write `k = ...`",
       [](Draft& d) { d.symbol("k", nullptr); }},
      {"no initial value", Code::missing_value, "S", "species 'S' has no initial value",
       "write `S = 0`", [](Draft& d) { d.symbol("S", nullptr, SymbolKind::species); }},
      {"two rules", Code::determined_twice, "x rule", "'x' has two rules", "remove one",
       [](Draft& d) {
         d.symbol("x", nullptr);
         d.rule("x", d.number(1));
         d.rule("x", d.number(2));
       }},
      {"value and rule", Code::determined_twice, "x rule", "value of its own", "",
       [](Draft& d) {
         d.symbol("x", d.number(1));
         d.rule("x", d.number(1));
       }},
      {"rule and reaction", Code::determined_twice, "reactant S", "'S' is changed by reaction 'R'",
       "$S",
       [](Draft& d) {
         species(d, "S");
         d.rule("S", d.number(1), Rule::Kind::rate);
         reaction(d, "R", "S", d.number(1));
       }},
      {"constant with a rule", Code::constant_changed, "k rule", "parameter 'k' is constant",
       "without `const`",
       [](Draft& d) {
         d.symbol("k", d.number(1)).constant = true;
         d.rule("k", d.number(1), Rule::Kind::rate);
       }},
      {"constant set by an event", Code::constant_changed, "set k", "event 'E' changes it", "",
       [](Draft& d) {
         d.symbol("k", d.number(1)).constant = true;
         event(d, later(d), {"k"});
       }},
      {"circle of rules", Code::rule_cycle, "a rule", "a -> b -> a", "rate rule",
       [](Draft& d) {
         d.symbol("a", nullptr);
         d.symbol("b", nullptr);
         d.rule("a", d.name("b"));
         d.rule("b", d.name("a"));
       }},
      {"rule of itself", Code::rule_cycle, "a rule", "a -> a", "",
       [](Draft& d) {
         d.symbol("a", nullptr);
         d.rule("a", d.name("a"));
       }},
      {"circle through a reaction", Code::rule_cycle, "a rule", "a -> R -> a", "",
       [](Draft& d) {
         d.symbol("a", nullptr);
         species(d, "S");
         d.rule("a", d.name("R"));
         reaction(d, "R", "S", d.name("a"));
       }},
      {"circle of initial values", Code::initial_cycle, "b", "p -> q -> p", "plain number",
       [](Draft& d) {
         d.symbol("p", language::make_name("q", d.span("b")));
         d.symbol("q", d.name("p"));
       }},
      {"no rate", Code::missing_rate, "R:", "reaction 'R' has no rate", "amount per time",
       [](Draft& d) {
         species(d, "S");
         reaction(d, "R", "S", nullptr);
       }},
      {"event sets a rule", Code::not_assignable, "set x", "its assignment rule determines", "",
       [](Draft& d) {
         d.symbol("x", nullptr);
         d.rule("x", d.number(1));
         event(d, later(d), {"x"});
       }},
      {"event sets a reaction", Code::not_assignable, "set R", "is a reaction", "",
       [](Draft& d) {
         species(d, "S");
         reaction(d, "R", "S", d.number(1));
         event(d, later(d), {"R"});
       }},
      {"event sets twice", Code::not_assignable, "set x", "twice", "",
       [](Draft& d) {
         d.symbol("x", d.number(1));
         event(d, later(d), {"x", "x"});
       }},
      {"reaction of a parameter", Code::not_a_species, "reactant k", "a parameter, not a species",
       "",
       [](Draft& d) {
         d.symbol("k", d.number(1));
         reaction(d, "R", "k", d.number(1));
       }},
      {"reaction of nothing", Code::not_a_species, "reactant Sx", "not declared", "'S'",
       [](Draft& d) {
         species(d, "S");
         reaction(d, "R", "Sx", d.number(1));
       }},
      {"endless stoichiometry", Code::not_a_species, "reactant S", "not a finite number", "",
       [](Draft& d) {
         species(d, "S");
         reaction(d, "R", "S", d.number(1));
         d.model.reactions[0].reactants[0].stoichiometry = std::numeric_limits<double>::infinity();
       }},
      {"dose into nothing", Code::bad_dose_target, "//@ dose", "'Gutt'", "did you mean 'Gut'?",
       [](Draft& d) {
         species(d, "Gut");
         d.model.dose_targets.push_back({"oral", "", "Gutt", d.span("//@ dose")});
       }},
      {"dose into a parameter", Code::bad_dose_target, "//@ dose", "is a parameter", "",
       [](Draft& d) {
         d.symbol("k", d.number(1));
         d.model.dose_targets.push_back({"oral", "", "k", d.span("//@ dose")});
       }},
      {"dose twice", Code::bad_dose_target, "//@ dose again", "said twice", "",
       [](Draft& d) {
         species(d, "Gut");
         d.model.dose_targets.push_back({"oral", "x", "Gut", d.span("//@ dose")});
         d.model.dose_targets.push_back({"oral", "x", "Gut", d.span("//@ dose again")});
       }},
      {"hypothesis about nothing", Code::bad_hypothesis, "retentoin", "no parameter",
       "did you mean 'retention'?",
       [](Draft& d) {
         d.symbol("retention", d.number(1));
         d.model.hypotheses.push_back(
             {"H1", "", {{"retentoin", 1, d.span("retentoin")}}, d.span("H1")});
       }},
      {"hypothesis twice", Code::bad_hypothesis, "H1 again", "stands twice", "",
       [](Draft& d) {
         d.model.hypotheses.push_back({"H1", "", {}, d.span("H1")});
         d.model.hypotheses.push_back({"H1", "", {}, d.span("H1 again")});
       }},
      {"hypothesis of no number", Code::bad_hypothesis, "k = nan", "not finite", "",
       [](Draft& d) {
         d.symbol("k", d.number(1));
         d.model.hypotheses.push_back(
             {"H1", "", {{"k", std::nan(""), d.span("k = nan")}}, d.span("H1")});
       }},
      {"hypothesis sets twice", Code::bad_hypothesis, "k = 2", "twice", "",
       [](Draft& d) {
         d.symbol("k", d.number(1));
         d.model.hypotheses.push_back(
             {"H1", "", {{"k", 1, d.span("k = 1")}, {"k", 2, d.span("k = 2")}}, d.span("H1")});
       }},
      {"trigger of equality", Code::bad_trigger, "x == 5", "exactly equal", ">= or <=",
       [](Draft& d) {
         d.symbol("x", d.number(1));
         d.symbol("y", d.number(1));
         d.rule("y", d.number(1), language::Rule::Kind::rate);
         const auto five = d.number(5);
         event(d, language::make(Kind::equal, {d.name("y"), five}, d.span("x == 5")), {"x"});
       }},
      {"algebraic rule that determines nothing", Code::unsolvable_rule, " rule",
       "determines nothing", "",
       [](Draft& d) {
         d.symbol("k", d.number(1)).constant = true;
         d.rule("", d.name("k"), language::Rule::Kind::algebraic);
       }},
      {"algebraic rule that leaves it open", Code::unsolvable_rule, " rule", "left open",
       "constant",
       [](Draft& d) {
         d.symbol("x", d.number(1));
         d.symbol("y", d.number(1));
         d.rule("", language::make(Kind::subtract, {d.name("x"), d.name("y")}),
                language::Rule::Kind::algebraic);
       }},
      {"more algebraic rules than unknowns", Code::unsolvable_rule, " rule", "says more", "",
       [](Draft& d) {
         d.symbol("x", d.number(1));
         d.rule("", d.name("x"), language::Rule::Kind::algebraic);
         d.rule("", language::make(Kind::subtract, {d.name("x"), d.number(2)}),
                language::Rule::Kind::algebraic);
       }},
      {"algebraic rule that is not linear in a size", Code::unsolvable_rule, " rule", "not linear",
       "by hand",
       [](Draft& d) {
         d.symbol("x", d.number(1), SymbolKind::compartment);
         const auto two = d.number(2);
         const auto square = language::make(Kind::power, {d.name("x"), two}, d.span("x^2"));
         d.rule("", language::make(Kind::subtract, {square, two}), language::Rule::Kind::algebraic);
       }},
      {"initial value that only the solver could find", Code::unsolvable_rule, "x^2", "only the",
       "without it",
       [](Draft& d) {
         d.symbol("x", d.number(1));
         const auto two = d.number(2);
         const auto square = language::make(Kind::power, {d.name("x"), two}, d.span("x^2"));
         d.rule("", language::make(Kind::subtract, {square, two}), language::Rule::Kind::algebraic);
         d.symbol("y", square);
         d.rule("y", two, language::Rule::Kind::rate);
       }},
      {"rate of what an algebraic rule determines", Code::unsupported_function, "rateOf(x)",
       "algebraic rule", "",
       [](Draft& d) {
         d.symbol("x", d.number(1));
         const auto two = d.number(2);
         const auto square = language::make(Kind::power, {d.name("x"), two}, d.span("x^2"));
         d.rule("", language::make(Kind::subtract, {square, two}), language::Rule::Kind::algebraic);
         d.symbol("y", d.number(1));
         Expression rate;
         rate.kind = Kind::call;
         rate.name = "rateOf";
         rate.arguments = {d.name("x")};
         rate.span = d.span("rateOf(x)");
         d.rule("y", std::make_shared<Expression>(rate), language::Rule::Kind::rate);
       }},
      {"stoichiometry that is no parameter", Code::not_a_species, "reactant S", "no parameter", "",
       [](Draft& d) {
         species(d, "S");
         reaction(d, "J", "S", d.number(1));
         d.model.reactions[0].reactants[0].symbol = "S";
       }},
      {"trigger that is a number", Code::bad_trigger, "time", "a number, not a condition", "",
       [](Draft& d) {
         d.symbol("x", d.number(1));
         event(d, d.name("time"), {"x"});
       }},
      {"recursion", Code::recursive_function, "g()", "function 'f' uses itself", "",
       [](Draft& d) {
         d.symbol("x", nullptr);
         function(d, "f", {"a"}, language::make_call("g", {d.name("a")}, d.span("f body")));
         function(d, "g", {"a"}, language::make_call("f", {d.name("a")}, d.span("g()")));
         d.rule("x", d.call("f", {d.number(1)}));
       }},
      {"uncertain state", Code::misplaced_variability, "sd of x", "'x' is a state", "parameter",
       [](Draft& d) {
         language::Symbol& x = d.symbol("x", d.number(1));
         x.uncertainty = language::Uncertainty{1.0, {}, {}, nullptr, d.span("sd of x")};
         d.rule("x", d.number(1), Rule::Kind::rate);
       }},
      {"factorial of a state", Code::no_derivative, "factorial()", "factorial", "",
       [](Draft& d) {
         d.symbol("x", d.number(1));
         d.rule("x", d.call("factorial", {d.name("x")}), Rule::Kind::rate);
       }},
      {"one name for two", Code::name_taken, "k", "'k' is declared twice", "",
       [](Draft& d) {
         d.symbol("k", d.number(1));
         d.symbol("k", d.number(2));
       }},
      {"reaction called as a symbol", Code::name_taken, "S:", "'S' is declared twice", "",
       [](Draft& d) {
         species(d, "S");
         reaction(d, "S", "S", d.number(1));
       }},
      {"no compartment", Code::bad_compartment, "S", "no compartment", "compartment body",
       [](Draft& d) { d.symbol("S", d.number(1), SymbolKind::species).compartment = "body"; }},
      {"infinite value", Code::not_finite, "1 / 0", "the value of 'k' is not a finite number", "",
       [](Draft& d) {
         const auto one = d.number(1), zero = d.number(0);
         d.symbol("k", language::make(Kind::divide, {one, zero}, d.span("1 / 0")));
       }},
      {"functions that explode", Code::formula_too_large, "f", "", "",
       [](Draft& d) {
         function(d, "f0", {"a"}, d.name("a"));
         for (int k = 1; k < 300; ++k) {
           function(d, "f" + std::to_string(k), {"a"},
                    d.call("f" + std::to_string(k - 1), {d.name("a")}));
         }
         d.symbol("x", nullptr);
         d.rule("x", d.call("f299", {d.number(1)}));
       }},
  };
  return list;
}

TEST(Errors, EachHasItsCodePlaceAndMend) {
  for (const Case& c : cases()) {
    Draft draft;
    c.make(draft);
    const auto system = draft.build();
    EXPECT_FALSE(system) << c.name;
    if (system) continue;
    const Diagnostic& error = system.error();
    EXPECT_EQ(info(error.code).number, info(c.code).number) << c.name << "\n" << error.text();
    EXPECT_EQ(error.place.line_text.substr(0, std::string(c.at).size()), c.at) << c.name << "\n"
                                                                               << error.text();
    EXPECT_NE(error.message.find(c.message), std::string::npos) << c.name << "\n" << error.text();
    EXPECT_NE(error.mend.find(c.mend), std::string::npos) << c.name << "\n" << error.text();
    EXPECT_EQ(error.exit_code(), 2);
  }
}

// Two calls in each of 60 functions: 2^60 if bodies were walked for every call.
TEST(Errors, DoublingFunctionsDoNotHang) {
  Draft draft;
  function(draft, "f0", {"a"}, draft.name("a"));
  for (int k = 1; k < 60; ++k) {
    const std::string below = "f" + std::to_string(k - 1);
    function(draft, "f" + std::to_string(k), {"a"},
             language::make(
                 Kind::add,
                 {draft.call(below, {draft.name("a")}), draft.call(below, {draft.name("a")})}, {}));
  }
  draft.symbol("x", draft.number(1));
  draft.rule("x", draft.call("f59", {draft.name("x")}), Rule::Kind::rate);
  const auto checked = draft.build();
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, Code::formula_too_large);
  draft.model.check_units = false;
  const auto unchecked = draft.build();
  ASSERT_TRUE(unchecked) << unchecked.error().text();
  EXPECT_EQ(rate(*unchecked, "x", start(*unchecked)), std::pow(2.0, 59));
}

TEST(Errors, ACircleNamesItsPlaces) {
  Draft draft;
  draft.symbol("a", nullptr);
  draft.symbol("b", nullptr);
  draft.rule("a", draft.name("b"));
  draft.rule("b", draft.name("a"));
  const auto system = draft.build();
  ASSERT_FALSE(system);
  ASSERT_EQ(system.error().notes.size(), 2U);
  EXPECT_EQ(system.error().notes[0], "a is determined at draft.ant:4:1");
}

}  // namespace
}  // namespace vesper::equations
