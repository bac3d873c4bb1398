// MonoTime: CLOCK_MONOTONIC, the one clock of a run. All processes of one host share it, so that
// client and node events can be put in one order.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <ostream>
#include <string>

namespace riptide {

using Duration = std::chrono::nanoseconds;

/// A moment of CLOCK_MONOTONIC, in nanoseconds. Pure code takes it as a parameter.
class MonoTime {
 public:
  constexpr MonoTime() = default;
  constexpr explicit MonoTime(std::int64_t ns) : ns_(ns) {}
  constexpr std::int64_t ns() const { return ns_; }
  static constexpr MonoTime max() { return MonoTime(INT64_MAX); }

  friend constexpr auto operator<=>(MonoTime, MonoTime) = default;
  friend constexpr MonoTime operator+(MonoTime t, Duration d) {
    return MonoTime(t.ns_ + d.count());
  }
  friend constexpr MonoTime operator-(MonoTime t, Duration d) {
    return MonoTime(t.ns_ - d.count());
  }
  friend constexpr Duration operator-(MonoTime a, MonoTime b) { return Duration(a.ns_ - b.ns_); }
  friend std::ostream& operator<<(std::ostream& out, MonoTime t) { return out << t.ns_ << "ns"; }

 private:
  std::int64_t ns_ = 0;
};

/// The time now. Only for effects (storage, transport, controller, recorder, cli).
MonoTime mono_now();

/// "20261122T115300Z": UTC, for names of run directories.
std::string utc_stamp();
/// Nanoseconds since 1970, for people's eyes only: never to order events.
std::int64_t unix_now_ns();

}  // namespace riptide
