#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace vesper::cli {

namespace {

std::string clock(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  return whole >= 3600 ? fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
                       : fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

ProgressBar::ProgressBar(std::string verb, std::string noun)
    : verb_(std::move(verb)),
      noun_(std::move(noun)),
      terminal_(::isatty(STDERR_FILENO) == 1),
      start_(std::chrono::steady_clock::now()),
      last_(start_ - std::chrono::hours(1)) {}

void ProgressBar::update(std::uint64_t done, std::uint64_t total) {
  if (total == 0) return;
  if (terminal_) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::milliseconds(80) && done < total) return;
    last_ = now;
    draw(done, total);
    return;
  }
  const std::uint64_t tenths = done * 10 / total;
  if (tenths <= printed_tenths_) return;
  printed_tenths_ = tenths;
  fmt::print(stderr, "{} {} %  {} of {} {}\n", verb_, done * 100 / total, done, total, noun_);
  std::fflush(stderr);
}

void ProgressBar::draw(std::uint64_t done, std::uint64_t total) {
  constexpr int width = 28;
  const double share = static_cast<double>(done) / static_cast<double>(total);
  const int full = static_cast<int>(share * width);
  std::string bar;
  for (int i = 0; i < width; ++i) bar += i < full ? "━" : i == full ? "╺" : "─";
  const double spent =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const std::string left = done == 0 ? "" : "  " + clock(spent * (1 - share) / share) + " left";
  fmt::print(stderr, "\r\033[K  {}  {}  {:3.0f} %   {} of {} {} {}", verb_, bar, share * 100, done,
             total, noun_, left);
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressBar::finish() {
  if (drawn_) fmt::print(stderr, "\r\033[K");
  drawn_ = false;
  std::fflush(stderr);
}

}  // namespace vesper::cli
