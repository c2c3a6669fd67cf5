// `vesper simulate` as a program: the table it prints, the file it leaves, and its exit codes.
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "cli/program.h"
#include "temporary_folder.h"

namespace vesper {
namespace {

using testing::TemporaryFolder;
using Words = std::vector<std::string>;

// k = 0.5 from S(0) = 2 in a compartment of 4, so 8 in all.
const std::string decay_ant = R"(unit time_unit = 3600 second
model decay
  compartment c = 4
  species S in c = 2
  substanceOnly species A in c = 8
  k = 0.5 per_hour
  unit per_hour = 1 / time_unit
  JS: S -> ; c * k * S
  JA: A -> ; k * A
end
)";

const std::string decay_xml = R"(<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">
<model id="decay">
  <listOfCompartments>
    <compartment id="c" size="4" spatialDimensions="3" constant="true"/>
  </listOfCompartments>
  <listOfSpecies>
    <species id="S" compartment="c" initialAmount="8" hasOnlySubstanceUnits="false"
      boundaryCondition="false" constant="false"/>
  </listOfSpecies>
  <listOfParameters><parameter id="k" value="0.5" constant="true"/></listOfParameters>
  <listOfReactions>
    <reaction id="J" reversible="false" fast="false">
      <listOfReactants><speciesReference species="S" stoichiometry="1" constant="true"/></listOfReactants>
      <kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML">
        <apply><times/><ci>c</ci><ci>k</ci><ci>S</ci></apply>
      </math></kineticLaw>
    </reaction>
  </listOfReactions>
</model>
</sbml>
)";

struct Table {
  std::string header;
  std::vector<std::vector<std::string>> rows;
  double at(std::size_t row, std::size_t column) const {
    return std::strtod(rows.at(row).at(column).c_str(), nullptr);
  }
};

Table table_of(const std::string& text) {
  Table table;
  std::istringstream lines(text);
  std::getline(lines, table.header);
  for (std::string line; std::getline(lines, line);) {
    table.rows.emplace_back();
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, ',');) table.rows.back().push_back(cell);
  }
  return table;
}

class Simulate : public ::testing::Test {
 protected:
  Simulate() {
    folder.write("decay.ant", decay_ant);
    folder.write("decay.xml", decay_xml);
  }
  testing::Said say(const Words& more, const std::string& model = "decay.ant") const {
    Words arguments = {"simulate", model};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return testing::vesper(arguments, folder.path());
  }
  Table table(const Words& more, const std::string& model = "decay.ant") const {
    const testing::Said said = say(more, model);
    EXPECT_EQ(said.exit_code, 0) << said.err;
    EXPECT_EQ(said.err, "");
    return table_of(said.out);
  }
  TemporaryFolder folder;
};

TEST_F(Simulate, HeaderRowsAndDigits) {
  const Table all = table({"--duration", "3", "--steps", "6"});
  EXPECT_EQ(all.header, "time,S,A");
  ASSERT_EQ(all.rows.size(), 7u);
  for (std::size_t row = 0; row < all.rows.size(); ++row) {
    const double time = 0.5 * static_cast<double>(row);
    ASSERT_EQ(all.rows[row].size(), 3u);
    EXPECT_EQ(all.at(row, 0), time);
    EXPECT_NEAR(all.at(row, 1), 2 * std::exp(-0.5 * time), 1e-6);
    // Enough digits that reading gives the same number, and no more than needed for that.
    std::ostringstream again;
    again.precision(17);
    again << all.at(row, 2);
    EXPECT_EQ(all.rows[row][2], again.str());
  }
  EXPECT_EQ(table({"--duration", "3"}).rows.size(), 101u);
}

TEST_F(Simulate, StartLaterOrBeforeZero) {
  const Table later = table({"--start", "2", "--duration", "2", "--steps", "2"});
  EXPECT_EQ(later.at(0, 0), 2);
  EXPECT_EQ(later.at(2, 0), 4);
  EXPECT_NEAR(later.at(0, 1), 2 * std::exp(-1.0), 1e-7);
  const Table before = table({"--start", "-2", "--duration", "4", "--steps", "2"});
  EXPECT_EQ(before.at(0, 1), 2);
  EXPECT_NEAR(before.at(1, 1), 2 * std::exp(-1.0), 1e-7);
}

TEST_F(Simulate, VariablesInTheOrderAskedForOnceForEachTime) {
  const Table table = this->table(
      {"--duration", "1", "--steps", "1", "--variables", "k,JS,S", "--variables", "c,S"});
  EXPECT_EQ(table.header, "time,k,JS,S,c,S");
  EXPECT_EQ(table.rows[0], (Words{"0", "0.5", "4", "2", "4", "2"}));
}

