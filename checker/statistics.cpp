// Counts, latencies, rates and contention of a history, in one pass or two of each.
#include "checker/statistics.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace riptide::checker {

namespace {

using history::kNever;
using history::Operation;
using history::Type;

/// The operations of one function.
struct Function {
  history::Symbol f;
  Statistics::Row row;
  std::vector<std::int64_t> latencies_ns;
};

/// Fills in the latencies (nearest rank: the smallest that at least this share did not exceed).
void measure_latencies(std::vector<std::int64_t>& latencies_ns, Statistics::Row& row) {
  if (latencies_ns.empty()) return;
  const std::array<std::pair<double, std::int64_t*>, 5> wanted{{{0.5, &row.latency_p50_ns},
                                                                {0.9, &row.latency_p90_ns},
                                                                {0.99, &row.latency_p99_ns},
                                                                {0.999, &row.latency_p999_ns},
                                                                {1.0, &row.latency_max_ns}}};
  auto from = latencies_ns.begin();  // what is below was smaller than an earlier quantile
  for (const auto& [share, quantile] : wanted) {
    const auto size = latencies_ns.size();
    const auto rank = static_cast<std::size_t>(share * static_cast<double>(size) + 0.999999);
    const auto at = latencies_ns.begin() +
                    static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(rank, 1, size) - 1);
    std::nth_element(from, at, latencies_ns.end());
    *quantile = *at;
    from = at;
  }
}

void count_outcomes(const history::History& history, Statistics& statistics) {
  std::vector<Function> functions;
  std::size_t last = 0;
  for (const Operation& operation : history.operations) {
    if (functions.empty() || functions[last].f != operation.f) {
      last = 0;
      while (last < functions.size() && functions[last].f != operation.f) ++last;
      if (last == functions.size()) functions.push_back({.f = operation.f});
    }
    Function& function = functions[last];
    switch (operation.outcome) {
      case Type::ok:
        ++function.row.ok, ++statistics.ok;
        function.latencies_ns.push_back(operation.complete_ns - operation.invoke_ns);
        break;
      case Type::fail:
        ++function.row.fail, ++statistics.fail;
        break;
      default:
        ++function.row.info, ++statistics.info;
        break;
    }
  }
  std::sort(functions.begin(), functions.end(),
            [](const Function& a, const Function& b) { return a.f.name() < b.f.name(); });
  for (Function& function : functions) {
    function.row.f = function.f.name();
    measure_latencies(function.latencies_ns, function.row);
    if (function.row.ok == 0) statistics.never_ok.push_back(function.row.f);
    statistics.rows.push_back(std::move(function.row));
  }
}

/// When nothing more can happen to the operation that a client would notice.
std::int64_t end_ns(const Operation& operation) {
  if (operation.outcome == Type::info) return operation.gave_up_ns;
  return operation.complete_ns;
}

std::vector<const Operation*> by_invocation(const history::History& history) {
  std::vector<const Operation*> all;
  all.reserve(history.operations.size());
  for (const Operation& operation : history.operations) all.push_back(&operation);
  const auto earlier = [](const Operation* a, const Operation* b) {
    return a->invoke_ns < b->invoke_ns;
  };
  if (!std::is_sorted(all.begin(), all.end(), earlier))
    std::stable_sort(all.begin(), all.end(), earlier);
  return all;
}

void count_contention(const history::History& history, Statistics& statistics) {
  struct Key {
    std::int64_t open_until = 0;
    bool any = false, contested = false;
  };
  std::unordered_map<history::Value, Key> keys;
  Key* last = nullptr;
  const history::Value* last_value = nullptr;
  for (const Operation* operation : by_invocation(history)) {
    if (last == nullptr || !(*last_value == operation->key)) {
      last = &keys[operation->key];
      last_value = &operation->key;
    }
    Key& key = *last;
    if (key.any && operation->invoke_ns <= key.open_until) {
      key.contested = true;
      ++statistics.concurrent_pairs;
    }
    // An operation without an answer overlaps all that follow on paper; it counts until its client
    // gave up, or not at all, so that one lost answer does not make everything look contested.
    const std::int64_t end = end_ns(*operation);
    if (end != kNever) key.open_until = key.any ? std::max(key.open_until, end) : end;
    key.any = key.any || end != kNever;
  }
  statistics.keys = keys.size();
  for (const auto& [value, key] : keys) statistics.contested_keys += key.contested ? 1 : 0;
}

/// From when to when the history goes.
struct Span {
  std::int64_t first_ns = kNever, last_ns = INT64_MIN;
};

