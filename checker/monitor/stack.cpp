// The stack's monitor: the outermost elements are peeled off, and what is left falls apart.
//
// An order is legal when the intervals from push to pop of any two elements are nested or disjoint
// (and a pop that found nothing is in none). An element is certainly in the stack between its
// push's return and its pop's call. If there is no such time, it can be pushed and popped at once
// at a time that both intervals share, whatever else happens: it is left out until the end. For the
// others:
//
// 1. A time at which nobody is certainly in the stack splits the history: cut every interval there.
//    What certainly is in the stack does not change, and cut intervals stay nested or disjoint.
// 2. Between two such times, let s be the first return of a push and t the last call of a pop. The
//    stack is never empty between, so one element is below all the others: its push was called by s
//    and its pop returns at t or later. Every element of which that holds can be put around all the
//    others (a push at s, a pop at t: nested with everything), so all of them are peeled off. If
//    there is none, there is no order.
// 3. Without those, new times may be uncovered: from 1 again.
//
// Each element is peeled off once, each look is O(log n), the whole is O(n log n). An element that
// nobody pops is popped at the end of time. A pop that found nothing needs an uncovered time from
// the first step. Lee & Mathur (arXiv 2410.04581) and LiMo (PLDI 2025) monitor stacks by coverage
// too; this formulation and its proof are ours.
#include <algorithm>
#include <numeric>
#include <span>

#include "checker/monitor/monitor.hpp"
#include "checker/monitor/segment_tree.hpp"
#include "checker/monitor/spans.hpp"

namespace riptide::checker {

namespace {

using history::kNever;

/// Which of 0 … size-1 are left, for steps over those that are not.
class Remaining {
 public:
  explicit Remaining(std::size_t size) : next_(size + 1) {
    std::iota(next_.begin(), next_.end(), 0);
  }
  void remove(std::uint32_t i) { next_[i] = i + 1; }
  /// The first one that is left, from `i` on; size when there is none.
  std::uint32_t from(std::uint32_t i) {
    while (next_[i] != i) {
      next_[i] = next_[next_[i]];
      i = next_[i];
    }
    return i;
  }

 private:
  std::vector<std::uint32_t> next_;
};

/// The spans that are certainly present at some time, by their push's return, on a line of blocks:
/// first pushes return, then pops are called, then, in the next block, pushes return again. How
/// many spans are present has its minima between the blocks.
struct Timeline {
  struct Item {
    std::uint32_t span;
    std::uint32_t push_block, pop_block;
    std::uint32_t last;  // position in by_pop, counted from the end
  };
  std::vector<Item> items;
  std::vector<std::uint32_t> by_pop;      // items, the last pop first
  std::vector<std::uint32_t> push_start;  // of each block and one more: its first item
  std::vector<std::uint32_t> pop_end;     // of each block: its last pop's position in by_pop

  explicit Timeline(const std::vector<Span>& spans) {
    using Timed = std::pair<std::int64_t, std::uint32_t>;
    std::vector<Timed> pushes, pops;
    for (std::uint32_t i = 0; i < spans.size(); ++i) {
      if (spans[i].certainly_present()) pushes.emplace_back(spans[i].insert_return_ns, i);
    }
    std::sort(pushes.begin(), pushes.end());
    const auto size = static_cast<std::uint32_t>(pushes.size());
    items.resize(size);
    pops.reserve(size);
    for (std::uint32_t i = 0; i < size; ++i) {
      items[i].span = pushes[i].second;
      pops.emplace_back(spans[pushes[i].second].take_call_ns, i);
    }
    std::sort(pops.begin(), pops.end());
    by_pop.resize(size);
    std::uint32_t push = 0;
    for (std::uint32_t pop = 0; pop < size; ++pop) {
      // At equal times calls come before returns.
      const bool new_block = push < size && pushes[push].first < pops[pop].first;
      if (new_block) push_start.push_back(push);
      const auto block = static_cast<std::uint32_t>(push_start.size() - 1);
      for (; push < size && pushes[push].first < pops[pop].first; ++push) {
        items[push].push_block = block;
      }
      if (new_block) pop_end.push_back(0);
      const std::uint32_t last = size - 1 - pop;
      pop_end.back() = last;
      by_pop[last] = pops[pop].second;
      items[pops[pop].second].pop_block = block;
      items[pops[pop].second].last = last;
    }
    push_start.push_back(size);
  }

