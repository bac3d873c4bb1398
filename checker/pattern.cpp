#include "checker/pattern.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace riptide::checker {

namespace {

using Kind = Pattern::Kind;
using Order = Pattern::Order;
using Position = std::uint32_t;

/// Each write of a value with its own newer write is looked for up to this many.
constexpr std::size_t kMostOverwritten = 64;

/// Of a value that was written more often the last write is told, where that is enough.
constexpr std::size_t kMostSources = 20;

class Finder {
 public:
  Finder(const KeyHistory& key, const ValueIndex& index, Position observer)
      : key_(key), index_(index), observer_(observer), value_(at(observer).observed()) {
    for (const Position writer : index_.writers(value_)) {
      if (at(writer).call_ns > at(observer).return_ns) break;  // by call
      sources_.push_back(writer);
      latest_source_call_ns_ = at(writer).call_ns;
    }
    unique_ = sources_.size() == 1 && value_ != kInitial;
    initial_only_ = sources_.empty() && value_ == kInitial;
  }

  std::optional<Pattern> find() {
    if (sources_.empty() && value_ != kInitial) return unwritten();
    consider_double_cas();
    for (const bool by_observer : {false, true}) consider_superseded(by_observer);
    if (!best_) consider_overwritten();
    if (best_) add_sources();
    return std::move(best_);
  }

 private:
  const Entry& at(Position position) const { return key_.entries[position]; }

  void add_sources() {
    best_->sources = sources_;
    const bool all_before_newer =
        best_->kind == Kind::superseded && best_->order == Order::invoked_after;
    if (!all_before_newer || sources_.size() <= kMostSources) return;
    const auto last =
        std::max_element(sources_.begin(), sources_.end(),
                         [&](Position a, Position b) { return at(a).return_ns < at(b).return_ns; });
    best_->sources = {*last};
    best_->earlier_sources = sources_.size() - 1;
  }

  /// An operation that saw the same value, but later, may have seen a later write of it.
  bool sees_only_sources(Position seen) const {
    const auto& writers = index_.writers(value_);  // by call
    return writers.size() == sources_.size() ||
           at(writers[sources_.size()]).call_ns > at(seen).return_ns;
  }

  /// Without its sources, which find() adds to the one that it returns.
  Pattern pattern(Kind kind) const { return {.kind = kind, .observer = observer_}; }

  Pattern unwritten() const {
    Pattern found = pattern(Kind::never_written);
    if (!index_.writers(value_).empty()) {
      found.kind = Kind::future;
      found.sources = {index_.writers(value_).front()};
    }
    return found;
  }

  void consider(Pattern candidate, bool acknowledged) {
    const std::tuple rank(candidate.size(sources_), !acknowledged, candidate.newer_known_ns);
    if (best_ && rank >= best_rank_) return;
    best_ = std::move(candidate);
    best_rank_ = rank;
  }

  /// Two cas took the same value, which was there only once.
  void consider_double_cas() {
    if (!at(observer_).writes() || !(unique_ || initial_only_)) return;
    for (const Position other : index_.observers(value_)) {
      if (other == observer_ || !at(other).writes() || !sees_only_sources(other)) continue;
      Pattern found = pattern(Kind::double_cas);
      found.newer = {other};
      found.newer_known_ns = at(other).return_ns;
      consider(std::move(found), true);
    }
  }

  /// From when on every write of the value is certain to have taken effect; by the return of the
  /// writes, or (of a single one) by somebody who had seen the value.
  std::int64_t in_place_ns(bool by_observer, Pattern& found) const {
    if (initial_only_) return std::numeric_limits<std::int64_t>::min();
    std::int64_t latest = std::numeric_limits<std::int64_t>::min();
    for (const Position source : sources_) latest = std::max(latest, at(source).return_ns);
    if (!by_observer || !unique_) return latest;
    for (const Position seen : index_.observers(value_)) {
      if (seen == observer_ || at(seen).return_ns >= latest || !sees_only_sources(seen)) continue;
      latest = at(seen).return_ns;
      found.source_seen_by = seen;
    }
    return latest;
  }

  void consider_superseded(bool by_observer) {
    Pattern base = pattern(Kind::superseded);
    const std::int64_t in_place = in_place_ns(by_observer, base);
    for (Position newer = 0; newer < key_.entries.size(); ++newer) {
      const Entry& write = at(newer);
      if (!write.writes() || write.written() == value_ || newer == observer_) continue;
      Pattern found = base;
      found.newer = {newer};
      const bool once = index_.writers(write.written()).size() == 1 && write.written() != kInitial;
      const bool acknowledged = write.certain && write.return_ns < at(observer_).call_ns;
      const auto seen = once ? seen_before_observer(write.written(), in_place) : std::nullopt;
      if (!acknowledged && !seen) continue;
      if (!acknowledged) found.newer_seen_by = seen;
      found.newer_known_ns = acknowledged ? write.return_ns : at(*seen).return_ns;
      if (!order_after(write, in_place, once, found)) continue;
      consider(std::move(found), acknowledged);
    }
  }

  /// Whether somebody knew of the newer value before a source was even invoked: then the source
  /// came after it, and what is wrong, if anything, is another operation.
  bool known_before_a_source(const Entry& write, bool once, const Pattern& found) const {
    if (sources_.empty()) return false;
    if (found.newer_known_ns < latest_source_call_ns_) return true;
    if (!once) return false;
    const auto& seen = index_.observers(write.written());
    return std::any_of(seen.begin(), seen.end(), [&](Position p) {
      return p != observer_ && at(p).return_ns < latest_source_call_ns_;
    });
  }

