// What a search may use: memory, time, states, and whether somebody asked it to stop.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/time.hpp"
#include "checker/checker.hpp"
#include "checker/decision.hpp"

namespace riptide::checker {

/// Half of the memory that this process may still take, by /proc/meminfo and the limits of its
/// cgroups.
std::uint64_t half_of_free_memory();

/// One thread's view of limits that all threads of a check share. A copy shares the limits and
/// starts with nothing in use.
class Budget {
 public:
  /// Resolves "half of what is free" and starts the clock.
  explicit Budget(const Limits& limits);
  Budget(const Budget& other);
  Budget& operator=(const Budget&) = delete;
  ~Budget() { grant(0); }

  /// The same limits for a part of the work that may visit at most this many states.
  Budget part(std::uint64_t states_max) const;
  /// The same limits for a thread that also ends when `cancel` is set; that counts as Limit::stop.
  Budget cancelled_by(const std::atomic<bool>& cancel) const;

  /// Work on this budget, and not on its copies, may have at most this much in use.
  void cap(std::uint64_t bytes) { cap_bytes_ = bytes; }

  /// Counts one configuration; looks at the clock and at the stop flag now and then.
  Limit visit();
  /// Looks at the clock and at the stop flag now.
  Limit poll() const;
  /// Whether the work on this budget may have `bytes` in use from now on (instead of what was
  /// granted before), with what all others that share its limits use.
  bool grant(std::uint64_t bytes);
  /// Adds the states of a part.
  void absorb(const Budget& part) { states_ += part.states_; }
  /// Counts work that is no configuration against the number of states.
  void charge(std::uint64_t states) { states_ += states; }
  /// How many states are left; at least 1, and 0 when there is no limit.
  std::uint64_t states_left() const;

  std::uint64_t states() const { return states_; }
  /// The most that all who share the limits had in use at once.
  std::uint64_t peak_bytes() const { return shared_->peak_bytes; }
  std::uint64_t memory_bytes() const { return shared_->memory_bytes; }

 private:
  struct Shared {
    std::uint64_t memory_bytes = 0;
    std::optional<MonoTime> deadline;
    const std::atomic<bool>* stop = nullptr;
    std::atomic<std::uint64_t> used_bytes{0};
    std::atomic<std::uint64_t> peak_bytes{0};
  };
  std::shared_ptr<Shared> shared_;
  const std::atomic<bool>* cancel_ = nullptr;
  std::uint64_t granted_bytes_ = 0;
  std::uint64_t cap_bytes_ = ~std::uint64_t{0};
  std::uint64_t states_max_ = 0;  // 0: no limit
  std::uint64_t states_ = 0;
};

}  // namespace riptide::checker
