// The last resort of --time and --memory. Reading, deciding and explaining obey the limits by
// themselves; should one of them be late, for whatever reason, this ends the program with the word
// that is known by then.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "base/time.hpp"

namespace riptide::cli {

/// Watches from construction to destruction, on a thread of its own.
class CheckWatch {
 public:
  /// 0: no limit. Memory is the resident memory of this process.
  CheckWatch(Duration time, std::uint64_t memory_bytes, bool json);
  ~CheckWatch();
  CheckWatch(const CheckWatch&) = delete;

  /// Set when a limit is reached, or by Ctrl-C: whoever works should come to an end.
  const std::atomic<bool>& stop() const { return stop_; }
  /// For who decides: set it as soon as a violation is certain.
  std::atomic<bool>& violation() { return violation_; }
  /// "the time limit of 5 s was reached"; empty when none was.
  std::string reached() const;
  /// What is left of the time; 0 when there is no limit.
  Duration time_left() const;

 private:
  enum class Limit : int { none, time, memory };
  void watch();
  [[noreturn]] void give_up(Limit limit) const;

  const MonoTime start_ = mono_now();
  const Duration time_;
  const std::uint64_t memory_bytes_;
  const bool json_;
  std::atomic<bool> stop_ = false, violation_ = false, done_ = false;
  std::atomic<Limit> reached_ = Limit::none;
  std::thread thread_;
};

}  // namespace riptide::cli
