#include "nemesis/process/launch.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio.hpp>
#include <boost/process/v2/process.hpp>

#include "base/assert.hpp"
#include "base/file.hpp"

namespace riptide::nemesis {
namespace {

namespace process = boost::process::v2;

/// The child's side. Between fork and exec only async-signal-safe calls are made; everything that
/// allocates is prepared before.
struct BeforeExec {
  pid_t parent = 0;
  int in = -1, out = -1, err = -1;
  const char* directory = nullptr;
  const char* const* environment = nullptr;

  process::error_code on_setup(process::posix::default_launcher& launcher,
                               const process::filesystem::path&, const char* const*&) const {
    launcher.env = environment;
    return {};
  }

  process::error_code on_exec_setup(process::posix::default_launcher&,
                                    const process::filesystem::path&, const char* const*&) const {
    if (::setpgid(0, 0) != 0) return last_error();
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return last_error();
    // The parent may have died before the line above: then no signal will ever come.
    if (::getppid() != parent) ::_exit(127);
    // The program's own mask and ignored signals are none of the node's business.
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    if (::dup2(in, 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(err, 2) < 0) return last_error();
    // Boost 1.81 means to close all other descriptors, but leaves those between 2 and its own pipe.
    if (::close_range(3, ~0u, CLOSE_RANGE_CLOEXEC) != 0) return last_error();
    if (directory && ::chdir(directory) != 0) return last_error();
    return {};
  }

  static process::error_code last_error() { return {errno, boost::system::system_category()}; }
};

/// Opened above 2, so that dup2 onto 0, 1, 2 never meets its own source.
Result<Fd> open_above_stdio(const std::filesystem::path& path, int flags) {
  const Fd file(::open(path.c_str(), flags | O_CLOEXEC, 0644));
  if (!file)
    return fail("cannot open " + path.string() + " for a node")
        .because_errno(errno)
        .fix("Make sure that its directory exists and can be written.");
  Fd above(::fcntl(file.get(), F_DUPFD_CLOEXEC, 3));
  if (!above) return fail("cannot open " + path.string() + " for a node").because_errno(errno);
  return above;
}

Result<void> check_program(const std::string& program) {
  struct stat info {};
  if (::stat(program.c_str(), &info) != 0)
    return fail("cannot start " + program)
        .because_errno(errno)
        .fix("Build or install it, or correct its path.");
  if (!S_ISREG(info.st_mode) || ::access(program.c_str(), X_OK) != 0)
    return fail("cannot start " + program)
        .because("it is not an executable file")
        .fix("Give the path of a program (chmod +x).");
  return {};
}

/// Ours with the additions, as NAME=value.
std::vector<std::string> environment_with(const std::map<std::string, std::string>& additions) {
  std::vector<std::string> all;
  for (char** entry = ::environ; *entry; ++entry) {
    const std::string text(*entry);
    if (!additions.contains(text.substr(0, text.find('=')))) all.push_back(text);
  }
  for (const auto& [name, value] : additions) all.push_back(name + "=" + value);
  return all;
}

class LaunchedProcess final : public Launched {
 public:
  explicit LaunchedProcess(process::process child)
      : shared_(std::make_shared<Shared>(Shared{std::move(child)})) {}
  ~LaunchedProcess() override { detach(); }
  pid_t pid() const override { return shared_->process.id(); }
  void wait(std::function<void(Exit)> done) override {
    // Boost's wait writes into the process object when it ends: it must live as long.
    shared_->process.async_wait(
        [done = std::move(done), shared = shared_](process::error_code error, int) {
          if (shared->detached) return;
          ASSERT(!error, "waiting for process", shared->process.id(), error.message());
          // What Boost hands over does not tell exit status 9 from signal 9; the native code does.
          done(exit_of(shared->process.native_exit_code()));
        });
  }
  void detach() override {
    if (std::exchange(shared_->detached, true)) return;
    shared_->process.detach();
  }

 private:
  struct Shared {
    process::process process;
    bool detached = false;
  };
  std::shared_ptr<Shared> shared_;
};

}  // namespace

Exit exit_of(int wait_status) {
  if (WIFSIGNALED(wait_status)) return {true, WTERMSIG(wait_status)};
  return {false, WEXITSTATUS(wait_status)};
}

Result<std::unique_ptr<Launched>> launch(boost::asio::io_context& io, const ChildOptions& options) {
  ASSERT(!options.argv.empty());
  const std::string& program = options.argv.front();
  if (auto found = check_program(program); !found) return found.error();
  auto in = open_above_stdio("/dev/null", O_RDONLY);
  auto out = open_above_stdio(options.stdout_file, O_WRONLY | O_CREAT | O_APPEND);
  auto err = open_above_stdio(options.stderr_file, O_WRONLY | O_CREAT | O_APPEND);
  for (const auto* file : {&in, &out, &err})
    if (!*file) return file->error();

  // The child changes its directory before it looks for the program.
  std::error_code ignored;
  const std::string absolute = std::filesystem::absolute(program, ignored).string();
  const std::vector<std::string> environment = environment_with(options.environment);
  std::vector<const char*> environment_pointers;
  for (const std::string& entry : environment) environment_pointers.push_back(entry.c_str());
  environment_pointers.push_back(nullptr);

  BeforeExec before{::getpid(), in->get(), out->get(),
                    err->get(), nullptr,   environment_pointers.data()};
  if (!options.working_directory.empty()) before.directory = options.working_directory.c_str();
  const std::vector<std::string> arguments(options.argv.begin() + 1, options.argv.end());
  try {
    process::posix::default_launcher launcher;
    boost::system::error_code error;
    process::process child = launcher(boost::asio::any_io_executor(io.get_executor()), error,
                                      process::filesystem::path(absolute), arguments, before);
    if (error) {
      // Boost leaves the child that could not exec unreaped.
      if (launcher.pid > 0) ::waitpid(launcher.pid, nullptr, 0);
      return fail("cannot start " + program)
          .because(error.message())
          .fix("Check the program and its working directory " + options.working_directory.string() +
               ".");
    }
    return std::unique_ptr<Launched>(std::make_unique<LaunchedProcess>(std::move(child)));
  } catch (const std::exception& e) {
    return fail("cannot start " + program).because(e.what()).fix("Try again with fewer processes.");
  }
}

}  // namespace riptide::nemesis
