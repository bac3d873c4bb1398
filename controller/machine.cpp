#include "controller/machine.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <thread>

#include "base/file.hpp"
#include "base/units.hpp"

namespace riptide::controller {
namespace {

Duration median(std::vector<Duration>& times) {
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                   times.end());
  return times[times.size() / 2];
}

/// The value behind "name : value" in a /proc file; empty when it is not there.
std::string proc_value(const std::string& file, const std::string& name) {
  const auto text = read_file(file);
  if (!text) return {};
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(name, 0) != 0) continue;
    const std::size_t begin = line.find_first_not_of(" \t", line.find(':') + 1);
    return begin == std::string::npos ? std::string() : line.substr(begin);
  }
  return {};
}

bool receive_all(int socket, char* into, std::size_t size) {
  for (std::size_t got = 0; got < size;) {
    const ssize_t n = ::recv(socket, into + got, size - got, 0);
    if (n <= 0) return false;
    got += static_cast<std::size_t>(n);
  }
  return true;
}

constexpr std::size_t kPing = 64;

void echo(int socket) {
  char bytes[kPing];
  while (receive_all(socket, bytes, kPing) && ::send(socket, bytes, kPing, MSG_NOSIGNAL) == kPing) {
  }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> machine_facts() {
  utsname name{};
  ::uname(&name);
  const auto pages = static_cast<std::uint64_t>(std::max(0l, ::sysconf(_SC_PHYS_PAGES)));
  const auto page = static_cast<std::uint64_t>(std::max(0l, ::sysconf(_SC_PAGESIZE)));
  std::string os = "unknown";
  if (const auto text = read_file("/etc/os-release")) {
    const std::size_t begin = text->find("PRETTY_NAME=\"");
    if (begin != std::string::npos)
      os = text->substr(begin + 13, text->find('"', begin + 13) - begin - 13);
  }
  return {{"processor", proc_value("/proc/cpuinfo", "model name")},
          {"cores", std::to_string(std::thread::hardware_concurrency())},
          {"memory", format_size(pages * page)},
          {"kernel", std::string(name.sysname) + " " + name.release},
          {"system", os}};
}

Result<Duration> measure_fdatasync(const std::filesystem::path& directory, int count) {
  const std::filesystem::path path = directory / fmt::format(".fdatasync.{}", ::getpid());
  const Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd) return fail("cannot measure fdatasync in " + directory.string()).because_errno(errno);
  ::unlink(path.c_str());
  const std::string block(4096, 'x');
  std::vector<Duration> times;
  for (int i = 0; i < count; ++i) {
    const MonoTime begin = mono_now();
    if (auto written = write_all(fd.get(), block); !written) return written.error();
    if (::fdatasync(fd.get()) != 0) return fail("fdatasync failed").because_errno(errno);
    times.push_back(mono_now() - begin);
  }
  return median(times);
}

Result<Duration> measure_loopback(int count) {
  const Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (!listener || ::bind(listener.get(), generic, size) != 0 || ::listen(listener.get(), 1) != 0 ||
      ::getsockname(listener.get(), generic, &size) != 0)
    return fail("cannot measure loopback").because_errno(errno);
  const Fd near(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!near || ::connect(near.get(), generic, size) != 0)
    return fail("cannot measure loopback").because_errno(errno);
  const Fd far(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!far) return fail("cannot measure loopback").because_errno(errno);
  const int on = 1;
  ::setsockopt(near.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(far.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  std::thread peer(echo, far.get());
  std::vector<Duration> times;
  char bytes[kPing] = {};
  for (int i = 0; i < count; ++i) {
    const MonoTime begin = mono_now();
    if (::send(near.get(), bytes, kPing, MSG_NOSIGNAL) != kPing ||
        !receive_all(near.get(), bytes, kPing))
      break;
    times.push_back(mono_now() - begin);
  }
  ::shutdown(near.get(), SHUT_RDWR);
  peer.join();
  if (times.empty()) return fail("cannot measure loopback").because("the connection broke");
  return median(times);
}

}  // namespace riptide::controller