  bool order_after(const Entry& write, std::int64_t in_place, bool once, Pattern& found) const {
    if (known_before_a_source(write, once, found)) return false;
    if (initial_only_) {
      found.order = Order::from_start;
    } else if (write.call_ns > in_place) {
      found.order = Order::invoked_after;
    } else if (write.is_cas() && write.observed() == value_ && unique_) {
      found.order = Order::consumed;
      found.source_seen_by = std::nullopt;
    } else {
      if (!once) return false;
      found.order = Order::seen_after;
      found.order_seen_by = found.newer_seen_by;
      if (!found.order_seen_by || at(*found.order_seen_by).call_ns <= in_place) {
        found.order_seen_by = seen_from(write.written(), in_place);
      }
      if (!found.order_seen_by) return false;
    }
    return true;
  }

  /// Who saw `value` and had returned before the observer was invoked: one that began when the
  /// older value was in place, if possible, because it then shows the order, too; else the first.
  std::optional<Position> seen_before_observer(ValueId value, std::int64_t in_place) const {
    std::optional<Position> best;
    const auto rank = [&](Position p) {
      return std::tuple(at(p).call_ns <= in_place, at(p).return_ns);
    };
    for (const Position seen : index_.observers(value)) {
      if (seen == observer_ || at(seen).return_ns >= at(observer_).call_ns) continue;
      if (!best || rank(seen) < rank(*best)) best = seen;
    }
    return best;
  }
  std::optional<Position> seen_from(ValueId value, std::int64_t in_place) const {
    for (const Position seen : index_.observers(value)) {
      if (seen != observer_ && at(seen).call_ns > in_place) return seen;
    }
    return std::nullopt;
  }

  /// Each write of the value was overwritten, though not all by the same write.
  void consider_overwritten() {
    if (sources_.empty() || sources_.size() > kMostOverwritten) return;
    Pattern found = pattern(Kind::overwritten);
    for (const Position source : sources_) {
      std::optional<Position> by;
      for (Position p = 0; p < key_.entries.size() && at(p).call_ns < at(observer_).call_ns; ++p) {
        const Entry& write = at(p);
        if (!write.writes() || !write.certain || write.written() == value_) continue;
        if (write.call_ns <= at(source).return_ns || p == observer_) continue;
        if (write.return_ns >= at(observer_).call_ns) continue;
        if (!by || write.return_ns < at(*by).return_ns) by = p;
      }
      if (!by) return;
      found.newer.push_back(*by);
      found.newer_known_ns = std::max(found.newer_known_ns, at(*by).return_ns);
    }
    best_ = std::move(found);
  }

  const KeyHistory& key_;
  const ValueIndex& index_;
  Position observer_;
  ValueId value_;
  std::vector<Position> sources_;  // by call
  std::int64_t latest_source_call_ns_ = 0;
  bool unique_ = false;        // written exactly once, and not the initial value
  bool initial_only_ = false;  // the initial value, and never written
  std::optional<Pattern> best_;
  std::tuple<std::size_t, bool, std::int64_t> best_rank_;
};

}  // namespace

ValueIndex::ValueIndex(const KeyHistory& key)
    : writers_(key.values.size()), observers_(key.values.size()) {
  for (Position p = 0; p < key.entries.size(); ++p) {
    const Entry& entry = key.entries[p];
    if (entry.writes()) writers_[entry.written()].push_back(p);
    if (entry.observes() && entry.certain) observers_[entry.observed()].push_back(p);
  }
}

std::size_t Pattern::size(const std::vector<std::uint32_t>& with_sources) const {
  std::vector<std::uint32_t> others = newer;
  others.push_back(observer);
  for (const auto& seen : {source_seen_by, order_seen_by, newer_seen_by}) {
    if (seen) others.push_back(*seen);
  }
  std::sort(others.begin(), others.end());
  others.erase(std::unique(others.begin(), others.end()), others.end());
  std::erase_if(others, [&](std::uint32_t p) {  // sources are sorted
    return std::binary_search(with_sources.begin(), with_sources.end(), p);
  });
  return with_sources.size() + others.size();
}

Members Pattern::members(const KeyHistory& key) const {
  Members members;
  const auto add = [&](std::uint32_t position, bool write_only) {
    members.push_back({position, write_only});
  };
  const bool newer_observes = kind == Kind::double_cas || order == Order::consumed;
  add(observer, false);
  for (const std::uint32_t source : sources) add(source, key.entries[source].is_cas());
  for (const std::uint32_t write : newer) {
    add(write, key.entries[write].is_cas() && !newer_observes);
  }
  for (const auto& seen : {source_seen_by, order_seen_by, newer_seen_by}) {
    if (seen) add(*seen, false);
  }
  // Of an operation that is named twice the stronger role counts, which sorts first.
  std::sort(members.begin(), members.end());
  const auto same = [](const Member& a, const Member& b) { return a.position == b.position; };
  members.erase(std::unique(members.begin(), members.end(), same), members.end());
  return members;
}

std::optional<Pattern> find_pattern(const KeyHistory& key, const ValueIndex& index,
                                    std::uint32_t observer) {
  return Finder(key, index, observer).find();
}

}  // namespace riptide::checker
