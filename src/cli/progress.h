// Progress on standard error: a bar with the time left on a terminal, a line each tenth elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace vesper::cli {

class ProgressBar {
 public:
  ProgressBar(std::string verb, std::string noun);  // "simulating", "patients"
  void update(std::uint64_t done, std::uint64_t total);
  void finish();  // clears the bar

 private:
  void draw(std::uint64_t done, std::uint64_t total);

  std::string verb_, noun_;
  bool terminal_;
  std::chrono::steady_clock::time_point start_, last_;
  std::uint64_t printed_tenths_ = 0;
  bool drawn_ = false;
};

}  // namespace vesper::cli
