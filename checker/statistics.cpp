// Counts, latencies and contention of a history.
#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "checker/checker.hpp"

namespace riptide::checker {

namespace {

using history::Operation;
using history::Type;

/// The smallest latency that at least `share` of the operations did not exceed (nearest rank).
std::int64_t percentile(const std::vector<std::int64_t>& sorted, double share) {
  if (sorted.empty()) return 0;
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(sorted.size()) + 0.999999);
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

void count_outcomes(const history::History& history, Statistics& statistics) {
  std::map<std::string, std::pair<Statistics::Row, std::vector<std::int64_t>>> by_f;
  for (const Operation& operation : history.operations) {
    auto& [row, latencies] = by_f[operation.f.name()];
    switch (operation.outcome) {
      case Type::ok:
        ++row.ok, ++statistics.ok;
        latencies.push_back(operation.complete_ns - operation.invoke_ns);
        break;
      case Type::fail:
        ++row.fail, ++statistics.fail;
        break;
      default:
        ++row.info, ++statistics.info;
        break;
    }
  }
  for (auto& [f, counted] : by_f) {
    auto& [row, latencies] = counted;
    std::sort(latencies.begin(), latencies.end());
    row.f = f;
    row.latency_p50_ns = percentile(latencies, 0.50);
    row.latency_p99_ns = percentile(latencies, 0.99);
    row.latency_max_ns = latencies.empty() ? 0 : latencies.back();
    statistics.rows.push_back(std::move(row));
  }
}

/// When nothing more can happen to the operation that a client would notice.
std::int64_t end_ns(const Operation& operation) {
  if (operation.outcome == Type::info) return operation.gave_up_ns;
  return operation.complete_ns;
}

void count_contention(const history::History& history, Statistics& statistics) {
  struct Key {
    std::int64_t open_until = 0;
    bool any = false, contested = false;
  };
  std::vector<const Operation*> by_call;
  for (const Operation& operation : history.operations) by_call.push_back(&operation);
  std::stable_sort(by_call.begin(), by_call.end(), [](const Operation* a, const Operation* b) {
    return a->invoke_ns < b->invoke_ns;
  });
  std::unordered_map<history::Value, Key> keys;
  for (const Operation* operation : by_call) {
    Key& key = keys[operation->key];
    if (key.any && operation->invoke_ns <= key.open_until) {
      key.contested = true;
      ++statistics.concurrent_pairs;
    }
    // An operation without an answer overlaps all that follow on paper; it counts until its client
    // gave up, or not at all, so that one lost answer does not make everything look contested.
    const std::int64_t end = end_ns(*operation);
    if (end != history::kNever) key.open_until = std::max(key.open_until, end);
    key.any = true;
  }
  statistics.keys = keys.size();
  for (const auto& [value, key] : keys) statistics.contested_keys += key.contested ? 1 : 0;
}

void measure_time(const history::History& history, Statistics& statistics) {
  if (history.operations.empty()) return;
  std::int64_t first = history::kNever, last = 0;
  std::vector<std::int64_t> answers;
  for (const Operation& operation : history.operations) {
    first = std::min(first, operation.invoke_ns);
    const std::int64_t end = end_ns(operation);
    last = std::max(last, end == history::kNever ? operation.invoke_ns : end);
    if (operation.outcome == Type::ok) answers.push_back(operation.complete_ns);
  }
  answers.push_back(last);
  std::sort(answers.begin(), answers.end());
  std::int64_t since = first;
  for (const std::int64_t answer : answers) {
    statistics.longest_without_ok_ns = std::max(statistics.longest_without_ok_ns, answer - since);
    since = answer;
  }
  statistics.duration_ns = last - first;
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
