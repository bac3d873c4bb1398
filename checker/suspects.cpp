#include "checker/suspects.hpp"

#include <algorithm>
#include <limits>

#include "checker/part.hpp"

namespace riptide::checker {

namespace {

constexpr std::int64_t kAlways = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kNever = history::kNever;

/// What bounds the writes of one value.
struct OfValue {
  std::int64_t first_seen_ns = kNever;    // the earliest return of an observer
  std::int64_t last_looked_ns = kAlways;  // the latest call of an observer
  std::int64_t consumed_ns = kNever;      // when a cas is known to have taken it away
  std::size_t consumers = 0;
  std::vector<std::int64_t> returned_ns;  // of its writers, by call: the latest return so far
};

/// The earliest moment at which a write was known to be in place, and of another value the same.
struct Known {
  std::int64_t first_ns = kNever;
  ValueId value = kUnobserved;
  std::int64_t second_ns = kNever;

  void add(std::int64_t known_ns, ValueId of) {
    if (of == value) {
      first_ns = std::min(first_ns, known_ns);
    } else if (known_ns < first_ns) {
      second_ns = first_ns;
      first_ns = known_ns;
      value = of;
    } else {
      second_ns = std::min(second_ns, known_ns);
    }
  }
  std::int64_t without(ValueId other) const { return other == value ? second_ns : first_ns; }
};

class Screen {
 public:
  Screen(const KeyHistory& key, const ValueIndex& index)
      : key_(key), index_(index), values_(key.values.size()) {
    for (ValueId v = 0; v < values_.size(); ++v) measure(v);
    for (const Entry& entry : key.entries) {
      if (entry.is_cas() && entry.writes()) consume(entry.observed(), entry);
    }
    rank_writes();
  }

  bool suspicious(std::uint32_t observer) const {
    const Entry& seen = key_.entries[observer];
    const ValueId v = seen.observed();
    const auto& writers = index_.writers(v);
    const auto end = std::upper_bound(
        writers.begin(), writers.end(), seen.return_ns,
        [&](std::int64_t t, std::uint32_t w) { return t < key_.entries[w].call_ns; });
    const auto sources = static_cast<std::size_t>(end - writers.begin());
    if (sources == 0 && v != kInitial) return true;
    const bool single = v == kInitial ? sources == 0 : sources == 1;
    if (single && seen.writes() && values_[v].consumers > 1) return true;
    if (single && values_[v].consumed_ns < seen.call_ns) return true;
    std::int64_t in_place = sources == 0 ? kAlways : values_[v].returned_ns[sources - 1];
    if (single && sources == 1) in_place = std::min(in_place, values_[v].first_seen_ns);
    if (known_after(in_place, v) < seen.call_ns) return true;
    // Or one that was looked at when the value was in place, and not known before it was written.
    const std::int64_t source_call =
        sources == 0 ? kAlways : key_.entries[writers[sources - 1]].call_ns;
    return looked(source_call, seen.call_ns, v) > in_place;
  }

 private:
  void measure(ValueId v) {
    OfValue& value = values_[v];
    for (const std::uint32_t p : index_.observers(v)) {
      const Entry& entry = key_.entries[p];
      value.first_seen_ns = std::min(value.first_seen_ns, entry.return_ns);
      value.last_looked_ns = std::max(value.last_looked_ns, entry.call_ns);
    }
    std::int64_t latest = kAlways;
    for (const std::uint32_t p : index_.writers(v)) {
      latest = std::max(latest, key_.entries[p].return_ns);
      value.returned_ns.push_back(latest);
    }
  }

  bool once(ValueId v) const { return index_.writers(v).size() == 1 && v != kInitial; }

  std::int64_t known_ns(const Entry& write) const {
    const std::int64_t seen =
        once(write.written()) ? values_[write.written()].first_seen_ns : kNever;
    return std::min(write.return_ns, seen);
  }

  void consume(ValueId v, const Entry& entry) {
    ++values_[v].consumers;
    values_[v].consumed_ns = std::min(values_[v].consumed_ns, known_ns(entry));
  }

