// Counters that only go up (or only down).
//
// Reads are then ordered by their values, and between two neighbouring values increments that add
// up to the difference must come: a slot. Let first_return(j) be the earliest return of a read of
// the j-th value or a later one, last_call(j) the latest call of a read of that value or an earlier
// one. An increment may come in slot j (before the j-th value) when it was called by
// first_return(j), and has to come by then when it returned before last_call(j). So each increment
// has a release time and a deadline, in slots; when all amounts are equal, earliest deadline first
// finds an assignment if there is one. Increments that are uncertain have no deadline, and what is
// left of them at the end did not happen. Deadlines ascend with returns and release times with
// calls, so that the assignment respects the real time of the increments among themselves too.
//
// With different amounts the same is tried: what it shows to be impossible is, and an order that it
// finds is one; but a slot that does not come out even leaves the question open (it is one of
// subset sums, NP-complete).
#include <algorithm>
#include <limits>
#include <numeric>
#include <queue>

#include "checker/monitor/gaps.hpp"
#include "checker/monitor/monitor.hpp"

namespace riptide::checker {

namespace {

using Position = std::uint32_t;
constexpr std::int64_t kBeforeAll = std::numeric_limits<std::int64_t>::min();

struct Read {
  std::int64_t distance;  // from the initial value, in the direction of the increments
  Position position;
};

/// All reads of one value.
struct Level {
  std::int64_t distance = 0;
  std::size_t begin = 0, end = 0;                  // in the sorted reads
  std::int64_t first_return_ns = history::kNever;  // of this level and those after it
  std::int64_t last_call_ns = kBeforeAll;          // of this level and those before it
  std::size_t first_return = 0, last_call = 0;     // which read
};

class CounterMonitor {
 public:
  explicit CounterMonitor(const KeyHistory& key)
      : entries_(key.entries), values_(key.values), amounts_(key.entries.size(), 0) {}

  std::optional<Decision> run() {
    if (!sort_out()) return std::nullopt;
    if (reads_.empty()) {
      for (const Position position : increments_) {
        if (entries_[position].certain) order_.push_back(position);
      }
      return found_order();
    }
    for (const Read& read : reads_) {
      if (divisor_ != 0 && read.distance % divisor_ != 0) return impossible({read.position});
    }
    if (up_ && down_) return check_bounds();
    if (down_) turn_around();
    std::sort(reads_.begin(), reads_.end(), [](const Read& a, const Read& b) {
      return a.distance != b.distance ? a.distance < b.distance : a.position < b.position;
    });
    if (reads_.front().distance < 0) return impossible({reads_.front().position});
    make_levels();
    return assign();
  }

 private:
  /// False when it is no counter, or numbers are too large to be added.
  bool sort_out() {
    const std::int64_t* initial = values_.empty() ? nullptr : values_[kInitial].integer();
    std::int64_t furthest = 0;  // how far the counter can get away
    for (Position i = 0; i < entries_.size(); ++i) {
      const Entry& entry = entries_[i];
      const bool read = entry.action.kind == Action::Kind::read;
      if (!read && entry.action.kind != Action::Kind::increment) return false;
      if (read && !entry.certain) continue;
      if (read && entry.action.first == kUnobserved) {
        idle_.push_back(i);
        continue;
      }
      if (entry.action.first >= values_.size()) return false;
      const std::int64_t* number = values_[entry.action.first].integer();
      if (number == nullptr) return false;
      if (read) {
        std::int64_t distance = 0;
        if (__builtin_sub_overflow(*number, initial ? *initial : 0, &distance) ||
            distance == kBeforeAll) {
          return false;
        }
        reads_.push_back({distance, i});
        continue;
      }
      amounts_[i] = *number;
      const bool too_large =
          *number == kBeforeAll ||
          __builtin_add_overflow(furthest, *number < 0 ? -*number : *number, &furthest);
      if (too_large) return false;
      if (*number != 0) {
        increments_.push_back(i);
        (*number > 0 ? up_ : down_) = true;
        divisor_ = std::gcd(divisor_, *number);
      } else if (entry.certain) {
        idle_.push_back(i);
      }
    }
    return true;
  }

  void turn_around() {
    for (Read& read : reads_) read.distance = -read.distance;
    for (std::int64_t& amount : amounts_) amount = -amount;
  }