  std::uint32_t blocks() const { return static_cast<std::uint32_t>(pop_end.size()); }

  /// How many spans are present after each block.
  std::vector<std::int32_t> coverage() const {
    std::vector<std::int32_t> counts(blocks() + 1, 0);
    for (const Item& item : items) {
      ++counts[item.push_block];
      --counts[item.pop_block];
    }
    std::partial_sum(counts.begin(), counts.end(), counts.begin());
    return counts;
  }
};

class StackSolver {
 public:
  StackSolver(const KeyHistory& key, const Collection& collection)
      : entries_(key.entries),
        collection_(collection),
        spans_(collection.spans),
        timeline_(spans_),
        coverage_(timeline_.coverage()),
        pushes_(numbers([](const Span& span) { return span.insert_call_ns; })),
        pops_(numbers([](const Span& span) { return -span.take_return_ns; })),
        by_push_(timeline_.items.size()),
        by_pop_(timeline_.items.size()),
        halves_(timeline_.items.size(), 0) {
    order_.reserve(entries_.size());
    for (std::uint32_t i = 0; i < spans_.size(); ++i) {
      if (spans_[i].certainly_present() || spans_[i].take == kNoEntry) continue;
      free_.emplace_back(std::max(spans_[i].insert_call_ns, spans_[i].take_call_ns), i);
    }
    std::sort(free_.begin(), free_.end());
  }

  Placement run() {
    std::int64_t empty_from = INT64_MIN;
    for (std::uint32_t first = 0; first < timeline_.blocks();) {
      const auto last = static_cast<std::uint32_t>(coverage_.first_uncovered(first));
      const Bounds bounds = *bounds_of(first, last);
      if (!place_empties(empty_from, bounds.from_ns)) return blocked_empty();
      empty_from = bounds.to_ns;
      if (!peel(first, last)) return {.possible = false, .order = {}, .blocked = blocked_};
      first = last + 1;
    }
    if (!place_empties(empty_from, kNever)) return blocked_empty();
    emit(kNever, kNoEntry);
    return {.possible = true, .order = std::move(order_), .blocked = {}};
  }

 private:
  struct Bounds {
    std::int64_t from_ns, to_ns;  // the first push's return, the last pop's call
    std::uint32_t first, last;    // their blocks
  };
  /// Work that is left: blocks to peel, or pops to emit after everything inside of them.
  struct Task {
    bool pops;
    std::uint32_t first, last;  // blocks; pops: the first of peeled_ in `first`
    std::int64_t to_ns;         // pops only
  };

  template <class Number>
  std::vector<std::int64_t> numbers(Number number) const {
    std::vector<std::int64_t> result;
    result.reserve(timeline_.items.size());
    for (const auto& item : timeline_.items) result.push_back(number(spans_[item.span]));
    return result;
  }
  const Span& span_of(std::uint32_t item) const { return spans_[timeline_.items[item].span]; }

  /// What is left in these blocks; nothing when nothing is.
  std::optional<Bounds> bounds_of(std::uint32_t first, std::uint32_t last) {
    const std::uint32_t item = by_push_.from(timeline_.push_start[first]);
    if (item >= timeline_.push_start[last + 1]) return std::nullopt;
    const std::uint32_t end = timeline_.by_pop[by_pop_.from(timeline_.pop_end[last])];
    return Bounds{span_of(item).insert_return_ns, span_of(end).take_call_ns,
                  timeline_.items[item].push_block, timeline_.items[end].pop_block};
  }

  /// Places everything in these blocks, after which the stack is empty; false when it cannot be.
  bool peel(std::uint32_t first, std::uint32_t last) {
    tasks_.push_back({false, first, last, 0});
    while (!tasks_.empty()) {
      const Task task = tasks_.back();
      tasks_.pop_back();
      if (task.pops) {
        while (peeled_.size() > task.first) {
          emit(task.to_ns, span_of(peeled_.back()).take);
          peeled_.pop_back();
        }
      } else if (!peel_once(*bounds_of(task.first, task.last))) {
        return false;
      }
    }
    return true;
  }

