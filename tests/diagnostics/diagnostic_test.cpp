#include "diagnostics/diagnostic.h"

#include <gtest/gtest.h>

#include <set>

namespace vesper {
namespace {

TEST(Diagnostic, ShowsPlaceLineCaretAndMend) {
  const Diagnostic error{Code::unknown_unit,
                         "dose '4.5 mgg' has an unknown unit 'mgg'",
                         {"my.yaml", 7, 10, 3, "  - dose 4.5 mgg"},
                         "did you mean 'mg'?",
                         {}};
  EXPECT_EQ(error.text(),
            "my.yaml:7:10: dose '4.5 mgg' has an unknown unit 'mgg'\n"
            "      - dose 4.5 mgg\n"
            "             ^~~\n"
            "  did you mean 'mg'?  [V0103; vesper explain V0103]");
}

TEST(Diagnostic, CaretCountsCharactersNotBytes) {
  const Diagnostic error{Code::unknown_key, "x", {"f", 1, 5, 1, "µé x"}, "", {}};
  EXPECT_NE(error.text().find("\n    µé x\n      ^"), std::string::npos) << error.text();
}

TEST(Diagnostic, KeepsTheTerminalSafeFromControlCharacters) {
  const Diagnostic error{Code::unknown_key, "key '\x1b[2J'", {}, "", {}};
  EXPECT_EQ(error.text().find('\x1b'), std::string::npos);
  EXPECT_NE(error.text().find("\\x1b"), std::string::npos);
}

TEST(Diagnostic, ShowsAWindowOfALongLine) {
  Place place{"f", 1, 5001, 3, std::string(5000, 'a') + "bad" + std::string(5000, 'a')};
  const std::string text = Diagnostic{Code::unknown_key, "x", place, "", {}}.text();
  EXPECT_LT(text.size(), 500u);
  EXPECT_NE(text.find("bad"), std::string::npos);
  EXPECT_NE(text.find("^~~"), std::string::npos);
}

TEST(Diagnostic, ExitCodeTellsInputFromRun) {
  EXPECT_EQ((Diagnostic{Code::unknown_unit, "", {}, "", {}}.exit_code()), 2);
}

TEST(Suggestions, FindTheNearWordAndNoFarOne) {
  const std::vector<std::string> known = {"product", "every", "until", "adherence"};
  EXPECT_EQ(nearest("prodcut", known), "product");
  EXPECT_EQ(nearest("EVERY", known), "every");
  EXPECT_EQ(nearest("zebra", known), "");
  EXPECT_EQ(suggest("untill", known), "did you mean 'until'?");
  EXPECT_EQ(suggest("zebra", known), "one of: product, every, until, adherence");
  EXPECT_EQ(suggest("x", {}), "");
}

TEST(Codes, AreUniqueAndExplained) {
  std::set<std::string_view> numbers;
  for (const CodeInfo& code : all_codes()) {
    EXPECT_TRUE(numbers.insert(code.number).second) << code.number << " is used twice";
    EXPECT_EQ(code.number.size(), 5u) << code.number;
    EXPECT_EQ(code.number[0], 'V');
    EXPECT_FALSE(code.title.empty());
    EXPECT_GT(code.explanation.size(), 30u) << code.number;
  }
  EXPECT_EQ(find_code("v0103")->code, Code::unknown_unit);
  EXPECT_FALSE(find_code("V9999").has_value());
}

}  // namespace
}  // namespace vesper
