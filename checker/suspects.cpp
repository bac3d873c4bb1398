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
    return known_after(in_place, v) < seen.call_ns;
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
      if (entry.writes() && known_ns(entry) != kNever) by_late_.push_back({late_ns(entry), p});
    }
    std::sort(by_late_.begin(), by_late_.end());
    known_.resize(by_late_.size() + 1);
    for (std::size_t i = by_late_.size(); i-- > 0;) {
      const Entry& entry = key_.entries[by_late_[i].second];
      known_[i] = known_[i + 1];
      known_[i].add(known_ns(entry), entry.written());
    }
  }
  /// The latest moment from which on something shows that the write had not happened before it, or
  /// was looked at when what it replaced was in place.
  std::int64_t late_ns(const Entry& write) const {
    return once(write.written()) ? std::max(write.call_ns, values_[write.written()].last_looked_ns)
                                 : write.call_ns;
  }
  std::int64_t known_after(std::int64_t in_place, ValueId except) const {
    const auto first =
        std::upper_bound(by_late_.begin(), by_late_.end(), in_place,
                         [](std::int64_t t, const std::pair<std::int64_t, std::uint32_t>& w) {
                           return t < w.first;
                         });
    return known_[static_cast<std::size_t>(first - by_late_.begin())].without(except);
  }

  const KeyHistory& key_;
  const ValueIndex& index_;
  std::vector<OfValue> values_;
  std::vector<std::pair<std::int64_t, std::uint32_t>> by_late_;  // late_ns, position
  std::vector<Known> known_;                                     // of by_late_ from there on
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
