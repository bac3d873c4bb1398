// What a search may use: memory, time, states, and whether somebody asked it to stop.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "checker/checker.hpp"
#include "checker/decision.hpp"

namespace riptide::checker {

class Budget {
 public:
  /// Resolves "half of what is free" and starts the clock.
  explicit Budget(const Limits& limits);

  /// The same limits for a part of the work that may visit at most this many states.
  Budget part(std::uint64_t states_max) const;

  /// Counts one configuration; looks at the clock and at the stop flag now and then.
  Limit visit();
  /// Looks at the clock and at the stop flag now.
  Limit poll() const;
  /// Whether `bytes` may be in use at once; remembers the peak of what was granted.
  bool grant(std::uint64_t bytes);
  /// Adds what a part has used.
  void absorb(const Budget& part);
  /// Counts work that is no configuration against the number of states.
  void charge(std::uint64_t states) { states_ += states; }
  /// How many states are left; at least 1, and 0 when there is no limit.
  std::uint64_t states_left() const;

  std::uint64_t states() const { return states_; }
  std::uint64_t peak_bytes() const { return peak_bytes_; }
  std::uint64_t memory_bytes() const { return memory_bytes_; }

 private:
  std::uint64_t memory_bytes_ = 0;
  std::optional<MonoTime> deadline_;
  const std::atomic<bool>* stop_ = nullptr;
  std::uint64_t states_max_ = 0;  // 0: no limit
  std::uint64_t states_ = 0;
  std::uint64_t peak_bytes_ = 0;
};

}  // namespace riptide::checker