  void make_levels() {
    for (std::size_t i = 0; i < reads_.size(); ++i) {
      if (levels_.empty() || levels_.back().distance != reads_[i].distance) {
        levels_.push_back({.distance = reads_[i].distance, .begin = i});
        if (levels_.size() > 1) {
          const Level& before = levels_[levels_.size() - 2];
          levels_.back().last_call_ns = before.last_call_ns;
          levels_.back().last_call = before.last_call;
        }
      }
      Level& level = levels_.back();
      level.end = i + 1;
      const Entry& entry = entries_[reads_[i].position];
      if (entry.call_ns > level.last_call_ns) {
        level.last_call_ns = entry.call_ns;
        level.last_call = i;
      }
    }
    for (std::size_t j = levels_.size(); j-- > 0;) {
      Level& level = levels_[j];
      if (j + 1 < levels_.size()) {
        level.first_return_ns = levels_[j + 1].first_return_ns;
        level.first_return = levels_[j + 1].first_return;
      }
      for (std::size_t i = level.begin; i < level.end; ++i) {
        const std::int64_t returned = entries_[reads_[i].position].return_ns;
        if (returned >= level.first_return_ns) continue;
        level.first_return_ns = returned;
        level.first_return = i;
      }
    }
  }

  std::optional<Decision> assign() {
    for (std::size_t j = 0; j < levels_.size(); ++j) {
      const Level& level = levels_[j];
      if (j > 0 && level.first_return_ns < levels_[j - 1].last_call_ns) {
        return impossible(
            {reads_[level.first_return].position, reads_[levels_[j - 1].last_call].position});
      }
      admit(level.first_return_ns);
      if (overdue(j)) return too_low(j);
      const std::int64_t wanted = level.distance - (j > 0 ? levels_[j - 1].distance : 0);
      std::int64_t got = 0;
      while (got < wanted) {
        if (waiting_.empty()) return too_high(level);
        const Position next = take();
        taken_.push_back({next, j});
        got += amounts_[next];
      }
      if (got > wanted) return std::nullopt;  // another choice might come out even
      for (std::size_t i = level.begin; i < level.end; ++i) order_.push_back(reads_[i].position);
    }
    admit(history::kNever);
    if (overdue(levels_.size())) return too_low(levels_.size());
    while (!waiting_.empty() && entries_[waiting_.top()].certain) take();
    return found_order();
  }

  void admit(std::int64_t until) {
    for (; admitted_ < increments_.size(); ++admitted_) {
      if (entries_[increments_[admitted_]].call_ns > until) break;
      waiting_.push(increments_[admitted_]);
    }
  }

  Position take() {
    const Position next = waiting_.top();
    waiting_.pop();
    order_.push_back(next);
    return next;
  }

  /// Whether an increment that waits for slot `j` returned before a read of an earlier value was
  /// called.
  bool overdue(std::size_t j) const {
    return j > 0 && !waiting_.empty() &&
           entries_[waiting_.top()].return_ns < levels_[j - 1].last_call_ns;
  }

  /// More was added before a read than it shows. Back to a slot whose reads had a first return
  /// before everything was called that was taken since then, and before what is overdue: all that
  /// was added between the two reads. Such a slot, or the beginning, comes no later than the last
  /// one in which something was taken that was not due by the read: whatever was due and had been
  /// called would have been taken instead.
  Decision too_low(std::size_t j) {
    const Position overdue = waiting_.top();
    std::int64_t first_call = entries_[overdue].call_ns;
    std::size_t first = taken_.size(), slot = j;
    while (slot > 0 && first_call <= levels_[slot - 1].first_return_ns) {
      --slot;
      for (; first > 0 && taken_[first - 1].slot == slot; --first) {
        first_call = std::min(first_call, entries_[taken_[first - 1].position].call_ns);
      }
    }
    const Read& after = reads_[levels_[j - 1].last_call];
    std::vector<Position> witness = {after.position, overdue};
    std::int64_t room = after.distance - amounts_[overdue];
    if (slot > 0) {
      const Read& before = reads_[levels_[slot - 1].first_return];
      witness.push_back(before.position);
      room -= before.distance;
    }
    for (; first < taken_.size() && room >= 0; ++first) {
      witness.push_back(taken_[first].position);
      room -= amounts_[taken_[first].position];
    }
    return impossible(std::move(witness));
  }