  bool peel_once(const Bounds& bounds) {
    const auto begin = static_cast<std::uint32_t>(peeled_.size());
    mark(pushes_, bounds, bounds.from_ns);
    mark(pops_, bounds, -bounds.to_ns);
    if (peeled_.size() == begin) {
      blocked_ = chain(bounds);
      return false;
    }
    for (std::uint32_t i = begin; i < peeled_.size(); ++i) {
      const Timeline::Item& item = timeline_.items[peeled_[i]];
      emit(bounds.from_ns, spans_[item.span].insert);
      by_push_.remove(peeled_[i]);
      by_pop_.remove(item.last);
      coverage_.uncover(item.push_block, item.pop_block);
    }
    tasks_.push_back({true, begin, 0, bounds.to_ns});
    split(bounds);
    return true;
  }

  /// Marks what can be around all the others at one end; what then can be so at both is peeled off.
  void mark(RangeMinimum& numbers, const Bounds& bounds, std::int64_t bound) {
    const std::size_t end = timeline_.push_start[bounds.last + 1];
    for (std::size_t i = timeline_.push_start[bounds.first];; ++i) {
      i = numbers.first_at_most(i, end, bound);
      if (i == end) return;
      numbers.set(i, RangeMinimum::kNothing);
      if (++halves_[i] == 2) peeled_.push_back(static_cast<std::uint32_t>(i));
    }
  }

  /// Cuts what is left in these blocks at uncovered times; the first part is peeled next.
  void split(const Bounds& bounds) {
    const std::size_t begin = tasks_.size();
    for (std::uint32_t block = bounds.first; block <= bounds.last;) {
      const std::uint32_t item = by_push_.from(timeline_.push_start[block]);
      if (item >= timeline_.push_start[bounds.last + 1]) break;
      const std::uint32_t first = timeline_.items[item].push_block;
      const auto last = static_cast<std::uint32_t>(coverage_.first_uncovered(first));
      tasks_.push_back({false, first, last, 0});
      block = last + 1;
    }
    std::reverse(tasks_.begin() + static_cast<std::ptrdiff_t>(begin), tasks_.end());
  }

  /// Everything is emitted by time; what is free goes in when its time has come.
  void emit(std::int64_t time_ns, std::uint32_t position) {
    for (; next_free_ < free_.size() && free_[next_free_].first <= time_ns; ++next_free_) {
      const Span& span = spans_[free_[next_free_].second];
      if (span.insert != kNoEntry) order_.push_back(span.insert);
      order_.push_back(span.take);
    }
    if (position != kNoEntry) order_.push_back(position);
  }

  /// The stack is empty from `from_ns` to `to_ns`; false when the next pop that found nothing came
  /// too early for that.
  bool place_empties(std::int64_t from_ns, std::int64_t to_ns) {
    const auto& empties = collection_.empties;
    for (; next_empty_ < empties.size(); ++next_empty_) {
      const Entry& entry = entries_[empties[next_empty_]];
      if (entry.call_ns > to_ns) return true;
      const std::int64_t time_ns = std::max(from_ns, entry.call_ns);
      if (time_ns > entry.return_ns) return false;
      emit(time_ns, empties[next_empty_]);
    }
    return true;
  }

