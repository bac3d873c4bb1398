#include "checker/monitor/spans.hpp"

#include <algorithm>
#include <unordered_map>

namespace riptide::checker {

namespace {

using history::kNever;
using history::Value;

constexpr std::uint32_t kNoSpan = ~std::uint32_t{0};

/// Makes the spans of one part.
class Collector {
 public:
  Collector(const KeyHistory& key, bool with_values)
      : key_(key), with_values_(with_values), span_of_(key.values.size(), kNoSpan) {}

  std::optional<Collection> run() {
    result_.spans.reserve(key_.entries.size() / 2 + 1);
    if (!initial_content()) return std::nullopt;
    for (std::uint32_t i = 0; i < key_.entries.size(); ++i) {
      const Entry& entry = key_.entries[i];
      if (entry.call_ns == kNever || (entry.certain && entry.return_ns == kNever)) {
        return std::nullopt;  // kNever means something else below
      }
      if (!insert(i)) return std::nullopt;
    }
    for (std::uint32_t i = 0; i < key_.entries.size(); ++i) {
      if (!take(i)) return std::nullopt;
    }
    leave_out();
    return std::move(result_);
  }

 private:
  /// Goes in one by one, bottom to top, before everything else.
  bool initial_content() {
    const Value& initial = key_.values[kInitial];
    if (initial.is_nil()) return true;
    if (initial.list() == nullptr) return false;
    std::unordered_map<Value, std::uint32_t> spans;
    std::int64_t time = INT64_MIN + 1;  // after what was "always" there
    for (const Value& item : *initial.list()) {
      if (!spans.try_emplace(item, result_.spans.size()).second) return false;
      Span span;
      span.insert_call_ns = time++;
      span.insert_return_ns = time++;
      if (with_values_) span.value = item;
      result_.spans.push_back(span);
    }
    for (ValueId id = 0; id < key_.values.size(); ++id) {
      if (const auto found = spans.find(key_.values[id]); found != spans.end()) {
        span_of_[id] = found->second;
      }
    }
    return key_.entries.empty() || key_.entries.front().call_ns >= time;
  }

  bool insert(std::uint32_t position) {
    const Entry& entry = key_.entries[position];
    if (entry.action.kind != Action::Kind::insert) return true;
    const ValueId id = entry.action.first;
    if (id >= span_of_.size() || span_of_[id] != kNoSpan) return false;
    span_of_[id] = static_cast<std::uint32_t>(result_.spans.size());
    Span& span = result_.spans.emplace_back();
    span.insert = position;
    span.insert_call_ns = entry.call_ns;
    span.insert_return_ns = entry.certain ? entry.return_ns : kNever;
    if (with_values_) span.value = key_.values[id];
    return true;
  }

  bool take(std::uint32_t position) {
    const Entry& entry = key_.entries[position];
    if (entry.action.kind == Action::Kind::insert) return true;
    if (entry.action.kind != Action::Kind::take) return false;
    const ValueId id = entry.action.first;
    if (!entry.certain) {
      result_.uncertain_takes.push_back(position);
      return id == kUnobserved;
    }
    if (id == kEmpty) {
      result_.empties.push_back(position);
      return true;
    }
    if (id >= span_of_.size()) return false;
    if (span_of_[id] == kNoSpan) {
      blame({position});
      return true;
    }
    Span& span = result_.spans[span_of_[id]];
    if (span.take != kNoEntry) {
      blame({span.insert, span.take, position});
    } else if (entry.return_ns < span.insert_call_ns) {
      blame({span.insert, position});
    }
    span.take = position;
    span.take_call_ns = entry.call_ns;
    span.take_return_ns = entry.return_ns;
    return true;
  }

  void blame(std::initializer_list<std::uint32_t> positions) {
    if (!result_.impossible.empty()) return;
    for (const std::uint32_t position : positions) {
      if (position != kNoEntry) result_.impossible.push_back(position);
    }
    std::sort(result_.impossible.begin(), result_.impossible.end());
  }

  void leave_out() {
    std::erase_if(result_.spans, [](const Span& span) {
      return span.insert_return_ns == kNever && span.take == kNoEntry;
    });
    for (std::uint32_t i = 0; i < result_.spans.size(); ++i) {
      if (result_.spans[i].take == kNoEntry) result_.open.push_back(i);
    }
  }

  const KeyHistory& key_;
  bool with_values_;
  std::vector<std::uint32_t> span_of_;  // of each value
  Collection result_;
};

/// Uncertain takes given to open spans.
class Matching {
 public:
  Matching(const KeyHistory& key, const Collection& collection, std::vector<std::int64_t> deadlines)
      : key_(key), collection_(collection), deadlines_(std::move(deadlines)) {
    for (std::uint32_t i = 0; i < deadlines_.size(); ++i) {
      if (deadlines_[i] != kNever) by_deadline_.push_back(i);
    }
    std::sort(by_deadline_.begin(), by_deadline_.end(),
              [this](std::uint32_t a, std::uint32_t b) { return deadlines_[a] < deadlines_[b]; });
  }

  /// Whether each span with a deadline can have a take of its own: whether no deadline has more
  /// spans than takes were called until then (Hall 1935). Else `witness` shows one that has.
  bool exists(std::vector<std::uint32_t>& witness) const {
    std::size_t called = 0;
    const auto& takes = collection_.uncertain_takes;
    for (std::size_t i = 0; i < by_deadline_.size(); ++i) {
      while (called < takes.size() && call_of(takes[called]) <= deadlines_[by_deadline_[i]]) {
        ++called;
      }
      if (called > i) continue;
      witness.assign(takes.begin(), takes.begin() + static_cast<std::ptrdiff_t>(called));
      add_reasons(i + 1, witness);
      return false;
    }
    return true;
  }

