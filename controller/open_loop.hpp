// Open-loop load for benchmarks: writes that are due at fixed times.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/time.hpp"
#include "history/history.hpp"
#include "systems/systems.hpp"

namespace riptide::controller {

/// One write of a benchmark.
struct TimedWrite {
  MonoTime due;   ///< when it should have been sent
  MonoTime sent;  ///< when a client was free to send it
  MonoTime done;
  history::Type outcome = history::Type::info;
};

struct OpenLoopOptions {
  std::size_t clients = 1;
  double rate = 100;  ///< writes per second, evenly spaced
  Duration duration{0};
  Duration operation_timeout = std::chrono::seconds(5);
  std::string value;
  std::uint64_t session_base = 0;
};

class OpenLoop {
 public:
  OpenLoop(boost::asio::io_context& io, const systems::System& system,
           const std::vector<systems::NodeSpec>& nodes, OpenLoopOptions options);
  void start();
  bool idle() const;  ///< every write that was due is done
  const std::vector<TimedWrite>& writes() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace riptide::controller