  /// A few spans that leave nothing uncovered from the first push's return to the last pop's call:
  /// none of them can be around all the others.
  std::vector<std::uint32_t> chain(const Bounds& bounds) {
    const std::uint32_t end = timeline_.push_start[bounds.last + 1];
    return chain(timeline_.push_start[bounds.first], end, bounds.from_ns + 1, bounds.to_ns);
  }
  /// Of the items in [begin, end) that are left: spans present, in turn, from before `from_ns` (the
  /// first one) until `to_ns` or later.
  std::vector<std::uint32_t> chain(std::uint32_t begin, std::uint32_t end, std::int64_t from_ns,
                                   std::int64_t to_ns) {
    std::vector<std::uint32_t> result;
    std::uint32_t item = by_push_.from(begin);
    while (from_ns < to_ns || result.empty()) {
      std::uint32_t best = 0;
      std::int64_t until_ns = INT64_MIN;
      for (; item < end && span_of(item).insert_return_ns < from_ns;
           item = by_push_.from(item + 1)) {
        if (span_of(item).take_call_ns <= until_ns) continue;
        until_ns = span_of(item).take_call_ns;
        best = timeline_.items[item].span;
      }
      if (until_ns <= from_ns && !result.empty()) return {};
      result.push_back(best);
      from_ns = until_ns;
    }
    return result;
  }
  Placement blocked_empty() {
    const std::uint32_t empty = collection_.empties[next_empty_];
    // As if nothing had been peeled off yet.
    by_push_ = Remaining(timeline_.items.size());
    const Entry& entry = entries_[empty];
    Placement result;
    result.blocked = chain(0, static_cast<std::uint32_t>(timeline_.items.size()), entry.call_ns,
                           entry.return_ns + 1);
    result.empty = empty;
    return result;
  }

  std::span<const Entry> entries_;
  const Collection& collection_;
  const std::vector<Span>& spans_;
  Timeline timeline_;
  Coverage coverage_;
  RangeMinimum pushes_;  // call of each item's push
  RangeMinimum pops_;    // return of each item's pop, negated
  Remaining by_push_, by_pop_;
  std::vector<std::uint8_t> halves_;  // of each item: at how many ends it can be around the others
  std::vector<std::pair<std::int64_t, std::uint32_t>> free_;  // time and span
  std::vector<Task> tasks_;
  std::vector<std::uint32_t> peeled_;  // items that are pushed and not yet popped
  std::vector<std::uint32_t> order_, blocked_;
  std::size_t next_free_ = 0, next_empty_ = 0;
};

Placement solve(const KeyHistory& key, const Collection& collection) {
  return StackSolver(key, collection).run();
}

/// An open element must be gone when one is popped that was in the stack before it came, and when a
/// pop that was called after it came finds nothing.
std::vector<std::int64_t> deadlines_of(const KeyHistory& key, const Collection& collection) {
  const auto& spans = collection.spans;
  struct Below {
    std::int64_t present_from_ns, present_until_ns, gone_by_ns;
  };
  std::vector<Below> below;  // an empty pop is like an element below all
  for (const Span& span : spans) {
    if (span.take == kNoEntry || !span.certainly_present()) continue;
    below.push_back({span.insert_return_ns, span.take_call_ns, span.take_return_ns});
  }
  for (const std::uint32_t empty : collection.empties) {
    below.push_back({INT64_MIN, key.entries[empty].call_ns, key.entries[empty].return_ns});
  }
  std::sort(below.begin(), below.end(),
            [](const Below& a, const Below& b) { return a.present_until_ns < b.present_until_ns; });
  std::vector<std::uint32_t> by_start(below.size());
  std::iota(by_start.begin(), by_start.end(), 0);
  std::sort(by_start.begin(), by_start.end(), [&](std::uint32_t a, std::uint32_t b) {
    return below[a].present_from_ns < below[b].present_from_ns;
  });
  RangeMinimum gone(std::vector<std::int64_t>(below.size(), kNever));
  std::vector<std::int64_t> result;
  std::size_t next = 0;
  for (const std::uint32_t i : collection.open) {  // by the push's call
    const Span& span = spans[i];
    for (; next < by_start.size(); ++next) {
      const Below& other = below[by_start[next]];
      if (other.present_from_ns >= span.insert_call_ns) break;
      gone.set(by_start[next], other.gone_by_ns);
    }
    const auto after = std::upper_bound(
        below.begin(), below.end(), span.insert_return_ns,
        [](std::int64_t time, const Below& other) { return time < other.present_until_ns; });
    result.push_back(gone.least_from(static_cast<std::size_t>(after - below.begin())));
  }
  return result;
}

}  // namespace

std::optional<Decision> monitor_stack(const Model&, const KeyHistory& key) {
  auto collection = collect(key, /*with_values=*/false);
  if (!collection) return std::nullopt;
  return decide(key, std::move(*collection), solve, deadlines_of);
}

}  // namespace riptide::checker
