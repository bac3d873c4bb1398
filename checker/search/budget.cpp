#include "checker/search/budget.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "base/file.hpp"

namespace riptide::checker {

namespace {

constexpr std::uint64_t kStatesBetweenPolls = 1024;
/// When the system does not say how much memory is free.
constexpr std::uint64_t kMemoryBytesUnknown = 1ULL << 30;

std::uint64_t half_of_free_memory() {
  const auto text = read_file("/proc/meminfo");
  if (!text) return kMemoryBytesUnknown;
  constexpr std::string_view kLabel = "MemAvailable:";
  const std::size_t label = text->find(kLabel);
  if (label == std::string::npos) return kMemoryBytesUnknown;
  const std::size_t digit = text->find_first_of("0123456789", label + kLabel.size());
  if (digit == std::string::npos) return kMemoryBytesUnknown;
  std::uint64_t kib = 0;
  std::from_chars(text->data() + digit, text->data() + text->size(), kib);
  return kib == 0 ? kMemoryBytesUnknown : kib * 1024 / 2;
}

}  // namespace

Budget::Budget(const Limits& limits)
    : memory_bytes_(limits.memory_bytes != 0 ? limits.memory_bytes : half_of_free_memory()),
      stop_(limits.stop) {
  if (limits.time > Duration{0}) deadline_ = mono_now() + limits.time;
}

Budget Budget::part(std::uint64_t states_max) const {
  Budget part = *this;
  part.states_max_ = states_max;
  part.states_ = 0;
  part.peak_bytes_ = 0;
  return part;
}

Limit Budget::visit() {
  ++states_;
  if (states_max_ != 0 && states_ >= states_max_) return Limit::states;
  return states_ % kStatesBetweenPolls == 0 ? poll() : Limit::none;
}

Limit Budget::poll() const {
  if (stop_ != nullptr && stop_->load(std::memory_order_relaxed)) return Limit::stop;
  if (deadline_ && mono_now() >= *deadline_) return Limit::time;
  return Limit::none;
}

bool Budget::grant(std::uint64_t bytes) {
  if (bytes > memory_bytes_) return false;
  peak_bytes_ = std::max(peak_bytes_, bytes);
  return true;
}

void Budget::absorb(const Budget& part) {
  states_ += part.states_;
  peak_bytes_ = std::max(peak_bytes_, part.peak_bytes_);
}

std::uint64_t Budget::states_left() const {
  if (states_max_ == 0) return 0;
  return states_ + 1 < states_max_ ? states_max_ - states_ : 1;
}

}  // namespace riptide::checker
