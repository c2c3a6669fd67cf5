#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "equations/system.h"
#include "sbml/sbml.h"
#include "temporary_folder.h"

namespace vesper {
namespace {

using language::SymbolKind;

constexpr const char* core2 = "http://www.sbml.org/sbml/level3/version2/core";

std::string level3(const std::string& inside, const std::string& more = "") {
  return std::string("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sbml xmlns=\"") + core2 +
         "\" level=\"3\" version=\"2\"" + more + ">\n<model id=\"m\">\n" + inside +
         "\n</model>\n</sbml>\n";
}

std::string math(const std::string& inside) {
  return "<math xmlns=\"http://www.w3.org/1998/Math/MathML\">" + inside + "</math>";
}

Result<language::Model> parse(const std::string& text) {
  VESPER_TRY(const files::Source source, files::check("/nowhere/model.xml", text));
  return sbml::parse_sbml(source);
}

std::string seed(const char* name) {
  const auto path = std::filesystem::path(VESPER_SOURCE_DIR) / "tests/fuzz/seeds/sbml" / name;
  return std::string(files::read(path)->text());
}

// The formula of `x := ...` with this MathML, as text.
std::string formula(const std::string& inside) {
  const auto model =
      parse(level3("<listOfParameters><parameter id=\"x\" constant=\"false\"/>"
                   "<parameter id=\"a\" value=\"1\" constant=\"true\"/>"
                   "<parameter id=\"b\" value=\"2\" constant=\"true\"/></listOfParameters>"
                   "<listOfRules><assignmentRule variable=\"x\">" +
                   math(inside) + "</assignmentRule></listOfRules>"));
  return model ? language::text(*model->rules.at(0).formula) : model.error().message;
}

TEST(Read, Formulas) {
  const std::string a = "<ci>a</ci>", b = "<ci>b</ci>";
  EXPECT_EQ(formula("<apply><plus/></apply>"), "0");
  EXPECT_EQ(formula("<apply><times/></apply>"), "1");
  EXPECT_EQ(formula("<apply><and/></apply>"), "true");
  EXPECT_EQ(formula("<apply><or/></apply>"), "false");
  EXPECT_EQ(formula("<apply><xor/></apply>"), "false");
  EXPECT_EQ(formula("<apply><plus/>" + a + b + a + "</apply>"), "a + b + a");
  EXPECT_EQ(formula("<apply><minus/>" + a + "</apply>"), "-a");
  EXPECT_EQ(formula("<apply><lt/>" + a + b + "<cn>3</cn></apply>"), "a < b && b < 3");
  EXPECT_EQ(formula("<apply><log/>" + a + "</apply>"), "log10(a)");
  EXPECT_EQ(formula("<apply><log/><logbase><cn>3</cn></logbase>" + a + "</apply>"), "log(3, a)");
  EXPECT_EQ(formula("<apply><root/><degree><cn>3</cn></degree>" + a + "</apply>"), "root(3, a)");
  EXPECT_EQ(formula("<apply><implies/>" + a + b + "</apply>"), "implies(a, b)");
  EXPECT_EQ(formula("<apply><rem/>" + a + b + "</apply>"), "rem(a, b)");
  EXPECT_EQ(formula("<apply><quotient/>" + a + b + "</apply>"), "quotient(a, b)");
  EXPECT_EQ(formula("<apply><max/>" + a + b + a + "</apply>"), "max(a, b, a)");
  EXPECT_EQ(formula("<cn type=\"e-notation\"> 3 <sep/> -5 </cn>"), "3e-05");
  EXPECT_EQ(formula("<cn type=\"rational\"> 3 <sep/> 4 </cn>"), "0.75");
  EXPECT_EQ(formula("<cn type=\"integer\"> -7 </cn>"), "-7");
  EXPECT_EQ(formula("<infinity/>"), "inf");
  EXPECT_EQ(formula("<piecewise><piece>" + a + "<true/></piece></piecewise>"),
            "piecewise(a, true)");
  EXPECT_EQ(formula("<csymbol encoding=\"text\" definitionURL=\"http://www.sbml.org/sbml/symbols/"
                    "time\">t</csymbol>"),
            "time");
  EXPECT_EQ(formula("<apply><csymbol encoding=\"text\" definitionURL=\"http://www.sbml.org/sbml/"
                    "symbols/rateOf\">r</csymbol>" +
                    a + "</apply>"),
            "rateOf(a)");
}

TEST(Read, LevelThree) {
  const auto model = parse(seed("level3.xml"));
  ASSERT_TRUE(model) << model.error().text();
  const auto* drug = model->find("drug");
  ASSERT_NE(drug, nullptr);
  EXPECT_EQ(drug->kind, SymbolKind::species);
  EXPECT_FALSE(drug->initial_is_amount);
  EXPECT_EQ(drug->conversion_factor, "cf");
  EXPECT_TRUE(model->find("bound")->substance_only);
  EXPECT_FALSE(model->find("plasma")->constant);
  EXPECT_EQ(language::text(*model->find("time")->initial), "0.2 * 2.5");
  ASSERT_EQ(model->reactions.size(), 1u);
  EXPECT_EQ(language::text(*model->reactions[0].rate), "saturable(drug, vmax, binding.km)");
  EXPECT_EQ(model->reactions[0].reactants.at(0).symbol, "n");
  EXPECT_EQ(language::text(*model->find("n")->initial), "2");
  EXPECT_EQ(language::text(*model->find("binding.km")->initial), "5");
  ASSERT_EQ(model->events.size(), 1u);
  const language::Event& event = model->events[0];
  EXPECT_FALSE(event.persistent);
  EXPECT_FALSE(event.initial_value);
  EXPECT_FALSE(event.uses_trigger_values);
  EXPECT_EQ(language::text(*event.delay), "0.5");
  EXPECT_EQ(language::text(*event.priority), "2");
  ASSERT_TRUE(model->time_unit);
  EXPECT_TRUE(model->time_unit->same(*units::Unit::parse("h")));
  EXPECT_TRUE(model->substance_unit->same(*units::Unit::parse("nmol")));
  EXPECT_FALSE(model->check_units);
}

// A parameter `time` beside the time of the model.
TEST(Read, SymbolsThatAreCalledAsConstants) {
  const auto model = parse(seed("level3.xml"));
  ASSERT_TRUE(model);
  const language::Rule& late = model->rules.at(0);
  EXPECT_EQ(language::text(*late.formula), "piecewise(1, 3 < the_time() && the_time() < 8, 1)");
  EXPECT_TRUE(equations::build(*model));
}

// A parameter `inf` beside infinity.
TEST(Read, InfinityBesideASymbolOfItsName) {
  const auto model =
      parse(level3("<listOfParameters><parameter id=\"inf\" value=\"2\" constant=\"true\"/>"
                   "<parameter id=\"far\" constant=\"true\"/></listOfParameters>"
                   "<listOfInitialAssignments><initialAssignment symbol=\"far\">"
                   "<math xmlns=\"http://www.w3.org/1998/Math/MathML\"><infinity/></math>"
                   "</initialAssignment></listOfInitialAssignments>"));
  ASSERT_TRUE(model) << model.error().text();
  const auto system = equations::build(*model);
  EXPECT_TRUE(system) << system.error().text();
}

TEST(Read, LevelTwo) {
  const auto model = parse(seed("level2.xml"));
  ASSERT_TRUE(model) << model.error().text();
  EXPECT_TRUE(model->find("A")->initial_is_amount);
  EXPECT_TRUE(model->find("B")->boundary);
  const std::string stoichiometry = model->reactions.at(0).reactants.at(0).symbol;
  ASSERT_EQ(model->rules.size(), 1u);
  EXPECT_EQ(model->rules[0].target, stoichiometry);
  // The reaction's own k, not the model's, in the rate; the model's in the stoichiometry.
  EXPECT_EQ(language::text(*model->rules[0].formula), "k + 1.7");
  EXPECT_EQ(language::text(*model->reactions[0].rate), "cell * join.k * A");
}

TEST(Read, LevelOne) {
  const auto model = parse(seed("level1.xml"));
  ASSERT_TRUE(model) << model.error().text();
  EXPECT_EQ(language::text(*model->find("c")->initial), "1");
  EXPECT_EQ(language::text(*model->rules.at(0).formula), "2 * ln(X + 1) + Y^2");
  EXPECT_EQ(model->reactions.at(0).reactants.at(0).stoichiometry, 1.5);
  EXPECT_FALSE(model->find("p")->constant);
}

TEST(Read, Submodels) {
  const auto model = parse(seed("submodels.xml"));
  ASSERT_TRUE(model) << model.error().text();
  EXPECT_NE(model->find("A__S"), nullptr);
  EXPECT_NE(model->find("A__k"), nullptr);
  EXPECT_EQ(model->find("B__k"), nullptr);
  ASSERT_EQ(model->reactions.size(), 2u);
  EXPECT_EQ(language::text(*model->reactions[1].rate), "k * B__S * B__C");
}

TEST(Read, ByContent) {
  const testing::TemporaryFolder folder;
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream(folder.path() / name) << text;
    return folder.path() / name;
  };
  const files::SearchPath search;
  const auto xml = sbml::read_model(write("a.ant", "  " + seed("level1.xml").substr(39)), search);
  ASSERT_TRUE(xml) << xml.error().text();
  EXPECT_EQ(xml->id, "decay");
  const auto text = sbml::read_model(write("b.xml", "model b\n k = 1\nend\n"), search);
  ASSERT_TRUE(text) << text.error().text();
  EXPECT_EQ(text->id, "b");
}

struct Bad {
  const char* what;
  std::string text;
  Code code;
  std::string message;  // a part of it
};

TEST(Read, Refusals) {
  const std::string reaction_start =
      "<listOfParameters><parameter id=\"k\" value=\"1\" constant=\"true\"/></listOfParameters>";
  const auto rule = [&](const std::string& inside) {
    return level3(
        "<listOfParameters><parameter id=\"x\" constant=\"false\"/></listOfParameters>\n"
        "<listOfRules>\n<assignmentRule variable=\"x\">" +
        math(inside) + "</assignmentRule></listOfRules>");
  };
  const std::string bomb =
      "<?xml version=\"1.0\"?>\n<!DOCTYPE sbml [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>\n"
      "<sbml>&b;</sbml>";
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<apply>";
  const std::vector<Bad> table = {
      {"empty", "", Code::invalid_sbml, "empty"},
      {"no XML", "k = 1", Code::invalid_sbml, "does not begin"},
      {"not SBML", "<html><body/></html>", Code::invalid_sbml, ""},
      {"entities", bomb, Code::unsafe_xml, "entities"},
      {"deep", deep, Code::unsafe_xml, "200"},
      {"no model", std::string("<sbml xmlns=\"") + core2 + "\" level=\"3\" version=\"2\"/>",
       Code::invalid_sbml, "no model"},
      {"delay of nothing",
       rule("<apply><csymbol encoding=\"text\" definitionURL=\"http://www.sbml.org/sbml/symbols/"
            "delay\">d</csymbol><cn>2</cn></apply>"),
       Code::invalid_sbml, ""},
      {"package",
       level3(reaction_start,
              " xmlns:spatial=\"http://www.sbml.org/sbml/level3/version1/spatial/version1\""
              " spatial:required=\"true\""),
       Code::unsupported_sbml, "'spatial'"},
      {"unknown name", rule("<ci>y</ci>"), Code::invalid_sbml, "y"},
      {"no rate",
       level3("<listOfReactions><reaction id=\"J\" reversible=\"false\"/></listOfReactions>"),
       Code::unsupported_sbml, "no rate"},
  };
  for (const Bad& bad : table) {
    SCOPED_TRACE(bad.what);
    const auto model = parse(bad.text);
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().code, bad.code) << model.error().text();
    EXPECT_NE(model.error().message.find(bad.message), std::string::npos) << model.error().message;
  }
  const auto delayed = parse(table[6].text);
  EXPECT_EQ(delayed.error().place.line, 6) << delayed.error().text();
}

