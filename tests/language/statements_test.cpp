// What single statements mean in the model.
#include "language/parse.h"

namespace vesper::language {
namespace {

TEST(Statements, ModelsWithAndWithoutAName) {
  EXPECT_EQ(parse("x = 1").id, "test");
  EXPECT_EQ(parse("model one\n x = 1\nend").id, "one");
  EXPECT_EQ(parse("module one() x = 1; end").id, "one");
  EXPECT_EQ(parse("model one\n x = 1\nend\nmodel two\n y = 1\nend").id, "two");
  EXPECT_EQ(parse("model *one\n x = 1\nend\nmodel two\n y = 1\nend").id, "one");
  const Model named = parse("model one\n x = 1\nend\none is \"A longer name\"");
  EXPECT_EQ(named.id, "one");
  EXPECT_EQ(named.display_name, "A longer name");
}

TEST(Statements, CommentsSeparatorsAndContinuations) {
  const Model model = parse(
      "// a comment\n# another; x = 9\n/* and\n a third: x = 8 */ x = 1; y = 2 // z = 3\n"
      "w := x + \\\n  y;;\n\r\nv = 4\r\n");
  EXPECT_EQ(model.symbols.size(), 4u);
  EXPECT_EQ(initial(model, "x"), "1");
  EXPECT_EQ(initial(model, "v"), "4");
  EXPECT_EQ(rule(model, "w"), ":= x + y");
}

TEST(Statements, ValuesRulesAndRates) {
  const Model model = parse("k = 2; x = k / 3; x' = -k * x; y := x^2; z = -1.5e-3");
  EXPECT_EQ(initial(model, "x"), "k / 3");
  EXPECT_EQ(rule(model, "x"), "' -k * x");
  EXPECT_EQ(rule(model, "y"), ":= x^2");
  EXPECT_EQ(symbol(model, "z").initial->value, -1.5e-3);
  EXPECT_TRUE(symbol(model, "k").constant);
  EXPECT_FALSE(symbol(model, "x").constant);
  EXPECT_FALSE(symbol(model, "y").constant);
  EXPECT_FALSE(symbol(model, "y").initial);
}

TEST(Statements, SymbolsInOrderOfAppearance) {
  const Model model = parse("y := b + a; a = 1; c = 2; b = 3");
  std::string order;
  for (const Symbol& one : model.symbols) order += one.id;
  EXPECT_EQ(order, "ybac");
}

TEST(Statements, Declarations) {
  const Model model = parse(
      "compartment plasma = 3, tissue = 2; species A in plasma = 5, $B in tissue, C\n"
      "substanceOnly species D in plasma; const species E; var k = 1; const l = 2; formula m = 3\n"
      "var species F; species G := 2 * k; H in plasma; H = 1");
  EXPECT_EQ(symbol(model, "plasma").kind, SymbolKind::compartment);
  EXPECT_EQ(symbol(model, "A").kind, SymbolKind::species);
  EXPECT_EQ(symbol(model, "A").compartment, "plasma");
  EXPECT_EQ(initial(model, "A"), "5");
  EXPECT_FALSE(symbol(model, "A").boundary);
  EXPECT_FALSE(symbol(model, "A").constant);
  EXPECT_TRUE(symbol(model, "B").boundary);
  EXPECT_TRUE(symbol(model, "B").constant);
  EXPECT_EQ(symbol(model, "C").compartment, "");
  EXPECT_FALSE(symbol(model, "C").initial);
  EXPECT_TRUE(symbol(model, "D").substance_only);
  EXPECT_TRUE(symbol(model, "E").boundary);
  EXPECT_FALSE(symbol(model, "k").constant);
  EXPECT_TRUE(symbol(model, "l").constant);
  EXPECT_EQ(symbol(model, "m").kind, SymbolKind::parameter);
  EXPECT_FALSE(symbol(model, "F").boundary);
  EXPECT_EQ(rule(model, "G"), ":= 2 * k");
  EXPECT_EQ(symbol(model, "H").kind, SymbolKind::species);
}

TEST(Statements, Reactions) {
  const Model model = parse(
      "k = 1; binding: 2 A + B -> C; k * A^2 * B\nC => ; k * C; -> A; k\n"
      "late: $S -> A + 0.5 B;\n late = k * S; S = 3");
  ASSERT_EQ(model.reactions.size(), 4u);
  const Reaction& binding = reaction(model, "binding");
  ASSERT_EQ(binding.reactants.size(), 2u);
  EXPECT_EQ(binding.reactants[0].species, "A");
  EXPECT_EQ(binding.reactants[0].stoichiometry, 2);
  EXPECT_EQ(binding.reactants[1].stoichiometry, 1);
  EXPECT_EQ(binding.products[0].species, "C");
  EXPECT_TRUE(binding.reversible);
  EXPECT_EQ(text(*binding.rate), "k * A^2 * B");
  EXPECT_FALSE(reaction(model, "_J0").reversible);
  EXPECT_TRUE(reaction(model, "_J0").products.empty());
  EXPECT_TRUE(reaction(model, "_J1").reactants.empty());
  EXPECT_EQ(text(*reaction(model, "late").rate), "k * S");
  EXPECT_EQ(reaction(model, "late").products[1].stoichiometry, 0.5);
  EXPECT_EQ(symbol(model, "A").kind, SymbolKind::species);
  EXPECT_TRUE(symbol(model, "S").boundary);
  EXPECT_EQ(model.find("late"), nullptr);  // a reaction is no symbol
}

TEST(Statements, TheRateOfAReactionMayBeUsed) {
  const Model model = parse("J: A -> B; 2 * A; flux := J");
  EXPECT_EQ(rule(model, "flux"), ":= J");
}

TEST(Statements, Events) {
  const Model model = parse(
      "x = 1; y = 2; z = 0\nlow: at x < 0.5 && time > 1: x = 1,\n   y = x + 2\n"
      "at (time >= 3), t0=true, persistent=true, fromTrigger=true: z = 1");
  ASSERT_EQ(model.events.size(), 2u);
  EXPECT_EQ(model.events[0].id, "low");
  EXPECT_EQ(text(*model.events[0].trigger), "x < 0.5 && time > 1");
  ASSERT_EQ(model.events[0].assignments.size(), 2u);
  EXPECT_EQ(model.events[0].assignments[1].target, "y");
  EXPECT_EQ(text(*model.events[0].assignments[1].formula), "x + 2");
  EXPECT_EQ(model.events[1].id, "_E0");
  EXPECT_FALSE(symbol(model, "z").constant);
}

TEST(Statements, Functions) {
  const Model model = parse(
      "function hill(c, k, n)\n  c^n / (k^n + c^n)\nend\nfunction twice(x) 2 * hill(x, 1, 2) end\n"
      "c = 1; y := twice(c)");
  ASSERT_EQ(model.functions.size(), 2u);
  EXPECT_EQ(model.functions[0].parameters, (std::vector<std::string>{"c", "k", "n"}));
  EXPECT_EQ(text(*model.functions[0].body), "c^n / (k^n + c^n)");
  EXPECT_EQ(rule(model, "y"), ":= twice(c)");
}

TEST(Statements, NamesAndAnnotations) {
  const Model model = parse(
      "model m\nCL = 140; CL is \"clearance\"; CL description \"Dunbar2007\", \"Meyer1984\"\n"
      "CL notes ```established; over\ntwo \"lines\"```\nCL.sboTerm = SBO:0000027; CL identity "
      "\"http://identifiers.org/x\"\nmodel notes \"of the model\"; CL creator2.name \"N N\"\n"
      "J: A -> ; CL*A; J description \"why\"; J is \"loss\"\nend\nm description \"outside\"");
  const Symbol& CL = symbol(model, "CL");
  EXPECT_EQ(CL.display_name, "clearance");
  ASSERT_EQ(CL.annotations.size(), 6u);
  EXPECT_EQ(CL.annotations[0].keyword, "description");
  EXPECT_EQ(CL.annotations[1].text, "Meyer1984");
  EXPECT_EQ(CL.annotations[2].text, "established; over\ntwo \"lines\"");
  EXPECT_EQ(CL.annotations[3].keyword, "sboTerm");
  EXPECT_EQ(CL.annotations[3].text, "SBO:0000027");
  ASSERT_EQ(model.annotations.size(), 2u);
  EXPECT_EQ(model.annotations[0].text, "of the model");
  EXPECT_EQ(reaction(model, "J").annotations[0].text, "why");
  EXPECT_EQ(reaction(model, "J").display_name, "loss");
}

TEST(Statements, PlacesPointIntoTheText) {
  const Model model = parse("x = 1\n  CL = 140 + x");
  const Place place = model.place(symbol(model, "CL").span);
  EXPECT_EQ(place.line, 2);
  EXPECT_EQ(place.column, 3);
  EXPECT_EQ(place.length, 2);
  EXPECT_EQ(place.file, "test.ant");
  EXPECT_EQ(model.place(symbol(model, "CL").initial->arguments[0]->span).column, 8);
}

}  // namespace
}  // namespace vesper::language