Span span_of(const history::History& history) {
  Span span;
  for (const Operation& operation : history.operations) {
    span.first_ns = std::min(span.first_ns, operation.invoke_ns);
    const std::int64_t end = end_ns(operation);
    if (end != kNever) span.first_ns = std::min(span.first_ns, end);  // a clock that went back
    span.last_ns = std::max(span.last_ns, end == kNever ? operation.invoke_ns : end);
  }
  return span;
}

/// Which of equal parts of a span a moment falls into.
struct Scale {
  Scale(const Span& span, std::uint64_t parts)
      : first_ns(span.first_ns),
        part_ns(
            (static_cast<std::uint64_t>(span.last_ns) - static_cast<std::uint64_t>(span.first_ns)) /
                parts +
            1) {}
  std::size_t part(std::int64_t ns) const {
    return (static_cast<std::uint64_t>(ns) - static_cast<std::uint64_t>(first_ns)) / part_ns;
  }
  std::int64_t first_ns;
  std::uint64_t part_ns;
};

/// The longest time between two answers that were ok (or the ends of the history), without sorting:
/// of n moments in n + 1 parts the widest gap is never inside of one part.
void measure_gap(const history::History& history, const Span& span, Statistics& statistics) {
  struct Part {
    std::int64_t first_ns = kNever, last_ns = INT64_MIN;
  };
  const Scale scale(span, statistics.ok + 1);
  std::vector<Part> parts(statistics.ok + 1);
  for (const Operation& operation : history.operations) {
    if (operation.outcome != Type::ok) continue;
    Part& part = parts[scale.part(operation.complete_ns)];
    part.first_ns = std::min(part.first_ns, operation.complete_ns);
    part.last_ns = std::max(part.last_ns, operation.complete_ns);
  }
  std::int64_t since = span.first_ns;
  const auto until = [&](std::int64_t ns) {
    if (ns - since <= statistics.longest_without_ok_ns) return;
    statistics.longest_without_ok_ns = ns - since;
    statistics.longest_without_ok_from_ns = since;
  };
  for (const Part& part : parts) {
    if (part.first_ns == kNever) continue;
    until(part.first_ns);
    since = part.last_ns;
  }
  until(span.last_ns);
}

void measure_rates(const history::History& history, const Span& span, Statistics& statistics) {
  // Few operations in many buckets would make gaps of nothing.
  const std::uint64_t count = std::clamp<std::uint64_t>(statistics.operations / 10, 1, 100);
  const Scale scale(span, count);
  std::vector<Statistics::Bucket>& buckets = statistics.buckets;
  buckets.resize(count);
  std::vector<std::int64_t> opened(count + 1);  // less those that ended
  for (const Operation& operation : history.operations) {
    const std::int64_t end = end_ns(operation);
    const std::size_t begins = scale.part(operation.invoke_ns);
    const std::size_t ends = end == kNever ? begins : scale.part(end);
    ++buckets[begins].invoked;
    if (ends < begins) continue;  // it completed before it was invoked: the checker refuses it
    ++opened[begins];
    --opened[ends + 1];
    if (operation.outcome == Type::ok) ++buckets[ends].ok;
    if (operation.outcome == Type::fail) ++buckets[ends].fail;
    if (operation.outcome == Type::info) ++buckets[ends].info;
  }
  std::uint64_t tried = 0, served = 0;
  std::int64_t open = 0;
  for (std::size_t i = 0; i < count; ++i) {
    open += opened[i];
    buckets[i].tried = static_cast<std::uint64_t>(open);
    tried += open > 0 ? 1 : 0;
    served += open > 0 && buckets[i].ok > 0 ? 1 : 0;
  }
  statistics.availability =
      tried == 0 ? 0 : static_cast<double>(served) / static_cast<double>(tried);
  statistics.buckets_from_ns = span.first_ns;
  statistics.bucket_ns = static_cast<std::int64_t>(scale.part_ns);
}

void measure_time(const history::History& history, Statistics& statistics) {
  if (history.operations.empty()) return;
  const Span span = span_of(history);
  statistics.duration_ns = span.last_ns - span.first_ns;
  measure_gap(history, span, statistics);
  measure_rates(history, span, statistics);
}

}  // namespace

Statistics statistics(const history::History& history) {
  Statistics statistics;
  statistics.operations = history.operations.size();
  count_outcomes(history, statistics);
  count_contention(history, statistics);
  measure_time(history, statistics);
  return statistics;
}

}  // namespace riptide::checker
