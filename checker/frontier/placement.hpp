// From the trail of a frontier to a whole order: the reads and hidden writes that the trail does
// not mention are put where they fit.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "base/assert.hpp"
#include "checker/frontier/rules.hpp"
#include "checker/frontier/trail.hpp"
#include "checker/partition.hpp"

namespace riptide::checker {

/// Every step of a trail happened at the moment of a return (its rank in `by_return`). Between two
/// steps the state stands still: a read fits between them when it is legal there and its interval
/// meets that stretch of time. A hidden write fits right before any blind write of the trail whose
/// moment lies within its interval. Since everything then has a moment within its interval, and
/// what shares a stretch is sorted by call, the order agrees with real time.
template <class Rules>
class Placement {
 public:
  /// `by_return`: the certain entries in the order of their returns. `end`: how many of these
  /// returns the trail accounts for; what is called after the next one is left out.
  Placement(const Rules& rules, std::span<const Entry> entries,
            std::span<const std::uint32_t> by_return, std::size_t end)
      : rules_(rules), entries_(entries), by_return_(by_return), end_(end) {}

  /// Positions in the entries. Operations that returned before `end` are all in it.
  std::vector<std::uint32_t> order(const std::vector<Trail::Step>& steps) {
    states_ = {rules_.initial()};
    std::vector<bool> placed(entries_.size(), false);
    std::vector<std::uint32_t> writes;  // blind writes among the steps
    for (std::uint32_t i = 0; i < steps.size(); ++i) {
      const Action& action = entries_[steps[i].position].action;
      placed[steps[i].position] = true;
      states_.push_back(rules_.step(states_.back(), action));
      ASSERT(states_.back() != kRefused, "a trail has an illegal step", steps[i].position);
      if (action.kind == Action::Kind::write) writes.push_back(i);
    }
    std::vector<Place> places;
    for (std::uint32_t p = 0; p < entries_.size() && is_called(p); ++p) {
      if (placed[p] || !entries_[p].certain) continue;
      const std::size_t before = places.size();
      if (rules_.reads_only(entries_[p].action)) {
        place_read(steps, p, places);
      } else if (Rules::kRegister && entries_[p].action.kind == Action::Kind::write) {
        place_hidden(steps, writes, p, places);
      }
      const bool owed = end_ == by_return_.size() || !returns_after(p, end_);
      ASSERT(places.size() > before || !owed, "an operation of a trail has no place", p);
    }
    return merged(steps, places);
  }

 private:
  struct Place {
    std::uint32_t stretch;  // after that many steps
    bool hidden;            // right before the next step
    std::uint32_t position;
    friend bool operator<(const Place& a, const Place& b) {  // positions are sorted by call
      return std::tie(a.stretch, a.hidden, a.position) < std::tie(b.stretch, b.hidden, b.position);
    }
  };

  std::int64_t time_of(std::size_t rank) const {
    return rank < by_return_.size() ? entries_[by_return_[rank]].return_ns : history::kNever;
  }
  bool is_called(std::uint32_t position) const {
    return entries_[position].call_ns <= time_of(end_);
  }
  /// Whether the operation returns at the return of that rank or later.
  bool returns_after(std::uint32_t position, std::size_t rank) const {
    const std::uint32_t other = by_return_[rank];
    return std::tie(entries_[other].return_ns, other) <=
           std::tie(entries_[position].return_ns, position);
  }

  void place_read(const std::vector<Trail::Step>& steps, std::uint32_t position,
                  std::vector<Place>& places) const {
    const Entry& entry = entries_[position];
    auto stretch =
        static_cast<std::uint32_t>(std::partition_point(steps.begin(), steps.end(),
                                                        [&](const Trail::Step& s) {
                                                          return time_of(s.rank) < entry.call_ns;
                                                        }) -
                                   steps.begin());
    for (; stretch <= steps.size(); ++stretch) {
      if (stretch > 0 && !returns_after(position, steps[stretch - 1].rank)) return;
      if (rules_.step(states_[stretch], entry.action) == kRefused) continue;
      places.push_back({stretch, false, position});
      return;
    }
  }

  void place_hidden(const std::vector<Trail::Step>& steps, const std::vector<std::uint32_t>& writes,
                    std::uint32_t position, std::vector<Place>& places) const {
    const Entry& entry = entries_[position];
    const auto at = std::partition_point(writes.begin(), writes.end(), [&](std::uint32_t i) {
      return time_of(steps[i].rank) < entry.call_ns;
    });
    if (at == writes.end() || !returns_after(position, steps[*at].rank)) return;
    places.push_back({*at, true, position});
  }

  static std::vector<std::uint32_t> merged(const std::vector<Trail::Step>& steps,
                                           std::vector<Place>& places) {
    std::sort(places.begin(), places.end());
    std::vector<std::uint32_t> order;
    order.reserve(steps.size() + places.size());
    auto place = places.begin();
    for (std::uint32_t stretch = 0; stretch <= steps.size(); ++stretch) {
      if (stretch > 0) order.push_back(steps[stretch - 1].position);
      for (; place != places.end() && place->stretch == stretch; ++place) {
        order.push_back(place->position);
      }
    }
    return order;
  }

  const Rules& rules_;
  std::span<const Entry> entries_;
  std::span<const std::uint32_t> by_return_;
  std::size_t end_;
  std::vector<StateId> states_;  // after that many steps
};

}  // namespace riptide::checker
