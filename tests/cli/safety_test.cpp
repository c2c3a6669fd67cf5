// The commands for a clinician and a pharmacist in the real program: exit codes, one document on
// standard input, and that no patient leaves the machine or stays on it.
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <set>

#include "program.h"
#include "temporary_folder.h"

namespace vesper {
namespace {

namespace fs = std::filesystem;

const fs::path source = VESPER_SOURCE_DIR;

std::vector<std::string> patient_and_regimen(const char* patient, const char* regimen) {
  return {"--patient", (source / "examples/patients" / patient).string(),
          "--regimen", (source / "examples/regimens" / regimen).string(),
          "--on",      "2026-11-23"};
}

std::vector<std::string> joined(std::vector<std::string> first,
                                const std::vector<std::string>& more) {
  first.insert(first.end(), more.begin(), more.end());
  return first;
}

testing::Said in_source(const std::vector<std::string>& arguments) {
  return testing::vesper(arguments, source);
}

TEST(CheckCommand, EndsWithThreeWhereSomethingIsContraindicated) {
  const auto said =
      in_source(joined({"check"}, patient_and_regimen("methadone.yaml", "ldn-pain.yaml")));
  EXPECT_EQ(said.exit_code, 3) << said.err;
  EXPECT_NE(said.out.find("CONTRAINDICATED"), std::string::npos);
  EXPECT_NE(said.out.find("not medical advice"), std::string::npos);
  const auto fine =
      in_source(joined({"check"}, patient_and_regimen("fibromyalgia.yaml", "ldn-stepped-up.yaml")));
  EXPECT_EQ(fine.exit_code, 0) << fine.err;
}

// The simulation stands beside the findings: these and the exit code are the same with it.
TEST(CheckCommand, IsNotMadeMilderByASimulation) {
  const auto arguments =
      joined({"check", "--json"}, patient_and_regimen("oxycodone.yaml", "ldn-pain.yaml"));
  const auto without = in_source(arguments);
  const auto with = in_source(joined(arguments, {"--simulate", "--draws", "2", "--days", "1"}));
  EXPECT_EQ(with.exit_code, without.exit_code) << with.err;
  const auto a = nlohmann::json::parse(without.out), b = nlohmann::json::parse(with.out);
  EXPECT_EQ(a["findings"], b["findings"]);
  EXPECT_FALSE(a.contains("simulation"));
  EXPECT_TRUE(b["simulation"]["withdrawal_simulated"].get<bool>());
}

TEST(CheckCommand, WritesAPageAndACalendar) {
  const testing::TemporaryFolder folder;
  const auto said = testing::vesper(
      joined(joined({"check"}, patient_and_regimen("methadone.yaml", "ldn-pain.yaml")),
             {"--html", "c.html", "--ics", "c.ics"}),
      folder.path(), "VESPER_PATH=" + testing::quoted(source.string()));
  ASSERT_EQ(said.exit_code, 3) << said.err;
  const std::string page = testing::contents(folder.path() / "c.html");
  EXPECT_NE(page.find("not medical advice"), std::string::npos);
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_NE(page.find("<code>vesper compare --for opioid</code>"), std::string::npos);
  EXPECT_TRUE(testing::contents(folder.path() / "c.ics").starts_with("BEGIN:VCALENDAR\r\n"));
}

TEST(CompareCommand, StandsForAPatient) {
  const auto said = in_source({"compare", "--for", "alcohol", "--json", "--on", "2026-12-01",
                               "--patient", "examples/patients/cirrhosis.yaml"});
  ASSERT_EQ(said.exit_code, 0) << said.err;
  const auto json = nlohmann::json::parse(said.out);
  EXPECT_GE(json["medicines"].size(), 4u);
  EXPECT_EQ(json["disclaimer"], "For research and teaching; not medical advice.");
}

// --- nothing is sent, nothing stays --------------------------------------------------------------

// In the child: no socket can be made (the process would be killed), and no file can grow.
void shut_in() {
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{sizeof filter / sizeof *filter, filter};
  const rlimit none{0, 0};
  std::signal(SIGXFSZ, SIG_IGN);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0 ||
      setrlimit(RLIMIT_FSIZE, &none) != 0) {
    _exit(99);
  }
}

struct Ended {
  int exit_code = -1;
  std::string out;
};

// The program with its output through a pipe, which is no file.
Ended run_shut_in(const std::vector<std::string>& arguments, const fs::path& folder) {
  int out[2];
  if (pipe(out) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child == 0) {
    dup2(out[1], STDOUT_FILENO);
    dup2(out[1], STDERR_FILENO);
    close(out[0]);
    close(out[1]);
    if (chdir(folder.c_str()) != 0) _exit(98);
    for (const char* name : {"HOME", "TMPDIR", "XDG_CACHE_HOME"}) setenv(name, folder.c_str(), 1);
    unsetenv("VESPER_CACHE");
    setenv("VESPER_PATH", VESPER_SOURCE_DIR, 1);
    std::vector<char*> words = {const_cast<char*>("vesper")};
    for (const std::string& one : arguments) words.push_back(const_cast<char*>(one.c_str()));
    words.push_back(nullptr);
    shut_in();
    execv(VESPER_BINARY, words.data());
    _exit(97);
  }
  close(out[1]);
  Ended ended;
  char buffer[65536];
  for (ssize_t count; (count = read(out[0], buffer, sizeof buffer)) > 0;) {
    ended.out.append(buffer, static_cast<std::size_t>(count));
  }
  close(out[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status)) ended.exit_code = WEXITSTATUS(status);
  return ended;
}

// Regular files that hold anything.
std::set<std::string> files_in(const fs::path& folder) {
  std::set<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.file_size() > 0) found.insert(entry.path().string());
  }
  return found;
}

