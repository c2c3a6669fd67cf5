// The tables of compounding, and tables that contradict themselves.
#include "compounding/knowledge.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "compounding/bench.h"
#include "temporary_folder.h"

namespace vesper::compounding {
namespace {

namespace fs = std::filesystem;

TEST(Knowledge, HoldsTheTestOfThePharmacopoeia) {
  const TestLimits& limits = testing::knowledge().test;
  EXPECT_EQ(limits.first, 10u);
  EXPECT_EQ(limits.second, 30u);
  EXPECT_EQ(limits.k1, 2.4);
  EXPECT_EQ(limits.k2, 2.0);
  EXPECT_EQ(limits.L1, 15);
  EXPECT_EQ(limits.L2, 25);
  EXPECT_EQ(limits.low, 98.5);
  EXPECT_EQ(limits.high, 101.5);
}

// The tables with one place changed.
void expect_refused(const std::string& table, const std::string& from, const std::string& to,
                    Code code) {
  const testing::TemporaryFolder folder;
  const fs::path source = fs::path(VESPER_SOURCE_DIR) / "evidence";
  fs::create_directories(folder.path() / "evidence");
  fs::copy(source / "sources.yaml", folder.path() / "evidence");
  fs::copy(source / "compounding", folder.path() / "evidence/compounding");
  const fs::path changed = folder.path() / "evidence/compounding" / table;
  std::stringstream text;
  text << std::ifstream(changed).rdbuf();
  folder.write("evidence/compounding/" + table, testing::replaced(text.str(), from, to));
  files::SearchPath path;
  path.working_folder = path.share = folder.path();
  const auto read = read_knowledge(path);
  ASSERT_FALSE(read) << table << ": " << to;
  EXPECT_EQ(read.error().code, code) << read.error().text();
  EXPECT_GT(read.error().place.line, 0) << read.error().text();
}

TEST(Knowledge, TablesThatContradictThemselves) {
  expect_refused("capsules.yaml", "0.20 mL", "0.10 mL", Code::bad_compounding_data);
  expect_refused("excipients.yaml", "id: lactose", "id: sucrose", Code::bad_compounding_data);
  expect_refused("uniformity.yaml", "units: [10, 30]", "units: [10, 10]",
                 Code::bad_compounding_data);
  expect_refused("uniformity.yaml", "k: [2.4, 2.0]", "k: [2.4]", Code::bad_compounding_data);
  expect_refused("beyond-use.yaml", "days: 14", "days: 0", Code::out_of_range);
  expect_refused("balances.yaml", "grade: established", "grade: certain", Code::unknown_choice);
  expect_refused("forms.yaml", "dry: solid", "dry: solids", Code::unknown_choice);
  expect_refused("balances.yaml", "aliquot-method", "aliquots", Code::unknown_source);
}

}  // namespace
}  // namespace vesper::compounding
