// Submodels and imports: what the flat model is called, and which of two statements holds.
#include "language/parse.h"
#include "temporary_folder.h"

namespace vesper::language {
namespace {

const char* const kinetics =
    "model kinetics(CL, Gut)\n"
    "  compartment plasma = 10; species Gut, Central in plasma\n"
    "  CL = 140; CL description \"Dunbar2007\"; CL notes \"established\"\n"
    "  CL.coefficientOfVariation = 0.3\n"
    "  absorption: Gut -> Central; Gut\n"
    "  elimination: Central -> ; CL * Central\n"
    "  C := Central; C is \"plasma naltrexone\"\n"
    "  //@ dose oral into Gut\n"
    "  //@ hypothesis H1 \"slow\" CL = 100\n"
    "end\n";

Model with_kinetics(const std::string& text) {
  return parse(kinetics + text);
}

TEST(Modules, NamesAreThoseOfTheSubmodel) {
  const Model model = with_kinetics("model main\n pk: kinetics()\n y := 2 * pk.C\nend");
  EXPECT_EQ(initial(model, "pk.CL"), "140");
  EXPECT_EQ(symbol(model, "pk.Central").compartment, "pk.plasma");
  EXPECT_EQ(rule(model, "y"), ":= 2 * pk.C");
  EXPECT_EQ(rule(model, "pk.C"), ":= pk.Central");
  EXPECT_EQ(text(*reaction(model, "pk.elimination").rate), "pk.CL * pk.Central");
  EXPECT_EQ(reaction(model, "pk.absorption").products[0].species, "pk.Central");
  EXPECT_EQ(symbol(model, "pk.C").display_name, "plasma naltrexone");
  EXPECT_EQ(model.dose_targets[0].target, "pk.Gut");
  EXPECT_EQ(model.hypotheses[0].settings[0].target, "pk.CL");
  EXPECT_EQ(symbol(model, "pk.CL").annotations.size(), 2u);
}

TEST(Modules, AnOuterModelOverrides) {
  const Model model = with_kinetics(
      "model main\n pk: kinetics(); pk.CL = 120; pk.CL description \"mine\"\n"
      "pk.elimination = 2 * pk.Central; pk.C' = 1; pk.C = 3; pk.C := ;\n"
      "other: kinetics(); other.C = 7; other.plasma := 5\n"
      "//@ dose oral into pk.Gut\nend");
  EXPECT_EQ(initial(model, "pk.CL"), "120");
  // The source of the value that gave way does not describe the new one.
  ASSERT_EQ(symbol(model, "pk.CL").annotations.size(), 1u);
  EXPECT_EQ(symbol(model, "pk.CL").annotations[0].text, "mine");
  EXPECT_FALSE(symbol(model, "pk.CL").uncertainty);
  EXPECT_TRUE(symbol(model, "other.CL").uncertainty);
  EXPECT_EQ(text(*reaction(model, "pk.elimination").rate), "2 * pk.Central");
  EXPECT_EQ(rule(model, "pk.C"), "' 1");
  EXPECT_EQ(initial(model, "pk.C"), "3");
  EXPECT_EQ(rule(model, "other.C"), "");
  EXPECT_EQ(initial(model, "other.C"), "7");
  EXPECT_EQ(rule(model, "other.plasma"), ":= 5");
  EXPECT_EQ(initial(model, "other.plasma"), "");
}

// A model gives its argument a value so that it can run alone; what is handed in holds instead,
// whichever of the two is named first.
TEST(Modules, WhatIsHandedInReplacesAnArgumentsOwnValue) {
  for (const char* order :
       {"pk: source(); effect: reader(pk.C, pk.k)",
        "effect: reader(level, rate); pk: source(); level is pk.C; rate is pk.k"}) {
    const Model model = parse(
        "model source()\n k = 5; C := 2 * time\nend\n"
        "model reader(C, k)\n C = 1; C is \"input\"; C notes \"assumed\"; k = 3; E := k * C\n"
        "end\n"
        "model main\n " +
        std::string(order) + "\nend");
    const bool by_name = std::string(order).starts_with("effect");
    const char* const C = by_name ? "level" : "pk.C";
    const char* const k = by_name ? "rate" : "pk.k";
    EXPECT_EQ(rule(model, C), ":= 2 * time") << order;
    EXPECT_EQ(initial(model, C), "") << order;
    EXPECT_EQ(symbol(model, C).display_name, "") << order;
    EXPECT_TRUE(symbol(model, C).annotations.empty()) << order;
    EXPECT_EQ(initial(model, k), "5") << order;
    EXPECT_EQ(rule(model, "effect.E"), std::string(":= ") + k + " * " + C) << order;
  }
}

TEST(Modules, TheOrderOfOverridingDoesNotMatter) {
  const Model model = with_kinetics(
      "model main\n clear = 3; pk: kinetics(clear)\n pk.CL is clear\n total := pk.CL + clear\nend");
  EXPECT_EQ(initial(model, "clear"), "3");
  EXPECT_EQ(model.find("pk.CL"), nullptr);
  EXPECT_EQ(rule(model, "total"), ":= clear + clear");
  EXPECT_EQ(text(*reaction(model, "pk.elimination").rate), "clear * pk.Central");
}

TEST(Modules, ArgumentsMayBeNumbersOrLeftOut) {
  const Model model = with_kinetics(
      "model main\n a: kinetics(90); b: kinetics(); kinetics(-1)\n"
      "//@ dose oral into a.Gut\nend");
  EXPECT_EQ(initial(model, "a.CL"), "90");
  EXPECT_EQ(initial(model, "b.CL"), "140");
  EXPECT_EQ(initial(model, "_sub0.CL"), "-1");
}

TEST(Modules, ADisplayNameUsedTwiceNamesTheInstance) {
  const Model model = with_kinetics(
      "model main\n A: kinetics(); B: kinetics(); B.Central is \"of B\"\n A.Gut is B.Gut\nend");
  EXPECT_EQ(symbol(model, "A.C").display_name, "A plasma naltrexone");
  EXPECT_EQ(symbol(model, "B.C").display_name, "B plasma naltrexone");
  EXPECT_EQ(symbol(model, "B.Central").display_name, "of B");
}

TEST(Modules, SynchronisedNamesTakeTheOutermost) {
  const Model model = parse(
      "model leaf\n species S; S = 5; J: S -> ; k * S; k = 1\nend\n"
      "model branch\n a: leaf(); b: leaf(); a.S is b.S\nend\n"
      "model main\n t: branch(); species T; t.a.S is T; T = 9\nend");
  EXPECT_EQ(initial(model, "T"), "9");
  EXPECT_EQ(model.find("t.a.S"), nullptr);
  EXPECT_EQ(model.find("t.b.S"), nullptr);
  EXPECT_EQ(reaction(model, "t.a.J").reactants[0].species, "T");
  EXPECT_EQ(text(*reaction(model, "t.b.J").rate), "t.b.k * T");
  // Among equals the right one, as when a name is changed.
  const Model renamed = parse("A -> B; 2 * A\nA is ABA; A = 3");
  EXPECT_EQ(initial(renamed, "ABA"), "3");
  EXPECT_EQ(reaction(renamed, "_J0").reactants[0].species, "ABA");
}

TEST(Modules, DeletedReactionsAndEventsChangeNothing) {
  const Model model = parse(
      "model m\n species S = 1; k = 2; J: S -> ; k * S; E: at time > 3: k = 0\nend\n"
      "model main\n a: m(); delete a.J, a.E; a.S' = -1\nend");
  EXPECT_TRUE(model.reactions.empty());
  EXPECT_TRUE(model.events.empty());
  EXPECT_TRUE(symbol(model, "a.k").constant);
  EXPECT_EQ(rule(model, "a.S"), "' -1");
}

TEST(Modules, ReactionsMayBeAddedToASubmodel) {
  const Model model =
      with_kinetics("model main\n pk: kinetics()\n pk.loss: pk.Gut -> ; 0.1 * pk.Gut\nend");
  EXPECT_EQ(reaction(model, "pk.loss").reactants[0].species, "pk.Gut");
}

TEST(Modules, DirectivesOfSubmodelsGiveWayToOuterOnes) {
  const Model model = with_kinetics(
      "model main\n a: kinetics(); b: kinetics()\n //@ dose oral into b.Gut\n"
      "//@ hypothesis H1 \"outer\" b.CL = 50\nend");
  ASSERT_EQ(model.dose_targets.size(), 1u);
  EXPECT_EQ(model.dose_targets[0].target, "b.Gut");
  ASSERT_EQ(model.hypotheses.size(), 1u);
  EXPECT_EQ(model.hypotheses[0].label, "outer");
  ASSERT_EQ(model.hypotheses[0].settings.size(), 2u);
  EXPECT_EQ(model.hypotheses[0].settings[0].target, "b.CL");
  EXPECT_EQ(model.hypotheses[0].settings[0].value, 50);
  EXPECT_EQ(model.hypotheses[0].settings[1].target, "a.CL");
  EXPECT_EQ(model.hypotheses[0].settings[1].value, 100);
}

TEST(Modules, AUnitGivenInsideHoldsForAnOuterNumber) {
  const Model model = parse(
      "model m\n x = 3 hour; unit hour = 3600 second\nend\nmodel main\n a: m(); a.x = 4\nend");
  EXPECT_EQ(symbol(model, "a.x").unit->text(), "hour");
  EXPECT_EQ(initial(model, "a.x"), "4");
}

TEST(Modules, ManySubmodelsAreRefusedInTime) {
  std::string bomb = "model m0\n x = 1\nend\n";
  for (int i = 1; i < 40; ++i) {
    const std::string inner = "m" + std::to_string(i - 1) + "()";
    bomb += "model m" + std::to_string(i) + "\n a: " + inner + "; b: " + inner + "\nend\n";
  }
  const auto refused = try_parse(bomb);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::model_too_large);
}

class Imports : public ::testing::Test {
 protected:
  Result<Model> read(const std::string& name) const {
    files::SearchPath search;
    search.working_folder = folder.path();
    return read_antimony(folder.path() / name, search);
  }
  vesper::testing::TemporaryFolder folder;
};

TEST_F(Imports, ModelsUnitsAndFunctionsOfAnotherFile) {
  folder.write("units.ant", "unit L_per_h = litre / (3600 second)\nunit time_unit = 3600 second\n");
  folder.write("lib/kinetics.ant",
               "import \"../units.ant\"\nfunction f(x) 2 * x end\n"
               "model kinetics\n CL = 140 L_per_h\nend\n//@ hypothesis H1 CL = 100\n");
  folder.write("main.ant",
               "import \"lib/kinetics.ant\"\nimport \"units\"\nmodel main\n pk: kinetics()\n"
               " Q = 3 L_per_h; y := f(Q)\nend\n");
  const auto model = read("main.ant");
  ASSERT_TRUE(model) << model.error().text();
  EXPECT_EQ(model->id, "main");
  EXPECT_EQ(model->sources.size(), 3u);
  EXPECT_TRUE(symbol(*model, "pk.CL").unit->same(*symbol(*model, "Q").unit));
  EXPECT_TRUE(model->time_unit->same(*units::Unit::parse("h")));
  EXPECT_EQ(model->hypotheses[0].settings[0].target, "pk.CL");
  EXPECT_EQ(model->place(symbol(*model, "pk.CL").span).line, 4);
  EXPECT_NE(model->place(symbol(*model, "pk.CL").span).file.find("kinetics.ant"),
            std::string::npos);
}

TEST_F(Imports, InModelsOnTheSearchPath) {
  folder.write("models/part.ant", "model part\n x = 1\nend\n");
  folder.write("elsewhere/main.ant", "import \"part\"\nmodel main\n p: part()\nend\n");
  const auto model = read("elsewhere/main.ant");
  ASSERT_TRUE(model) << model.error().text();
  EXPECT_EQ(initial(*model, "p.x"), "1");
}

TEST_F(Imports, ACircleIsNamed) {
  folder.write("a.ant", "import \"b.ant\"\nmodel a\n x = 1\nend\n");
  folder.write("b.ant", "\nimport \"c.ant\"\nmodel b\n x = 1\nend\n");
  folder.write("c.ant", "import \"a.ant\"\nmodel c\n x = 1\nend\n");
  const auto model = read("a.ant");
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, Code::circular_import);
  for (const char* part : {"a.ant -> ", "b.ant -> ", "c.ant -> "}) {
    EXPECT_NE(model.error().message.find(part), std::string::npos) << model.error().message;
  }
  EXPECT_EQ(model.error().place.line, 1);
  folder.write("self.ant", "import \"self.ant\"\nx = 1\n");
  EXPECT_EQ(read("self.ant").error().code, Code::circular_import);
}

