#include "machine.h"

#include <malloc.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <fstream>
#include <limits>
#include <string>

namespace vesper::bench {

namespace {

// A line of /proc/self/status, in kB.
double status_kb(const std::string& key) {
  std::ifstream in("/proc/self/status");
  for (std::string word; in >> word;) {
    double value = 0;
    if (word == key && in >> value) return value;
    in.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

[[noreturn]] void child(int out, const std::function<void()>& prepare,
                        const std::function<bool()>& work) {
  prepare();
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << 5;  // the highest mark falls to what is held now
  const double before = status_kb("VmRSS:");
  const bool done = work();
  const double growth = done ? (status_kb("VmHWM:") - before) / 1024 : -1;
  const bool written = write(out, &growth, sizeof growth) == sizeof growth;
  _exit(written ? 0 : 1);
}

}  // namespace

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

int pin_to_one_core() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return sched_getcpu();
  int core = CPU_SETSIZE - 1;
  while (core > 0 && !CPU_ISSET(core, &allowed)) --core;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(core, &one);
  sched_setaffinity(0, sizeof one, &one);
  return core;
}

std::optional<double> peak_growth_mb(const std::function<void()>& prepare,
                                     const std::function<bool()>& work) {
  int ends[2];
  if (pipe(ends) != 0) return std::nullopt;
  const pid_t pid = fork();
  if (pid == 0) child(ends[1], prepare, work);
  close(ends[1]);
  double growth = -1;
  const bool read_all = read(ends[0], &growth, sizeof growth) == sizeof growth;
  close(ends[0]);
  int status = 0;
  if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0 || !read_all || growth < 0)
    return std::nullopt;
  return growth;
}

}  // namespace vesper::bench
