// Statistics: what a history holds, counted and measured.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "history/history.hpp"

namespace riptide::checker {

/// Counts by function and outcome, latency, rates, availability.
struct Statistics {
  struct Row {
    std::string f;
    std::uint64_t ok = 0, fail = 0, info = 0;
    std::int64_t latency_p50_ns = 0, latency_p99_ns = 0, latency_max_ns = 0;  ///< of ok operations
    std::int64_t latency_p90_ns = 0, latency_p999_ns = 0;
  };
  /// What happened in one of equal spans of time: `tried` operations were open in it.
  struct Bucket {
    std::uint64_t invoked = 0, ok = 0, fail = 0, info = 0, tried = 0;
  };
  std::vector<Row> rows;
  std::uint64_t operations = 0, ok = 0, fail = 0, info = 0;
  std::uint64_t keys = 0, contested_keys = 0;  ///< contested: two operations on it overlapped
  std::uint64_t concurrent_pairs = 0;          ///< neighbours in time on one key that overlapped
  std::int64_t duration_ns = 0;
  std::int64_t longest_without_ok_ns = 0, longest_without_ok_from_ns = 0;
  std::vector<Bucket> buckets;  ///< at most 100, from the first invocation on
  std::int64_t buckets_from_ns = 0, bucket_ns = 0;
  double availability = 0;            ///< share of the buckets with something tried that had an ok
  std::vector<std::string> never_ok;  ///< functions of which none succeeded
};
Statistics statistics(const history::History& history);

}  // namespace riptide::checker
