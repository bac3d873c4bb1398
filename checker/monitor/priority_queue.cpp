// The priority queue's monitor: elements from the highest to the lowest, each taken as early as it
// can be.
//
// Let the elements above x be placed. An element y that is in the queue strictly between two times
// keeps x from being taken there. x has to be taken at a time of its take's interval, not before
// its insert's call, at which none of them is in the queue. The first such time is the best one: it
// and the latest insert leave the least time (from the insert's return to that time) in which x is
// in the queue, and by induction no order leaves less. So x has a place or there is no order. All
// these first times are calls. A take that found nothing is placed like the lowest element.
#include <algorithm>
#include <numeric>
#include <span>

#include "checker/monitor/monitor.hpp"
#include "checker/monitor/segment_tree.hpp"
#include "checker/monitor/spans.hpp"

namespace riptide::checker {

namespace {

using history::kNever;

/// Spans from the highest to the lowest.
std::vector<std::uint32_t> descending(const std::vector<Span>& spans) {
  std::vector<std::uint32_t> result(spans.size());
  const auto integer = [](const Span& span) { return span.value.integer() != nullptr; };
  if (!std::all_of(spans.begin(), spans.end(), integer)) {
    std::iota(result.begin(), result.end(), 0);
    std::sort(result.begin(), result.end(),
              [&](std::uint32_t a, std::uint32_t b) { return spans[b].value < spans[a].value; });
    return result;
  }
  std::vector<std::pair<std::int64_t, std::uint32_t>> keys(spans.size());
  for (std::uint32_t i = 0; i < spans.size(); ++i) keys[i] = {*spans[i].value.integer(), i};
  std::sort(keys.begin(), keys.end());
  std::transform(keys.rbegin(), keys.rend(), result.begin(),
                 [](const auto& k) { return k.second; });
  return result;
}

class PriorityQueueSolver {
 public:
  PriorityQueueSolver(const KeyHistory& key, const Collection& collection)
      : entries_(key.entries), collection_(collection), spans_(collection.spans) {
    slot_of_.reserve(entries_.size());
    for (const Entry& entry : entries_) {
      if (times_.empty() || times_.back() != entry.call_ns) times_.push_back(entry.call_ns);
      slot_of_.push_back(static_cast<std::uint32_t>(times_.size() - 1));
    }
    end_ = static_cast<std::uint32_t>(times_.size());
    times_.push_back(kNever);
    next_free_.resize(end_ + 1);
    std::iota(next_free_.begin(), next_free_.end(), 0);
    taken_.resize(spans_.size());
    items_.reserve(entries_.size());
  }

  Placement run() {
    by_value_ = descending(spans_);
    for (std::uint32_t i = 0; i < by_value_.size(); ++i) {
      const Span& span = spans_[by_value_[i]];
      const std::uint32_t slot = free_from(earliest(span));
      if (times_[slot] > span.take_return_ns) {
        return blocked(i, wanted_from(span), span.take_return_ns, kNoEntry);
      }
      place(by_value_[i], slot);
    }
    for (const std::uint32_t empty : collection_.empties) {
      const std::uint32_t slot = free_from(slot_of_[empty]);
      if (times_[slot] > entries_[empty].return_ns) {
        return blocked(static_cast<std::uint32_t>(by_value_.size()), entries_[empty].call_ns,
                       entries_[empty].return_ns, empty);
      }
      put(slot, Turn::instant, empty);
    }
    return {.possible = true, .order = sorted(), .blocked = {}};
  }

 private:
  /// What happens at one time, in this order; inserts may come later, before the next call.
  enum class Turn : std::uint8_t { take, instant, insert };
  struct Item {
    std::uint32_t key;
    std::uint32_t position;
  };

