// Who may come next, for monitors that build an order greedily: of the operations that real time
// allows now, the one of a group that has to come first.
#pragma once

#include <algorithm>
#include <cstdint>
#include <queue>
#include <span>
#include <vector>

#include "checker/partition.hpp"

namespace riptide::checker {

/// Operations in groups whose members do the same, so that which of a group comes is a matter of
/// time alone. An operation may come when it was called before any certain one that is left
/// returned. Taking the member that returns first is never wrong: where an order has another one of
/// the group, which returns later, the two can change places. O(n log n) for all turns together.
class Turns {
 public:
  /// `positions` are in the order of the entries; `group_of(position)` is below `groups`.
  template <class GroupOf>
  Turns(std::span<const Entry> entries, std::span<const std::uint32_t> positions,
        std::size_t groups, GroupOf group_of)
      : entries_(entries), positions_(positions), waiting_(groups), used_(positions.size(), false) {
    group_.reserve(positions.size());
    for (std::uint32_t i = 0; i < positions.size(); ++i) {
      group_.push_back(static_cast<std::uint32_t>(group_of(positions[i])));
      if (entries[positions[i]].certain) by_return_.push_back(i);
    }
    std::sort(by_return_.begin(), by_return_.end(),
              [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
    advance();
  }

  /// Whether every certain operation had its turn.
  bool done() const { return next_return_ == by_return_.size(); }
  /// Of the certain ones that are left, the one that returned first.
  std::uint32_t most_urgent() const { return positions_[by_return_[next_return_]]; }
  std::size_t most_urgent_group() const { return group_[by_return_[next_return_]]; }
  /// Whether somebody of the group may come now.
  bool has(std::size_t group) const { return !waiting_[group].empty(); }
  std::uint32_t next(std::size_t group) const { return positions_[waiting_[group].top().second]; }
  /// Gives it its turn.
  std::uint32_t take(std::size_t group) {
    const std::uint32_t i = waiting_[group].top().second;
    waiting_[group].pop();
    used_[i] = true;
    advance();
    return positions_[i];
  }

 private:
  using Key = std::pair<std::int64_t, std::uint32_t>;  // return, index in positions_
  struct Later {
    bool operator()(const Key& a, const Key& b) const { return a > b; }
  };

  Key key(std::uint32_t i) const { return {entries_[positions_[i]].return_ns, i}; }
  void advance() {
    while (next_return_ < by_return_.size() && used_[by_return_[next_return_]]) ++next_return_;
    if (done()) return;
    const std::int64_t until = entries_[most_urgent()].return_ns;
    for (; called_ < positions_.size(); ++called_) {
      if (entries_[positions_[called_]].call_ns > until) break;
      waiting_[group_[called_]].push(key(called_));
    }
  }

  std::span<const Entry> entries_;
  std::span<const std::uint32_t> positions_;
  std::vector<std::uint32_t> group_;      // of each of positions_
  std::vector<std::uint32_t> by_return_;  // certain ones, as indices of positions_
  std::vector<std::priority_queue<Key, std::vector<Key>, Later>> waiting_;  // by group
  std::vector<bool> used_;
  std::size_t next_return_ = 0;
  std::size_t called_ = 0;
};

/// The shortest end of `order` (in steps of twice its length, at least `at_least` long) that is
/// impossible together with `stuck`; `impossible` is asked about positions in the order of the
/// entries. The whole is impossible.
template <class Impossible>
std::vector<std::uint32_t> impossible_end(std::span<const std::uint32_t> order,
                                          std::span<const std::uint32_t> stuck,
                                          std::size_t at_least, Impossible impossible) {
  for (std::size_t length = at_least;; length = std::max<std::size_t>(1, 2 * length)) {
    const bool whole = length >= order.size();
    const auto end = order.last(whole ? order.size() : length);
    std::vector<std::uint32_t> some(end.begin(), end.end());
    some.insert(some.end(), stuck.begin(), stuck.end());
    std::sort(some.begin(), some.end());
    if (whole || impossible(some)) return some;
  }
}

}  // namespace riptide::checker