  /// Each span with a deadline gets the earliest, or the latest, take that is left for it. The
  /// other takes go to other spans: that cannot harm, for such a take may come last of all.
  Collection applied(bool earliest) const {
    Collection result = collection_;
    std::vector<std::uint32_t> left;
    std::size_t called = 0, given = 0;
    for (const std::uint32_t i : by_deadline_) {
      const auto& takes = collection_.uncertain_takes;
      while (called < takes.size() && call_of(takes[called]) <= deadlines_[i]) {
        left.push_back(takes[called++]);
      }
      Span& span = result.spans[collection_.open[i]];
      if (earliest) {
        span.take = left[given++];
      } else {
        span.take = left.back();
        left.pop_back();
      }
      span.take_call_ns = call_of(span.take);
    }
    give_the_rest(result);
    return result;
  }

 private:
  /// Each take that is left goes to the span that came last before its call.
  void give_the_rest(Collection& collection) const {
    std::vector<char> given(key_.entries.size(), 0);
    std::vector<std::uint32_t> came, waiting;
    for (const std::uint32_t i : collection.open) {
      const Span& span = collection.spans[i];
      if (span.take == kNoEntry) came.push_back(i);
      if (span.take != kNoEntry) given[span.take] = 1;
    }
    const auto& spans = collection.spans;
    std::sort(came.begin(), came.end(), [&spans](std::uint32_t a, std::uint32_t b) {
      return spans[a].insert_return_ns < spans[b].insert_return_ns;
    });
    std::size_t next = 0;
    for (const std::uint32_t take : collection.uncertain_takes) {
      if (given[take] != 0) continue;
      while (next < came.size() && spans[came[next]].insert_return_ns <= call_of(take)) {
        waiting.push_back(came[next++]);
      }
      if (waiting.empty()) continue;
      collection.spans[waiting.back()].take = take;
      collection.spans[waiting.back()].take_call_ns = call_of(take);
      waiting.pop_back();
    }
  }
  /// The first spans by deadline, and those who set the deadlines: a deadline is a take's return.
  void add_reasons(std::size_t spans, std::vector<std::uint32_t>& witness) const {
    std::vector<std::int64_t> times;
    for (std::size_t i = 0; i < spans; ++i) {
      times.push_back(deadlines_[by_deadline_[i]]);
      const Span& span = collection_.spans[collection_.open[by_deadline_[i]]];
      if (span.insert != kNoEntry) witness.push_back(span.insert);
    }
    const auto due = [&](std::int64_t time) {
      return std::binary_search(times.begin(), times.end(), time);
    };
    for (const Span& span : collection_.spans) {
      if (span.take == kNoEntry || !due(span.take_return_ns)) continue;
      if (span.insert != kNoEntry) witness.push_back(span.insert);
      witness.push_back(span.take);
    }
    for (const std::uint32_t empty : collection_.empties) {
      if (due(key_.entries[empty].return_ns)) witness.push_back(empty);
    }
    std::sort(witness.begin(), witness.end());
  }
  std::int64_t call_of(std::uint32_t position) const { return key_.entries[position].call_ns; }

  const KeyHistory& key_;
  const Collection& collection_;
  std::vector<std::int64_t> deadlines_;
  std::vector<std::uint32_t> by_deadline_;
};

Decision no_order(const Collection& collection, const Placement& placement) {
  Decision decision;
  decision.found = Found::no_order;
  std::size_t open = 0;
  for (const std::uint32_t i : placement.blocked) {
    const Span& span = collection.spans[i];
    if (span.insert != kNoEntry) decision.witness.push_back(span.insert);
    if (span.take != kNoEntry) decision.witness.push_back(span.take);
    open += span.take == kNoEntry ? 1 : 0;
  }
  if (placement.empty != kNoEntry) decision.witness.push_back(placement.empty);
  // Impossible even though each open span may be taken as early as any uncertain take was called.
  const auto& takes = collection.uncertain_takes;
  const std::size_t helping = std::min(open, takes.size());
  decision.witness.insert(decision.witness.end(), takes.begin(),
                          takes.begin() + static_cast<std::ptrdiff_t>(helping));
  std::sort(decision.witness.begin(), decision.witness.end());
  return decision;
}

Decision order(Placement placement) {
  Decision decision;
  decision.found = Found::order;
  decision.order = std::move(placement.order);
  return decision;
}

}  // namespace

std::optional<Collection> collect(const KeyHistory& key, bool with_values) {
  return Collector(key, with_values).run();
}

std::optional<Decision> decide(const KeyHistory& key, Collection collection, Solver solve,
                               DeadlinesOf deadlines_of) {
  if (!collection.impossible.empty()) {
    Decision decision;
    decision.found = Found::no_order;
    decision.witness = collection.impossible;
    return decision;
  }
  Placement plain = solve(key, collection);
  if (plain.possible) return order(std::move(plain));
  if (collection.open.empty() || collection.uncertain_takes.empty()) {
    return no_order(collection, plain);
  }
  // More than is allowed: each open span may be taken from the first uncertain take's call on.
  Collection relaxed = collection;
  for (const std::uint32_t i : relaxed.open) {
    relaxed.spans[i].take_call_ns = key.entries[relaxed.uncertain_takes.front()].call_ns;
  }
  if (const Placement most = solve(key, relaxed); !most.possible) return no_order(relaxed, most);
  const Matching matching(key, collection, deadlines_of(key, collection));
  Decision unmatched;
  if (!matching.exists(unmatched.witness)) {
    unmatched.found = Found::no_order;
    return unmatched;
  }
  for (const bool earliest : {false, true}) {
    Placement matched = solve(key, matching.applied(earliest));
    if (matched.possible) return order(std::move(matched));
  }
  return std::nullopt;
}

}  // namespace riptide::checker
