// Runs Riptide's programs as a user would: a command line in, exit status and output out.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace riptide::tests {

/// A directory that is gone at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct Output {
  int exit_code = -1;  ///< 128 + signal when it was killed
  std::string out, err;
};

/// Starts it in a process group of its own; `environment` entries ("A=b") are added.
class Running {
 public:
  Running(std::vector<std::string> argv, const std::filesystem::path& directory,
          const std::vector<std::string>& environment = {});
  ~Running();  ///< kills it if it still runs
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  int pid() const { return pid_; }
  void signal(int number);
  /// Waits for the end; after `seconds` it is killed and the exit code is 137.
  Output wait(int seconds);

 private:
  int pid_ = -1;
  std::filesystem::path out_, err_;
};

/// `riptide` with these arguments, in this directory.
Output riptide(const std::vector<std::string>& arguments, const std::filesystem::path& directory,
               int seconds = 120, const std::vector<std::string>& environment = {});

/// Ids of processes that run riptide-node with a data directory below `directory`.
std::vector<int> node_processes(const std::filesystem::path& directory);

/// Waits until the condition holds; false when it did not in `seconds`.
template <class Condition>
bool eventually(int seconds, Condition condition);

/// True when something listens on one of the 127.0.0.0/8 addresses of the run's nodes.
bool listens(const std::string& address, int port);

}  // namespace riptide::tests

#include <chrono>
#include <thread>

template <class Condition>
bool riptide::tests::eventually(int seconds, Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}
