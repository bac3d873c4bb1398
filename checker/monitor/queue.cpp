// The monitor of FIFO queues in which every element is inserted once.
//
// Each element x has an insertion in [insert call, insert return] and a removal in [take call, take
// return]. x precedes y (x → y) when its insertion returned before y's was called, or its removal
// returned before y's was called. The history is linearizable iff → has no cycle, no removal
// returns before its insertion is called, and every answer "empty" finds a moment at which no
// element is surely inside. (Henzinger, Sezgin & Vafeiadis, CONCUR 2013; Bouajjani, Emmi, Enea &
// Hamza, ICALP 2015.) Because both halves of → are interval orders, a cycle contains one of two
// elements: the witness. What follows is our own and is judged by brute force:
//
//  - An insertion that may not have happened did happen when its element was taken, and then no
//    later than the take; otherwise it is left out.
//  - A take of which nobody saw the answer (an uncertain take) may remove any element after its
//    call. Only elements that nobody is known to have taken can be meant: the leftovers. A leftover
//    x must be gone by D(x), the earliest return of a take of an element that was inserted after x.
//    D grows with the return of x's insertion. An answer "empty" at t needs all leftovers gone
//    whose insertion returned before t. So the leftovers that must be gone by a given time are
//    always the first few by return, and it suffices to give the i-th leftover the i-th uncertain
//    take.
//  - Answers "empty" take the earliest moment that is free; the elements that come before such a
//    moment T are those whose take was called by T. No element of the others precedes any of them,
//    so that the order never has to look back.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/assert.hpp"
#include "checker/monitor/monitor.hpp"
#include "checker/monitor/queue_elements.hpp"

namespace riptide::checker {

namespace {

using Kind = Action::Kind;
using Position = std::uint32_t;
using ElementId = QueueElements::Id;

constexpr std::int64_t kNever = history::kNever;

class QueueMonitor : private QueueElements {
 public:
  QueueMonitor(const std::vector<Entry>& entries, QueueElements found)
      : QueueElements(std::move(found)), entries_(entries) {}

  Decision run() {
    if (!impossible.empty()) return no_order();
    if (!match_leftovers() || !place_empties()) return no_order();
    give_leftovers_their_takes();
    if (!peel()) return no_order();
    return in_order();
  }

 private:
  // Leftovers and answers "empty".

  bool match_leftovers();
  bool place_empties();
  void give_leftovers_their_takes();
  void show_empty_covered(Position empty);
  void show_leftovers(std::size_t most, std::int64_t until_ns);

  // The order.

  bool peel();
  void release(ElementId id);
  void show_cycle();
  std::int64_t least_insert_return();
  std::int64_t least_take_return();
  Decision in_order() const;

  void show(const QueueElement& element) {
    if (element.insert != kNoPosition) impossible.push_back(element.insert);
    if (element.take != kNoPosition) impossible.push_back(element.take);
  }
  Decision no_order() {
    std::sort(impossible.begin(), impossible.end());
    return {.found = Found::no_order, .witness = std::move(impossible)};
  }

  const std::vector<Entry>& entries_;
  std::size_t gone_ = 0;                  // how many of leftovers must be gone some time
  std::vector<std::int64_t> empties_at_;  // the moment of each of empties