  static std::int64_t wanted_from(const Span& span) {
    return std::max(span.insert_call_ns, span.take_call_ns);
  }
  /// The slot of wanted_from().
  std::uint32_t earliest(const Span& span) const {
    if (span.take_call_ns == kNever) return end_;
    if (span.take == kNoEntry) {
      return static_cast<std::uint32_t>(
          std::lower_bound(times_.begin(), times_.end(), wanted_from(span)) - times_.begin());
    }
    const std::uint32_t take = slot_of_[span.take];
    return span.insert == kNoEntry ? take : std::max(take, slot_of_[span.insert]);
  }
  /// The first slot after the insert's return, found from its call on because that is near.
  std::uint32_t after_insert(const Span& span) const {
    if (span.insert == kNoEntry) return 0;
    if (span.insert_return_ns == kNever) return end_;
    std::size_t low = slot_of_[span.insert], step = 1;
    while (low + step < end_ && times_[low + step] <= span.insert_return_ns) {
      low += step;
      step *= 2;
    }
    const auto from = times_.begin() + static_cast<std::ptrdiff_t>(low);
    const auto to =
        times_.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(low + step, end_));
    return static_cast<std::uint32_t>(std::upper_bound(from, to, span.insert_return_ns) -
                                      times_.begin());
  }

  std::uint32_t free_from(std::uint32_t slot) {
    while (next_free_[slot] != slot) {
      next_free_[slot] = next_free_[next_free_[slot]];
      slot = next_free_[slot];
    }
    return slot;
  }

  void place(std::uint32_t index, std::uint32_t slot) {
    const Span& span = spans_[index];
    taken_[index] = times_[slot];
    const std::uint32_t after = after_insert(span);
    const bool instant = after > slot;
    for (std::uint32_t s = instant ? slot : free_from(after); s < slot; s = free_from(s)) {
      next_free_[s] = s + 1;
    }
    if (span.insert != kNoEntry) {
      put(instant ? slot : after - 1, instant ? Turn::instant : Turn::insert, span.insert);
    }
    if (span.take != kNoEntry && slot != end_) {
      put(slot, instant ? Turn::instant : Turn::take, span.take);
    }
  }

  void put(std::uint32_t slot, Turn turn, std::uint32_t position) {
    // An item of the initial content may be taken at any slot, inserts only at real ones.
    items_.push_back({3 * slot + static_cast<std::uint32_t>(turn), position});
  }

  /// By time and turn; at one time and turn as they were put: takes from high to low.
  std::vector<std::uint32_t> sorted() const {
    std::vector<std::uint32_t> start(3 * std::size_t{end_} + 4, 0);
    for (const Item& item : items_) ++start[item.key + 1];
    std::partial_sum(start.begin(), start.end(), start.begin());
    std::vector<std::uint32_t> order(items_.size());
    for (const Item& item : items_) order[start[item.key]++] = item.position;
    return order;
  }

  /// Who keeps the element of `rank` (in by_value_) from being taken from `from_ns` to `to_ns`, and
  /// who keeps those from being taken. Empty when that takes too long to find out.
  Placement blocked(std::uint32_t rank, std::int64_t from_ns, std::int64_t to_ns,
                    std::uint32_t empty) const {
    Placement result;
    struct Need {
      std::uint32_t rank;
      std::int64_t from_ns, until_ns;  // every time of it must be covered, but for the last
    };
    std::vector<Need> needs{{rank, from_ns, to_ns + 1}};
    std::vector<char> seen(by_value_.size() + 1, 0);
    std::uint64_t work = 64 * (by_value_.size() + 16);
    if (rank < by_value_.size()) result.blocked.push_back(by_value_[rank]);
    seen[rank] = 1;
    while (!needs.empty()) {
      const Need need = needs.back();
      needs.pop_back();
      for (std::int64_t covered = need.from_ns; covered < need.until_ns;) {
        if (work < need.rank) return {};
        work -= need.rank;
        const std::uint32_t best = reaching_farthest(need.rank, covered);
        const Span& span = spans_[by_value_[best]];
        covered = taken_[by_value_[best]];
        if (seen[best]++ == 0) result.blocked.push_back(by_value_[best]);
        const std::int64_t until_ns = std::min(covered, need.until_ns);
        if (seen[best] < 8 && wanted_from(span) < until_ns) {
          needs.push_back({best, wanted_from(span), until_ns});
        } else if (wanted_from(span) < until_ns) {
          return {};
        }
      }
    }
    result.empty = empty;
    return result;
  }
  std::uint32_t reaching_farthest(std::uint32_t below_rank, std::int64_t time_ns) const {
    std::uint32_t best = 0;
    std::int64_t farthest = time_ns;
    for (std::uint32_t i = 0; i < below_rank; ++i) {
      const std::int64_t until_ns = taken_[by_value_[i]];
      if (until_ns <= farthest || spans_[by_value_[i]].insert_return_ns >= time_ns) continue;
      farthest = until_ns;
      best = i;
    }
    return best;
  }

