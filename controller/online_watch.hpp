// The verdict while the load goes on: every event that was recorded is also given to
// checker::Online, on a thread of its own, so that no client ever waits for it.
//
// It is a word about what was seen so far. The run's verdict is that of the full check of the
// recorded file.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/time.hpp"
#include "checker/online.hpp"

namespace riptide::controller {

struct OnlineNews {
  checker::OnlineState state;
  std::int64_t known_ns = 0;  ///< when the violation was known, in the history's time
};

/// "so far: nothing wrong, 12,345 operations decided", "violation on key 5 at 12.3 s, …". What is
/// undecided is always said, with its reason.
std::string in_words(const OnlineNews& news);

/// One per run. All but news() and violated() belong to the thread that made it.
class OnlineWatch {
 public:
  /// `memory_bytes`: for the online checker. A model that it does not follow starts no thread.
  OnlineWatch(checker::Model model, std::uint64_t memory_bytes, MonoTime run_began);
  /// What was not looked at yet is dropped.
  ~OnlineWatch();
  OnlineWatch(const OnlineWatch&) = delete;
  OnlineWatch& operator=(const OnlineWatch&) = delete;

  /// Puts the event into a queue. When the online checker falls too far behind it gives up, and
  /// says so.
  void give(const history::Event& event);
  /// No more events come. Waits until all that were given are decided.
  void finish();

  bool violated() const { return violated_; }
  /// At most some 5 ms old while the online checker keeps up.
  OnlineNews news() const;

 private:
  enum class Ending { no, decide, drop };

  void end(Ending how);
  void work();
  bool look_at(const std::vector<history::Event>& events);
  void publish();
  void give_up(const std::string& reason);

  const MonoTime run_began_;
  checker::Online online_;
  std::atomic<bool> violated_{false};

  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::vector<history::Event> waiting_;
  Ending ending_ = Ending::no;
  bool gave_up_ = false;
  OnlineNews news_;

  std::thread thread_;
};

}  // namespace riptide::controller