  std::vector<ElementId> ready_;
  std::size_t next_insert_return_ = 0, next_take_return_ = 0;
  std::vector<ElementId> sequence_;                 // the elements in the order of the queue
  std::vector<std::size_t> elements_before_empty_;  // of each of empties, in sequence_
};

/// Whether the leftovers can be gone before elements that were inserted after them are taken.
bool QueueMonitor::match_leftovers() {
  std::int64_t deadline = kNever;
  ElementId because = 0;
  std::size_t later = by_insert_call.size();
  for (std::size_t i = leftovers.size(); i-- > 0;) {
    const QueueElement& leftover = elements[leftovers[i]];
    while (later > 0 && elements[by_insert_call[later - 1]].insert_call > leftover.insert_return) {
      const ElementId id = by_insert_call[--later];
      if (elements[id].take_return < deadline) {
        deadline = elements[id].take_return;
        because = id;
      }
    }
    if (deadline == kNever) continue;
    gone_ = std::max(gone_, i + 1);
    if (i < uncertain_takes.size() && entries_[uncertain_takes[i]].call_ns <= deadline) continue;
    show(elements[because]);
    show_leftovers(leftovers.size(), deadline);
    return false;
  }
  return true;
}

/// As many leftovers as there are not takes for, of the first few, and the uncertain takes that
/// were called until then.
void QueueMonitor::show_leftovers(std::size_t most, std::int64_t until_ns) {
  std::size_t takes = 0;
  while (takes < uncertain_takes.size() && entries_[uncertain_takes[takes]].call_ns <= until_ns) {
    impossible.push_back(uncertain_takes[takes++]);
  }
  for (std::size_t i = 0; i < std::min(most, takes + 1); ++i) show(elements[leftovers[i]]);
}

/// Gives each answer "empty" the first moment after its call at which nothing is surely inside.
bool QueueMonitor::place_empties() {
  if (empties.empty()) return true;
  // Numbers of elements that were surely inserted before, or whose take was called until, `now`.
  std::size_t inserted = 0, removed = 0, left = 0, takes = 0;
  std::size_t next_insert = 0, next_take = 0;
  const auto forward = [&](ElementId id) {
    return elements[id].taken && elements[id].insert_return < elements[id].take_call;
  };
  const auto advance = [&](std::int64_t now) {
    for (; next_insert < by_insert_return.size() && by_insert_return[next_insert].time_ns < now;
         ++next_insert) {
      const ElementId id = by_insert_return[next_insert].what;
      inserted += forward(id) ? 1 : 0;
      left += elements[id].taken ? 0 : 1;
    }
    for (; next_take < by_take_call.size() && elements[by_take_call[next_take]].take_call <= now;
         ++next_take) {
      removed += forward(by_take_call[next_take]) ? 1 : 0;
    }
    while (takes < uncertain_takes.size() && entries_[uncertain_takes[takes]].call_ns <= now) {
      ++takes;
    }
  };
  std::int64_t now = INT64_MIN;
  for (const Position empty : empties) {
    // The moment that was free first stays the first one for all that were called before it.
    if (entries_[empty].call_ns > now) advance(now = entries_[empty].call_ns);
    while (inserted != removed || left > takes) {
      std::int64_t next = kNever;
      if (next_take < by_take_call.size()) next = elements[by_take_call[next_take]].take_call;
      if (takes < uncertain_takes.size()) {
        next = std::min(next, entries_[uncertain_takes[takes]].call_ns);
      }
      if (next == kNever || next > entries_[empty].return_ns) {
        show_empty_covered(empty);
        return false;
      }
      advance(now = next);
    }
    if (now > entries_[empty].return_ns) {
      show_empty_covered(empty);
      return false;
    }
    gone_ = std::max(gone_, left);
    empties_at_.push_back(now);
  }
  return true;
}

/// Covers the whole interval of `empty` with as few elements as can be.
void QueueMonitor::show_empty_covered(Position empty) {
  impossible.push_back(empty);
  const std::int64_t end = entries_[empty].return_ns;
  std::int64_t now = entries_[empty].call_ns;
  std::size_t next = 0, left = 0, leftovers_shown = 0;
  ElementId longest = kNoPosition;
  while (now <= end) {
    for (; next < by_insert_return.size() && by_insert_return[next].time_ns < now; ++next) {
      const ElementId id = by_insert_return[next].what;
      if (!elements[id].taken) {
        ++left;
      } else if (longest == kNoPosition || elements[id].take_call > elements[longest].take_call) {
        longest = id;
      }
    }
    const std::int64_t by_taken = longest == kNoPosition ? INT64_MIN : elements[longest].take_call;
    std::int64_t by_left = INT64_MIN;
    if (left > 0) {
      by_left =
          left <= uncertain_takes.size() ? entries_[uncertain_takes[left - 1]].call_ns : kNever;
    }
    ASSERT(std::max(by_taken, by_left) > now, "an answer \"empty\" was refused that has a place");
    if (by_taken > end || by_taken >= by_left) {
      show(elements[longest]);
      now = by_taken;
    } else {
      leftovers_shown = left;
      now = by_left;
    }
    if (now == kNever) break;
  }
  if (leftovers_shown > 0) show_leftovers(leftovers_shown, end);
}

/// The i-th uncertain take removes the i-th leftover; the others stay for ever.
void QueueMonitor::give_leftovers_their_takes() {
  std::vector<ElementId> with_takes;
  with_takes.reserve(by_insert_call.size());
  std::size_t next = 0;
  for (std::size_t i = 0; i < gone_; ++i) {
    QueueElement& leftover = elements[leftovers[i]];
    leftover.take = uncertain_takes[i];
    leftover.take_call = std::max(entries_[leftover.take].call_ns, leftover.insert_return);
    while (next < by_take_call.size() &&
           elements[by_take_call[next]].take_call < leftover.take_call) {
      with_takes.push_back(by_take_call[next++]);
    }
    with_takes.push_back(leftovers[i]);
  }
  with_takes.insert(with_takes.end(), by_take_call.begin() + static_cast<std::ptrdiff_t>(next),
                    by_take_call.end());
  with_takes.insert(with_takes.end(), leftovers.begin() + static_cast<std::ptrdiff_t>(gone_),
                    leftovers.end());
  by_take_call.swap(with_takes);
}

std::int64_t QueueMonitor::least_insert_return() {
  while (next_insert_return_ < by_insert_return.size() &&
         elements[by_insert_return[next_insert_return_].what].peeled) {
    ++next_insert_return_;
  }
  return next_insert_return_ == by_insert_return.size()
             ? kNever
             : by_insert_return[next_insert_return_].time_ns;
}

std::int64_t QueueMonitor::least_take_return() {
  while (next_take_return_ < by_take_return.size() &&
         elements[by_take_return[next_take_return_].what].peeled) {
    ++next_take_return_;
  }
  return next_take_return_ == by_take_return.size() ? kNever
                                                    : by_take_return[next_take_return_].time_ns;
}

void QueueMonitor::release(ElementId id) {
  if (++elements[id].released == 2) ready_.push_back(id);
}

/// Takes the elements, one after the other, that none of the rest precedes. False: there is none,
/// so that two of the rest precede each other.
bool QueueMonitor::peel() {
  const std::size_t count = by_insert_call.size();
  sequence_.reserve(count);
  std::size_t inserts = 0, takes = 0, next_empty = 0;
  while (sequence_.size() < count) {
    const std::int64_t insert_limit = least_insert_return();
    while (inserts < count && elements[by_insert_call[inserts]].insert_call <= insert_limit) {
      release(by_insert_call[inserts++]);
    }
    const std::int64_t empty_at =
        next_empty < empties_at_.size() ? empties_at_[next_empty] : kNever;
    const std::int64_t take_limit = std::min(least_take_return(), empty_at);
    while (takes < count && elements[by_take_call[takes]].take_call <= take_limit) {
      release(by_take_call[takes++]);
    }
    if (!ready_.empty()) {
      const ElementId id = ready_.back();
      ready_.pop_back();
      elements[id].peeled = true;
      sequence_.push_back(id);
    } else if (next_empty < empties_at_.size() && sequence_.size() == takes &&
               elements[by_take_call[takes]].take_call > empty_at) {
      elements_before_empty_.push_back(sequence_.size());
      ++next_empty;
    } else {
      show_cycle();
      return false;
    }
  }
  elements_before_empty_.resize(empties_at_.size(), sequence_.size());
  return true;
}

/// Let a be the element whose insertion returned first, and b the one whose take returned first, of
/// the rest. Nothing but b's insertion keeps b, and nothing but a's take keeps a.
void QueueMonitor::show_cycle() {
  ASSERT(least_insert_return() != kNever && least_take_return() != kNever, "no element is left");
  const QueueElement& a = elements[by_insert_return[next_insert_return_].what];
  const QueueElement& b = elements[by_take_return[next_take_return_].what];
  ASSERT(a.insert_return < b.insert_call && b.take_return < a.take_call, "no cycle");
  show(a);
  show(b);
}

/// Places the operations just in time: a moment is the latest call of those that come before.
Decision QueueMonitor::in_order() const {
  Decision decision{.found = Found::order};
  decision.order.reserve(entries_.size());
  std::int64_t insert_at = INT64_MIN, take_at = INT64_MIN;
  std::size_t insert = 0, take = 0;
  const auto place_until = [&](std::size_t end) {
    while (take < end) {
      const QueueElement& taken = elements[sequence_[take]];
      take_at = std::max(take_at, taken.take_call);
      while (insert < end) {
        const QueueElement& inserted = elements[sequence_[insert]];
        insert_at = std::max(insert_at, inserted.insert_call);
        if (insert_at > take_at) break;
        if (inserted.insert != kNoPosition) decision.order.push_back(inserted.insert);
        ++insert;
      }
      if (take_at != kNever) decision.order.push_back(taken.take);
      ++take;
    }
  };
  for (std::size_t i = 0; i < empties.size(); ++i) {
    place_until(elements_before_empty_[i]);
    decision.order.push_back(empties[i]);
  }
  place_until(sequence_.size());
  return decision;
}

}  // namespace

std::optional<Decision> monitor_queue(const Model&, const KeyHistory& key) {
  std::optional<QueueElements> elements = queue_elements(key);
  if (!elements) return std::nullopt;
  return QueueMonitor(key.entries, std::move(*elements)).run();
}

}  // namespace riptide::checker