  /// A read shows more than all increments that were called before it returned.
  Decision too_high(const Level& level) const {
    std::vector<Position> witness(increments_.begin(),
                                  increments_.begin() + static_cast<std::ptrdiff_t>(admitted_));
    witness.push_back(reads_[level.first_return].position);
    return impossible(std::move(witness));
  }

  /// Up and down: a read outside of what is possible at all is impossible; else nothing is known.
  std::optional<Decision> check_bounds() const {
    std::vector<Position> by_return = increments_;
    std::sort(by_return.begin(), by_return.end(), [&](Position a, Position b) {
      return entries_[a].return_ns < entries_[b].return_ns;
    });
    std::vector<Position> ends(reads_.size());
    for (std::size_t i = 0; i < ends.size(); ++i) ends[i] = static_cast<Position>(i);
    const auto entry_of = [&](Position read) { return entries_[reads_[read].position]; };
    std::sort(ends.begin(), ends.end(), [&](Position a, Position b) {
      return entry_of(a).return_ns < entry_of(b).return_ns;
    });
    // Of what was called before a read returned: all that goes up, all that goes down.
    std::vector<std::int64_t> highest(reads_.size()), lowest(reads_.size());
    std::int64_t up = 0, down = 0;
    std::size_t next = 0;
    for (const Position read : ends) {
      for (; next < increments_.size(); ++next) {
        if (entries_[increments_[next]].call_ns > entry_of(read).return_ns) break;
        const std::int64_t amount = amounts_[increments_[next]];
        (amount > 0 ? up : down) += amount;
      }
      highest[read] = up;
      lowest[read] = down;
    }
    // Of what returned before it was called, all has happened.
    up = down = 0;
    next = 0;
    for (Position read = 0; read < reads_.size(); ++read) {
      for (; next < by_return.size(); ++next) {
        if (entries_[by_return[next]].return_ns >= entry_of(read).call_ns) break;
        const std::int64_t amount = amounts_[by_return[next]];
        (amount > 0 ? up : down) += amount;
      }
      const std::int64_t distance = reads_[read].distance;
      if (distance <= highest[read] + down && distance >= lowest[read] + up) continue;
      std::vector<Position> witness = {reads_[read].position};
      for (const Position position : increments_) {
        if (entries_[position].call_ns <= entry_of(read).return_ns) witness.push_back(position);
      }
      return impossible(std::move(witness));
    }
    return std::nullopt;
  }

  std::optional<Decision> found_order() {
    const auto anywhere = [](Position, std::uint32_t gap) { return gap; };
    if (!place_idle(entries_, idle_, anywhere, order_)) return std::nullopt;
    return Decision{.found = Found::order, .order = std::move(order_)};
  }

  static Decision impossible(std::vector<Position> witness) {
    std::sort(witness.begin(), witness.end());
    return {.found = Found::no_order, .witness = std::move(witness)};
  }

  struct LaterReturn {
    const std::vector<Entry>* entries;
    bool operator()(Position a, Position b) const {
      const std::int64_t a_ns = (*entries)[a].return_ns, b_ns = (*entries)[b].return_ns;
      return a_ns != b_ns ? a_ns > b_ns : a > b;
    }
  };
  struct Taken {
    Position position;
    std::size_t slot;
  };

  const std::vector<Entry>& entries_;
  const std::vector<history::Value>& values_;
  std::vector<std::int64_t> amounts_;  // of each entry
  std::vector<Position> increments_;   // by call; not by 0
  std::vector<Position> idle_;         // what changes and observes nothing
  std::vector<Read> reads_;
  std::vector<Level> levels_;
  bool up_ = false, down_ = false;
  std::int64_t divisor_ = 0;  // of all increments
  std::priority_queue<Position, std::vector<Position>, LaterReturn> waiting_{
      LaterReturn{&entries_}};
  std::size_t admitted_ = 0;
  std::vector<Taken> taken_;
  std::vector<Position> order_;
};

}  // namespace

std::optional<Decision> monitor_counter(const Model&, const KeyHistory& key) {
  return CounterMonitor(key).run();
}

}  // namespace riptide::checker