TEST_F(Simulate, ADisplayNameIsQuotedInTheHeader) {
  std::string text = decay_xml;
  const std::string id = "<species id=\"S\"";
  text.replace(text.find(id), id.size(), id + " name=\"the &quot;free&quot; one\"");
  folder.write("quoted.xml", text);
  const Table table =
      this->table({"--duration", "1", "--variables", "the \"free\" one"}, "quoted.xml");
  EXPECT_EQ(table.header, "time,\"the \"\"free\"\" one\"");
}

TEST_F(Simulate, AmountsAndConcentrations) {
  const Words once = {"--duration", "1", "--steps", "1", "--variables", "S,A"};
  const auto first = [&](const Words& more) {
    Words words = once;
    words.insert(words.end(), more.begin(), more.end());
    return table(words).rows.at(0);
  };
  EXPECT_EQ(first({}), (Words{"0", "2", "8"}));
  EXPECT_EQ(first({"--amounts", "S"}), (Words{"0", "8", "8"}));
  EXPECT_EQ(first({"--concentrations", "A,S"}), (Words{"0", "2", "2"}));
  EXPECT_EQ(first({"--amounts", "S", "--concentrations", "A"}), (Words{"0", "8", "2"}));
}

TEST_F(Simulate, SettingsWithUnits) {
  const Words once = {"--duration", "1", "--steps", "1", "--variables", "k,S"};
  Words words = once;
  words.insert(words.end(), {"--set", "k=24 /day", "--set", "S=10"});
  const Table table = this->table(words);
  EXPECT_EQ(table.rows.at(0), (Words{"0", "1", "10"}));
  EXPECT_NEAR(table.at(1, 2), 10 * std::exp(-1.0), 1e-6);
}

TEST_F(Simulate, SbmlByWhatTheFileHolds) {
  std::filesystem::rename(folder.path() / "decay.xml", folder.path() / "any.name");
  const Table table =
      this->table({"--duration", "2", "--steps", "1", "--amounts", "S"}, "any.name");
  EXPECT_EQ(table.header, "time,S");
  EXPECT_EQ(table.at(0, 1), 8);
  EXPECT_NEAR(table.at(1, 1), 8 * std::exp(-1.0), 1e-6);
}

TEST_F(Simulate, BothEnginesAndTolerances) {
  const auto last = [&](const Words& more) {
    Words words = {"--duration", "4", "--steps", "1", "--variables", "S"};
    words.insert(words.end(), more.begin(), more.end());
    return table(words).at(1, 1);
  };
  const double exact = 2 * std::exp(-2.0);
  for (const std::string engine : {"auto", "reference", "fast"}) {
    const double tight = last({"--engine", engine, "--rtol", "1e-11", "--atol", "1e-13"});
    EXPECT_NEAR(tight, exact, 1e-9 * exact) << engine;
    const double loose = last({"--engine", engine, "--rtol", "1e-3", "--atol", "1e-3"});
    EXPECT_NEAR(loose, exact, 1e-2) << engine;
    EXPECT_GT(std::abs(loose - exact), std::abs(tight - exact)) << engine;
  }
  // Without --engine a single run is the reference engine's, and --lanes asks for the other.
  EXPECT_EQ(last({}), last({"--engine", "reference"}));
  EXPECT_EQ(last({"--lanes", "2"}), last({"--engine", "fast", "--lanes", "2"}));
}

TEST_F(Simulate, InfinityAndWhatIsNoNumber) {
  folder.write("odd.ant", "x = 1; x' = 0\nup := 1 / (x - 1); down := -up; odd := up + down\n");
  const Table table =
      this->table({"--duration", "1", "--steps", "1", "--variables", "up,down,odd"}, "odd.ant");
  EXPECT_EQ(table.rows.at(1), (Words{"1", "INF", "-INF", "NaN"}));
}

TEST_F(Simulate, OutAppearsWholeOrNotAtAll) {
  const Words words = {"--duration", "3", "--steps", "6", "--out", "deep/table.csv"};
  const testing::Said said = say(words);
  EXPECT_EQ(said.exit_code, 0) << said.err;
  EXPECT_EQ(said.out, "");
  const std::string whole = testing::contents(folder.path() / "deep/table.csv");
  EXPECT_EQ(whole, say({"--duration", "3", "--steps", "6"}).out);
  // By rename: a reader that has the old file open keeps it, and another name of it stays old.
  std::filesystem::create_hard_link(folder.path() / "deep/table.csv", folder.path() / "old.csv");
  EXPECT_EQ(say({"--duration", "4", "--out", "deep/table.csv"}).exit_code, 0);
  EXPECT_EQ(testing::contents(folder.path() / "old.csv"), whole);
  EXPECT_NE(testing::contents(folder.path() / "deep/table.csv"), whole);
  // What fails leaves the old one, and nothing beside it.
  const std::string before = testing::contents(folder.path() / "deep/table.csv");
  EXPECT_EQ(say({"--duration", "4", "--set", "kk=1", "--out", "deep/table.csv"}).exit_code, 2);
  folder.write("fails.ant", "x = 1; x' = x^2\n");
  EXPECT_EQ(say({"--duration", "4", "--out", "deep/table.csv"}, "fails.ant").exit_code, 1);
  EXPECT_EQ(testing::contents(folder.path() / "deep/table.csv"), before);
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(folder.path() / "deep"))
    ++files;
  EXPECT_EQ(files, 1u);
}

