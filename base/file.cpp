#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace riptide {

void Fd::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<std::string> read_file(const std::filesystem::path& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail("cannot open " + path.string()).because_errno(errno);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0)
    return fail("cannot stat " + path.string()).because_errno(errno);
  if (S_ISDIR(info.st_mode))
    return fail("cannot read " + path.string()).because("it is a directory");
  std::string content;
  content.resize(static_cast<std::size_t>(info.st_size));
  std::size_t filled = 0;
  while (true) {
    // Pipes and /proc files report size 0, and a file may grow: read until the end, whatever stat
    // said.
    if (filled == content.size()) content.resize(content.size() + 65536);
    const ssize_t got = ::read(fd.get(), content.data() + filled, content.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail("cannot read " + path.string()).because_errno(errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  content.resize(filled);
  return content;
}

Result<void> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail("cannot write").because_errno(errno);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<void> write_file(const std::filesystem::path& path, std::string_view content) {
  const std::string temporary = path.string() + ".tmp." + std::to_string(::getpid());
  {
    const Fd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!fd) return fail("cannot create " + temporary).because_errno(errno);
    if (auto written = write_all(fd.get(), content); !written) {
      ::unlink(temporary.c_str());
      return fail("cannot write " + path.string()).because(written.error());
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int reason = errno;
    ::unlink(temporary.c_str());
    return fail("cannot write " + path.string()).because_errno(reason);
  }
  return {};
}

Result<void> make_directories(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return fail("cannot make the directory " + path.string()).because(error.message());
  return {};
}

}  // namespace riptide
