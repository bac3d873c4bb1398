#include "history/limits.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <string_view>

namespace riptide::history {

std::uint64_t resident_bytes() {
  const int fd = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  char text[128];
  const ssize_t got = ::read(fd, text, sizeof text);
  ::close(fd);
  if (got <= 0) return 0;
  // "size resident shared …", in pages.
  const std::string_view all(text, static_cast<std::size_t>(got));
  const std::size_t blank = all.find(' ');
  if (blank == std::string_view::npos) return 0;
  std::uint64_t pages = 0;
  std::from_chars(all.data() + blank + 1, all.data() + all.size(), pages);
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

bool LimitWatch::look(std::uint64_t wanted_bytes) {
  if (end_ != ReadEnd::whole) return false;
  if (limits_.stop && limits_.stop->load(std::memory_order_relaxed)) {
    end_ = ReadEnd::stopped;
  } else if (limits_.memory_bytes != 0 && resident_bytes() + wanted_bytes > limits_.memory_bytes) {
    end_ = ReadEnd::memory;
  }
  return end_ == ReadEnd::whole;
}

}  // namespace riptide::history
