// Files that would need more stack or memory than there is end in a message that names the limit,
// and what lies just below the limits is read.
#include <gtest/gtest.h>

#include "equations/system.h"
#include "sbml/guard.h"
#include "sbml/sbml.h"

namespace vesper {
namespace {

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::string model_with(const std::string& inside) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<sbml xmlns=\"http://www.sbml.org/sbml/level3/version1/core\" level=\"3\" "
         "version=\"1\">\n<model id=\"m\">\n" +
         inside + "\n</model>\n</sbml>\n";
}

std::string rule_with(const std::string& formula) {
  return model_with(
      "<listOfParameters><parameter id=\"x\" constant=\"false\"/>"
      "<parameter id=\"k\" value=\"1\" constant=\"true\"/></listOfParameters>"
      "<listOfRules><assignmentRule variable=\"x\">"
      "<math xmlns=\"http://www.w3.org/1998/Math/MathML\">" +
      formula + "</math></assignmentRule></listOfRules>");
}

std::string level_one(const std::string& formula) {
  return "<sbml xmlns=\"http://www.sbml.org/sbml/level1\" level=\"1\" version=\"2\"><model "
         "name=\"m\"><listOfCompartments><compartment name=\"c\"/></listOfCompartments>"
         "<listOfParameters><parameter name=\"x\" value=\"0\"/></listOfParameters><listOfRules>"
         "<parameterRule name=\"x\" formula = '" +
         formula + "'/></listOfRules></model></sbml>";
}

Result<language::Model> parse(const std::string& text) {
  return sbml::parse_sbml(files::Source("/nowhere/model.xml", text));
}

void expect_limit(const std::string& text, const std::string& message) {
  const auto model = parse(text);
  ASSERT_FALSE(model) << message;
  EXPECT_EQ(model.error().code, Code::unsafe_xml) << model.error().text();
  EXPECT_EQ(model.error().exit_code(), 2);
  EXPECT_NE(model.error().message.find(message), std::string::npos) << model.error().text();
}

// libSBML puts the operands of one operator one inside another, so width is depth.
TEST(Limits, WideFormulasAreReadUpToTheLimit) {
  constexpr auto most = static_cast<std::size_t>(sbml::deepest_formula) - 5;
  for (const std::string name : {"plus", "times", "and", "or", "xor"}) {
    SCOPED_TRACE(name);
    const bool logic = name != "plus" && name != "times";
    const std::string operand = logic ? "<true/>" : "<ci>k</ci>";
    const auto wide = [&](std::size_t operands) {
      const std::string formula =
          "<apply><" + name + "/>" + repeated(operand, operands) + "</apply>";
      return rule_with(logic ? "<piecewise><piece><cn>1</cn>" + formula + "</piece></piecewise>"
                             : formula);
    };
    const auto model = parse(wide(most));
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_TRUE(equations::build(*model).has_value() ||
                equations::build(*model).error().exit_code() == 2);
    expect_limit(wide(most + 6), "operators deep");
  }
}

TEST(Limits, WidthOfNestedFormulasAddsUp) {
  // Each level is the first, and so the deepest, of 400 operands of the level around it.
  const auto nested = [](std::size_t levels) {
    return rule_with(repeated("<apply><plus/>", levels) + "<ci>k</ci>" +
                     repeated(repeated("<ci>k</ci>", 399) + "</apply>", levels));
  };
  EXPECT_TRUE(parse(nested(10)));
  expect_limit(nested(15), "operators deep");
}

TEST(Limits, ComparisonsAndPiecesOfAnyNumber) {
  for (const std::string& formula :
       {"<apply><lt/>" + repeated("<ci>k</ci>", 2'000) + "</apply>",
        "<piecewise>" + repeated("<piece><ci>k</ci><true/></piece>", 2'000) + "</piecewise>"}) {
    const auto model = parse(rule_with(formula));
    if (!model) {
      EXPECT_EQ(model.error().exit_code(), 2) << model.error().text();
    } else if (const auto system = equations::build(*model); !system) {
      EXPECT_EQ(system.error().exit_code(), 2) << system.error().text();
    }
  }
}

TEST(Limits, FormulasOfLevelOne) {
  const auto sum = [](std::string_view operation, std::size_t times) {
    return level_one("1" + repeated(std::string(operation) + "1", times));
  };
  for (const char* operation : {"+", "-", "*", "/", "^"}) {
    SCOPED_TRACE(operation);
    EXPECT_TRUE(parse(sum(operation, 1'000)));
    expect_limit(sum(operation, sbml::most_operators + 1), "operators");
  }
  expect_limit(level_one(repeated("(", 100'000) + "1" + repeated(")", 100'000)), "operators");
}

TEST(Limits, ElementsAndAttributes) {
  const auto annotation = [](const std::string& inside) {
    return model_with("<annotation><a xmlns=\"x\">" + inside + "</a></annotation>");
  };
  expect_limit(annotation(repeated("<b/>", sbml::most_elements)), "elements");
  expect_limit(annotation(repeated("<b c='1' d='2' e='3' f='4'/>", sbml::most_attributes / 4)),
               "attributes");
  std::string many;
  for (std::size_t i = 0; i <= sbml::most_attributes_of_one; ++i)
    many += " a" + std::to_string(i) + "=''";
  expect_limit(annotation("<b" + many + "/>"), "an element has more than");
  expect_limit(model_with(repeated("<annotation>", 250) + repeated("</annotation>", 250)),
               "nested more than 200 deep");
}

// End tags that nothing opened, and tags that never end, are the parser's to refuse.
TEST(Limits, TornTagsAreNoCrash) {
  for (const std::string& text :
       {std::string("</a></a><"), std::string("<"), std::string("<a b='"), std::string("<a/></a>"),
        std::string("<math></math></math>"), std::string("<:/>"), std::string("<math")}) {
    const auto model = parse(text);
    ASSERT_FALSE(model) << text;
    EXPECT_EQ(model.error().exit_code(), 2);
  }
}

}  // namespace
}  // namespace vesper
