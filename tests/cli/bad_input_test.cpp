// Every reader answers bad input with one clear message, exit code 2, and no files.  The cases are
// data: tests/cli/bad_input.yaml.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "cli/program.h"
#include "files/yaml.h"
#include "temporary_folder.h"

namespace vesper {
namespace {

using files::Yaml;
using testing::TemporaryFolder;

struct Case {
  std::string name;
  std::map<std::string, std::string> files;  // as written for this case
  std::vector<std::string> arguments;
  std::string code, message, mend, place;  // place: "f.yaml:3:7", or "f.yaml", or ""
  std::string line;                        // of the table, for the reader of a failure
};

std::string text_of(const Yaml& value, const std::string& key) {
  return value.has(key) ? value.text(key).value() : "";
}

std::vector<std::string> texts_of(const Yaml& value, const std::string& key) {
  std::vector<std::string> texts;
  for (const Yaml& item : value.items(key)) texts.push_back(item.raw());
  return texts;
}

// A case starts from the good files and changes one place in one of them.
Case read_case(const Yaml& entry, const std::map<std::string, std::string>& good) {
  Case one;
  one.name = text_of(entry, "name");
  one.line = fmt::format("bad_input.yaml:{}: {}", entry.place().line, one.name);
  one.files = good;
  const std::string file = text_of(entry, "file");
  if (entry.has("replace")) {
    std::string& text = one.files.at(file);
    const std::string from = text_of(entry, "replace");
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << one.line << ": nothing to replace";
    if (at != std::string::npos) text.replace(at, from.size(), text_of(entry, "with"));
  } else if (entry.has("whole")) {
    one.files[file] = text_of(entry, "whole");
  }
  one.arguments = texts_of(entry, "run");
  if (one.arguments.empty()) one.arguments = {"run", "p.yaml", "--typical", "--out", "out"};
  one.code = text_of(entry, "code");
  one.message = text_of(entry, "says");
  one.mend = text_of(entry, "mend");
  one.place = text_of(entry, "at");
  return one;
}

std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    names.insert(entry.path().lexically_relative(folder).string());
  }
  return names;
}

void expect_refused(const Case& one) {
  const TemporaryFolder folder;
  for (const auto& [name, text] : one.files) folder.write(name, text);
  const std::set<std::string> before = names_in(folder.path());
  const testing::Said said = testing::vesper(one.arguments, folder.path());
  EXPECT_EQ(said.exit_code, 2) << one.line << "\n" << said.out << said.err;
  EXPECT_EQ(said.out, "") << one.line;
  EXPECT_NE(said.err.find("[" + one.code + ";"), std::string::npos) << one.line << "\n" << said.err;
  EXPECT_NE(said.err.find(one.message), std::string::npos) << one.line << "\n" << said.err;
  EXPECT_NE(said.err.find(one.mend), std::string::npos) << one.line << "\n" << said.err;
  if (!one.place.empty()) {
    EXPECT_NE(("/" + said.err).find("/" + one.place + ":"), std::string::npos) << one.line << "\n"
                                                                               << said.err;
  }
  EXPECT_EQ(names_in(folder.path()), before) << one.line << ": files were left behind";
}

std::map<std::string, std::string> good_files(const Yaml& table) {
  std::map<std::string, std::string> files;
  for (const auto& [name, text] : table.find("good")->entries()) files[name.raw()] = text.raw();
  return files;
}

Yaml table() {
  return files::read_yaml(std::filesystem::path(VESPER_SOURCE_DIR) / "tests/cli/bad_input.yaml")
      .value();
}

TEST(BadInput, TheGoodFilesRun) {
  const TemporaryFolder folder;
  for (const auto& [name, text] : good_files(table())) folder.write(name, text);
  const testing::Said said = testing::vesper({"run", "p.yaml", "--out", "out"}, folder.path());
  EXPECT_EQ(said.exit_code, 0) << said.err;
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "out/report.html"));
}

TEST(BadInput, EveryCaseIsRefusedWithPlaceMessageAndMend) {
  const Yaml cases = table();
  const auto good = good_files(cases);
  EXPECT_GE(cases.items("cases").size(), 80u);
  for (const Yaml& entry : cases.items("cases")) expect_refused(read_case(entry, good));
}

class BadFile : public ::testing::TestWithParam<std::string> {};

// Each kind of file in turn is missing, a folder, empty, not UTF-8, huge, or far too deep.
TEST_P(BadFile, IsRefusedInEveryForm) {
  const auto good = good_files(table());
  const std::string file = GetParam();
  struct Form {
    const char* name;
    const char* code;
    std::function<void(const std::filesystem::path&)> spoil;
  };
  const std::vector<Form> forms = {
      {"missing", "V0001", [](const auto& path) { std::filesystem::remove(path); }},
      {"a folder", "V0002",
       [](const auto& path) {
         std::filesystem::remove(path);
         std::filesystem::create_directory(path);
       }},
      {"empty", "V0006", [](const auto& path) { std::filesystem::resize_file(path, 0); }},
      {"not UTF-8", "V0005", [](const auto& path) { std::ofstream(path) << "a: \xff\xfe\n"; }},
      {"100 MB", "V0004", [](const auto& path) { std::filesystem::resize_file(path, 100u << 20); }},
      {"deep", "V0016",
       [&](const auto& path) {
         const std::string deep(100000, file.ends_with(".ant") ? '(' : '[');
         std::ofstream(path) << (file.ends_with(".ant") ? "model m\n x = " + deep : "a: " + deep);
       }},
  };
  for (const Form& form : forms) {
    // Without a drugs.yaml of its own a folder uses the installed one.
    if (file == "products/drugs.yaml" && form.code == std::string("V0001")) continue;
    const TemporaryFolder folder;
    for (const auto& [name, text] : good) folder.write(name, text);
    form.spoil(folder.path() / file);
    const testing::Said said = testing::vesper({"run", "p.yaml", "--out", "out"}, folder.path());
    EXPECT_EQ(said.exit_code, 2) << file << " " << form.name << "\n" << said.err;
    EXPECT_NE(said.err.find(std::string("[") + form.code + ";"), std::string::npos)
        << file << " " << form.name << "\n"
        << said.err.substr(0, 2000);
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "out")) << file << " " << form.name;
  }
}

INSTANTIATE_TEST_SUITE_P(AllKinds, BadFile,
                         ::testing::Values("p.yaml", "m.ant", "pop.yaml", "products/tablet.yaml",
                                           "products/drugs.yaml"),
                         [](const auto& info) {
                           std::string name = info.param;
                           for (char& c : name)
                             c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
                           return name;
                         });

}  // namespace
}  // namespace vesper
