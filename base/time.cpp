#include "base/time.hpp"

#include <time.h>

namespace riptide {
namespace {
std::int64_t clock_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}
}  // namespace

MonoTime mono_now() { return MonoTime(clock_ns(CLOCK_MONOTONIC)); }

std::int64_t unix_now_ns() { return clock_ns(CLOCK_REALTIME); }

std::string utc_stamp() {
  const time_t seconds = static_cast<time_t>(unix_now_ns() / 1'000'000'000);
  tm utc{};
  gmtime_r(&seconds, &utc);
  char text[32];
  strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &utc);
  return text;
}

}  // namespace riptide
