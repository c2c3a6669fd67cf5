#include "against.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "measure.h"

namespace vesper::bench {

namespace {

// What a program writes to standard output; none unless it ends well.
std::optional<std::string> output_of(const std::vector<std::string>& command) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t pid = -1;
  const int spawned = posix_spawn(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t got = 0; (got = read(ends[0], buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(got));
  close(ends[0]);
  int status = 0;
  if (spawned != 0 || waitpid(pid, &status, 0) != pid || status != 0) return std::nullopt;
  return text;
}

Expected<double> ms_per_patient(const std::filesystem::path& program, const std::string& workload,
                                const std::vector<std::string>& further) {
  std::vector<std::string> command = {program.string(), "--only",   "fast", "--workload",
                                      workload,         "--repeat", "3",    "--json"};
  command.insert(command.end(), further.begin(), further.end());
  const auto text = output_of(command);
  if (!text) return tl::unexpected(fmt::format("'{}' did not end well", program.string()));
  const auto list = nlohmann::json::parse(*text, nullptr, false);
  if (!list.is_array() || list.empty() || !list[0].is_object() ||
      !list[0].contains("ms_per_patient") || !list[0]["ms_per_patient"].is_number())
    return tl::unexpected(fmt::format("'{}' did not say ms_per_patient", program.string()));
  return list[0]["ms_per_patient"].get<double>();
}

}  // namespace

Expected<Comparison> compare_builds(const std::filesystem::path& own,
                                    const std::filesystem::path& other, const std::string& workload,
                                    unsigned pairs, const std::vector<std::string>& further) {
  Comparison comparison;
  comparison.workload = workload;
  for (unsigned pair = 0; pair < pairs; ++pair) {
    // Who goes first changes from pair to pair.
    const bool own_first = pair % 2 == 0;
    const auto first = ms_per_patient(own_first ? own : other, workload, further);
    if (!first) return tl::unexpected(first.error());
    const auto second = ms_per_patient(own_first ? other : own, workload, further);
    if (!second) return tl::unexpected(second.error());
    comparison.ratios.push_back(own_first ? *first / *second : *second / *first);
  }
  std::vector<double> sorted = comparison.ratios;
  std::sort(sorted.begin(), sorted.end());
  comparison.median = median(sorted);
  comparison.low = sorted[sorted.size() / 4];
  comparison.high = sorted[sorted.size() - 1 - sorted.size() / 4];
  return comparison;
}

}  // namespace vesper::bench
