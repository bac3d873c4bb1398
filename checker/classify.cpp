#include <algorithm>

#include "checker/explain.hpp"

namespace riptide::checker {

namespace {

using Kind = Pattern::Kind;

/// Facts about one superseding, from all operations of the key.
class Facts {
 public:
  Facts(const history::History& history, const KeyHistory& key, const Pattern& pattern)
      : history_(history), key_(key), pattern_(pattern) {}

  const Entry& observer() const { return key_.entries[pattern_.observer]; }
  const Entry& newer() const { return key_.entries[pattern_.newer.front()]; }
  const history::Operation& operation(const Entry& entry) const {
    return history_.operations[entry.index];
  }

  /// A write that failed is the only one that had begun when its value was seen.
  bool a_failed_write_was_seen() const {
    const auto& all = history_.operations;
    return std::any_of(all.begin(), all.end(), [&](const history::Operation& operation) {
      return failed_write_of(operation, key_, observer().observed(), observer().return_ns);
    });
  }
  bool newer_was_ever_seen() const {
    return any([&](const Entry& e) { return e.observed() == newer().written(); });
  }
  /// A cas built on the old value afterwards, or at least two operations saw it and the last
  /// observation of all is of it: this is not one answer that was late.
  bool old_value_stayed() const {
    const Entry* last = nullptr;
    int seen = 0;
    bool built_upon = false;
    for (const Entry& e : key_.entries) {
      if (!e.certain || !e.observes() || e.call_ns <= pattern_.newer_known_ns) continue;
      if (last == nullptr || e.call_ns >= last->call_ns) last = &e;
      if (e.observed() != observer().observed()) continue;
      ++seen;
      built_upon = built_upon || e.writes();
    }
    return built_upon || (seen >= 2 && last->observed() == observer().observed());
  }
  /// The value had been seen before the newer one was in place, and its write had no answer yet:
  /// its client may have sent it again.
  bool came_back_unanswered() const {
    if (pattern_.sources.size() + pattern_.earlier_sources != 1) return false;
    const Entry& source = key_.entries[pattern_.sources.front()];
    if (source.return_ns <= pattern_.newer_known_ns) return false;
    return any([&](const Entry& e) {
      return e.observed() == observer().observed() && e.return_ns < newer().return_ns &&
             e.return_ns < pattern_.newer_known_ns;
    });
  }
  /// Two overlapping writes, each acknowledged; and each value read from another node than the
  /// other after both were.
  bool two_leaders() const {
    if (pattern_.sources.size() + pattern_.earlier_sources != 1 ||
        pattern_.order != Pattern::Order::seen_after)
      return false;
    const Entry& source = key_.entries[pattern_.sources.front()];
    const auto& here = operation(observer()).node;
    const auto& there = operation(key_.entries[*pattern_.order_seen_by]).node;
    return source.certain && newer().certain && !here.empty() && !there.empty() &&
           !(here == there) && operation(source).node == here.name() &&
           operation(newer()).node == there.name();
  }
  bool same_process_saw_newer() const {
    return any([&](const Entry& e) {
      return e.observed() == newer().written() && e.return_ns < observer().call_ns &&
             operation(e).process == operation(observer()).process;
    });
  }

 private:
  template <class Predicate>
  bool any(Predicate predicate) const {
    return std::any_of(key_.entries.begin(), key_.entries.end(),
                       [&](const Entry& e) { return e.certain && e.observes() && predicate(e); });
  }
  const history::History& history_;
  const KeyHistory& key_;
  const Pattern& pattern_;
};

}  // namespace

std::string classify(const history::History& history, const KeyHistory& key,
                     const Pattern& pattern) {
  const Facts facts(history, key, pattern);
  switch (pattern.kind) {
    case Kind::never_written:
      return "phantom-value";
    case Kind::future:
      return facts.a_failed_write_was_seen() ? "phantom-value" : "future-read";
    case Kind::double_cas:
      return "broken-cas";
    case Kind::overwritten:
      return facts.observer().is_cas() ? "broken-cas" : "stale-read";
    case Kind::superseded:
      break;
  }
  const bool acknowledged = !pattern.newer_seen_by.has_value();
  if (acknowledged && !facts.newer_was_ever_seen() && facts.old_value_stayed()) return "lost-write";
  if (facts.observer().is_cas()) return "broken-cas";
  if (facts.old_value_stayed() && facts.came_back_unanswered()) return "duplicate-apply";
  if (facts.two_leaders()) return "split-brain";
  if (acknowledged) return "stale-read";
  return facts.same_process_saw_newer() ? "non-monotonic-read" : "new-old-inversion";
}

}  // namespace riptide::checker