  std::span<const Entry> entries_;
  const Collection& collection_;
  const std::vector<Span>& spans_;
  std::vector<std::uint32_t> by_value_;
  std::vector<std::int64_t> times_;       // of the slots: the different times of calls; kNever
  std::vector<std::uint32_t> slot_of_;    // of each entry's call
  std::vector<std::uint32_t> next_free_;  // forest: the next slot at which nothing placed is in
  std::vector<std::int64_t> taken_;       // when each placed span is taken
  std::vector<Item> items_;
  std::uint32_t end_ = 0;
};

Placement solve(const KeyHistory& key, const Collection& collection) {
  return PriorityQueueSolver(key, collection).run();
}

/// An open element must be gone when a lower one is taken that cannot have been taken before it
/// came, and when a take that was called after it came finds nothing.
std::vector<std::int64_t> deadlines_of(const KeyHistory& key, const Collection& collection) {
  const auto& spans = collection.spans;
  std::vector<std::pair<std::int64_t, std::uint32_t>> takes;  // from when on each was possible
  for (std::uint32_t i = 0; i < spans.size(); ++i) {
    if (spans[i].take == kNoEntry) continue;
    takes.emplace_back(std::max(spans[i].insert_call_ns, spans[i].take_call_ns), i);
  }
  const auto first_empty = static_cast<std::uint32_t>(spans.size());
  for (std::uint32_t i = 0; i < collection.empties.size(); ++i) {
    takes.emplace_back(key.entries[collection.empties[i]].call_ns, first_empty + i);
  }
  std::sort(takes.begin(), takes.end());
  std::vector<std::uint32_t> place_of(spans.size(), 0);
  RangeMinimum ends(std::vector<std::int64_t>(takes.size(), kNever));
  for (std::uint32_t i = 0; i < takes.size(); ++i) {
    const std::uint32_t who = takes[i].second;
    if (who < first_empty) {
      place_of[who] = i;
    } else {
      ends.set(i, key.entries[collection.empties[who - first_empty]].return_ns);
    }
  }
  std::vector<std::int64_t> of_span(spans.size(), kNever);
  const std::vector<std::uint32_t> order = descending(spans);
  for (auto i = order.rbegin(); i != order.rend(); ++i) {
    const Span& span = spans[*i];
    if (span.take != kNoEntry) {
      ends.set(place_of[*i], span.take_return_ns);
      continue;
    }
    const auto after = std::upper_bound(takes.begin(), takes.end(),
                                        std::pair(span.insert_return_ns, ~std::uint32_t{0}));
    of_span[*i] = ends.least_from(static_cast<std::size_t>(after - takes.begin()));
  }
  std::vector<std::int64_t> result;
  for (const std::uint32_t i : collection.open) result.push_back(of_span[i]);
  return result;
}

}  // namespace

std::optional<Decision> monitor_priority_queue(const Model&, const KeyHistory& key) {
  auto collection = collect(key, /*with_values=*/true);
  if (!collection) return std::nullopt;
  return decide(key, std::move(*collection), solve, deadlines_of);
}

}  // namespace riptide::checker
