// The thread that waits for the disk. Group commit without a timer: whatever is submitted while one
// sync runs becomes one record, with one sync, next.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "node/storage/wal.hpp"

namespace riptide::node {

class WalThread {
 public:
  /// Numbers the writes from 1, in the order of submission.
  using Ticket = std::uint64_t;
  /// Called on the log's thread: everything up to the ticket is durable, or the log failed. A
  /// failure is the last call.
  using Done = std::function<void(Result<Ticket>)>;

  WalThread(Wal wal, Done done);
  /// Writes what was submitted, then ends.
  ~WalThread();
  WalThread(const WalThread&) = delete;
  WalThread& operator=(const WalThread&) = delete;

  Ticket submit(WalWrite write);

 private:
  void run();

  Wal wal_;
  Done done_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<WalWrite> queue_;
  Ticket submitted_ = 0;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace riptide::node
