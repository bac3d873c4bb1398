#include "tests/process/program.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <iterator>

namespace riptide::tests {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (fs::temp_directory_path() / "riptide-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) ::abort();
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  fs::permissions(path_, fs::perms::owner_all, fs::perm_options::add, ignored);
  fs::remove_all(path_, ignored);
}

Running::Running(std::vector<std::string> argv, const fs::path& directory,
                 const std::vector<std::string>& environment) {
  static int counter = 0;
  const std::string tag = std::to_string(::getpid()) + "." + std::to_string(++counter);
  out_ = fs::temp_directory_path() / ("riptide-out." + tag);
  err_ = fs::temp_directory_path() / ("riptide-err." + tag);
  std::vector<char*> arguments;
  for (std::string& word : argv) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::setpgid(0, 0);
  ::dup2(::open("/dev/null", O_RDONLY), 0);
  ::dup2(::open(out_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
  ::dup2(::open(err_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
  for (const std::string& entry : environment) {
    const std::size_t equals = entry.find('=');
    ::setenv(entry.substr(0, equals).c_str(), entry.substr(equals + 1).c_str(), 1);
  }
  if (::chdir(directory.c_str()) != 0) ::_exit(126);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

Running::~Running() {
  if (pid_ > 0) wait(0);
  std::error_code ignored;
  fs::remove(out_, ignored);
  fs::remove(err_, ignored);
}

void Running::signal(int number) {
  if (pid_ > 0) ::kill(pid_, number);
}

Output Running::wait(int seconds) {
  int status = 0;
  const bool ended = eventually(seconds, [&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; });
  if (!ended) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status, 0);
  }
  pid_ = -1;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), content(out_),
          content(err_)};
}

Output riptide(const std::vector<std::string>& arguments, const fs::path& directory, int seconds,
               const std::vector<std::string>& environment) {
  std::vector<std::string> argv{RIPTIDE_PROGRAM};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  Running program(std::move(argv), directory, environment);
  return program.wait(seconds);
}

std::vector<int> node_processes(const fs::path& directory) {
  std::vector<int> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    int pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc{} || end != name.data() + name.size()) continue;
    const std::string command = content(entry.path() / "cmdline");
    if (command.find("riptide-node") != std::string::npos &&
        command.find(directory.string()) != std::string::npos)
      found.push_back(pid);
  }
  return found;
}

bool listens(const std::string& address, int port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, address.c_str(), &name.sin_addr);
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool connected = ::connect(fd, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0;
  ::close(fd);
  return connected;
}

}  // namespace riptide::tests
