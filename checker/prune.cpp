#include "checker/prune.hpp"

#include <algorithm>
#include <limits>

namespace riptide::checker {

namespace {

constexpr std::int64_t kNobody = std::numeric_limits<std::int64_t>::min();
constexpr std::uint32_t kNone = ~std::uint32_t{0};

/// Whether the rules speak of all of these.
bool all_of_registers(std::span<const Entry> entries) {
  return std::all_of(entries.begin(), entries.end(), [](const Entry& entry) {
    const Action::Kind kind = entry.action.kind;
    return kind == Action::Kind::read || kind == Action::Kind::write || kind == Action::Kind::cas ||
           kind == Action::Kind::cas_refused;
  });
}

/// Lists of entries by value, without an allocation for each.
class ByValue {
 public:
  explicit ByValue(std::size_t values) : heads_(values, kNone) {}
  void add(ValueId value, std::uint32_t position) {
    links_.push_back({position, heads_[value]});
    heads_[value] = static_cast<std::uint32_t>(links_.size() - 1);
  }
  template <class Visit>
  void for_each(ValueId value, Visit visit) const {
    for (std::uint32_t at = heads_[value]; at != kNone; at = links_[at].next) {
      visit(links_[at].position);
    }
  }

 private:
  struct Link {
    std::uint32_t position;
    std::uint32_t next;
  };
  std::vector<std::uint32_t> heads_;
  std::vector<Link> links_;
};

/// Rules 1 and 2.
class Needed {
 public:
  Needed(std::span<const Entry> entries, std::size_t values, bool refusals)
      : entries_(entries), values_(values), refusals_(refusals), kept_(entries.size(), 1) {}

  std::vector<std::uint8_t> run() {
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
      if (entries_[i].certain) continue;
      kept_[i] = 0;
      if (entries_[i].writes()) open_.push_back(i);
    }
    if (open_.empty()) return std::move(kept_);
    drop_impossible();
    keep_observed();
    return std::move(kept_);
  }

 private:
  /// Leaves in open_ only what can happen.
  void drop_impossible() {
    std::vector<bool> possible(values_, false);
    std::vector<ValueId> found;
    const auto reach = [&](ValueId value) {
      if (!possible[value]) found.push_back(value);
      possible[value] = true;
    };
    reach(kInitial);
    ByValue open_cas(values_);
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
      const Entry& entry = entries_[i];
      if (!entry.writes()) continue;
      if (entry.certain || !entry.is_cas()) {
        reach(entry.written());
      } else {
        open_cas.add(entry.observed(), i);
      }
    }
    while (!found.empty()) {
      const ValueId value = found.back();
      found.pop_back();
      open_cas.for_each(value, [&](std::uint32_t cas) { reach(entries_[cas].written()); });
    }
    std::erase_if(open_, [&](std::uint32_t i) {
      return entries_[i].is_cas() && !possible[entries_[i].observed()];
    });
  }

  void keep_observed() {
    // The latest return of a needed observer.
    std::vector<std::int64_t> observed_until(values_, kNobody);
    std::int64_t refused_until = kNobody;
    for (const Entry& entry : entries_) {
      if (!entry.certain) continue;
      if (entry.observes()) {
        std::int64_t& until = observed_until[entry.observed()];
        until = std::max(until, entry.return_ns);
      } else if (refusals_ && entry.action.kind == Action::Kind::cas_refused) {
        refused_until = std::max(refused_until, entry.return_ns);
      }
    }
    ByValue writers(values_);
    std::vector<ValueId> wanted;  // by an open cas that is needed
    const auto keep = [&](std::uint32_t position) {
      if (kept_[position] != 0) return;
      kept_[position] = 1;
      if (!entries_[position].is_cas()) return;
      const ValueId from = entries_[position].observed();
      if (observed_until[from] == history::kNever) return;
      observed_until[from] = history::kNever;
      wanted.push_back(from);
    };
    for (const std::uint32_t position : open_) writers.add(entries_[position].written(), position);
    for (const std::uint32_t position : open_) {
      const Entry& entry = entries_[position];
      if (entry.call_ns <= std::max(observed_until[entry.written()], refused_until)) keep(position);
    }
    while (!wanted.empty()) {
      const ValueId value = wanted.back();
      wanted.pop_back();
      writers.for_each(value, keep);
    }
  }

