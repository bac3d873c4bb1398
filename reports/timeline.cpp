#include "reports/timeline.hpp"

#include <algorithm>
#include <cmath>

#include "reports/words.hpp"

namespace riptide::reports {
using history::kNever;

double round_step(double rough) {
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough * (1 - 1e-9)) return factor * power;
  }
  return 10 * power;
}

namespace {

std::int64_t end_of(const history::History& history) {
  std::int64_t end = 1'000'000;  // a history without events still has an axis
  const auto reach = [&](std::int64_t t_ns) {
    if (t_ns != kNever) end = std::max(end, t_ns);
  };
  reach(history.last_ns);
  for (const auto& op : history.operations) {
    reach(op.invoke_ns);
    reach(op.complete_ns);
    reach(op.gave_up_ns);
  }
  for (const auto& fault : history.faults) {
    reach(fault.asked_ns);
    reach(fault.took_effect_ns);
    reach(fault.healed_ns);
  }
  for (const auto& leader : history.leaders) reach(leader.t_ns);
  return end;
}

/// The smallest value that at least `share` of them do not exceed.
std::int64_t percentile(std::vector<std::int64_t>& values, double share) {
  if (values.empty()) return 0;
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace

Timeline timeline(const history::History& history, std::size_t buckets_max) {
  Timeline line;
  line.end_ns = end_of(history);
  line.bucket_ns =
      std::max<std::int64_t>(1, std::llround(round_step(static_cast<double>(line.end_ns) /
                                                        static_cast<double>(buckets_max))));
  line.buckets.resize(static_cast<std::size_t>(line.end_ns / line.bucket_ns) + 1);
  std::vector<std::vector<std::int64_t>> latencies(line.buckets.size());
  for (const auto& op : history.operations) {
    const std::int64_t seen = last_seen_ns(op) == kNever ? op.invoke_ns : last_seen_ns(op);
    const auto index = static_cast<std::size_t>(std::max<std::int64_t>(0, seen) / line.bucket_ns);
    Bucket& bucket = line.buckets[index];
    switch (op.outcome) {
      case history::Type::ok:
        ++bucket.ok;
        latencies[index].push_back(op.complete_ns - op.invoke_ns);
        break;
      case history::Type::fail:
        ++bucket.fail;
        break;
      case history::Type::info:
      case history::Type::invoke:
        ++bucket.info;
        break;
    }
  }
  for (std::size_t i = 0; i < latencies.size(); ++i) {
    line.buckets[i].p50_ns = percentile(latencies[i], 0.50);
    line.buckets[i].p99_ns = percentile(latencies[i], 0.99);
  }
  return line;
}

FaultRows fault_rows(const std::vector<history::Fault>& faults, std::int64_t end_ns) {
  FaultRows rows;
  std::vector<std::int64_t> free_from;
  for (const auto& fault : faults) {
    const std::int64_t begin = std::min(fault.asked_ns, fault.took_effect_ns);
    const std::int64_t end = fault.healed_ns == kNever ? end_ns : fault.healed_ns;
    std::size_t row = 0;
    while (row < free_from.size() && free_from[row] > begin) ++row;
    if (row == free_from.size()) free_from.push_back(0);
    free_from[row] = end + end_ns / 200;  // a gap that can be seen
    rows.row.push_back(row);
  }
  rows.count = free_from.size();
  return rows;
}

}  // namespace riptide::reports
