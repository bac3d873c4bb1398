// Limits of reading: how much memory the program may come to hold, and a flag to stop by.
#pragma once

#include <atomic>
#include <cstdint>

namespace riptide::history {

struct ReadLimits {
  std::uint64_t memory_bytes = 0;           ///< resident memory of the process; 0: no limit
  const std::atomic<bool>* stop = nullptr;  ///< set by another thread or a signal; may be null
};

/// How reading ended.
enum class ReadEnd : std::uint8_t {
  whole,    ///< at the end of the history
  memory,   ///< ReadLimits::memory_bytes was reached
  stopped,  ///< ReadLimits::stop was set
};

/// The resident memory of this process, in bytes; 0 when the system does not tell.
std::uint64_t resident_bytes();

/// Asks now and then whether a limit has been reached, and remembers the answer.
class LimitWatch {
 public:
  explicit LimitWatch(const ReadLimits& limits) : limits_(limits) {}
  /// Counts one event; looks at the limits every 65,536 events. False when one is reached.
  bool count_event() { return (++events_ & 0xFFFF) != 0 || look(); }
  /// Looks now. `wanted_bytes` is what is about to be allocated.
  bool look(std::uint64_t wanted_bytes = 0);
  ReadEnd end() const { return end_; }
  std::uint64_t events() const { return events_; }

 private:
  ReadLimits limits_;
  std::uint64_t events_ = 0;
  ReadEnd end_ = ReadEnd::whole;
};

}  // namespace riptide::history
