#include <gtest/gtest.h>

#include <sstream>

#include "cli/program.h"
#include "temporary_folder.h"

namespace vesper {
namespace {

using testing::TemporaryFolder;

testing::Said in_source(const std::vector<std::string>& arguments) {
  return testing::vesper(arguments, VESPER_SOURCE_DIR);
}

TEST(Commands, VersionAndHelp) {
  EXPECT_EQ(in_source({"--version"}).out, std::string("vesper ") + VESPER_VERSION + "\n");
  const testing::Said help = in_source({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  for (const char* word : {"run", "validate", "model", "Examples:", "not medical advice"}) {
    EXPECT_NE(help.out.find(word), std::string::npos) << word;
  }
  for (const char* command : {"run", "validate", "model", "list", "explain", "completion"}) {
    EXPECT_EQ(in_source({command, "--help"}).exit_code, 0) << command;
  }
}

TEST(Commands, ExplainsEveryCode) {
  const testing::Said said = in_source({"explain", "v0103"});
  EXPECT_EQ(said.exit_code, 0);
  EXPECT_EQ(said.out.rfind("V0103: unknown unit", 0), 0u) << said.out;
}

TEST(Commands, CompletionScriptsAreValidShell) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    EXPECT_EQ(in_source({"completion", shell}).exit_code, 0);
  }
  const TemporaryFolder folder;
  const auto script = folder.write("completion.bash", in_source({"completion", "bash"}).out);
  EXPECT_EQ(std::system(("bash -n " + script.string()).c_str()), 0);
}

TEST(Commands, ListsWhatCanBeRun) {
  const testing::Said said = in_source({"list"});
  EXPECT_EQ(said.exit_code, 0);
  for (const char* name : {"naltrexone", "ldn-capsule-4.5mg", "adults", "ldn-bedtime"}) {
    EXPECT_NE(said.out.find(name), std::string::npos) << name;
  }
}

TEST(Model, EveryModelChecksAndShowsAtEveryStage) {
  for (const char* model : {"naltrexone", "kinetics"}) {
    const testing::Said check = in_source({"model", "check", model});
    EXPECT_EQ(check.exit_code, 0) << check.err;
    for (const char* stage : {"parsed", "equations", "jacobian", "llvm", "assembly"}) {
      const testing::Said show = in_source({"model", "show", model, "--stage", stage});
      EXPECT_EQ(show.exit_code, 0) << show.err;
      EXPECT_GT(show.out.size(), 200u);
    }
    EXPECT_NE(in_source({"model", "show", model, "--to", "latex"}).out.find("\\frac"),
              std::string::npos);
  }
}

TEST(Model, ShowsTheCodeOfAWidth) {
  const auto show = [](const std::string& stage, const std::string& lanes) {
    return in_source({"model", "show", "kinetics", "--stage", stage, "--lanes", lanes});
  };
  EXPECT_NE(show("llvm", "2").out.find("load <2 x double>"), std::string::npos);
  const testing::Said assembly = show("assembly", "2");
  EXPECT_EQ(assembly.exit_code, 0) << assembly.err;
  for (const char* function : {"prepare:", "rates:", "factor:", "stage:", "outputs:"}) {
    EXPECT_NE(assembly.out.find(function), std::string::npos) << function;
  }
}

// What `--stage parsed` prints is a model that reads back to the same equations.
TEST(Model, TheFlatTextReadsBackToTheSameEquations) {
  const TemporaryFolder folder;
  folder.write("flat.ant", in_source({"model", "show", "naltrexone", "--stage", "parsed"}).out);
  const testing::Said flat =
      testing::vesper({"model", "show", "flat.ant", "--stage", "jacobian"}, folder.path());
  EXPECT_EQ(flat.exit_code, 0) << flat.err;
  EXPECT_EQ(flat.out, in_source({"model", "show", "naltrexone", "--stage", "jacobian"}).out);
}

class Run : public ::testing::Test {
 protected:
  testing::Said run(std::vector<std::string> more, const std::string& out) const {
    std::vector<std::string> arguments = {"run", "tablet-50mg", "--out",
                                          (folder.path() / out).string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return in_source(arguments);
  }
  std::string file(const std::string& name) const {
    return testing::contents(folder.path() / name);
  }
  TemporaryFolder folder;
};

TEST_F(Run, LeavesEveryFileAndTheDisclaimer) {
  const testing::Said said = run({"--typical"}, "out");
  EXPECT_EQ(said.exit_code, 0) << said.err;
  for (const char* name :
       {"run.json", "summary.csv", "patients.csv", "timecourses.nc", "report.html"}) {
    EXPECT_FALSE(file(std::string("out/") + name).empty()) << name;
  }
  EXPECT_NE(said.out.find("not medical advice"), std::string::npos);
  EXPECT_NE(file("out/report.html").find("not medical advice"), std::string::npos);
  EXPECT_NE(file("out/run.json").find("not medical advice"), std::string::npos);
  for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "out")) {
    EXPECT_NE(entry.path().filename().string()[0], '.') << "left behind: " << entry.path();
  }
}

std::string population_run(const std::filesystem::path& folder, const std::string& out,
                           const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"run",   "ldn-bedtime",           "--hypothesis", "H3",
                                        "--out", (folder / out).string(), "--rtol",       "1e-4"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const testing::Said said = in_source(arguments);
  EXPECT_EQ(said.exit_code, 0) << said.err;
  return testing::contents(folder / out / "patients.csv");
}

TEST_F(Run, SameBytesForOneThreadAndTwo) {
  const std::string one =
      population_run(folder.path(), "one", {"--patients", "6", "--threads", "1"});
  const std::string two =
      population_run(folder.path(), "two", {"--patients", "6", "--threads", "2"});
  EXPECT_FALSE(one.empty());
  EXPECT_EQ(one, two);
  EXPECT_EQ(file("one/summary.csv"), file("two/summary.csv"));
}

TEST_F(Run, APatientAloneIsThePatientAmongOthers) {
  const std::string many = population_run(folder.path(), "many", {"--patients", "6"});
  const std::string alone = population_run(folder.path(), "alone", {"--patient", "5"});
  std::istringstream lines(alone);
  std::string line;
  std::getline(lines, line);
  int rows = 0;
  while (std::getline(lines, line)) {
    EXPECT_NE(("\n" + many).find("\n" + line + "\n"), std::string::npos) << line;
    ++rows;
  }
  EXPECT_EQ(rows, 2);  // two arms, one hypothesis
}

TEST_F(Run, AnotherSeedIsAnotherPopulation) {
  EXPECT_NE(population_run(folder.path(), "a", {"--patients", "2", "--seed", "1"}),
            population_run(folder.path(), "b", {"--patients", "2", "--seed", "2"}));
}

// Absurd values are refused or solved; never a hang, and never a file of zeros that looks solved.
TEST_F(Run, AbsurdSettingsEndInARefusalOrARun) {
  for (const char* setting : {"CL=0", "CL=1e9", "CL=-1", "CL=-1e6", "CL=1e-300", "ka=1e12", "Vc=0",
                              "Vc=-5", "Vc=1e-12", "ke0=1e15", "Q=-100"}) {
    const testing::Said said = run({"--typical", "--hypothesis", "H1", "--set", setting}, "out");
    EXPECT_TRUE(said.exit_code == 0 || said.exit_code == 1 || said.exit_code == 2)
        << setting << said.exit_code;
    if (said.exit_code != 0) {
      EXPECT_FALSE(said.err.empty()) << setting;
    }
  }
}

TEST_F(Run, AnInterruptedRunSaysSo) {
  const std::filesystem::path said = folder.path() / "said";
  const std::string command = "cd " + testing::quoted(VESPER_SOURCE_DIR) + " && timeout -s INT 2 " +
                              testing::quoted(VESPER_BINARY) +
                              " run ldn-bedtime --patients 100000 --out " +
                              testing::quoted((folder.path() / "out").string()) + " >/dev/null 2>" +
                              testing::quoted(said.string());
  const int status = std::system(command.c_str());
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_NE(testing::contents(said).find("interrupted"), std::string::npos)
      << testing::contents(said);
}

TEST(Installed, RunsFromAnyFolder) {
  const TemporaryFolder folder;
  const std::filesystem::path source(VESPER_SOURCE_DIR);
  const std::filesystem::path tree = folder.path() / "moved";
  std::filesystem::create_directories(tree / "bin");
  std::filesystem::create_directories(tree / "share/vesper");
  std::filesystem::copy_file(VESPER_BINARY, tree / "bin/vesper");
  for (const char* kind : {"models", "products", "populations", "protocols", "evidence"}) {
    std::filesystem::copy(source / kind, tree / "share/vesper" / kind,
                          std::filesystem::copy_options::recursive);
  }
  std::filesystem::create_directories(folder.path() / "empty");
  const std::string command = "cd " + testing::quoted((folder.path() / "empty").string()) + " && " +
                              testing::quoted((tree / "bin/vesper").string()) +
                              " model check naltrexone >said 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0) << testing::contents(folder.path() / "empty/said");
  EXPECT_NE(testing::contents(folder.path() / "empty/said").find((tree / "share").string()),
            std::string::npos);
}

}  // namespace
}  // namespace vesper
