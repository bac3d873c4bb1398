#include "node/storage/wal_thread.hpp"

namespace riptide::node {

WalThread::WalThread(Wal wal, Done done)
    : wal_(std::move(wal)), done_(std::move(done)), thread_([this] { run(); }) {}

WalThread::~WalThread() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

WalThread::Ticket WalThread::submit(WalWrite write) {
  Ticket ticket = 0;
  bool idle = false;
  {
    const std::lock_guard lock(mutex_);
    idle = queue_.empty();
    queue_.push_back(std::move(write));
    ticket = ++submitted_;
  }
  if (idle) wake_.notify_one();
  return ticket;
}

void WalThread::run() {
  std::vector<WalWrite> group;
  while (true) {
    group.clear();
    Ticket last = 0;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stop_ || !queue_.empty(); });
      if (queue_.empty()) return;
      group.swap(queue_);
      last = submitted_;
    }
    if (auto appended = wal_.append(group); !appended) {
      done_(appended.error());
      return;
    }
    done_(last);
  }
}

}  // namespace riptide::node