TEST_F(Imports, ProblemsPointToTheImport) {
  folder.write("main.ant", "x = 1\nimport \"kinetix.ant\"\n");
  const auto missing = read("main.ant");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::file_not_found);
  EXPECT_EQ(missing.error().place.line, 2);
  EXPECT_FALSE(missing.error().notes.empty());
  folder.write("bad.ant", "model b\n x = (1\nend\n");
  folder.write("main.ant", "import \"bad.ant\"\nmodel m\n b: b()\nend\n");
  const auto bad = read("main.ant");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, Code::unclosed);
  EXPECT_NE(bad.error().place.file.find("bad.ant"), std::string::npos);
  EXPECT_EQ(bad.error().place.line, 2);
}

TEST_F(Imports, LooseStatementsThatWouldDoNothingAreRefused) {
  folder.write("values.ant", "k = 3\n");
  folder.write("loose.ant", "import \"values.ant\"\ny := k * time\n");
  EXPECT_TRUE(read("loose.ant"));
  folder.write("main.ant", "import \"values.ant\"\nmodel *main\n y = 1\nend\n");
  const auto refused = read("main.ant");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::no_model);
}

TEST_F(Imports, FoldersAndHugeAndBinaryFilesAreRefused) {
  std::filesystem::create_directories(folder.path() / "folder.ant");
  EXPECT_EQ(read("folder.ant").error().code, Code::not_a_file);
  EXPECT_EQ(read("nothing.ant").error().code, Code::file_not_found);
  folder.write("binary.ant", "x = 1\n\xff\xfe");
  EXPECT_EQ(read("binary.ant").error().code, Code::not_utf8);
  folder.write("empty.ant", "");
  EXPECT_EQ(read("empty.ant").error().code, Code::empty_file);
  folder.write("comments.ant", "// nothing here\n");
  EXPECT_EQ(read("comments.ant").error().code, Code::empty_file);
  const auto huge = folder.write("huge.ant", "x = 1\n");
  std::filesystem::resize_file(huge, 100u << 20);
  EXPECT_EQ(read("huge.ant").error().code, Code::file_too_large);
}

}  // namespace
}  // namespace vesper::language