TEST(NoPatient, LeavesTheMachineOrStaysOnIt) {
  const std::string patients = (source / "examples/patients/").string();
  const std::vector<std::pair<std::vector<std::string>, int>> runs = {
      {joined({"check"}, patient_and_regimen("methadone.yaml", "ldn-pain.yaml")), 3},
      {joined({"check", "--simulate", "--draws", "1", "--days", "0"},
              patient_and_regimen("methadone.yaml", "ldn-pain.yaml")),
       3},
      {{"check", "--fhir", (source / "tests/safety/fhir/request-titration.json").string(), "--on",
        "2026-12-01"},
       0},
      {{"compare", "--for", "opioid", "--patient", patients + "cirrhosis.yaml", "--on",
        "2026-12-01"},
       0},
      {{"titrate", "--start", "2026-12-01", "--patients", "2"}, 0},
      {{"compound", (source / "examples/recipes/ldn-capsules-1.5mg.yaml").string(), "--batches",
        "100"},
       0}};
  for (const auto& [arguments, code] : runs) {
    const testing::TemporaryFolder folder;
    const Ended ended = run_shut_in(arguments, folder.path());
    EXPECT_EQ(ended.exit_code, code) << arguments[0] << "\n" << ended.out;
    EXPECT_NE(ended.out.find("not medical advice"), std::string::npos) << arguments[0];
    EXPECT_EQ(files_in(folder.path()), std::set<std::string>()) << arguments[0];
  }
}

// The cage itself: what asks for the network is killed in it, and what writes a file fails.
TEST(NoPatientDeathTest, CanBeSent) {
  const auto ask = [] {
    shut_in();
    _exit(socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 1 : 2);
  };
  EXPECT_EXIT(ask(), ::testing::KilledBySignal(SIGSYS), "");
}

TEST(NoPatient, CanBeWrittenThere) {
  const testing::TemporaryFolder folder;
  const Ended ended =
      run_shut_in(joined(joined({"check"}, patient_and_regimen("methadone.yaml", "ldn-pain.yaml")),
                         {"--html", "page.html"}),
                  folder.path());
  EXPECT_EQ(ended.exit_code, 2) << ended.out;
  EXPECT_NE(ended.out.find("cannot"), std::string::npos) << ended.out;
  EXPECT_EQ(files_in(folder.path()), std::set<std::string>());
}

}  // namespace
}  // namespace vesper