TEST_F(Simulate, ARunThatFailsIsExitCodeOneWithTimeAndState) {
  folder.write("fails.ant", "x = 1; x' = x^2\n");
  for (const std::string engine : {"reference", "fast"}) {
    const testing::Said said = say({"--duration", "4", "--engine", engine}, "fails.ant");
    EXPECT_EQ(said.exit_code, 1);
    EXPECT_EQ(said.out, "");
    EXPECT_NE(said.err.find("the run failed at time "), std::string::npos) << said.err;
    EXPECT_NE(said.err.find("state 'x'"), std::string::npos) << said.err;
    EXPECT_NE(said.err.find("[V0701;"), std::string::npos) << said.err;
  }
}

TEST_F(Simulate, WhatCannotBeWrittenIsSaid) {
  if (!std::filesystem::exists("/dev/full"))
    GTEST_SKIP() << "no /dev/full on this system: a full disk is not tried";
  const std::string command = "cd " + testing::quoted(folder.path().string()) + " && " +
                              testing::quoted(VESPER_BINARY) +
                              " simulate decay.ant --duration 1 >/dev/full 2>err";
  const int status = std::system(command.c_str());
  EXPECT_EQ(WEXITSTATUS(status), 2);
  EXPECT_NE(testing::contents(folder.path() / "err").find("standard output"), std::string::npos);
}

// Every option of the help is in the completion of bash and of fish.
TEST_F(Simulate, CompletionKnowsTheOptions) {
  const std::string help = testing::vesper({"simulate", "--help"}, folder.path()).out;
  const std::string fish = testing::vesper({"completion", "fish"}, folder.path()).out;
  folder.write("bash", testing::vesper({"completion", "bash"}, folder.path()).out +
                           "COMP_WORDS=(vesper simulate --) COMP_CWORD=2\n_vesper\n"
                           "echo \" ${COMPREPLY[*]} \"\n"
                           "COMP_WORDS=(vesper simulate dec) COMP_CWORD=2\n_vesper\n"
                           "echo \" ${COMPREPLY[*]} \"\n");
  const std::string said = (folder.path() / "said").string();
  ASSERT_EQ(std::system(
                ("cd " + testing::quoted(folder.path().string()) + " && bash bash >said").c_str()),
            0);
  const std::string bash = testing::contents(said);
  EXPECT_NE(bash.find(" decay.ant decay.xml "), std::string::npos) << bash;
  std::size_t options = 0;
  for (std::size_t at = help.find("\n  --"); at != std::string::npos;
       at = help.find("\n  --", at + 1), ++options) {
    const std::size_t name = at + 3, end = help.find_first_of(" \n,", name);
    const std::string option = help.substr(name, end - name);
    EXPECT_NE(bash.find(" " + option + " "), std::string::npos) << option;
    EXPECT_NE(fish.find("-l " + option.substr(2)), std::string::npos) << option;
  }
  EXPECT_GE(options, 14u) << help;
}

class SimulateData : public Simulate {
 protected:
  SimulateData() {
    folder.write("data.csv", "ID,TIME,AMT,KE\nu 2,0,100,0.5\nu 2,2,.,.\n7,1,50,1\n7,3,.,1\n");
    folder.write("map.yaml", "compartments: {1: A}\ncovariates: {k: KE}\ncarry: forward\n");
  }
  const Words data = {"--data", "data.csv", "--map", "map.yaml", "--variables", "A,k"};
};

TEST_F(SimulateData, ARowForEachRow) {
  const Table table = this->table(data);
  EXPECT_EQ(table.header, "ID,time,A,k");
  ASSERT_EQ(table.rows.size(), 4u);
  // The model's own 8 and the dose.
  EXPECT_EQ(table.rows[0], (Words{"u 2", "0", "108", "0.5"}));
  EXPECT_EQ(table.rows[1][0], "u 2");
  EXPECT_NEAR(table.at(1, 2), 108 * std::exp(-1.0), 1e-5);
  EXPECT_EQ(table.rows[3][0], "7");
  EXPECT_NEAR(table.at(3, 2), 58 * std::exp(-2.0), 1e-5);
}

TEST_F(SimulateData, APatientThatFailsIsNamedAndTheOthersPrinted) {
  folder.write("data.csv", "ID,TIME,AMT,KE,SS,II\n1,0,100,0,1,12\n2,0,100,0.5,.,.\n");
  const testing::Said said = say(data);
  EXPECT_EQ(said.exit_code, 1);
  EXPECT_EQ(said.out, "ID,time,A,k\n2,0,108,0.5\n");
  EXPECT_NE(said.err.find("ID 1: the run failed at time 0"), std::string::npos) << said.err;
}

}  // namespace
}  // namespace vesper
