// Files: an owning descriptor, whole-file reads, atomic and durable writes.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace riptide {

/// Owns a file descriptor; closes it at the end.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~Fd() { reset(); }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset();

 private:
  int fd_ = -1;
};

Result<std::string> read_file(const std::filesystem::path& path);

/// Writes a temporary file beside `path`, then renames it: readers see the old or the new whole.
/// Not synced to disk: what must survive a power failure goes through node/storage.
Result<void> write_file(const std::filesystem::path& path, std::string_view content);

/// Writes all of it, whatever the kernel takes at a time.
Result<void> write_all(int fd, std::string_view bytes);

/// Creates the directory and its parents; an error names the first that could not be made.
Result<void> make_directories(const std::filesystem::path& path);

}  // namespace riptide
