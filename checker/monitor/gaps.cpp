#include "checker/monitor/gaps.hpp"

#include <algorithm>

namespace riptide::checker {

namespace {

/// Between which gaps of an order real time allows an operation.
class Room {
 public:
  Room(std::span<const Entry> entries, std::span<const std::uint32_t> order)
      : returns_from_(order.size()), calls_until_(order.size()) {
    for (std::size_t i = 0; i < order.size(); ++i) {
      calls_until_[i] = entries[order[i]].call_ns;
      if (i > 0) calls_until_[i] = std::max(calls_until_[i], calls_until_[i - 1]);
    }
    for (std::size_t i = order.size(); i-- > 0;) {
      returns_from_[i] = entries[order[i]].return_ns;
      if (i + 1 < order.size()) returns_from_[i] = std::min(returns_from_[i], returns_from_[i + 1]);
    }
  }
  /// After all that returned before it was called.
  std::uint32_t first(const Entry& entry) const {
    return index(returns_from_,
                 std::lower_bound(returns_from_.begin(), returns_from_.end(), entry.call_ns));
  }
  /// Before all that was called after it returned.
  std::uint32_t last(const Entry& entry) const {
    return index(calls_until_,
                 std::upper_bound(calls_until_.begin(), calls_until_.end(), entry.return_ns));
  }

 private:
  using Times = std::vector<std::int64_t>;
  static std::uint32_t index(const Times& times, Times::const_iterator at) {
    return static_cast<std::uint32_t>(at - times.begin());
  }
  Times returns_from_;  // the earliest return from a place on
  Times calls_until_;   // the latest call up to a place
};

struct Placed {
  std::uint32_t gap;
  std::uint32_t position;
};

}  // namespace

bool place_idle(std::span<const Entry> entries, std::span<const std::uint32_t> idle,
                const LegalGap& legal, std::vector<std::uint32_t>& order) {
  if (idle.empty()) return true;
  const Room room(entries, order);
  std::vector<Placed> placed;
  placed.reserve(idle.size());
  std::vector<std::uint32_t> by_return(idle.size());  // indices of idle and of placed
  for (std::uint32_t i = 0; i < idle.size(); ++i) by_return[i] = i;
  std::sort(by_return.begin(), by_return.end(), [&](std::uint32_t a, std::uint32_t b) {
    return entries[idle[a]].return_ns < entries[idle[b]].return_ns;
  });
  std::size_t returned = 0;
  std::uint32_t after_idle = 0;  // the last gap of the idle ones that returned before
  for (const std::uint32_t position : idle) {
    const Entry& entry = entries[position];
    for (; entries[idle[by_return[returned]]].return_ns < entry.call_ns; ++returned) {
      after_idle = std::max(after_idle, placed[by_return[returned]].gap);
    }
    const std::uint32_t gap = legal(position, std::max(after_idle, room.first(entry)));
    if (gap > room.last(entry)) return false;
    placed.push_back({gap, position});
  }
  std::stable_sort(placed.begin(), placed.end(),
                   [](const Placed& a, const Placed& b) { return a.gap < b.gap; });
  std::vector<std::uint32_t> all;
  all.reserve(order.size() + placed.size());
  std::size_t next = 0;
  for (std::uint32_t gap = 0; gap <= order.size(); ++gap) {
    for (; next < placed.size() && placed[next].gap == gap; ++next) {
      all.push_back(placed[next].position);
    }
    if (gap < order.size()) all.push_back(order[gap]);
  }
  order = std::move(all);
  return true;
}

}  // namespace riptide::checker
