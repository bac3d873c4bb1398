#include "checker/search/budget.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "base/file.hpp"

namespace riptide::checker {

namespace {

constexpr std::uint64_t kStatesBetweenPolls = 1024;
/// When the system does not say how much memory is free.
constexpr std::uint64_t kMemoryBytesUnknown = 1ULL << 30;
constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

std::optional<std::uint64_t> number_after(std::string_view text, std::string_view label) {
  const std::size_t found = text.find(label);
  if (found == std::string_view::npos) return std::nullopt;
  const std::size_t digit = text.find_first_of("0123456789", found + label.size());
  if (digit == std::string_view::npos) return std::nullopt;
  std::uint64_t number = 0;
  std::from_chars(text.data() + digit, text.data() + text.size(), number);
  return number;
}

std::optional<std::uint64_t> number_in(const std::string& path) {
  const auto text = read_file(path);
  return text ? number_after(*text, "") : std::nullopt;
}

/// What the cgroup of this process, and those above it, leave. A container of a CI service is often
/// allowed much less than its machine has.
std::uint64_t left_in_cgroups() {
  const auto text = read_file("/proc/self/cgroup");
  if (!text) return kNoLimit;
  const std::size_t v2 = text->find("0::/");
  if (v2 == std::string::npos) return kNoLimit;
  std::string group = text->substr(v2 + 3, text->find('\n', v2) - v2 - 3);
  std::uint64_t left = kNoLimit;
  while (true) {
    const std::string folder = "/sys/fs/cgroup" + (group == "/" ? "" : group);
    const auto most = number_in(folder + "/memory.max");  // "max" has no digits
    const auto used = number_in(folder + "/memory.current");
    if (most && used) left = std::min(left, *most > *used ? *most - *used : 0);
    if (group.size() <= 1) return left;
    group.erase(group.rfind('/'));
    if (group.empty()) group = "/";
  }
}

}  // namespace

std::uint64_t half_of_free_memory() {
  std::uint64_t free_bytes = kMemoryBytesUnknown * 2;
  if (const auto text = read_file("/proc/meminfo")) {
    const auto kib = number_after(*text, "MemAvailable:");
    if (kib && *kib != 0) free_bytes = *kib * 1024;
  }
  return std::min(free_bytes, left_in_cgroups()) / 2;
}

Budget::Budget(const Limits& limits) : shared_(std::make_shared<Shared>()) {
  shared_->memory_bytes = limits.memory_bytes != 0 ? limits.memory_bytes : half_of_free_memory();
  shared_->stop = limits.stop;
  if (limits.time > Duration{0}) shared_->deadline = mono_now() + limits.time;
}

Budget::Budget(const Budget& other)
    : shared_(other.shared_),
      cancel_(other.cancel_),
      states_max_(other.states_max_),
      states_(other.states_) {}  // a copy is another piece of work: no cap, nothing in use

Budget Budget::part(std::uint64_t states_max) const {
  Budget part = *this;
  part.states_max_ = states_max;
  part.states_ = 0;
  return part;
}

Budget Budget::cancelled_by(const std::atomic<bool>& cancel) const {
  Budget other = *this;
  other.cancel_ = &cancel;
  other.states_ = 0;
  return other;
}

Limit Budget::visit() {
  ++states_;
  if (states_max_ != 0 && states_ >= states_max_) return Limit::states;
  return states_ % kStatesBetweenPolls == 0 ? poll() : Limit::none;
}

Limit Budget::poll() const {
  const auto set = [](const std::atomic<bool>* flag) {
    return flag != nullptr && flag->load(std::memory_order_relaxed);
  };
  if (set(shared_->stop) || set(cancel_)) return Limit::stop;
  if (shared_->deadline && mono_now() >= *shared_->deadline) return Limit::time;
  return Limit::none;
}

bool Budget::grant(std::uint64_t bytes) {
  if (bytes <= granted_bytes_) {
    shared_->used_bytes -= granted_bytes_ - bytes;
    granted_bytes_ = bytes;
    return true;
  }
  if (bytes > cap_bytes_) return false;
  const std::uint64_t more = bytes - granted_bytes_;
  const std::uint64_t used = shared_->used_bytes.fetch_add(more) + more;
  if (used > shared_->memory_bytes) {
    shared_->used_bytes -= more;
    return false;
  }
  granted_bytes_ = bytes;
  std::uint64_t peak = shared_->peak_bytes;
  while (peak < used && !shared_->peak_bytes.compare_exchange_weak(peak, used)) {
  }
  return true;
}

std::uint64_t Budget::states_left() const {
  if (states_max_ == 0) return 0;
  return states_ + 1 < states_max_ ? states_max_ - states_ : 1;
}

}  // namespace riptide::checker
