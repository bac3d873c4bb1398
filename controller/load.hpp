// Load: N client processes, each a coroutine: draw an operation, record it, ask, record the answer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "history/recorder.hpp"
#include "systems/systems.hpp"
#include "workloads/workloads.hpp"

namespace riptide::controller {

struct LoadOptions {
  std::size_t concurrency = 10;
  double rate = 0;  ///< operations per second over all clients; 0: closed loop
  Duration operation_timeout{0};
  std::uint64_t seed = 0;
  std::uint64_t run_id = 0;  ///< makes sessions unique across runs
  /// Called with each event that is in the file, while its client waits: it must be quick.
  std::function<void(const history::Event&)> recorded;
};

struct LoadCounters {
  std::uint64_t ok = 0, fail = 0, info = 0;
};

/// One per run. What it is given outlives it.
class Load {
 public:
  Load(boost::asio::io_context& io, const systems::System& system,
       const std::vector<systems::NodeSpec>& nodes, workloads::Generator& generator,
       history::Recorder& recorder, MonoTime run_began, LoadOptions options);
  ~Load();

  void start();
  /// No further operation begins; open ones go on until they are answered or time out.
  void stop();
  /// Every client process has ended.
  bool idle() const;
  const LoadCounters& counters() const;
  /// Set when an event could not be recorded: the run must end (nothing unrecorded may happen).
  const std::optional<Error>& failure() const;

  /// Each invocation in turn, by a fresh process, repeated until it is answered ok or `deadline`
  /// passes; pumps the io_context. Returns how many were answered.
  std::size_t run_to_the_end(const std::vector<history::Invocation>& invocations, MonoTime deadline,
                             const std::function<bool()>& stop);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace riptide::controller
