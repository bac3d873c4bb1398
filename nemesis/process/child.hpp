// Child: one real process of a node. Started with Boost.Process, ended and proved by its id.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace boost::asio {
class io_context;
}

namespace riptide::nemesis {

struct ChildOptions {
  std::vector<std::string> argv;                   ///< argv[0] is a path
  std::map<std::string, std::string> environment;  ///< added to ours
  std::filesystem::path working_directory;
  std::filesystem::path stdout_file, stderr_file;  ///< appended to
};

/// How a process ended.
struct Exit {
  bool signalled = false;
  int code = 0;  ///< exit status, or the signal
  std::string text() const;
};

/// A process in a group of its own that the kernel kills when this program dies, however it dies
/// (PR_SET_PDEATHSIG). Must be started from the main thread: the kernel ties the signal to the
/// thread. The destructor kills the group and reaps.
class Child {
 public:
  static Result<std::unique_ptr<Child>> start(boost::asio::io_context& io,
                                              const ChildOptions& options);
  virtual ~Child() = default;

  virtual pid_t pid() const = 0;
  virtual bool running() const = 0;
  /// Called once, when it ends by whatever cause. Setting it again replaces it.
  virtual void on_exit(std::function<void(Exit)> callback) = 0;

  /// SIGKILL to the group; done once waitid has reaped it, with the proof as JSON.
  virtual void kill(std::function<void(Result<std::string>)> done) = 0;
  /// SIGTERM, then SIGKILL after `grace_ms`.
  virtual void terminate(int grace_ms, std::function<void(Exit)> done) = 0;
  /// SIGSTOP to the group; done once every task of it is in state T (kill() returns before that:
  /// up to 266 ms were measured), with the proof as JSON.
  virtual void pause(std::function<void(Result<std::string>)> done) = 0;
  /// SIGCONT; done once no task is in state T.
  virtual void resume(std::function<void(Result<std::string>)> done) = 0;
};

}  // namespace riptide::nemesis
