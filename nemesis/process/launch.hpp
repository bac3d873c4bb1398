// How a node's process comes into being: Boost.Process, with what must happen between fork and
// exec.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>

#include "base/result.hpp"
#include "nemesis/process/child.hpp"

namespace riptide::nemesis {

/// A process that was started and is waited for.
class Launched {
 public:
  virtual ~Launched() = default;
  virtual pid_t pid() const = 0;
  /// Calls back once it has been reaped.
  virtual void wait(std::function<void(Exit)> done) = 0;
  /// Gives up the wait; the caller reaps.
  virtual void detach() = 0;
};

Result<std::unique_ptr<Launched>> launch(boost::asio::io_context& io, const ChildOptions& options);

/// Reads a status as waitpid gives it.
Exit exit_of(int wait_status);

}  // namespace riptide::nemesis
