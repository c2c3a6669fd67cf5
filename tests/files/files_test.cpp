#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "files/hash.h"
#include "files/source.h"
#include "files/write.h"
#include "files/yaml.h"
#include "temporary_folder.h"

namespace vesper::files {
namespace {

using testing::TemporaryFolder;

Yaml yaml(const std::string& text) {
  return parse_yaml(check("t.yaml", text).value()).value();
}

std::string code_of(const Diagnostic& error) {
  return std::string(info(error.code).number);
}

TEST(Source, FindsLineAndColumnOfAnOffset) {
  const Source source("f", "one\ntwo three\r\nfour");
  const Place place = source.place(8, 5);
  EXPECT_EQ(place.line, 2);
  EXPECT_EQ(place.column, 5);
  EXPECT_EQ(place.line_text, "two three");
  EXPECT_EQ(source.place(100).line, 3);
}

// Places are kept by the thousand, so a line that is as long as a file is not.
TEST(Source, PlacesKeepNoEndlessLine) {
  const Source source("a.txt", std::string(999, 'x') + "\xC3\xA9" + std::string(1 << 20, 'y'));
  EXPECT_EQ(source.place(3, 2).line_text, std::string(999, 'x'));
  EXPECT_EQ(source.place(500'000, 2).line_text, "");
  EXPECT_EQ(source.place(500'000, 2).column, 500'001);
}

TEST(Source, RefusesWhatIsNoText) {
  for (const std::string& bad :
       {std::string("ab\xff"), std::string("\xc0\xaf"), std::string("\xed\xa0\x80"),
        std::string("\xf5\x80\x80\x80"), std::string("a\0b", 3), std::string("\xe2\x82")}) {
    const auto source = check("f", bad);
    ASSERT_FALSE(source.has_value());
    EXPECT_EQ(code_of(source.error()), "V0005");
  }
  EXPECT_TRUE(check("f", "µg/mL € 🙂").has_value());
  EXPECT_EQ(check("f", "\xEF\xBB\xBFx").value().text(), "x");
}

TEST(Source, RefusesFoldersMissingAndHugeFiles) {
  const TemporaryFolder folder;
  EXPECT_EQ(code_of(read(folder.path()).error()), "V0002");
  EXPECT_EQ(code_of(read(folder.path() / "none").error()), "V0001");
  const auto big = folder.write("big", "");
  std::filesystem::resize_file(big, 100u << 20);
  EXPECT_EQ(code_of(read(big).error()), "V0004");
  EXPECT_EQ(code_of(read("/dev/null").error()), "V0002");
}

TEST(SearchPath, LooksBesideThenHereThenInThePathThenInTheShare) {
  const TemporaryFolder folder;
  SearchPath search;
  search.working_folder = folder.path() / "here";
  search.vesper_path = {folder.path() / "extra"};
  search.share = folder.path() / "share";
  const auto find = [&] {
    return search.find("m", "models", ".ant", folder.path() / "near").value();
  };
  const auto share = folder.write("share/models/m.ant", "");
  EXPECT_EQ(find(), share);
  const auto extra = folder.write("extra/models/m.ant", "");
  EXPECT_EQ(find(), extra);
  const auto here = folder.write("here/models/m.ant", "");
  EXPECT_EQ(find(), here);
  const auto near = folder.write("near/m.ant", "");
  EXPECT_EQ(find(), near);
}

TEST(SearchPath, AMissListsWhereItLookedAndWhatIsNear) {
  const TemporaryFolder folder;
  SearchPath search;
  search.working_folder = folder.path();
  search.share = folder.path() / "share";
  folder.write("share/models/naltrexone.ant", "");
  const auto missing = search.find("naltrexon", "models", ".ant", {});
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().mend, "did you mean 'naltrexone'?");
  EXPECT_EQ(missing.error().notes.size(), 2u);
  EXPECT_EQ(search.list("models", ".ant").size(), 1u);
}

TEST(SearchPath, AProtocolIsNoPopulationOfTheSameName) {
  const TemporaryFolder folder;
  SearchPath search;
  search.working_folder = folder.path();
  folder.write("protocols/cirrhosis.yaml", "");
  const auto population = folder.write("populations/cirrhosis.yaml", "");
  EXPECT_EQ(search.find("cirrhosis", "populations", ".yaml", folder.path() / "protocols").value(),
            population);
}

TEST(Write, FilesAppearWhenCommittedAndNotBefore) {
  const TemporaryFolder folder;
  {
    const auto pending = Pending::open(folder.path() / "deep/er/out.csv");
    ASSERT_TRUE(pending.has_value());
    EXPECT_TRUE(std::filesystem::exists(pending->temporary()));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path() / "deep/er"));
  ASSERT_TRUE(write_whole(folder.path() / "deep/er/out.csv", "a,b\n").has_value());
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "deep/er/out.csv"));
  EXPECT_EQ(code_of(write_whole("/proc/none/x", "a").error()), "V0015");
}

TEST(Yaml, ValuesKnowTheirPlaces) {
  const Yaml root = yaml("a: 1\nb: {x: [1, 2], dose: 4.5 mgg}\nµ: c\nempty:\nlast: q\n");
  const Place dose = root.find("b")->find("dose")->place();
  EXPECT_EQ(dose.line, 2);
  EXPECT_EQ(dose.column, 22);
  EXPECT_EQ(dose.length, 7);
  EXPECT_EQ(root.find("empty")->place().line, 4);
  EXPECT_EQ(root.find("b")->items("x").size(), 2u);
}

TEST(Yaml, RefusesWithPlaceAndMend) {
  struct Case {
    const char* text;
    const char* code;
    int line, column;
  };
  const std::string deep(2000, '[');
  for (const auto& [text, code, line, column] :
       std::initializer_list<Case>{{"a: [1", "V0007", 1, 1},
                                   {"a: b: c", "V0007", 1, 5},
                                   {"a: 1\na: 2", "V0010", 2, 1},
                                   {"", "V0006", 0, 0},
                                   {"# only a comment", "V0006", 0, 0},
                                   {"---\na: 1\n---\nb: 2\n", "V0007", 0, 0},
                                   {"\t- a", "V0007", 1, 2},
                                   {"a: *none", "V0007", 1, 4},
                                   {"a: &x [*x]", "V0016", 1, 4},
                                   {"[a]: b", "V0011", 1, 1},
                                   {deep.c_str(), "V0016", 1, 1},
                                   {"a: \"open", "V0007", 1, 9}}) {
    const auto parsed = parse_yaml(check("t.yaml", text).value());
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(code_of(parsed.error()), code) << text;
    EXPECT_EQ(parsed.error().place.line, line) << text;
    EXPECT_EQ(parsed.error().place.column, column) << text;
  }
}

TEST(Yaml, ScalarsAreCheckedWhenTheyAreRead) {
  const Yaml root =
      yaml("n: 3.5\nnan: .nan\nhex: 0x10\ni: 7\nhalf: 7.5\nyes: yes\nlist: [1]\nq: 24 h\n");
  const units::Unit hour = units::Unit::parse("h").value();
  EXPECT_DOUBLE_EQ(root.number("n").value(), 3.5);
  EXPECT_EQ(code_of(root.number("nan").error()), "V0012");
  EXPECT_EQ(code_of(root.number("hex").error()), "V0012");
  EXPECT_EQ(root.find("i")->integer().value(), 7);
  EXPECT_EQ(code_of(root.find("half")->integer().error()), "V0012");
  EXPECT_TRUE(root.boolean_or("yes", false).value());
  EXPECT_EQ(code_of(root.text("list").error()), "V0011");
  EXPECT_DOUBLE_EQ(root.in("q", hour).value(), 24);
  EXPECT_EQ(code_of(root.in("n", hour).error()), "V0101");
  EXPECT_EQ(code_of(root.text("none").error()), "V0009");
  EXPECT_EQ(root.find("q")->choice({"24 m"}).error().mend, "did you mean '24 m'?");
  EXPECT_EQ(root.keys({"n", "nan", "hex", "i", "hal", "yes", "list", "q"}).error().mend,
            "did you mean 'hal'?");
}

RC_GTEST_PROP(Yaml, NeverCrashesOnAnyText, (const std::string& text)) {
  if (const auto source = check("f", text)) {
    const auto parsed = parse_yaml(*source);
    if (!parsed) RC_ASSERT(!parsed.error().message.empty());
  }
}

TEST(Hash, OfKnownTexts) {  // FIPS 180-2, appendix B
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace vesper::files