  std::span<const Entry> entries_;
  std::size_t values_;
  bool refusals_;
  std::vector<std::uint8_t> kept_;
  std::vector<std::uint32_t> open_;  // uncertain operations that write
};

/// Rule 3.
class Bounds {
 public:
  Bounds(std::vector<Entry>& entries, std::size_t values)
      : entries_(entries),
        writer_(values, kNone),
        first_seen_(values, history::kNever),
        waiting_for_(values, 0) {}

  void run() {
    find_writers();
    // From the ends of the chains of cas to their beginnings; circles are never ready.
    for (ValueId value = 0; value < writer_.size(); ++value) {
      if (const ValueId from = chained_to(value); from != kUnobserved) ++waiting_for_[from];
    }
    std::vector<ValueId> ready;
    for (ValueId value = 0; value < writer_.size(); ++value) {
      if (waiting_for_[value] == 0) ready.push_back(value);
    }
    while (!ready.empty()) {
      const ValueId value = ready.back();
      ready.pop_back();
      bound(value);
      const ValueId from = chained_to(value);
      if (from != kUnobserved && --waiting_for_[from] == 0) ready.push_back(from);
    }
  }

 private:
  static constexpr std::uint32_t kSeveral = kNone - 1;

  void find_writers() {
    writer_[kInitial] = kSeveral;  // the initial state is one
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
      const Entry& entry = entries_[i];
      if (entry.writes()) {
        std::uint32_t& writer = writer_[entry.written()];
        writer = writer == kNone ? i : kSeveral;
      }
      if (entry.observes() && entry.certain) {
        std::int64_t& seen = first_seen_[entry.observed()];
        seen = std::min(seen, entry.return_ns);
      }
    }
  }

  /// The value that the only writer of `value` expects.
  ValueId chained_to(ValueId value) const {
    const std::uint32_t writer = writer_[value];
    if (writer >= kSeveral || !entries_[writer].is_cas()) return kUnobserved;
    return entries_[writer].observed();
  }

  void bound(ValueId value) {
    const std::uint32_t writer = writer_[value];
    const std::int64_t seen = first_seen_[value];
    if (writer >= kSeveral || seen == history::kNever) return;
    Entry& entry = entries_[writer];
    // Seen before it was invoked: impossible, and for the search to say.
    if (seen < entry.call_ns) return;
    entry.certain = true;
    entry.return_ns = std::min(entry.return_ns, seen);
    if (!entry.is_cas()) return;
    first_seen_[entry.observed()] = std::min(first_seen_[entry.observed()], entry.return_ns);
  }

  std::vector<Entry>& entries_;
  std::vector<std::uint32_t> writer_;       // of a value: its only one
  std::vector<std::int64_t> first_seen_;    // the earliest return of a certain observer
  std::vector<std::uint32_t> waiting_for_;  // chained values that are not bounded yet
};

}  // namespace

std::vector<std::uint8_t> needed(std::span<const Entry> entries, std::size_t values,
                                 bool refusals) {
  if (!all_of_registers(entries)) return std::vector<std::uint8_t>(entries.size(), 1);
  return Needed(entries, values, refusals).run();
}

std::vector<Entry> prune(std::vector<Entry> entries, std::size_t values, const Budget* budget) {
  if (budget != nullptr && budget->poll() != Limit::none) return entries;
  if (!all_of_registers(entries)) return entries;
  const std::vector<std::uint8_t> kept = needed(entries, values);
  std::size_t left = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (kept[i] != 0) entries[left++] = entries[i];
  }
  entries.resize(left);
  Bounds(entries, values).run();
  return entries;
}

}  // namespace riptide::checker
