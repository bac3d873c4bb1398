#include "cli/check_watch.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/units.hpp"
#include "cli/cli.hpp"
#include "history/limits.hpp"

namespace riptide::cli {

namespace {

constexpr Duration kBetweenLooks = std::chrono::milliseconds(5);
/// How late, in hundredths of the limit, who works may come to an end by itself.
constexpr std::int64_t kGraceOfHundred = 3;

}  // namespace

CheckWatch::CheckWatch(Duration time, std::uint64_t memory_bytes, bool json)
    : time_(time), memory_bytes_(memory_bytes), json_(json), thread_([this] { watch(); }) {}

CheckWatch::~CheckWatch() {
  done_ = true;
  thread_.join();
}

Duration CheckWatch::time_left() const {
  if (time_ == Duration{0}) return time_;
  return std::max<Duration>(Duration{1}, time_ - (mono_now() - start_));
}

std::string CheckWatch::reached() const {
  switch (reached_.load()) {
    case Limit::time:
      return "the time limit of " + format_duration(time_) + " was reached";
    case Limit::memory:
      return "the memory limit of " + format_size(memory_bytes_) + " was reached";
    case Limit::none:
      break;
  }
  return {};
}

void CheckWatch::watch() {
  while (!done_) {
    if (stop_flag()) stop_ = true;
    if (time_ > Duration{0}) {
      const Duration since = mono_now() - start_;
      if (since >= time_ && reached_ == Limit::none) reached_ = Limit::time;
      if (since >= time_ + time_ * kGraceOfHundred / 100) give_up(Limit::time);
    }
    if (memory_bytes_ > 0) {
      const std::uint64_t resident = history::resident_bytes();
      if (resident >= memory_bytes_ && reached_ == Limit::none) reached_ = Limit::memory;
      if (resident >= memory_bytes_ + memory_bytes_ * kGraceOfHundred / 100) give_up(Limit::memory);
    }
    if (reached_ != Limit::none) stop_ = true;
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

void CheckWatch::give_up(Limit limit) const {
  const bool invalid = violation_;
  const std::string why =
      limit == Limit::time ? "the time limit of " + format_duration(time_) + " was reached"
                           : "the memory limit of " + format_size(memory_bytes_) + " was reached";
  const char* word = invalid ? "invalid" : "unknown";
  const std::string rest =
      invalid ? " before the violation was explained" : " before anything was decided";
  // No buffer that the working thread may be filling is touched.
  std::string line;
  if (json_) {
    line = std::string(R"({"version":1,"verdict":")") + word +
           R"(","checks":[{"name":"linearizable","verdict":")" + word + R"(","reason":")" + why +
           rest + R"(","anomalies":[]}]})" + "\n";
  } else {
    line = std::string(invalid ? "✗ invalid: " : "? unknown: ") + why + rest + "\n";
  }
  [[maybe_unused]] const auto written = ::write(STDOUT_FILENO, line.data(), line.size());
  ::_exit(invalid ? kViolation : kUnknown);
}

}  // namespace riptide::cli