  void rank_writes() {
    for (std::uint32_t p = 0; p < key_.entries.size(); ++p) {
      const Entry& entry = key_.entries[p];
      if (!entry.writes() || known_ns(entry) == kNever) continue;
      by_call_.emplace_back(entry.call_ns, p);
      if (once(entry.written())) by_known_.emplace_back(known_ns(entry), p);
    }
    std::sort(by_call_.begin(), by_call_.end());
    std::sort(by_known_.begin(), by_known_.end());
    known_.resize(by_call_.size() + 1);
    for (std::size_t i = by_call_.size(); i-- > 0;) {
      const Entry& entry = key_.entries[by_call_[i].second];
      known_[i] = known_[i + 1];
      known_[i].add(known_ns(entry), entry.written());
    }
    looked_.assign(2 * by_known_.size(), kAlways);
    for (std::size_t i = 0; i < by_known_.size(); ++i) {
      const Entry& entry = key_.entries[by_known_[i].second];
      looked_[by_known_.size() + i] = values_[entry.written()].last_looked_ns;
    }
    for (std::size_t i = by_known_.size(); i-- > 1;) {
      looked_[i] = std::max(looked_[2 * i], looked_[2 * i + 1]);
    }
  }

  /// When the first write that was called after `in_place` was known.
  std::int64_t known_after(std::int64_t in_place, ValueId except) const {
    const bool exact = in_place == kAlways || in_place == history::kNever;
    return known_[first(by_call_, in_place + (exact ? 0 : 1))].without(except);
  }
  static std::size_t first(const std::vector<std::pair<std::int64_t, std::uint32_t>>& sorted,
                           std::int64_t from) {
    return static_cast<std::size_t>(
        std::lower_bound(sorted.begin(), sorted.end(), std::pair(from, std::uint32_t{0})) -
        sorted.begin());
  }

  /// The latest look at a value that was written once and known from `begin_ns` until before
  /// `end_ns`.
  std::int64_t looked(std::int64_t begin_ns, std::int64_t end_ns, ValueId except) const {
    const std::size_t begin = first(by_known_, begin_ns), end = first(by_known_, end_ns);
    if (begin >= end) return kAlways;
    if (!once(except)) return most(begin, end);
    const std::uint32_t writer = index_.writers(except).front();
    const auto own = static_cast<std::size_t>(
        std::lower_bound(by_known_.begin(), by_known_.end(),
                         std::pair(known_ns(key_.entries[writer]), writer)) -
        by_known_.begin());
    if (own < begin || own >= end) return most(begin, end);
    return std::max(most(begin, own), most(own + 1, end));
  }
  /// The largest of looked_ among leaves; O(log n).
  std::int64_t most(std::size_t begin, std::size_t end) const {
    std::int64_t best = kAlways;
    const std::size_t leaves = by_known_.size();
    for (begin += leaves, end += leaves; begin < end; begin /= 2, end /= 2) {
      if (begin % 2 == 1) best = std::max(best, looked_[begin++]);
      if (end % 2 == 1) best = std::max(best, looked_[--end]);
    }
    return best;
  }

  const KeyHistory& key_;
  const ValueIndex& index_;
  std::vector<OfValue> values_;
  std::vector<std::pair<std::int64_t, std::uint32_t>> by_call_;   // call, position
  std::vector<std::pair<std::int64_t, std::uint32_t>> by_known_;  // known, position; written once
  std::vector<Known> known_;                                      // of by_call_ from there on
  std::vector<std::int64_t> looked_;  // a tree of maxima over by_known_: when it was last looked at
};

}  // namespace

std::vector<std::uint32_t> suspects(const KeyHistory& key, const ValueIndex& index) {
  const Screen screen(key, index);
  std::vector<std::uint32_t> found;
  for (const std::uint32_t position : by_return(key)) {
    if (key.entries[position].observes() && screen.suspicious(position)) found.push_back(position);
  }
  return found;
}

}  // namespace riptide::checker
