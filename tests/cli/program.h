// Runs the real program in a folder and keeps what it said.
#pragma once

#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "engine_in_force.h"

namespace vesper::testing {

struct Said {
  int exit_code = -1;
  std::string out, err;
};

inline std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

inline std::string contents(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

// `run` and `validate` on the engine that the tests are to use, where they do not name one.
inline std::vector<std::string> with_engine_in_force(std::vector<std::string> arguments) {
  const std::string engine = engine_in_force();
  const auto names = [&](const char* option) {
    return std::find(arguments.begin(), arguments.end(), option) != arguments.end();
  };
  const bool solves = !arguments.empty() && (arguments[0] == "run" || arguments[0] == "validate");
  if (engine.empty() || !solves || names("--engine") || names("--lanes") || names("--method")) {
    return arguments;
  }
  arguments.insert(arguments.begin() + 1, {engine == "reference" ? "--engine" : "--lanes", engine});
  return arguments;
}

// `environment` stands before the command, such as "VESPER_PATH=/x".  Output goes through files in
// a folder of its own, so that `folder` holds only what the program made.
inline Said vesper(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                   const std::string& environment = "") {
  std::string pattern = (std::filesystem::temp_directory_path() / "vesper-said-XXXXXX").string();
  const std::filesystem::path said = ::mkdtemp(pattern.data());
  std::string command = "cd " + quoted(folder.string()) + " && " + environment + " timeout 300 " +
                        quoted(VESPER_BINARY);
  for (const std::string& argument : with_engine_in_force(arguments)) {
    command += " " + quoted(argument);
  }
  command += " >" + quoted((said / "out").string()) + " 2>" + quoted((said / "err").string()) +
             " </dev/null";
  const int status = std::system(command.c_str());
  const Said result{WIFEXITED(status) ? WEXITSTATUS(status) : -1, contents(said / "out"),
                    contents(said / "err")};
  std::filesystem::remove_all(said);
  return result;
}

}  // namespace vesper::testing
