#include "files/write.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <fstream>

namespace vesper::files {

namespace fs = std::filesystem;

Result<Pending> Pending::open(const fs::path& target) {
  std::error_code error;
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  fs::create_directories(folder, error);
  if (!fs::is_directory(folder)) {
    return fail(Code::cannot_write,
                fmt::format("folder '{}' cannot be made: {}", folder.string(),
                            error ? error.message() : "something else has its name"));
  }
  Pending pending;
  pending.target_ = target;
  pending.temporary_ = folder / fmt::format(".{}.{}.part", target.filename().string(), ::getpid());
  if (!std::ofstream(pending.temporary_, std::ios::binary)) {
    const fs::path failed = pending.temporary_;
    pending.temporary_.clear();
    return fail(Code::cannot_write,
                fmt::format("'{}' cannot be written", failed.parent_path().string()), {},
                "choose another folder with --out");
  }
  return pending;
}

Pending::Pending(Pending&& other) noexcept
    : target_(std::move(other.target_)), temporary_(std::move(other.temporary_)) {
  other.temporary_.clear();
}

Pending::~Pending() {
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove(temporary_, ignored);
}

Result<void> Pending::commit() {
  std::error_code error;
  fs::rename(temporary_, target_, error);
  if (error) {
    return fail(Code::cannot_write,
                fmt::format("'{}' cannot be written: {}", target_.string(), error.message()));
  }
  temporary_.clear();
  return {};
}

Result<void> write_whole(const fs::path& target, std::string_view bytes) {
  VESPER_TRY(Pending pending, Pending::open(target));
  {
    std::ofstream stream(pending.temporary(), std::ios::binary);
    stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    stream.flush();
    if (!stream) {
      return fail(Code::cannot_write,
                  fmt::format("'{}' cannot be written: is the disk full?", target.string()));
    }
  }
  return pending.commit();
}

}  // namespace vesper::files