// What lies in files beside the model is looked at as the model is.
TEST(Read, ExternalSubmodels) {
  const testing::TemporaryFolder folder;
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream(folder.path() / name) << text;
  };
  const auto outer = [](const std::string& source) {
    return "<sbml xmlns=\"http://www.sbml.org/sbml/level3/version1/core\" "
           "xmlns:comp=\"http://www.sbml.org/sbml/level3/version1/comp/version1\" level=\"3\" "
           "version=\"1\" comp:required=\"true\"><model id=\"m\"><comp:listOfSubmodels>"
           "<comp:submodel comp:id=\"s\" comp:modelRef=\"x\"/></comp:listOfSubmodels></model>"
           "<comp:listOfExternalModelDefinitions><comp:externalModelDefinition comp:id=\"x\" "
           "comp:source=\"" +
           source + "\"/></comp:listOfExternalModelDefinitions></sbml>";
  };
  write("inner.xml",
        "<sbml xmlns=\"http://www.sbml.org/sbml/level3/version1/core\" level=\"3\" version=\"1\">"
        "<model id=\"i\"><listOfParameters><parameter id=\"k\" value=\"3\" constant=\"true\"/>"
        "</listOfParameters></model></sbml>");
  write("bomb.xml", "<!DOCTYPE sbml [<!ENTITY a \"b\">]><sbml>&a;</sbml>");
  write("good.xml", outer("inner.xml"));
  write("missing.xml", outer("nothing.xml"));
  write("bad.xml", outer("bomb.xml"));
  write("far.xml", outer("http://example.org/model.xml"));
  const auto good = sbml::read_sbml(folder.path() / "good.xml");
  ASSERT_TRUE(good) << good.error().text();
  EXPECT_NE(good->find("s__k"), nullptr);
  EXPECT_EQ(sbml::read_sbml(folder.path() / "missing.xml").error().code, Code::file_not_found);
  EXPECT_EQ(sbml::read_sbml(folder.path() / "bad.xml").error().code, Code::unsafe_xml);
  EXPECT_EQ(sbml::read_sbml(folder.path() / "far.xml").error().code, Code::unsupported_sbml);
}

}  // namespace
}  // namespace vesper
