// The timeline: the whole run on one time axis. Faults, leaders, throughput by outcome, latency.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checker/checker.hpp"
#include "history/history.hpp"

namespace riptide::reports {

/// Operations by when they ended: ok and fail at their completion, info when the client gave up.
struct Bucket {
  std::uint64_t ok = 0, fail = 0, info = 0;
  std::int64_t p50_ns = 0, p99_ns = 0;  ///< of ok operations; 0 when there are none
};

struct Timeline {
  std::int64_t end_ns = 0;     ///< the last event of the history
  std::int64_t bucket_ns = 0;  ///< a round duration
  std::vector<Bucket> buckets;
};

/// At most about `buckets_max` buckets; at least one.
Timeline timeline(const history::History& history, std::size_t buckets_max);

/// Faults that overlap stand in different rows: the row of each fault, and how many there are.
struct FaultRows {
  std::vector<std::size_t> row;
  std::size_t count = 0;
};
FaultRows fault_rows(const std::vector<history::Fault>& faults, std::int64_t end_ns);

/// Static and complete: what the page shows without JavaScript and on paper.
std::string timeline_svg(const Timeline& timeline, const history::History& history,
                         const checker::Verdict& verdict);

/// A round number of at least `rough`: 1, 2 or 5 times a power of ten.
double round_step(double rough);

}  // namespace riptide::reports
